//! Somebody who is asked before a message is stored (docs/hooks.md).

pub mod breaker;
pub mod replacement;
pub mod rule;
pub mod verdict;
