//! The log of all that was committed: positions, cursors, and who hears of an entry (docs/design.md#delivery).

mod audience;
mod cursor;

use std::sync::Arc;

pub use audience::Audience;
pub use cursor::{Cursor, CursorError};

use crate::event::Event;
use crate::id::{MessageId, UserId};
use crate::message::delivered::DeliveredMessage;
use crate::time::Millis;

/// A place in the log: strictly increasing in the order of commits over the whole database. Microseconds since 1970 where the clock
/// is ahead of the last one, else one more than that. 0 stands before everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Position(pub i64);

/// How long what is not a message stays in the log, in milliseconds. A reader that was away for longer begins anew
/// (docs/design.md#delivery).
pub const KEPT_MS: i64 = 30 * 24 * 60 * 60 * 1000;

impl Position {
    /// The earliest position of an event at that time, if no clock ran ahead.
    #[must_use]
    pub fn at(time: Millis) -> Self {
        Self(time.0.saturating_mul(1000))
    }

    /// The time in it.
    #[must_use]
    pub fn time(self) -> Millis {
        Millis(self.0.div_euclid(1000))
    }

    /// The position so many places on.
    #[must_use]
    pub fn plus(self, places: i64) -> Self {
        Self(self.0.saturating_add(places))
    }
}

/// The places that a transaction took: those after `previous`, the last one of them `last`. No other transaction has a place
/// between the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Where the head of the log stood before.
    pub previous: Position,
    /// Where it stands now.
    pub last: Position,
}

/// What a transaction committed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// Its places. `None`: it was committed earlier, and only now found to be; its events have their places in the log.
    pub span: Option<Span>,
    /// Its events, in the order of their positions, which follow each other and end with the last of the span.
    pub events: Vec<Event>,
    /// Those of its messages that somebody is to be shown at once, so that nobody has to read them again.
    pub messages: Vec<Arc<DeliveredMessage>>,
}

impl Commit {
    /// The events as entries of the log; none if their places are not known here.
    pub fn entries(&self) -> impl Iterator<Item = LogEntry> + '_ {
        let first = self.span.map(|span| {
            let count = i64::try_from(self.events.len()).unwrap_or(i64::MAX);
            span.last.plus(1_i64.saturating_sub(count))
        });
        (0..).zip(&self.events).filter_map(move |(index, event)| {
            Some(LogEntry { position: first?.plus(index), what: Logged::of(event) })
        })
    }
}

/// An entry of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogEntry {
    /// Where.
    pub position: Position,
    /// What.
    pub what: Logged,
}

/// What an entry is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Logged {
    /// A message was stored.
    Message(LoggedMessage),
    /// Anything else.
    Change(Box<Event>),
}

/// A message that was stored, as far as the log says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoggedMessage {
    /// Which.
    pub id: MessageId,
    /// Who sent it.
    pub sender: UserId,
    /// Who gets it.
    pub recipient: UserId,
    /// Whether it is kept in a conversation.
    pub is_kept: bool,
}

impl Logged {
    /// What an event is in the log.
    #[must_use]
    pub fn of(event: &Event) -> Self {
        match event {
            Event::MessageStored { sender, placed, .. } => Self::Message(LoggedMessage {
                id: placed.id,
                sender: *sender,
                recipient: placed.recipient,
                is_kept: placed.place.is_some(),
            }),
            change => Self::Change(Box::new(change.clone())),
        }
    }

    /// Who may hear of it.
    #[must_use]
    pub fn audience(&self) -> Audience {
        match self {
            Self::Message(message) => {
                Audience { first: Some(message.recipient), second: Some(message.sender) }
            }
            Self::Change(event) => Audience::of(event),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_events_of_a_commit_stand_on_the_last_places_of_its_span() {
        let events = (1..=3).map(|user| Event::ProfileChanged(UserId(user))).collect();
        // The clock had moved on: the span is wider than its events are many.
        let span = Some(Span { previous: Position(10), last: Position(503) });
        let commit = Commit { span, events, messages: Vec::new() };
        assert_eq!(commit.entries().map(|entry| entry.position.0).collect::<Vec<_>>(), [501, 502, 503]);
        assert_eq!(Commit { span: None, ..commit }.entries().count(), 0);
    }
}
