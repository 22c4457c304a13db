//! What these use cases need from outside.

mod back_end_users;
mod friends;
mod hosted_profiles;
mod preferences;
mod users;

pub use back_end_users::*;
pub use friends::*;
pub use hosted_profiles::*;
pub use preferences::*;
pub use users::*;
