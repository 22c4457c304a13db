//! The site's settings, rows of `configs` (facts: fresns 13).

mod known;
mod published;

use std::collections::BTreeMap;

use serde_json::Value;
use thiserror::Error;

use crate::file::FileKind;
use crate::id::RoleId;

pub use known::{KNOWN, Known, SettingType};
pub use published::Published;

/// Whether a site can be read by everybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SiteMode {
    /// Open.
    Public,
    /// For members, whose membership may end.
    Private,
}

/// What a private site shows to users whose membership has run out, setting `site_private_end_after`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PrivateEnd {
    /// 1: nothing.
    NothingReadable,
    /// 2: what is older than the end.
    OldReadable,
}

/// A language clients may ask for, from `language_menus`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Language {
    /// For example `zh-Hans`.
    pub tag: String,
    /// How dates are written, in PHP letters: `Y-m-d`, `m/d/Y`.
    pub date_format: String,
}

/// Why a setting can't be set.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SettingError {
    /// No such setting.
    #[error("there is no setting {0}; `sixin setting list` shows them all")]
    Unknown(String),
    /// The value does not fit.
    #[error("{key} takes {expected}, not {value:?}")]
    BadValue {
        /// Which setting.
        key: &'static str,
        /// What it takes.
        expected: String,
        /// What was given.
        value: String,
    },
}

/// The settings in force: rows of `configs` over built-in defaults.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    rows: BTreeMap<String, String>,
    languages: Vec<Language>,
}

impl Settings {
    /// Settings with these rows over the defaults.
    #[must_use]
    pub fn new(rows: BTreeMap<String, String>) -> Self {
        let mut settings = Self { rows, languages: Vec::new() };
        settings.languages = parse_languages(settings.text("language_menus"));
        settings
    }

    /// The value in force, or an empty text for a key nobody knows.
    #[must_use]
    pub fn text(&self, key: &str) -> &str {
        let default = || KNOWN.iter().find(|known| known.key == key).map_or("", |known| known.default);
        self.rows.get(key).map_or_else(default, String::as_str)
    }

    /// The whole number a setting holds; `None` if it is empty or holds none.
    #[must_use]
    pub fn number(&self, key: &str) -> Option<i64> {
        self.text(key).trim().parse().ok()
    }

    /// Whether a boolean setting is true.
    #[must_use]
    pub fn is_on(&self, key: &str) -> bool {
        matches!(self.text(key), "true" | "1")
    }

    /// The site's mode, or `None` if the row says neither.
    #[must_use]
    pub fn site_mode(&self) -> Option<SiteMode> {
        match self.text("site_mode") {
            "public" => Some(SiteMode::Public),
            "private" => Some(SiteMode::Private),
            _ => None,
        }
    }

    /// What a private site shows after a membership; anything but 2 shows nothing.
    #[must_use]
    pub fn private_end(&self) -> PrivateEnd {
        if self.text("site_private_end_after") == "2" {
            PrivateEnd::OldReadable
        } else {
            PrivateEnd::NothingReadable
        }
    }

    /// The role that decides for users without a usable one.
    #[must_use]
    pub fn default_role(&self) -> Option<RoleId> {
        self.number("default_role").map(RoleId)
    }

    /// Whether files of that kind may be sent.
    #[must_use]
    pub fn allows_file(&self, kind: FileKind) -> bool {
        let kinds: Value = serde_json::from_str(self.text("conversation_files")).unwrap_or_default();
        kinds.as_array().is_some_and(|kinds| kinds.iter().any(|name| name.as_str() == Some(kind.name())))
    }

    /// The extensions files of that kind may have, in lower case.
    #[must_use]
    pub fn extensions(&self, kind: FileKind) -> Vec<String> {
        let names = self.text(&format!("{}_extension_names", kind.name())).split(',');
        names.map(|name| name.trim().to_lowercase()).filter(|name| !name.is_empty()).collect()
    }

    /// The site's clock, in minutes ahead of UTC; that of UTC if the setting says nothing usable.
    #[must_use]
    pub fn zone(&self) -> i32 {
        offset_minutes(self.text("default_timezone")).unwrap_or(0)
    }

    /// The enabled languages.
    #[must_use]
    pub fn languages(&self) -> &[Language] {
        &self.languages
    }

    /// The enabled language with that tag, compared without case.
    #[must_use]
    pub fn language(&self, tag: &str) -> Option<&Language> {
        self.languages.iter().find(|language| language.tag.eq_ignore_ascii_case(tag))
    }

    /// The default language, else the first enabled one.
    #[must_use]
    pub fn default_language(&self) -> Option<&Language> {
        self.language(self.text("default_language")).or_else(|| self.languages.first())
    }
}

fn parse_languages(json: &str) -> Vec<Language> {
    let Ok(Value::Array(entries)) = serde_json::from_str(json) else { return Vec::new() };
    entries
        .iter()
        .filter(|entry| entry.get("isEnable").is_none_or(|on| on == &Value::Bool(true)))
        .filter_map(|entry| {
            let text = |key: &str| entry.get(key).and_then(Value::as_str).map(str::to_owned);
            Some(Language {
                tag: text("langTag")?,
                date_format: text("dateFormat").unwrap_or_else(|| "Y-m-d".to_owned()),
            })
        })
        .collect()
}

/// Checks a value for a setting.
///
/// # Errors
/// If there is no such setting or the value does not fit it.
pub fn check(key: &str, value: &str) -> Result<&'static Known, SettingError> {
    let known =
        KNOWN.iter().find(|known| known.key == key).ok_or_else(|| SettingError::Unknown(key.to_owned()))?;
    let (fits, expected) = match known.kind {
        SettingType::Boolean => (matches!(value, "true" | "false"), "true or false".to_owned()),
        SettingType::Number => {
            (value.is_empty() || value.parse::<i64>().is_ok(), "a whole number or nothing".to_owned())
        }
        SettingType::Choice(choices) | SettingType::NumberOf(choices) => {
            (choices.contains(&value), choices.join(" or "))
        }
        SettingType::Text => match key {
            "default_timezone" => {
                (offset_minutes(value).is_some(), "an offset such as +8 or -3.5".to_owned())
            }
            _ => (true, String::new()),
        },
        SettingType::Array => (serde_json::from_str::<Vec<Value>>(value).is_ok(), "a JSON array".to_owned()),
    };
    if fits {
        Ok(known)
    } else {
        Err(SettingError::BadValue { key: known.key, expected, value: value.to_owned() })
    }
}

/// Reads a UTC offset in decimal hours (`+8`, `-3.5`, `+5.75`) as minutes; `None` if it is none of the known offsets:
/// every half hour from -12 to +14, and +5.75, +8.75, +12.75, +13.75 (facts: fresns 13, `utc`).
#[must_use]
pub fn offset_minutes(text: &str) -> Option<i32> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let hours: f64 = if plain { text.parse().ok()? } else { return None };
    let quarters = hours * 4.0;
    if quarters.fract() != 0.0 || !(-48.0..=56.0).contains(&quarters) {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "a whole number between -48 and 56")]
    let quarters = quarters as i32;
    (quarters % 2 == 0 || matches!(quarters, 23 | 35 | 51 | 55)).then_some(quarters * 15)
}

#[cfg(test)]
mod tests;
