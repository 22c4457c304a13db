//! What the content of a message must look like (docs/wire/rongcloud.md#types).

use serde::de::IgnoredAny;
use serde_json::Value;

use crate::message::content_types::{Kind, fields};
use crate::message::growing;
use crate::message::object_name::{ObjectName, STREAM, TEXT};
use crate::sending::limits::Limits;
use crate::text::json_object::Pairs;
use crate::text::surrogates::{HALF_A_PAIR, has_lone_surrogate};
use crate::text::visible::is_blank;

/// A content that follows the rules of its type.
#[derive(Debug, PartialEq, Eq)]
pub struct Content {
    /// The content as it is stored.
    pub content: String,
    /// The text in it, if it is a text message or one that grows and has some.
    pub text: Option<String>,
}

/// Checks a content.
///
/// # Errors
///
/// Which rule it breaks, in English.
pub fn check(object_name: &ObjectName, content: String, limits: &Limits) -> Result<Content, String> {
    let content = if object_name.is_built_in() { unwrapped(content) } else { content };
    check_unwrapped(object_name, content, limits)
}

/// The same with a content that stands for itself and not for what it may hold.
///
/// # Errors
///
/// Which rule it breaks, in English.
pub fn check_unwrapped(
    object_name: &ObjectName,
    content: String,
    limits: &Limits,
) -> Result<Content, String> {
    if content.len() > limits.content_bytes {
        return Err(format!("content must be at most {} bytes long", limits.content_bytes));
    }
    if content.contains('\0') {
        return Err("content must not contain a NUL character".to_owned());
    }
    whole_characters(object_name, &content)?;
    if !object_name.is_built_in() {
        // Clients of RongCloud's kit lose a whole page over it, and ask for it for ever.
        if content.trim() == "null" {
            return Err("content must not be null".to_owned());
        }
        return Ok(Content { content, text: None });
    }
    let name = object_name.as_str();
    let pairs = Pairs::parse(&content)
        .ok_or_else(|| format!("content of {name} must be the text of a JSON object"))?;
    for (field, kind) in fields(name) {
        check_field(&pairs, field, *kind).map_err(|rule| format!("content.{field} of {name} {rule}"))?;
    }
    let text = match name {
        TEXT => Some(text_in(&pairs, limits)?),
        STREAM => growing::text_in(&content).filter(|text| !text.is_empty()),
        _ => None,
    };
    Ok(Content { content, text })
}

/// Refuses half a surrogate pair wherever it stands in a content that is JSON, naming the member it stands in.
fn whole_characters(object_name: &ObjectName, content: &str) -> Result<(), String> {
    let is_json = || serde_json::from_str::<IgnoredAny>(content).is_ok();
    if !has_lone_surrogate(content) || !object_name.is_built_in() && !is_json() {
        return Ok(());
    }
    let pairs = Pairs::parse(content);
    let member = pairs.iter().flat_map(|pairs| &pairs.0).find(|(_, raw)| has_lone_surrogate(raw.get()));
    let member = member.map(|(name, _)| format!(".{name}")).unwrap_or_default();
    Err(format!("content{member} of {object_name} {HALF_A_PAIR}"))
}

/// Python clients encode a content twice when they are given text: a JSON string that holds a JSON object is taken
/// for that object, once (docs/wire/rongcloud.md#double-encoding).
fn unwrapped(content: String) -> String {
    match serde_json::from_str::<String>(&content) {
        Ok(inner) if Pairs::parse(&inner).is_some() => inner,
        _ => content,
    }
}

/// A template that was encoded twice, decoded before anything is filled in: a value is escaped once, so one that ended up
/// in a text that is decoded later could end its string there.
#[must_use]
pub fn template(object_name: &ObjectName, content: String) -> String {
    match serde_json::from_str(&content) {
        Ok(inner) if object_name.is_built_in() => inner,
        _ => content,
    }
}

fn check_field(pairs: &Pairs<'_>, field: &str, kind: Kind) -> Result<(), &'static str> {
    let value = match pairs.get(field) {
        Some(raw) => serde_json::from_str(raw.get()).map_err(|_| "can't be read as JSON")?,
        None => Value::Null,
    };
    let fits = match (kind, &value) {
        (Kind::NeededText | Kind::Words, Value::Null) => return Err("is missing"),
        (Kind::NeededNumber, Value::Null) => return Err("is missing"),
        (_, Value::Null) => true,
        (Kind::NeededText, Value::String(text)) if text.is_empty() => return Err("must not be empty"),
        (Kind::Words, Value::String(text)) if is_blank(text) => {
            return Err("must have something to see in it");
        }
        (Kind::Text | Kind::NeededText | Kind::Words, value) => value.is_string(),
        (Kind::Number | Kind::NeededNumber, value) => value.is_number(),
        (Kind::Duration, Value::String(text)) => {
            text.is_empty() || text.parse::<f64>().is_ok_and(|seconds| seconds.is_finite() && seconds >= 0.0)
        }
        (Kind::Duration, value) => value.as_f64().is_some_and(|seconds| seconds >= 0.0),
        (Kind::Size, Value::String(text)) => text.is_empty() || text.parse::<u64>().is_ok(),
        (Kind::Size, value) => value.as_f64().is_some_and(|bytes| bytes >= 0.0),
        (Kind::Object, value) => value.is_object(),
        (Kind::List, value) => value.is_array(),
    };
    if fits { Ok(()) } else { Err(expected(kind)) }
}

fn expected(kind: Kind) -> &'static str {
    match kind {
        Kind::Text | Kind::NeededText | Kind::Words => "must be a string",
        Kind::Number | Kind::NeededNumber => "must be a number",
        Kind::Duration => "must be a number of seconds, 0 or more",
        Kind::Size => "must be a number of bytes",
        Kind::Object => "must be an object",
        Kind::List => "must be an array",
    }
}

/// The text of a text message, at most 4096 bytes by default (docs/wire/rongcloud.md#specification, note 1).
fn text_in(pairs: &Pairs<'_>, limits: &Limits) -> Result<String, String> {
    let text: String =
        pairs.get("content").and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default();
    if text.contains('\0') {
        return Err("content.content of RC:TxtMsg must not contain a NUL character".to_owned());
    }
    if text.len() > limits.typed_text_bytes {
        return Err(format!(
            "content.content of RC:TxtMsg must be at most {} bytes long",
            limits.typed_text_bytes
        ));
    }
    Ok(text)
}

/// Puts another text into the content of a text message; all other members stay as they are, in their order.
#[must_use]
pub fn replace_text(content: &str, text: &str) -> Option<String> {
    let pairs = Pairs::parse(content)?;
    pairs.get("content")?;
    Some(pairs.with(&[("content", Value::from(text).to_string())]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn checked(name: &str, content: &str) -> Result<Content, String> {
        check(&ObjectName::new(name).unwrap(), content.to_owned(), &Limits::default())
    }

    #[test]
    fn the_contents_of_the_seed_pass_unchanged() {
        for (name, content) in [
            ("RC:TxtMsg", r#"{ "content": "Hello World" }"#),
            ("RC:ImgMsg", r#"{"imageUri":"http://example.com/image.jpg","content":"图片描述"}"#),
            ("RC:VcMsg", r#"{"content":"语音内容","duration":10}"#),
            (
                "RC:VidMsg",
                r#"{"content":"视频描述","imageUri":"http://e.com/t.jpg","videoUri":"http://e.com/v.mp4","duration":30}"#,
            ),
            ("RC:FileMsg", r#"{"name":"a.pdf","size":"12","fileUrl":"u","user":{"id":""},"extra":""}"#),
            ("RC:LBSMsg", r#"{"latitude":1.5,"longitude":2}"#),
            ("RC:VcMsg", r#"{"content":"x","duration":"10"}"#),
            ("RC:HQVCMsg", r#"{"remoteUrl":"x","duration":"10.5"}"#),
            ("RC:SightMsg", r#"{"sightUrl":"x","duration":""}"#),
            ("RC:CardMsg", r#"{"userId":"a"}"#),
            ("RC:CmdNtf", r#"{"operation":"x"}"#),
            ("RC:StreamMsg", "{}"),
            ("My:Gift", "any text at all"),
        ] {
            assert_eq!(checked(name, content).unwrap().content, content, "{name}");
        }
    }

    #[test]
    fn a_content_that_breaks_a_rule_of_its_type_is_refused() {
        for (name, content) in [
            ("RC:TxtMsg", "Hello"),
            ("RC:TxtMsg", "[]"),
            ("RC:TxtMsg", r#""Hello""#),
            ("RC:TxtMsg", r#"{"content":""}"#),
            ("RC:TxtMsg", r#"{"text":"x"}"#),
            ("RC:TxtMsg", r#"{"content":5}"#),
            ("RC:TxtMsg", r#"{"content":"a\u0000b"}"#),
            ("RC:TxtMsg", "{\"content\":\"a"),
            ("RC:ImgMsg", r#"{"content":"x"}"#),
            ("RC:VcMsg", r#"{"content":"x","duration":"ten"}"#),
            ("RC:VcMsg", r#"{"content":"x","duration":"-1"}"#),
            ("RC:VcMsg", r#"{"content":"x","duration":"inf"}"#),
            ("RC:VcMsg", r#"{"content":"x","duration":-1}"#),
            ("RC:VidMsg", r#"{"videoUri":"x","duration":[30]}"#),
            ("RC:LBSMsg", r#"{"latitude":"1","longitude":2}"#),
            ("RC:FileMsg", r#"{"name":"a","fileUrl":"u","size":"big"}"#),
            ("RC:StreamMsg", "x"),
            ("My:Gift", "a\0b"),
            ("My:Gift", "null"),
            ("My:Gift", " null\n"),
        ] {
            assert!(checked(name, content).is_err(), "{name} {content}");
        }
    }

    #[test]
    fn half_a_surrogate_pair_is_refused_wherever_it_stands_and_its_member_is_named() {
        for (name, content, member) in [
            ("RC:TxtMsg", r#"{"content":"a\ud800"}"#, "content.content of"),
            ("RC:TxtMsg", r#"{"content":"a","extra":"\udc00"}"#, "content.extra of"),
            ("RC:TxtMsg", r#"{"content":"a","user":{"id":"\ud800"}}"#, "content.user of"),
            ("My:Gift", r#"{"a":["\ud800x"]}"#, "content.a of"),
            ("My:Gift", r#"["\ud800x"]"#, "content of"),
        ] {
            let rule = checked(name, content).unwrap_err();
            assert!(rule.starts_with(member), "{rule}");
        }
        for (name, content) in [
            ("RC:TxtMsg", r#"{"content":"\ud83d\ude00","extra":"\\ud800","big":1e400}"#),
            ("My:Gift", r"no JSON: \ud800"),
        ] {
            assert_eq!(checked(name, content).unwrap().content, content);
        }
    }

    #[test]
    fn a_content_encoded_twice_is_unwrapped_once_for_built_in_types_only() {
        let twice = r#""{\"content\":\"hello\"}""#;
        let content = checked("RC:TxtMsg", twice).unwrap();
        assert_eq!(content.content, r#"{"content":"hello"}"#);
        assert_eq!(content.text.as_deref(), Some("hello"));
        assert_eq!(checked("My:Gift", twice).unwrap().content, twice);
        let thrice = serde_json::to_string(twice).unwrap();
        assert!(checked("RC:TxtMsg", &thrice).is_err());
    }

    #[test]
    fn a_text_has_4096_bytes_and_a_content_128_kilobytes_at_most() {
        let text = |bytes| format!(r#"{{"content":"{}"}}"#, "x".repeat(bytes));
        assert!(checked("RC:TxtMsg", &text(4096)).is_ok());
        assert!(checked("RC:TxtMsg", &text(4097)).unwrap_err().contains("4096"));
        assert!(checked("My:Gift", &"x".repeat(131_072)).is_ok());
        assert!(checked("My:Gift", &"x".repeat(131_073)).unwrap_err().contains("131072"));
    }

    #[test]
    fn another_text_leaves_the_other_members_as_they_are() {
        let content = r#"{"extra": 12345678901234567890.50, "content":"darn","user":{"b":1,"a":2}}"#;
        let replaced = replace_text(content, "d\"n").unwrap();
        assert_eq!(replaced, r#"{"extra":12345678901234567890.50,"content":"d\"n","user":{"b":1,"a":2}}"#);
        assert_eq!(replace_text("{}", "x"), None);
        assert_eq!(replace_text("no", "x"), None);
    }

    proptest! {
        #[test]
        fn no_content_makes_the_check_panic(content in "\\PC{0,80}", which in any::<proptest::sample::Index>()) {
            let names: Vec<&str> = crate::message::object_name::built_in().collect();
            let name: &&str = which.get(&names);
            let _ = checked(name, &content);
        }
    }
}
