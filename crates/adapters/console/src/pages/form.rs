//! What a form holds.

use std::collections::HashMap;

use actix_web::web::Query;
use sixin_application::administration::AdminError;

/// The fields of a form. Of one that comes twice the last counts.
#[derive(Debug, Default)]
pub(super) struct Form(HashMap<String, String>);

impl Form {
    /// Reads a form, encoded as browsers do by themselves; what is none has no fields.
    pub(super) fn read(body: &[u8]) -> Self {
        let text = std::str::from_utf8(body).unwrap_or_default();
        Self::of_query(text)
    }

    /// Reads what stands behind the question mark of an address.
    pub(super) fn of_query(text: &str) -> Self {
        let pairs = Query::<Vec<(String, String)>>::from_query(text).map(Query::into_inner);
        Self(pairs.unwrap_or_default().into_iter().collect())
    }

    /// A field as it came; empty if it did not.
    pub(super) fn text(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// A field without the white space around it; `None` if nothing is left.
    pub(super) fn some(&self, name: &str) -> Option<String> {
        Some(self.text(name).trim()).filter(|text| !text.is_empty()).map(str::to_owned)
    }

    /// Whether a box was ticked.
    pub(super) fn is_ticked(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// A whole number, if the field holds anything.
    pub(super) fn number(&self, name: &str) -> Result<Option<i64>, AdminError> {
        let wrong = |_| AdminError::invalid(format!("{name} is a whole number"));
        self.some(name).map(|text| text.parse().map_err(wrong)).transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_as_browsers_send_them() {
        let form = Form::read(b"a=1+2%20%E8%AF%AD&b=&c=on&d=x&d=y&n=7");
        assert_eq!((form.text("a"), form.text("b"), form.text("d")), ("1 2 语", "", "y"));
        assert!(form.is_ticked("c") && !form.is_ticked("e") && form.some("b").is_none());
        assert_eq!(form.number("n").unwrap(), Some(7));
        assert!(form.number("a").is_err() && form.number("z").unwrap().is_none());
        assert_eq!(Form::read(b"\xff\xfe").text("a"), "");
    }
}
