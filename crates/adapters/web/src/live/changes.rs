//! What changes look like: the same in every dialect but for what users, conversations and messages are called.

use serde_json::{Map, Value, json};
use sixin_domain::conversation::Seat;
use sixin_domain::event::{Event, Tie};
use sixin_domain::id::{ConversationId, MessageId, UserId};
use sixin_domain::log::Position;

use super::dialect::Frame;

/// What a dialect calls things.
pub trait Names {
    /// A user.
    fn user(&self, user: UserId) -> Value;

    /// The conversation of the guest with somebody: a name of a member, and its value.
    fn conversation(&self, id: ConversationId, with: UserId) -> (&'static str, Value);

    /// A message.
    fn message(&self, id: MessageId) -> Value;
}

/// The users a change names, whom a dialect has to know.
#[must_use]
pub fn named(event: &Event) -> Vec<UserId> {
    match event {
        Event::ConversationRead { seat, .. }
        | Event::MessagesRead(seat, _)
        | Event::ConversationDeleted { seat, .. }
        | Event::HistoryCleared(seat, _)
        | Event::MessagesDeleted(seat, _) => vec![seat.owner, seat.other],
        Event::ConversationPinned { other, .. } | Event::TieSet { other, .. } => vec![*other],
        Event::NotificationLevelSet { with, .. } => with.iter().copied().collect(),
        Event::RemarksSet { about, .. } => about.clone(),
        _ => Vec::new(),
    }
}

/// What a guest is shown of a change that is about no single message; `None` of what is nothing to show.
pub fn frame(position: Position, event: &Event, guest: UserId, names: &dyn Names) -> Option<Frame> {
    let (event, data) = shown(event, guest, names)?;
    Some(Frame { event, position: Some(position), data: data.to_string() })
}

fn shown(event: &Event, guest: UserId, names: &dyn Names) -> Option<(&'static str, Value)> {
    let ids = |ids: &[MessageId]| Value::from(ids.iter().map(|id| names.message(*id)).collect::<Vec<_>>());
    Some(match event {
        // To the other side it is a receipt for what that has sent.
        Event::ConversationRead { seat, read_seq } => {
            (read_or_receipt(seat, guest), of(seat, guest, names, "readSeq", (*read_seq).into()))
        }
        Event::MessagesRead(seat, read) => {
            (read_or_receipt(seat, guest), of(seat, guest, names, "messages", ids(read)))
        }
        Event::ConversationDeleted { seat, cleared_seq } => {
            ("conversation_removed", of(seat, guest, names, "clearedSeq", (*cleared_seq).into()))
        }
        Event::HistoryCleared(seat, last) => {
            ("cleared", of(seat, guest, names, "clearedSeq", (*last).into()))
        }
        Event::MessagesDeleted(seat, gone) => ("deleted", of(seat, guest, names, "messages", ids(gone))),
        Event::ConversationPinned { other, is_pinned, .. } => {
            ("pinned", json!({ "user": names.user(*other), "isPinned": is_pinned }))
        }
        Event::NotificationLevelSet { with, level, .. } => {
            ("muted", json!({ "user": with.map(|with| names.user(with)), "level": level.number() }))
        }
        Event::PushPeriodSet { period, .. } => (
            "push_period",
            json!({ "period": period.map(|period| json!({
                "startSecond": period.start_second(), "minutes": period.minutes(), "level": period.level(),
            })) }),
        ),
        Event::TieSet { tie, other, is_set, .. } => {
            let name = match tie {
                Tie::Follow => "followed",
                Tie::Block => "blocked",
                Tie::Whitelist => "whitelisted",
            };
            (name, json!({ "user": names.user(*other), "isSet": is_set }))
        }
        Event::RemarksSet { about, .. } => {
            let users: Vec<_> = about.iter().map(|user| names.user(*user)).collect();
            ("remarks", json!({ "users": users }))
        }
        Event::TagsChanged { .. } => ("tags", json!({})),
        Event::ProfileChanged(_) => ("profile", json!({})),
        Event::UserStateChanged(_) => ("user_state", json!({})),
        // Who is concerned is not connected any longer; who is still there was not concerned.
        Event::SessionsEnded { .. } | Event::DeviceTokensExpired { .. } => return None,
        // Nobody's stream shows them.
        Event::PresenceChanged { .. } | Event::EndpointDisabled(_) => return None,
        Event::MessageStored { .. }
        | Event::MessageRecalled(_)
        | Event::MessageEdited(_)
        | Event::MessageExpanded(_)
        | Event::MessageGrown { .. } => return None,
    })
}

fn read_or_receipt(seat: &Seat, guest: UserId) -> &'static str {
    if seat.owner == guest { "read" } else { "receipt" }
}

fn of(seat: &Seat, guest: UserId, names: &dyn Names, key: &str, value: Value) -> Value {
    let with = if seat.owner == guest { seat.other } else { seat.owner };
    let (name, conversation) = names.conversation(seat.conversation, with);
    let mut members = Map::new();
    members.insert(name.to_owned(), conversation);
    members.insert(key.to_owned(), value);
    Value::Object(members)
}
