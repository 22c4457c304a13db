//! The body of a send request (docs/wire/fresns.md#send-steps, steps 1 to 4).

use std::borrow::Cow;

use sixin_application::sending::send_message::Content;
use sixin_domain::text::visible::is_blank;
use sixin_domain::user::username::UserRef;
use sixin_web::request::idempotency::Parameter;
use validator::{Validate, ValidationError, ValidationErrors};

use crate::codes::{Failure, MISSING};
use crate::parameters::Parameters;

/// What to call the parameters of which there must be one.
const TEXT_OR_FILE: &str = "message / fid";
/// The code of a message that is both text and file.
const BOTH: i64 = 36604;

/// The parameters, trimmed, empty ones absent (docs/wire/fresns.md#parameters).
#[derive(Debug, PartialEq, Eq, Validate)]
#[validate(schema(function = "is_text_or_file", skip_on_field_errors = false))]
pub(crate) struct SendBody {
    #[validate(required)]
    uid_or_username: Option<String>,
    message: Option<String>,
    fid: Option<String>,
}

impl SendBody {
    /// Takes what it needs of a body's parameters.
    pub(crate) fn of(parameters: &Parameters) -> Result<Self, Failure> {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        Ok(Self {
            uid_or_username: parameters.text_or_number("uidOrUsername")?.map(Cow::into_owned),
            // Who sends only signs that nobody can see has sent nothing.
            message: owned(parameters.text("message")?.filter(|text| !is_blank(text))),
            fid: owned(parameters.text("fid")?),
        })
    }

    /// Every parameter that was given, decoded.
    pub(crate) fn parameters(&self) -> Vec<Parameter<'_>> {
        let all = [("uidOrUsername", &self.uid_or_username), ("message", &self.message), ("fid", &self.fid)];
        all.into_iter().filter_map(|(name, text)| Some((name, Cow::Borrowed(text.as_deref()?)))).collect()
    }

    /// To whom, or `None` if that can't be anybody's name, and what.
    pub(crate) fn into_parts(self) -> Result<(Option<UserRef>, Content), Failure> {
        self.validate().map_err(|errors| broken_rule(&errors))?;
        let to = self.uid_or_username.ok_or(Failure::of(MISSING, "uidOrUsername"))?;
        let content = match (self.message, self.fid) {
            (Some(message), None) => Content::Text(message),
            (None, Some(fid)) => Content::File(fid),
            (None, None) => return Err(Failure::of(MISSING, TEXT_OR_FILE)),
            (Some(_), Some(_)) => return Err(Failure::new(BOTH)),
        };
        Ok((UserRef::parse(&to).ok(), content))
    }
}

/// `message` and `fid`: one of the two, and only one (docs/wire/fresns.md#send).
fn is_text_or_file(body: &SendBody) -> Result<(), ValidationError> {
    match (&body.message, &body.fid) {
        (Some(_), Some(_)) => Err(ValidationError::new("both")),
        (None, None) => Err(ValidationError::new("neither")),
        _ => Ok(()),
    }
}

/// What is missing comes before what is too much (docs/wire/fresns.md#send-steps).
fn broken_rule(errors: &ValidationErrors) -> Failure {
    let broken = errors.field_errors();
    if broken.contains_key("uid_or_username") {
        return Failure::of(MISSING, "uidOrUsername");
    }
    let is_both = broken.values().flat_map(|errors| errors.iter()).any(|error| error.code == "both");
    if is_both { Failure::new(BOTH) } else { Failure::of(MISSING, TEXT_OR_FILE) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(body: &[u8]) -> Result<SendBody, Failure> {
        SendBody::of(&Parameters::of_body(body)?)
    }

    fn code(body: &str) -> i64 {
        match parse(body.as_bytes()).and_then(SendBody::into_parts) {
            Ok(_) => 0,
            Err(failure) => failure.code,
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_parser_panic(body in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse(&body).and_then(SendBody::into_parts);
        }

        #[test]
        fn no_texts_make_the_parser_panic(to in "\\PC{0,70}", message in "\\PC{0,70}") {
            let body = serde_json::json!({"uidOrUsername": to, "message": message}).to_string();
            prop_assert!([0, 30001].contains(&code(&body)));
        }
    }

    #[test]
    fn a_body_is_an_object_with_texts() {
        for body in [
            "",
            "[]",
            "null",
            "1",
            "{",
            "{\"uidOrUsername\":true}",
            "{\"uidOrUsername\":1.5}",
            r#"{"uidOrUsername":"a","message":1}"#,
            r#"{"uidOrUsername":"a","fid":[]}"#,
            r#"{"uidOrUsername":"a","message":"x\u0000"}"#,
            r#"{"uidOrUsername":{}}"#,
        ] {
            assert_eq!(code(body), 30000, "{body}");
        }
        assert_eq!(parse(b"{\"message\":\"\xff\"}").unwrap_err().code, 30000);
    }

    #[test]
    fn recipient_and_either_text_or_file_must_be_given() {
        for body in [
            "{}",
            r#"{"message":"x"}"#,
            r#"{"uidOrUsername":" ","message":"x"}"#,
            r#"{"uidOrUsername":"a"}"#,
            r#"{"uidOrUsername":"a","message":"  ","fid":null}"#,
            r#"{"uidOrUsername":"a","message":"\u200b\u2060"}"#,
            r#"{"uidOrUsername":"a","message":"\u3164 \u00ad"}"#,
            r#"{"message":"x","fid":"y"}"#,
        ] {
            assert_eq!(code(body), 30001, "{body}");
        }
        assert_eq!(code(r#"{"uidOrUsername":"a","message":"x","fid":"y"}"#), 36604);
    }

    #[test]
    fn texts_are_trimmed_and_a_number_is_a_uid() {
        let body = parse(br#"{"uidOrUsername":90417,"message":" hi\n","fid":"","more":1}"#).unwrap();
        let (to, content) = body.into_parts().unwrap();
        assert_eq!(to, UserRef::parse("90417").ok());
        assert_eq!(content, Content::Text("hi".into()));
    }
}
