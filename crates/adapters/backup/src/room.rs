//! Archives of people that are handed out over the network: they wait in a folder until they are read, and are gone then.

use std::fs::File;
use std::path::PathBuf;

use sixin_application::administration::ports::{ArchiveRoom, BegunArchive, OpenArchive, WrittenArchive};
use sixin_application::operations::ports::CopyError;
use tempfile::TempDir;

use crate::failed;
use crate::writing::NewArchive;

/// The name of an archive in its folder.
const NAME: &str = "person.zip";

/// [`ArchiveRoom`] in a folder. What a process that was killed has left there has a name of its own, and can be removed.
pub struct Room {
    /// The folder; it is made if it is not there.
    pub folder: PathBuf,
}

/// An archive in a folder of its own, which nobody but this user can open.
struct Written(TempDir);

impl ArchiveRoom for Room {
    fn begin(&self) -> Result<BegunArchive, CopyError> {
        std::fs::create_dir_all(&self.folder).map_err(failed)?;
        let own =
            tempfile::Builder::new().prefix(".sixin-export-").tempdir_in(&self.folder).map_err(failed)?;
        let writer = NewArchive::of_person(&own.path().join(NAME))?;
        Ok((Box::new(writer), Box::new(Written(own))))
    }
}

impl WrittenArchive for Written {
    fn open(self: Box<Self>) -> Result<OpenArchive, CopyError> {
        let file = File::open(self.0.path().join(NAME)).map_err(failed)?;
        let size = file.metadata().map_err(failed)?.len();
        // Its name goes with the folder, when `self` is dropped; what was opened can still be read.
        Ok(OpenArchive { size, bytes: Box::new(file) })
    }
}
