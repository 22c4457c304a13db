use std::path::Path;

use async_trait::async_trait;
use sixin_domain::file::FileKind;
use sixin_domain::file::media::{Form, ThumbnailSize};
use thiserror::Error;

use crate::ports::Cause;

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
    /// It is broken, or two things at once, or has more pixels than can be shown.
    #[error("the content is broken, or two things at once")]
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
    /// In which forms the file at `path` can be kept by what it holds, the most fitting first; none for what is not known
    /// here. What has no marks of its own, such as a text, is found only if `said` is its kind. Only forms that
    /// [`checked_type`](sixin_domain::file::media::checked_type) knows are answered. MUST be quick.
    async fn recognise(&self, path: &Path, said: FileKind) -> Result<&'static [Form], InspectError>;

    /// Takes out of a picture what it does not show (place, time, camera, notes, smaller and further pictures), and answers
    /// whether there was any. What it shows MUST stay as it is, bit for bit, and its turn and its colours too.
    async fn strip(&self, path: &Path, extension: &str) -> Result<bool, InspectError>;

    /// What a file is like that was recognised, if it is whole. `extension` is one of its forms.
    async fn inspect(&self, path: &Path, extension: &str) -> Result<Inspected, InspectError>;
}
