//! RongCloud's own SDK for browsers, unmodified, against the built binary: what it does, what it is told, and what it is refused.

mod browser;
mod device;
mod hostile;
mod lists;
mod messages;
mod surviving;
mod told;

use device::Device;
