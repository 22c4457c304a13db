//! Which values settings take.

use serde_json::Value;

use super::{KNOWN, Known, OWN_PREFIX, SettingError, SettingType, Settings, offset_minutes, published};
use crate::file::FileKind;
use crate::text::alike::alike;
use crate::text::visible::is_name;

/// Longest key of an operator's own, without what it begins with: together they fill the column.
const OWN_NAME_BYTES: usize = 57;
/// Longest value of one.
const OWN_VALUE_BYTES: usize = 65_535;

/// A setting that may be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// `configs.item_key`.
    pub key: String,
    /// What it takes.
    pub kind: SettingType,
    /// Whether clients may read it.
    pub is_public: bool,
}

/// Checks the name of a setting, or of a key of the operator's own (`client.`).
///
/// # Errors
/// If there is no such setting; what looks like it is named.
pub fn accepted_key(key: &str) -> Result<Accepted, SettingError> {
    if let Some(name) = key.strip_prefix(OWN_PREFIX) {
        check_own_name(name)?;
        return Ok(Accepted { key: key.to_owned(), kind: SettingType::Text, is_public: true });
    }
    let known = known(key)?;
    Ok(Accepted { key: key.to_owned(), kind: known.kind, is_public: known.is_public })
}

/// Checks a value for a setting, or for a key of the operator's own (`client.`).
///
/// # Errors
/// If there is no such setting or the value does not fit it.
pub fn check(key: &str, value: &str) -> Result<Accepted, SettingError> {
    let accepted = accepted_key(key)?;
    if key.starts_with(OWN_PREFIX) {
        return if value.len() > OWN_VALUE_BYTES { Err(SettingError::OwnTooLong) } else { Ok(accepted) };
    }
    let known = known(key)?;
    match expected(known, value) {
        None => Ok(accepted),
        Some(expected) => Err(bad(known, expected, value)),
    }
}

/// The same, and whether the value goes together with the other settings in force.
///
/// # Errors
/// As [`check`], and if it does not.
pub fn check_beside(settings: &Settings, key: &str, value: &str) -> Result<Accepted, SettingError> {
    let accepted = check(key, value)?;
    let number = value.parse::<i64>().ok();
    let limit = |other| settings.number(other);
    let wrong = match key {
        "nickname_min" if number > limit("nickname_max") => {
            limit("nickname_max").map(|most| format!("at most nickname_max, {most}"))
        }
        "nickname_max" if number < limit("nickname_min") => {
            limit("nickname_min").map(|least| format!("at least nickname_min, {least}"))
        }
        "default_language" if settings.language(value).is_none() => {
            let tags: Vec<&str> = settings.languages().iter().map(|language| language.tag.as_str()).collect();
            Some(format!("one of language_menus: {}", tags.join(", ")))
        }
        _ => None,
    };
    match wrong {
        None => Ok(accepted),
        Some(expected) => Err(bad(known(key)?, expected, value)),
    }
}

fn known(key: &str) -> Result<&'static Known, SettingError> {
    KNOWN.iter().find(|known| known.key == key).ok_or_else(|| {
        let near = alike(key, KNOWN.iter().map(|known| known.key));
        let advice =
            if near.is_empty() { String::new() } else { format!("did you mean {}? ", near.join(", ")) };
        SettingError::Unknown { key: key.to_owned(), advice }
    })
}

fn bad(known: &Known, expected: String, value: &str) -> SettingError {
    SettingError::BadValue { key: known.key, expected, value: value.to_owned() }
}

/// What the setting takes, if the value is something else.
fn expected(known: &Known, value: &str) -> Option<String> {
    let (fits, expected) = match known.kind {
        SettingType::Boolean => (matches!(value, "true" | "false"), "true or false".to_owned()),
        SettingType::Number(least, most) => (
            value.parse::<i64>().is_ok_and(|number| (least..=most).contains(&number)),
            format!("a whole number from {least} to {most}"),
        ),
        SettingType::NumberOrNone => (
            value.is_empty() || value.parse::<i64>().is_ok_and(|number| number > 0),
            "a whole number from 1, or nothing".to_owned(),
        ),
        SettingType::Choice(choices) | SettingType::NumberOf(choices) => {
            (choices.contains(&value), choices.join(" or "))
        }
        SettingType::Text => return expected_text(known.key, value),
        SettingType::Array => return expected_list(known.key, value),
    };
    (!fits).then_some(expected)
}

fn expected_text(key: &str, value: &str) -> Option<String> {
    let (fits, expected) = match key {
        "default_timezone" => (offset_minutes(value).is_some(), "an offset such as +8 or -3.5"),
        "site_url" | "system_url" => (value.is_empty() || is_address(value), ADDRESS),
        _ if key.ends_with("_bucket_domain") => (value.is_empty() || is_address(value), ADDRESS),
        _ if key.ends_with("_extension_names") => (
            value.is_empty() || value.split(',').all(|name| is_extension(name.trim())),
            "extensions without dots, separated by commas, such as png,jpg",
        ),
        // They stand in headings and addresses.
        _ => (value.is_empty() || is_name(value), "one line that can be read, or nothing"),
    };
    (!fits).then(|| expected.to_owned())
}

const ADDRESS: &str = "an address such as https://files.example.org, or nothing";

fn is_address(value: &str) -> bool {
    let rest = ["https://", "http://"].iter().find_map(|scheme| value.strip_prefix(scheme));
    rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'))
        && is_name(value)
        && !value.contains(' ')
}

fn is_extension(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn kinds() -> impl Iterator<Item = FileKind> {
    (1..=4).filter_map(FileKind::from_number)
}

fn expected_list(key: &str, value: &str) -> Option<String> {
    let list = serde_json::from_str::<Vec<Value>>(value).ok();
    let (fits, expected) = match key {
        "conversation_files" => {
            let is_kind =
                |item: &Value| item.as_str().is_some_and(|name| kinds().any(|kind| kind.name() == name));
            (
                list.is_some_and(|list| list.iter().all(is_kind)),
                r#"a JSON array of "image", "video", "audio", "document""#,
            )
        }
        "language_menus" => {
            let is_language =
                |item: &Value| item.get("langTag").and_then(Value::as_str).is_some_and(|tag| !tag.is_empty());
            (
                list.is_some_and(|list| !list.is_empty() && list.iter().all(is_language)),
                r#"a JSON array of languages such as [{"langTag":"en","dateFormat":"m/d/Y","isEnable":true}]"#,
            )
        }
        _ => (list.is_some(), "a JSON array"),
    };
    (!fits).then(|| expected.to_owned())
}

/// What can be a key of the operator's own: lower case, as clients spell theirs, and none that says what this server does.
fn check_own_name(name: &str) -> Result<(), SettingError> {
    let is_word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    if name.is_empty() || name.len() > OWN_NAME_BYTES || !name.bytes().all(is_word) {
        return Err(SettingError::BadOwnKey(name.to_owned()));
    }
    if KNOWN.iter().any(|known| known.key == name) || published::is_fixed(name) {
        return Err(SettingError::NotOwn(name.to_owned()));
    }
    Ok(())
}
