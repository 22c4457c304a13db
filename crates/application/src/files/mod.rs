//! Files that go with messages.

pub mod client_uploads;
pub mod links;
pub mod ports;
pub mod read_file;
pub mod sweep;
pub mod upload_file;
pub mod upload_places;
