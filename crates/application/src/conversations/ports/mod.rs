//! What these use cases need from outside.

mod conversations;
mod pins;

pub use conversations::*;
pub use pins::*;
