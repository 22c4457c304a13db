//! The types of parameters: each holds its rule, and says it in the schema of the requests that have it.

use std::fmt;

use serde::de::value::SeqAccessDeserializer;
use serde::de::{Deserialize, DeserializeOwned, Deserializer, Error, SeqAccess, Unexpected, Visitor};
use serde_json::{Value, json};
use sixin_application::conversations::ports::Order;
use sixin_domain::message::uid::MessageName;
use sixin_domain::time::Millis;
use sixin_domain::user::username::Username;
use sixin_web::documented;
use sixin_web::request::parameters::coded;

use super::source::NOT_ONE_TO_ONE;
use super::text_or_digits;

/// The id of a user (docs/wire/rongcloud.md#users).
#[derive(Debug)]
pub(crate) struct UserId(pub(crate) Username);

documented!(UserId, json!({"type": "string", "minLength": 1, "maxLength": 64}));

impl<'de> Deserialize<'de> for UserId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let id = String::deserialize(deserializer)?;
        Username::new(&id).map(Self).map_err(D::Error::custom)
    }
}

/// 1 to `MOST` users.
#[derive(Debug)]
pub(crate) struct Users<const MOST: usize>(pub(crate) Vec<Username>);

documented!(Users<MOST> [const MOST: usize], json!({
    "description": format!("1 to {MOST} user ids."), "type": "array", "items": {"type": "string", "minLength": 1},
    "minItems": 1, "maxItems": MOST,
}));

impl<'de, const MOST: usize> Deserialize<'de> for Users<MOST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let ids = Vec::<String>::deserialize(deserializer)?;
        if ids.len() > MOST {
            return Err(D::Error::custom(format_args!("must name at most {MOST} users")));
        }
        let users = ids.iter().map(|id| Username::new(id).map_err(D::Error::custom));
        users.collect::<Result<_, _>>().map(Self)
    }
}

/// A whole number within bounds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Number<const LEAST: i64, const MOST: i64>(pub(crate) i64);

documented!(Number<LEAST, MOST> [const LEAST: i64, const MOST: i64], number(LEAST, MOST));

impl<'de, const LEAST: i64, const MOST: i64> Deserialize<'de> for Number<LEAST, MOST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match OptionalNumber::<LEAST, MOST>::deserialize(deserializer)? {
            OptionalNumber(Some(number)) => Ok(Self(number)),
            OptionalNumber(None) => Err(D::Error::invalid_type(Unexpected::Option, &"a number")),
        }
    }
}

/// A whole number within bounds that may be left out.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct OptionalNumber<const LEAST: i64, const MOST: i64>(pub(crate) Option<i64>);

documented!(OptionalNumber<LEAST, MOST> [const LEAST: i64, const MOST: i64], number(LEAST, MOST));

fn number(least: i64, most: i64) -> Value {
    json!({"type": "integer", "format": "int64", "minimum": least, "maximum": most})
}

impl<'de, const LEAST: i64, const MOST: i64> Deserialize<'de> for OptionalNumber<LEAST, MOST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Integer;

        impl Visitor<'_> for Integer {
            type Value = Option<i64>;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a whole number")
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
                Ok(Some(number))
            }

            fn visit_none<E: Error>(self) -> Result<Self::Value, E> {
                Ok(None)
            }
        }

        let number = deserializer.deserialize_i64(Integer)?;
        if number.is_some_and(|number| !(LEAST..=MOST).contains(&number)) {
            return Err(D::Error::custom(format_args!("must be between {LEAST} and {MOST}")));
        }
        Ok(Self(number))
    }
}

/// Any whole number.
pub(crate) type WholeNumber = Number<{ i64::MIN }, { i64::MAX }>;
/// Any whole number, or none.
pub(crate) type AnyNumber = OptionalNumber<{ i64::MIN }, { i64::MAX }>;

/// How many entries a page has: 1 to `MOST`, `USUAL` without it. 0 is what clients send that can't leave a number out (Java).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size<const MOST: i64, const USUAL: i64>(pub(crate) i64);

documented!(Size<MOST, USUAL> [const MOST: i64, const USUAL: i64], json!({
    "description": format!("Default {USUAL}, also for 0."),
    "type": "integer", "format": "int64", "minimum": 0, "maximum": MOST,
}));

impl<const MOST: i64, const USUAL: i64> Default for Size<MOST, USUAL> {
    fn default() -> Self {
        Self(USUAL)
    }
}

impl<'de, const MOST: i64, const USUAL: i64> Deserialize<'de> for Size<MOST, USUAL> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match AnyNumber::deserialize(deserializer)?.0 {
            None | Some(0) => Ok(Self(USUAL)),
            Some(size) if (1..=MOST).contains(&size) => Ok(Self(size)),
            Some(_) => Err(D::Error::custom(format_args!("must be between 1 and {MOST}"))),
        }
    }
}

/// Which page: they begin with 1, and 0 is the first too.
pub(crate) type PageNumber = Size<{ i64::MAX }, 1>;

impl PageNumber {
    /// How many entries to leave out before it.
    pub(crate) fn offset(self, size: i64) -> i64 {
        (self.0 - 1).saturating_mul(size)
    }
}

/// A switch (docs/wire/rongcloud.md#flags).
#[derive(Debug, Clone, Copy, Default, serde::Deserialize)]
pub(crate) struct Switch(pub(crate) bool);

documented!(Switch, json!({"type": "integer", "enum": [0, 1]}));

/// The order of a list whose `order` is 0 for the oldest first, also if it is left out, and 1 for the newest.
pub(crate) fn listed_in(order: Option<Switch>) -> Order {
    if order.is_some_and(|Switch(is_newest_first)| is_newest_first) { Order::Newest } else { Order::Oldest }
}

/// A time: in milliseconds, or in seconds where the number is too small for them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment(pub(crate) Millis);

documented!(Moment, number(0, i64::MAX));

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match OptionalMoment::deserialize(deserializer)? {
            OptionalMoment(Some(moment)) => Ok(Self(moment)),
            OptionalMoment(None) => Err(D::Error::invalid_type(Unexpected::Option, &"a time")),
        }
    }
}

/// A time that may be left out.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct OptionalMoment(pub(crate) Option<Millis>);

documented!(OptionalMoment, number(0, i64::MAX));

impl<'de> Deserialize<'de> for OptionalMoment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = AnyNumber::deserialize(deserializer)?.0;
        let negative = || D::Error::custom("must be milliseconds since 1970, not negative");
        number.map(|number| Millis::of_stamp(number).ok_or_else(negative)).transpose().map(Self)
    }
}

/// The number that stands for conversations of two users (docs/wire/rongcloud.md#conversations).
#[derive(Debug)]
pub(crate) struct PrivateConversation;

documented!(
    PrivateConversation,
    json!({
        "description": "1; there are no other conversations here.", "type": "integer", "enum": [1],
    })
);

impl<'de> Deserialize<'de> for PrivateConversation {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match WholeNumber::deserialize(deserializer)?.0 {
            1 => Ok(Self),
            2..=8 | 10 => Err(coded(NOT_ONE_TO_ONE, "must be 1")),
            _ => Err(D::Error::custom("must be 1")),
        }
    }
}

/// The word for conversations of two users.
#[derive(Debug)]
pub(crate) struct Person;

documented!(
    Person,
    json!({
        "description": "PERSON; there are no other conversations here.", "type": "string", "enum": ["PERSON"],
    })
);

impl<'de> Deserialize<'de> for Person {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match String::deserialize(deserializer)?.as_str() {
            "PERSON" => Ok(Self),
            "GROUP" | "CHATROOM" | "ULTRAGROUP" => Err(coded(NOT_ONE_TO_ONE, "must be PERSON")),
            _ => Err(D::Error::custom("must be PERSON")),
        }
    }
}

/// Which message is meant: by its UID or by its number, whichever the client has kept of the answer to its publish.
#[derive(Debug)]
pub(crate) struct MessageId(pub(crate) MessageName);

documented!(
    MessageId,
    json!({
        "description": "Which message: its UID, in either case, or the messageId that a publish answered.",
        "type": "string", "minLength": 1, "maxLength": 64,
    })
);

impl<'de> Deserialize<'de> for MessageId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let given = Text::<64>::deserialize(deserializer)?;
        MessageName::read(&given.0).map(Self).ok_or_else(|| {
            D::Error::custom("must be a messageUID or messageId of a publish, such as 16EA-XU84-007G-FDTH")
        })
    }
}

/// A text without NUL, which databases don't keep. How long it may be, is up to those who take it; `MOST` tells.
#[derive(Debug, serde::Serialize)]
pub(crate) struct Text<const MOST: usize>(pub(crate) String);

documented!(Text<MOST> [const MOST: usize], json!({"type": "string", "maxLength": MOST}));

impl<'de, const MOST: usize> Deserialize<'de> for Text<MOST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.contains('\0') {
            return Err(D::Error::custom("must not contain a NUL character"));
        }
        Ok(Self(text))
    }
}

/// A text, or the text of a JSON object, which may come as the object itself.
#[derive(Debug)]
pub(crate) struct ObjectText(pub(crate) String);

documented!(ObjectText, json!({"type": "string"}));

impl<'de> Deserialize<'de> for ObjectText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = match Value::deserialize(deserializer)? {
            object @ Value::Object(_) => object.to_string(),
            other => text_or_digits(&other)
                .ok_or_else(|| D::Error::custom("must be a string or a whole number"))?,
        };
        if text.contains('\0') {
            return Err(D::Error::custom("must not contain a NUL character"));
        }
        Ok(Self(text))
    }
}

/// A list of objects, or the text of one; `None` if it is something else.
pub(crate) fn listed<'de, T: DeserializeOwned, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Vec<T>>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::String(text) => serde_json::from_str(&text).ok(),
        value => serde_json::from_value(value).ok(),
    })
}

/// Texts that are kept apart as they were given: a comma in one is a part of it.
pub(crate) fn whole_texts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    struct Texts;

    impl<'de> Visitor<'de> for Texts {
        type Value = Vec<String>;

        fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
            out.write_str("texts")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, texts: A) -> Result<Self::Value, A::Error> {
            Vec::deserialize(SeqAccessDeserializer::new(texts))
        }
    }

    deserializer.deserialize_tuple(usize::MAX, Texts)
}
