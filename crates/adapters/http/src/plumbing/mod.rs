//! What is truly the same for both dialects: it knows neither of them.

pub(crate) mod access;
pub(crate) mod archive;
pub(crate) mod body;
pub(crate) mod byte_range;
pub(crate) mod client_address;
pub(crate) mod disposition;
mod encoded_words;
mod encoding;
pub(crate) mod fallback;
pub(crate) mod idempotency;
pub(crate) mod measured;
pub(crate) mod multipart;
pub(crate) mod outlet;
mod pace;
pub(crate) mod pairs;
pub(crate) mod reply;
pub(crate) mod request_id;
pub(crate) mod surrogates;
