//! Installing again only when the lock file is another one.

use std::{fs, path::Path};

use crate::failure::{Failure, Result};

const STAMP: &str = "installed.lock";

/// Whether what stands in `directory` was installed from exactly this lock file.
#[must_use]
pub fn is_current(directory: &Path, lock: &str) -> bool {
    fs::read_to_string(directory.join(STAMP)).is_ok_and(|installed| installed == lock)
}

/// Notes that `directory` now holds what this lock file asks for. To be called last: an installation that was
/// interrupted must not look complete.
///
/// # Errors
/// When the note can't be written.
pub fn write(directory: &Path, lock: &str) -> Result<()> {
    let stamp = directory.join(STAMP);
    fs::write(&stamp, lock).map_err(|error| Failure::at(&stamp, &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_installation_is_current_until_the_lock_file_changes() {
        let directory = tempfile::tempdir().unwrap();
        assert!(!is_current(directory.path(), "axios 1.0"), "nothing was installed yet");

        write(directory.path(), "axios 1.0").unwrap();
        assert!(is_current(directory.path(), "axios 1.0"));
        assert!(!is_current(directory.path(), "axios 1.1"), "the lock file changed");
    }
}
