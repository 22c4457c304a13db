//! Files that nobody sent are removed after a day.

use std::sync::Arc;

use sixin_domain::file::StoredFile;
use sixin_domain::file::media::ThumbnailSize;
use sixin_domain::time::Millis;
use thiserror::Error;

use crate::files::ports::{FileBytes, FileBytesError, UnsentFiles};
use crate::ports::StoreError;

/// How long an upload waits for its message.
const UNSENT_MS: i64 = 24 * 60 * 60 * 1000;

/// Why files could not be removed; it is tried again.
#[derive(Debug, Error)]
pub enum SweepError {
    /// Their bytes could not.
    #[error(transparent)]
    Bytes(#[from] FileBytesError),
    /// The store could not.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Removes them, in an order in which nothing is lost sight of: first they can't be sent any more, then their bytes go,
/// and last what tells where those were.
pub struct FileSweeping {
    /// What is known of them.
    pub files: Arc<dyn UnsentFiles>,
    /// Their bytes.
    pub bytes: Arc<dyn FileBytes>,
}

impl FileSweeping {
    /// Removes some; answers whether there are more.
    ///
    /// # Errors
    /// See [`SweepError`]; what was not removed stays to be removed.
    pub async fn step(&self, now: Millis) -> Result<bool, SweepError> {
        let has_more = self.files.give_up(now.plus(-UNSENT_MS), now).await?;
        let mut failed = None;
        for file in self.files.leftovers().await? {
            // One that can't be removed must not keep all others.
            if let Err(error) = self.remove(&file).await {
                failed.get_or_insert(error);
            }
        }
        failed.map_or(Ok(has_more), Err)
    }

    async fn remove(&self, file: &StoredFile) -> Result<(), SweepError> {
        self.remove_bytes(file).await?;
        Ok(self.files.forget(file.id).await?)
    }

    async fn remove_bytes(&self, file: &StoredFile) -> Result<(), FileBytesError> {
        for path in paths(file) {
            self.bytes.remove(&path).await?;
        }
        Ok(())
    }
}

/// Everything that is kept of a file.
pub(crate) fn paths(file: &StoredFile) -> Vec<String> {
    let thumbnail = |extension: &String| ThumbnailSize::ALL.map(|size| size.path(&file.path, extension));
    let thumbnails = file.thumbnail_extension.iter().flat_map(thumbnail);
    thumbnails.chain([file.path.clone()]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::ports::{MockFileBytes, MockUnsentFiles};
    use crate::testing::stored_file;
    use mockall::Sequence;
    use mockall::predicate::eq;
    use sixin_domain::file::FileKind;
    use sixin_domain::id::FileId;

    const NOW: Millis = Millis(10 * UNSENT_MS);

    fn sweeping(files: MockUnsentFiles, bytes: MockFileBytes) -> FileSweeping {
        FileSweeping { files: Arc::new(files), bytes: Arc::new(bytes) }
    }

    fn picture() -> StoredFile {
        StoredFile { thumbnail_extension: Some("jpg".into()), ..stored_file(FileKind::Image) }
    }

    #[tokio::test]
    async fn what_was_not_sent_in_a_day_goes_with_all_its_thumbnails_and_is_forgotten_last() {
        let (mut files, mut bytes, mut order) =
            (MockUnsentFiles::new(), MockFileBytes::new(), Sequence::new());
        let day_ago = Millis(9 * UNSENT_MS);
        files
            .expect_give_up()
            .with(eq(day_ago), eq(NOW))
            .once()
            .in_sequence(&mut order)
            .returning(|_, _| Ok(true));
        files.expect_leftovers().once().in_sequence(&mut order).returning(|| Ok(vec![picture()]));
        bytes.expect_remove().times(6).in_sequence(&mut order).returning(|_| Ok(()));
        files.expect_forget().once().in_sequence(&mut order).returning(|_| Ok(()));
        assert!(sweeping(files, bytes).step(NOW).await.unwrap());
    }

    #[tokio::test]
    async fn a_file_whose_bytes_can_not_be_removed_is_not_forgotten_and_keeps_no_other() {
        let (mut files, mut bytes) = (MockUnsentFiles::new(), MockFileBytes::new());
        files.expect_give_up().returning(|_, _| Ok(false));
        let other = || StoredFile { id: FileId(6), path: "b.pdf".into(), ..stored_file(FileKind::Document) };
        files.expect_leftovers().returning(move || Ok(vec![picture(), other()]));
        bytes.expect_remove().returning(|path| match path {
            "b.pdf" => Ok(()),
            _ => Err(FileBytesError::Busy),
        });
        files.expect_forget().once().with(eq(FileId(6))).returning(|_| Ok(()));
        assert!(sweeping(files, bytes).step(NOW).await.is_err());
    }
}
