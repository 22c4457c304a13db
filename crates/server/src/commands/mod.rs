//! What each command does. A command reads its arguments, calls one thing of the application, and prints.

mod app_key;
mod audited;
mod backup;
mod block_word;
mod check;
mod curl;
mod erase;
mod health;
mod hook;
mod import;
mod operator;
mod receivers;
mod retention;
mod role;
pub(crate) mod serve;
mod session;
mod setting;
mod user;
mod user_show;
mod webhook;

use std::error::Error;
use std::io::{BufRead, IsTerminal};
use std::sync::Arc;

use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
use serde_json::{Value, json};
use sixin_application::hooks::manage::HookError;
use sixin_application::operations::app_keys::AppKeyError;
use sixin_application::operations::block_words::BlockWordError;
use sixin_application::operations::ports::{CopyError, ImportError, LogAdmin};
use sixin_application::operations::roles::RoleError;
use sixin_application::operations::sessions::SessionError;
use sixin_application::operations::settings::SettingChangeError;
use sixin_application::operations::users::UserError;
use sixin_application::operators::audited::audited;
use sixin_application::operators::manage::OperatorError;
use sixin_application::ports::{Clock, StoreError};
use sixin_application::users::ports::Users;
use sixin_application::webhooks::manage::WebhookError;
use sixin_domain::access::app_key::Secret;
use sixin_domain::site::settings::SettingError;
use sixin_domain::time::Millis;
use sixin_domain::user::User;
use sixin_domain::user::username::{UserRef, UsernameError};
use sixin_storage::Database;
use thiserror::Error as ThisError;

use crate::cli::{Arguments, Backup, Command};
use crate::config::{Config, ConfigError, LogFormat};
use crate::demo::{self, DemoError};
use crate::output::say;
use crate::running::{Prepared, StartError, open_database, prepare_database};
use crate::system::SystemClock;
use crate::{telemetry, traces};

pub(crate) use serve::until_stopped;

/// Why a command did not do what it was asked.
#[derive(Debug, ThisError)]
pub(crate) enum CommandError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Start(#[from] StartError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    AppKey(#[from] AppKeyError),
    #[error(transparent)]
    User(#[from] UserError),
    #[error(transparent)]
    Session(#[from] SessionError),
    #[error(transparent)]
    BlockWord(#[from] BlockWordError),
    #[error(transparent)]
    Setting(#[from] SettingError),
    #[error(transparent)]
    SettingChange(#[from] SettingChangeError),
    #[error(transparent)]
    Role(#[from] RoleError),
    #[error(transparent)]
    Webhook(#[from] WebhookError),
    #[error(transparent)]
    Hook(#[from] HookError),
    #[error(transparent)]
    Operator(OperatorError),
    #[error(transparent)]
    WebhookClient(#[from] crate::receivers::reach::ReachError),
    #[error(transparent)]
    Demo(#[from] DemoError),
    #[error(transparent)]
    Copy(#[from] CopyError),
    #[error(transparent)]
    Import(#[from] ImportError),
    #[error("{0}: {1}")]
    Username(String, UsernameError),
    #[error("the store is not in order: {0} rule(s) are broken")]
    Broken(usize),
    #[error("{0}")]
    Unhealthy(String),
    #[error("there is no {0}")]
    NotFound(String),
    #[error("{0}")]
    Usage(String),
    #[error("{0}: {1}")]
    File(String, #[source] std::io::Error),
    #[error("can't start the runtime")]
    Runtime(#[from] std::io::Error),
}

/// Runs a command to its end.
pub(crate) fn run(arguments: Arguments) -> Result<(), Box<dyn Error>> {
    let mut config = match &arguments.command {
        Command::Openapi => {
            say(crate::openapi_json().trim_end());
            return Ok(());
        }
        _ => Config::load(arguments.config.as_deref())?,
    };
    match &arguments.command {
        Command::CheckConfig => {
            // Files that are named must be fit for use too.
            crate::tls::pair(&config)?;
            say(format_args!("{}", serde_json::to_string_pretty(&config)?));
            return Ok(());
        }
        Command::Serve => {}
        Command::Demo(demo) => demo::configure(&mut config, demo)?,
        // The result is what matters; the log would stand in its way.
        _ if arguments.json => {
            // Whoever reads JSON finds nothing else beside it.
            config.log.level = "error".to_owned();
            config.log.format = LogFormat::Json;
        }
        _ => config.log.level = "warn".to_owned(),
    }
    let collecting = match &arguments.command {
        Command::Serve | Command::Demo(_) => traces::begin(&config.traces).map_err(StartError::from)?,
        _ => None,
    };
    telemetry::log(&config.log, collecting.as_ref());
    if let Command::Migrate = arguments.command {
        config.database.migrate_at_start = true;
    }
    let database = match &arguments.command {
        Command::Curl(command) => curl::database(&config, command)?,
        Command::Serve | Command::Demo(_) => prepare_database(&config)?.database,
        Command::Migrate => {
            report(Output { json: arguments.json }, &prepare_database(&config)?);
            return Ok(());
        }
        Command::Backup(Backup { file, verify: true, .. }) => {
            return Ok(backup::verify(Output { json: arguments.json }, file)?);
        }
        Command::Health => return Ok(health::run(&config, Output { json: arguments.json })?),
        Command::Move(command) => {
            return Ok(backup::moved(&config, Output { json: arguments.json }, command)?);
        }
        Command::Restore { .. } => {
            let options = config.database_options()?;
            Database::open(options).map_err(StartError::from)?
        }
        _ => open_database(&config)?,
    };
    let runtime = actix_web::rt::System::new();
    runtime.block_on(dispatch(arguments, config, database))?;
    Ok(())
}

/// What migrating has done.
fn report(out: Output, prepared: &Prepared) {
    let Prepared { database, is_new, applied } = prepared;
    let url = &database.options().url;
    let text = match (is_new, applied.as_slice()) {
        (true, _) => format!("made a new site in {url}"),
        (false, []) => format!("{url} is up to date"),
        (false, applied) => format!("{url}: applied {}", applied.join(", ")),
    };
    let json = || json!({ "database": url.to_string(), "made": is_new, "applied": applied });
    out.line(&text, json);
}

/// Carries a command out; what changes something is written down first.
async fn dispatch(arguments: Arguments, config: Config, database: Database) -> Result<(), CommandError> {
    match audited::row(&database, &arguments.command).await? {
        Some(row) => {
            let audit = database.clone();
            audited(&audit, row, carry_out(arguments, config, database)).await
        }
        None => carry_out(arguments, config, database).await,
    }
}

async fn carry_out(arguments: Arguments, config: Config, database: Database) -> Result<(), CommandError> {
    let out = Output { json: arguments.json };
    match arguments.command {
        Command::Serve => serve::run(arguments.config, &config, database, std::convert::identity).await,
        Command::Demo(demo) => Ok(demo::run(&config, database, &demo).await?),
        Command::AppKey(command) => app_key::run(&database, out, command).await,
        Command::User(command) => user::run(&config, &database, out, command).await,
        Command::Session(command) => session::run(&database, out, command).await,
        Command::Setting(command) => setting::run(&database, out, command).await,
        Command::Role(command) => role::run(&database, out, command).await,
        Command::BlockWord(command) => block_word::run(&database, out, command).await,
        Command::Webhook(command) => webhook::run(&config, &database, out, command).await,
        Command::Hook(command) => hook::run(&config, &database, out, command).await,
        Command::Operator(command) => operator::run(&database, out, command).await,
        Command::Audit(command) => operator::audit(&database, out, command).await,
        Command::Retention(command) => retention::run(&config, &database, out, command).await,
        Command::Curl(command) => curl::run(&config, &database, command).await,
        Command::Backup(command) => backup::run(&config, database, out, command).await,
        Command::Restore { file } => backup::restored_from(&config, database, out, &file).await,
        Command::Check => check::run(&database, out).await,
        Command::Import(command) => import::run(database, out, command).await,
        Command::Restored => restored(&database, out).await,
        Command::CheckConfig | Command::Openapi | Command::Migrate | Command::Move(_) | Command::Health => {
            Ok(())
        }
    }
}

/// `sixin restored`
async fn restored(database: &Database, out: Output) -> Result<(), CommandError> {
    let epoch = backup::new_epoch();
    database.begin_epoch(&epoch).await?;
    out.line("live streams begin anew", || json!({ "epoch": epoch }));
    Ok(())
}

/// How answers are printed.
#[derive(Debug, Clone, Copy)]
struct Output {
    json: bool,
}

impl Output {
    /// Prints a line for people, or the value for scripts.
    fn line(self, text: &str, value: impl FnOnce() -> Value) {
        if self.json {
            say(format_args!("{}", value()));
        } else {
            say(format_args!("{text}"));
        }
    }
}

/// A secret, from standard input, so that it shows neither in the list of processes nor in a shell's history.
fn read_secret(what: &str) -> Result<Secret, CommandError> {
    let input = std::io::stdin();
    let mut line = String::new();
    let read = if input.is_terminal() {
        eprint!("{what}: ");
        let read = unseen(|| input.lock().read_line(&mut line));
        eprintln!();
        read
    } else {
        input.lock().read_line(&mut line)
    };
    read.map_err(|error| CommandError::File("standard input".to_owned(), error))?;
    Ok(Secret::new(line.trim_end_matches(['\r', '\n'])))
}

/// Reads without showing on the terminal what is typed.
fn unseen<T>(read: impl FnOnce() -> std::io::Result<T>) -> std::io::Result<T> {
    let input = std::io::stdin();
    let before = tcgetattr(&input)?;
    let mut hidden = before.clone();
    hidden.local_modes.remove(LocalModes::ECHO);
    tcsetattr(&input, OptionalActions::Flush, &hidden)?;
    let result = read();
    tcsetattr(&input, OptionalActions::Flush, &before)?;
    result
}

/// A time for people.
fn shown_time(at: Millis) -> String {
    let time = chrono::DateTime::from_timestamp_millis(at.0);
    time.map(|time| time.format("%Y-%m-%d %H:%M UTC").to_string()).unwrap_or_default()
}

fn now() -> Millis {
    SystemClock.now()
}

/// The moment so many hours from now.
fn in_hours(hours: i64) -> Millis {
    now().plus(hours.saturating_mul(60 * 60 * 1000))
}

async fn find_user(database: &Database, text: &str) -> Result<Arc<User>, CommandError> {
    let wanted = UserRef::parse(text).map_err(|error| CommandError::Username(text.to_owned(), error))?;
    let found = Users::find(database, &wanted).await?;
    found.ok_or_else(|| CommandError::NotFound(format!("user {text}")))
}
