//! The Python packages of the client tests, in a virtual environment.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    clients::{make_anew, read},
    failure::{Failure, Result},
    programs, stamp,
};

const LOCK: &str = "requirements.txt";
/// schemathesis asks for it.
const OLD_ENOUGH: &str = "import sys; sys.exit(sys.version_info < (3, 11))";
const NAMES: [&str; 5] = ["python3", "python3.14", "python3.13", "python3.12", "python3.11"];
const MISSING: &str = "Python 3.11 or newer with its venv module was not found: install python3 and \
     python3-venv, or leave the client tests out with --no-clients";

/// Installs the packages of the lock file into a virtual environment and returns its Python.
///
/// # Errors
/// When Python or its `venv` is missing, or pip fails.
pub fn prepare(sources: &Path, installed: &Path) -> Result<PathBuf> {
    let lock_file = sources.join(LOCK);
    let lock = read(&lock_file)?;
    let python = installed.join("bin/python");
    // An environment breaks when the Python it was made from goes.
    if stamp::is_current(installed, &lock) && programs::succeeds(&python, &["--version"]) {
        return Ok(python);
    }
    println!("installing the Python packages of the client tests");
    let system = find_python()?;
    make_anew(installed)?;
    programs::run(Command::new(system).args(["-m", "venv"]).arg(installed))?;
    programs::run(
        Command::new(&python)
            .args([
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
                "--require-hashes",
                "-r",
            ])
            .arg(&lock_file),
    )?;
    stamp::write(installed, &lock)?;
    Ok(python)
}

fn find_python() -> Result<PathBuf> {
    let found = match usable_python() {
        None if programs::install(&["python3", "python3-venv"])? => usable_python(),
        found => found,
    };
    found.ok_or_else(|| Failure::new(MISSING))
}

/// Debian ships `venv` without `ensurepip`; it then fails halfway, so the second is asked for as well.
fn usable_python() -> Option<PathBuf> {
    NAMES.iter().filter_map(|name| programs::find(&[name])).find(|python| {
        programs::succeeds(python, &["-c", OLD_ENOUGH])
            && programs::succeeds(python, &["-c", "import venv, ensurepip"])
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace;

    #[test]
    fn the_lock_files_pin_every_package_by_its_digests_and_name_no_registry() {
        for (directory, asked_for) in [
            ("tests/clients/python", "schemathesis"),
            ("examples/python", "openapi-python-client"),
            ("tests/clients/generator", "openapi-generator-cli"),
        ] {
            let lock = read(&workspace::root().join(directory).join(LOCK)).unwrap();
            assert!(!lock.contains("://"), "a URL");
            let is_package = |line: &&str| line.starts_with(|first: char| first.is_alphanumeric());
            let packages: Vec<&str> = lock.lines().filter(is_package).collect();
            assert!(packages.iter().any(|package| package.starts_with(&format!("{asked_for}=="))));
            for package in packages {
                assert!(package.contains("==") && package.ends_with('\\'), "{package} is not pinned");
                let (_, after) = lock.split_once(&format!("{package}\n")).unwrap();
                assert!(after.trim_start().starts_with("--hash=sha256:"), "{package} has no digest");
            }
        }
    }
}
