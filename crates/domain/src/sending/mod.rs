//! Whether one user may write to another, how often, and how much.

pub mod limits;
pub mod may_write;
pub mod rate;
pub mod refusal;
