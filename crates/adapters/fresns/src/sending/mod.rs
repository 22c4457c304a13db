//! Sending.

pub(crate) mod send;
pub(crate) mod send_body;
#[cfg(test)]
pub(crate) mod send_once_tests;
#[cfg(test)]
pub(crate) mod wire_tests;
