//! What is told one after the other, and what side by side.

use crate::event::Event;
use crate::id::UserId;
use crate::log::Logged;

/// Events of one lane are told in order; those of different lanes side by side. A conversation is a lane, and so is what happens to one
/// user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lane {
    /// The first user, the smaller number of a conversation; 0 of what is about nobody.
    pub a: UserId,
    /// The other one; 0 if the event is about one user alone.
    pub b: UserId,
}

impl Lane {
    /// That of an entry of the log.
    #[must_use]
    pub fn of(what: &Logged) -> Self {
        match what {
            Logged::Message(message) => Self::between(message.sender, message.recipient),
            Logged::Change(event) => match &**event {
                Event::MessageRecalled(changed)
                | Event::MessageEdited(changed)
                | Event::MessageExpanded(changed)
                | Event::MessageGrown { message: changed, .. } => {
                    Self::between(changed.pair.a(), changed.pair.b())
                }
                Event::ConversationRead { seat, .. }
                | Event::MessagesRead(seat, _)
                | Event::ConversationDeleted { seat, .. }
                | Event::HistoryCleared(seat, _)
                | Event::MessagesDeleted(seat, _) => Self::between(seat.owner, seat.other),
                Event::ConversationPinned { owner, other, .. } | Event::TieSet { owner, other, .. } => {
                    Self::between(*owner, *other)
                }
                Event::NotificationLevelSet { user, with: Some(other), .. } => Self::between(*user, *other),
                Event::PresenceChanged { user, .. } => Self { a: *user, b: UserId(0) },
                _ => Self { a: what.audience().first.unwrap_or(UserId(0)), b: UserId(0) },
            },
        }
    }

    fn between(one: UserId, other: UserId) -> Self {
        Self { a: one.min(other), b: one.max(other) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::MessageId;
    use crate::log::LoggedMessage;

    #[test]
    fn both_directions_of_a_conversation_are_one_lane_and_a_user_alone_is_another() {
        let message = |sender, recipient| {
            Lane::of(&Logged::Message(LoggedMessage {
                id: MessageId(1),
                sender: UserId(sender),
                recipient: UserId(recipient),
                is_kept: true,
            }))
        };
        assert_eq!(message(7, 3), message(3, 7));
        let user = Lane::of(&Logged::Change(Box::new(Event::UserStateChanged(UserId(7)))));
        assert_eq!(user, Lane { a: UserId(7), b: UserId(0) });
        assert_ne!(user, message(7, 3));
    }
}
