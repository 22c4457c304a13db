//! Parameters of a request, from a query string or a JSON object (docs/wire/fresns.md#parameters).

use std::borrow::Cow;

use actix_web::web;
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use sixin_domain::id::MAX_SAFE_INTEGER;
use sixin_domain::text::json_object::Pairs;
use sixin_web::request::parameters::{NOT_ONE_OF_THEM, Source};

use crate::codes::{Failure, MALFORMED, MISSING, NOT_ALLOWED};

/// The parameters: texts trimmed, empty ones absent.
#[derive(Debug, Default)]
pub(crate) struct Parameters(Map<String, Value>);

impl Parameters {
    /// Those of a query string. Of a name that comes twice the last value counts, as in PHP.
    pub(crate) fn of_query(query: &str) -> Self {
        let pairs = web::Query::<Vec<(String, String)>>::from_query(query).map(web::Query::into_inner);
        Self::of_fields(pairs.unwrap_or_default())
    }

    /// Those of a form. Of a name that comes twice the last value counts.
    pub(crate) fn of_fields(fields: Vec<(String, String)>) -> Self {
        Self(fields.into_iter().map(|(name, value)| (name, Value::String(value))).collect())
    }

    /// Those of a body, whatever its content type says. A value that no text or number can hold, as half a surrogate pair,
    /// is kept as a list, which no parameter is: whoever asks for it names it. Lists and objects are kept empty: their values
    /// would take forty times the memory of their text, from anybody.
    pub(crate) fn of_body(body: &[u8]) -> Result<Self, Failure> {
        let text = std::str::from_utf8(body).map_err(|_| Failure::new(MALFORMED))?;
        let pairs = Pairs::parse(text).ok_or(Failure::new(MALFORMED))?;
        let value = |raw: &RawValue| {
            let is_scalar = !raw.get().starts_with(['[', '{']);
            is_scalar
                .then(|| serde_json::from_str(raw.get()).ok())
                .flatten()
                .unwrap_or(Value::Array(Vec::new()))
        };
        Ok(Self(pairs.0.into_iter().map(|(name, raw)| (name, value(raw))).collect()))
    }

    fn text(&self, name: &'static str) -> Result<Option<&str>, Failure> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if !text.contains('\0') => {
                Ok(Some(text.trim()).filter(|text| !text.is_empty()))
            }
            Some(_) => Err(Failure::of(MALFORMED, name)),
        }
    }

    /// A text; a whole number is as good as its digits (docs/wire/fresns.md#parameters).
    fn text_or_number(&self, name: &'static str) -> Result<Option<Cow<'_, str>>, Failure> {
        match self.0.get(name) {
            Some(Value::Number(number)) if number.is_u64() => Ok(Some(Cow::Owned(number.to_string()))),
            _ => Ok(self.text(name)?.map(Cow::Borrowed)),
        }
    }
}

impl Source for Parameters {
    type Failure = Failure;

    /// Also a text that is there and empty: some parameters tell it from one that is not there.
    fn is_given(&self, name: &'static str) -> bool {
        self.0.get(name).is_some_and(|value| !value.is_null())
    }

    fn is_given_freely(&self, name: &'static str) -> bool {
        self.0.get(name).is_some_and(|value| match value {
            Value::String(text) => !text.trim().is_empty(),
            other => !other.is_null(),
        })
    }

    fn text(&self, name: &'static str, _: bool) -> Result<Option<String>, Failure> {
        Ok(Self::text(self, name)?.map(str::to_owned))
    }

    /// A whole number from 0, as a number or as digits.
    fn integer(&self, name: &'static str) -> Result<Option<i64>, Failure> {
        let Some(text) = self.text_or_number(name)? else { return Ok(None) };
        match whole_number(&text) {
            Some(number) => Ok(Some(number)),
            None => Err(Failure::of(MALFORMED, name)),
        }
    }

    /// A flag: true, false, 1 or 0.
    fn flag(&self, name: &'static str) -> Result<Option<bool>, Failure> {
        if let Some(Value::Bool(flag)) = self.0.get(name) {
            return Ok(Some(*flag));
        }
        match self.text_or_number(name)?.as_deref() {
            None => Ok(None),
            Some("true" | "1") => Ok(Some(true)),
            Some("false" | "0") => Ok(Some(false)),
            Some(_) => Err(Failure::of(MALFORMED, name)),
        }
    }

    /// A list of texts, separated by commas; blanks around them do not count, nor do empty ones.
    fn list(&self, name: &'static str) -> Result<Vec<String>, Failure> {
        let text = Self::text(self, name)?.unwrap_or_default();
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        Ok(parts.map(str::to_owned).collect())
    }

    fn whole_texts(&self, name: &'static str) -> Result<Vec<String>, Failure> {
        self.list(name)
    }

    fn json(&self, name: &'static str) -> Result<Option<Value>, Failure> {
        Ok(self.0.get(name).cloned())
    }

    fn missing(&self, name: &'static str) -> Failure {
        Failure::of(MISSING, name)
    }

    fn broken(&self, name: &'static str, code: Option<&str>, _: &str) -> Failure {
        let code = match code {
            Some(NOT_ONE_OF_THEM) => NOT_ALLOWED,
            Some(code) => code.parse().unwrap_or(MALFORMED),
            None => MALFORMED,
        };
        Failure::of(code, name)
    }
}

/// Digits without a sign, at most 2^53 - 1.
pub(crate) fn whole_number(text: &str) -> Option<i64> {
    let is_digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|number| is_digits && *number <= MAX_SAFE_INTEGER)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::Deserialize;
    use sixin_web::request::parameters::read;

    use super::*;
    use crate::values::Numbers;

    #[derive(Debug, Deserialize)]
    struct Needed {
        empty: String,
    }

    #[derive(Debug, Deserialize)]
    struct Listed {
        #[serde(default)]
        n: Numbers<3>,
    }

    fn body(text: &str) -> Parameters {
        Parameters::of_body(text.as_bytes()).unwrap()
    }

    #[test]
    fn query_and_body_are_read_alike() {
        for parameters in [
            Parameters::of_query("name=%20a%20&number=7&flag=1&list=a%2C+b%2C&empty=&name2=x"),
            body(r#"{"name":" a ","number":7,"flag":true,"list":"a, b,","empty":null}"#),
        ] {
            assert_eq!(parameters.text("name").unwrap(), Some("a"));
            assert_eq!(parameters.integer("number").unwrap(), Some(7));
            assert_eq!(parameters.flag("flag").unwrap(), Some(true));
            assert_eq!(parameters.list("list").unwrap(), ["a", "b"]);
            assert_eq!(parameters.text("empty").unwrap(), None);
            assert_eq!(parameters.integer("nobody").unwrap(), None);
            let needed = read::<Needed, _>(&parameters).map(|needed| needed.empty);
            assert_eq!(needed.unwrap_err(), Failure::of(MISSING, "empty"));
        }
    }

    #[test]
    fn what_has_the_wrong_type_is_refused_by_name() {
        for value in ["-1", "1.5", "x", "9007199254740992", "99999999999999999999", "１"] {
            let query = format!("n={value}");
            let refused = Parameters::of_query(&query).integer("n").unwrap_err();
            assert_eq!(refused, Failure::of(MALFORMED, "n"), "{value}");
        }
        for value in ["[]", "{}", "1.5", "-3", "true"] {
            assert!(body(&format!(r#"{{"n":{value}}}"#)).integer("n").is_err(), "{value}");
        }
        assert!(body(r#"{"t":"a\u0000"}"#).text("t").is_err());
        for value in [r#""a\ud800b""#, r#""\udc00""#, "1e400"] {
            let body = body(&format!(r#"{{"t":{value},"u":"x"}}"#));
            assert_eq!(body.text("t"), Err(Failure::of(MALFORMED, "t")), "{value}");
            assert_eq!(body.text("u"), Ok(Some("x")), "{value}");
        }
        assert!(Parameters::of_query("f=yes").flag("f").is_err());
        assert!(Parameters::of_body(b"[]").is_err() && Parameters::of_body(b"").is_err());
    }

    #[test]
    fn a_list_of_numbers_holds_nothing_else_and_not_too_many() {
        let numbers = |text: &str| read(&Parameters::of_query(&format!("n={text}"))).map(|Listed { n }| n.0);
        assert_eq!(numbers("7, 8,,7"), Ok(vec![7, 8, 7]));
        assert_eq!(numbers(""), Ok(Vec::new()));
        let many = vec!["1"; 100_000].join(",");
        for text in ["1,2,3,4", "1,x", "-1", "1.5", &many] {
            assert_eq!(numbers(text), Err(Failure::of(MALFORMED, "n")));
        }
    }

    proptest! {
        #[test]
        fn no_input_makes_it_panic(query in "\\PC{0,60}", bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            let parameters = Parameters::of_query(&query);
            let _ = (parameters.integer("a"), parameters.flag("a"), parameters.list("a"));
            let _ = Parameters::of_body(&bytes).map(|parameters| parameters.text("a").is_ok());
        }
    }
}
