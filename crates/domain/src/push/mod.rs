//! Whose devices are woken because of a message, and what they show (docs/push.md).

mod burst;
mod decision;
mod device;
mod extension;
mod words;

pub use burst::Burst;
pub use decision::{LIVES_MS, Matter, News, Push, Recipient, Skip, decide};
pub use device::{BadDevice, DeviceKeys, DeviceSpec, MOST_DEVICES, PushDevice, PushPlatform, PushToken};
pub use extension::PushExtension;
pub use words::Words;
