//! What users make of their conversations: tags, and all of it at a glance.

pub(crate) mod attributes;
mod tag_requests;
#[cfg(test)]
mod tag_wire_tests;
pub(crate) mod tags;
