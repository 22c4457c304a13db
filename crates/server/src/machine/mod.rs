//! What the process uses of the machine, and how it does.

pub(crate) mod descriptors;
pub(crate) mod disks;
pub(crate) mod process;
pub(crate) mod vitals;
