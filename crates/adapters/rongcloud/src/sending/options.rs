//! The parameters whose effect needs delivery to devices; they are checked now and kept with the message
//! (docs/wire/rongcloud.md#publish).

use std::borrow::Cow;

use serde_json::{Map, Value, json};
use sixin_domain::message::expansion::{KEY_CHARS, PAIRS_A_CALL, VALUE_CHARS, is_key, is_value};
use sixin_domain::sending::limits::Limits;
use sixin_web::request::idempotency::Parameter;
use validator::{Validate, ValidationError};

use crate::codes::Failure;
use crate::fields::{Fields, object, text_or_digits};

const MAX_TITLE_CHARS: usize = 50;
const MAX_CHANNEL_CHARS: usize = 20;

/// The options of a publish request, as given.
#[derive(Debug, Default, Validate)]
#[validate(context = Limits)]
pub(crate) struct Options {
    #[validate(custom(function = "push_content_fits", use_context))]
    pub(crate) push_content: Option<String>,
    #[validate(custom(function = "push_data_fits", use_context))]
    pub(crate) push_data: Option<String>,
    pub(crate) content_available: Option<bool>,
    pub(crate) expansion: Option<bool>,
    pub(crate) extra_content: Option<String>,
    pub(crate) disable_push: Option<bool>,
    pub(crate) push_ext: Option<String>,
    #[validate(custom(function = "is_channel"))]
    pub(crate) bus_channel: Option<String>,
    pub(crate) need_read_receipt: Option<bool>,
    pub(crate) msg_random: Option<i64>,
}

impl Options {
    pub(crate) fn from_fields(fields: &Fields) -> Result<Self, Failure> {
        Ok(Self {
            push_content: fields.text("pushContent")?,
            push_data: fields.text("pushData")?,
            content_available: fields.flag("contentAvailable")?,
            expansion: fields.flag("expansion")?,
            extra_content: fields.text_of_object("extraContent")?,
            disable_push: fields.flag("disablePush")?,
            push_ext: fields.text_of_object("pushExt")?,
            bus_channel: fields.text("busChannel")?,
            need_read_receipt: fields.flag("needReadReceipt")?,
            // 0 is what clients send that can't leave a number out (Java); it would make all their requests one.
            msg_random: fields.integer("msgRandom")?.filter(|number| *number != 0),
        })
    }

    /// The switches among the options, by their names on the wire.
    pub(crate) fn flags(&self) -> [(&'static str, Option<bool>); 4] {
        [
            ("contentAvailable", self.content_available),
            ("expansion", self.expansion),
            ("disablePush", self.disable_push),
            ("needReadReceipt", self.need_read_receipt),
        ]
    }

    /// The other options that were given, as they were given, by their names on the wire.
    pub(crate) fn texts(&self) -> impl Iterator<Item = Parameter<'_>> {
        let texts = [
            ("pushContent", &self.push_content),
            ("pushData", &self.push_data),
            ("extraContent", &self.extra_content),
            ("pushExt", &self.push_ext),
            ("busChannel", &self.bus_channel),
        ];
        let texts =
            texts.into_iter().filter_map(|(name, text)| Some((name, Cow::Borrowed(text.as_deref()?))));
        texts.chain(self.msg_random.map(|number| ("msgRandom", Cow::Owned(number.to_string()))))
    }

    /// The options that were supplied, by their names on the wire.
    pub(crate) fn delivery(&self) -> Result<Map<String, Value>, Failure> {
        let number = |flag: Option<bool>| flag.map(|flag| json!(i32::from(flag)));
        let supplied = [
            ("pushContent", self.push_content.as_ref().map(|text| json!(text))),
            ("pushData", self.push_data.as_ref().map(|text| json!(text))),
            ("contentAvailable", number(self.content_available)),
            ("expansion", self.expansion.map(Value::Bool)),
            ("extraContent", self.extra_content()?.map(Value::Object)),
            ("disablePush", self.disable_push.map(Value::Bool)),
            ("pushExt", self.push_ext()?.map(Value::Object)),
            ("busChannel", self.bus_channel.as_ref().map(|text| json!(text))),
            ("needReadReceipt", number(self.need_read_receipt)),
            ("msgRandom", self.msg_random.map(|number| json!(number))),
        ];
        Ok(supplied.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect())
    }

    /// Only together with `expansion` (docs/wire/rongcloud.md#publish).
    fn extra_content(&self) -> Result<Option<Map<String, Value>>, Failure> {
        let Some(text) = &self.extra_content else { return Ok(None) };
        if self.expansion != Some(true) {
            return Err(Failure::parameter("extraContent needs expansion=true"));
        }
        let pairs = pairs("extraContent", object("extraContent", text)?)?;
        Ok(Some(pairs.into_iter().map(|(key, value)| (key, Value::String(value))).collect()))
    }

    /// An object; its title, if any, at most 50 characters (docs/wire/rongcloud.md#publish).
    fn push_ext(&self) -> Result<Option<Map<String, Value>>, Failure> {
        let Some(text) = &self.push_ext else { return Ok(None) };
        let push_ext = object("pushExt", text)?;
        let title_fits = match push_ext.get("title") {
            None | Some(Value::Null) => true,
            Some(Value::String(title)) => title.chars().count() <= MAX_TITLE_CHARS,
            Some(_) => false,
        };
        if !title_fits {
            return Err(Failure::parameter(format!(
                "title in pushExt must be a string of at most {MAX_TITLE_CHARS} characters"
            )));
        }
        Ok(Some(push_ext))
    }
}

/// At most 100 pairs; keys at most 32 of `[A-Za-z0-9+=_-]`, values strings of at most 4096 characters
/// (docs/wire/rongcloud.md#expansion).
pub(crate) fn pairs(name: &str, given: Map<String, Value>) -> Result<Vec<(String, String)>, Failure> {
    if given.len() > PAIRS_A_CALL {
        return Err(Failure::parameter(format!("{name} must hold at most {PAIRS_A_CALL} pairs")));
    }
    let pair = |(key, value): (String, Value)| match text_or_digits(&value) {
        Some(value) if is_value(&value) => expansion_key(name, key).map(|key| (key, value)),
        _ => Err(Failure::parameter(format!(
            "the values of {name} must be strings of at most {VALUE_CHARS} characters"
        ))),
    };
    given.into_iter().map(pair).collect()
}

/// A key of a pair.
pub(crate) fn expansion_key(name: &str, key: String) -> Result<String, Failure> {
    if is_key(&key) {
        return Ok(key);
    }
    Err(Failure::parameter(format!(
        "the keys of {name} must be 1 to {KEY_CHARS} characters out of A-Z a-z 0-9 + = _ -"
    )))
}

fn push_content_fits(text: &str, limits: &Limits) -> Result<(), ValidationError> {
    push_text_fits("pushContent", text, limits)
}

fn push_data_fits(text: &str, limits: &Limits) -> Result<(), ValidationError> {
    push_text_fits("pushData", text, limits)
}

fn push_text_fits(name: &str, text: &str, limits: &Limits) -> Result<(), ValidationError> {
    if text.len() <= limits.push_bytes {
        return Ok(());
    }
    let rule = format!("{name} must be at most {} bytes long", limits.push_bytes);
    Err(ValidationError::new("length").with_message(rule.into()))
}

fn is_channel(text: &str) -> Result<(), ValidationError> {
    if text.len() <= MAX_CHANNEL_CHARS && text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Ok(());
    }
    let rule = format!("busChannel must be at most {MAX_CHANNEL_CHARS} letters and digits");
    Err(ValidationError::new("channel").with_message(rule.into()))
}
