//! What comes from other systems.

use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub(crate) enum Import {
    /// From a database of Fresns 2.x: accounts, users, follows and blocks, conversations, messages
    ///
    /// Servers must be stopped, and nobody may have written here yet. What is here already is passed over: a run that was cut off,
    /// or one day later, goes on where the last one ended.
    Fresns(ImportFresns),
}

// A URL holds a password; arguments may be logged.
#[derive(Args)]
pub(crate) struct ImportFresns {
    /// Its database: mysql://USER:PASSWORD@HOST:3306/DATABASE; - reads the URL from standard input, which shows it to nobody else
    #[arg(long, value_name = "URL", allow_hyphen_values = true)]
    pub(crate) from: String,
    /// What the names of its tables begin with
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) prefix: String,
    /// Write nothing: say what would come, and what would not
    #[arg(long)]
    pub(crate) dry_run: bool,
}

impl std::fmt::Debug for ImportFresns {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("ImportFresns(…)")
    }
}
