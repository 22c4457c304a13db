//! What a client has read.

use sixin_domain::time::Millis;
use sixin_domain::user::username::{UserRef, Username};

use super::{Answer, Caller, peer, sending};
use crate::codes::Code;
use crate::wire::receipts::SessionMsgReadInput;

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
    Ok(caller.showing.api.change_conversations.mark_read_with(viewer, &with, until).await?)
}
