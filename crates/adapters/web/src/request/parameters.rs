//! The struct that a request is read into, from parameters that a dialect spells in its own ways.
//!
//! What a client may spell in several ways (flags, numbers, lists) is up to the dialect's [`Source`]; which parameters there
//! are, and their rules, is up to the struct and the types of its fields. A field whose type is an `Option`, or that has a
//! default, may be left out.

use std::fmt::{self, Debug, Display};

use serde::de::value::SeqDeserializer;
use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, Error, Expected, IntoDeserializer, MapAccess, Unexpected,
    Visitor,
};
use serde::forward_to_deserialize_any;
use serde_json::Value;

/// Parameters as they were sent.
pub trait Source {
    /// How the dialect refuses one.
    type Failure: Debug;

    /// Whether something is given under a name that a struct needs.
    fn is_given(&self, name: &'static str) -> bool;
    /// Whether something is given under a name that may be left out. Clients have more ways to say nothing there.
    fn is_given_freely(&self, name: &'static str) -> bool;
    /// The text under a name. `freely`: it may be left out.
    ///
    /// # Errors
    ///
    /// What is there is no text.
    fn text(&self, name: &'static str, freely: bool) -> Result<Option<String>, Self::Failure>;
    /// The whole number under a name.
    ///
    /// # Errors
    ///
    /// What is there is none.
    fn integer(&self, name: &'static str) -> Result<Option<i64>, Self::Failure>;
    /// The switch under a name.
    ///
    /// # Errors
    ///
    /// What is there is none.
    fn flag(&self, name: &'static str) -> Result<Option<bool>, Self::Failure>;
    /// The texts under a name.
    ///
    /// # Errors
    ///
    /// What is there is no list of texts.
    fn list(&self, name: &'static str) -> Result<Vec<String>, Self::Failure>;
    /// The texts under a name, none of which is divided: where [`Source::list`] does that at commas.
    ///
    /// # Errors
    ///
    /// What is there is no list of texts.
    fn whole_texts(&self, name: &'static str) -> Result<Vec<String>, Self::Failure>;
    /// What is under a name, as JSON.
    ///
    /// # Errors
    ///
    /// It is given twice, each time as something else.
    fn json(&self, name: &'static str) -> Result<Option<Value>, Self::Failure>;

    /// The refusal of a request without a parameter that it needs.
    fn missing(&self, name: &'static str) -> Self::Failure;
    /// The refusal of a parameter that breaks a rule, with the code that the rule asks for, if it does.
    fn broken(&self, name: &'static str, code: Option<&str>, rule: &str) -> Self::Failure;
}

/// Reads the parameters of a request.
///
/// # Errors
///
/// The first parameter, in the order of the struct's fields, that is not as it must be; then the first that is missing.
pub fn read<'de, T: Deserialize<'de>, S: Source>(source: &S) -> Result<T, S::Failure> {
    T::deserialize(Reader { source }).map_err(|fault| fault.of(source, ""))
}

/// The code of a text that is none of those which a parameter may have.
pub const NOT_ONE_OF_THEM: &str = "not one of them";

/// A rule that is broken and has a code of its own.
pub fn coded<E: Error>(code: &str, rule: &str) -> E {
    E::invalid_value(Unexpected::Other(code), &rule)
}

/// What is wrong, until it is known with which parameter.
#[derive(Debug)]
enum Fault<F> {
    Failure(F),
    Missing(Option<&'static str>),
    Rule(Option<String>, String),
}

impl<F> Fault<F> {
    fn of<S: Source<Failure = F>>(self, source: &S, name: &'static str) -> F {
        match self {
            Self::Failure(failure) => failure,
            Self::Missing(other) => source.missing(other.unwrap_or(name)),
            Self::Rule(code, rule) => source.broken(name, code.as_deref(), &rule),
        }
    }
}

impl<F: Debug> Display for Fault<F> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{self:?}")
    }
}

impl<F: Debug> std::error::Error for Fault<F> {}

impl<F: Debug> Error for Fault<F> {
    fn custom<T: Display>(rule: T) -> Self {
        Self::Rule(None, rule.to_string())
    }

    fn missing_field(name: &'static str) -> Self {
        Self::Missing(Some(name))
    }

    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Self {
        Self::Rule(Some(NOT_ONE_OF_THEM.to_owned()), format!("must be one of {}", expected.join(", ")))
    }

    fn invalid_type(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        match unexpected {
            Unexpected::Option => Self::Missing(None),
            _ => Self::Rule(None, format!("must be {expected}")),
        }
    }

    fn invalid_value(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        match unexpected {
            Unexpected::Other(code) => Self::Rule(Some(code.to_owned()), expected.to_string()),
            _ => Self::Rule(None, format!("must be {expected}")),
        }
    }
}

struct Reader<'s, S> {
    source: &'s S,
}

impl<'de, S: Source> Deserializer<'de> for Reader<'_, S> {
    type Error = Fault<S::Failure>;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        let given = names.iter().copied().filter(|name| self.source.is_given(name)).collect::<Vec<_>>();
        visitor.visit_map(Given { source: self.source, names: given.into_iter(), name: None })
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Self::Error> {
        Err(Fault::custom("only a struct says which parameters there are"))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit unit_struct newtype_struct seq
        tuple tuple_struct map enum identifier ignored_any
    }
}

/// The parameters that were given, in the order of the struct's fields.
struct Given<'s, S> {
    source: &'s S,
    names: std::vec::IntoIter<&'static str>,
    name: Option<&'static str>,
}

impl<'de, S: Source> MapAccess<'de> for Given<'_, S> {
    type Error = Fault<S::Failure>;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Self::Error> {
        self.name = self.names.next();
        self.name.map(|name| seed.deserialize(name.into_deserializer())).transpose()
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Self::Error> {
        let name = self.name.unwrap_or_default();
        let parameter = Parameter { source: self.source, name, freely: false };
        seed.deserialize(parameter).map_err(|fault| Fault::Failure(fault.of(self.source, name)))
    }
}

/// One parameter.
struct Parameter<'s, S> {
    source: &'s S,
    name: &'static str,
    freely: bool,
}

/// Reads a parameter in the way that the type of its field asks for. Nothing is `None`, which types that must have something
/// refuse.
macro_rules! read_as {
    ($read:expr, $($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
            let read: fn(Self, V) -> Result<V::Value, Self::Error> = $read;
            read(self, visitor)
        }
    )*};
}

impl<'de, S: Source> Deserializer<'de> for Parameter<'_, S> {
    type Error = Fault<S::Failure>;

    read_as! {
        |this, visitor| match this.source.text(this.name, this.freely).map_err(Fault::Failure)? {
            Some(text) => visitor.visit_string(text),
            None => visitor.visit_none(),
        },
        deserialize_str deserialize_string deserialize_char deserialize_bytes deserialize_byte_buf deserialize_identifier
    }

    read_as! {
        |this, visitor| match this.source.integer(this.name).map_err(Fault::Failure)? {
            Some(number) => visitor.visit_i64(number),
            None => visitor.visit_none(),
        },
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_u8 deserialize_u16 deserialize_u32
        deserialize_u64
    }

    read_as! {
        |this, visitor| match this.source.flag(this.name).map_err(Fault::Failure)? {
            Some(flag) => visitor.visit_bool(flag),
            None => visitor.visit_none(),
        },
        deserialize_bool
    }

    read_as! {
        |this, visitor| {
            let list = this.source.list(this.name).map_err(Fault::Failure)?;
            visitor.visit_seq(SeqDeserializer::new(list.into_iter()))
        },
        deserialize_seq
    }

    read_as! {
        |this, visitor| match this.source.json(this.name).map_err(Fault::Failure)? {
            Some(value) => value.deserialize_any(visitor).map_err(Fault::custom),
            None => visitor.visit_none(),
        },
        deserialize_any deserialize_map deserialize_f32 deserialize_f64 deserialize_unit
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        if self.source.is_given_freely(self.name) {
            visitor.visit_some(Self { freely: true, ..self })
        } else {
            visitor.visit_none()
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        let text = self.source.text(self.name, self.freely).map_err(Fault::Failure)?;
        let text = text.ok_or(Fault::Missing(None))?;
        IntoDeserializer::<Self::Error>::into_deserializer(text).deserialize_enum(name, variants, visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_unit()
    }

    /// Texts that aren't divided: serde has no other word for a second kind of list.
    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Self::Error> {
        let texts = self.source.whole_texts(self.name).map_err(Fault::Failure)?;
        visitor.visit_seq(SeqDeserializer::new(texts.into_iter()))
    }

    forward_to_deserialize_any! { unit_struct tuple_struct struct }
}
