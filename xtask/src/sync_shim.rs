//! A disk that fails, or is slow, to keep what it is told to keep: a library that is loaded before that of C.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::failure::{Failure, Result};

/// Built in, so that it is found from wherever this is called.
const SOURCE: &str = include_str!("../../tests/e2e/shim/sync.c");

/// Names a file; while it exists, `fsync` and `fdatasync` fail.
pub const FAILS_VARIABLE: &str = "SIXIN_TEST_SYNC_FAILS";
/// How long each of them sleeps, in microseconds.
pub const SLEEPS_VARIABLE: &str = "SIXIN_TEST_SYNC_SLEEPS";

/// Builds the library in a directory; a build of sixin needs a C compiler anyway.
///
/// # Errors
/// When there is no C compiler, or it refuses.
pub fn build(directory: &Path) -> Result<PathBuf> {
    let (source, library) = (directory.join("sync.c"), directory.join("sync.so"));
    fs::write(&source, SOURCE).map_err(|error| Failure::at(&source, &error))?;
    let compiler = env::var("CC").unwrap_or_else(|_| "cc".to_owned());
    let mut command = Command::new(&compiler);
    command.args(["-shared", "-fPIC", "-o"]).arg(&library).arg(source).arg("-ldl");
    let status = command.status().map_err(|error| Failure::to_start(&compiler, &error))?;
    if status.success() { Ok(library) } else { Err(Failure::new("the C compiler does not build the shim")) }
}
