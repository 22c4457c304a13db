//! Users, and what they and others want of them.

pub(crate) mod back_end_users;
pub(crate) mod changes;
pub(crate) mod erasure;
pub(crate) mod friends;
pub(crate) mod hosted_profiles;
pub(crate) mod lists;
pub(crate) mod lookup;
pub(crate) mod push_preferences;
pub(crate) mod relations;
pub(crate) mod remarks;
pub(crate) mod restrictions;
pub(crate) mod rows;
pub(crate) mod search;
