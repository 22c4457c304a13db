//! The foreign programs of the client tests: packages of npm and PyPI, kept under `target/`.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{
    failure::{Failure, Result},
    node, programs, python, workspace,
};

/// What a test needs to run a client.
#[derive(Debug)]
pub struct Clients {
    /// The directory that holds `node_modules`.
    pub node: PathBuf,
    /// The Python that sees the installed packages.
    pub python: PathBuf,
    /// A copy of the example in TypeScript, with its packages.
    pub typescript: PathBuf,
    /// The Python that sees the packages of the example in Python.
    pub python_example: PathBuf,
    /// What makes clients in Rust and Go of the description; `None` where there is no Java for it.
    pub generator: Option<PathBuf>,
}

impl Clients {
    /// Installs what the lock files ask for, unless it is there already.
    ///
    /// # Errors
    /// When Node or Python is missing, or an installation fails; the message says what to do.
    pub fn prepare() -> Result<Self> {
        let sources = workspace::root().join("tests/clients");
        let installed = workspace::root().join("target/clients");
        let examples = workspace::root().join("examples");
        Ok(Self {
            generator: generator(&sources.join("generator"), &installed.join("generator"))?,
            typescript: node::prepare(&examples.join("typescript"), &installed.join("typescript"))?,
            python_example: python::prepare(&examples.join("python"), &installed.join("python-example"))?,
            node: node::prepare(&sources.join("node"), &installed.join("node"))?,
            python: python::prepare(&sources.join("python"), &installed.join("python"))?,
        })
    }
}

/// openapi-generator is a program in Java that comes as a package of PyPI. Java is large, so it is used where it is and
/// installed nowhere.
fn generator(sources: &Path, installed: &Path) -> Result<Option<PathBuf>> {
    if programs::find(&["java"]).is_none() {
        return Ok(None);
    }
    let python = python::prepare(sources, installed)?;
    Ok(Some(python.with_file_name("openapi-generator-cli")))
}

/// The text of a file.
pub(crate) fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).map_err(|error| Failure::at(path, &error))
}

/// An empty directory in place of whatever was there.
pub(crate) fn make_anew(directory: &Path) -> Result<()> {
    if directory.exists() {
        fs::remove_dir_all(directory).map_err(|error| Failure::at(directory, &error))?;
    }
    fs::create_dir_all(directory).map_err(|error| Failure::at(directory, &error))
}
