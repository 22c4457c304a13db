//! The site's settings, rows of `configs` (docs/wire/fresns.md#settings).

mod check;
mod known;
mod languages;
mod page_texts;
mod published;

use std::collections::BTreeMap;

use serde_json::Value;
use thiserror::Error;

use crate::file::FileKind;
use crate::id::RoleId;
use crate::site::language::look_up;

pub use check::{Accepted, accepted_key, check, check_beside};
pub use known::{KNOWN, Known, SettingType};
pub use languages::{Ago, Language};
pub use published::{OWN_PREFIX, Published};

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

/// Why a setting can't be set.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SettingError {
    /// No such setting.
    #[error("there is no setting {key}; {advice}`sixin setting list` shows them all")]
    Unknown {
        /// What was asked for.
        key: String,
        /// What may have been meant, as a sentence with a blank behind it, or nothing.
        advice: String,
    },
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
    /// A key of the operator's own that can't be one.
    #[error("client.{0}: what follows client. has 1 to 57 small letters, digits and underscores")]
    BadOwnKey(String),
    /// A key of the operator's own that says what this server does.
    #[error("client.{0}: {0} is no key of your own; what it says depends on the server and its settings")]
    NotOwn(String),
    /// A value that is too long.
    #[error("the value must be at most 65535 bytes long")]
    OwnTooLong,
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
        settings.languages = languages::languages(settings.text("language_menus"));
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

    /// The enabled language that serves whoever asks for that tag: the same, or a more general one.
    #[must_use]
    pub fn language(&self, tag: &str) -> Option<&Language> {
        let tags = self.languages.iter().map(|language| language.tag.as_str());
        let found = look_up(tag, tags)?;
        self.languages.iter().find(|language| language.tag == found)
    }

    /// Whether somebody chose the language of the site. A fresh site has none of its own.
    #[must_use]
    pub fn has_chosen_language(&self) -> bool {
        self.rows.contains_key("default_language")
    }

    /// The default language, else the first enabled one.
    #[must_use]
    pub fn default_language(&self) -> Option<&Language> {
        self.language(self.text("default_language")).or_else(|| self.languages.first())
    }
}

/// Reads a UTC offset in decimal hours (`+8`, `-3.5`, `+5.75`) as minutes; `None` if it is none of the known offsets:
/// every half hour from -12 to +14, and +5.75, +8.75, +12.75, +13.75 (docs/wire/fresns.md#utc-offsets).
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
