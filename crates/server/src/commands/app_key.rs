//! `sixin app-key`

use serde_json::{Value, json};
use sixin_application::operations::app_keys::{self, AppKeyError, KeySpec, LEAST_SECRET};
use sixin_application::operations::ports::{AppKeyAdmin, NewAppKey};
use sixin_domain::access::app_key::{AppKey as Key, Dialect};
use sixin_storage::Database;

use super::{CommandError, Output, now, read_secret, shown_time};
use crate::cli::{AppKey, DialectName, KeyOptions, KeyRate};
use crate::system::SystemSecrets;

pub(super) async fn run(database: &Database, out: Output, command: AppKey) -> Result<(), CommandError> {
    match command {
        AppKey::Create(options) => {
            print_key(out, &app_keys::create(database, &SystemSecrets, spec(options)).await?);
        }
        AppKey::Import { app_id, options, allow_short } => {
            let secret = read_secret("secret")?;
            if allow_short && secret.reveal().len() < LEAST_SECRET && !out.json {
                eprintln!(
                    "warning: a secret this short can be guessed from a signed request; rotate it soon"
                );
            }
            print_key(out, &app_keys::import(database, spec(options), app_id, secret, allow_short).await?);
        }
        AppKey::Rotate { app_id, overlap_hours } => {
            let overlap = overlap_hours.clamp(0, 24 * 365) * 60 * 60 * 1000;
            let secret = app_keys::rotate(database, &SystemSecrets, &app_id, now(), overlap)
                .await?
                .ok_or_else(|| AppKeyError::NotFound(app_id.clone()))?;
            let text = format!(
                "new secret: {}\nthe former one works for {overlap_hours} more hours",
                secret.reveal()
            );
            out.line(&text, || json!({ "app_id": app_id, "secret": secret.reveal() }));
        }
        AppKey::Set { app_id, sends_per_minute: KeyRate(rate) } => {
            print_row(out, &app_keys::set_rate(database, &app_id, rate).await?);
        }
        AppKey::Show { app_id } => show(out, &app_keys::find(database, &app_id).await?),
        AppKey::Enable { app_id } => set_enabled(database, out, &app_id, true).await?,
        AppKey::Disable { app_id, undo } => set_enabled(database, out, &app_id, undo).await?,
        AppKey::List => {
            AppKeyAdmin::list(database).await?.iter().for_each(|key| print_row(out, key));
        }
    }
    Ok(())
}

async fn set_enabled(
    database: &Database,
    out: Output,
    app_id: &str,
    is_enabled: bool,
) -> Result<(), CommandError> {
    app_keys::set_enabled(database, app_id, is_enabled).await?;
    let state = if is_enabled { "on" } else { "off" };
    out.line(&format!("{app_id} is {state}"), || json!({ "app_id": app_id, "enabled": is_enabled }));
    Ok(())
}

fn print_row(out: Output, key: &Key) {
    let state = if key.is_enabled { "on" } else { "off" };
    let strict = if key.is_strict { "strict" } else { "" };
    let (dialect, rate) = (key.dialect.name(), key.sends_per_minute.map(rate_text).unwrap_or_default());
    let text = format!(
        "{:<24} {dialect:<10} {:>2} {state:<4} {strict:<7} {rate:<12} {}",
        key.app_id, key.platform, key.name
    );
    out.line(text.trim_end(), || key_json(key));
}

/// All that is known of a key but its secrets.
fn show(out: Output, key: &Key) {
    let rate = key.sends_per_minute.map_or_else(|| "that of the site".to_owned(), rate_text);
    let former = match key.former.as_ref().map(|(_, until)| *until).filter(|until| *until >= now()) {
        Some(until) => format!("works until {}", shown_time(until)),
        None => "none".to_owned(),
    };
    let mut text = format!("id:            {}\ndialect:       {}\n", key.app_id, key.dialect.name());
    if key.dialect == Dialect::Fresns {
        text += &format!("platform:      {}\n", key.platform);
    }
    text += &format!(
        "state:         {}\nstrict:        {}\nrate:          {rate}\nformer secret: {former}\nname:          {}",
        if key.is_enabled { "on" } else { "off" },
        if key.is_strict { "yes" } else { "no" },
        key.name,
    );
    out.line(text.trim_end(), || key_json(key));
}

fn rate_text(sends_per_minute: u32) -> String {
    if sends_per_minute == 0 { "no limit".to_owned() } else { format!("{sends_per_minute}/min") }
}

fn key_json(key: &Key) -> Value {
    json!({
        "app_id": key.app_id, "dialect": key.dialect.name(), "platform": key.platform,
        "enabled": key.is_enabled, "strict": key.is_strict, "name": key.name,
        "sends_per_minute": key.sends_per_minute,
        "former_secret_until": key.former.as_ref().map(|(_, until)| until.0),
    })
}

fn spec(options: KeyOptions) -> KeySpec {
    let dialect = match options.dialect {
        DialectName::Fresns => Dialect::Fresns,
        DialectName::Rongcloud => Dialect::RongCloud,
    };
    KeySpec {
        dialect,
        platform: options.platform,
        is_strict: options.strict,
        name: options.name,
        sends_per_minute: options.sends_per_minute.0,
    }
}

fn print_key(out: Output, key: &NewAppKey) {
    let dialect = key.dialect.name();
    let text = format!(
        "dialect: {dialect}\nid:      {}\nsecret:  {}\n(the secret is not shown again)",
        key.app_id,
        key.secret.reveal()
    );
    out.line(&text, || {
        json!({
            "dialect": dialect, "app_id": key.app_id, "secret": key.secret.reveal(),
            "platform": if key.dialect == Dialect::Fresns { Value::from(key.platform) } else { Value::Null },
        })
    });
}
