//! Files and the uploads they came with.

pub(crate) mod stored;
