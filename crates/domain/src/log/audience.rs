//! Who hears of an event.

use crate::event::Event;
use crate::id::UserId;

/// The users whose streams an event may show in: at most two, since every conversation has two sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Audience {
    /// Whose event it is above all.
    pub first: Option<UserId>,
    /// Who hears of it too.
    pub second: Option<UserId>,
}

impl Audience {
    /// Of an event. Blocks, remarks and what one side does to its own view stay with that side; that somebody has read goes to the
    /// peer too, as a receipt.
    #[must_use]
    pub fn of(event: &Event) -> Self {
        let one = |user: UserId| Self { first: Some(user), second: None };
        match event {
            Event::MessageStored { sender, placed, .. } => {
                Self { first: Some(placed.recipient), second: Some(*sender) }
            }
            Event::MessageRecalled(message)
            | Event::MessageEdited(message)
            | Event::MessageExpanded(message)
            | Event::MessageGrown { message, .. } => {
                Self { first: Some(message.pair.a()), second: Some(message.pair.b()) }
            }
            Event::ConversationRead { seat, .. } | Event::MessagesRead(seat, _) => {
                Self { first: Some(seat.owner), second: Some(seat.other) }
            }
            Event::ConversationDeleted { seat, .. }
            | Event::HistoryCleared(seat, _)
            | Event::MessagesDeleted(seat, _) => one(seat.owner),
            Event::ConversationPinned { owner, .. }
            | Event::TieSet { owner, .. }
            | Event::RemarksSet { owner, .. } => one(*owner),
            Event::NotificationLevelSet { user, .. }
            | Event::PushPeriodSet { user, .. }
            | Event::DeviceTokensExpired { user, .. } => one(*user),
            Event::TagsChanged { owner: user, .. }
            | Event::ProfileChanged(user)
            | Event::UserStateChanged(user) => one(*user),
            Event::SessionsEnded { user, .. } => Self { first: *user, second: None },
            // Live streams hear of presence in a way of their own; both are for webhooks.
            Event::PresenceChanged { .. } | Event::EndpointDisabled(_) => Self::default(),
        }
    }

    /// The users, each once.
    pub fn users(self) -> impl Iterator<Item = UserId> {
        let second = self.second.filter(|second| Some(*second) != self.first);
        self.first.into_iter().chain(second)
    }

    /// Whether a user is among them.
    #[must_use]
    pub fn has(self, user: UserId) -> bool {
        self.first == Some(user) || self.second == Some(user)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Tie;

    #[test]
    fn nobody_hears_that_they_were_blocked() {
        let (owner, other) = (UserId(1), UserId(2));
        let audience = Audience::of(&Event::TieSet { tie: Tie::Block, owner, other, is_set: true });
        assert!(audience.has(owner) && !audience.has(other));
    }

    #[test]
    fn nobody_is_told_twice() {
        let audience = Audience { first: Some(UserId(1)), second: Some(UserId(1)) };
        assert_eq!(audience.users().collect::<Vec<_>>(), [UserId(1)]);
    }
}
