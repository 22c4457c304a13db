//! Bad input, and clients that mean no good.

pub(crate) mod bad_input;
pub(crate) mod slow_uploads;
pub(crate) mod strict_keys;
