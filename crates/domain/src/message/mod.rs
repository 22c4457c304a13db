//! Messages on their way to the store and back.

pub mod body;
pub mod content;
mod content_types;
pub mod delivered;
pub mod delivery;
pub mod expansion;
pub mod growing;
pub mod log_hour;
pub mod log_link;
pub mod object_name;
pub mod recall;
pub mod template;
pub mod typed;
pub mod uid;

use self::delivery::DeliveryOptions;
use crate::id::{ConversationId, MessageId, UserId};
use crate::message::body::Body;
use crate::message::object_name::{Keeping, ObjectName};
use crate::time::Millis;

/// What a message does to the two views of its conversation (docs/design.md#effects).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effects {
    /// Whether it is kept in the conversation; else it only waits for the device gateway.
    pub is_persisted: bool,
    /// Whether it adds to the recipient's unread count.
    pub is_counted: bool,
    /// Whether it shows in the sender's own view.
    pub sender_visible: bool,
    /// Whether it becomes the conversation's latest message.
    pub updates_latest: bool,
}

/// What a sender says of the effects of its message; what it leaves out, the type decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WantedEffects {
    /// Whether the message is kept.
    pub is_persisted: Option<bool>,
    /// Whether it is counted.
    pub is_counted: Option<bool>,
    /// Whether it shows in the sender's own view; it does not where that is left out.
    pub sender_visible: bool,
    /// Whether it becomes the latest message.
    pub updates_latest: bool,
}

impl WantedEffects {
    /// What a message of that type does.
    #[must_use]
    pub fn of_type(self, object_name: &ObjectName) -> Effects {
        let keeping = object_name.keeping();
        Effects {
            is_persisted: self.is_persisted.unwrap_or(keeping != Keeping::Signal),
            is_counted: self.is_counted.unwrap_or(keeping == Keeping::Counted),
            sender_visible: self.sender_visible,
            updates_latest: self.updates_latest,
        }
    }
}

impl Effects {
    /// What a message has that a user sent from an app.
    pub const OWN: Self =
        Self { is_persisted: true, is_counted: true, sender_visible: true, updates_latest: true };
}

/// A message that is ready to be stored; `seq` and time are given by the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMessage {
    /// Its id, made by the application.
    pub id: MessageId,
    /// The id its conversation gets if this is the pair's first message.
    pub conversation_if_new: ConversationId,
    /// Who gets it.
    pub recipient: UserId,
    /// What it says, if that is not what the others of its send say.
    pub own: Option<Box<Saying>>,
}

/// What one message says and how it is delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saying {
    /// What is said.
    pub body: Body,
    /// How it is to reach devices, or `None` where its sender left that open.
    pub delivery: Option<DeliveryOptions>,
}

impl Saying {
    /// Bytes it occupies in memory and on disk, near enough for bounds.
    #[must_use]
    pub fn weight(&self) -> usize {
        self.body.weight() + self.delivery.as_ref().map_or(0, DeliveryOptions::weight)
    }
}

/// Whether a back end published it: what is neither a text nor a file of an app, nor sent with a client SDK.
#[must_use]
pub fn is_of_back_end(body: &Body, delivery: Option<&DeliveryOptions>) -> bool {
    let is_of_client = delivery.is_some_and(|options| options.is_of_client == Some(true));
    matches!(body, Body::Typed { .. }) && !is_of_client
}

/// What the messages of one send have in common. Body and delivery are those of every message that has none of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// Who speaks.
    pub sender: UserId,
    /// What is said.
    pub body: Body,
    /// What it does to the views.
    pub effects: Effects,
    /// How it is to reach devices, or `None` where its sender left that open.
    pub delivery: Option<DeliveryOptions>,
}

/// Where one message ended up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed {
    /// Its id.
    pub id: MessageId,
    /// Who got it.
    pub recipient: UserId,
    /// Its conversation and its position there, or `None` for a message that is not persisted.
    pub place: Option<(ConversationId, i64)>,
    /// Its sent time, strictly increasing within a conversation.
    pub sent_at: Millis,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_users_say_is_not_of_back_ends_whatever_its_type() {
        let typed = Body::Typed {
            object_name: ObjectName::new("RC:TxtMsg").unwrap(),
            content: "{}".into(),
            text: None,
        };
        let client = DeliveryOptions { is_of_client: Some(true), ..DeliveryOptions::default() };
        assert!(is_of_back_end(&typed, None) && is_of_back_end(&typed, Some(&DeliveryOptions::default())));
        assert!(!is_of_back_end(&typed, Some(&client)));
        assert!(!is_of_back_end(&Body::Text("hi".into()), None));
    }

    #[test]
    fn the_type_decides_what_its_sender_leaves_open_and_nothing_else() {
        let effects = |name: &str, is_persisted, is_counted| {
            let wanted = WantedEffects { is_persisted, is_counted, ..WantedEffects::default() };
            let effects = wanted.of_type(&ObjectName::new(name).unwrap());
            (effects.is_persisted, effects.is_counted)
        };
        assert_eq!(effects("RC:TxtMsg", None, None), (true, true));
        assert_eq!(effects("RC:InfoNtf", None, None), (true, false));
        assert_eq!(effects("RC:TypSts", None, None), (false, false));
        assert_eq!(effects("RC:TxtMsg", Some(false), Some(false)), (false, false));
        assert_eq!(effects("RC:TypSts", Some(true), Some(true)), (true, true));
        assert_eq!(effects("RC:TypSts", Some(true), None), (true, false));
        assert_eq!(effects("RC:InfoNtf", None, Some(true)), (true, true));
    }
}
