//! The list of conversations.

use std::collections::HashMap;

use sixin_application::conversations::change_conversations::Target;
use sixin_application::conversations::ports::ListStart;
use sixin_application::conversations::read_conversations::{ConversationError, ConversationRef, ListRequest};
use sixin_domain::conversation::Conversation;
use sixin_domain::id::{ConversationId, MessageId};
use sixin_domain::time::Millis;
use sixin_domain::user::username::UserRef;

use super::{Answer, Caller, done, found, peer};
use crate::codes::Code;
use crate::wire::PRIVATE;
use crate::wire::conversations::{
    RelationBatchReq, RelationInfo, RelationOpInput, RelationQryFilter, RelationQryInput, RelationsInput,
    RelationsOutput,
};

/// Conversations of a page, and of one call.
const MOST: i64 = 100;

/// The conversations, the newest first.
pub(crate) async fn list(caller: &Caller<'_>, asked: RelationQryInput) -> Result<Answer, Code> {
    if !asked.channels.is_empty() && !asked.channels.contains(&PRIVATE) {
        return Ok(found(&RelationsOutput { is_finished: Some(true), ..RelationsOutput::default() }));
    }
    if asked.order.unwrap_or_default() != 0 {
        return Err(Code::UNSUPPORTED);
    }
    let start = match asked.start_time.unwrap_or_default() {
        0 => ListStart::Offset(0),
        time => ListStart::After(Millis(time), ConversationId(0)),
    };
    let (conversations, next) = part(caller, start, asked.count).await?;
    let info = infos(caller, &conversations).await?;
    let pull_time = info.last().and_then(|last| last.version_time);
    Ok(found(&RelationsOutput { info, is_finished: Some(next.is_none()), pull_time, page_token: None }))
}

/// The same in pages.
pub(crate) async fn filtered(caller: &Caller<'_>, asked: RelationQryFilter) -> Result<Answer, Code> {
    if !asked.tags.is_empty() || asked.order.unwrap_or_default() != 0 {
        return Err(Code::UNSUPPORTED);
    }
    if !asked.channels.is_empty() && !asked.channels.contains(&PRIVATE) {
        return Ok(found(&RelationsOutput { is_finished: Some(true), ..RelationsOutput::default() }));
    }
    let start = start_of(asked.page_token.as_deref().filter(|token| !token.is_empty()))?;
    let (conversations, next) = part(caller, start, asked.count).await?;
    let info = infos(caller, &conversations).await?;
    let page_token = next_page(next);
    let is_finished = Some(page_token.is_empty());
    Ok(found(&RelationsOutput { info, is_finished, pull_time: None, page_token: Some(page_token) }))
}

/// Where a page begins.
pub(super) fn start_of(token: Option<&str>) -> Result<ListStart, Code> {
    token.map_or(Ok(ListStart::Offset(0)), |token| page(token).ok_or(Code::PARAMETER))
}

/// What names the next page; empty after the last one.
pub(super) fn next_page(next: Option<(Millis, ConversationId)>) -> String {
    next.map(|(time, id)| format!("{}-{}", time.0, id.0)).unwrap_or_default()
}

fn page(token: &str) -> Option<ListStart> {
    let (time, id) = token.split_once('-')?;
    Some(ListStart::After(Millis(time.parse().ok()?), ConversationId(id.parse().ok()?)))
}

type Part = (Vec<Conversation>, Option<(Millis, ConversationId)>);

/// A part of the list, and where the next one begins.
pub(super) async fn part(caller: &Caller<'_>, start: ListStart, count: Option<i32>) -> Result<Part, Code> {
    let Caller { showing, .. } = caller;
    let limit = i64::from(count.unwrap_or_default()).clamp(1, MOST);
    let request = ListRequest { pinned: None, start, limit };
    let part = showing.api.read_conversations.list(&showing.guest.viewer, request).await?;
    Ok((part.conversations, part.next))
}

/// Conversations that are named; those that are not in the list are left out.
pub(crate) async fn named(caller: &Caller<'_>, asked: RelationBatchReq) -> Result<Answer, Code> {
    let mut conversations = Vec::new();
    for conversation in all(caller, asked).await? {
        let me = caller.showing.me();
        if conversation.seen_by(me).is_ok_and(|view| view.own.is_display) {
            conversations.push(conversation);
        }
    }
    let info = infos(caller, &conversations).await?;
    Ok(found(&RelationsOutput { info, is_finished: Some(true), ..RelationsOutput::default() }))
}

/// Removes conversations from the list, with all messages there are.
pub(crate) async fn remove(caller: &Caller<'_>, asked: RelationBatchReq) -> Result<Answer, Code> {
    let Caller { showing, .. } = caller;
    for conversation in all(caller, asked).await? {
        let target = Target::Conversation(ConversationRef::Id(conversation.id));
        showing.api.change_conversations.delete(&showing.guest.viewer, &target).await?;
    }
    Ok(done())
}

/// The same of one conversation.
pub(crate) async fn remove_one(
    caller: &Caller<'_>,
    with: &str,
    asked: RelationsInput,
) -> Result<Answer, Code> {
    let one = RelationOpInput { conversation_id: with.to_owned(), channel: asked.channel };
    remove(caller, RelationBatchReq { relation: vec![one], clean_msg: None }).await
}

/// The conversations with those that are named, as far as there are any.
async fn all(caller: &Caller<'_>, asked: RelationBatchReq) -> Result<Vec<Conversation>, Code> {
    let Caller { showing, .. } = caller;
    if asked.relation.len() > usize::try_from(MOST).unwrap_or_default() {
        return Err(Code::PARAMETER);
    }
    let mut conversations = Vec::new();
    for one in asked.relation {
        let Ok(with) = peer(one.channel, &one.conversation_id) else { continue };
        let with = ConversationRef::With(UserRef::Username(with));
        match showing.api.read_conversations.detail(&showing.guest.viewer, &with).await {
            Ok(detail) => conversations.push(detail.conversation),
            Err(ConversationError::Store(error)) => return Err(error.into()),
            // Nothing is kept with somebody who is not there.
            Err(_) => {}
        }
    }
    Ok(conversations)
}

async fn infos(caller: &Caller<'_>, conversations: &[Conversation]) -> Result<Vec<RelationInfo>, Code> {
    let Caller { showing, .. } = caller;
    let me = showing.me();
    let views: Vec<_> =
        conversations.iter().filter_map(|conversation| conversation.seen_by(me).ok()).collect();
    let names = showing.names(views.iter().map(|view| view.peer).collect()).await?;
    let latest: Vec<MessageId> =
        views.iter().filter_map(|view| view.own.latest.as_ref().and_then(|latest| latest.id)).collect();
    let messages = showing.api.find_messages.find(&showing.guest.viewer, &latest).await?;
    let downs = showing.messages(&messages).await?;
    let mut downs: HashMap<MessageId, _> =
        messages.iter().map(|message| message.message.id).zip(downs).collect();
    let info = |view: &sixin_domain::conversation::View<'_>| {
        let latest = view.own.latest.as_ref();
        RelationInfo {
            channel: PRIVATE,
            user_id: names.of(view.peer),
            msg: latest.and_then(|latest| downs.remove(&latest.id?)),
            unread_count: Some(view.own.unread),
            version_time: latest.map(|latest| latest.time.0),
        }
    };
    Ok(views.iter().map(info).collect())
}
