//! `cargo xtask newest-sdk` and `older-sdks`: tests of the gateway with versions of the client SDK that no lock file holds.

use std::{
    path::Path,
    process::{Command, Stdio},
};

use crate::{
    clients::read,
    failure::{Failure, Result},
    node, programs, workspace,
};

/// The packages that are one version.
const PACKAGES: [&str; 2] = ["@rongcloud/imlib-next", "@rongcloud/engine"];
/// Versions that apps of earlier years were built with: the first there is on npm that does what the tests ask, the last that knows
/// only the old navigation, and two of the time since.
const OLDER: [&str; 4] = ["5.3.4", "5.7.3", "5.28.0", "5.36.7"];

/// Runs all tests of the gateway with the newest version there is. Returns whether they passed.
///
/// # Errors
/// When Node is missing, or npm fails.
pub fn newest() -> Result<bool> {
    tried("latest", "gateway::")
}

/// Runs what all versions can do with older ones, one after the other. Returns whether all passed.
///
/// # Errors
/// When Node is missing, or npm fails.
pub fn older() -> Result<bool> {
    let mut all_passed = true;
    for version in OLDER {
        all_passed &= tried(version, "gateway::older")?;
    }
    Ok(all_passed)
}

/// Installs a version beside the pinned packages, and runs tests with it.
fn tried(version: &str, tests: &str) -> Result<bool> {
    let root = workspace::root();
    let installed = root.join("target").join("client-sdks").join(version);
    node::prepare(&root.join("tests").join("clients").join("node"), &installed)?;
    let packages = PACKAGES.map(|name| format!("{name}@{version}"));
    programs::run(
        Command::new("npm")
            .current_dir(&installed)
            .args(["install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund"])
            .args(packages),
    )?;
    for name in PACKAGES {
        println!("{name} {}", version_of(&installed, name)?);
    }
    let mut command = workspace::cargo();
    command.args(["test", "-p", "sixin", "--test", "e2e", tests]).stdin(Stdio::null());
    command.env("SIXIN_TEST_NODE", &installed).env_remove("SIXIN_TEST_NO_CLIENTS");
    command.env("SIXIN_TEST_NO_MYSQL", "1").env_remove("SIXIN_TEST_MYSQL_URL");
    // One conversation of all clients, and the list of all functions, are those of the pinned ones.
    command.args(["--", "--skip", "gateway::everybody", "--skip", "gateway::every_call"]);
    let browser = programs::find(&["chromium", "chromium-browser", "google-chrome"]).unwrap_or_default();
    command.env("SIXIN_TEST_CHROMIUM", browser);
    command.env("SIXIN_TEST_REDIS_SERVER", programs::redis().unwrap_or_default());
    let status = command.status().map_err(|error| Failure::to_start("cargo test", &error))?;
    Ok(status.success())
}

fn version_of(installed: &Path, name: &str) -> Result<String> {
    let manifest = read(&installed.join("node_modules").join(name).join("package.json"))?;
    let manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap_or_default();
    let version = manifest.get("version").and_then(serde_json::Value::as_str);
    Ok(version.unwrap_or("of no version").to_owned())
}
