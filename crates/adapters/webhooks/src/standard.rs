//! Standard Webhooks: headers and JSON (docs/webhooks.md#wire).

use chrono::{DateTime, SecondsFormat};
use sixin_application::access::ports::{Signatures, SignedParts};
use sixin_application::webhooks::ports::{Post, PostFailure};
use sixin_application::webhooks::telling::{Telling, ToldMessage};
use sixin_domain::access::app_key::Secret;
use sixin_domain::conversation::Seat;
use sixin_domain::event::Event;
use sixin_domain::id::UserId;
use sixin_domain::log::{Logged, Position};
use sixin_domain::message::uid as message_uid;
use sixin_domain::time::Millis;
use sixin_domain::webhook::event_type::EventType;
use sixin_domain::webhook::signing_secret::{key, signed_text};

use crate::bodies::{
    BannedData, BlockedData, ClearedData, Data, DeletedData, DisabledData, Envelope, MessageData,
    MessageReference, MutedData, Nothing, PairReference, PinnedData, PresenceData, ReadData, RecalledData,
    Source, UserReference, UserState,
};
use crate::named::{message_uids, name, uid};
use crate::rongcloud::JSON;
use crate::{Written, push};

/// Longest body in bytes; what is longer is told without content.
const MOST_BYTES: usize = 20 * 1024;
/// What a test is called.
pub(crate) const TEST: &str = "webhook.test";

/// Writes what a receiver is sent.
pub(crate) fn write(post: &Post, signatures: &dyn Signatures) -> Result<Written, PostFailure> {
    let telling = post.tellings.as_ref().and_then(|tellings| tellings.first());
    let (id, body) = match telling {
        Some(telling) => (format!("msg_{}", telling.entry.position.0), body(telling, post.at)),
        None => {
            let body = envelope(TEST, Position::at(post.at), &Data::Nothing(Nothing {}));
            (format!("msg_test_{}", post.nonce), body)
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

fn envelope(event: &str, position: Position, data: &Data<'_>) -> String {
    let at = DateTime::from_timestamp_micros(position.0).unwrap_or_default();
    let timestamp = at.to_rfc3339_opts(SecondsFormat::Micros, true);
    // Texts, numbers and lists of them: that can't fail.
    serde_json::to_string(&Envelope { event, timestamp, data }).unwrap_or_default()
}

fn body(telling: &Telling, now: Millis) -> String {
    let (event, position) = (telling.event.name(), telling.entry.position);
    let mut data = data(telling, now);
    let whole = envelope(event, position, &data);
    if whole.len() <= MOST_BYTES {
        return whole;
    }
    data.shorten();
    loop {
        let shorter = envelope(event, position, &data);
        // Those that were seen last come first.
        if shorter.len() <= MOST_BYTES || !data.drop_device() {
            return shorter;
        }
    }
}

fn data(telling: &Telling, now: Millis) -> Data<'_> {
    if let Some(requested) = &telling.push {
        return Data::Push(push::data(telling, requested));
    }
    match (&telling.message, &telling.entry.what) {
        (Some(told), _) if telling.event == EventType::MessageRecalled => {
            Data::Recalled(RecalledData { message: reference(telling, told) })
        }
        (Some(told), _) => Data::Message(message_data(telling, told)),
        (None, Logged::Change(event)) => change_data(telling, event, now),
        // Without its message nothing is gathered of it.
        (None, Logged::Message(_)) => Data::Nothing(Nothing {}),
    }
}

fn reference<'a>(telling: &'a Telling, told: &ToldMessage) -> MessageReference<'a> {
    let (delivered, message) = (&told.delivered, &told.delivered.message);
    let (from, to) = (message.sender, delivered.recipient);
    MessageReference {
        pos: telling.entry.position.0,
        message_id: message.id.0,
        message_uid: message_uid::encode(message.id),
        conversation_id: delivered.conversation.map(|id| id.0),
        seq: delivered.conversation.map(|_| message.seq),
        from_user_id: name(telling, from),
        from_uid: uid(telling, from),
        to_user_id: name(telling, to),
        to_uid: uid(telling, to),
        msg_time: message.sent_at.0,
        is_recalled: !delivered.is_enabled,
    }
}

/// What a message says. What was taken back is not shown to those who hear of it late.
fn message_data<'a>(telling: &'a Telling, told: &'a ToldMessage) -> MessageData<'a> {
    let (message, is_shown) = (&told.delivered.message, told.delivered.is_enabled);
    let text = message.body.text();
    let carried = told.pairs.as_ref().filter(|pairs| !pairs.is_empty());
    let carried = carried.and_then(|pairs| serde_json::to_string(pairs).ok());
    let channel = message.delivery.as_ref().and_then(|options| options.bus_channel.as_deref());
    MessageData {
        message: reference(telling, told),
        object_name: &told.object_name,
        content: is_shown.then_some(told.content.as_str()),
        text: text.filter(|_| is_shown),
        expansion: told.pairs.is_some(),
        extra_content: is_shown.then_some(carried.unwrap_or_default()),
        bus_channel: channel.unwrap_or_default(),
        source: if told.is_of_server() { Source::Server } else { Source::App },
        truncated: None,
    }
}

fn change_data<'a>(telling: &'a Telling, event: &Event, now: Millis) -> Data<'a> {
    let of = |owner: UserId, other: UserId| PairReference {
        user: user(telling, owner),
        target_id: name(telling, other),
        target_uid: uid(telling, other),
    };
    let seen_by = |seat: &Seat| (of(seat.owner, seat.other), seat.conversation.0);
    match event {
        Event::ConversationRead { seat, read_seq } => {
            let (pair, conversation_id) = seen_by(seat);
            let read_seq = Some(*read_seq);
            Data::Read(ReadData { pair, read_seq, message_uids: None, conversation_id, truncated: None })
        }
        Event::MessagesRead(seat, ids) => {
            let (pair, conversation_id) = seen_by(seat);
            let message_uids = Some(Some(message_uids(ids)));
            Data::Read(ReadData { pair, read_seq: None, message_uids, conversation_id, truncated: None })
        }
        Event::MessagesDeleted(seat, ids) => {
            let (pair, conversation_id) = seen_by(seat);
            let message_uids = Some(message_uids(ids));
            Data::Deleted(DeletedData { pair, message_uids, conversation_id, truncated: None })
        }
        Event::ConversationDeleted { seat, cleared_seq } | Event::HistoryCleared(seat, cleared_seq) => {
            let (pair, conversation_id) = seen_by(seat);
            Data::Cleared(ClearedData { pair, cleared_seq: *cleared_seq, conversation_id })
        }
        Event::ConversationPinned { owner, other, is_pinned } => {
            Data::Pinned(PinnedData { pair: of(*owner, *other), is_pinned: *is_pinned })
        }
        Event::NotificationLevelSet { user: owner, with: Some(other), level } => {
            Data::Muted(MutedData { pair: of(*owner, *other), level: level.number() })
        }
        Event::TieSet { owner, other, is_set, .. } => {
            Data::Blocked(BlockedData { pair: of(*owner, *other), is_set: *is_set })
        }
        Event::UserStateChanged(id) => {
            Data::Banned(BannedData { user: user(telling, *id), state: state(telling, *id, now) })
        }
        Event::PresenceChanged { user: id, .. } => Data::Presence(PresenceData { user: user(telling, *id) }),
        Event::EndpointDisabled(endpoint) => {
            Data::Disabled(DisabledData { pos: telling.entry.position.0, endpoint_id: endpoint.0 })
        }
        // Nobody is told of anything else.
        _ => Data::Nothing(Nothing {}),
    }
}

/// A user the event is about.
pub(crate) fn user(telling: &Telling, user: UserId) -> UserReference<'_> {
    UserReference { pos: telling.entry.position.0, user_id: name(telling, user), uid: uid(telling, user) }
}

/// How a user stands now.
fn state(telling: &Telling, id: UserId, now: Millis) -> UserState {
    let Some(user) = telling.users.get(&id) else { return UserState::default() };
    let restrictions = &user.restrictions;
    let is_banned = restrictions.is_banned(now);
    UserState {
        is_enabled: Some(user.is_enabled),
        is_deleted: Some(user.deleted_at.is_some()),
        is_muted: Some(restrictions.is_muted),
        is_banned: Some(is_banned),
        banned_until: Some(restrictions.banned_until.filter(|_| is_banned).map(|at| at.0)),
    }
}
