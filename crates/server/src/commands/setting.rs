//! `sixin setting`

use serde_json::json;
use sixin_application::ports::{SettingAdmin, SettingSource};
use sixin_domain::settings::{KNOWN, SettingError, check};
use sixin_storage::Database;

use super::{CommandError, Output, now};
use crate::cli::Setting;

pub(super) async fn run(database: &Database, out: Output, command: Setting) -> Result<(), CommandError> {
    match command {
        Setting::Get { key } => {
            if !KNOWN.iter().any(|known| known.key == key) {
                return Err(SettingError::Unknown(key).into());
            }
            let settings = database.settings().await?;
            let value = settings.text(&key);
            out.line(value, || json!({ "key": key, "value": value }));
        }
        Setting::Set { key, value } => {
            let known = check(&key, &value)?;
            SettingAdmin::set(database, known, &value, now()).await?;
            out.line(&format!("{key} = {value}"), || json!({ "key": key, "value": value }));
        }
        Setting::List => {
            let settings = database.settings().await?;
            for known in KNOWN {
                let value = settings.text(known.key);
                out.line(&format!("{} = {value}\n    {}", known.key, known.meaning), || {
                    json!({ "key": known.key, "value": value, "default": known.default, "meaning": known.meaning })
                });
            }
        }
    }
    Ok(())
}
