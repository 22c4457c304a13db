//! What is stored instead of what was sent, looked at like anything that is sent.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use thiserror::Error;

use crate::message::Saying;
use crate::message::body::Body;
use crate::message::content::{self, replace_text};
use crate::message::delivery::DeliveryOptions;
use crate::message::expansion::{PAIRS_A_MESSAGE, is_key, is_value};
use crate::message::object_name::{ObjectName, TEXT};
use crate::sending::limits::Limits;
use crate::text::visible::is_blank;

/// Changes of a message before it is stored; what is `None` stays.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Replacement {
    /// The content of its type, as RongCloud's clients know it.
    pub content: Option<String>,
    /// Its text, where it has one. The rest of its content stays.
    pub text: Option<String>,
    /// Text of the notification.
    pub push_content: Option<String>,
    /// Whether nobody is notified.
    pub disable_push: Option<bool>,
    /// Settings for push services: the text of a JSON object.
    pub push_ext: Option<String>,
    /// The pairs it is sent with.
    pub extra_content: Option<BTreeMap<String, String>>,
}

/// Why a message can't be changed so. It is not stored then: as it came, somebody objected to it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BadReplacement {
    /// It has no text, or is a file.
    #[error("a message without a text was to have another")]
    NoText,
    /// A file of an app stays that file.
    #[error("the content of a file can't be replaced")]
    File,
    /// The text is empty, too long or holds what no text may.
    #[error("the text is empty, longer than texts may be, or holds a NUL")]
    Text,
    /// The content breaks a rule of its type.
    #[error("{0}")]
    Content(String),
    /// Something of the notification is too long, or not of its form.
    #[error("pushContent, pushExt or extraContent is too long or has another form")]
    Delivery,
    /// A word that may not stand there.
    #[error("a block word stands in it")]
    ForbiddenWord,
}

impl Replacement {
    /// What is stored instead.
    ///
    /// # Errors
    /// See [`BadReplacement`].
    pub fn applied(&self, saying: &Saying, limits: &Limits) -> Result<Saying, BadReplacement> {
        let mut body = match &self.content {
            None => saying.body.clone(),
            Some(content) => with_content(&saying.body, content, limits)?,
        };
        if let Some(text) = &self.text {
            body = with_text(&body, text, limits)?;
        }
        Ok(Saying { body, delivery: self.delivery(saying.delivery.as_ref(), limits)? })
    }

    fn delivery(
        &self,
        present: Option<&DeliveryOptions>,
        limits: &Limits,
    ) -> Result<Option<DeliveryOptions>, BadReplacement> {
        let is_short = |text: &String| text.len() <= limits.push_bytes && !text.contains('\0');
        let is_object = |text: &String| {
            text.len() <= limits.content_bytes && serde_json::from_str::<Map<String, Value>>(text).is_ok()
        };
        let are_pairs = |pairs: &BTreeMap<String, String>| {
            pairs.len() <= PAIRS_A_MESSAGE && pairs.iter().all(|(key, value)| is_key(key) && is_value(value))
        };
        let fits = self.push_content.as_ref().is_none_or(is_short)
            && self.push_ext.as_ref().is_none_or(is_object)
            && self.extra_content.as_ref().is_none_or(are_pairs);
        if !fits {
            return Err(BadReplacement::Delivery);
        }
        let mut delivery = present.cloned().unwrap_or_default();
        let instead = |new: &Option<String>, old: Option<String>| new.clone().or(old);
        delivery.push_content = instead(&self.push_content, delivery.push_content);
        delivery.push_ext = instead(&self.push_ext, delivery.push_ext);
        delivery.disable_push = self.disable_push.or(delivery.disable_push);
        delivery.extra_content = self.extra_content.clone().or(delivery.extra_content);
        Ok(delivery.or_none())
    }
}

fn with_content(body: &Body, content: &str, limits: &Limits) -> Result<Body, BadReplacement> {
    let checked = |object_name: &ObjectName, limits: &Limits| {
        content::check(object_name, content.to_owned(), limits).map_err(BadReplacement::Content)
    };
    match body {
        Body::File { .. } => Err(BadReplacement::File),
        Body::Typed { object_name, .. } => {
            let content::Content { content, text } = checked(object_name, limits)?;
            Ok(Body::Typed { object_name: object_name.clone(), content, text })
        }
        Body::Text(_) => {
            let of_text =
                ObjectName::new(TEXT).map_err(|error| BadReplacement::Content(error.to_string()))?;
            // A text of an app has a limit of its own.
            let limits = Limits { typed_text_bytes: limits.text_bytes, ..*limits };
            let text = checked(&of_text, &limits)?.text;
            text.map(Body::Text).ok_or(BadReplacement::Text)
        }
    }
}

fn with_text(body: &Body, text: &str, limits: &Limits) -> Result<Body, BadReplacement> {
    if is_blank(text) || text.contains('\0') {
        return Err(BadReplacement::Text);
    }
    match body {
        Body::Text(_) if text.len() > limits.text_bytes => Err(BadReplacement::Text),
        Body::Text(_) => Ok(Body::Text(text.to_owned())),
        Body::Typed { content, text: Some(_), .. } => {
            let content = replace_text(content, text).ok_or(BadReplacement::NoText)?;
            with_content(body, &content, limits)
        }
        Body::Typed { text: None, .. } | Body::File { .. } => Err(BadReplacement::NoText),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file::FileKind;
    use crate::id::FileId;
    use proptest::prelude::*;

    fn of(body: Body) -> Saying {
        Saying { body, delivery: None }
    }

    fn text(text: &str) -> Saying {
        of(Body::Text(text.into()))
    }

    fn typed(name: &str, content: &str, text: Option<&str>) -> Saying {
        let object_name = ObjectName::new(name).unwrap();
        of(Body::Typed { object_name, content: content.into(), text: text.map(str::to_owned) })
    }

    fn content(content: &str) -> Replacement {
        Replacement { content: Some(content.into()), ..Replacement::default() }
    }

    fn other(text: &str) -> Replacement {
        Replacement { text: Some(text.into()), ..Replacement::default() }
    }

    fn applied(replacement: &Replacement, saying: &Saying) -> Result<Saying, BadReplacement> {
        replacement.applied(saying, &Limits::default())
    }

    #[test]
    fn a_text_of_an_app_is_replaced_by_a_text_or_by_the_content_of_a_text_message() {
        assert_eq!(applied(&other("b"), &text("a")), Ok(text("b")));
        assert_eq!(applied(&content(r#"{"content":"b","extra":"c"}"#), &text("a")), Ok(text("b")));
        assert!(matches!(applied(&content("b"), &text("a")), Err(BadReplacement::Content(_))));
        let long = "x".repeat(5_000);
        assert_eq!(applied(&other(&long), &text("a")), Ok(text(&long)), "longer than RongCloud's may be");
        for wrong in ["", " ", "a\0", &"x".repeat(65_536)] {
            assert_eq!(applied(&other(wrong), &text("a")), Err(BadReplacement::Text));
        }
    }

    #[test]
    fn what_a_back_end_says_is_replaced_under_the_rules_of_its_type() {
        let message = typed("RC:TxtMsg", r#"{"content":"a","extra":"e"}"#, Some("a"));
        let changed = typed("RC:TxtMsg", r#"{"content":"b","extra":"e"}"#, Some("b"));
        assert_eq!(applied(&other("b"), &message), Ok(changed));
        assert!(matches!(applied(&content("{}"), &message), Err(BadReplacement::Content(_))));
        assert!(matches!(applied(&other(&"x".repeat(5_000)), &message), Err(BadReplacement::Content(_))));
        let order = typed("app:Order", "{}", None);
        assert_eq!(applied(&content("[1]"), &order), Ok(typed("app:Order", "[1]", None)));
        assert_eq!(applied(&other("b"), &order), Err(BadReplacement::NoText));
    }

    #[test]
    fn a_file_of_an_app_stays_what_it_is() {
        let file = of(Body::File { file: FileId(1), kind: FileKind::Image });
        assert_eq!(applied(&content("{}"), &file), Err(BadReplacement::File));
        assert_eq!(applied(&other("b"), &file), Err(BadReplacement::NoText));
        let silent = Replacement { disable_push: Some(true), ..Replacement::default() };
        let changed = applied(&silent, &file).unwrap();
        assert_eq!((changed.body, changed.delivery.unwrap().disable_push), (file.body, Some(true)));
    }

    #[test]
    fn what_is_said_of_the_notification_has_its_bounds() {
        let pairs = |key: &str| Some(BTreeMap::from([(key.to_owned(), "v".to_owned())]));
        let none = Replacement::default();
        let long = Replacement { push_content: Some("x".repeat(1001)), ..none.clone() };
        let list = Replacement { push_ext: Some("[]".into()), ..none.clone() };
        let key = Replacement { extra_content: pairs("a b"), ..none.clone() };
        for wrong in [long, list, key] {
            assert_eq!(applied(&wrong, &text("a")), Err(BadReplacement::Delivery), "{wrong:?}");
        }
        let fine = Replacement {
            push_content: Some("p".into()),
            push_ext: Some(r#"{"title":"t"}"#.into()),
            extra_content: pairs("k"),
            ..none
        };
        let delivery = applied(&fine, &text("a")).unwrap().delivery.unwrap();
        assert_eq!(delivery.push_content.as_deref(), Some("p"));
        assert_eq!(delivery.extra_content, pairs("k"));
    }

    proptest! {
        #[test]
        fn nothing_that_is_stored_instead_is_longer_than_what_may_be_sent(
            new in "\\PC{0,300}", is_text in any::<bool>(), is_app in any::<bool>()
        ) {
            let limits = Limits { typed_text_bytes: 64, text_bytes: 96, content_bytes: 128, ..Limits::default() };
            let message = if is_app { text("a") } else { typed("RC:TxtMsg", r#"{"content":"a"}"#, Some("a")) };
            let replacement =
                if is_text { other(&new) } else { content(&serde_json::json!({ "content": new }).to_string()) };
            match replacement.applied(&message, &limits).map(|saying| saying.body) {
                Ok(Body::Text(text)) => prop_assert!(text.len() <= 96 && !is_blank(&text)),
                Ok(Body::Typed { content, text: Some(text), .. }) => {
                    prop_assert!(content.len() <= 128 && text.len() <= 64 && !is_blank(&text));
                }
                Ok(other) => prop_assert!(false, "{:?}", other),
                Err(_) => {}
            }
        }

        #[test]
        fn what_changes_nothing_changes_nothing(sent in "[a-z]{1,20}") {
            prop_assert_eq!(applied(&Replacement::default(), &text(&sent)), Ok(text(&sent)));
        }
    }
}
