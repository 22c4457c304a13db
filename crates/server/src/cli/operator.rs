//! `sixin operator` and `sixin audit`

use clap::{Args, Subcommand};
use sixin_domain::operator::permission::Scopes;
use sixin_domain::operator::{OperatorName, OperatorRole};

#[derive(Debug, Subcommand)]
pub(crate) enum Operator {
    /// Make an operator, who signs in at /console/; the password is read from standard input
    Create {
        #[arg(value_parser = name)]
        name: OperatorName,
        /// viewer (looks at users and the site, at no message), support (also helps users and reads what they complain about) or
        /// administrator (may do everything)
        #[arg(long, value_parser = role)]
        role: OperatorRole,
    },
    /// List the operators
    List,
    /// Give an operator another role
    Role {
        #[arg(value_parser = name)]
        name: OperatorName,
        #[arg(value_parser = role)]
        role: OperatorRole,
    },
    /// Give an operator a new password, read from standard input, and end its sessions
    Password {
        #[arg(value_parser = name)]
        name: OperatorName,
    },
    /// Give an operator a second factor, and print what its app needs; it replaces the one there was
    SecondFactor {
        #[arg(value_parser = name)]
        name: OperatorName,
        /// Take it away, for whoever has lost the app
        #[arg(long)]
        off: bool,
    },
    /// Switch an operator off: its sessions end, and its tokens do nothing
    Disable {
        #[arg(value_parser = name)]
        name: OperatorName,
        /// Switch it on again
        #[arg(long)]
        undo: bool,
    },
    /// Tokens with which programs call /admin/v1/ in an operator's name
    #[command(subcommand)]
    Token(Token),
}

#[derive(Debug, Subcommand)]
pub(crate) enum Token {
    /// Make a token and print it
    Create {
        #[arg(value_parser = name)]
        operator: OperatorName,
        /// What it is for
        #[arg(long, value_name = "TEXT")]
        name: String,
        /// What it may be used for, with commas between; the operator's role must allow it too
        #[arg(long, value_parser = scopes)]
        scopes: Scopes,
        /// Let it end after so many hours [default: never]
        #[arg(long, value_parser = clap::value_parser!(i64).range(1..=876_000))]
        hours: Option<i64>,
    },
    /// List the tokens of an operator, of which only hashes are kept
    List {
        #[arg(value_parser = name)]
        operator: OperatorName,
    },
    /// Revoke a token of an operator
    Revoke {
        #[arg(value_parser = name)]
        operator: OperatorName,
        /// Its number
        id: i64,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Audit {
    /// List what was done, the latest first
    List(AuditList),
}

#[derive(Debug, Args)]
pub(crate) struct AuditList {
    /// Only by this operator, or by "command line"
    #[arg(long, value_name = "NAME")]
    pub(crate) who: Option<String>,
    /// Only this, or what begins so: user.ban, user.
    #[arg(long, value_name = "ACTION")]
    pub(crate) action: Option<String>,
    /// Only what was done to this user, app key, setting, …
    #[arg(long)]
    pub(crate) target: Option<String>,
    /// How many at most
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub(crate) limit: i64,
}

fn name(text: &str) -> Result<OperatorName, String> {
    OperatorName::new(text).map_err(|error| error.to_string())
}

fn role(text: &str) -> Result<OperatorRole, String> {
    OperatorRole::from_name(text).ok_or_else(|| "one of viewer, support, administrator".to_owned())
}

fn scopes(text: &str) -> Result<Scopes, String> {
    Scopes::parse(text).map_err(|error| error.to_string())
}
