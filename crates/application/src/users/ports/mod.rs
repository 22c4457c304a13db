//! What these use cases need from outside.

mod back_end_users;
mod preferences;
mod users;

pub use back_end_users::*;
pub use preferences::*;
pub use users::*;
