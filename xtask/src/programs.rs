//! Programs of the machine: finding them, running them, and installing what is missing where we may.

use std::{
    env,
    ffi::OsStr,
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::failure::{Failure, Result};

/// Where database servers live although the `PATH` of an ordinary user doesn't say so.
const MORE_DIRECTORIES: [&str; 9] = [
    "/usr/sbin",
    "/usr/local/sbin",
    "/usr/local/bin",
    "/usr/libexec",
    "/usr/local/mysql/bin",
    "/usr/local/mariadb/bin",
    "/opt/homebrew/bin",
    "/opt/homebrew/opt/mariadb/bin",
    "/opt/homebrew/opt/mysql/bin",
];

/// The first of these programs that the machine has, in `PATH` or where servers usually are.
#[must_use]
pub fn find(names: &[&str]) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let directories: Vec<PathBuf> =
        env::split_paths(&path).chain(MORE_DIRECTORIES.iter().map(PathBuf::from)).collect();
    names.iter().find_map(|name| find_in(&directories, name))
}

/// A program that speaks Redis's protocol.
#[must_use]
pub fn redis() -> Option<PathBuf> {
    find(&["redis-server", "valkey-server"])
}

fn find_in(directories: &[PathBuf], name: &str) -> Option<PathBuf> {
    directories.iter().map(|directory| directory.join(name)).find(|program| is_executable(program))
}

fn is_executable(program: &Path) -> bool {
    fs::metadata(program).is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

/// Runs a command to its end, its output on ours.
///
/// # Errors
/// When it can't be started or doesn't succeed.
pub fn run(command: &mut Command) -> Result<()> {
    let name = command.get_program().to_string_lossy().into_owned();
    let status = command.stdin(Stdio::null()).status().map_err(|error| Failure::to_start(&name, &error))?;
    if status.success() { Ok(()) } else { Err(Failure::new(format!("{name} failed: {status}"))) }
}

/// Whether a program runs with these arguments and succeeds, whatever it prints.
#[must_use]
pub fn succeeds(program: &Path, arguments: &[&str]) -> bool {
    output(program, arguments).is_some()
}

/// What a program prints on standard output, if it succeeds.
#[must_use]
pub fn output(program: &Path, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Whether we run as root.
#[must_use]
pub fn is_root() -> bool {
    output(Path::new("id"), &["-u"]).is_some_and(|id| id.trim() == "0")
}

/// Installs packages with apt-get, saying so, where that is ours to do: as root on Debian or Ubuntu.
/// Returns whether it did.
///
/// # Errors
/// When apt-get fails.
pub fn install(packages: &[&str]) -> Result<bool> {
    if !is_root() || !Path::new("/etc/debian_version").exists() {
        return Ok(false);
    }
    println!("installing {} with apt-get", packages.join(" and "));
    run(&mut apt_get(["update", "--quiet"]))?;
    run(apt_get(["install", "--yes", "--quiet", "--no-install-recommends"]).args(packages))?;
    Ok(true)
}

fn apt_get<const N: usize>(arguments: [impl AsRef<OsStr>; N]) -> Command {
    let mut command = Command::new("apt-get");
    command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_found_by_the_first_name_that_exists() {
        let found = find(&["there-is-no-such-program", "sh"]).unwrap();
        assert!(found.ends_with("sh"), "{}", found.display());
    }

    #[test]
    fn a_file_that_may_not_be_run_is_no_program() {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("tool"), "").unwrap();
        assert_eq!(find_in(&[directory.path().to_path_buf()], "tool"), None);
    }
}
