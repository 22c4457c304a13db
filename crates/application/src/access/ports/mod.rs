//! What these use cases need from outside.

mod accounts;
mod credentials;
mod passwords;
mod signatures;

pub use accounts::*;
pub use credentials::*;
pub use passwords::*;
pub use signatures::*;
