//! `cargo xtask newest-sdk`: the tests of the gateway with the newest client SDK there is, which no lock file holds.

use std::process::{Command, Stdio};

use crate::{
    clients::read,
    failure::{Failure, Result},
    node, programs, workspace,
};

/// What is taken as new as it is.
const PACKAGES: [&str; 2] = ["@rongcloud/imlib-next", "@rongcloud/engine"];

/// Installs it beside the pinned packages, and runs the tests. Returns whether they passed.
///
/// # Errors
/// When Node is missing, or npm fails.
pub fn run() -> Result<bool> {
    let root = workspace::root();
    let installed = root.join("target").join("newest-sdk");
    node::prepare(&root.join("tests").join("clients").join("node"), &installed)?;
    let newest = PACKAGES.map(|name| format!("{name}@latest"));
    programs::run(
        Command::new("npm")
            .current_dir(&installed)
            .args(["install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund"])
            .args(newest),
    )?;
    for name in PACKAGES {
        let manifest = read(&installed.join("node_modules").join(name).join("package.json"))?;
        let manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap_or_default();
        println!(
            "{name} {}",
            manifest.get("version").and_then(serde_json::Value::as_str).unwrap_or("of no version")
        );
    }
    let mut tests = workspace::cargo();
    tests.args(["test", "-p", "sixin", "--test", "e2e", "gateway::"]).stdin(Stdio::null());
    tests.env("SIXIN_TEST_NODE", &installed).env_remove("SIXIN_TEST_NO_CLIENTS");
    tests.env("SIXIN_TEST_NO_MYSQL", "1").env_remove("SIXIN_TEST_MYSQL_URL");
    let browser = programs::find(&["chromium", "chromium-browser", "google-chrome"]).unwrap_or_default();
    tests.env("SIXIN_TEST_CHROMIUM", browser);
    tests.env("SIXIN_TEST_REDIS_SERVER", programs::redis().unwrap_or_default());
    let status = tests.status().map_err(|error| Failure::to_start("cargo test", &error))?;
    Ok(status.success())
}
