//! Who there is, how they are shown, and what they want.

pub mod edit_user;
pub mod keep_friends;
pub mod keep_preferences;
pub mod keep_profiles;
pub mod keep_user_lists;
pub mod keep_users;
pub mod mark_user;
pub mod named_users;
pub mod ports;
pub mod profiles;
pub mod restrict_users;
pub mod show_user;
