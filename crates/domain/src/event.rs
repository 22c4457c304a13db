//! What was committed, as far as a user can see it.
//!
//! An event says what changed and whom it concerns. It carries the state that is new, not the difference, so that hearing it
//! twice does no harm (docs/design.md#delivery).

use crate::conversation::Seat;
use crate::conversation::pair::Pair;
use crate::id::{AccountId, ConversationId, EndpointId, MessageId, UserId};
use crate::message::Placed;
use crate::time::Millis;
use crate::user::push_preferences::{NotificationLevel, PushPeriod};

/// A stored message and the two users it concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChangedMessage {
    /// Its id.
    pub id: MessageId,
    /// The conversation it is in.
    pub conversation: ConversationId,
    /// Whose conversation that is.
    pub pair: Pair,
}

/// How one user stands to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tie {
    /// Follows them.
    Follow,
    /// Blocks them.
    Block,
    /// Lets them write where the site lets only those.
    Whitelist,
}

/// A committed change that some user can see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A message was stored, kept or transient.
    MessageStored {
        /// Who sent it.
        sender: UserId,
        /// Which, to whom, where and when.
        placed: Placed,
        /// Whether it also shows to its sender.
        sender_visible: bool,
    },
    /// A message was taken back.
    MessageRecalled(ChangedMessage),
    /// A message says something else.
    MessageEdited(ChangedMessage),
    /// The pairs that are kept with a message changed.
    MessageExpanded(ChangedMessage),
    /// A message has grown, or ended doing so.
    MessageGrown {
        /// Which.
        message: ChangedMessage,
        /// Whether nothing follows.
        is_over: bool,
    },
    /// One side has read everything there was.
    ConversationRead {
        /// Whose side.
        seat: Seat,
        /// The `seq` of the last message there was.
        read_seq: i64,
    },
    /// One side has read these messages.
    MessagesRead(Seat, Vec<MessageId>),
    /// One side deleted the conversation with all messages there were.
    ConversationDeleted {
        /// Whose side.
        seat: Seat,
        /// The `seq` of the last message there was.
        cleared_seq: i64,
    },
    /// One side deleted all messages up to this position.
    HistoryCleared(Seat, i64),
    /// One side deleted these messages.
    MessagesDeleted(Seat, Vec<MessageId>),
    /// A conversation stands first in a user's list, or no longer does.
    ConversationPinned {
        /// In whose list.
        owner: UserId,
        /// The other side of the conversation.
        other: UserId,
        /// Whether it is pinned now.
        is_pinned: bool,
    },
    /// What notifies a user, of one conversation or of all.
    NotificationLevelSet {
        /// Whose devices.
        user: UserId,
        /// The other side of the conversation; `None` stands for all.
        with: Option<UserId>,
        /// What notifies now.
        level: NotificationLevel,
    },
    /// When a user's devices stay silent.
    PushPeriodSet {
        /// Whose devices.
        user: UserId,
        /// The new period, or none.
        period: Option<PushPeriod>,
    },
    /// A follow, block or whitelist entry was made or withdrawn.
    TieSet {
        /// Which.
        tie: Tie,
        /// Whose it is.
        owner: UserId,
        /// Whom it is about.
        other: UserId,
        /// Whether it is there now.
        is_set: bool,
    },
    /// What a user calls others.
    RemarksSet {
        /// Who calls them so.
        owner: UserId,
        /// Whom.
        about: Vec<UserId>,
    },
    /// What a user sorts its conversations by, or which of them stand under it.
    TagsChanged {
        /// Whose tags.
        owner: UserId,
        /// The other sides of the conversations that were put under a tag, or taken from under it. A tag that goes takes its
        /// conversations along without their being named.
        with: Vec<UserId>,
    },
    /// How a user is shown.
    ProfileChanged(UserId),
    /// Whether a user may sign in and write: banned, muted, deactivated, disabled, deleted, or none of these any more.
    UserStateChanged(UserId),
    /// Sessions ended.
    SessionsEnded {
        /// Of which account; `None` if only the user is known.
        account: Option<AccountId>,
        /// Of which user; `None` stands for the account and all its users.
        user: Option<UserId>,
        /// On which platform; `None` stands for all.
        platform: Option<i64>,
    },
    /// A user's device tokens from before a moment ended.
    DeviceTokensExpired {
        /// Whose.
        user: UserId,
        /// Those made before.
        before: Millis,
    },
    /// A user came online, or is so no longer.
    PresenceChanged {
        /// Who.
        user: UserId,
        /// Whether it is online now.
        is_online: bool,
    },
    /// A webhook endpoint was switched off because of how it answered.
    EndpointDisabled(EndpointId),
}

impl Event {
    /// A name for metrics and logs.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::MessageStored { .. } => "message_stored",
            Self::MessageRecalled(_) => "message_recalled",
            Self::MessageEdited(_) => "message_edited",
            Self::MessageExpanded(_) => "message_expanded",
            Self::MessageGrown { .. } => "message_grown",
            Self::ConversationRead { .. } => "conversation_read",
            Self::MessagesRead(..) => "messages_read",
            Self::ConversationDeleted { .. } => "conversation_deleted",
            Self::HistoryCleared(..) => "history_cleared",
            Self::MessagesDeleted(..) => "messages_deleted",
            Self::ConversationPinned { .. } => "conversation_pinned",
            Self::NotificationLevelSet { .. } => "notification_level_set",
            Self::PushPeriodSet { .. } => "push_period_set",
            Self::TieSet { .. } => "tie_set",
            Self::RemarksSet { .. } => "remarks_set",
            Self::TagsChanged { .. } => "tags_changed",
            Self::ProfileChanged(_) => "profile_changed",
            Self::UserStateChanged(_) => "user_state_changed",
            Self::SessionsEnded { .. } => "sessions_ended",
            Self::DeviceTokensExpired { .. } => "device_tokens_expired",
            Self::PresenceChanged { .. } => "presence_changed",
            Self::EndpointDisabled(_) => "endpoint_disabled",
        }
    }
}
