//! The file of an SQLite database.

use std::fs::{DirBuilder, OpenOptions};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use sixin_application::ports::{StoreError, StoreResult};

use crate::error::OpenError;

/// The file that was opened. SQLite goes on writing to a file that was deleted or replaced under it, and nothing of
/// that would ever be seen again; so each use asks whether the path still leads to it.
#[derive(Debug)]
pub(crate) struct DatabaseFile {
    path: PathBuf,
    identity: (u64, u64),
}

impl DatabaseFile {
    /// The file at that path.
    pub(crate) fn at(path: &Path) -> Result<Self, OpenError> {
        let identity = identity(path).map_err(|source| failed(path, source))?;
        Ok(Self { path: path.to_path_buf(), identity })
    }

    /// Whether it is still there.
    pub(crate) fn is_in_place(&self) -> StoreResult<()> {
        match identity(&self.path) {
            Ok(found) if found == self.identity => Ok(()),
            Ok(_) => Err(StoreError::Unavailable("the database file was replaced by another".into())),
            Err(error) => Err(StoreError::Unavailable(error.into())),
        }
    }
}

fn identity(path: &Path) -> std::io::Result<(u64, u64)> {
    std::fs::metadata(path).map(|metadata| (metadata.dev(), metadata.ino()))
}

fn failed(path: &Path, source: std::io::Error) -> OpenError {
    OpenError::File { path: path.display().to_string(), source }
}

/// The files of an SQLite database that others than its owner may read or write, each with its mode.
pub(crate) fn open_to_others(path: &Path) -> Vec<(PathBuf, u32)> {
    let with = |suffix: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        PathBuf::from(name)
    };
    let mode = |path: PathBuf| Some((std::fs::metadata(&path).ok()?.mode() & 0o777, path));
    let files = ["", "-wal", "-shm"].into_iter().filter_map(|suffix| mode(with(suffix)));
    files.filter(|(mode, _)| mode & 0o077 != 0).map(|(mode, path)| (path, mode)).collect()
}

/// Makes the directory (0700) and the file (0600) of an SQLite database that does not exist yet.
pub(crate) fn create_file(path: &Path) -> Result<(), OpenError> {
    let error = |source| failed(path, source);
    if let Some(directory) = path.parent().filter(|directory| !directory.as_os_str().is_empty()) {
        DirBuilder::new().recursive(true).mode(0o700).create(directory).map_err(error)?;
    }
    OpenOptions::new().create(true).append(true).mode(0o600).open(path).map_err(error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn files_that_others_may_read_are_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/site.db");
        create_file(&path).unwrap();
        assert_eq!(open_to_others(&path), []);
        let log = folder.path().join("deep/site.db-wal");
        std::fs::write(&log, "").unwrap();
        for (file, mode) in [(&path, 0o640), (&log, 0o602)] {
            std::fs::set_permissions(file, std::fs::Permissions::from_mode(mode)).unwrap();
        }
        assert_eq!(open_to_others(&path), [(path, 0o640), (log, 0o602)]);
    }
}
