//! How much room the places have in which something is kept.

use std::path::{Path, PathBuf};

use rustix::fs::statvfs;
use sixin_storage::{Database, DatabaseUrl};

use crate::config::{Config, FilePlace};
use crate::machine::process::number;

/// The places of this machine in which a site keeps something.
pub(crate) struct Places {
    database: Option<PathBuf>,
    folders: Vec<(&'static str, PathBuf)>,
}

impl Places {
    /// Those of that configuration.
    pub(crate) fn of(config: &Config, database: &Database) -> Self {
        let database = match &database.options().url {
            DatabaseUrl::Sqlite(path) => Some(path.clone()),
            DatabaseUrl::Mysql(_) => None,
        };
        let mut folders = vec![("arriving", config.files.arriving.clone())];
        if config.files.place == FilePlace::Folder {
            folders.push(("files", config.files.folder.clone()));
        }
        Self { database, folders }
    }

    /// Reports sizes and room. What can't be asked keeps what was reported last.
    pub(crate) fn report(&self) {
        if let Some(path) = &self.database {
            room("database", path);
            let mut log = path.clone().into_os_string();
            log.push("-wal");
            for (file, path) in [("main", path.clone()), ("wal", PathBuf::from(log))] {
                let bytes = std::fs::metadata(path).map_or(0, |metadata| metadata.len());
                metrics::gauge!("sixin_database_size_bytes", "file" => file).set(number(bytes));
            }
        }
        for (place, path) in &self.folders {
            room(place, path);
        }
    }
}

fn room(place: &'static str, path: &Path) {
    let Ok(disk) = statvfs(path) else { return };
    let bytes = |blocks: u64| number(blocks.saturating_mul(disk.f_frsize));
    metrics::gauge!("sixin_disk_free_bytes", "place" => place).set(bytes(disk.f_bavail));
    metrics::gauge!("sixin_disk_size_bytes", "place" => place).set(bytes(disk.f_blocks));
}
