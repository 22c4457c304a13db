//! What tests of several subjects are made of.

use crate::id::{AccountId, UserId};
use crate::user::username::{Uid, Username};
use crate::user::{ConversationLimit, Profile, Restrictions, User};

/// A user without any peculiarity.
pub(crate) fn user(id: i64, name: &str) -> User {
    User {
        id: UserId(id),
        account: AccountId(id),
        uid: Uid(id + 10_000),
        username: Username::new(name).unwrap(),
        conversation_limit: ConversationLimit::Everybody,
        is_verified: false,
        is_enabled: true,
        restrictions: Restrictions::default(),
        expired_at: None,
        deleted_at: None,
        profile: Profile::default(),
    }
}
