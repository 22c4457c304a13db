//! A message on its way to those who are connected.

use super::body::Body;
use super::delivery::DeliveryOptions;
use super::recall::Recall;
use super::{Envelope, NewMessage, Placed};
use crate::conversation::ViewedMessage;
use crate::id::{ConversationId, UserId};
use crate::time::Millis;

/// A message as a stream needs it, and to whom it shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveredMessage {
    /// The message.
    pub message: ViewedMessage,
    /// Who got it.
    pub recipient: UserId,
    /// The conversation it is kept in; `None` if it is transient.
    pub conversation: Option<ConversationId>,
    /// Whether its recipient has read it.
    pub is_read: bool,
    /// Whether it is there still: it was not recalled.
    pub is_enabled: bool,
    /// How it was recalled, where that is known.
    pub recall: Option<Recall>,
    /// Whether it also shows to its sender.
    pub sender_visible: bool,
    /// Whether its sender has deleted it.
    pub is_gone_for_sender: bool,
    /// Whether its recipient has deleted it.
    pub is_gone_for_recipient: bool,
}

impl DeliveredMessage {
    /// A status message: kept nowhere.
    #[must_use]
    pub fn status(message: ViewedMessage, recipient: UserId, sender_visible: bool) -> Self {
        Self {
            message,
            recipient,
            conversation: None,
            is_read: false,
            is_enabled: true,
            recall: None,
            sender_visible,
            is_gone_for_sender: false,
            is_gone_for_recipient: false,
        }
    }

    /// A message as it is right after it was stored. `None` of a file, whose description only the store has.
    #[must_use]
    pub fn stored(envelope: &Envelope, message: &NewMessage, placed: &Placed) -> Option<Self> {
        let own = message.own.as_deref();
        let (body, delivery) =
            own.map_or((&envelope.body, &envelope.delivery), |own| (&own.body, &own.delivery));
        if matches!(body, Body::File { .. }) {
            return None;
        }
        let viewed = ViewedMessage {
            id: placed.id,
            seq: placed.place.map_or(0, |(_, seq)| seq),
            sender: envelope.sender,
            sent_at: placed.sent_at,
            body: body.clone(),
            file: None,
            read_at: None,
            is_counted: envelope.effects.is_counted,
            delivery: delivery.clone(),
            edited_at: None,
        };
        let conversation = placed.place.map(|(conversation, _)| conversation);
        Some(Self { conversation, ..Self::status(viewed, placed.recipient, envelope.effects.sender_visible) })
    }

    /// About how many bytes it takes in memory, near enough for bounds.
    #[must_use]
    pub fn weight(&self) -> usize {
        let delivery = self.message.delivery.as_ref().map_or(0, DeliveryOptions::weight);
        size_of::<Self>() + self.message.body.weight() + delivery
    }

    /// Whether a user would see it, if it was not recalled.
    #[must_use]
    pub fn belongs_to(&self, user: UserId) -> bool {
        let to_recipient = self.recipient == user && !self.is_gone_for_recipient;
        let to_sender = self.message.sender == user && self.sender_visible && !self.is_gone_for_sender;
        to_recipient || to_sender
    }

    /// Whether a user sees it, if it was not recalled: a former member of a private site sees nothing that came after that time.
    #[must_use]
    pub fn shows_to(&self, user: UserId, membership_end: Option<Millis>) -> bool {
        let is_too_new = membership_end.is_some_and(|end| self.message.sent_at > end);
        self.belongs_to(user) && !is_too_new
    }

    /// The other side of the conversation.
    #[must_use]
    pub fn peer_of(&self, user: UserId) -> UserId {
        if self.message.sender == user { self.recipient } else { self.message.sender }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file::FileKind;
    use crate::id::{FileId, MessageId};
    use crate::message::{Effects, Saying};

    fn stored(body: Body, own: Option<&str>) -> Option<DeliveredMessage> {
        let envelope = Envelope { sender: UserId(1), body, effects: Effects::OWN, delivery: None };
        let own = own.map(|text| Box::new(Saying { body: Body::Text(text.to_owned()), delivery: None }));
        let (id, recipient) = (MessageId(5), UserId(2));
        let message = NewMessage { id, conversation_if_new: ConversationId(6), recipient, own };
        let place = Some((ConversationId(7), 9));
        let placed = Placed { id, recipient, place, sent_at: Millis(3) };
        DeliveredMessage::stored(&envelope, &message, &placed)
    }

    #[test]
    fn a_message_is_told_in_its_own_words_if_it_has_some_and_a_file_only_by_the_store() {
        let text = || Body::Text("for all".to_owned());
        let of_all = stored(text(), None).unwrap();
        assert_eq!(
            (&of_all.message.body, of_all.message.seq, of_all.conversation),
            (&text(), 9, Some(ConversationId(7)))
        );
        let own = stored(text(), Some("for one")).unwrap();
        assert_eq!(own.message.body, Body::Text("for one".to_owned()));
        let file = Body::File { file: FileId(1), kind: FileKind::Image };
        assert_eq!(stored(file.clone(), None), None);
        assert!(stored(file, Some("for one")).is_some());
    }
}
