//! What these use cases need from outside.

mod conversations;
mod pins;
mod tags;

pub use conversations::*;
pub use pins::*;
pub use tags::*;
