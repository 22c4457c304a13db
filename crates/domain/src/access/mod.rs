//! Who a caller is: app keys, sessions, sign-in.

pub mod app_key;
pub mod live_ticket;
pub mod login_ticket;
pub mod session;
pub mod sign_in;
