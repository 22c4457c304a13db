//! Devices that can be woken, and what is asked before they are: tables `push_devices`, `push_acks` and `push_progress`.

mod acks;
mod asking;
mod devices;
mod progress;

pub use progress::DeviceWork;

pub(crate) use devices::sweep;
