//! What these use cases need from outside.

mod file_bytes;
mod files;
mod media;

pub use file_bytes::*;
pub use files::*;
pub use media::*;
