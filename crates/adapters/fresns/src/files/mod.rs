//! Files.

pub(crate) mod file_info;
pub(crate) mod links;
pub(crate) mod openapi_files;
pub(crate) mod outside_file_info;
#[cfg(test)]
pub(crate) mod wire_tests;
