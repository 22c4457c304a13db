//! Where the bytes of files are kept: a folder of this machine, or a bucket that speaks S3.

mod arriving;

use std::fs::DirBuilder;
use std::io::Read;
use std::ops::Range;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path as LocalPath, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures_core::Stream;
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{
    ClientOptions, GetOptions, GetRange, MultipartUpload, ObjectStore, ObjectStoreExt, PutPayload,
    RetryConfig,
};
use sixin_application::files::ports::{ArrivingFile, FileBytes, FileBytesError, OpenFile, StagedFile};
use thiserror::Error;
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// Bytes that are moved at a time: the smallest part a bucket takes.
const PART: usize = 5 * 1024 * 1024;
/// How many files are moved to their place at a time; each takes the memory of a part.
const KEPT_AT_A_TIME: usize = 4;
/// How long it may take to move a file, or to begin to read one.
const PATIENCE: Duration = Duration::from_secs(60);

/// Why there is no place for files.
#[derive(Debug, Error)]
pub enum PlaceError {
    /// The folder can't be made.
    #[error("can't make the folder {path}: {source}")]
    Folder {
        /// Which.
        path: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// The bucket's settings do not fit together.
    #[error("the place for files is refused: {0}")]
    Refused(#[from] object_store::Error),
}

/// A bucket that speaks S3.
#[derive(Clone)]
pub struct Bucket {
    /// Address of the service, such as `https://s3.example.com`; empty for that of AWS in the region.
    pub endpoint: String,
    /// Region; any for most others than AWS.
    pub region: String,
    /// Name of the bucket.
    pub name: String,
    /// Who we are there.
    pub access_key_id: String,
    /// The proof of it.
    pub secret_access_key: String,
    /// Whether the bucket's name stands in the path, and not in the host name.
    pub path_style: bool,
}

/// [`FileBytes`] in a folder or a bucket.
pub struct KeptFiles {
    store: Arc<dyn ObjectStore>,
    staging: PathBuf,
    arriving: Arc<Semaphore>,
    keeping: Semaphore,
}

impl KeptFiles {
    /// In a folder, which is made if it is not there. What arrives waits in `staging`; at most `at_once` files do.
    ///
    /// # Errors
    /// If a folder can't be made.
    pub fn in_folder(folder: &LocalPath, staging: &LocalPath, at_once: usize) -> Result<Self, PlaceError> {
        make(folder)?;
        let store = LocalFileSystem::new_with_prefix(folder)?.with_fsync(true);
        Self::over(Arc::new(store), staging, at_once)
    }

    /// In a bucket. Nothing is asked of it yet.
    ///
    /// # Errors
    /// If its settings do not fit together, or the folder for what arrives can't be made.
    pub fn in_bucket(bucket: &Bucket, staging: &LocalPath, at_once: usize) -> Result<Self, PlaceError> {
        // Another one may have been installed already; either will do.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = ClientOptions::new()
            .with_timeout(PATIENCE)
            .with_connect_timeout(Duration::from_secs(5))
            .with_allow_http(true);
        let retry =
            RetryConfig { max_retries: 3, retry_timeout: Duration::from_secs(20), ..RetryConfig::default() };
        let mut builder = AmazonS3Builder::new()
            .with_client_options(client)
            .with_retry(retry)
            .with_region(&bucket.region)
            .with_bucket_name(&bucket.name)
            .with_access_key_id(&bucket.access_key_id)
            .with_secret_access_key(&bucket.secret_access_key)
            .with_virtual_hosted_style_request(!bucket.path_style);
        if !bucket.endpoint.is_empty() {
            builder = builder.with_endpoint(bucket.endpoint.trim_end_matches('/'));
        }
        Self::over(Arc::new(builder.build()?), staging, at_once)
    }

    fn over(store: Arc<dyn ObjectStore>, staging: &LocalPath, at_once: usize) -> Result<Self, PlaceError> {
        make(staging)?;
        Ok(Self {
            store,
            staging: staging.to_owned(),
            arriving: Arc::new(Semaphore::new(at_once)),
            keeping: Semaphore::new(KEPT_AT_A_TIME),
        })
    }

    async fn keep_parts(&self, staged: &StagedFile, path: &Path) -> Result<(), FileBytesError> {
        let _turn = self.keeping.acquire().await.map_err(unavailable)?;
        let mut file = std::fs::File::open(&staged.path).map_err(unavailable)?;
        if staged.size <= PART as u64 {
            let (_, bytes) = read_part(file).await?;
            return self.store.put(path, bytes.into()).await.map(drop).map_err(store_error);
        }
        let mut upload = self.store.put_multipart(path).await.map_err(store_error)?;
        loop {
            let bytes;
            (file, bytes) = read_part(file).await?;
            if bytes.is_empty() {
                return finish(upload).await;
            }
            if let Err(error) = upload.put_part(bytes.into()).await {
                // What the bucket has of it is of no use; that it can't be told so changes nothing.
                let _ = upload.abort().await;
                return Err(store_error(error));
            }
        }
    }
}

async fn finish(mut upload: Box<dyn MultipartUpload>) -> Result<(), FileBytesError> {
    upload.complete().await.map(drop).map_err(store_error)
}

/// The next bytes of a file, none at its end.
async fn read_part(mut file: std::fs::File) -> Result<(std::fs::File, Vec<u8>), FileBytesError> {
    let read = move || {
        let mut bytes = Vec::new();
        (&mut file).take(PART as u64).read_to_end(&mut bytes).map(|_| (file, bytes))
    };
    tokio::task::spawn_blocking(read).await.map_err(unavailable)?.map_err(unavailable)
}

#[async_trait]
impl FileBytes for KeptFiles {
    async fn stage(&self) -> Result<Box<dyn ArrivingFile>, FileBytesError> {
        let place = Arc::clone(&self.arriving).try_acquire_owned().map_err(|_| FileBytesError::Busy)?;
        Ok(Box::new(arriving::Arriving::begin(&self.staging, place)?))
    }

    async fn measure(&self, staged: StagedFile) -> Result<StagedFile, FileBytesError> {
        arriving::measured(staged).await
    }

    async fn keep(&self, staged: &StagedFile, path: &str) -> Result<(), FileBytesError> {
        let path = parse(path)?;
        timeout(PATIENCE, self.keep_parts(staged, &path)).await.map_err(unavailable)?
    }

    async fn put(&self, path: &str, bytes: Vec<u8>) -> Result<(), FileBytesError> {
        let path = parse(path)?;
        let put = self.store.put(&path, PutPayload::from(bytes));
        timeout(PATIENCE, put).await.map_err(unavailable)?.map(drop).map_err(store_error)
    }

    async fn open(&self, path: &str, part: Option<Range<u64>>) -> Result<OpenFile, FileBytesError> {
        let path = parse(path)?;
        let options = GetOptions { range: part.map(GetRange::Bounded), ..GetOptions::default() };
        let found = timeout(PATIENCE, self.store.get_opts(&path, options)).await.map_err(unavailable)?;
        let found = found.map_err(store_error)?;
        let length = found.range.end.saturating_sub(found.range.start);
        Ok(OpenFile { length, bytes: Box::pin(Pieces(found.into_stream())) })
    }

    async fn remove(&self, path: &str) -> Result<(), FileBytesError> {
        let path = parse(path)?;
        let removed = timeout(PATIENCE, self.store.delete(&path)).await.map_err(unavailable)?;
        match removed.map_err(store_error) {
            Err(FileBytesError::NotFound) => Ok(()),
            other => other,
        }
    }
}

/// A stream with errors of the port.
struct Pieces<S>(S);

impl<S: Stream<Item = object_store::Result<Bytes>> + Unpin> Stream for Pieces<S> {
    type Item = Result<Bytes, FileBytesError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Pin::new(&mut self.0).poll_next(context).map(|piece| piece.map(|piece| piece.map_err(store_error)))
    }
}

fn make(folder: &LocalPath) -> Result<(), PlaceError> {
    let failed = |source| PlaceError::Folder { path: folder.display().to_string(), source };
    DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed)
}

fn parse(path: &str) -> Result<Path, FileBytesError> {
    Path::parse(path).map_err(unavailable)
}

fn store_error(error: object_store::Error) -> FileBytesError {
    match error {
        object_store::Error::NotFound { .. } => FileBytesError::NotFound,
        other => unavailable(other),
    }
}

fn unavailable(error: impl std::error::Error + Send + Sync + 'static) -> FileBytesError {
    FileBytesError::Unavailable(error.into())
}

#[cfg(test)]
mod tests;
