//! Files, as clients of every dialect find them.

pub mod address;
pub mod serve;
