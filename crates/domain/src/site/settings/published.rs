//! What clients may read of the settings (docs/wire/fresns.md#settings).

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::languages::menus;
use super::page_texts::page_texts;
use super::{KNOWN, Known, SettingType, Settings};

/// What keys of an operator's own begin with: `client.theme` is told to clients as `theme`.
pub const OWN_PREFIX: &str = "client.";

/// Something clients read about the site.
#[derive(Debug, Clone, PartialEq)]
pub struct Published<'s> {
    /// By which key it is asked for.
    pub key: Cow<'s, str>,
    /// In which group.
    pub tag: &'static str,
    /// Its value, in the type that clients expect.
    pub value: Value,
}

impl Settings {
    /// All that is public, in the order of the keys, texts in the language with that tag. The list of settings and the
    /// operator's own keys decide what that is, never a request.
    #[must_use]
    pub fn published(&self, tag: &str) -> Vec<Published<'_>> {
        let set = KNOWN.iter().filter(|known| known.is_public).map(|known| Published {
            key: known.key.into(),
            tag: known.tag,
            value: self.value(known),
        });
        let mut all: BTreeMap<String, Published<'_>> = BTreeMap::new();
        for published in page_texts(tag) {
            all.insert(published.key.to_string(), published);
        }
        for (key, text) in self.own() {
            let built_in = all.remove(key).map(|published| published.value);
            let value = over(built_in, serde_json::from_str(text).unwrap_or_else(|_| text.into()));
            all.insert(key.to_owned(), Published { key: key.into(), tag: "custom", value });
        }
        // What has an effect comes last: no key of an operator's own says otherwise.
        for published in set.chain(fixed()) {
            all.insert(published.key.to_string(), published);
        }
        all.into_values().collect()
    }

    /// The operator's own keys, without what they begin with. An empty one is none.
    pub fn own(&self) -> impl Iterator<Item = (&str, &str)> {
        let own =
            self.rows.iter().filter_map(|(key, text)| Some((key.strip_prefix(OWN_PREFIX)?, text.as_str())));
        own.filter(|(_, text)| !text.is_empty())
    }

    /// The value in force. One that was written by hand and does not fit counts as none.
    fn value(&self, known: &Known) -> Value {
        let text = self.text(known.key);
        match known.kind {
            SettingType::Boolean => self.is_on(known.key).into(),
            SettingType::Number(..) | SettingType::NumberOrNone | SettingType::NumberOf(_) => {
                text.trim().parse::<i64>().ok().into()
            }
            SettingType::Choice(_) | SettingType::Text => Some(text).filter(|text| !text.is_empty()).into(),
            SettingType::Array if known.key == "language_menus" => {
                menus(text).into_iter().map(Value::Object).collect()
            }
            SettingType::Array => {
                serde_json::from_str(text).ok().filter(Value::is_array).unwrap_or(json!([]))
            }
        }
    }
}

/// An object of the operator's is laid over a built-in one, so that one text of a language pack can be changed alone.
fn over(built_in: Option<Value>, own: Value) -> Value {
    match (built_in, own) {
        (Some(Value::Object(mut all)), Value::Object(own)) => {
            all.extend(own);
            Value::Object(all)
        }
        (_, own) => own,
    }
}

/// Whether a key is told to clients because it is so on this server.
pub(super) fn is_fixed(key: &str) -> bool {
    fixed().any(|published| published.key == key)
}

/// What clients of Fresns ask for (docs/wire/fresns.md#settings) and what is so here on every site.
fn fixed() -> impl Iterator<Item = Published<'static>> {
    // Accounts are made by the operator; nobody registers or joins by oneself.
    let closed = ["site_public_status", "site_private_status", "site_register_email", "site_register_phone"];
    let closed = closed.into_iter().map(|key| (key, "general", json!(false)));
    closed
        .chain([
            ("language_status", "languages", json!(true)),
            ("password_length", "users", json!(crate::sending::limits::PASSWORD_CHARS)),
            ("password_strength", "users", json!([])),
            ("platforms", "commons", platforms()),
            ("utc", "commons", offsets()),
        ])
        .map(|(key, tag, value)| Published { key: key.into(), tag, value })
}

/// The platforms, their ids as texts (docs/wire/fresns.md#platforms).
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
    use crate::site::settings::offset_minutes;

    fn value(settings: &Settings, key: &str) -> Option<Value> {
        settings.published("en").into_iter().find(|published| published.key == key).map(|found| found.value)
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
    fn keys_of_an_operators_own_are_told_and_change_texts_but_nothing_that_has_an_effect() {
        assert_eq!(with("client.theme", "dark"), None, "the key is told without what it begins with");
        for (text, expected) in [
            ("dark", json!("dark")),
            ("true", json!(true)),
            ("7", json!(7)),
            ("[1]", json!([1])),
            ("{\"a\":null}", json!({"a": null})),
            ("{broken", json!("{broken")),
        ] {
            let settings = Settings::new(BTreeMap::from([("client.theme".to_owned(), text.to_owned())]));
            assert_eq!(value(&settings, "theme"), Some(expected), "{text}");
        }
        let rows = [
            ("client.menu_conversations", "Chats"),
            ("client.site_mode", "private"),
            ("client.password_length", "1"),
            ("client.gone", ""),
            ("client.language_pack_contents", r#"{"send":"Off it goes"}"#),
        ];
        let rows = rows.map(|(key, text)| (key.to_owned(), text.to_owned()));
        let settings = Settings::new(BTreeMap::from(rows));
        assert_eq!(value(&settings, "menu_conversations"), Some(json!("Chats")));
        assert_eq!(value(&settings, "site_mode"), Some(json!("public")));
        assert_eq!(value(&settings, "password_length"), Some(json!(8)));
        assert_eq!(value(&settings, "gone"), None);
        let pack = value(&settings, "language_pack_contents").unwrap();
        assert_eq!((&pack["send"], &pack["delete"]), (&json!("Off it goes"), &json!("Delete")));
    }

    #[test]
    fn the_menu_of_languages_is_whole() {
        let menus = value(&Settings::default(), "language_menus").unwrap();
        for key in
            ["langTag", "langName", "langCode", "areaStatus", "areaCode", "areaName", "rating", "isEnabled"]
        {
            assert!(menus.as_array().unwrap().iter().all(|menu| menu.get(key).is_some()), "{key}");
        }
        assert_eq!(menus[1]["langName"], "简体中文");
    }

    #[test]
    fn no_key_comes_twice() {
        let settings = Settings::default();
        let all = settings.published("en");
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
