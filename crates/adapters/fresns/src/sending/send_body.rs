//! The body of a send request (docs/wire/fresns.md#send-steps, steps 1 to 4).

use std::borrow::Cow;

use serde::{Deserialize, Deserializer};
use sixin_application::sending::send_message::Content;
use sixin_domain::text::visible::is_blank;
use sixin_domain::user::username::UserRef;
use sixin_web::request::idempotency::Parameter;
use utoipa::ToSchema;
use validator::{Validate, ValidationError, ValidationErrors};

use crate::codes::{Failure, MISSING};
use crate::values::TextOrNumber;

/// What to call the parameters of which there must be one.
const TEXT_OR_FILE: &str = "message / fid";
/// The code of a message that is both text and file.
const BOTH: i64 = 36604;

/// Texts are trimmed; empty ones and null count as not given (docs/wire/fresns.md#parameters). Exactly one of message and fid.
#[derive(Debug, PartialEq, Eq, Deserialize, Validate, ToSchema)]
#[serde(rename_all = "camelCase")]
#[validate(schema(function = "is_text_or_file", skip_on_field_errors = false))]
#[schema(as = FresnsSendBody)]
pub(crate) struct SendBody {
    /// Who gets it: the number or the name of a user.
    #[validate(required)]
    #[schema(required = true)]
    uid_or_username: Option<TextOrNumber>,
    /// The text, at most 65,535 bytes.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    message: Words,
    /// Id of a file that was uploaded for this user.
    fid: Option<String>,
}

/// A text. Who sends only signs that nobody can see has sent nothing.
#[derive(Debug, Default, PartialEq, Eq)]
struct Words(Option<String>);

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(Option::<String>::deserialize(deserializer)?.filter(|text| !is_blank(text))))
    }
}

impl SendBody {
    /// Every parameter that was given, decoded.
    pub(crate) fn parameters(&self) -> Vec<Parameter<'_>> {
        let all = [
            ("uidOrUsername", self.uid_or_username.as_ref().map(|to| &to.0)),
            ("message", self.message.0.as_ref()),
            ("fid", self.fid.as_ref()),
        ];
        all.into_iter().filter_map(|(name, text)| Some((name, Cow::Borrowed(text?.as_str())))).collect()
    }

    /// To whom, or `None` if that can't be anybody's name, and what.
    pub(crate) fn into_parts(self) -> Result<(Option<UserRef>, Content), Failure> {
        self.validate().map_err(|errors| broken_rule(&errors))?;
        let to = self.uid_or_username.ok_or(Failure::of(MISSING, "uidOrUsername"))?;
        let content = match (self.message.0, self.fid) {
            (Some(message), None) => Content::Text(message),
            (None, Some(fid)) => Content::File(fid),
            (None, None) => return Err(Failure::of(MISSING, TEXT_OR_FILE)),
            (Some(_), Some(_)) => return Err(Failure::new(BOTH)),
        };
        Ok((UserRef::parse(&to.0).ok(), content))
    }
}

/// `message` and `fid`: one of the two, and only one (docs/wire/fresns.md#send).
fn is_text_or_file(body: &SendBody) -> Result<(), ValidationError> {
    match (&body.message.0, &body.fid) {
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
    use proptest::prelude::*;
    use sixin_web::request::parameters::read;

    use super::*;
    use crate::parameters::Parameters;

    fn parse(body: &[u8]) -> Result<SendBody, Failure> {
        read(&Parameters::of_body(body)?)
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
