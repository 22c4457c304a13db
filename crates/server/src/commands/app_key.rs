//! `sixin app-key`

use serde_json::{Value, json};
use sixin_application::admin::app_keys::{self, KeySpec};
use sixin_application::ports::{AppKeyAdmin, NewAppKey};
use sixin_domain::app_key::Dialect;
use sixin_storage::Database;

use super::{CommandError, Output, now, read_secret};
use crate::cli::{AppKey, DialectName, KeyOptions};
use crate::system::SystemSecrets;

pub(super) async fn run(database: &Database, out: Output, command: AppKey) -> Result<(), CommandError> {
    match command {
        AppKey::Create(options) => {
            print_key(out, &app_keys::create(database, &SystemSecrets, spec(options)).await?);
        }
        AppKey::Import { app_id, options } => {
            let secret = read_secret("secret")?;
            print_key(out, &app_keys::import(database, spec(options), app_id, secret).await?);
        }
        AppKey::Rotate { app_id, overlap_hours } => {
            let overlap = overlap_hours.clamp(0, 24 * 365) * 60 * 60 * 1000;
            let secret = app_keys::rotate(database, &SystemSecrets, &app_id, now(), overlap)
                .await?
                .ok_or_else(|| not_found(&app_id))?;
            let text = format!(
                "new secret: {}\nthe former one works for {overlap_hours} more hours",
                secret.reveal()
            );
            out.line(&text, || json!({ "app_id": app_id, "secret": secret.reveal() }));
        }
        AppKey::Disable { app_id, undo } => {
            if !AppKeyAdmin::set_enabled(database, &app_id, undo).await? {
                return Err(not_found(&app_id));
            }
            let state = if undo { "on" } else { "off" };
            out.line(&format!("{app_id} is {state}"), || json!({ "app_id": app_id, "enabled": undo }));
        }
        AppKey::List => list(database, out).await?,
    }
    Ok(())
}

async fn list(database: &Database, out: Output) -> Result<(), CommandError> {
    for key in AppKeyAdmin::list(database).await? {
        let state = if key.is_enabled { "on" } else { "off" };
        let strict = if key.is_strict { "strict" } else { "" };
        let dialect = key.dialect.name();
        let text = format!(
            "{:<24} {dialect:<10} {:>2} {state:<4} {strict:<7} {}",
            key.app_id, key.platform, key.name
        );
        out.line(text.trim_end(), || {
            json!({
                "app_id": key.app_id, "dialect": dialect, "platform": key.platform,
                "enabled": key.is_enabled, "strict": key.is_strict, "name": key.name,
            })
        });
    }
    Ok(())
}

fn spec(options: KeyOptions) -> KeySpec {
    let dialect = match options.dialect {
        DialectName::Fresns => Dialect::Fresns,
        DialectName::Rongcloud => Dialect::RongCloud,
    };
    KeySpec { dialect, platform: options.platform, is_strict: options.strict, name: options.name }
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

fn not_found(app_id: &str) -> CommandError {
    CommandError::NotFound(format!("app key {app_id}"))
}
