//! The npm packages of the client tests.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    clients::{make_anew, read},
    failure::{Failure, Result},
    programs, stamp,
};

const LOCK: &str = "package-lock.json";
const MISSING: &str =
    "Node.js was not found: install nodejs and npm, or leave the client tests out with --no-clients";

/// Installs the packages of the lock file into `installed/node_modules`.
///
/// # Errors
/// When Node is missing or npm fails.
pub fn prepare(sources: &Path, installed: &Path) -> Result<PathBuf> {
    let npm = find_npm()?;
    let lock = read(&sources.join(LOCK))?;
    if !stamp::is_current(installed, &lock) {
        println!("installing the npm packages of the client tests");
        make_anew(installed)?;
        for file in ["package.json", LOCK] {
            let target = installed.join(file);
            fs::copy(sources.join(file), &target).map_err(|error| Failure::at(&target, &error))?;
        }
        programs::run(Command::new(npm).current_dir(installed).args([
            "ci",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
        ]))?;
        stamp::write(installed, &lock)?;
    }
    Ok(installed.to_path_buf())
}

fn find_npm() -> Result<PathBuf> {
    let npm = || programs::find(&["node", "nodejs"]).and_then(|_| programs::find(&["npm"]));
    let found = match npm() {
        None if programs::install(&["nodejs", "npm"])? => npm(),
        found => found,
    };
    found.ok_or_else(|| Failure::new(MISSING))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace;

    #[test]
    fn the_lock_files_name_no_registry() {
        for directory in ["tests/clients/node", "examples/typescript"] {
            let lock = read(&workspace::root().join(directory).join(LOCK)).unwrap();
            let lock: serde_json::Value = serde_json::from_str(&lock).unwrap();
            let packages = lock["packages"].as_object().unwrap();
            assert!(packages.len() > 3, "the lock file lists its packages");
            for (name, package) in packages {
                assert!(package.get("resolved").is_none(), "{name} is bound to a host");
                assert!(name.is_empty() || package["integrity"].is_string(), "{name} has no digest");
            }
        }
    }
}
