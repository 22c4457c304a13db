//! What is unread, where the server keeps it for clients (`gateway.keep_unread`). Otherwise the SDK counts by itself.

use std::collections::BTreeSet;

use sixin_application::conversations::read_conversations::{ConversationError, ConversationRef};
use sixin_application::delivery::stream::LiveEvent;
use sixin_domain::conversation::Conversation;
use sixin_domain::event::Event;
use sixin_domain::id::ConversationId;
use sixin_domain::log::{KEPT_MS, Position};

use super::conversations::{next_page, part, start_of};
use super::{Answer, Caller, found, pulling};
use crate::codes::Code;
use crate::wire::PRIVATE;
use crate::wire::unread::{SessionOutput, SessionQryInput, SessionsOutput, UnreadInfo};

/// If more conversations have changed, the list is read from its beginning.
const MOST_CHANGED: usize = 100;

/// What is unread, as far as it has changed since a version; all of it, in pages, to whoever asks for the first time or after a
/// long while.
pub(crate) async fn pull(caller: &Caller<'_>, asked: SessionQryInput) -> Result<Answer, Code> {
    let token = asked.page_token.as_deref().filter(|token| !token.is_empty());
    let version = asked.version.unwrap_or_default();
    if token.is_none()
        && let Some((until, changed)) = changed(caller, version).await?
    {
        let sessions = outputs(caller, &named(caller, changed).await?, until).await?;
        return Ok(found(&SessionsOutput { sessions, page_token: Some(String::new()) }));
    }
    // What happens while the pages are read is told after the last one: they say what was there when they began.
    let until = caller.showing.api.streams.follower.head().position.0.max(version).max(1);
    let (conversations, next) = part(caller, start_of(token)?, asked.count).await?;
    let sessions = outputs(caller, &conversations, until).await?;
    Ok(found(&SessionsOutput { sessions, page_token: Some(next_page(next)) }))
}

/// In which conversations something has changed since a version, and until when; `None` if it is too long ago, or too many.
async fn changed(caller: &Caller<'_>, version: i64) -> Result<Option<(i64, BTreeSet<ConversationId>)>, Code> {
    let mut after = Position(version);
    if after < Position::at(caller.now().plus(-KEPT_MS)) {
        return Ok(None);
    }
    let mut changed = BTreeSet::new();
    loop {
        let page = pulling::everything(caller, after).await?;
        for (_, event) in page.events {
            match event {
                LiveEvent::Message(message) | LiveEvent::Changed(_, Some(message)) => {
                    changed.extend(message.conversation);
                }
                LiveEvent::Changed(event, None) => match *event {
                    Event::ConversationRead { seat, .. }
                    | Event::MessagesRead(seat, _)
                    | Event::ConversationDeleted { seat, .. }
                    | Event::HistoryCleared(seat, _)
                    | Event::MessagesDeleted(seat, _) => {
                        changed.insert(seat.conversation);
                    }
                    _ => {}
                },
            }
        }
        after = page.until;
        if changed.len() > MOST_CHANGED {
            return Ok(None);
        }
        if page.is_last {
            return Ok(Some((after.0.max(version), changed)));
        }
    }
}

async fn named(caller: &Caller<'_>, ids: BTreeSet<ConversationId>) -> Result<Vec<Conversation>, Code> {
    let Caller { showing, .. } = caller;
    let mut conversations = Vec::with_capacity(ids.len());
    for id in ids {
        let detail =
            showing.api.read_conversations.detail(&showing.guest.viewer, &ConversationRef::Id(id)).await;
        match detail {
            Ok(detail) => conversations.push(detail.conversation),
            Err(ConversationError::Store(error)) => return Err(error.into()),
            // It is gone.
            Err(_) => {}
        }
    }
    Ok(conversations)
}

async fn outputs(
    caller: &Caller<'_>,
    conversations: &[Conversation],
    version: i64,
) -> Result<Vec<SessionOutput>, Code> {
    let me = caller.showing.me();
    let views: Vec<_> =
        conversations.iter().filter_map(|conversation| conversation.seen_by(me).ok()).collect();
    let names = caller.showing.names(views.iter().map(|view| view.peer).collect()).await?;
    let output = |view: &sixin_domain::conversation::View<'_>| SessionOutput {
        target_id: names.of(view.peer),
        bus_channel: String::new(),
        channel: PRIVATE,
        version,
        unread: UnreadInfo {
            count: i32::try_from(view.own.unread).unwrap_or(i32::MAX),
            mentions: 0,
            mentions_of_me: 0,
            clear_time: 0,
            cut_off_time: view.own.latest.as_ref().map_or(0, |latest| latest.time.0),
        },
    };
    Ok(views.iter().map(output).collect())
}
