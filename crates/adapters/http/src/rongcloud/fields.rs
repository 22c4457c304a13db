//! The parameters of a body, form or JSON, read as leniently as RongCloud's clients need (facts: rongcloud 3).

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::codes::Failure;
use super::pairs::Pairs;

/// The parameters in the order they came, doubles included.
#[derive(Debug)]
pub(crate) struct Fields(Vec<(String, Value)>);

/// What a Node client sends for a value it does not have (facts: rongcloud 3, Node).
const UNDEFINED: &str = "undefined";

/// What a Java client sends for a number it does not have: `String.valueOf` of nothing.
const NULL: &str = "null";

impl Fields {
    /// Reads a body. One whose first byte that is not blank is `{` is JSON whatever its content type says: the seed's
    /// JavaScript sample sends that under a form content type with axios before 1.0.
    pub(crate) fn parse(body: &[u8]) -> Result<Self, Failure> {
        let text = std::str::from_utf8(body);
        if body.trim_ascii_start().first() == Some(&b'{') {
            let text = text.map_err(|_| Failure::parameter("the body is not UTF-8; encode it so"))?;
            return Self::json(text);
        }
        if serde_json::from_slice::<serde::de::IgnoredAny>(body).is_ok() {
            return Err(Failure::parameter("the body must be a form or a JSON object"));
        }
        Self::form(body)
    }

    fn json(text: &str) -> Result<Self, Failure> {
        let broken =
            |error: serde_json::Error| Failure::parameter(format!("the body is not valid JSON: {error}"));
        let pairs: Pairs<'_> = serde_json::from_str(text).map_err(broken)?;
        let members = pairs
            .0
            .into_iter()
            .map(|(name, raw)| serde_json::from_str(raw.get()).map(|value| (name, value)).map_err(broken));
        members.collect::<Result<_, _>>().map(Self)
    }

    fn form(body: &[u8]) -> Result<Self, Failure> {
        let text = |bytes: &[u8]| {
            String::from_utf8(decoded(bytes))
                .map_err(|_| Failure::parameter("the body is not UTF-8 after form decoding; encode it so"))
        };
        let pairs = body.split(|&byte| byte == b'&').filter(|pair| !pair.is_empty()).map(|pair| {
            let mut halves = pair.splitn(2, |&byte| byte == b'=');
            let name = text(halves.next().unwrap_or_default())?;
            let value = text(halves.next().unwrap_or_default())?;
            Ok((name, Value::String(value)))
        });
        pairs.collect::<Result<_, _>>().map(Self)
    }

    /// A parameter that must be given once, or more often with the same value, as text.
    pub(crate) fn required_text(&self, name: &str) -> Result<String, Failure> {
        match self.one(name, Absence::EmptyOrNull)? {
            None => Err(missing(name)),
            Some(Value::String(text)) => Ok(text.clone()),
            Some(_) => Err(Failure::parameter(format!("{name} must be a string"))),
        }
    }

    /// An optional text.
    pub(crate) fn text(&self, name: &str) -> Result<Option<String>, Failure> {
        match self.one(name, Absence::AlsoUndefined)? {
            None => Ok(None),
            Some(Value::String(text)) => without_nul(name, text).map(|text| Some(text.to_owned())),
            Some(_) => Err(Failure::parameter(format!("{name} must be a string"))),
        }
    }

    /// An optional text of digits, which may come as a number.
    pub(crate) fn text_or_number(&self, name: &str) -> Result<Option<String>, Failure> {
        match self.one(name, Absence::AlsoUndefined)? {
            Some(number @ Value::Number(_)) => {
                Ok(Some(whole(number).map_or_else(|| number.to_string(), |n| n.to_string())))
            }
            _ => self.text(name),
        }
    }

    /// An optional switch, in any of the spellings of facts: rongcloud 3.
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
    /// (third-party Go), as a JSON array or as the text of one.
    pub(crate) fn list(&self, name: &str) -> Result<Vec<String>, Failure> {
        self.all(name, split, text_or_digits)
    }

    fn all(
        &self,
        name: &str,
        split: impl Fn(&str) -> Vec<String>,
        entry: impl Fn(&Value) -> Option<String>,
    ) -> Result<Vec<String>, Failure> {
        let bracketed = format!("{name}[]");
        let mut texts = Vec::new();
        for (_, value) in self.0.iter().filter(|(key, _)| key == name || *key == bracketed) {
            match value {
                Value::Null => {}
                Value::String(text) => texts.extend(split(text)),
                Value::Array(values) => {
                    for value in values {
                        let wrong = || Failure::parameter(format!("{name} must hold strings only"));
                        texts.push(entry(value).ok_or_else(wrong)?);
                    }
                }
                _ => {
                    return Err(Failure::parameter(format!(
                        "{name} must be a string or an array of strings"
                    )));
                }
            }
        }
        if texts.is_empty() { Err(missing(name)) } else { Ok(texts) }
    }

    /// Texts that are kept apart as they were given: repeated, as `name[]`, as a JSON array or as the text of one. A text
    /// may hold a comma. `['x']` is how the Python client writes a list of one (facts: rongcloud 3.2).
    pub(crate) fn texts(&self, name: &str) -> Result<Vec<String>, Failure> {
        let split = |text: &str| match (serde_json::from_str::<Vec<String>>(text), of_python(text)) {
            (Ok(texts), _) if text.starts_with('[') => texts,
            (_, Some(text)) => vec![text],
            _ if text.is_empty() => Vec::new(),
            _ => vec![text.to_owned()],
        };
        self.all(name, split, |value| value.as_str().map(str::to_owned))
    }

    /// A parameter that holds JSON, as it is or as the text of it. `None`: it is not given; `Some(None)`: it is something
    /// else.
    pub(crate) fn json_of<T: DeserializeOwned>(&self, name: &str) -> Result<Option<Option<T>>, Failure> {
        let Some(value) = self.one(name, Absence::AlsoUndefined)? else { return Ok(None) };
        Ok(Some(match value {
            Value::String(text) => serde_json::from_str(text).ok(),
            value => serde_json::from_value(value.clone()).ok(),
        }))
    }

    /// An optional list of anything: a JSON array or the text of one, or a single value. An empty one is none. It is taken
    /// out, since it may be long.
    pub(crate) fn take_values(&mut self, name: &str) -> Result<Option<Vec<Value>>, Failure> {
        if self.one(name, Absence::AlsoUndefined)?.is_none() {
            self.0.retain(|(key, _)| key != name);
            return Ok(None);
        }
        let named = self.0.extract_if(.., |(key, _)| key == name).map(|(_, value)| value);
        let given = named.filter(|value| !Absence::AlsoUndefined.covers(value)).last();
        let values = match given {
            None => return Ok(None),
            Some(Value::Array(values)) => values,
            Some(Value::String(text)) if text.trim_start().starts_with('[') => {
                serde_json::from_str(&text).unwrap_or_else(|_| vec![Value::String(text)])
            }
            Some(single) => vec![single],
        };
        Ok((!values.is_empty()).then_some(values))
    }

    /// An optional JSON object, or the text of one.
    pub(crate) fn object(&self, name: &str) -> Result<Option<Map<String, Value>>, Failure> {
        match self.one(name, Absence::AlsoUndefined)? {
            None => Ok(None),
            Some(Value::Object(members)) => Ok(Some(members.clone())),
            Some(Value::String(text)) => object(name, text).map(Some),
            Some(_) => Err(no_object(name)),
        }
    }

    fn one(&self, name: &str, absence: Absence) -> Result<Option<&Value>, Failure> {
        let mut given = self.0.iter().filter(|(key, _)| key == name).map(|(_, value)| value);
        let mut given = given.by_ref().filter(|value| !absence.covers(value));
        let Some(first) = given.next() else { return Ok(None) };
        if given.any(|other| other != first) {
            return Err(Failure::parameter(format!(
                "{name} is given twice with different values; give it once"
            )));
        }
        Ok(Some(first))
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
pub(super) fn object(name: &str, text: &str) -> Result<Map<String, Value>, Failure> {
    serde_json::from_str(text).map_err(|_| no_object(name))
}

fn no_object(name: &str) -> Failure {
    Failure::parameter(format!("{name} must be the text of a JSON object"))
}

pub(super) fn missing(name: &str) -> Failure {
    Failure::parameter(format!("{name} is missing or empty; give it"))
}

/// The text, unless it holds a NUL, which databases don't keep.
pub(crate) fn without_nul<'a>(name: &str, text: &'a str) -> Result<&'a str, Failure> {
    if text.contains('\0') {
        return Err(Failure::parameter(format!("{name} must not contain a NUL character")));
    }
    Ok(text)
}

/// The only word of a list, where the text is such a list as Python writes it (facts: rongcloud 3.2).
pub(super) fn of_python(text: &str) -> Option<String> {
    let quoted = text.strip_prefix("['").and_then(|text| text.strip_suffix("']"));
    // It takes double quotes where the word has a single one.
    let doubly = || text.strip_prefix("[\"").and_then(|text| text.strip_suffix("\"]"));
    quoted.or_else(doubly).map(str::to_owned)
}

/// A text, or the digits of a whole number: what looks like a number is one where it is a key in PHP.
fn text_or_digits(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => number.as_i64().map(|number| number.to_string()),
        _ => None,
    }
}

/// A JSON number without a fraction; `1.0` is the same number as `1`.
fn whole(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| {
        let number = value.as_f64().filter(|number| number.fract() == 0.0 && number.abs() < 9.0e15)?;
        #[expect(clippy::cast_possible_truncation, reason = "whole and far below 2^63")]
        let number = number as i64;
        Some(number)
    })
}

fn split(text: &str) -> Vec<String> {
    if text.trim_start().starts_with('[')
        && let Ok(texts) = serde_json::from_str::<Vec<String>>(text)
    {
        return texts;
    }
    text.split(',').filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// Form decoding: `+` and `%20` are spaces; a percent sign without two hex digits stands for itself (Python sends
/// everything but `content` unescaped).
fn decoded(bytes: &[u8]) -> Vec<u8> {
    let spaced: Vec<u8> = bytes.iter().map(|&byte| if byte == b'+' { b' ' } else { byte }).collect();
    percent_encoding::percent_decode(&spaced).collect()
}

#[cfg(test)]
mod tests;
