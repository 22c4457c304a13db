//! What these use cases need from outside.

mod block_words;
mod roles;
mod secrets;
mod settings;

pub use block_words::*;
pub use roles::*;
pub use secrets::*;
pub use settings::*;
