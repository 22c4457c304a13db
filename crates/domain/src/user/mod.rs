//! Users, and how two of them stand to each other.

pub mod contact;
pub mod erased;
pub mod friend;
pub mod hosted_profile;
pub mod profile_edit;
pub mod push_preferences;
pub mod remark;
pub mod username;

use crate::id::{AccountId, UserId};
use crate::time::Millis;
use crate::user::username::{Uid, Username};

/// Who may write to a user (docs/wire/fresns.md#conversation-limit), column `users.conversation_limit`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConversationLimit {
    /// 1: everybody.
    Everybody,
    /// 2: those the user follows.
    Followed,
    /// 3: those the user follows, and verified users.
    FollowedOrVerified,
    /// 4: nobody.
    Nobody,
}

impl ConversationLimit {
    /// Reads the column; an unknown number is closed rather than open.
    #[must_use]
    pub fn from_number(number: i64) -> Self {
        match number {
            1 => Self::Everybody,
            2 => Self::Followed,
            3 => Self::FollowedOrVerified,
            _ => Self::Nobody,
        }
    }

    /// The number in the column and on the wire.
    #[must_use]
    pub fn number(self) -> i64 {
        match self {
            Self::Everybody => 1,
            Self::Followed => 2,
            Self::FollowedOrVerified => 3,
            Self::Nobody => 4,
        }
    }
}

/// A user as the rules and the dialects see it. Deleted users are users too: `deleted_at` tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Internal number.
    pub id: UserId,
    /// The account it belongs to.
    pub account: AccountId,
    /// Public number.
    pub uid: Uid,
    /// Unique name.
    pub username: Username,
    /// Who may write to it.
    pub conversation_limit: ConversationLimit,
    /// Whether it is a verified user.
    pub is_verified: bool,
    /// Off: disabled by the operator, or deactivated by a back end.
    pub is_enabled: bool,
    /// What a back end keeps it from.
    pub restrictions: Restrictions,
    /// When its membership ends; only private sites look at it, `None` means never.
    pub expired_at: Option<Millis>,
    /// When it was deleted.
    pub deleted_at: Option<Millis>,
    /// What is shown of it, and no rule looks at.
    pub profile: Profile,
}

impl User {
    /// Whether the membership of a private site has run out (docs/wire/fresns.md#private-sites: strictly before now;
    /// never if unset).
    #[must_use]
    pub fn is_expired(&self, now: Millis) -> bool {
        self.expired_at.is_some_and(|end| end < now)
    }
}

/// What a back end keeps a user from (docs/wire/rongcloud.md#users). It binds the user, not the back end that speaks
/// for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Restrictions {
    /// Banned up to that time.
    pub banned_until: Option<Millis>,
    /// Muted until that is lifted.
    pub is_muted: bool,
}

impl Restrictions {
    /// Whether a ban holds.
    #[must_use]
    pub fn is_banned(&self, now: Millis) -> bool {
        self.banned_until.is_some_and(|end| now < end)
    }
}

/// The shown part of a user, named after the columns of `users`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[expect(missing_docs, reason = "the fields are the columns of `users`")]
pub struct Profile {
    pub nickname: String,
    pub avatar_file_url: Option<String>,
    pub banner_file_url: Option<String>,
    pub gender: i64,
    pub birthday: Option<Millis>,
    pub bio: Option<String>,
    pub location: Option<String>,
    pub verified_desc: Option<String>,
    pub verified_at: Option<Millis>,
    pub comment_limit: i64,
    pub timezone: Option<String>,
    pub last_post_at: Option<Millis>,
    pub last_comment_at: Option<Millis>,
    pub last_username_at: Option<Millis>,
    pub last_nickname_at: Option<Millis>,
    pub rank_state: i64,
    pub has_password: bool,
    pub wait_delete: bool,
    pub wait_delete_at: Option<Millis>,
    pub created_at: Millis,
}

/// How a sender and a recipient stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Relation {
    /// The recipient has blocked the sender.
    pub recipient_blocked_sender: bool,
    /// The sender has blocked the recipient.
    pub sender_blocked_recipient: bool,
    /// The recipient follows the sender (the documented direction, docs/wire/fresns.md#conversation-limit).
    pub recipient_follows_sender: bool,
    /// The sender follows the recipient. No rule asks; it is shown.
    pub sender_follows_recipient: bool,
    /// The sender is on the recipient's whitelist (docs/wire/rongcloud.md#user-lists).
    pub recipient_lists_sender: bool,
}
