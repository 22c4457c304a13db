//! The site.

pub(crate) mod sensitive_words;
#[cfg(test)]
pub(crate) mod word_wire_tests;
