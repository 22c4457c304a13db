//! What receivers of RongCloud's callbacks know: message routing, online status, operation sync (docs/webhooks.md#rongcloud).

use serde_json::{Value, json};
use sixin_application::access::ports::{Signatures, SignedParts};
use sixin_application::webhooks::ports::{Post, PostFailure};
use sixin_application::webhooks::telling::Telling;
use sixin_domain::access::app_key::AppKey;
use sixin_domain::conversation::Seat;
use sixin_domain::event::Event;
use sixin_domain::log::Logged;
use sixin_domain::message::recall::Recall;
use sixin_domain::message::uid as message_uid;
use sixin_domain::time::Millis;
use sixin_domain::webhook::endpoint::EndpointKind;
use sixin_domain::webhook::receiver_url::ReceiverUrl;
use url::form_urlencoded;

use crate::Written;
use crate::named::{message_uids, name};

pub(crate) const FORM: &str = "application/x-www-form-urlencoded";
pub(crate) const JSON: &str = "application/json";
/// On what a message was written, or a user is online: which of them is not kept.
pub(crate) const CLIENT: &str = "Websocket";
pub(crate) const SERVER: &str = "Server";
/// A conversation of two.
pub(crate) const PERSON: &str = "PERSON";
const PERSON_NUMBER: i64 = 1;

/// Writes what a receiver is sent, signed in the query as RongCloud does.
pub(crate) fn write(post: &Post, signatures: &dyn Signatures) -> Result<Written, PostFailure> {
    let key = post.key.as_ref().filter(|key| key.is_enabled).ok_or(PostFailure::NoKey)?;
    let url = signed(&post.endpoint.url, key, &post.nonce, post.at, signatures);
    let told = post.tellings.as_deref().unwrap_or_default();
    let (content_type, body) = match post.endpoint.kind {
        EndpointKind::RongOnline => {
            (JSON, Value::from(told.iter().filter_map(online).collect::<Vec<_>>()).to_string())
        }
        EndpointKind::RongOperation => {
            let operation = told.first().map_or_else(|| json!({ "eventType": 0 }), operation);
            (JSON, operation.to_string())
        }
        EndpointKind::RongRoute | EndpointKind::Standard => (FORM, route(told.first(), post)),
    };
    Ok(Written { url, content_type, headers: Vec::new(), body })
}

/// An address with the signature of an app key in its query.
pub(crate) fn signed(
    url: &ReceiverUrl,
    key: &AppKey,
    nonce: &str,
    at: Millis,
    signatures: &dyn Signatures,
) -> ReceiverUrl {
    let timestamp = at.0.to_string();
    let parts = SignedParts::NonceAndTime { nonce: nonce.to_owned(), timestamp: timestamp.clone() };
    let signature = signatures.sign(&parts, &key.secret);
    // Older receivers know the time by another name.
    url.with_query(&[
        ("appKey", &key.app_id),
        ("nonce", nonce),
        ("timestamp", &timestamp),
        ("signTimestamp", &timestamp),
        ("signature", &signature),
    ])
}

/// A message as a form.
fn route(told: Option<&Telling>, post: &Post) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    let mut add = |name: &str, value: &str| {
        form.append_pair(name, value);
    };
    let message = told.and_then(|telling| Some((telling, telling.message.as_ref()?)));
    let (from, to, object_name, content, at, uid, source, channel) = match &message {
        Some((telling, told)) => {
            let message = &told.delivered.message;
            let channel = message.delivery.as_ref().and_then(|options| options.bus_channel.as_deref());
            (
                name(telling, message.sender),
                name(telling, told.delivered.recipient),
                told.object_name.as_str(),
                told.content.as_str(),
                message.sent_at,
                message_uid::encode(message.id),
                if told.is_of_server() { SERVER } else { CLIENT },
                channel.unwrap_or_default(),
            )
        }
        // A test says so itself.
        None => ("sixin-test", "sixin-test", "sixin:Test", "{}", post.at, post.nonce.clone(), SERVER, ""),
    };
    add("fromUserId", from);
    add("toUserId", to);
    add("objectName", object_name);
    add("content", content);
    add("channelType", PERSON);
    add("msgTimestamp", &at.0.to_string());
    add("msgUID", &uid);
    add("originalMsgUID", "");
    add("sensitiveType", "0");
    add("source", source);
    add("busChannel", channel);
    add("groupUserIds", "");
    form.finish()
}

/// That somebody came or went.
fn online(telling: &Telling) -> Option<Value> {
    let Logged::Change(event) = &telling.entry.what else { return None };
    let Event::PresenceChanged { user, is_online } = **event else { return None };
    Some(json!({
        "userid": name(telling, user),
        "status": if is_online { "0" } else { "1" },
        "os": CLIENT,
        "time": telling.entry.position.time().0,
        "clientIp": "",
        "sessionId": "",
    }))
}

/// That something was recalled or deleted.
fn operation(telling: &Telling) -> Value {
    let at = telling.entry.position.time().0;
    let conversation =
        |target: &str| json!({ "conversationType": PERSON_NUMBER, "targetId": target, "busChannel": "" });
    if let Some(told) = &telling.message {
        let message = &told.delivered.message;
        let recall = told.delivered.recall.unwrap_or(Recall::own(message.sender));
        return json!({
            "eventType": 1,
            "fromUserId": name(telling, recall.by),
            "optTime": at,
            "source": if told.is_of_server() { SERVER } else { CLIENT },
            "conversationInfo": conversation(name(telling, told.delivered.peer_of(recall.by))),
            "originalMsgInfo": {
                "messageId": message_uid::encode(message.id), "messageTime": message.sent_at.0,
            },
            "recallMsgInfo": {
                "isDelete": u8::from(!recall.leaves_notice), "isAdmin": u8::from(recall.is_admin), "extra": "",
            },
        });
    }
    let deleted = |seat: &Seat, what: Value| {
        json!({
            "eventType": 2,
            "fromUserId": name(telling, seat.owner),
            "optTime": at,
            "source": CLIENT,
            "conversationInfo": conversation(name(telling, seat.other)),
            "deleteMsgInfo": what,
        })
    };
    match &telling.entry.what {
        Logged::Change(event) => match &**event {
            Event::MessagesDeleted(seat, ids) => {
                deleted(seat, json!({ "deleteType": 1, "messageIds": message_uids(ids) }))
            }
            Event::HistoryCleared(seat, last) => {
                deleted(seat, json!({ "deleteType": 2, "msgTimestamp": at, "clearedSeq": last }))
            }
            _ => json!({ "eventType": 0 }),
        },
        Logged::Message(_) => json!({ "eventType": 0 }),
    }
}
