//! How a message was taken back, and what is left of it.

use crate::id::{MessageId, UserId};
use crate::time::Millis;

/// How a message was taken back (seed: RongCloud, recall: `isAdmin`, `isDelete`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recall {
    /// Who took it back: one of the two of its conversation.
    pub by: UserId,
    /// Whether that was done with the rights of an administrator.
    pub is_admin: bool,
    /// Whether clients that know such notices show that there was a message.
    pub leaves_notice: bool,
}

impl Recall {
    /// What a user does with its own message where nothing else is said.
    #[must_use]
    pub const fn own(by: UserId) -> Self {
        Self { by, is_admin: false, leaves_notice: true }
    }
}

/// What is left of a message in the views it showed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecalledMessage {
    /// The id of the message.
    pub id: MessageId,
    /// Its position.
    pub seq: i64,
    /// Who had sent it.
    pub sender: UserId,
    /// When.
    pub sent_at: Millis,
    /// When it was taken back.
    pub recalled_at: Millis,
    /// How.
    pub recall: Recall,
}
