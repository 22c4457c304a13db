//! Publishing.

pub(crate) mod openapi_publish;
pub(crate) mod options;
pub(crate) mod publish;
pub(crate) mod publish_body;
#[cfg(test)]
pub(crate) mod send_once_tests;
#[cfg(test)]
mod status_wire_tests;
pub(crate) mod stream;
pub(crate) mod stream_body;
#[cfg(test)]
mod stream_wire_tests;
pub(crate) mod system;
#[cfg(test)]
mod system_wire_tests;
pub(crate) mod template;
#[cfg(test)]
pub(crate) mod template_wire_tests;
pub(crate) mod type_name;
#[cfg(test)]
pub(crate) mod wire_tests;
