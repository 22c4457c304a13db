//! What sixin does on this machine, beside what the machine gives. Run as `cargo xtask bench`, which builds what this
//! needs in the release profile.

mod at_once;
mod bench;
mod door;
mod followers;
mod gateway_client;
mod latency;
mod ledger;
mod load;
mod machine;
mod numbers;
mod pairs;
mod parts;
mod peers;
mod population;
mod report;
mod requests;
mod server;
mod storage_loop;
mod store;
mod text;
mod usage;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand, ValueEnum};

use crate::bench::Bench;
use crate::pairs::Pairs;
use crate::report::Report;

/// Measures sixin on this machine, beside what the machine gives
#[derive(Debug, Parser)]
#[command(name = "cargo xtask bench", bin_name = "cargo xtask bench")]
struct Arguments {
    #[command(flatten)]
    options: Options,
    #[command(subcommand)]
    command: Option<Command>,
}

/// What is measured, and for how long.
#[derive(Debug, Clone, clap::Args, serde::Serialize, serde::Deserialize)]
struct Options {
    /// Stop the growth at one million stored messages, and read among no more
    #[arg(long)]
    quick: bool,
    /// Only on SQLite
    #[arg(long)]
    no_mysql: bool,
    /// Only on MySQL
    #[arg(long, conflicts_with = "no_mysql")]
    no_sqlite: bool,
    /// How long each load is measured
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=60))]
    seconds: u64,
    /// How many connections durable sends are measured with
    #[arg(long, value_delimiter = ',', default_values_t = parts::CONNECTIONS)]
    #[serde(default)]
    connections: Vec<usize>,
    /// Leave out durable sends with one message a transaction
    #[arg(long)]
    #[serde(default)]
    no_single: bool,
    /// One more option of the private database server, such as --mysql-option=--log-bin
    #[arg(long = "mysql-option")]
    #[serde(default)]
    mysql_options: Vec<String>,
    /// How many users the stores have; those above 1000 can't sign in, and then sends are those of a back end only
    #[arg(long, default_value_t = pairs::USERS)]
    #[serde(default)]
    users: usize,
    /// How many conversations they have with each other
    #[arg(long, default_value_t = 10_000)]
    #[serde(default)]
    conversations: usize,
    /// Only these parts; what another part would have given is then missing from their rows
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = Part::value_variants().to_vec())]
    only: Vec<Part>,
    /// Only sixin beside ejabberd and Mosquitto, those of them that are installed
    #[arg(long)]
    #[serde(default)]
    peers: bool,
    /// Where stores and reports go; its disk is the one that is measured
    #[arg(long, default_value = "target/bench")]
    directory: PathBuf,
}

/// A part of the benchmark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum, serde::Serialize, serde::Deserialize)]
enum Part {
    /// H: HTTP and signatures, answered at once
    Http,
    /// D: the loop over the storage adapter
    Storage,
    /// Durable sends through both dialects
    Sends,
    /// The same, fewer of them, where a disk takes two milliseconds to keep something
    SlowDisk,
    /// Latency at half the top rate, which `sends` gives
    Paced,
    /// Lists and messages in a small and in a large store, beside the bare query
    Reads,
    /// One publish to 1000 recipients, in the same words and in other words to each
    Wide,
    /// Rate and latency as the store grows
    Growth,
    /// Sends while old messages are removed
    Ageing,
    /// Memory, idle and under overload
    Memory,
    /// Live streams: from send to arrival, idle connections, everybody after a restart, catching up
    Live,
    /// Webhooks: events a second, sends beside a receiver that hangs, one that was away
    Webhooks,
    /// The gateway: sends, messages that came meanwhile, arrival and idle connections beside other doors, a herd
    Gateway,
}

impl Options {
    fn has(&self, part: Part) -> bool {
        self.only.contains(&part)
    }

    fn time(&self) -> Duration {
        Duration::from_secs(self.seconds)
    }

    /// Who writes to whom.
    fn pairs(&self) -> Pairs {
        Pairs::new(self.users, self.conversations)
    }
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve as sixin does, but answer what is let in and understood at once
    #[command(hide = true)]
    ServeAtOnce,
    /// Write the tables and plots of the last run again
    Redraw,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let directory = arguments.options.directory.clone();
    let done = match arguments.command {
        Some(Command::ServeAtOnce) => return at_once::serve(),
        Some(Command::Redraw) => Report::read(&directory).and_then(|report| report.write(&directory)),
        None => Bench::new(arguments.options).and_then(Bench::run),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("the benchmark failed: {error:#}");
            ExitCode::FAILURE
        }
    }
}
