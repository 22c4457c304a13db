//! What is too old.

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(crate) enum Retention {
    /// Remove what is too old now, to its end; servers do so too, all the time
    Run {
        /// Remove nothing: count what would go
        #[arg(long)]
        dry_run: bool,
    },
}
