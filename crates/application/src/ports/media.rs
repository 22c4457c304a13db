use std::path::Path;

use async_trait::async_trait;
use sixin_domain::media::ThumbnailSize;
use thiserror::Error;

use super::Cause;

/// What a file was found to be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inspected {
    /// Width and height of a picture as it is shown, in pixels.
    pub pixels: Option<(u32, u32)>,
    /// How long it plays in seconds, rounded up.
    pub seconds: Option<u64>,
    /// The picture in other sizes: all of them or none, all with the same extension.
    pub thumbnails: Vec<Thumbnail>,
}

/// A picture in another size. It tells nothing but what it shows: neither place nor time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thumbnail {
    /// Which size.
    pub size: ThumbnailSize,
    /// `png` or `jpg`.
    pub extension: &'static str,
    /// The picture.
    pub bytes: Vec<u8>,
}

/// Why a file could not be looked into.
#[derive(Debug, Error)]
pub enum InspectError {
    /// It is not what it is said to be, or broken, or two things at once, or has more pixels than can be shown.
    #[error("the content is not what the name says")]
    Wrong,
    /// Too many are being looked into.
    #[error("too many files are being looked into; try again")]
    Busy,
    /// A fault on our side.
    #[error("the file can't be read: {0}")]
    Unreadable(#[source] Cause),
}

/// Looks into files. That is slow, so implementations MUST bound how many are looked into and wait at a time, and MUST NOT
/// hold up async threads. Memory MUST NOT grow with the bytes of a file, nor with what it claims about itself.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait MediaInspector: Send + Sync {
    /// What the file at `path` is, if it is what its extension, in lower case, says. Only extensions that
    /// [`checked_type`](sixin_domain::media::checked_type) knows are looked into; others are wrong.
    async fn inspect(&self, path: &Path, extension: &str) -> Result<Inspected, InspectError>;
}
