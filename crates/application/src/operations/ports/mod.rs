//! What these use cases need from outside.

mod admin;
mod aged_rows;
mod import;
mod log_admin;
mod store_check;
mod store_copy;
mod store_health;
mod user_erasure;

pub use admin::*;
pub use aged_rows::*;
pub use import::*;
pub use log_admin::*;
pub use store_check::*;
pub use store_copy::*;
pub use store_health::*;
pub use user_erasure::*;
