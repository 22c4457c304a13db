//! Users, and what they and others want of them.

pub(crate) mod friends;
pub(crate) mod kept_for_users;
pub(crate) mod people;
mod search;
