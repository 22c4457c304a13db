//! A conversation as it stands, and the view each of its two sides has of it (docs/design.md#views).

pub mod imported;
pub mod pair;
pub mod tag;
pub mod visibility;

use crate::message::delivery::DeliveryOptions;
use thiserror::Error;

use crate::conversation::pair::{Pair, Side};
use crate::file::StoredFile;
use crate::id::{ConversationId, MessageId, UserId};
use crate::message::body::Body;
use crate::time::Millis;

/// The message that stands for a conversation in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Latest {
    /// Its id, or `None` once the side has deleted all it could see.
    pub id: Option<MessageId>,
    /// Its brief; empty without a message.
    pub brief: String,
    /// Its time. Without a message that of the one that stood here last, so that the conversation keeps its place.
    pub time: Millis,
}

/// What one side has of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SideState {
    /// Whether the conversation shows in the side's list.
    pub is_display: bool,
    /// Whether the side has pinned it.
    pub is_pin: bool,
    /// Messages up to here are read.
    pub read_seq: i64,
    /// Messages up to here are deleted.
    pub cleared_seq: i64,
    /// How many counted messages are unread.
    pub unread: i64,
    /// How many messages show.
    pub message_count: i64,
    /// `None` if no message ever showed, or since the side has deleted the conversation.
    pub latest: Option<Latest>,
}

/// A conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversation {
    /// Its id.
    pub id: ConversationId,
    /// Whose it is.
    pub pair: Pair,
    /// The `seq` of its last message.
    pub last_seq: i64,
    /// What side a has of it.
    pub a: SideState,
    /// What side b has of it.
    pub b: SideState,
}

/// Why somebody does not get to see a conversation: there is none that is theirs. Whether it is one of others nobody is told,
/// or strangers could find out which there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("there is no such conversation")]
pub struct NoSuchConversation;

impl Conversation {
    /// The conversation as `user` sees it.
    ///
    /// # Errors
    /// [`NoSuchConversation`] to anybody but its two sides.
    pub fn seen_by(&self, user: UserId) -> Result<View<'_>, NoSuchConversation> {
        let side = self.pair.side_of(user).ok_or(NoSuchConversation)?;
        let (peer, own, others) = match side {
            Side::A => (self.pair.b(), &self.a, &self.b),
            Side::B => (self.pair.a(), &self.b, &self.a),
        };
        Ok(View { conversation: self, side, user, peer, own, others })
    }
}

/// Where a user sits in a conversation: on one of its two sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seat {
    /// The conversation.
    pub conversation: ConversationId,
    /// Whose user it is.
    pub owner: UserId,
    /// The user on the other side.
    pub other: UserId,
    /// The side of `owner`.
    pub side: Side,
}

/// One side's view.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// Of what.
    pub conversation: &'a Conversation,
    /// Which side it is.
    pub side: Side,
    /// Whose view it is.
    pub user: UserId,
    /// The other user.
    pub peer: UserId,
    /// What the side has.
    pub own: &'a SideState,
    /// What the other side has.
    pub others: &'a SideState,
}

impl View<'_> {
    /// Whether a message has been read by its recipient: on its own, or because the recipient has read all up to it.
    #[must_use]
    pub fn is_read(&self, message: &ViewedMessage) -> bool {
        let reader = if message.sender == self.user { self.others } else { self.own };
        message.read_at.is_some() || message.seq <= reader.read_seq
    }

    /// Whose view of which conversation it is.
    #[must_use]
    pub fn seat(&self) -> Seat {
        Seat { conversation: self.conversation.id, owner: self.user, other: self.peer, side: self.side }
    }

    /// Whether every message after the watermark shows, so that positions can be told from `seq` alone.
    #[must_use]
    pub fn is_dense(&self) -> bool {
        self.own.message_count == self.conversation.last_seq - self.own.cleared_seq
    }
}

/// A message that shows in somebody's view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ViewedMessage {
    /// Its id.
    pub id: MessageId,
    /// Its position.
    pub seq: i64,
    /// Who sent it.
    pub sender: UserId,
    /// When.
    pub sent_at: Millis,
    /// What it says.
    pub body: Body,
    /// The stored file of a file message.
    pub file: Option<StoredFile>,
    /// When the recipient has marked it as read on its own.
    pub read_at: Option<Millis>,
    /// Whether it adds to the unread count.
    pub is_counted: bool,
    /// How its sender wanted it to reach devices.
    pub delivery: Option<DeliveryOptions>,
    /// When it last came to say something else than it was sent with.
    pub edited_at: Option<Millis>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn side(read_seq: i64, cleared_seq: i64, message_count: i64) -> SideState {
        SideState {
            is_display: true,
            is_pin: false,
            read_seq,
            cleared_seq,
            unread: 0,
            message_count,
            latest: None,
        }
    }

    fn conversation() -> Conversation {
        Conversation {
            id: ConversationId(1),
            pair: Pair::of(UserId(1), UserId(2)).unwrap(),
            last_seq: 10,
            a: side(4, 0, 10),
            b: side(8, 5, 4),
        }
    }

    fn message(sender: i64, seq: i64, read_at: Option<Millis>) -> ViewedMessage {
        let (sender, body) = (UserId(sender), Body::Text("hi".into()));
        ViewedMessage {
            id: MessageId(seq),
            seq,
            sender,
            sent_at: Millis(seq),
            body,
            file: None,
            read_at,
            is_counted: true,
            delivery: None,
            edited_at: None,
        }
    }

    #[test]
    fn only_its_two_sides_see_a_conversation_and_each_its_own_part() {
        let conversation = conversation();
        let view = conversation.seen_by(UserId(2)).unwrap();
        assert_eq!(
            (view.side, view.peer, view.own.read_seq, view.others.read_seq),
            (Side::B, UserId(1), 8, 4)
        );
        assert_eq!(conversation.seen_by(UserId(1)).unwrap().peer, UserId(2));
        assert_eq!(conversation.seen_by(UserId(3)).unwrap_err(), NoSuchConversation);
    }

    #[test]
    fn a_message_is_read_on_its_own_or_by_the_watermark_of_its_recipient() {
        let conversation = conversation();
        let view = conversation.seen_by(UserId(1)).unwrap();
        // Sent by 1 and received by 2, who has read up to 8.
        assert!(view.is_read(&message(1, 8, None)));
        assert!(!view.is_read(&message(1, 9, None)));
        assert!(view.is_read(&message(1, 9, Some(Millis(1)))));
        // Received by 1, who has read up to 4.
        assert!(view.is_read(&message(2, 4, None)));
        assert!(!view.is_read(&message(2, 5, None)));
    }

    #[test]
    fn a_view_is_dense_if_nothing_after_its_watermark_is_missing() {
        let conversation = conversation();
        assert!(conversation.seen_by(UserId(1)).unwrap().is_dense());
        assert!(!conversation.seen_by(UserId(2)).unwrap().is_dense());
    }
}
