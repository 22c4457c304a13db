//! Backups, and a move to another database.

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct Backup {
    /// Where it is written, or what is verified; nothing that is there is replaced
    pub(crate) file: PathBuf,
    /// Write nothing: read a backup, and say whether it is whole. Needs no database
    #[arg(long)]
    pub(crate) verify: bool,
    /// Leave files out, because something else keeps their folder. Those of a bucket are never in it
    #[arg(long, conflicts_with = "verify")]
    pub(crate) without_files: bool,
}

// A URL holds a password; arguments may be logged.
#[derive(Args)]
pub(crate) struct Move {
    /// The database that is there, such as sqlite:///var/lib/sixin/sixin.db [default: that of the configuration]
    #[arg(long, value_name = "URL")]
    pub(crate) from: Option<String>,
    /// The empty database; - reads the URL from standard input, which shows it to nobody else
    #[arg(long, value_name = "URL", allow_hyphen_values = true)]
    pub(crate) to: String,
}

impl std::fmt::Debug for Move {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Move(…)")
    }
}
