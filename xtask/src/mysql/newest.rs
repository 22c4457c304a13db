//! The tests of storage and of the whole on the newest MySQL that Debian has, which is newer than what most machines have.

use std::{
    fs,
    process::{Command, Stdio},
};

use crate::{
    failure::{Failure, Result},
    mysql::programs::SERVER_VARIABLE,
    mysql::server::URL_VARIABLE,
    programs, workspace,
};

const UNPACK: &str = include_str!("unpack.sh");

/// Unpacks the server below `target` and runs the tests on it. Returns whether they passed.
///
/// # Errors
/// When it can't be had, as elsewhere than on Debian and its like.
pub fn run() -> Result<bool> {
    let place = workspace::root().join("target").join("newest-mysql");
    let program = place.join("mysqld");
    if !program.exists() {
        fs::create_dir_all(&place).map_err(|error| Failure::at(&place, &error))?;
        programs::run(Command::new("sh").arg("-c").arg(UNPACK).arg("unpack").arg(&place))?;
    }
    let mut tests = workspace::cargo();
    tests.args(["xtask", "test", "--no-clients", "--", "-p", "sixin-storage", "-p", "sixin"]);
    tests.env(SERVER_VARIABLE, &program).env_remove(URL_VARIABLE).stdin(Stdio::null());
    let status = tests.status().map_err(|error| Failure::to_start("cargo xtask test", &error))?;
    Ok(status.success())
}
