//! Conversations that come from another system, message by message.

use crate::conversation::Latest;
use crate::conversation::pair::{Pair, Side};
use crate::id::{ConversationId, MessageId, UserId};
use crate::message::body::Body;
use crate::time::Millis;

/// Messages that were brought along keep their numbers, and stay below this one: what sixin numbers itself is of 2025 or later and
/// lies behind it.
pub const FIRST_OWN: i64 = 1 << 47;

/// A message of another system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedMessage {
    /// Its number there.
    pub id: MessageId,
    /// Its conversation, if that has to be made.
    pub conversation_if_new: ConversationId,
    /// Between whom.
    pub pair: Pair,
    /// Which of them sent it.
    pub sender: UserId,
    /// What it says.
    pub body: Body,
    /// When it was sent, as far as that is known.
    pub sent_at: Millis,
    /// When its sender deleted it.
    pub sender_deleted_at: Option<Millis>,
    /// When its recipient did.
    pub recipient_deleted_at: Option<Millis>,
    /// When its recipient read it.
    pub read_at: Option<Millis>,
    /// Whether it shows to anybody.
    pub is_enabled: bool,
}

impl ImportedMessage {
    /// Who got it.
    #[must_use]
    pub fn recipient(&self) -> UserId {
        if self.sender == self.pair.a() { self.pair.b() } else { self.pair.a() }
    }

    fn shows_to(&self, user: UserId) -> bool {
        let deleted_at = if user == self.sender { self.sender_deleted_at } else { self.recipient_deleted_at };
        self.is_enabled && deleted_at.is_none()
    }
}

/// What one side of a conversation has.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SideTally {
    /// How many messages show.
    pub message_count: i64,
    /// How many of them are unread.
    pub unread: i64,
    /// The newest.
    pub latest: Option<Latest>,
}

/// A conversation as far as it has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// Its number.
    pub id: ConversationId,
    /// Whose it is.
    pub pair: Pair,
    /// The `seq` of its last message.
    pub last_seq: i64,
    /// When that was sent.
    pub last_sent_at: Millis,
    /// The newest message that shows to anybody.
    pub latest: Option<Latest>,
    /// What side a has.
    pub a: SideTally,
    /// What side b has.
    pub b: SideTally,
}

impl Tally {
    /// One without a message.
    #[must_use]
    pub fn new(id: ConversationId, pair: Pair) -> Self {
        let last_sent_at = Millis(0);
        let (a, b) = Default::default();
        Self { id, pair, last_seq: 0, last_sent_at, latest: None, a, b }
    }

    /// Adds a message behind all others, and answers its `seq` and its time. Other systems know seconds only and may give two messages
    /// the same one: here times of a conversation grow strictly (docs/design.md#conversation).
    pub fn add(&mut self, message: &ImportedMessage) -> (i64, Millis) {
        self.last_seq = self.last_seq.saturating_add(1);
        self.last_sent_at = message.sent_at.max(self.last_sent_at.plus(1));
        let latest = Latest { id: Some(message.id), brief: message.body.brief(), time: self.last_sent_at };
        for side in [Side::A, Side::B] {
            let (user, tally) = match side {
                Side::A => (self.pair.a(), &mut self.a),
                Side::B => (self.pair.b(), &mut self.b),
            };
            if message.shows_to(user) {
                tally.message_count += 1;
                tally.unread += i64::from(user != message.sender && message.read_at.is_none());
                tally.latest = Some(latest.clone());
            }
        }
        if message.is_enabled {
            self.latest = Some(latest);
        }
        (self.last_seq, self.last_sent_at)
    }
}

/// How a side stands to a conversation in another system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SideMarks {
    /// Whether it is pinned.
    pub is_pinned: bool,
    /// Whether the side has deleted it.
    pub is_hidden: bool,
    /// Whether the side has read all of it.
    pub is_read: bool,
}

impl SideMarks {
    /// Those of a conversation that was kept twice, once for each direction: nothing of it is lost.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            is_pinned: self.is_pinned || other.is_pinned,
            is_hidden: self.is_hidden && other.is_hidden,
            is_read: self.is_read && other.is_read,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(id: i64, sender: i64, sent_at: i64) -> ImportedMessage {
        ImportedMessage {
            id: MessageId(id),
            conversation_if_new: ConversationId(9),
            pair: Pair::of(UserId(1), UserId(2)).unwrap(),
            sender: UserId(sender),
            body: Body::Text(format!("message {id}")),
            sent_at: Millis(sent_at),
            sender_deleted_at: None,
            recipient_deleted_at: None,
            read_at: None,
            is_enabled: true,
        }
    }

    #[test]
    fn each_side_counts_what_shows_to_it_and_what_it_has_not_read() {
        let mut tally = Tally::new(ConversationId(9), message(1, 1, 0).pair);
        let read = ImportedMessage { read_at: Some(Millis(50)), ..message(2, 1, 20) };
        let deleted = ImportedMessage { recipient_deleted_at: Some(Millis(50)), ..message(3, 2, 30) };
        let disabled = ImportedMessage { is_enabled: false, ..message(4, 1, 40) };
        for added in [message(1, 1, 10), read, deleted, disabled] {
            tally.add(&added);
        }
        assert_eq!((tally.a.message_count, tally.a.unread), (2, 0));
        assert_eq!((tally.b.message_count, tally.b.unread), (3, 1));
        let latest = |latest: &Option<Latest>| latest.as_ref().and_then(|latest| latest.id).map(|id| id.0);
        assert_eq!(
            [&tally.a.latest, &tally.b.latest, &tally.latest].map(latest),
            [Some(2), Some(3), Some(3)]
        );
        assert_eq!(tally.last_seq, 4);
    }

    #[test]
    fn times_grow_strictly_even_where_the_other_systems_do_not() {
        let mut tally = Tally::new(ConversationId(9), message(1, 1, 0).pair);
        let times = [1000, 1000, 500, 2000].map(|at| tally.add(&message(at, 1, at)).1.0);
        assert_eq!(times, [1000, 1001, 1002, 2000]);
    }

    #[test]
    fn of_two_halves_of_a_conversation_nothing_is_lost() {
        let marks = |is_pinned, is_hidden, is_read| SideMarks { is_pinned, is_hidden, is_read };
        assert_eq!(marks(true, true, true).and(marks(false, false, false)), marks(true, false, false));
        assert_eq!(marks(false, true, true).and(marks(false, true, true)), marks(false, true, true));
    }
}
