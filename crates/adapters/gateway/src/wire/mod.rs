//! The bytes: frames, and the messages of protobuf in them.
//!
//! Fields that the SDK takes for required are written also where they are zero, or it can't read the message.

pub(crate) mod conversations;
pub(crate) mod frame;
pub(crate) mod messages;
pub(crate) mod preferences;
pub(crate) mod receipts;
pub(crate) mod text;

/// A one-to-one conversation.
pub(crate) const PRIVATE: i32 = 1;
