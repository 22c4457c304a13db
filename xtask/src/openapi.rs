//! `cargo xtask openapi`: the document in the repository is the one the server serves.

use std::{fs, path::Path};

use crate::{
    failure::{Failure, Result},
    workspace,
};

/// Where the document is kept, below the root of the repository.
pub const DOCUMENT: &str = "openapi/sixin.json";
const REPAIR: &str = "cargo xtask openapi";

/// Writes the document of the server as it stands.
///
/// # Errors
/// When the server can't be built or the file can't be written.
pub fn write() -> Result<()> {
    let path = workspace::root().join(DOCUMENT);
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory).map_err(|error| Failure::at(directory, &error))?;
    }
    fs::write(&path, current()?).map_err(|error| Failure::at(&path, &error))?;
    println!("wrote {DOCUMENT}");
    Ok(())
}

/// Compares the document in the repository with that of the server.
///
/// # Errors
/// When they differ; the message names the command that repairs it.
pub fn check() -> Result<()> {
    compare(&workspace::root().join(DOCUMENT), &current()?)?;
    println!("{DOCUMENT} is up to date");
    Ok(())
}

fn compare(path: &Path, current: &str) -> Result<()> {
    match fs::read_to_string(path) {
        Ok(kept) if kept == current => Ok(()),
        Ok(_) => Err(Failure::new(format!("{DOCUMENT} is stale; {REPAIR} writes it anew"))),
        Err(error) => Err(Failure::new(format!("{DOCUMENT} can't be read ({error}); {REPAIR} writes it"))),
    }
}

/// The document as the server prints it, ending with one line break.
fn current() -> Result<String> {
    let printed = workspace::cargo_output(&["run", "--quiet", "-p", "sixin", "--", "openapi"])?;
    tidy(&printed)
}

fn tidy(printed: &str) -> Result<String> {
    serde_json::from_str::<serde_json::Value>(printed)
        .map_err(|error| Failure::new(format!("sixin openapi printed something that isn't JSON: {error}")))?;
    Ok(format!("{}\n", printed.trim_end()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stale_document_is_refused_with_the_command_that_repairs_it() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("sixin.json");

        let missing = compare(&path, "{}\n").unwrap_err().to_string();
        assert!(missing.contains(REPAIR), "{missing}");

        fs::write(&path, "{}\n").unwrap();
        assert!(compare(&path, "{}\n").is_ok());
        let stale = compare(&path, "{\"a\": 1}\n").unwrap_err().to_string();
        assert!(stale.contains(REPAIR), "{stale}");
    }

    #[test]
    fn only_json_is_kept_and_it_ends_with_one_line_break() {
        assert_eq!(tidy("{}\n\n").unwrap(), "{}\n");
        assert!(tidy("listening on 127.0.0.1").is_err());
        assert!(tidy("").is_err());
    }
}
