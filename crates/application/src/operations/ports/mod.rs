//! What these use cases need from outside.

mod admin;
mod store_check;
mod store_health;

pub use admin::*;
pub use store_check::*;
pub use store_health::*;
