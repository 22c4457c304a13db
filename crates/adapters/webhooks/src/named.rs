//! What users and messages are called.

use sixin_application::webhooks::telling::Telling;
use sixin_domain::id::{MessageId, UserId};
use sixin_domain::message::uid as message_uid;

/// The name of a user; empty if nobody knows it any longer.
pub(crate) fn name(telling: &Telling, user: UserId) -> &str {
    telling.users.get(&user).map_or("", |user| user.username.as_str())
}

/// The public number of a user.
pub(crate) fn uid(telling: &Telling, user: UserId) -> Option<i64> {
    telling.users.get(&user).map(|user| user.uid.0)
}

/// What messages are called.
pub(crate) fn message_uids(ids: &[MessageId]) -> Vec<String> {
    ids.iter().map(|id| message_uid::encode(*id)).collect()
}
