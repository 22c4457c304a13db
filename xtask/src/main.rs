//! Commands of the repository, run as `cargo xtask`; without an argument it lists them.

use std::{path::PathBuf, process::ExitCode};

use clap::{CommandFactory, Parser, Subcommand};
use xtask::{
    bench, client_sdks, deploy_lint, documents, failure::Result, fuzz, layers, migrations, mysql::newest,
    openapi, openapi_changes, package::Package, test_run::TestRun, workspace,
};

#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", about = "Commands of the sixin repository")]
struct Arguments {
    #[command(subcommand)]
    command: Option<Task>,
}

#[derive(Subcommand)]
enum Task {
    /// Run every test of the project, on SQLite and on MySQL, with the foreign clients
    ///
    /// MySQL is the server named in SIXIN_TEST_MYSQL_URL, else a private MariaDB or MySQL that is started for
    /// this run from the programs of the machine. What is missing is installed with apt-get where that is
    /// possible (as root on Debian or Ubuntu).
    Test {
        /// Leave out every test on MySQL
        #[arg(long)]
        no_mysql: bool,
        /// Leave out every test with a foreign client (npm, PyPI)
        #[arg(long)]
        no_clients: bool,
        /// Handed on to `cargo test`, for example: cargo xtask test -- -p sixin-storage
        #[arg(last = true)]
        cargo_arguments: Vec<String>,
    },
    /// Kill a server under load again and again, and a database server too; everything acknowledged must be in the
    /// store, once
    Crash {
        /// How often, for each database, and for the database server
        #[arg(long, default_value_t = 20)]
        rounds: u32,
        /// Only on SQLite
        #[arg(long)]
        no_mysql: bool,
    },
    /// Send frames to the gateway that a fuzzer makes; needs a nightly compiler and cargo-fuzz
    Fuzz {
        /// How long
        #[arg(long, default_value_t = 600)]
        seconds: u32,
        /// How many at most
        #[arg(long, default_value_t = 1_000_000)]
        frames: u32,
    },
    /// Run the tests that need a cluster of database servers: three Galera nodes are started on this machine
    Cluster,
    /// Run the tests of storage and of the whole on the newest MySQL that Debian has, unpacked below target/
    NewestMysql,
    /// Run the tests of the gateway with the newest client SDK that npm has
    NewestSdk,
    /// Run what all versions of the client SDK can do with older ones
    OlderSdks,
    /// Measure sixin on this machine, beside what the machine gives; see docs/performance.md
    #[command(disable_help_flag = true)]
    Bench {
        /// Handed on to the benchmark; --help lists what it takes
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Write openapi/sixin.json from the handlers of the server
    Openapi {
        /// Write nothing; fail if the file is stale
        #[arg(long)]
        check: bool,
        /// Write nothing; fail if clients made from this earlier document break
        #[arg(long, value_name = "FILE", conflicts_with = "check")]
        against: Option<PathBuf>,
    },
    /// Make a Debian package (where there is dpkg-deb), an archive, and their SHA-256 sums
    Package {
        /// A binary that was built already; else one is built as releases are
        #[arg(long, value_name = "FILE")]
        binary: Option<PathBuf>,
        /// Where they go
        #[arg(long, value_name = "DIR", default_value = "target/package")]
        into: PathBuf,
    },
    /// Hold what is in deploy/ against promtool and linters of PyPI
    LintDeploy,
    /// Check that both databases have the same migrations
    Migrations,
    /// Check that no layer depends on what it may not know
    Layers,
    /// Check that pages and anchors that are cited are there, and that both READMEs name the same commands
    Documents,
}

fn main() -> ExitCode {
    let Some(task) = Arguments::parse().command else {
        // A help text that can't be printed has nobody who reads it.
        let _ = Arguments::command().print_help();
        return ExitCode::SUCCESS;
    };
    match run(task) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}

/// Returns whether all went well; an error is what could not even be tried.
fn run(task: Task) -> Result<bool> {
    match task {
        Task::Test { no_mysql, no_clients, cargo_arguments } => {
            return TestRun { no_mysql, no_clients, cargo_arguments, crash_rounds: None }.run();
        }
        Task::Crash { rounds, no_mysql } => return TestRun::crash_loop(rounds, no_mysql).run(),
        Task::Fuzz { seconds, frames } => return fuzz::run(seconds, frames),
        Task::NewestSdk => return client_sdks::newest(),
        Task::OlderSdks => return client_sdks::older(),
        Task::NewestMysql => return newest::run(),
        Task::Cluster => return TestRun::cluster().run(),
        Task::Bench { arguments } => return bench::run(&arguments),
        Task::Openapi { against: Some(earlier), .. } => {
            openapi_changes::check(&earlier, &workspace::root().join(openapi::DOCUMENT))?;
        }
        Task::Openapi { check: true, .. } => openapi::check()?,
        Task::Openapi { check: false, .. } => openapi::write()?,
        Task::Package { binary, into } => {
            let packed = Package { binary, into, version: None, compressed: true }.make()?;
            for made in [packed.deb, Some(packed.archive), Some(packed.sums)].into_iter().flatten() {
                println!("{}", made.display());
            }
        }
        Task::LintDeploy => deploy_lint::run()?,
        Task::Migrations => migrations::check()?,
        Task::Layers => layers::check()?,
        Task::Documents => documents::check()?,
    }
    Ok(true)
}
