//! A backup that was opened.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use sixin_application::operations::ports::{
    BackupContents, BackupReader, CopiedRow, CopiedTable, CopyError, RowSource, StoreShape,
};
use zip::ZipArchive;
use zip::result::ZipError;

use crate::description::{Description, ENTRY, FORMAT};
use crate::writing::part;
use crate::{failed, rows};

/// What names of entries that are files begin with.
pub(crate) const FILES: &str = "files/";
/// Bytes of a file that are read at a time.
const PIECE: usize = 256 * 1024;
/// No part of a table is larger. A hostile archive could otherwise fill all memory.
const LARGEST_PART: u64 = 1 << 30;

/// [`BackupReader`] of a file.
pub struct Archive {
    zip: ZipArchive<BufReader<File>>,
    description: Description,
    shape: StoreShape,
    /// The table that is being read, and the number of its next part.
    place: (String, u32),
}

impl Archive {
    /// Opens a backup, and reads what it says of itself.
    ///
    /// # Errors
    /// If there is none, or it is none, or of a newer version.
    pub fn open(path: &Path) -> Result<Self, CopyError> {
        let file = File::open(path).map_err(failed)?;
        let mut zip = ZipArchive::new(BufReader::new(file)).map_err(broken)?;
        let described = read(&mut zip, ENTRY)?;
        /// As much as every format has.
        #[derive(serde::Deserialize)]
        struct Version {
            format: u32,
            sixin: String,
        }
        let version: Version = serde_json::from_slice(&described).map_err(|error| not_ours(&error))?;
        if version.format > FORMAT {
            return Err(CopyError::Newer(version.sixin));
        }
        let description: Description =
            serde_json::from_slice(&described).map_err(|error| not_ours(&error))?;
        let shape = description.shape();
        Ok(Self { zip, description, shape, place: (String::new(), 0) })
    }

    /// The version of sixin that wrote it.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.description.sixin
    }

    fn part(&mut self, table: &CopiedTable, number: u32) -> Result<Vec<CopiedRow>, CopyError> {
        let name = part(&table.name, number);
        let lines = read(&mut self.zip, &name)?;
        rows::rows(table, &lines).ok_or_else(|| CopyError::Damaged(format!("{name} is not what it says")))
    }

    fn verify_tables(&mut self) -> Result<(), CopyError> {
        for table in self.shape.tables.clone() {
            let described = self.description.tables.iter().find(|one| one.name == table.name);
            let (expected, parts) = described.map_or((0, 0), |one| (one.rows, one.parts));
            let mut rows = 0;
            for number in 1..=parts {
                rows += self.part(&table, number)?.len() as u64;
            }
            if rows != expected {
                return Err(CopyError::Damaged(format!("{} has {rows} rows, not {expected}", table.name)));
            }
        }
        Ok(())
    }
}

/// Reads every entry of an archive and compares its sum.
pub(crate) fn read_all(path: &Path) -> Result<(), CopyError> {
    let file = File::open(path).map_err(failed)?;
    let mut zip = ZipArchive::new(BufReader::new(file)).map_err(broken)?;
    for number in 0..zip.len() {
        let mut entry = zip.by_index(number).map_err(broken)?;
        let read = std::io::copy(&mut entry, &mut std::io::sink());
        read.map_err(|error| CopyError::Damaged(error.to_string()))?;
    }
    Ok(())
}

fn not_ours(error: &serde_json::Error) -> CopyError {
    CopyError::Damaged(format!("{ENTRY} can't be read: {error}"))
}

/// A disk that fails is told apart from a file that is not what it was.
fn broken(error: ZipError) -> CopyError {
    match error {
        ZipError::Io(error) if error.raw_os_error().is_some() => failed(error),
        other => CopyError::Damaged(other.to_string()),
    }
}

/// An entry, whole. Its sum is compared as it is read.
fn read(zip: &mut ZipArchive<BufReader<File>>, name: &str) -> Result<Vec<u8>, CopyError> {
    let damaged = |what: String| CopyError::Damaged(format!("{name}: {what}"));
    let entry = zip.by_name(name).map_err(|error| damaged(error.to_string()))?;
    let mut bytes = Vec::new();
    entry.take(LARGEST_PART).read_to_end(&mut bytes).map_err(|error| damaged(error.to_string()))?;
    Ok(bytes)
}

impl RowSource for Archive {
    fn shape(&self) -> &StoreShape {
        &self.shape
    }

    fn next(&mut self, table: &CopiedTable) -> Result<Vec<CopiedRow>, CopyError> {
        if self.place.0 != table.name {
            self.place = (table.name.clone(), 0);
        }
        let parts = self.description.tables.iter().find(|one| one.name == table.name);
        let number = self.place.1 + 1;
        if parts.is_none_or(|table| number > table.parts) {
            return Ok(Vec::new());
        }
        self.place.1 = number;
        self.part(table, number)
    }
}

impl BackupReader for Archive {
    fn verify(&mut self) -> Result<BackupContents, CopyError> {
        self.verify_tables()?;
        let (mut files, mut bytes) = (0, 0);
        for path in self.files() {
            files += 1;
            self.read_file(&path, &mut |piece| {
                bytes += piece.len() as u64;
                Ok(())
            })?;
        }
        let contents = self.description.contents();
        if (files, bytes) != (contents.files, contents.file_bytes) {
            let expected = (contents.files, contents.file_bytes);
            return Err(CopyError::Damaged(format!(
                "{files} files of {bytes} bytes, not {} of {}",
                expected.0, expected.1
            )));
        }
        Ok(contents)
    }

    fn files(&self) -> Vec<String> {
        let names = (0..self.zip.len()).filter_map(|number| self.zip.name_for_index(number)?.ok());
        names.filter_map(|name| name.strip_prefix(FILES).map(ToOwned::to_owned)).collect()
    }

    fn read_file(
        &mut self,
        path: &str,
        take: &mut dyn FnMut(Vec<u8>) -> Result<(), CopyError>,
    ) -> Result<(), CopyError> {
        let name = format!("{FILES}{path}");
        let damaged = |what: String| CopyError::Damaged(format!("{name}: {what}"));
        let mut entry = self.zip.by_name(&name).map_err(|error| damaged(error.to_string()))?;
        loop {
            let mut piece = Vec::with_capacity(PIECE);
            let read = (&mut entry).take(PIECE as u64).read_to_end(&mut piece);
            if read.map_err(|error| damaged(error.to_string()))? == 0 {
                return Ok(());
            }
            take(piece)?;
        }
    }
}
