//! How a request struct is read from the parameters (docs/wire/rongcloud.md#bodies).

use serde::de::Error;
use serde_json::Value;
use sixin_web::request::parameters::{Source, coded};

use super::{Absence, Fields, missing, no_text, text_or_digits};
use crate::codes::{Code, Failure};

/// The code of a rule that is about conversations which are not those of two users.
pub(crate) const NOT_ONE_TO_ONE: &str = "not one to one";
/// The code of a rule that names what it is about.
const NAMES_ITSELF: &str = "names itself";
/// The code of a rule about types of messages.
pub(crate) const TYPE_UNSUPPORTED: &str = "type unsupported";

/// A rule about a part of a parameter, which it names.
pub(crate) fn names_itself<E: Error>(rule: &str) -> E {
    coded(NAMES_ITSELF, rule)
}

impl Source for Fields {
    type Failure = Failure;

    fn is_given(&self, name: &'static str) -> bool {
        self.has(name)
    }

    /// No list may be left out, so `name[]` is not meant here.
    fn is_given_freely(&self, name: &'static str) -> bool {
        // One that is given twice, each time as something else, is refused where it is read.
        !matches!(self.one(name, Absence::AlsoUndefined), Ok(None))
    }

    fn text(&self, name: &'static str, freely: bool) -> Result<Option<String>, Failure> {
        let absence = if freely { Absence::AlsoUndefined } else { Absence::EmptyOrNull };
        let Some(value) = self.one(name, absence)? else { return Ok(None) };
        text_or_digits(value).map(Some).ok_or_else(|| no_text(name))
    }

    fn integer(&self, name: &'static str) -> Result<Option<i64>, Failure> {
        Self::integer(self, name)
    }

    fn flag(&self, name: &'static str) -> Result<Option<bool>, Failure> {
        Self::flag(self, name)
    }

    fn list(&self, name: &'static str) -> Result<Vec<String>, Failure> {
        Self::list(self, name)
    }

    fn whole_texts(&self, name: &'static str) -> Result<Vec<String>, Failure> {
        self.texts(name)
    }

    fn json(&self, name: &'static str) -> Result<Option<Value>, Failure> {
        Ok(self.one(name, Absence::AlsoUndefined)?.cloned())
    }

    fn missing(&self, name: &'static str) -> Failure {
        missing(name)
    }

    fn broken(&self, name: &'static str, code: Option<&str>, rule: &str) -> Failure {
        match code {
            Some(NOT_ONE_TO_ONE) => {
                Failure::new(Code::NotActivated, format!("sixin is for one-to-one messages; {name} {rule}"))
            }
            Some(TYPE_UNSUPPORTED) => Failure::new(Code::TypeUnsupported, format!("{name} {rule}")),
            Some(NAMES_ITSELF) => Failure::parameter(rule),
            _ => Failure::parameter(format!("{name} {rule}")),
        }
    }
}
