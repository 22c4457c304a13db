//! The types of parameters: each holds its rule, and says it in the schema of the requests that have it.

use serde::de::{Deserialize, Deserializer, Error};
use serde_json::{Value, json};
use sixin_domain::id::MAX_SAFE_INTEGER;
use sixin_web::documented;
use sixin_web::request::parameters::coded;

use crate::codes::NOT_ALLOWED;
use crate::parameters::whole_number;

/// A rule that is about what a parameter may be, and not about its form.
pub(crate) fn not_allowed<E: Error>() -> E {
    coded(&NOT_ALLOWED.to_string(), "is not allowed")
}

/// A text; a whole number is as good as its digits (docs/wire/fresns.md#parameters).
#[derive(Debug, PartialEq, Eq, serde::Serialize)]
pub(crate) struct TextOrNumber(pub(crate) String);

documented!(TextOrNumber, json!({"type": "string", "minLength": 1}));

impl<'de> Deserialize<'de> for TextOrNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::Number(number) if number.is_u64() => Ok(Self(number.to_string())),
            Value::String(text) if text.trim().is_empty() => {
                Err(D::Error::invalid_type(serde::de::Unexpected::Option, &"a text"))
            }
            Value::String(text) if !text.contains('\0') => Ok(Self(text.trim().to_owned())),
            _ => Err(D::Error::custom("must be a text")),
        }
    }
}

/// A text that is told from none also where it is empty.
#[derive(Debug, Default)]
pub(crate) struct Emptiable(pub(crate) Option<String>);

documented!(Emptiable, json!({"type": "string"}));

impl<'de> Deserialize<'de> for Emptiable {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(text) if !text.contains('\0') => Ok(Self(Some(text.trim().to_owned()))),
            Value::Null => Ok(Self(None)),
            _ => Err(D::Error::custom("must be a text")),
        }
    }
}

/// An id: a whole number from 0.
#[derive(Debug, Clone, Copy, serde::Deserialize)]
pub(crate) struct Id(pub(crate) i64);

documented!(Id, json!({"type": "integer", "minimum": 0, "maximum": MAX_SAFE_INTEGER}));

/// At most so many whole numbers, separated by commas.
#[derive(Debug, Default)]
pub(crate) struct Numbers<const MOST: usize>(pub(crate) Vec<i64>);

documented!(Numbers<MOST> [const MOST: usize], json!({
    "description": format!("At most {MOST} numbers, separated by commas."), "type": "string",
}));

impl<'de, const MOST: usize> Deserialize<'de> for Numbers<MOST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Names::<MOST>(parts) = Names::deserialize(deserializer)?;
        let numbers = parts.iter().map(|part| whole_number(part)).collect::<Option<Vec<i64>>>();
        numbers.map(Self).ok_or_else(|| D::Error::custom("must be numbers"))
    }
}

/// At most so many texts, separated by commas.
#[derive(Debug, Default)]
pub(crate) struct Names<const MOST: usize>(pub(crate) Vec<String>);

documented!(Names<MOST> [const MOST: usize], json!({
    "description": format!("At most {MOST}, separated by commas."), "type": "string",
}));

impl<'de, const MOST: usize> Deserialize<'de> for Names<MOST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let parts = Vec::<String>::deserialize(deserializer)?;
        if parts.len() > MOST { Err(D::Error::custom("are too many")) } else { Ok(Self(parts)) }
    }
}
