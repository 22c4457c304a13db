//! Credentials, settings, roles and words of the site.

use serde::Serialize;
use serde_json::{Map, Value};
use sixin_application::site::ports::BlockWordRow;
use sixin_domain::access::app_key::AppKey;
use sixin_domain::site::role::Role;
use sixin_domain::site::settings::{KNOWN, Known, OWN_PREFIX, SettingType, Settings};
use sixin_domain::time::Millis;
use utoipa::ToSchema;

/// An app key, without its secret.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminAppKey)]
pub(crate) struct AppKeyInfo {
    /// Its public id.
    pub(crate) app_id: String,
    /// `fresns` or `rongcloud`.
    pub(crate) dialect: &'static str,
    /// Its platform, 1 to 13; 0 for RongCloud.
    pub(crate) platform: i64,
    /// The operator's note.
    pub(crate) name: String,
    /// Whether it may be used.
    pub(crate) enabled: bool,
    /// Whether old time stamps and repeated nonces are refused.
    pub(crate) strict: bool,
    /// How often one user may send through it in any minute, 0 for any number; null: as often as the site says.
    pub(crate) sends_per_minute: Option<u32>,
    /// Until when the secret before the present one works, or null.
    pub(crate) former_secret_until: Option<i64>,
}

impl AppKeyInfo {
    pub(crate) fn of(key: &AppKey, now: Millis) -> Self {
        let former = key.former.as_ref().map(|(_, until)| *until).filter(|until| *until >= now);
        Self {
            app_id: key.app_id.clone(),
            dialect: key.dialect.name(),
            platform: key.platform,
            name: key.name.clone(),
            enabled: key.is_enabled,
            strict: key.is_strict,
            sends_per_minute: key.sends_per_minute,
            former_secret_until: former.map(|until| until.0),
        }
    }
}

/// A setting.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminSetting)]
pub(crate) struct SettingInfo {
    /// What it is called.
    pub(crate) key: String,
    /// What is in force.
    pub(crate) value: String,
    /// What is built in.
    pub(crate) default: String,
    /// What it does.
    pub(crate) meaning: String,
    /// What it takes: `boolean`, `number`, `string` or `array`.
    #[serde(rename = "type")]
    #[schema(rename = "type")]
    pub(crate) kind: &'static str,
    /// What it may be, where that is a list.
    pub(crate) choices: Vec<String>,
}

impl SettingInfo {
    fn known(known: &Known, settings: &Settings) -> Self {
        let choices: &[&str] = match known.kind {
            SettingType::Boolean => &["true", "false"],
            SettingType::Choice(all) | SettingType::NumberOf(all) => all,
            _ => &[],
        };
        Self {
            key: known.key.to_owned(),
            value: settings.text(known.key).to_owned(),
            default: known.default.to_owned(),
            meaning: known.meaning.to_owned(),
            kind: known.kind.name(),
            choices: choices.iter().map(|&choice| choice.to_owned()).collect(),
        }
    }

    /// All settings, those of the operator's own last.
    pub(crate) fn all(settings: &Settings) -> Vec<Self> {
        let known = KNOWN.iter().map(|known| Self::known(known, settings));
        let own = settings.own().map(|(key, value)| Self {
            key: format!("{OWN_PREFIX}{key}"),
            value: value.to_owned(),
            default: String::new(),
            meaning: "told to clients in global/configs; an empty value removes it".to_owned(),
            kind: "string",
            choices: Vec::new(),
        });
        known.chain(own).collect()
    }

    pub(crate) fn is_changed(&self) -> bool {
        self.value != self.default
    }

    /// Whether it is so long that it takes several lines.
    pub(crate) fn is_long(&self) -> bool {
        self.value.len() > 60 || self.kind == "array"
    }
}

/// A role.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminRole)]
pub(crate) struct RoleInfo {
    /// Its number.
    pub(crate) id: i64,
    /// Its name.
    pub(crate) name: String,
    /// Whether it counts.
    pub(crate) enabled: bool,
    /// What those may who have it.
    #[schema(value_type = Object)]
    pub(crate) permissions: Map<String, Value>,
}

impl RoleInfo {
    pub(crate) fn of(role: &Role) -> Self {
        Self {
            id: role.id.0,
            name: role.name.clone(),
            enabled: role.is_enabled,
            permissions: role.permissions.iter().cloned().collect(),
        }
    }
}

/// A word that is replaced in messages or for which they are refused.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminWord)]
pub(crate) struct WordInfo {
    /// The word.
    pub(crate) word: String,
    /// `ignore`, `replace` or `refuse`.
    pub(crate) mode: &'static str,
    /// What replaces it, or null to remove it.
    pub(crate) with: Option<String>,
    /// Whether it counts only where it stands alone.
    pub(crate) whole_word: bool,
}

impl WordInfo {
    pub(crate) fn of(row: BlockWordRow) -> Self {
        let mode = match row.conversation_mode {
            2 => "replace",
            3 => "refuse",
            _ => "ignore",
        };
        Self { word: row.word, mode, with: row.replace_word, whole_word: row.is_whole }
    }
}
