//! `cargo xtask fuzz`: the fuzzer of `fuzz/` against a server in its own process, with a store that is thrown away.

use std::{fs, net::TcpListener, process::Command};

use crate::{
    failure::{Failure, Result},
    workspace,
};

/// Memory in MiB beyond which the server is taken to grow without bound, and of one allocation.
const MOST_MEMORY: u32 = 2048;
const MOST_AT_ONCE: u32 = 64;
/// Seconds after which one frame has taken too long.
const LONGEST: u32 = 30;

/// Tries frames for so many seconds, or so many frames, whichever ends first. Returns whether the server stood all of them.
///
/// # Errors
/// When the fuzzer or its compiler is missing, or the store can't be made.
pub fn run(seconds: u32, frames: u32) -> Result<bool> {
    for (what, arguments) in [
        ("rustup toolchain install nightly", &["--version"][..]),
        ("cargo install cargo-fuzz", &["fuzz", "--version"]),
    ] {
        let found = nightly(arguments).output().is_ok_and(|output| output.status.success());
        if !found {
            return Err(Failure::new(format!("fuzzing needs more than the rest: {what}")));
        }
    }
    let (ours, its) =
        (workspace::root().join("Cargo.lock"), workspace::root().join("fuzz").join("Cargo.lock"));
    // What is tried is what is released.
    fs::copy(&ours, &its).map_err(|error| Failure::at(&its, &error))?;
    let place = tempfile::tempdir().map_err(|error| Failure::new(error.to_string()))?;
    let url = format!("sqlite://{}", place.path().join("fuzz.db").display());
    let (key, secret) = app_key(&url)?;
    let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    let address = free.map_err(|error| Failure::new(error.to_string()))?;
    let mut fuzzer = nightly(&["fuzz", "run", "gateway", "--"]);
    fuzzer.args([
        format!("-max_total_time={seconds}"),
        format!("-runs={frames}"),
        format!("-timeout={LONGEST}"),
    ]);
    fuzzer.args([format!("-rss_limit_mb={MOST_MEMORY}"), format!("-malloc_limit_mb={MOST_AT_ONCE}")]);
    // Weighing what is rare among all that a server does costs seventy times what a frame does.
    fuzzer.args(["-max_len=8192", "-print_final_stats=1", "-entropic=0"]);
    let status = fuzzer
        .current_dir(workspace::root())
        .env("SIXIN__DATABASE__URL", &url)
        .env("SIXIN__FILES__FOLDER", place.path().join("files"))
        .env("SIXIN__FILES__ARRIVING", place.path().join("arriving"))
        .env("SIXIN__SERVER__LISTEN", address.to_string())
        .env("SIXIN__METRICS__LISTEN", "127.0.0.1:0")
        .env("SIXIN__RATE__SENDS", "1000000000")
        .env("RUST_LOG", "error")
        .env("SIXIN_FUZZ_KEY", key)
        .env("SIXIN_FUZZ_SECRET", secret)
        .status();
    Ok(status.map_err(|error| Failure::to_start("cargo fuzz", &error))?.success())
}

/// A cargo that can instrument what it builds.
fn nightly(arguments: &[&str]) -> Command {
    let mut command = Command::new("cargo");
    command.arg("+nightly").args(arguments);
    // Set where this runs as `cargo xtask`, and stronger than `+nightly`.
    command.env_remove("RUSTUP_TOOLCHAIN").env_remove("CARGO");
    command
}

fn app_key(url: &str) -> Result<(String, String)> {
    let sixin = |arguments: &[&str]| {
        let mut command = workspace::cargo();
        command.args(["run", "--locked", "--quiet", "-p", "sixin", "--"]).args(arguments);
        let output = command.env("SIXIN__DATABASE__URL", url).output();
        output.map_err(|error| Failure::to_start("cargo", &error))
    };
    sixin(&["migrate"])?;
    let output = sixin(&["app-key", "create", "--dialect", "rongcloud", "--name", "fuzz", "--json"])?;
    let made: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    let text = |name: &str| made.get(name)?.as_str().map(ToOwned::to_owned);
    text("app_id").zip(text("secret")).ok_or_else(|| {
        Failure::new(format!("no app key was made: {}", String::from_utf8_lossy(&output.stderr)))
    })
}
