//! The `sixin` binary: reads the configuration, wires adapters into use cases, runs. No rules in here.
#![warn(clippy::print_stdout)]

mod background;
mod cli;
mod commands;
mod config;
mod demo;
mod output;
mod system;
mod telemetry;
mod wiring;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let arguments = cli::Arguments::parse();
    match commands::run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
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
    }
}
