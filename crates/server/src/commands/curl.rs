//! `sixin curl`

use sixin_application::access::ports::AppKeys;
use sixin_domain::access::app_key::Secret;
use sixin_storage::Database;

use super::{CommandError, health, now};
use crate::cli::{Curl, CurlFresns, CurlRongcloud};
use crate::config::Config;
use crate::demo::{self, Credentials};
use crate::output::say;
use crate::running::open_database;
use crate::signed_request::{FresnsCaller, fresns_request, rongcloud_request};

/// The database the key is in: the configured one if a key is named, else the demo's.
pub(super) fn database(config: &Config, command: &Curl) -> Result<Database, CommandError> {
    let (app_id, dir) = match command {
        Curl::Fresns(options) => (&options.app_id, &options.dir),
        Curl::Rongcloud(options) => (&options.app_id, &options.dir),
    };
    let mut config = config.clone();
    if app_id.is_none() && demo::credentials_path(dir).exists() {
        demo::use_directory(&mut config, dir)?;
    }
    Ok(open_database(&config)?)
}

pub(super) async fn run(config: &Config, database: &Database, command: Curl) -> Result<(), CommandError> {
    match command {
        Curl::Fresns(options) => fresns(config, database, options).await,
        Curl::Rongcloud(options) => rongcloud(config, database, options).await,
    }
}

/// Where the server is: as named, or where that of this configuration is. The demo is plain.
fn url(config: &Config, named: Option<String>, is_demo: bool) -> String {
    let of_config = || if is_demo { DEMO_URL.to_owned() } else { health::origin(config) };
    named.unwrap_or_else(of_config)
}

/// Where the demo is if it is told nothing else.
const DEMO_URL: &str = "http://127.0.0.1:8686";

async fn fresns(config: &Config, database: &Database, options: CurlFresns) -> Result<(), CommandError> {
    let demo = demo::read_credentials(&options.dir)?;
    let url = url(config, options.url, demo.is_some() && options.app_id.is_none());
    let sender = demo.as_ref().and_then(Credentials::fresns_sender);
    let app_id = options.app_id.or_else(|| demo.as_ref().map(|demo| demo.fresns.app_id.clone()));
    let (secret, platform) = secret(database, app_id.as_deref()).await?;
    let caller = FresnsCaller {
        app_id: app_id.unwrap_or_default(),
        secret,
        platform,
        aid: needed(options.aid.or_else(|| demo.as_ref().map(|demo| demo.aid.clone())), "--aid")?,
        uid: needed(options.uid.or_else(|| sender.map(|sender| sender.uid)), "--uid")?,
        token: needed(options.token.or_else(|| sender.map(|sender| sender.token.clone())), "--token")?,
    };
    let recipient = demo.as_ref().and_then(Credentials::fresns_recipient);
    let to = needed(options.to.or_else(|| recipient.map(|user| user.username.clone())), "--to")?;
    let request = fresns_request(&caller, &to, &options.text, now());
    say(format_args!("{}", request.curl(&url)));
    Ok(())
}

async fn rongcloud(config: &Config, database: &Database, options: CurlRongcloud) -> Result<(), CommandError> {
    let demo = demo::read_credentials(&options.dir)?;
    let url = url(config, options.url, demo.is_some() && options.app_id.is_none());
    let app_id = options.app_id.or_else(|| demo.as_ref().map(|demo| demo.rongcloud.app_id.clone()));
    let (secret, _) = secret(database, app_id.as_deref()).await?;
    let sender = demo.as_ref().and_then(Credentials::rongcloud_sender);
    let recipient = demo.as_ref().and_then(Credentials::rongcloud_recipient);
    let from = needed(options.from.or_else(|| sender.map(|user| user.username.clone())), "--from")?;
    let to = needed(options.to.or_else(|| recipient.map(|user| user.username.clone())), "--to")?;
    let key = app_id.unwrap_or_default();
    let request = rongcloud_request(&key, &secret, &from, &to, &options.text, now());
    say(format_args!("{}", request.curl(&url)));
    Ok(())
}

async fn secret(database: &Database, app_id: Option<&str>) -> Result<(Secret, i64), CommandError> {
    let app_id = needed(app_id, "--app-id")?;
    let key = AppKeys::find(database, app_id).await?;
    let key = key.ok_or_else(|| CommandError::NotFound(format!("app key {app_id}")))?;
    Ok((key.secret, key.platform))
}

fn needed<T>(value: Option<T>, option: &str) -> Result<T, CommandError> {
    value.ok_or_else(|| CommandError::Usage(format!("{option} is needed where no demo has been run")))
}
