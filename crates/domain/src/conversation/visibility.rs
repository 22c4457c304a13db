//! Whether a message shows in a view, and whether it is unread there (docs/design.md#views). Storage asks the same of many
//! messages at once in SQL, in one place.

use crate::conversation::View;
use crate::id::UserId;

/// What decides whether a message shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Visibility {
    /// Its position.
    pub seq: i64,
    /// Who sent it.
    pub sender: UserId,
    /// Whether it is there at all: neither recalled nor disabled.
    pub is_enabled: bool,
    /// Whether it adds to the unread count.
    pub is_counted: bool,
    /// Whether its sender sees it.
    pub sender_visible: bool,
    /// Whether its sender has deleted it.
    pub is_deleted_by_sender: bool,
    /// Whether its recipient has deleted it.
    pub is_deleted_by_recipient: bool,
    /// Whether its recipient has marked it as read on its own.
    pub is_marked: bool,
}

impl Visibility {
    /// Whether it shows in a view.
    #[must_use]
    pub fn shows_in(&self, view: &View<'_>) -> bool {
        self.is_enabled && self.belongs_in(view)
    }

    /// Whether it shows in a view or would, had it not been recalled: then a notice may stand in its place.
    #[must_use]
    pub fn belongs_in(&self, view: &View<'_>) -> bool {
        let is_mine = self.sender == view.user;
        let is_deleted = if is_mine { self.is_deleted_by_sender } else { self.is_deleted_by_recipient };
        let is_hidden = is_mine && !self.sender_visible;
        !is_deleted && !is_hidden && self.seq > view.own.cleared_seq
    }

    /// Whether whoever looks has received it and not read it.
    #[must_use]
    pub fn is_new_in(&self, view: &View<'_>) -> bool {
        self.sender != view.user && !self.is_marked && self.seq > view.own.read_seq && self.shows_in(view)
    }

    /// Whether it adds to the unread count of a view.
    #[must_use]
    pub fn is_unread_in(&self, view: &View<'_>) -> bool {
        self.is_counted && self.is_new_in(view)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::pair::Pair;
    use crate::conversation::{Conversation, SideState};
    use crate::id::ConversationId;

    const SENT: Visibility = Visibility {
        seq: 5,
        sender: UserId(1),
        is_enabled: true,
        is_counted: true,
        sender_visible: true,
        is_deleted_by_sender: false,
        is_deleted_by_recipient: false,
        is_marked: false,
    };

    /// Whether it shows to its sender and to its recipient, and whether it is unread there.
    fn seen(message: Visibility, read_seq: i64, cleared_seq: i64) -> (bool, bool, bool) {
        let side = || SideState {
            is_display: true,
            is_pin: false,
            read_seq,
            cleared_seq,
            unread: 0,
            message_count: 0,
            latest: None,
        };
        let pair = Pair::of(UserId(1), UserId(2)).unwrap();
        let conversation = Conversation { id: ConversationId(1), pair, last_seq: 9, a: side(), b: side() };
        let (mine, theirs) =
            (conversation.seen_by(UserId(1)).unwrap(), conversation.seen_by(UserId(2)).unwrap());
        assert!(!message.is_unread_in(&mine), "nobody's own messages are unread");
        assert!(message.shows_in(&theirs) || !message.is_unread_in(&theirs), "unread, and not there");
        (message.shows_in(&mine), message.shows_in(&theirs), message.is_unread_in(&theirs))
    }

    #[test]
    fn each_side_sees_what_it_has_not_deleted_or_cleared_and_the_recipient_has_it_unread() {
        assert_eq!(seen(SENT, 0, 0), (true, true, true));
        assert_eq!(seen(SENT, 4, 4), (true, true, true));
        assert_eq!(seen(SENT, 5, 0), (true, true, false), "read up to it");
        assert_eq!(seen(SENT, 0, 5), (false, false, false), "cleared up to it");
        assert_eq!(seen(Visibility { is_marked: true, ..SENT }, 0, 0), (true, true, false));
        assert_eq!(seen(Visibility { is_counted: false, ..SENT }, 0, 0), (true, true, false));
        assert_eq!(seen(Visibility { sender_visible: false, ..SENT }, 0, 0), (false, true, true));
        assert_eq!(seen(Visibility { is_deleted_by_sender: true, ..SENT }, 0, 0), (false, true, true));
        assert_eq!(seen(Visibility { is_deleted_by_recipient: true, ..SENT }, 0, 0), (true, false, false));
        assert_eq!(seen(Visibility { is_enabled: false, ..SENT }, 0, 0), (false, false, false), "recalled");
    }
}
