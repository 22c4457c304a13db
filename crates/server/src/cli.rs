//! The command line.

mod backup;
mod curl;
mod hook;
mod import;
mod operator;
mod retention;
mod webhook;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use sixin_domain::sending::rate::MOST_A_MINUTE;

pub(crate) use self::backup::{Backup, Move};
pub(crate) use self::curl::{Curl, CurlFresns, CurlRongcloud};
pub(crate) use self::hook::{Hook, NewHook};
pub(crate) use self::import::{Import, ImportFresns};
pub(crate) use self::operator::{Audit, AuditList, Operator, Token};
pub(crate) use self::retention::Retention;
pub(crate) use self::webhook::{NewWebhook, Webhook};

/// A self-hosted service for one-to-one messages.
///
/// sixin speaks two HTTP dialects over one message store: the Fresns conversation API (apps send with their user's
/// token) and the RongCloud server API (back ends publish, signed with their app secret).
///
/// Start with `sixin demo`: it makes everything it needs under ./var, sends a message through each dialect and prints
/// lines to try. For your own server: `sixin app-key create`, `sixin user create`, `sixin session create`, then
/// `sixin serve`.
#[derive(Debug, Parser)]
#[command(name = "sixin", version, max_term_width = 100)]
pub(crate) struct Arguments {
    /// Configuration file [default: sixin.toml, if it exists]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Answer in JSON, for scripts; an error is one line {"error":…,"because":[…]} on standard error
    ///
    /// The exit code is 0 if it was done, 1 if not, 2 if the command line was wrong.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve until stopped (SIGTERM or Ctrl-C finishes what was accepted)
    Serve,
    /// Show it all: make a database under ./var, send a message through each dialect, print curl lines, serve
    Demo(Demo),
    /// Apply the migrations that are missing
    Migrate,
    /// Look through the whole store, say whether it is in order; a server may run meanwhile
    ///
    /// The exit code is 1 if a row breaks a rule.
    Check,
    /// Write the whole site into one file that is for this user alone, while servers go on
    ///
    /// All that was acknowledged before is in it. It serves either database.
    Backup(Backup),
    /// Fill an empty database, and the folder for files, from a backup; says at the end whether it is in order
    Restore {
        /// What `sixin backup` wrote
        file: PathBuf,
    },
    /// Move the site to another database, from SQLite to MySQL or back; servers must be stopped
    ///
    /// The database it is moved from stays as it is. Files are not touched.
    Move(Move),
    /// Bring people, and what they wrote, from another system
    #[command(subcommand)]
    Import(Import),
    /// Say that a backup was restored by other means than `restore`: live streams then read their lists anew
    ///
    /// A client that was told of messages which the backup does not hold would else go on as if it knew them.
    Restored,
    /// Ask the server of this configuration whether it takes messages, for health checks of containers
    ///
    /// The exit code is 1 if it does not, or does not answer within 5 seconds.
    Health,
    /// Read the configuration, say what is wrong with it or print what is in force
    CheckConfig,
    /// Credentials of apps (Fresns) and back ends (RongCloud)
    #[command(subcommand)]
    AppKey(AppKey),
    /// Users; USER is a uid (a plain number) or a username
    #[command(subcommand)]
    User(User),
    /// Sessions: what an app sends as its user's token
    #[command(subcommand)]
    Session(Session),
    /// The site's settings
    #[command(subcommand)]
    Setting(Setting),
    /// Roles and their permissions
    #[command(subcommand)]
    Role(Role),
    /// Words that are replaced in messages or for which they are refused
    #[command(subcommand)]
    BlockWord(BlockWord),
    /// Webhooks: receivers that are told what happens; ID is the number of one
    #[command(subcommand)]
    Webhook(Webhook),
    /// Hooks: who is asked before messages are stored; ID is the number of one
    #[command(subcommand)]
    Hook(Hook),
    /// Those who run the site: who signs in at /console/, and the tokens of their programs
    #[command(subcommand)]
    Operator(Operator),
    /// What operators and commands did; nothing there can be changed
    #[command(subcommand)]
    Audit(Audit),
    /// What is older than [retention] of the configuration says; it goes for good
    #[command(subcommand)]
    Retention(Retention),
    /// Print a freshly signed curl line
    #[command(subcommand)]
    Curl(Curl),
    /// Print the OpenAPI document
    #[command(hide = true)]
    Openapi,
}

#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// Where the demo keeps its database and credentials
    #[arg(long, default_value = "var", value_name = "DIR")]
    pub(crate) dir: PathBuf,
    /// Where it listens
    #[arg(long, default_value = "127.0.0.1:8686", value_name = "ADDRESS")]
    pub(crate) listen: std::net::SocketAddr,
    /// Stop after showing, instead of serving until Ctrl-C
    #[arg(long)]
    pub(crate) once: bool,
    /// Alice's app may embed RongCloud's own SDK: a node_modules that has @rongcloud/imlib-next and @rongcloud/engine
    #[arg(long, value_name = "DIR")]
    pub(crate) client_sdk: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DialectName {
    /// For apps
    Fresns,
    /// For back ends
    Rongcloud,
}

#[derive(Debug, Args)]
pub(crate) struct KeyOptions {
    /// What the key is for
    #[arg(long)]
    pub(crate) dialect: DialectName,
    /// Fresns: platform of the app, 1 to 13 (2 web, 5 iOS, 6 Android, ...)
    #[arg(long, default_value_t = 4)]
    pub(crate) platform: i64,
    /// Refuse old time stamps and repeated nonces (RongCloud's own Node SDK repeats them)
    #[arg(long)]
    pub(crate) strict: bool,
    /// A note for yourself
    #[arg(long, default_value = "")]
    pub(crate) name: String,
    /// How often one user may send through this key in any minute: 0 is no limit, "site" the rate of the configuration
    #[arg(long, value_name = "N", default_value = "site", value_parser = key_rate)]
    pub(crate) sends_per_minute: KeyRate,
}

/// The rate of an app key: its own, or that of the site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct KeyRate(pub(crate) Option<u32>);

fn key_rate(text: &str) -> Result<KeyRate, String> {
    if text == "site" {
        return Ok(KeyRate(None));
    }
    let wrong = |_| format!("a number from 0 (no limit) to {MOST_A_MINUTE}, or site");
    text.parse().map(|sends| KeyRate(Some(sends))).map_err(wrong)
}

#[derive(Debug, Subcommand)]
pub(crate) enum AppKey {
    /// Make a key with a fresh id and secret and print them
    Create(KeyOptions),
    /// Take over a key that your clients use already; the secret is read from standard input
    Import {
        /// The id: Fresns appId, RongCloud App-Key
        app_id: String,
        #[command(flatten)]
        options: KeyOptions,
        /// Take a secret of fewer than 16 characters too, which can be guessed from a signed request
        #[arg(long)]
        allow_short: bool,
    },
    /// Change a key
    Set {
        app_id: String,
        /// How often one user may send through this key in any minute: 0 is no limit, "site" the rate of the configuration.
        /// What is sent through a key with a rate of its own is counted apart
        #[arg(long, value_name = "N", value_parser = key_rate)]
        sends_per_minute: KeyRate,
    },
    /// Print a key, without its secret
    Show { app_id: String },
    /// Give a key a fresh secret and print it; the present one works for a while longer
    Rotate {
        app_id: String,
        /// For how many hours the present secret still works
        #[arg(long, default_value_t = 24)]
        overlap_hours: i64,
    },
    /// Switch a key on again
    Enable { app_id: String },
    /// Switch a key off
    Disable {
        app_id: String,
        /// Switch it on again, as enable does
        #[arg(long)]
        undo: bool,
    },
    /// List the keys, without their secrets
    List,
}

#[derive(Args)]
pub(crate) struct SignInOptions {
    /// E-mail address of the account
    #[arg(long)]
    pub(crate) email: Option<String>,
    /// Telephone number of the account with its country code, such as +4915112345678
    #[arg(long)]
    pub(crate) phone: Option<String>,
    /// Password of the account; - reads it from standard input, which shows it to nobody else
    #[arg(long, allow_hyphen_values = true)]
    pub(crate) password: Option<String>,
}

// Arguments may be logged; who signs in with what may not.
impl std::fmt::Debug for SignInOptions {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("SignInOptions(…)")
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum User {
    /// Make a user; a username that is a plain number is its uid too
    Create {
        username: String,
        /// Public number [default: a free one]
        #[arg(long)]
        uid: Option<i64>,
        /// Shown name [default: the username]
        #[arg(long)]
        nickname: Option<String>,
        /// Account the user belongs to; made if it does not exist [default: a new one]
        #[arg(long)]
        aid: Option<String>,
        #[command(flatten)]
        sign_in: SignInOptions,
    },
    /// Print a user, its account, roles and sessions
    Show { user: String },
    /// Give the account of a user a new password, read from standard input, and end all its sessions
    Password { user: String },
    /// Switch a user off: it can't send, and nobody can write to it
    Disable {
        user: String,
        /// Switch it on again
        #[arg(long)]
        undo: bool,
    },
    /// Delete a user; its messages stay, its name and number stay taken
    Delete { user: String },
    /// Write all that belongs to a user into one file: profile, lists, conversations, messages and the files it has uploaded
    Export {
        user: String,
        /// Where it is written; nothing that is there is replaced
        file: PathBuf,
    },
    /// Erase a user: what it was called, wrote and uploaded goes for good; conversations of others stay and say so. Name, uid, e-mail and
    /// telephone number become free
    Erase {
        user: String,
        /// Really: there is no way back but a backup
        #[arg(long)]
        yes: bool,
    },
    /// List users who were erased, a JSON object per line; keep it beside your backups
    Erased,
    /// Erase those of such a list, read from standard input, who are back after a restore
    EraseAgain,
    /// Make USER block BLOCKED
    Block {
        user: String,
        blocked: String,
        /// Take the block back
        #[arg(long)]
        undo: bool,
    },
    /// Give a user another main role
    Role {
        user: String,
        role: i64,
        /// Let the role end after so many hours
        #[arg(long, allow_negative_numbers = true)]
        hours: Option<i64>,
        /// The role that follows then
        #[arg(long)]
        restore: Option<i64>,
    },
    /// List users
    List {
        /// How many at most
        #[arg(long, default_value_t = 1000)]
        limit: i64,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Session {
    /// Make a session and print its token; an earlier one of the same platform ends
    Create {
        user: String,
        /// Platform of the app, 1 to 13; must be that of its key
        #[arg(long, default_value_t = 4)]
        platform: i64,
        /// Let it end after so many hours [default: never]
        #[arg(long, allow_negative_numbers = true)]
        hours: Option<i64>,
    },
    /// List sessions, without their tokens
    List {
        /// Only those of this user and its account
        user: Option<String>,
        /// How many at most
        #[arg(long, default_value_t = 1000)]
        limit: i64,
    },
    /// End a user's sessions, of which there is one a platform
    Revoke {
        user: String,
        /// Only those of this platform
        #[arg(long)]
        platform: Option<i64>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Setting {
    /// Print a setting
    Get { key: String },
    /// Change a setting; running servers follow within two seconds
    Set { key: String, value: String },
    /// Forget what a setting was set to, so that the built-in value holds again
    Reset { key: String },
    /// Print all settings, what they mean and what is in force
    List,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Role {
    /// List the roles
    List,
    /// Make or change a role
    Set {
        role: i64,
        #[arg(long)]
        name: Option<String>,
        /// A permission and its JSON value, for example conversation=true
        #[arg(long, value_name = "KEY=VALUE")]
        permission: Option<String>,
        /// Take a permission too that this server does not look at but your clients do
        #[arg(long)]
        custom: bool,
        /// true or false
        #[arg(long)]
        enabled: Option<bool>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum BlockWord {
    /// Add or change a word
    Add {
        word: String,
        /// ignore, replace or refuse
        #[arg(long, default_value = "refuse")]
        mode: String,
        /// What replaces it; without this, replacing removes it
        #[arg(long)]
        with: Option<String>,
        /// Count it only where it stands alone: "ass", but not in "class"
        #[arg(long)]
        whole_word: bool,
    },
    /// Remove a word
    Remove { word: String },
    /// Add words from a file: a line a word, optionally TAB mode TAB replacement TAB whole
    Import { file: PathBuf },
    /// List the words
    List,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        Arguments::command().debug_assert();
    }
}
