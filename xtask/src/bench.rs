//! `cargo xtask bench`: builds the server and its benchmark as they are released, and runs it.

use crate::{
    failure::{Failure, Result},
    workspace,
};

/// Measures; the arguments are those of the benchmark. Returns whether it went well.
///
/// # Errors
/// When cargo can't be started.
pub fn run(arguments: &[String]) -> Result<bool> {
    // What it can do is told without building what it measures.
    if arguments.iter().any(|argument| ["--help", "-h"].contains(&argument.as_str())) {
        return cargo(&["run", "--locked", "--quiet", "-p", "sixin-bench", "--", "--help"]);
    }
    // Both in one go: what they share is then built once.
    let build = ["build", "--release", "--locked", "-p", "sixin", "-p", "sixin-bench"];
    let measure = ["run", "--release", "--locked", "--quiet", "-p", "sixin-bench"];
    let measure = measure.iter().copied().chain(["--"]);
    Ok(cargo(&build)? && cargo(&measure.chain(arguments.iter().map(String::as_str)).collect::<Vec<_>>())?)
}

fn cargo(arguments: &[&str]) -> Result<bool> {
    let status = workspace::cargo().args(arguments).status();
    Ok(status.map_err(|error| Failure::to_start("cargo", &error))?.success())
}
