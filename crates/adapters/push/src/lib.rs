//! How devices are woken (docs/push.md#services): Web Push, Apple's and Google's services.
//!
//! Which devices, and with which words, is decided in the application; here is how it is said to each service, and what its answers mean.

mod answers;
mod apns;
mod encryption;
mod fcm;
mod keys;
mod tokens;
mod web_push;

pub use apns::{Apns, ApnsAccount};
pub use fcm::Fcm;
pub use keys::KeyError;
pub use web_push::WebPush;

#[cfg(test)]
mod testing;
