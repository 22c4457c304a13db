//! Machines with faults: libraries that are loaded before that of C, and have its functions fail, wait or lie.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::failure::{Failure, Result};

/// A fault of the machine. Its source is built in, so that it is found from wherever this is called.
#[derive(Debug, Clone, Copy)]
pub enum Shim {
    /// A disk that fails, or is slow, to keep what it is told to keep.
    Sync,
    /// A clock that is set to another time.
    Clock,
}

impl Shim {
    fn source(self) -> (&'static str, &'static str) {
        match self {
            Self::Sync => ("sync", include_str!("../../tests/e2e/support/shim/sync.c")),
            Self::Clock => ("clock", include_str!("../../tests/e2e/support/shim/clock.c")),
        }
    }
}

/// Names a file; while it exists, `fsync` and `fdatasync` fail.
pub const FAILS_VARIABLE: &str = "SIXIN_TEST_SYNC_FAILS";
/// How long each of them sleeps, in microseconds.
pub const SLEEPS_VARIABLE: &str = "SIXIN_TEST_SYNC_SLEEPS";

/// Names a file that holds by how many seconds the time of day is off.
pub const CLOCK_VARIABLE: &str = "SIXIN_TEST_CLOCK_OFFSET";

/// Builds the library in a directory; a build of sixin needs a C compiler anyway.
///
/// # Errors
/// When there is no C compiler, or it refuses.
pub fn build(shim: Shim, directory: &Path) -> Result<PathBuf> {
    let (name, text) = shim.source();
    let (source, library) = (directory.join(format!("{name}.c")), directory.join(format!("{name}.so")));
    fs::write(&source, text).map_err(|error| Failure::at(&source, &error))?;
    let compiler = env::var("CC").unwrap_or_else(|_| "cc".to_owned());
    let mut command = Command::new(&compiler);
    command.args(["-shared", "-fPIC", "-o"]).arg(&library).arg(source).arg("-ldl");
    let status = command.status().map_err(|error| Failure::to_start(&compiler, &error))?;
    if status.success() { Ok(library) } else { Err(Failure::new("the C compiler does not build the shim")) }
}
