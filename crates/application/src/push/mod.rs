//! Devices are woken by what was committed and has not reached them: one more cursor on the log (docs/push.md).

pub mod acks;
pub mod gathering;
pub mod keep_devices;
pub mod ports;
pub mod waking;
