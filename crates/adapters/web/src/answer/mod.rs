//! Answers: in JSON, in parts, or streamed.

pub mod archive;
pub(crate) mod byte_range;
pub mod fallback;
pub mod followed;
pub mod reply;
pub mod streamed;
