//! What is said through Redis: JSON, from a process of this version or one beside it. Whatever is not understood is passed over.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sixin_application::delivery::Signal;
use sixin_application::delivery::neighbours::{Concerned, Hint};
use sixin_application::delivery::ports::DeliveredMessage;
use sixin_domain::conversation::ViewedMessage;
use sixin_domain::id::{MessageId, UserId};
use sixin_domain::log::Position;
use sixin_domain::message::body::Body;
use sixin_domain::message::delivery::DeliveryOptions;
use sixin_domain::message::object_name::ObjectName;
use sixin_domain::time::Millis;

/// A hint.
#[derive(Debug, Serialize, Deserialize)]
struct HintWire {
    /// The process that says it.
    by: String,
    until: Option<i64>,
    /// Whom it concerns; `None` for maybe anybody.
    users: Option<Vec<i64>>,
}

#[derive(Debug, Serialize, Deserialize)]
struct SignalWire {
    by: String,
    to: Vec<i64>,
    #[serde(flatten)]
    what: What,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum What {
    /// The user who is writing.
    Typing(i64),
    Status(Box<StatusWire>),
}

#[derive(Debug, Serialize, Deserialize)]
struct StatusWire {
    id: i64,
    sender: i64,
    recipient: i64,
    sent_at: i64,
    sender_visible: bool,
    object_name: String,
    content: String,
    text: Option<String>,
    delivery: Option<DeliveryWire>,
}

#[derive(Debug, Serialize, Deserialize)]
struct DeliveryWire {
    push_content: Option<String>,
    push_data: Option<String>,
    content_available: Option<bool>,
    expansion: Option<bool>,
    extra_content: Option<BTreeMap<String, String>>,
    disable_push: Option<bool>,
    push_ext: Option<String>,
    bus_channel: Option<String>,
    need_read_receipt: Option<bool>,
    msg_random: Option<i64>,
    badge: Option<i64>,
    is_of_client: Option<bool>,
}

fn numbers(users: &[UserId]) -> Vec<i64> {
    users.iter().map(|user| user.0).collect()
}

fn users(numbers: Vec<i64>) -> Vec<UserId> {
    numbers.into_iter().map(UserId).collect()
}

/// A hint as it is said.
pub(crate) fn hint_text(by: &str, hint: &Hint) -> Option<String> {
    let users = match &hint.concerned {
        Concerned::Users(users) => Some(numbers(users)),
        Concerned::Anybody => None,
    };
    let until = hint.until.map(|until| until.0);
    serde_json::to_string(&HintWire { by: by.to_owned(), until, users }).ok()
}

/// What was said, and by whom.
pub(crate) fn read_hint(text: &[u8]) -> Option<(String, Hint)> {
    let HintWire { by, until, users: concerned } = serde_json::from_slice(text).ok()?;
    let concerned = concerned.map_or(Concerned::Anybody, |numbers| Concerned::Users(users(numbers)));
    Some((by, Hint { until: until.map(Position), concerned }))
}

/// A signal as it is said; `None` for one that no other process has to hear.
pub(crate) fn signal_text(by: &str, to: &[UserId], signal: &Signal) -> Option<String> {
    let what = match signal {
        Signal::Typing { from } => What::Typing(from.0),
        Signal::Status(message) => What::Status(Box::new(status(message)?)),
        // Every process sees by itself who comes and goes.
        Signal::Presence { .. } => return None,
    };
    serde_json::to_string(&SignalWire { by: by.to_owned(), to: numbers(to), what }).ok()
}

/// What was said, to whom, and by whom.
pub(crate) fn read_signal(text: &[u8]) -> Option<(String, Vec<UserId>, Signal)> {
    let SignalWire { by, to, what } = serde_json::from_slice(text).ok()?;
    let signal = match what {
        What::Typing(from) => Signal::Typing { from: UserId(from) },
        What::Status(status) => Signal::Status(Arc::new(read_status(*status)?)),
    };
    Some((by, users(to), signal))
}

fn status(message: &DeliveredMessage) -> Option<StatusWire> {
    let said = &message.message;
    // A status message is a back end's.
    let Body::Typed { object_name, content, text } = &said.body else { return None };
    Some(StatusWire {
        id: said.id.0,
        sender: said.sender.0,
        recipient: message.recipient.0,
        sent_at: said.sent_at.0,
        sender_visible: message.sender_visible,
        object_name: object_name.to_string(),
        content: content.clone(),
        text: text.clone(),
        delivery: said.delivery.clone().map(delivery),
    })
}

fn read_status(status: StatusWire) -> Option<DeliveredMessage> {
    let object_name = ObjectName::new(status.object_name).ok()?;
    let message = ViewedMessage {
        id: MessageId(status.id),
        seq: 0,
        sender: UserId(status.sender),
        sent_at: Millis(status.sent_at),
        body: Body::Typed { object_name, content: status.content, text: status.text },
        file: None,
        read_at: None,
        is_counted: false,
        delivery: status.delivery.map(read_delivery),
        edited_at: None,
    };
    Some(DeliveredMessage::status(message, UserId(status.recipient), status.sender_visible))
}

fn delivery(options: DeliveryOptions) -> DeliveryWire {
    DeliveryWire {
        push_content: options.push_content,
        push_data: options.push_data,
        content_available: options.content_available,
        expansion: options.expansion,
        extra_content: options.extra_content,
        disable_push: options.disable_push,
        push_ext: options.push_ext,
        bus_channel: options.bus_channel,
        need_read_receipt: options.need_read_receipt,
        msg_random: options.msg_random,
        badge: options.badge,
        is_of_client: options.is_of_client,
    }
}

fn read_delivery(wire: DeliveryWire) -> DeliveryOptions {
    DeliveryOptions {
        push_content: wire.push_content,
        push_data: wire.push_data,
        content_available: wire.content_available,
        expansion: wire.expansion,
        extra_content: wire.extra_content,
        disable_push: wire.disable_push,
        push_ext: wire.push_ext,
        bus_channel: wire.bus_channel,
        need_read_receipt: wire.need_read_receipt,
        msg_random: wire.msg_random,
        badge: wire.badge,
        is_of_client: wire.is_of_client,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn message() -> DeliveredMessage {
        let pairs = [("k".to_owned(), "v".to_owned())].into();
        let delivery = DeliveryOptions {
            push_content: Some("look".into()),
            extra_content: Some(pairs),
            expansion: Some(true),
            badge: Some(3),
            ..DeliveryOptions::default()
        };
        let message = ViewedMessage {
            id: MessageId(7_000_000_000_000_001),
            seq: 0,
            sender: UserId(1),
            sent_at: Millis(1_795_348_800_000),
            body: Body::Typed {
                object_name: ObjectName::new("app:Status").unwrap(),
                content: "{\"a\":\"在线\"}".into(),
                text: None,
            },
            file: None,
            read_at: None,
            is_counted: false,
            delivery: Some(delivery),
            edited_at: None,
        };
        DeliveredMessage::status(message, UserId(2), true)
    }

    #[test]
    fn what_is_said_is_what_is_heard() {
        for signal in [Signal::Typing { from: UserId(1) }, Signal::Status(Arc::new(message()))] {
            let text = signal_text("me", &[UserId(2), UserId(1)], &signal).unwrap();
            let heard = read_signal(text.as_bytes()).unwrap();
            assert_eq!(heard, ("me".into(), vec![UserId(2), UserId(1)], signal), "{text}");
        }
        for concerned in [Concerned::Anybody, Concerned::Users(vec![UserId(4)])] {
            let hint = Hint { until: Some(Position(1_795_348_800_000_000)), concerned };
            let text = hint_text("me", &hint).unwrap();
            assert_eq!(read_hint(text.as_bytes()), Some(("me".into(), hint)), "{text}");
        }
    }

    #[test]
    fn who_comes_and_goes_is_not_said() {
        let signal = Signal::Presence { user: UserId(1), is_online: true };
        assert_eq!(signal_text("me", &[UserId(2)], &signal), None);
    }

    #[test]
    fn what_a_later_version_says_is_passed_over() {
        assert_eq!(read_signal(br#"{"by":"x","to":[1],"dancing":{"to":"music"}}"#), None);
        let with_more = read_signal(br#"{"by":"x","to":[1],"typing":4,"since":9}"#);
        assert_eq!(with_more.map(|heard| heard.2), Some(Signal::Typing { from: UserId(4) }));
    }

    proptest! {
        #[test]
        fn nothing_that_comes_makes_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), text in "[{}\\[\\]\",:a-z0-9]{0,80}") {
            let _ = (read_hint(&bytes), read_signal(&bytes), read_hint(text.as_bytes()), read_signal(text.as_bytes()));
        }
    }
}
