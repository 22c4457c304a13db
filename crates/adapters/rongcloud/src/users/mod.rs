//! Users.

mod friend_requests;
#[cfg(test)]
mod friend_wire_tests;
pub(crate) mod friends;
pub(crate) mod hosted_profiles;
#[cfg(test)]
pub(crate) mod list_wire_tests;
pub(crate) mod lists;
pub(crate) mod preference_info;
mod preference_requests;
#[cfg(test)]
pub(crate) mod preference_wire_tests;
pub(crate) mod preferences;
#[cfg(test)]
mod profile_wire_tests;
pub(crate) mod profiles;
mod restriction_requests;
pub(crate) mod restrictions;
pub(crate) mod user_info;
#[cfg(test)]
pub(crate) mod wire_tests;
