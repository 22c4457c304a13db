//! The site's settings, rows of `configs` (facts: fresns 13).

use std::collections::BTreeMap;

use serde_json::Value;
use thiserror::Error;

use crate::file::FileKind;
use crate::id::RoleId;

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

/// What kind of value a setting takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SettingType {
    /// `true` or `false`.
    Boolean,
    /// A whole number, or empty for none.
    Number,
    /// One of the listed texts.
    Choice(&'static [&'static str]),
    /// Any text.
    Text,
    /// A JSON array.
    Array,
}

impl SettingType {
    /// The name in the column `configs.item_type`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Boolean => "boolean",
            Self::Number => "number",
            Self::Choice(_) | Self::Text => "string",
            Self::Array => "array",
        }
    }
}

/// A setting sixin knows.
#[derive(Debug, Clone, Copy)]
pub struct Known {
    /// `configs.item_key`.
    pub key: &'static str,
    /// What it takes.
    pub kind: SettingType,
    /// What holds while no row says otherwise.
    pub default: &'static str,
    /// What it does, in one line.
    pub meaning: &'static str,
}

const fn known(key: &'static str, kind: SettingType, default: &'static str, meaning: &'static str) -> Known {
    Known { key, kind, default, meaning }
}

const LANGUAGE_MENUS: &str = r#"[{"langTag":"en","dateFormat":"m/d/Y","isEnable":true},{"langTag":"zh-Hans","dateFormat":"Y-m-d","isEnable":true},{"langTag":"zh-Hant","dateFormat":"Y-m-d","isEnable":true}]"#;

/// Every setting that has an effect.
pub const KNOWN: &[Known] = &[
    known("conversation_status", SettingType::Boolean, "true", "whether users may send messages at all"),
    known(
        "conversation_files",
        SettingType::Array,
        r#"["image"]"#,
        "kinds of file users may send: image, video, audio, document",
    ),
    known(
        "default_role",
        SettingType::Number,
        "4",
        "role that decides for users without a usable main role; empty for none",
    ),
    known(
        "site_mode",
        SettingType::Choice(&["public", "private"]),
        "public",
        "public, or private: memberships end at users.expired_at",
    ),
    known(
        "site_private_end_after",
        SettingType::Choice(&["1", "2"]),
        "1",
        "after a membership: 1 nothing is readable, 2 old content is",
    ),
    known(
        "default_language",
        SettingType::Text,
        "zh-Hans",
        "language of messages and dates when a client names none",
    ),
    known(
        "default_timezone",
        SettingType::Text,
        "+8",
        "UTC offset in hours when neither client nor user names one",
    ),
    known(
        "language_menus",
        SettingType::Array,
        LANGUAGE_MENUS,
        "languages clients may ask for, with their date format",
    ),
    known(
        "user_identifier",
        SettingType::Choice(&["username", "uid"]),
        "username",
        "what fsid in a user object holds",
    ),
    known("follow_user_setting", SettingType::Boolean, "true", "whether users may follow users"),
    known("block_user_setting", SettingType::Boolean, "false", "whether users may block users"),
    known(
        "publish_block_words",
        SettingType::Boolean,
        "false",
        "whether block words also apply to RC:TxtMsg published by back ends",
    ),
    known("site_url", SettingType::Text, "", "address of the site, for links to users"),
    known(
        "system_url",
        SettingType::Text,
        "",
        "address files are joined to when a kind has no bucket domain",
    ),
    known("website_user_detail_path", SettingType::Text, "u", "path of user pages below site_url"),
    known("default_avatar", SettingType::Text, "", "address of the picture for users without one"),
    known("deactivate_avatar", SettingType::Text, "", "address of the picture for users who are leaving"),
    known("image_bucket_domain", SettingType::Text, "", "address image paths are joined to"),
    known("video_bucket_domain", SettingType::Text, "", "address video paths are joined to"),
    known("audio_bucket_domain", SettingType::Text, "", "address audio paths are joined to"),
    known("document_bucket_domain", SettingType::Text, "", "address document paths are joined to"),
    known(
        "image_filesystem_disk",
        SettingType::Choice(&["remote", "local"]),
        "remote",
        "local puts /storage/ before image paths",
    ),
    known(
        "video_filesystem_disk",
        SettingType::Choice(&["remote", "local"]),
        "remote",
        "local puts /storage/ before video paths",
    ),
    known(
        "audio_filesystem_disk",
        SettingType::Choice(&["remote", "local"]),
        "remote",
        "local puts /storage/ before audio paths",
    ),
    known(
        "document_filesystem_disk",
        SettingType::Choice(&["remote", "local"]),
        "remote",
        "local puts /storage/ before document paths",
    ),
    known(
        "image_extension_names",
        SettingType::Text,
        "png,gif,jpg,jpeg,bmp,heic",
        "extensions images may have, separated by commas",
    ),
    known(
        "video_extension_names",
        SettingType::Text,
        "mp4,mov",
        "extensions videos may have, separated by commas",
    ),
    known(
        "audio_extension_names",
        SettingType::Text,
        "mp3,m4a,wav",
        "extensions audio files may have, separated by commas",
    ),
    known(
        "document_extension_names",
        SettingType::Text,
        "doc,docx,xls,xlsx,csv,ppt,pptx,pps,ppts,pdf,txt,md,markdown,rar,zip,7z,epub,mobi",
        "extensions documents may have, separated by commas",
    ),
    known(
        "upload_unchecked_media",
        SettingType::Boolean,
        "false",
        "whether files are taken, unseen, whose extension is listed but whose content can't be looked at",
    ),
    known("image_substitution", SettingType::Text, "", "address shown in place of a disabled image"),
    known("video_substitution", SettingType::Text, "", "address shown in place of a disabled video"),
    known("audio_substitution", SettingType::Text, "", "address shown in place of a disabled audio file"),
    known("document_substitution", SettingType::Text, "", "address shown in place of a disabled document"),
    known(
        "image_handle_position",
        SettingType::Choice(&["end", "start"]),
        "end",
        "whether a thumbnail suffix stands after or before the address",
    ),
    known("image_thumb_config", SettingType::Text, "", "suffix of the configured thumbnail"),
    known("image_thumb_avatar", SettingType::Text, "", "suffix of the avatar thumbnail"),
    known("image_thumb_ratio", SettingType::Text, "", "suffix of the proportional thumbnail"),
    known("image_thumb_square", SettingType::Text, "", "suffix of the square thumbnail"),
    known("image_thumb_big", SettingType::Text, "", "suffix of the large thumbnail"),
    known("image_max_size", SettingType::Number, "5", "largest image, in megabytes"),
    known("video_max_size", SettingType::Number, "50", "largest video, in megabytes"),
    known("audio_max_size", SettingType::Number, "50", "largest audio file, in megabytes"),
    known("document_max_size", SettingType::Number, "10", "largest document, in megabytes"),
    known("video_max_time", SettingType::Number, "60", "longest video, in seconds"),
    known("audio_max_time", SettingType::Number, "60", "longest audio file, in seconds"),
    known("image_url_expire", SettingType::Number, "10", "how long links to images work, in minutes"),
    known("video_url_expire", SettingType::Number, "10", "how long links to videos work, in minutes"),
    known("audio_url_expire", SettingType::Number, "10", "how long links to audio files work, in minutes"),
    known("document_url_expire", SettingType::Number, "10", "how long links to documents work, in minutes"),
];

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
        SettingType::Choice(choices) => (choices.contains(&value), choices.join(" or ")),
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
