//! `sixin setting`

use serde_json::json;
use sixin_application::operations::settings;
use sixin_application::site::ports::SettingSource;
use sixin_domain::site::settings::{KNOWN, OWN_PREFIX, accepted_key};
use sixin_storage::Database;

use super::{CommandError, Output, now};
use crate::cli::Setting;

const OWN_MEANING: &str = "told to clients in global/configs; an empty value removes it";

pub(super) async fn run(database: &Database, out: Output, command: Setting) -> Result<(), CommandError> {
    match command {
        Setting::Get { key } => {
            accepted_key(&key)?;
            let settings = database.settings().await?;
            let value = settings.text(&key);
            out.line(value, || json!({ "key": key, "value": value }));
        }
        Setting::Set { key, value } => {
            settings::set(database, &key, &value, now()).await?;
            out.line(&format!("{key} = {value}"), || json!({ "key": key, "value": value }));
        }
        Setting::Reset { key } => {
            let value = settings::reset(database, &key).await?;
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
            for (key, value) in settings.own() {
                let key = format!("{OWN_PREFIX}{key}");
                out.line(
                    &format!("{key} = {value}\n    {OWN_MEANING}"),
                    || json!({ "key": key, "value": value, "default": "", "meaning": OWN_MEANING }),
                );
            }
        }
    }
    Ok(())
}
