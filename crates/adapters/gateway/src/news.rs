//! What a connection is told of what happens: mostly that there is something to pull.

use prost::Message;
use serde_json::json;
use sixin_application::delivery::Signal;
use sixin_application::delivery::stream::{LiveEvent, LiveItem, News};
use sixin_application::ports::StoreResult;
use sixin_domain::event::Event;
use sixin_domain::id::UserId;
use sixin_domain::log::Position;
use sixin_domain::message::object_name::ObjectName;

use crate::calls::presence;
use crate::shown::Showing;
use crate::wire::PRIVATE;
use crate::wire::messages::{DownStreamMessage, NotifyMsg};
use crate::wire::preferences::UserSettingNotification;

/// Topics of what a client is told.
const SOMETHING_CAME: &str = "s_ntf";
const SOMETHING_CHANGED: &str = "s_cmd";
const AT_ONCE: &str = "s_msg";
const PRESENCE: &str = "s_stat";
const SETTING_CHANGED: &str = "s_us";

/// The class of what says that somebody is writing.
const TYPING: &str = "RC:TypSts";
/// What shows a status message of another class.
const STATUS: i64 = 64;

/// Kinds of notifications.
mod kind {
    pub(super) const MESSAGES: i32 = 1;
    pub(super) const CONVERSATIONS: i32 = 3;
    pub(super) const PROFILE: i32 = 10;
    pub(super) const RECEIPTS: i32 = 11;
    pub(super) const MODIFIED: i32 = 12;
    pub(super) const UNREAD: i32 = 13;
    /// Told in a form of its own.
    pub(super) const SETTINGS: i32 = 0;
}

/// Something to be published to a client: a topic, and what is said.
pub(crate) type Told = (&'static str, Vec<u8>);

/// What a client is told of news.
pub(crate) async fn told(showing: &Showing<'_>, news: &News) -> StoreResult<Vec<Told>> {
    let mut told = Vec::new();
    let mut newest: [(i32, &'static str, Option<Position>); 7] = [
        (kind::MESSAGES, SOMETHING_CAME, None),
        (kind::CONVERSATIONS, SOMETHING_CHANGED, None),
        (kind::PROFILE, SOMETHING_CHANGED, None),
        (kind::RECEIPTS, SOMETHING_CHANGED, None),
        (kind::MODIFIED, SOMETHING_CHANGED, None),
        (kind::UNREAD, SOMETHING_CHANGED, None),
        (kind::SETTINGS, SETTING_CHANGED, None),
    ];
    for item in &news.items {
        match item {
            LiveItem::Logged(position, event) => {
                let unread = showing.api.keeps_unread && is_about_unread(event, showing.me());
                let wanted = kinds(event, showing.me()).iter().chain(unread.then_some(&kind::UNREAD));
                for wanted in wanted {
                    for (kind, _, newest) in &mut newest {
                        if kind == wanted {
                            *newest = Some(*position);
                        }
                    }
                }
            }
            LiveItem::Signal(signal) => told.extend(at_once(showing, signal).await?),
        }
    }
    for (kind, topic, newest) in newest {
        if let Some(position) = newest {
            if kind == kind::SETTINGS {
                let changed = UserSettingNotification { version: position.0, reserve: false };
                told.push((topic, changed.encode_to_vec()));
                continue;
            }
            told.push((topic, NotifyMsg { kind, time: Some(position.0) }.encode_to_vec()));
        }
    }
    Ok(told)
}

/// That everything may have changed.
pub(crate) fn begin_anew(position: Position) -> Told {
    (SOMETHING_CAME, NotifyMsg { kind: kind::MESSAGES, time: Some(position.0) }.encode_to_vec())
}

/// What is to be pulled because of an event.
fn kinds(event: &LiveEvent, me: UserId) -> &'static [i32] {
    let LiveEvent::Changed(event, _) = event else { return &[kind::MESSAGES] };
    match &**event {
        Event::MessageRecalled(_) | Event::MessageExpanded(_) => &[kind::MESSAGES],
        Event::ConversationRead { seat, .. } if seat.owner == me => &[kind::MESSAGES],
        Event::ConversationRead { .. } => &[kind::MESSAGES, kind::RECEIPTS],
        Event::MessagesRead(seat, _) if seat.owner != me => &[kind::RECEIPTS],
        // While it grows whoever shows it reads it as a stream.
        Event::MessageEdited(_) | Event::MessageGrown { is_over: true, .. } => &[kind::MODIFIED],
        Event::TagsChanged { with, .. } if with.is_empty() => &[kind::SETTINGS],
        Event::TagsChanged { .. } => &[kind::CONVERSATIONS],
        Event::ProfileChanged(user) if *user == me => &[kind::PROFILE],
        Event::ConversationPinned { .. } | Event::NotificationLevelSet { .. } => &[kind::CONVERSATIONS],
        _ => &[],
    }
}

/// Whether an event changes how much is unread for somebody.
fn is_about_unread(event: &LiveEvent, me: UserId) -> bool {
    match event {
        LiveEvent::Message(message) => message.message.sender != me && message.message.is_counted,
        LiveEvent::Changed(event, _) => match &**event {
            Event::MessageRecalled(_) => true,
            Event::ConversationRead { seat, .. }
            | Event::MessagesRead(seat, _)
            | Event::ConversationDeleted { seat, .. }
            | Event::HistoryCleared(seat, _)
            | Event::MessagesDeleted(seat, _) => seat.owner == me,
            _ => false,
        },
    }
}

/// What is live only.
async fn at_once(showing: &Showing<'_>, signal: &Signal) -> StoreResult<Option<Told>> {
    let message = match signal {
        Signal::Typing { from } => {
            let names = showing.names(vec![*from]).await?;
            DownStreamMessage {
                from_user_id: names.of(*from),
                channel: PRIVATE,
                class_name: TYPING.to_owned(),
                content: json!({ "typingContentType": ObjectName::text().as_str() }).to_string(),
                data_time: showing.api.clock.now().0,
                ..DownStreamMessage::default()
            }
        }
        Signal::Status(message) if message.message.sender == showing.me() => return Ok(None),
        Signal::Status(message) => {
            let shown = showing.messages(std::slice::from_ref(message)).await?.pop();
            let Some(shown) = shown else { return Ok(None) };
            let ext_status = (shown.class_name != TYPING).then_some(STATUS);
            DownStreamMessage { ext_status, status: 0, ..shown }
        }
        Signal::Presence { user, is_online } => {
            let names = showing.names(vec![*user]).await?;
            let now = showing.api.clock.now().0;
            return Ok(Some((PRESENCE, presence::told(names.of(*user), *is_online, now))));
        }
    };
    Ok(Some((AT_ONCE, message.encode_to_vec())))
}
