//! What clients may read of the settings (facts: fresns 9.2).

use serde_json::{Value, json};

use super::{KNOWN, Known, SettingType, Settings};

/// Something clients read about the site.
#[derive(Debug, Clone, PartialEq)]
pub struct Published {
    /// By which key it is asked for.
    pub key: &'static str,
    /// In which group.
    pub tag: &'static str,
    /// Its value, in the type that clients expect.
    pub value: Value,
}

impl Settings {
    /// All that is public, in the order of the keys. The list of settings decides what that is, never a request.
    #[must_use]
    pub fn published(&self) -> Vec<Published> {
        let set = KNOWN.iter().filter(|known| known.is_public).map(|known| Published {
            key: known.key,
            tag: known.tag,
            value: self.value(known),
        });
        let mut all: Vec<Published> = set.chain(fixed()).collect();
        all.sort_unstable_by_key(|published| published.key);
        all
    }

    /// The value in force. One that was written by hand and does not fit counts as none.
    fn value(&self, known: &Known) -> Value {
        let text = self.text(known.key);
        match known.kind {
            SettingType::Boolean => self.is_on(known.key).into(),
            SettingType::Number | SettingType::NumberOf(_) => text.trim().parse::<i64>().ok().into(),
            SettingType::Choice(_) | SettingType::Text => Some(text).filter(|text| !text.is_empty()).into(),
            SettingType::Array => {
                serde_json::from_str(text).ok().filter(Value::is_array).unwrap_or(json!([]))
            }
        }
    }
}

/// What clients of Fresns ask for (facts: fresns 13) and what is so here on every site.
fn fixed() -> impl Iterator<Item = Published> {
    // Accounts are made by the operator; nobody registers or joins by oneself.
    let closed = ["site_public_status", "site_private_status", "site_register_email", "site_register_phone"];
    let closed = closed.into_iter().map(|key| (key, "general", json!(false)));
    closed
        .chain([
            ("language_status", "languages", json!(true)),
            ("password_length", "users", json!(crate::limits::PASSWORD_CHARS)),
            ("password_strength", "users", json!([])),
            ("platforms", "commons", platforms()),
            ("utc", "commons", offsets()),
        ])
        .map(|(key, tag, value)| Published { key, tag, value })
}

/// The platforms, their ids as texts (facts: fresns 2 and 13).
fn platforms() -> Value {
    let names = [
        "Other",
        "PC Web",
        "Mobile Web",
        "Responsive Web",
        "iOS App",
        "Android App",
        "WeChat Web",
        "WeChat MiniProgram",
        "QQ MiniProgram",
        "Alipay MiniApp",
        "ByteDance MicroApp",
        "Quick App",
        "Baidu SmartProgram",
    ];
    names.iter().zip(1..).map(|(name, id): (_, i64)| json!({"id": id.to_string(), "name": name})).collect()
}

/// Every UTC offset that is taken.
fn offsets() -> Value {
    let quarters = (-48..=56).filter(|quarters| quarters % 2 == 0 || matches!(quarters, 23 | 35 | 51 | 55));
    quarters
        .map(|quarters| {
            let hours = f64::from(quarters) / 4.0;
            if quarters < 0 { hours.to_string() } else { format!("+{hours}") }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::settings::offset_minutes;

    fn value(settings: &Settings, key: &str) -> Option<Value> {
        settings.published().into_iter().find(|published| published.key == key).map(|found| found.value)
    }

    fn with(key: &str, text: &str) -> Option<Value> {
        value(&Settings::new(BTreeMap::from([(key.to_owned(), text.to_owned())])), key)
    }

    #[test]
    fn values_have_the_type_that_clients_expect() {
        let settings = Settings::default();
        for (key, expected) in [
            ("conversation_status", json!(true)),
            ("site_private_end_after", json!(1)),
            ("default_role", json!(4)),
            ("conversation_files", json!(["image"])),
            ("site_mode", json!("public")),
            ("site_url", Value::Null),
            ("password_length", json!(8)),
        ] {
            assert_eq!(value(&settings, key), Some(expected), "{key}");
        }
        assert_eq!(with("default_role", ""), Some(Value::Null));
        assert_eq!(with("conversation_files", "{}"), Some(json!([])));
    }

    #[test]
    fn what_is_not_public_is_never_told_even_if_a_row_says_so() {
        for key in ["image_bucket_domain", "publish_block_words", "system_url", "image_secret_key"] {
            assert_eq!(with(key, "x"), None, "{key}");
        }
    }

    #[test]
    fn no_key_comes_twice() {
        let all = Settings::default().published();
        assert!(all.windows(2).all(|pair| pair[0].key < pair[1].key));
    }

    #[test]
    fn every_offset_that_is_told_is_taken() {
        let offsets = offsets();
        let offsets = offsets.as_array().unwrap();
        assert!(offsets.iter().all(|offset| offset_minutes(offset.as_str().unwrap()).is_some()));
        assert_eq!((offsets.len(), &offsets[0], &offsets[31]), (57, &json!("-12"), &json!("+3.5")));
    }
}
