//! Webhooks: receivers that are told what was committed (docs/webhooks.md).

pub mod address;
pub mod endpoint;
pub mod event_type;
pub mod health;
pub mod lane;
pub mod receiver_url;
pub mod retry;
pub mod sharing;
pub mod signing_secret;
