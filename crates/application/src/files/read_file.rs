//! Files are handed out: a link to those who may have one, and the bytes to whoever has a link.

use std::ops::Range;
use std::sync::Arc;

use async_trait::async_trait;
use sixin_domain::file::{Keeping, StoredFile};
use sixin_domain::id::UserId;
use thiserror::Error;

use crate::files::links::{FileLinks, SignedLink};
use crate::files::ports::{FileBytes, FileBytesError, Files, OpenFile};
use crate::ports::StoreError;

/// Why a file is not handed out.
#[derive(Debug, Error)]
pub enum ReadFileError {
    /// There is none, or none that the caller may see: nobody learns which.
    #[error("there is no such file")]
    Unknown,
    /// It is disabled.
    #[error("the file is disabled")]
    Disabled,
    /// The link is not ours, or over.
    #[error("the link is wrong or over")]
    LinkWrong,
    /// Its bytes can't be read.
    #[error(transparent)]
    Bytes(FileBytesError),
    /// The store could not.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<FileBytesError> for ReadFileError {
    fn from(error: FileBytesError) -> Self {
        match error {
            FileBytesError::NotFound => Self::Unknown,
            other => Self::Bytes(other),
        }
    }
}

/// What a link leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkedFile {
    /// The file.
    pub file: StoredFile,
    /// Where its bytes are, in the size the link names.
    pub path: String,
    /// The extension of what is there, in lower case.
    pub extension: String,
    /// How many bytes there are, if that is known.
    pub size: Option<u64>,
    /// How many milliseconds the link still works.
    pub left_ms: i64,
}

/// Hands files out.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait ReadFile: Send + Sync {
    /// A file that a user may have a link to: its uploader, or who sees a message with it. With `within`, only that
    /// message counts, or those of that conversation.
    async fn shown(&self, user: UserId, fid: &str, within: Option<i64>) -> Result<StoredFile, ReadFileError>;

    /// What a link leads to.
    async fn linked(&self, link: &SignedLink) -> Result<LinkedFile, ReadFileError>;

    /// The bytes of it, or some of them.
    async fn open(&self, file: &LinkedFile, part: Option<Range<u64>>) -> Result<OpenFile, ReadFileError>;
}

/// [`ReadFile`] over the ports.
pub struct FileReading {
    /// What is known of files.
    pub files: Arc<dyn Files>,
    /// Their bytes.
    pub bytes: Arc<dyn FileBytes>,
    /// Links to them.
    pub links: Arc<FileLinks>,
}

impl FileReading {
    async fn enabled(&self, fid: &str) -> Result<StoredFile, ReadFileError> {
        let (file, _) = self.files.find(fid).await?.ok_or(ReadFileError::Unknown)?;
        if file.is_enabled { Ok(file) } else { Err(ReadFileError::Disabled) }
    }
}

#[async_trait]
impl ReadFile for FileReading {
    async fn shown(&self, user: UserId, fid: &str, within: Option<i64>) -> Result<StoredFile, ReadFileError> {
        let (file, _) = self.files.find(fid).await?.ok_or(ReadFileError::Unknown)?;
        if !self.files.is_shown_to(file.id, user, within).await? {
            return Err(ReadFileError::Unknown);
        }
        if file.is_enabled { Ok(file) } else { Err(ReadFileError::Disabled) }
    }

    async fn linked(&self, link: &SignedLink) -> Result<LinkedFile, ReadFileError> {
        let left_ms = self.links.works_for(link).ok_or(ReadFileError::LinkWrong)?;
        let file = self.enabled(&link.link.fid).await?;
        if file.keeping != Keeping::Kept {
            return Err(ReadFileError::Unknown);
        }
        let thumbnail = link.link.size.zip(file.thumbnail_extension.clone());
        let (path, extension, size) = match thumbnail {
            Some((size, extension)) => (size.path(&file.path, &extension), extension, None),
            None => {
                let size = file.size.and_then(|size| u64::try_from(size).ok());
                (file.path.clone(), file.extension.clone(), size)
            }
        };
        Ok(LinkedFile { file, path, extension, size, left_ms })
    }

    async fn open(&self, file: &LinkedFile, part: Option<Range<u64>>) -> Result<OpenFile, ReadFileError> {
        Ok(self.bytes.open(&file.path, part).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::ports::MockSignatures;
    use crate::files::ports::{MockFileBytes, MockFiles};
    use crate::ports::MockClock;
    use crate::testing::stored_file;
    use sixin_domain::access::app_key::Secret;
    use sixin_domain::file::link::FileLink;
    use sixin_domain::file::media::ThumbnailSize;
    use sixin_domain::site::settings::Settings;
    use sixin_domain::time::Millis;

    fn reading(file: StoredFile, is_shown: bool) -> FileReading {
        let mut files = MockFiles::new();
        files.expect_find().returning(move |fid| Ok((fid == file.fid).then(|| (file.clone(), Vec::new()))));
        files.expect_is_shown_to().returning(move |_, _, _| Ok(is_shown));
        let mut signatures = MockSignatures::new();
        signatures.expect_sign().returning(|_, _| "good".into());
        signatures.expect_verify().returning(|_, _, signature| signature == "good");
        let mut clock = MockClock::new();
        clock.expect_now().return_const(Millis(1000));
        let (signatures, clock) = (Arc::new(signatures), Arc::new(clock));
        let links = FileLinks { secret: Secret::new("s"), signatures, clock };
        FileReading { files: Arc::new(files), bytes: Arc::new(MockFileBytes::new()), links: Arc::new(links) }
    }

    fn kept() -> StoredFile {
        StoredFile {
            keeping: Keeping::Kept,
            thumbnail_extension: Some("jpg".into()),
            size: Some(9),
            ..stored_file(FileKind::Image)
        }
    }

    use sixin_domain::file::FileKind;

    #[tokio::test]
    async fn a_link_is_only_for_those_who_are_shown_the_file() {
        let get = async |file: StoredFile, is_shown, fid: &str| {
            reading(file, is_shown).shown(UserId(1), fid, None).await
        };
        assert_eq!(get(kept(), true, "fid00001").await.unwrap(), kept());
        assert!(matches!(get(kept(), false, "fid00001").await, Err(ReadFileError::Unknown)));
        assert!(matches!(get(kept(), true, "other").await, Err(ReadFileError::Unknown)));
        let disabled = StoredFile { is_enabled: false, ..kept() };
        assert!(matches!(get(disabled.clone(), true, "fid00001").await, Err(ReadFileError::Disabled)));
        // Whoever may not see it does not learn that it is disabled either.
        assert!(matches!(get(disabled, false, "fid00001").await, Err(ReadFileError::Unknown)));
    }

    #[tokio::test]
    async fn only_our_own_links_lead_to_a_file_and_only_for_a_time() {
        let reading = reading(kept(), false);
        let signed = reading.links.link(&kept(), None, &Settings::default());
        let found = reading.linked(&signed).await.unwrap();
        assert_eq!((found.path.as_str(), found.extension.as_str(), found.size), ("a.png", "png", Some(9)));
        let forged = SignedLink { signature: "bad".into(), ..signed.clone() };
        assert!(matches!(reading.linked(&forged).await, Err(ReadFileError::LinkWrong)));
        let over = FileLink { expires: 1, ..signed.link.clone() };
        let over = SignedLink { link: over, ..signed };
        assert!(matches!(reading.linked(&over).await, Err(ReadFileError::LinkWrong)));
    }

    #[tokio::test]
    async fn a_link_to_a_thumbnail_leads_to_it_and_to_the_picture_where_there_is_none() {
        let path = async |file: StoredFile| {
            let reading = reading(file.clone(), false);
            let signed = reading.links.link(&file, Some(ThumbnailSize::Avatar), &Settings::default());
            reading.linked(&signed).await.unwrap().path
        };
        assert_eq!(path(kept()).await, "a.png.avatar.jpg");
        assert_eq!(path(StoredFile { thumbnail_extension: None, ..kept() }).await, "a.png");
    }

    #[tokio::test]
    async fn files_that_are_kept_elsewhere_are_not_read_here() {
        let elsewhere = StoredFile { keeping: Keeping::Elsewhere, ..kept() };
        let reading = reading(elsewhere.clone(), true);
        let signed = reading.links.link(&elsewhere, None, &Settings::default());
        assert!(matches!(reading.linked(&signed).await, Err(ReadFileError::Unknown)));
    }
}
