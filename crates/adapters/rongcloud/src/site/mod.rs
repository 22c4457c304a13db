//! The site.

pub(crate) mod openapi_words;
pub(crate) mod sensitive_words;
#[cfg(test)]
pub(crate) mod word_wire_tests;
