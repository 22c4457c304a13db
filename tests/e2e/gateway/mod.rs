//! RongCloud's own SDK for browsers, unmodified, against the built binary: what it does, what it is told, and what it is refused.

mod browser;
mod device;
mod every_call;
mod everybody;
mod hostile;
mod lists;
mod messages;
mod older;
mod processes;
mod profiles;
mod refused;
mod surviving;
mod tags;
mod told;
mod uploads;

use device::Device;
