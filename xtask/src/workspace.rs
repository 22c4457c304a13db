//! Where the repository is, and the cargo that runs us.

use std::{
    env,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::failure::{Failure, Result};

/// The root directory of the repository.
#[must_use]
pub fn root() -> PathBuf {
    // The value of run time wins: a target directory may be shared by several clones. In tests of other crates it is theirs.
    let given = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).filter(|place| place.ends_with("xtask"));
    let xtask = given.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")));
    xtask.parent().map_or_else(|| xtask.clone(), Path::to_path_buf)
}

/// Cargo, at the root of the repository, of the toolchain that built us.
#[must_use]
pub fn cargo() -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(root());
    cargo
}

/// What a cargo command prints; its messages go to our own standard error.
///
/// # Errors
/// When cargo can't be started, fails, or prints something that isn't UTF-8.
pub fn cargo_output(arguments: &[&str]) -> Result<String> {
    let output = cargo()
        .args(arguments)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| Failure::to_start("cargo", &error))?;
    if !output.status.success() {
        return Err(Failure::new(format!("cargo {} failed", arguments.join(" "))));
    }
    String::from_utf8(output.stdout).map_err(|_| {
        Failure::new(format!("cargo {} printed something that isn't UTF-8", arguments.join(" ")))
    })
}
