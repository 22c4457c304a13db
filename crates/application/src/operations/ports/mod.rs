//! What these use cases need from outside.

mod admin;
mod store_health;

pub use admin::*;
pub use store_health::*;
