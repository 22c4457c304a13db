//! What is measured, a file a part.

pub(crate) mod ageing;
pub(crate) mod gateway;
pub(crate) mod growth;
pub(crate) mod http;
pub(crate) mod live;
pub(crate) mod memory;
pub(crate) mod paced;
pub(crate) mod reads;
pub(crate) mod sends;
pub(crate) mod slow_disk;
pub(crate) mod storage;
pub(crate) mod webhooks;
pub(crate) mod wide;

/// How many connections a load has.
pub(crate) const CONNECTIONS: [usize; 5] = [1, 16, 64, 256, 1024];
/// With how many connections things are compared that are measured with one number only.
pub(crate) const USUAL_CONNECTIONS: usize = 64;
