//! What a client reads back and deletes.

use std::collections::HashMap;

use sixin_application::conversations::change_conversations::Target;
use sixin_application::messages::read_history::{HistoryEntry, HistoryRequest};
use sixin_domain::id::MessageId;
use sixin_domain::message::uid;
use sixin_domain::time::Millis;

use super::{Answer, Caller, done, found, peer};
use crate::codes::Code;
use crate::shown::notice;
use crate::wire::PRIVATE;
use crate::wire::messages::{
    CleanHisMsgInput, CleanMsgBatchReq, DeleteMsgInput, HistoryMsgInput, HistoryMsgOutput, MsgQuery,
    MsgQueryAck,
};

/// Messages of a page.
const MOST: i32 = 100;
/// Messages that are named in one call.
const MOST_NAMED: usize = 100;
/// Newer ones, the oldest first.
const NEWER: i32 = 1;

/// A part of a history: older or newer messages than a time.
pub(crate) async fn page(caller: &Caller<'_>, asked: HistoryMsgInput) -> Result<Answer, Code> {
    let with = peer(PRIVATE, &asked.target_id.unwrap_or_default())?;
    let count = asked.count.unwrap_or_default().clamp(1, MOST);
    let is_newer = asked.order == Some(NEWER);
    let time = match asked.time.unwrap_or_default() {
        // SDKs before 5.28 mean by it what is newest.
        0 if !is_newer => Millis(i64::MAX),
        time => Millis(time),
    };
    let request = HistoryRequest {
        user: caller.name(),
        with: with.clone(),
        from: time,
        includes_from: false,
        until: Millis(if is_newer { i64::MAX } else { 0 }),
        // One more than is shown tells whether there is a next part.
        limit: i64::from(count) + 1,
    };
    let mut entries = caller.showing.api.read_history.with_notices(&request).await?;
    let shown = usize::try_from(count).unwrap_or_default();
    let has_more = entries.len() > shown;
    entries.truncate(shown);
    let until = caller.showing.guest.viewer.membership_end(caller.now());
    entries.retain(|entry| until.is_none_or(|end| entry.sent_at() <= end));
    let sync_time = entries.last().map_or(asked.time.unwrap_or_default(), |last| last.sent_at().0);
    let list = entries.into_iter().map(|entry| match entry {
        HistoryEntry::Message(message) => caller.showing.down(with.as_str(), *message),
        HistoryEntry::Notice { recalled, by, is_own } => notice((with.to_string(), is_own), &recalled, &by),
    });
    let list = list.collect();
    Ok(found(&HistoryMsgOutput { list, sync_time, has_msg: has_more.into() }))
}

/// Messages by their names.
pub(crate) async fn named(caller: &Caller<'_>, asked: MsgQuery) -> Result<Answer, Code> {
    let with = peer(asked.channel, &asked.target_id)?;
    if asked.query.len() > MOST_NAMED {
        return Err(Code::PARAMETER);
    }
    let names: Vec<String> = asked.query.into_iter().map(|query| query.msg_uid).collect();
    let ids: Vec<MessageId> = names.iter().filter_map(|name| uid::decode(name)).collect();
    let Caller { showing, .. } = caller;
    let messages = showing.api.find_messages.find(&showing.guest.viewer, &ids).await?;
    let downs = showing.messages(&messages).await?.into_iter();
    let downs = downs.filter(|down| down.from_user_id == with.as_str());
    let mut known: HashMap<String, _> = downs.filter_map(|down| Some((down.msg_id.clone()?, down))).collect();
    let (mut list, mut not_exist) = (Vec::new(), Vec::new());
    for name in names {
        match known.remove(&name) {
            Some(down) => list.push(down),
            None => not_exist.push(name),
        }
    }
    Ok(found(&MsgQueryAck { list, not_exist }))
}

/// Deletes messages from one's own view.
pub(crate) async fn delete(caller: &Caller<'_>, asked: DeleteMsgInput) -> Result<Answer, Code> {
    peer(asked.channel.unwrap_or_default(), &asked.conversation_id.unwrap_or_default())?;
    if asked.msgs.len() > MOST_NAMED {
        return Err(Code::PARAMETER);
    }
    let ids = asked.msgs.into_iter().filter_map(|message| uid::decode(&message.msg_id?)).collect();
    let Caller { showing, .. } = caller;
    showing.api.change_conversations.delete(&showing.guest.viewer, &Target::Messages(ids)).await?;
    Ok(done())
}

/// Clears a history up to a time, or all of it.
pub(crate) async fn clear(caller: &Caller<'_>, asked: CleanHisMsgInput) -> Result<Answer, Code> {
    let with = peer(asked.channel.unwrap_or(PRIVATE), &asked.target_id)?;
    let until = Some(Millis(asked.data_time)).filter(|until| until.0 > 0);
    caller.showing.api.read_history.clean(&caller.name(), &with, until).await?;
    Ok(done())
}

/// Clears several.
pub(crate) async fn clear_several(caller: &Caller<'_>, asked: CleanMsgBatchReq) -> Result<Answer, Code> {
    if asked.input.len() > MOST_NAMED {
        return Err(Code::PARAMETER);
    }
    for one in asked.input {
        clear(caller, one).await?;
    }
    Ok(done())
}
