//! A whole store, written into one file while servers go on, read back into an empty one, or moved to another database.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use sixin_domain::id::{FileId, UserId};

use crate::files::ports::{FileBytes, FileBytesError};
use crate::files::sweep::paths;
use crate::operations::ports::{
    BackupContents, BackupReader, BackupWriter, CopyError, RowSink, RowSource, StoreCopying, StoreSnapshot,
};

/// How many files are looked up at a time.
const FILES_AT_A_TIME: i64 = 1000;
/// How many pieces of a file wait to be kept.
const PIECES: usize = 4;

/// What a backup was made of.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BackedUp {
    /// What is in it.
    pub contents: BackupContents,
    /// Files that were removed from their place before they could be read.
    pub missing: u64,
}

/// Whose rows are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Copied {
    /// All there are; a copy may be made in that folder first.
    Site(PathBuf),
    /// What belongs to that user.
    Person(UserId),
}

/// Writes a store, or what belongs to a person, and, if given, the files. What was committed before this began is in the backup, as it was at one moment.
///
/// # Errors
/// See [`CopyError`]; nothing is left behind then.
pub async fn back_up(
    store: Arc<dyn StoreCopying>,
    files: Option<Arc<dyn FileBytes>>,
    mut archive: Box<dyn BackupWriter>,
    what: Copied,
) -> Result<BackedUp, CopyError> {
    let wants_files = files.is_some();
    let copied = blocking(move || {
        let mut snapshot = match what {
            Copied::Site(scratch) => store.snapshot(Some(&scratch))?,
            Copied::Person(user) => store.snapshot_of(user)?,
        };
        copy(&mut *snapshot, &mut *archive)?;
        let kept = if wants_files { kept_paths(&mut *snapshot)? } else { Vec::new() };
        Ok((archive, snapshot.shape().clone(), kept))
    });
    let (mut archive, shape, kept) = copied.await?;
    let mut missing = 0;
    if let Some(files) = files {
        for path in kept {
            if !add_file(&*files, &mut *archive, &path).await? {
                missing += 1;
                tracing::warn!(path, "this file is not in its place any more");
            }
        }
    }
    let contents = blocking(move || archive.finish(&shape)).await?;
    Ok(BackedUp { contents, missing })
}

/// Where everything is kept of the files of that moment.
fn kept_paths(snapshot: &mut dyn StoreSnapshot) -> Result<Vec<String>, CopyError> {
    let (mut kept, mut after) = (Vec::new(), FileId(0));
    loop {
        let page = snapshot.kept_files(after, FILES_AT_A_TIME)?;
        let Some(last) = page.last() else { return Ok(kept) };
        after = last.id;
        kept.extend(page.iter().flat_map(paths));
    }
}

/// Whether the file was there.
async fn add_file(
    files: &dyn FileBytes,
    archive: &mut dyn BackupWriter,
    path: &str,
) -> Result<bool, CopyError> {
    let mut open = match files.open(path, None).await {
        Ok(open) => open,
        Err(FileBytesError::NotFound) => return Ok(false),
        Err(error) => return Err(error.into()),
    };
    archive.begin_file(path)?;
    while let Some(piece) = std::future::poll_fn(|context| open.bytes.as_mut().poll_next(context)).await {
        archive.add_bytes(&piece?)?;
    }
    Ok(true)
}

/// Fills an empty store, and the place for files, from a backup that is whole. The history gets the name `epoch`, since clients may know
/// of messages that the backup does not hold.
///
/// # Errors
/// See [`CopyError`]. A backup that is damaged changes nothing; a store that was not filled to its end is refused by servers.
pub async fn restore(
    store: Arc<dyn StoreCopying>,
    files: Arc<dyn FileBytes>,
    mut archive: Box<dyn BackupReader>,
    epoch: String,
) -> Result<BackupContents, CopyError> {
    let filled = blocking(move || {
        let contents = archive.verify()?;
        let mut filling = store.fill(archive.shape())?;
        copy(&mut *archive, &mut *filling)?;
        Ok((archive, filling, contents))
    });
    let (mut archive, filling, contents) = filled.await?;
    for path in archive.files() {
        archive = restore_file(&*files, archive, path).await?;
    }
    blocking(move || filling.finish(Some(&epoch))).await?;
    Ok(contents)
}

/// Reads on a thread of its own, so that neither a file nor the bytes on their way are ever whole in memory.
async fn restore_file(
    files: &dyn FileBytes,
    mut archive: Box<dyn BackupReader>,
    path: String,
) -> Result<Box<dyn BackupReader>, CopyError> {
    let mut arriving = files.stage().await?;
    let (pieces, mut read) = tokio::sync::mpsc::channel::<Vec<u8>>(PIECES);
    let name = path.clone();
    let reading = tokio::task::spawn_blocking(move || {
        archive.read_file(&name, &mut |piece| {
            // Whoever writes has failed already then, and says why.
            let gone = |_| CopyError::Archive("nobody takes the file any more".into());
            pieces.blocking_send(piece).map_err(gone)
        })?;
        Ok::<_, CopyError>(archive)
    });
    while let Some(piece) = read.recv().await {
        arriving.write(piece.into()).await?;
    }
    let archive = reading.await.map_err(|error| CopyError::Archive(error.into()))??;
    let staged = arriving.finish().await?;
    files.keep(&staged, &path).await?;
    Ok(archive)
}

/// Moves a store that nobody uses into an empty one in another database. The history goes on under its name: nothing of it is lost.
/// Blocks.
///
/// # Errors
/// See [`CopyError`]. The store that is moved is not changed.
pub fn move_store(from: &dyn StoreCopying, to: &dyn StoreCopying) -> Result<(), CopyError> {
    match from.servers()? {
        0 => {}
        servers => return Err(CopyError::InUse(servers)),
    }
    let mut snapshot = from.snapshot(None::<&Path>)?;
    let mut filling = to.fill(snapshot.shape())?;
    copy(&mut *snapshot, &mut *filling)?;
    filling.finish(None)
}

/// Copies every row of every table.
fn copy<From: RowSource + ?Sized, To: RowSink + ?Sized>(
    from: &mut From,
    to: &mut To,
) -> Result<(), CopyError> {
    for table in from.shape().tables.clone() {
        loop {
            let rows = from.next(&table)?;
            if rows.is_empty() {
                break;
            }
            to.add(&table, &rows)?;
        }
    }
    Ok(())
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, CopyError> + Send + 'static,
) -> Result<T, CopyError> {
    tokio::task::spawn_blocking(work).await.map_err(|error| CopyError::Archive(error.into()))?
}
