//! A backup that is being written.

use std::fs::File;
use std::io::{BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use sixin_application::operations::ports::{
    BackupContents, BackupReader, BackupWriter, CopiedRow, CopiedTable, CopyError, RowSink, StoreShape,
};
use tempfile::{NamedTempFile, TempPath};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::description::{Counts, Description, ENTRY, ENTRY_OF_PERSON};
use crate::reading::Archive;
use crate::{failed, rows};

/// [`BackupWriter`] that writes beside the path first, readable for this user alone.
pub struct NewArchive {
    zip: ZipWriter<BufWriter<File>>,
    written: TempPath,
    path: PathBuf,
    counts: Counts,
    files: u64,
    file_bytes: u64,
    is_of_person: bool,
}

impl NewArchive {
    /// A backup that will be at `path`, where nothing may be yet.
    ///
    /// # Errors
    /// [`CopyError::Exists`], or that nothing can be written there.
    pub fn create(path: &Path) -> Result<Self, CopyError> {
        if path.symlink_metadata().is_ok() {
            return Err(CopyError::Exists(path.display().to_string()));
        }
        let file =
            tempfile::Builder::new().prefix(".sixin-backup-").tempfile_in(folder(path)).map_err(failed)?;
        let (file, written) = file.into_parts();
        Ok(Self {
            zip: ZipWriter::new(BufWriter::new(file)),
            written,
            path: path.to_owned(),
            counts: Counts::new(),
            files: 0,
            file_bytes: 0,
            is_of_person: false,
        })
    }

    /// An archive of what belongs to one person, which can't be restored.
    ///
    /// # Errors
    /// As those of [`create`](Self::create).
    pub fn of_person(path: &Path) -> Result<Self, CopyError> {
        Ok(Self { is_of_person: true, ..Self::create(path)? })
    }

    fn entry(&mut self, name: &str, method: CompressionMethod, is_large: bool) -> Result<(), CopyError> {
        let options = SimpleFileOptions::default().compression_method(method).large_file(is_large);
        self.zip.start_file(name, options.unix_permissions(0o600)).map_err(failed)
    }
}

/// The folder a path is in.
fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

impl RowSink for NewArchive {
    fn add(&mut self, table: &CopiedTable, rows: &[CopiedRow]) -> Result<(), CopyError> {
        let (count, parts) = self.counts.entry(table.name.clone()).or_default();
        *count += rows.len() as u64;
        *parts += 1;
        let name = part(&table.name, *parts);
        self.entry(&name, CompressionMethod::Deflated, false)?;
        let lines = if self.is_of_person { rows::objects(table, rows) } else { rows::lines(rows) };
        self.zip.write_all(&lines).map_err(failed)
    }
}

/// Name of a part of a table.
pub(crate) fn part(table: &str, number: u32) -> String {
    format!("tables/{table}/{number:06}.jsonl")
}

impl BackupWriter for NewArchive {
    fn begin_file(&mut self, path: &str) -> Result<(), CopyError> {
        self.files += 1;
        // Pictures, films and sounds are compressed already.
        self.entry(&format!("{}{path}", crate::reading::FILES), CompressionMethod::Stored, true)
    }

    fn add_bytes(&mut self, bytes: &[u8]) -> Result<(), CopyError> {
        self.file_bytes += bytes.len() as u64;
        self.zip.write_all(bytes).map_err(failed)
    }

    fn finish(mut self: Box<Self>, shape: &StoreShape) -> Result<BackupContents, CopyError> {
        let description = Description::of(shape, &self.counts, (self.files, self.file_bytes));
        let name = if self.is_of_person { ENTRY_OF_PERSON } else { ENTRY };
        self.entry(name, CompressionMethod::Deflated, false)?;
        let Self { mut zip, written, path, is_of_person, .. } = *self;
        serde_json::to_writer(&mut zip, &description).map_err(failed)?;
        let file = zip.finish().map_err(failed)?.into_inner().map_err(|error| failed(error.into_error()))?;
        file.sync_all().map_err(failed)?;
        let contents = if is_of_person {
            crate::reading::read_all(&written)?;
            description.contents()
        } else {
            Archive::open(&written)?.verify()?
        };
        NamedTempFile::from_parts(file, written).persist_noclobber(&path).map_err(|error| {
            match error.error.kind() {
                ErrorKind::AlreadyExists => CopyError::Exists(path.display().to_string()),
                _ => failed(error.error),
            }
        })?;
        // The name is on disk too before anybody is told.
        File::open(folder(&path)).and_then(|folder| folder.sync_all()).map_err(failed)?;
        Ok(contents)
    }
}
