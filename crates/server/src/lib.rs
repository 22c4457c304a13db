//! What the `sixin` binary is: it reads the configuration, wires adapters into use cases, runs. No rules in here.
//!
//! Public is what the binary itself and the benchmark need, nothing else.
#![warn(clippy::print_stdout)]

mod background;
mod cli;
mod commands;
mod config;
mod demo;
mod descriptors;
mod output;
mod running;
pub mod signed_request;
pub mod system;
mod telemetry;
mod wiring;

use std::error::Error;
use std::process::ExitCode;

use clap::Parser;
use sixin_http::Api;

/// Does what the command line says; errors are printed with their causes.
#[must_use]
pub fn run() -> ExitCode {
    reported(commands::run(cli::Arguments::parse()))
}

/// Serves as `sixin serve` does, with parts of the API exchanged for others. That is how the benchmark measures what is
/// around the use cases.
#[must_use]
pub fn serve_with(exchange: impl FnOnce(Api) -> Api) -> ExitCode {
    reported(commands::serve::run_with(exchange))
}

fn reported(result: Result<(), Box<dyn Error>>) -> ExitCode {
    let Err(error) = result else { return ExitCode::SUCCESS };
    let mut said = error.to_string();
    eprintln!("sixin: {said}");
    let mut cause = error.source();
    while let Some(error) = cause {
        // Many messages hold their cause already.
        let text = error.to_string();
        if !said.contains(&text) {
            eprintln!("  because: {text}");
            said = text;
        }
        cause = error.source();
    }
    ExitCode::FAILURE
}
