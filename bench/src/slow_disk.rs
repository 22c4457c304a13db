//! A disk that is slow to keep what it is told to keep: the shim of the end-to-end tests, told to sleep.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

/// How long each `fsync` and `fdatasync` sleeps, in microseconds.
pub(crate) const VARIABLE: &str = "SIXIN_TEST_SYNC_SLEEPS";

/// Builds the shim; a build of sixin needs a C compiler anyway.
pub(crate) fn build(directory: &Path) -> Result<PathBuf> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/e2e/shim/sync.c");
    let library = directory.join("sync.so");
    let compiler = std::env::var("CC").unwrap_or_else(|_| "cc".to_owned());
    let mut command = Command::new(&compiler);
    command.args(["-shared", "-fPIC", "-o"]).arg(&library).arg(source).arg("-ldl");
    let status = command.status().with_context(|| format!("can't start {compiler}"))?;
    ensure!(status.success(), "the C compiler does not build the shim");
    Ok(library)
}
