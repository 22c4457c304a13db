//! Standard Webhooks: headers and JSON (docs/webhooks.md#wire).

use chrono::{DateTime, SecondsFormat};
use serde_json::{Map, Value, json};
use sixin_application::access::ports::{Signatures, SignedParts};
use sixin_application::webhooks::ports::{Post, PostFailure};
use sixin_application::webhooks::telling::{Telling, ToldMessage};
use sixin_domain::access::app_key::Secret;
use sixin_domain::conversation::Seat;
use sixin_domain::event::Event;
use sixin_domain::id::UserId;
use sixin_domain::log::{Logged, Position};
use sixin_domain::message::body::Body;
use sixin_domain::message::uid as message_uid;
use sixin_domain::time::Millis;
use sixin_domain::webhook::event_type::EventType;
use sixin_domain::webhook::signing_secret::{key, signed_text};

use crate::Written;
use crate::named::{message_uids, name, uid};
use crate::push;
use crate::rongcloud::JSON;

/// Longest body in bytes; what is longer is told without content.
const MOST_BYTES: usize = 20 * 1024;

/// Writes what a receiver is sent.
pub(crate) fn write(post: &Post, signatures: &dyn Signatures) -> Result<Written, PostFailure> {
    let telling = post.tellings.as_ref().and_then(|tellings| tellings.first());
    let (id, body) = match telling {
        Some(telling) => (format!("msg_{}", telling.entry.position.0), body(telling, post.at)),
        None => {
            (format!("msg_test_{}", post.nonce), envelope("webhook.test", Position::at(post.at), json!({})))
        }
    };
    let secrets: Vec<_> = post.endpoint.live_secrets(post.at).collect();
    let headers = signed_headers(id, post.at, &secrets, &body, signatures)?;
    Ok(Written { url: post.endpoint.url.clone(), content_type: JSON, headers, body })
}

/// Id, time and signatures.
pub(crate) fn signed_headers(
    id: String,
    at: Millis,
    secrets: &[&Secret],
    body: &str,
    signatures: &dyn Signatures,
) -> Result<Vec<(&'static str, String)>, PostFailure> {
    let seconds = at.0.div_euclid(1000);
    if secrets.iter().any(|secret| key(secret).is_err()) {
        return Err(PostFailure::NoSecret);
    }
    let parts = SignedParts::Webhook(signed_text(&id, seconds, body));
    let signed: Vec<String> = secrets.iter().map(|secret| signatures.sign(&parts, secret)).collect();
    Ok(vec![
        ("webhook-id", id),
        ("webhook-timestamp", seconds.to_string()),
        ("webhook-signature", signed.join(" ")),
    ])
}

fn envelope(event: &str, position: Position, data: Value) -> String {
    let at = DateTime::from_timestamp_micros(position.0).unwrap_or_default();
    let timestamp = at.to_rfc3339_opts(SecondsFormat::Micros, true);
    json!({ "type": event, "timestamp": timestamp, "data": data }).to_string()
}

/// The members of an object, in order.
pub(crate) type Members = Map<String, Value>;

pub(crate) fn members<const N: usize>(pairs: [(&str, Value); N]) -> Members {
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn body(telling: &Telling, now: Millis) -> String {
    let (event, position) = (telling.event.name(), telling.entry.position);
    let mut data = data(telling, now);
    let whole = envelope(event, position, data.clone().into());
    if whole.len() <= MOST_BYTES {
        return whole;
    }
    for member in ["content", "text", "extraContent", "messageUIDs", "pushConfigs"] {
        data.entry(member).and_modify(|value| *value = Value::Null);
    }
    data.insert("truncated".to_owned(), true.into());
    loop {
        let shorter = envelope(event, position, data.clone().into());
        let devices = data.get_mut("devices").and_then(Value::as_array_mut);
        // Those that were seen last come first.
        if shorter.len() <= MOST_BYTES || devices.and_then(Vec::pop).is_none() {
            return shorter;
        }
    }
}

fn data(telling: &Telling, now: Millis) -> Members {
    let mut data = members([("pos", telling.entry.position.0.into())]);
    if let Some(requested) = &telling.push {
        data.extend(push::data(telling, requested));
        return data;
    }
    match (&telling.message, &telling.entry.what) {
        (Some(message), _) => data.extend(message_data(telling, message)),
        (None, Logged::Change(event)) => data.extend(change_data(telling, event, now)),
        // Without its message nothing is gathered of it.
        (None, Logged::Message(_)) => {}
    }
    data
}

fn message_data(telling: &Telling, told: &ToldMessage) -> Members {
    let (delivered, message) = (&told.delivered, &told.delivered.message);
    let (from, to) = (message.sender, delivered.recipient);
    let mut data = members([
        ("messageId", message.id.0.into()),
        ("messageUID", message_uid::encode(message.id).into()),
        ("conversationId", delivered.conversation.map(|id| id.0).into()),
        ("seq", delivered.conversation.map(|_| message.seq).into()),
        ("fromUserId", name(telling, from).into()),
        ("fromUid", uid(telling, from)),
        ("toUserId", name(telling, to).into()),
        ("toUid", uid(telling, to)),
        ("msgTime", message.sent_at.0.into()),
        ("isRecalled", (!delivered.is_enabled).into()),
    ]);
    if telling.event != EventType::MessageRecalled {
        data.extend(content_data(told));
    }
    data
}

/// What a message says. What was taken back is not shown to those who hear of it late.
fn content_data(told: &ToldMessage) -> Members {
    let message = &told.delivered.message;
    let shown = |value: Value| if told.delivered.is_enabled { value } else { Value::Null };
    let text = match &message.body {
        Body::Text(text) | Body::Typed { text: Some(text), .. } => Some(text.as_str()),
        Body::File { .. } | Body::Typed { text: None, .. } => None,
    };
    let carried = told.pairs.as_ref().filter(|pairs| !pairs.is_empty());
    let carried = carried.and_then(|pairs| serde_json::to_string(pairs).ok());
    let channel = message.delivery.as_ref().and_then(|options| options.bus_channel.as_deref());
    members([
        ("objectName", told.object_name.as_str().into()),
        ("content", shown(told.content.as_str().into())),
        ("text", shown(text.into())),
        ("expansion", told.pairs.is_some().into()),
        ("extraContent", shown(carried.unwrap_or_default().into())),
        ("busChannel", channel.unwrap_or_default().into()),
        ("source", if told.is_of_server() { "server" } else { "app" }.into()),
    ])
}

fn change_data(telling: &Telling, event: &Event, now: Millis) -> Members {
    let with = |owner: UserId, other: UserId, key: &str, value: Value| {
        let mut data = user_data(telling, owner);
        data.extend(members([
            ("targetId", name(telling, other).into()),
            ("targetUid", uid(telling, other)),
            (key, value),
        ]));
        data
    };
    let of = |seat: &Seat, key: &str, value: Value| {
        let mut data = with(seat.owner, seat.other, key, value);
        data.extend(members([("conversationId", seat.conversation.0.into())]));
        data
    };
    match event {
        Event::ConversationRead { seat, read_seq } => of(seat, "readSeq", (*read_seq).into()),
        Event::MessagesRead(seat, ids) | Event::MessagesDeleted(seat, ids) => {
            of(seat, "messageUIDs", message_uids(ids).into())
        }
        Event::ConversationDeleted { seat, cleared_seq } | Event::HistoryCleared(seat, cleared_seq) => {
            of(seat, "clearedSeq", (*cleared_seq).into())
        }
        Event::ConversationPinned { owner, other, is_pinned } => {
            with(*owner, *other, "isPinned", (*is_pinned).into())
        }
        Event::NotificationLevelSet { user: owner, with: Some(other), level } => {
            with(*owner, *other, "level", level.number().into())
        }
        Event::TieSet { owner, other, is_set, .. } => with(*owner, *other, "isSet", (*is_set).into()),
        Event::UserStateChanged(user) => state_data(telling, *user, now),
        Event::PresenceChanged { user, .. } => user_data(telling, *user),
        Event::EndpointDisabled(endpoint) => members([("endpointId", endpoint.0.into())]),
        // Nobody is told of anything else.
        _ => Members::new(),
    }
}

fn user_data(telling: &Telling, user: UserId) -> Members {
    members([("userId", name(telling, user).into()), ("uid", uid(telling, user))])
}

/// How a user stands now.
fn state_data(telling: &Telling, id: UserId, now: Millis) -> Members {
    let mut data = user_data(telling, id);
    if let Some(user) = telling.users.get(&id) {
        let restrictions = &user.restrictions;
        let is_banned = restrictions.is_banned(now);
        data.extend(members([
            ("isEnabled", user.is_enabled.into()),
            ("isDeleted", user.deleted_at.is_some().into()),
            ("isMuted", restrictions.is_muted.into()),
            ("isBanned", is_banned.into()),
            ("bannedUntil", restrictions.banned_until.filter(|_| is_banned).map(|at| at.0).into()),
        ]));
    }
    data
}
