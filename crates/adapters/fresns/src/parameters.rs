//! Parameters of a request, from a query string or a JSON object (docs/wire/fresns.md#parameters).

use std::borrow::Cow;

use actix_web::web;
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use sixin_domain::id::MAX_SAFE_INTEGER;
use sixin_web::request::pairs::Pairs;

use crate::codes::{Failure, MALFORMED, MISSING};

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

    /// A text, or `None` if there is none.
    pub(crate) fn text(&self, name: &'static str) -> Result<Option<&str>, Failure> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if !text.contains('\0') => {
                Ok(Some(text.trim()).filter(|text| !text.is_empty()))
            }
            Some(_) => Err(Failure::of(MALFORMED, name)),
        }
    }

    /// The same, but a text that is there and empty is told from one that is not there.
    pub(crate) fn text_or_empty(&self, name: &'static str) -> Result<Option<&str>, Failure> {
        match self.0.get(name) {
            Some(Value::String(text)) if text.trim().is_empty() => Ok(Some("")),
            _ => self.text(name),
        }
    }

    /// A text; a whole number is as good as its digits (docs/wire/fresns.md#parameters).
    pub(crate) fn text_or_number(&self, name: &'static str) -> Result<Option<Cow<'_, str>>, Failure> {
        match self.0.get(name) {
            Some(Value::Number(number)) if number.is_u64() => Ok(Some(Cow::Owned(number.to_string()))),
            _ => Ok(self.text(name)?.map(Cow::Borrowed)),
        }
    }

    /// A text that must be there.
    pub(crate) fn needed(&self, name: &'static str) -> Result<&str, Failure> {
        self.text(name)?.ok_or(Failure::of(MISSING, name))
    }

    /// A whole number from 0, as a number or as digits.
    pub(crate) fn number(&self, name: &'static str) -> Result<Option<i64>, Failure> {
        let Some(text) = self.text_or_number(name)? else { return Ok(None) };
        match whole_number(&text) {
            Some(number) => Ok(Some(number)),
            None => Err(Failure::of(MALFORMED, name)),
        }
    }

    /// A flag: true, false, 1 or 0.
    pub(crate) fn flag(&self, name: &'static str) -> Result<Option<bool>, Failure> {
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
    pub(crate) fn list(&self, name: &'static str) -> Result<Vec<&str>, Failure> {
        let text = self.text(name)?.unwrap_or_default();
        Ok(text.split(',').map(str::trim).filter(|part| !part.is_empty()).collect())
    }

    /// The same of whole numbers, so many at most.
    pub(crate) fn numbers(&self, name: &'static str, most: usize) -> Result<Vec<i64>, Failure> {
        let parts = self.list(name)?;
        let numbers = parts.iter().take(most).map(|part| whole_number(part)).collect::<Option<Vec<i64>>>();
        numbers.filter(|_| parts.len() <= most).ok_or(Failure::of(MALFORMED, name))
    }
}

/// Digits without a sign, at most 2^53 - 1.
pub(crate) fn whole_number(text: &str) -> Option<i64> {
    let is_digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|number| is_digits && *number <= MAX_SAFE_INTEGER)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

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
            assert_eq!(parameters.number("number").unwrap(), Some(7));
            assert_eq!(parameters.flag("flag").unwrap(), Some(true));
            assert_eq!(parameters.list("list").unwrap(), ["a", "b"]);
            assert_eq!(parameters.text("empty").unwrap(), None);
            assert_eq!(parameters.number("nobody").unwrap(), None);
            assert_eq!(parameters.needed("empty").unwrap_err(), Failure::of(MISSING, "empty"));
        }
    }

    #[test]
    fn what_has_the_wrong_type_is_refused_by_name() {
        for value in ["-1", "1.5", "x", "9007199254740992", "99999999999999999999", "１"] {
            let query = format!("n={value}");
            let refused = Parameters::of_query(&query).number("n").unwrap_err();
            assert_eq!(refused, Failure::of(MALFORMED, "n"), "{value}");
        }
        for value in ["[]", "{}", "1.5", "-3", "true"] {
            assert!(body(&format!(r#"{{"n":{value}}}"#)).number("n").is_err(), "{value}");
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
        let numbers = |text: &str| Parameters::of_query(&format!("n={text}")).numbers("n", 3);
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
            let _ = (parameters.number("a"), parameters.flag("a"), parameters.list("a"));
            let _ = Parameters::of_body(&bytes).map(|parameters| parameters.text("a").is_ok());
        }
    }
}
