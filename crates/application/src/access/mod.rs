//! Who calls, and signing in and out.

pub mod authenticate_back_end;
pub mod authenticate_user;
pub mod guarded_passwords;
pub mod login_tokens;
pub mod ports;
pub mod sign_in;
pub(crate) mod tickets;
