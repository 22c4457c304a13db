//! The parameters of a body, form or JSON, read as leniently as RongCloud's clients need
//! (docs/wire/rongcloud.md#bodies).

pub(crate) mod of_user;
pub(crate) mod source;
pub(crate) mod values;

use serde::de::{Deserialize, Deserializer, Error as _};
use serde_json::{Map, Value};

use crate::codes::Failure;

mod reading;

/// The parameters in the order they came, doubles included.
#[derive(Debug)]
pub(crate) struct Fields(Vec<(String, Value)>);

/// What a Node client sends for a value it does not have (docs/wire/rongcloud.md#absent-values).
const UNDEFINED: &str = "undefined";

/// What a Java client sends for a number it does not have: `String.valueOf` of nothing.
const NULL: &str = "null";

impl Fields {
    /// An optional switch, in any of its spellings (docs/wire/rongcloud.md#flags).
    pub(crate) fn flag(&self, name: &str) -> Result<Option<bool>, Failure> {
        let Some(value) = self.one(name, Absence::AlsoUndefined)? else { return Ok(None) };
        let flag = match value {
            Value::Bool(flag) => Some(*flag),
            Value::String(text) => match text.as_str() {
                "1" | "true" | "True" | "TRUE" => Some(true),
                "0" | "false" | "False" | "FALSE" => Some(false),
                _ => None,
            },
            Value::Number(_) => match whole(value) {
                Some(1) => Some(true),
                Some(0) => Some(false),
                _ => None,
            },
            _ => None,
        };
        flag.map(Some).ok_or_else(|| Failure::parameter(format!("{name} must be 0 or 1")))
    }

    /// An optional whole number.
    pub(crate) fn integer(&self, name: &str) -> Result<Option<i64>, Failure> {
        let Some(value) = self.one(name, Absence::AlsoUndefined)? else { return Ok(None) };
        let number = match value {
            Value::String(text) if text == NULL => return Ok(None),
            Value::String(text) => text.parse().ok(),
            other => whole(other),
        };
        number
            .map(Some)
            .ok_or_else(|| Failure::parameter(format!("{name} must be a whole number that fits 64 bits")))
    }

    /// A parameter that may hold several texts: repeated, as `name[]` (axios from 1.0), joined with commas
    /// (third-party Go), as a JSON array or as the text of one, or with positions (`name[0]`: PHP, `qs`).
    pub(crate) fn list(&self, name: &str) -> Result<Vec<String>, Failure> {
        self.all(name, split)
    }

    fn all(&self, name: &str, split: impl Fn(&str) -> Vec<String>) -> Result<Vec<String>, Failure> {
        let mut texts = Vec::new();
        for (_, value) in self.0.iter().filter(|(key, _)| is_of_list(key, name)) {
            match value {
                Value::Null => {}
                Value::String(text) => texts.extend(split(text)),
                Value::Array(values) => {
                    for value in values {
                        let rule = || format!("{name} must hold strings or whole numbers only");
                        texts.push(text_or_digits(value).ok_or_else(|| Failure::parameter(rule()))?);
                    }
                }
                value => {
                    let rule = || format!("{name} must be a string or an array of strings");
                    texts.push(text_or_digits(value).ok_or_else(|| Failure::parameter(rule()))?);
                }
            }
        }
        if texts.is_empty() { Err(missing(name)) } else { Ok(texts) }
    }

    /// Texts that are kept apart as they were given: in the spellings of [`Self::list`] but for the commas. A text
    /// may hold a comma. `['x']` is how the Python client writes a list of one
    /// (docs/wire/rongcloud.md#python-list-of-one).
    pub(crate) fn texts(&self, name: &str) -> Result<Vec<String>, Failure> {
        // A word may look like a list of numbers, so only a list of texts is one here.
        let array = |text: &str| serde_json::from_str::<Vec<String>>(text).ok();
        let split = |text: &str| match (array(text), of_python(text)) {
            (Some(texts), _) => texts,
            (_, Some(text)) => vec![text],
            _ if text.is_empty() => Vec::new(),
            _ => vec![text.to_owned()],
        };
        self.all(name, split)
    }

    /// An optional list of anything, in the spellings of [`Self::list`] but for the commas, or a single value. An empty list
    /// is none. It is taken out, since it may be long.
    pub(crate) fn take_values(&mut self, name: &str) -> Option<Given> {
        let named = self.0.extract_if(.., |(key, _)| is_of_list(key, name)).map(|(_, value)| value);
        let mut given: Vec<Value> =
            named.filter(|value| !Absence::AlsoUndefined.covers(value)).map(array_or_single).collect();
        match (given.len(), given.pop()?) {
            (1, Value::Array(values)) => (!values.is_empty()).then_some(Given::List(values)),
            (1, single) => Some(Given::Single(single)),
            (_, last) => {
                given.push(last);
                Some(Given::List(given))
            }
        }
    }

    /// Adds a parameter.
    pub(crate) fn put(&mut self, name: &str, value: Value) {
        self.0.push((name.to_owned(), value));
    }

    /// Puts a parameter in the place of what was given.
    pub(crate) fn replace(&mut self, name: &str, value: Value) {
        self.0.retain(|(key, _)| key != name);
        self.put(name, value);
    }

    /// Whether anything is given under a name.
    pub(crate) fn is_there(&self, name: &str) -> bool {
        self.0.iter().any(|(key, value)| key == name && !Absence::AlsoUndefined.covers(value))
    }

    /// Whether there is something under a name, or a part of a list.
    fn has(&self, name: &str) -> bool {
        let is_meant = |key: &str| is_of_list(key, name) || other_names(name).any(|other| other == key);
        self.0.iter().any(|(key, value)| is_meant(key) && !Absence::EmptyOrNull.covers(value))
    }

    fn one(&self, name: &str, absence: Absence) -> Result<Option<&Value>, Failure> {
        for name in std::iter::once(name).chain(other_names(name)) {
            let given = self.0.iter().filter(|(key, _)| key == name).map(|(_, value)| value);
            let mut given = given.filter(|value| !absence.covers(value));
            let Some(first) = given.next() else { continue };
            if given.any(|other| other != first) {
                return Err(Failure::parameter(format!(
                    "{name} is given twice with different values; give it once"
                )));
            }
            return Ok(Some(first));
        }
        Ok(None)
    }
}

/// The names of the parameter that says which message is meant. The endpoints and their answers spell it differently, so each
/// is tried where another one is asked for.
const MESSAGE_NAMES: [&str; 4] = ["messageUID", "msgUID", "messageUId", "messageId"];

fn other_names(name: &str) -> impl Iterator<Item = &str> {
    let is_one = MESSAGE_NAMES.contains(&name);
    MESSAGE_NAMES.into_iter().filter(move |other| is_one && *other != name)
}

/// A parameter that is usually a list.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Given {
    /// A list.
    List(Vec<Value>),
    /// One value that is no list.
    Single(Value),
}

/// A text in JSON, which may come as a whole number; that is its digits.
#[derive(Debug)]
pub(crate) struct TextOrDigits(pub(crate) String);

impl<'de> Deserialize<'de> for TextOrDigits {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let text = text_or_digits(&value);
        text.map(Self).ok_or_else(|| D::Error::custom("must be a string or a whole number"))
    }
}

/// What counts as not given: an empty text (Go, PHP) or null; for optional parameters also the text `undefined`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Absence {
    EmptyOrNull,
    AlsoUndefined,
}

impl Absence {
    fn covers(self, value: &Value) -> bool {
        match value {
            Value::Null => true,
            Value::String(text) => text.is_empty() || self == Self::AlsoUndefined && text == UNDEFINED,
            _ => false,
        }
    }
}

/// The object in a text.
pub(crate) fn object(name: &str, text: &str) -> Result<Map<String, Value>, Failure> {
    serde_json::from_str(text).map_err(|_| no_object(name))
}

fn no_text(name: &str) -> Failure {
    Failure::parameter(format!("{name} must be a string or a whole number"))
}

fn no_object(name: &str) -> Failure {
    Failure::parameter(format!("{name} must be the text of a JSON object"))
}

pub(crate) fn missing(name: &str) -> Failure {
    Failure::parameter(format!("{name} is missing or empty; give it"))
}

/// The text, unless it holds a NUL, which databases don't keep.
pub(crate) fn without_nul<'a>(name: &str, text: &'a str) -> Result<&'a str, Failure> {
    if text.contains('\0') {
        return Err(Failure::parameter(format!("{name} must not contain a NUL character")));
    }
    Ok(text)
}

/// The only word of a list, where the text is such a list as Python writes it
/// (docs/wire/rongcloud.md#python-list-of-one).
pub(crate) fn of_python(text: &str) -> Option<String> {
    let quoted = text.strip_prefix("['").and_then(|text| text.strip_suffix("']"));
    // It takes double quotes where the word has a single one.
    let doubly = || text.strip_prefix("[\"").and_then(|text| text.strip_suffix("\"]"));
    quoted.or_else(doubly).map(str::to_owned)
}

/// A text, or the digits of a whole number: what looks like a number is one where it is a key in PHP.
pub(crate) fn text_or_digits(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => {
            whole(value).map(|number| number.to_string()).or_else(|| Some(number.as_u64()?.to_string()))
        }
        _ => None,
    }
}

/// A JSON number without a fraction; `1.0` is the same number as `1`.
pub(crate) fn whole(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| {
        let number = value.as_f64().filter(|number| number.fract() == 0.0 && number.abs() < 9.0e15)?;
        #[expect(clippy::cast_possible_truncation, reason = "whole and far below 2^63")]
        let number = number as i64;
        Some(number)
    })
}

/// Whether a parameter of that name is (part of) the list.
fn is_of_list(key: &str, list: &str) -> bool {
    key.strip_prefix(list).is_some_and(|rest| rest.is_empty() || rest == "[]")
}

fn split(text: &str) -> Vec<String> {
    let apart = || text.split(',').filter(|part| !part.is_empty()).map(str::to_owned).collect();
    array_in(text).unwrap_or_else(apart)
}

/// The texts of an array in a text.
fn array_in(text: &str) -> Option<Vec<String>> {
    let values: Vec<Value> =
        text.trim_start().starts_with('[').then(|| serde_json::from_str(text).ok()).flatten()?;
    values.iter().map(text_or_digits).collect()
}

/// The array in a text, where it is the text of one.
fn array_or_single(value: Value) -> Value {
    match value {
        Value::String(text) if text.trim_start().starts_with('[') => {
            serde_json::from_str(&text).unwrap_or(Value::String(text))
        }
        other => other,
    }
}

#[cfg(test)]
mod tests;
