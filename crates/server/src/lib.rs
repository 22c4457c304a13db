//! What the `sixin` binary is: it reads the configuration, wires adapters into use cases, runs. No rules in here.
//!
//! Public is what the binary itself and the benchmark need, nothing else.
#![warn(clippy::print_stdout)]

mod api;
mod background;
mod cli;
mod commands;
mod config;
mod demo;
mod following;
mod machine;
mod output;
mod receivers;
mod reference;
mod reloading;
mod running;
pub mod signed_request;
pub mod system;
mod telemetry;
mod tls;
mod traces;
mod wiring;

pub use api::{Apis, openapi_json};

use std::error::Error;
use std::process::ExitCode;

use clap::Parser;

/// Does what the command line says; errors are printed with their causes.
#[must_use]
pub fn run() -> ExitCode {
    keep_to_ourselves();
    let arguments = match cli::Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) if error.use_stderr() && std::env::args().any(|argument| argument == "--json") => {
            let text = error.to_string();
            let text = text.trim().strip_prefix("error: ").unwrap_or(&text);
            eprintln!("{}", serde_json::json!({ "error": text.trim(), "because": [] }));
            return ExitCode::from(2);
        }
        Err(error) => error.exit(),
    };
    let json = arguments.json;
    reported(commands::run(arguments), json)
}

/// Serves as `sixin serve` does, with parts of the API exchanged for others. That is how the benchmark measures what is
/// around the use cases.
#[must_use]
pub fn serve_with(exchange: impl FnOnce(Apis) -> Apis) -> ExitCode {
    keep_to_ourselves();
    reported(commands::serve::run_with(exchange), false)
}

/// Whatever is made, by us or by a library, is for this user alone: messages and secrets are in it. What the shell said about
/// that is for other programs.
fn keep_to_ourselves() {
    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
}

fn reported(result: Result<(), Box<dyn Error>>, json: bool) -> ExitCode {
    let Err(error) = result else { return ExitCode::SUCCESS };
    let (text, causes) = (error.to_string(), causes(&*error));
    if json {
        eprintln!("{}", serde_json::json!({ "error": text, "because": causes }));
        return ExitCode::FAILURE;
    }
    eprintln!("sixin: {text}");
    for cause in causes {
        eprintln!("  because: {cause}");
    }
    ExitCode::FAILURE
}

/// What an error comes from. Many messages hold their cause already.
fn causes(error: &dyn Error) -> Vec<String> {
    let mut said = error.to_string();
    let mut causes = Vec::new();
    let mut cause = error.source();
    while let Some(error) = cause {
        let text = error.to_string();
        if !said.contains(&text) {
            causes.push(text.clone());
            said = text;
        }
        cause = error.source();
    }
    causes
}
