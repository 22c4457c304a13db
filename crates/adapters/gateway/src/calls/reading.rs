//! What a client has read.

use std::cell::RefCell;
use std::collections::VecDeque;

use sixin_domain::id::ConversationId;
use sixin_domain::time::Millis;
use sixin_domain::user::username::{UserRef, Username};

use super::{Answer, Caller, peer, sending};
use crate::codes::Code;
use crate::wire::receipts::SessionMsgReadInput;

/// So many own read marks are remembered.
const MOST_MARKS: usize = 32;

/// A read mark.
pub(crate) async fn read_until(caller: &Caller<'_>, wanted: SessionMsgReadInput) -> Result<Answer, Code> {
    let peer = peer(wanted.channel, &wanted.channel_id)?;
    mark(caller, &peer, Millis(wanted.msg_time)).await?;
    Ok(sending::acknowledged(caller))
}

/// Everything that was sent up to a time is read.
pub(crate) async fn mark(caller: &Caller<'_>, with: &Username, until: Millis) -> Result<(), Code> {
    let viewer = &caller.showing.guest.viewer;
    let with = UserRef::Username(with.clone());
    let changes = &caller.showing.api.change_conversations;
    if let Some(read) = changes.mark_read_with(viewer, &with, until).await? {
        caller.own.note(read);
    }
    Ok(())
}

/// The last read marks of a connection: it is not told of them again, or it would take for read what has come since.
#[derive(Default)]
pub(crate) struct OwnMarks(RefCell<VecDeque<(ConversationId, i64)>>);

impl OwnMarks {
    fn note(&self, mark: (ConversationId, i64)) {
        let mut marks = self.0.borrow_mut();
        marks.truncate(MOST_MARKS - 1);
        marks.push_front(mark);
    }

    /// Whether a mark is one of these.
    pub(crate) fn has(&self, conversation: ConversationId, read_seq: i64) -> bool {
        self.0.borrow().contains(&(conversation, read_seq))
    }
}
