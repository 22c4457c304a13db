//! What back ends do in the RongCloud dialect.

pub(crate) mod message_logs;
pub(crate) mod publish_options;
pub(crate) mod rongcloud_expansions;
pub(crate) mod rongcloud_kept;
pub(crate) mod rongcloud_messages;
pub(crate) mod rongcloud_templates;
pub(crate) mod rongcloud_users;
pub(crate) mod sensitive_words;
pub(crate) mod streams;
