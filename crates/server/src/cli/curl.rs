//! `sixin curl`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub(crate) enum Curl {
    /// A user sends a text. What is left out is taken from the demo's credentials
    Fresns(CurlFresns),
    /// A back end publishes a text. What is left out is taken from the demo's credentials
    Rongcloud(CurlRongcloud),
}

#[derive(Debug, Args)]
pub(crate) struct CurlFresns {
    /// The app key
    #[arg(long)]
    pub(crate) app_id: Option<String>,
    /// The sender's account, uid and token
    #[arg(long)]
    pub(crate) aid: Option<String>,
    #[arg(long)]
    pub(crate) uid: Option<i64>,
    #[arg(long)]
    pub(crate) token: Option<String>,
    /// The recipient's uid or username
    #[arg(long)]
    pub(crate) to: Option<String>,
    #[arg(long, default_value = "Hello from curl")]
    pub(crate) text: String,
    /// Where the server is [default: where that of the configuration listens]
    #[arg(long)]
    pub(crate) url: Option<String>,
    /// The demo's directory
    #[arg(long, default_value = "var")]
    pub(crate) dir: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct CurlRongcloud {
    /// The app key
    #[arg(long)]
    pub(crate) app_id: Option<String>,
    /// The sender's userId (its username)
    #[arg(long)]
    pub(crate) from: Option<String>,
    /// The recipient's userId
    #[arg(long)]
    pub(crate) to: Option<String>,
    #[arg(long, default_value = "Hello from curl")]
    pub(crate) text: String,
    /// Where the server is [default: where that of the configuration listens]
    #[arg(long)]
    pub(crate) url: Option<String>,
    /// The demo's directory
    #[arg(long, default_value = "var")]
    pub(crate) dir: PathBuf,
}
