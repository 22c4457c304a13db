use std::any::Any;
use std::ops::Range;
use std::path::PathBuf;
use std::pin::Pin;

use async_trait::async_trait;
use bytes::Bytes;
use futures_core::Stream;
use thiserror::Error;

use crate::ports::Cause;

/// Why bytes were neither kept nor read.
#[derive(Debug, Error)]
pub enum FileBytesError {
    /// Nothing is kept there.
    #[error("nothing is kept there")]
    NotFound,
    /// Too much is on its way already.
    #[error("too many files are on their way; try again")]
    Busy,
    /// Not now: full, gone or out of reach.
    #[error("files can't be kept or read: {0}")]
    Unavailable(#[source] Cause),
}

/// A file that has arrived but is not kept yet.
pub struct StagedFile {
    /// Where it is on this machine.
    pub path: PathBuf,
    /// How many bytes it has.
    pub size: u64,
    /// Their MD5, in hexadecimal digits.
    pub md5: String,
    /// Their SHA-256, in hexadecimal digits.
    pub sha256: String,
    /// What removes the file from this machine once it is dropped.
    pub guard: Box<dyn Any + Send + Sync>,
}

/// A file that is arriving, piece by piece. Dropped before its end, it leaves nothing behind.
#[async_trait]
pub trait ArrivingFile: Send {
    /// Adds a piece.
    async fn write(&mut self, piece: Bytes) -> Result<(), FileBytesError>;

    /// There are no more pieces.
    async fn finish(self: Box<Self>) -> Result<StagedFile, FileBytesError>;
}

/// Bytes that are being read.
pub type ByteStream = Pin<Box<dyn Stream<Item = Result<Bytes, FileBytesError>> + Send>>;

/// Bytes that are about to be read.
pub struct OpenFile {
    /// How many there will be.
    pub length: u64,
    /// The bytes. Memory MUST NOT grow with the file.
    pub bytes: ByteStream,
}

/// Where the bytes of files are kept. Paths are relative, with `/` between their parts.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait FileBytes: Send + Sync {
    /// Begins to take a file. How many are taken at a time MUST be bounded.
    async fn stage(&self) -> Result<Box<dyn ArrivingFile>, FileBytesError>;

    /// Measures a file anew that has arrived and was changed since.
    async fn measure(&self, staged: StagedFile) -> Result<StagedFile, FileBytesError>;

    /// Keeps a file that has arrived. `Ok` means that it is on disk, as far as the place tells.
    async fn keep(&self, staged: &StagedFile, path: &str) -> Result<(), FileBytesError>;

    /// Keeps a few bytes.
    async fn put(&self, path: &str, bytes: Vec<u8>) -> Result<(), FileBytesError>;

    /// Reads a file, or that part of it, which MUST NOT be empty nor end behind the file.
    async fn open(&self, path: &str, part: Option<Range<u64>>) -> Result<OpenFile, FileBytesError>;

    /// Removes a file. That there is none is no error.
    async fn remove(&self, path: &str) -> Result<(), FileBytesError>;
}
