//! What is answered. Whatever is not an answer of the documented form is none.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use sixin_domain::hook::replacement::Replacement;
use sixin_domain::hook::verdict::{Reason, Verdict};

type Object = Map<String, Value>;

fn object(body: &[u8]) -> Option<Object> {
    serde_json::from_slice(body).ok()
}

/// A member; `null` is as good as none.
fn member<'a>(answer: &'a Object, name: &str) -> Option<&'a Value> {
    answer.get(name).filter(|value| !value.is_null())
}

/// A text, or JSON in its place, of a member. `Err`: it is something else.
fn text(answer: &Object, name: &str) -> Result<Option<String>, ()> {
    match member(answer, name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(value @ (Value::Object(_) | Value::Array(_))) => Ok(Some(value.to_string())),
        Some(_) => Err(()),
    }
}

/// The same where an empty text stands for none, as RongCloud's receivers in Java send it.
fn filled_text(answer: &Object, name: &str) -> Result<Option<String>, ()> {
    Ok(text(answer, name)?.filter(|text| !text.is_empty()))
}

fn flag(answer: &Object, name: &str) -> Result<Option<bool>, ()> {
    match member(answer, name) {
        None => Ok(None),
        Some(Value::Bool(flag)) => Ok(Some(*flag)),
        Some(Value::Number(number)) if number.as_i64() == Some(1) => Ok(Some(true)),
        Some(Value::Number(number)) if number.as_i64() == Some(0) => Ok(Some(false)),
        Some(Value::String(text)) => match text.as_str() {
            "" => Ok(None),
            "true" | "1" => Ok(Some(true)),
            "false" | "0" => Ok(Some(false)),
            _ => Err(()),
        },
        Some(_) => Err(()),
    }
}

/// Pairs of texts: an object, or the text of one.
fn pairs(answer: &Object, name: &str) -> Result<Option<BTreeMap<String, String>>, ()> {
    match filled_text(answer, name)? {
        None => Ok(None),
        Some(text) => serde_json::from_str(&text).map(Some).map_err(drop),
    }
}

fn reason(answer: &Object, name: &str) -> Option<Reason> {
    member(answer, name).and_then(Value::as_str).and_then(Reason::of)
}

fn replaced(with: Replacement, is_final: bool) -> Verdict {
    if with == Replacement::default() {
        Verdict::Allow { is_final }
    } else {
        Verdict::Replace { with: Box::new(with), is_final }
    }
}

/// `{"decision": "allow" | "deny" | "replace", …}`
pub(super) fn standard(body: &[u8]) -> Option<Verdict> {
    let answer = object(body)?;
    let is_final = flag(&answer, "final").ok()?.unwrap_or(false);
    match member(&answer, "decision")?.as_str()? {
        "allow" => Some(Verdict::Allow { is_final }),
        "deny" => Some(Verdict::Deny { reason: reason(&answer, "reason") }),
        "replace" => {
            let with = Replacement {
                content: text(&answer, "content").ok()?,
                text: match member(&answer, "text") {
                    None => None,
                    Some(text) => Some(text.as_str()?.to_owned()),
                },
                push_content: text(&answer, "pushContent").ok()?,
                disable_push: flag(&answer, "disablePush").ok()?,
                push_ext: text(&answer, "pushExt").ok()?,
                extra_content: pairs(&answer, "extraContent").ok()?,
            };
            // Who says that it replaces something, and not by what, has made a mistake.
            (with != Replacement::default()).then(|| replaced(with, is_final))
        }
        _ => None,
    }
}

/// `{"pass": 0 | 1 | 2, …}`
pub(super) fn rong_cloud(body: &[u8]) -> Option<Verdict> {
    let answer = object(body)?;
    let pass = match member(&answer, "pass")? {
        Value::Number(number) => number.as_i64()?,
        Value::String(text) => text.parse().ok()?,
        _ => return None,
    };
    if pass == 0 {
        return Some(Verdict::Deny { reason: reason(&answer, "extra") });
    }
    if !(1..=2).contains(&pass) {
        return None;
    }
    let with = Replacement {
        content: filled_text(&answer, "replaceContent").ok()?,
        text: None,
        push_content: filled_text(&answer, "replacePushContent").ok()?,
        disable_push: flag(&answer, "replaceDisablePush").ok()?,
        push_ext: filled_text(&answer, "replacePushExt").ok()?,
        extra_content: pairs(&answer, "replaceExtraContent").ok()?,
    };
    Some(replaced(with, pass == 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALLOW: Option<Verdict> = Some(Verdict::Allow { is_final: false });

    fn deny(text: &str) -> Option<Verdict> {
        Some(Verdict::Deny { reason: Reason::of(text) })
    }

    #[test]
    fn a_standard_answer_allows_denies_or_replaces() {
        let of = |text: &str| standard(text.as_bytes());
        assert_eq!(of(r#"{"decision":"allow"}"#), ALLOW);
        assert_eq!(of(r#"{"decision":"allow","final":true}"#), Some(Verdict::Allow { is_final: true }));
        assert_eq!(of(r#"{"decision":"deny"}"#), deny(""));
        assert_eq!(of(r#"{"decision":"deny","reason":"no ads"}"#), deny("no ads"));
        let Some(Verdict::Replace { with, is_final: false }) = of(
            r#"{"decision":"replace","text":"b","content":{"a":1},"disablePush":true,"extraContent":{"k":"v"}}"#,
        ) else {
            panic!()
        };
        assert_eq!((with.text.as_deref(), with.content.as_deref()), (Some("b"), Some(r#"{"a":1}"#)));
        assert_eq!((with.disable_push, with.extra_content.unwrap().len()), (Some(true), 1));
    }

    #[test]
    fn an_answer_of_rong_cloud_passes_or_not_and_says_what_else() {
        let of = |text: &str| rong_cloud(text.as_bytes());
        assert_eq!(of(r#"{"pass":1}"#), ALLOW);
        assert_eq!(of(r#"{"pass":"1","replaceContent":"","replacePushExt":null,"extra":""}"#), ALLOW);
        assert_eq!(of(r#"{"pass":2}"#), Some(Verdict::Allow { is_final: true }));
        assert_eq!(of(r#"{"pass":0,"extra":"no ads"}"#), deny("no ads"));
        let Some(Verdict::Replace { with, is_final: true }) = of(
            r#"{"pass":2,"replaceContent":"{\"content\":\"b\"}","replaceDisablePush":1,"replaceExtraContent":"{\"k\":\"v\"}"}"#,
        ) else {
            panic!()
        };
        assert_eq!((with.content.as_deref(), with.disable_push), (Some(r#"{"content":"b"}"#), Some(true)));
        assert_eq!(with.extra_content.unwrap()["k"], "v");
    }

    #[test]
    fn what_is_no_answer_is_none() {
        for wrong in [
            "",
            "null",
            "[]",
            "true",
            "{}",
            "{\"decision\":\"allow\"",
            r#"{"decision":1}"#,
            r#"{"decision":"Allow"}"#,
            r#"{"decision":"replace"}"#,
            r#"{"decision":"replace","text":1}"#,
            r#"{"decision":"replace","text":"a","extraContent":"x"}"#,
            r#"{"decision":"allow","final":"maybe"}"#,
            "\u{feff}{\"decision\":\"allow\"}",
        ] {
            assert_eq!(standard(wrong.as_bytes()), None, "{wrong}");
        }
        for wrong in [
            "{}",
            r#"{"pass":3}"#,
            r#"{"pass":-1}"#,
            r#"{"pass":1.5}"#,
            r#"{"pass":true}"#,
            r#"{"pass":"yes"}"#,
            r#"{"pass":1,"replaceContent":7}"#,
            r#"{"pass":1,"replaceExtraContent":"[]"}"#,
        ] {
            assert_eq!(rong_cloud(wrong.as_bytes()), None, "{wrong}");
        }
        assert_eq!(standard(b"{\"decision\":\"\xff\"}"), None);
        assert_eq!(standard("[".repeat(100_000).as_bytes()), None);
    }
}
