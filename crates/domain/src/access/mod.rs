//! Who a caller is: app keys, sessions, sign-in.

pub mod app_key;
pub mod session;
pub mod sign_in;
