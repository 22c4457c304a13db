//! The parameters whose effect needs delivery to devices; they are checked now and kept with the message
//! (docs/wire/rongcloud.md#publish).

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};
use sixin_domain::message::delivery::DeliveryOptions;
use sixin_domain::message::expansion::{KEY_CHARS, PAIRS_A_CALL, VALUE_CHARS, is_key, is_value};
use sixin_domain::sending::limits::Limits;
use sixin_web::request::idempotency::Parameter;
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use crate::codes::Failure;
use crate::fields::values::{AnyNumber, ObjectText, Switch, Text};
use crate::fields::{object, text_or_digits};

const MAX_TITLE_CHARS: usize = 50;
const MAX_CHANNEL_CHARS: usize = 20;

type PushText = Text<1000>;
type Channel = Text<MAX_CHANNEL_CHARS>;

/// How a message is delivered.
#[derive(Debug, Default, Deserialize, Validate, ToSchema)]
#[serde(rename_all = "camelCase")]
#[validate(context = Limits)]
#[schema(as = RongCloudPublishOptions)]
pub(crate) struct Options {
    /// Text of the notification, at most 1000 bytes.
    #[validate(custom(function = "push_content_fits", use_context))]
    pub(crate) push_content: Option<PushText>,
    /// Data of the notification, at most 1000 bytes.
    #[validate(custom(function = "push_data_fits", use_context))]
    pub(crate) push_data: Option<PushText>,
    /// 1: silent push on iOS. Default 0.
    pub(crate) content_available: Option<Switch>,
    /// 1: the message can carry key-value data later. Default false.
    pub(crate) expansion: Option<Switch>,
    /// Text of a JSON object of at most 100 pairs; needs expansion=true.
    pub(crate) extra_content: Option<ObjectText>,
    /// 1: no notification. Default false.
    pub(crate) disable_push: Option<Switch>,
    /// Text of a JSON object with settings for push services; title at most 50 characters.
    pub(crate) push_ext: Option<ObjectText>,
    /// Channel within the conversation, at most 20 letters and digits.
    #[validate(custom(function = "is_channel"))]
    #[schema(value_type = Option<String>, max_length = 20, pattern = "^[A-Za-z0-9]*$")]
    pub(crate) bus_channel: Option<Channel>,
    /// 1: asks for a read receipt. Default 0.
    pub(crate) need_read_receipt: Option<Switch>,
    /// A number of the caller's choice, kept with the message. Without header Idempotency-Key the request is known by it for
    /// one minute: a repeat gets the first answer.
    #[serde(default)]
    pub(crate) msg_random: AnyNumber,
}

impl Options {
    /// 0 is what clients send that can't leave a number out (Java); it would make all their requests one.
    pub(crate) fn msg_random(&self) -> Option<i64> {
        self.msg_random.0.filter(|number| *number != 0)
    }

    /// The switches among the options, by their names on the wire.
    pub(crate) fn flags(&self) -> [(&'static str, Option<bool>); 4] {
        [
            ("contentAvailable", on(self.content_available)),
            ("expansion", on(self.expansion)),
            ("disablePush", on(self.disable_push)),
            ("needReadReceipt", on(self.need_read_receipt)),
        ]
    }

    /// The other options that were given, as they were given, by their names on the wire.
    pub(crate) fn texts(&self) -> impl Iterator<Item = Parameter<'_>> {
        let texts = [
            ("pushContent", self.push_content.as_ref().map(|text| &text.0)),
            ("pushData", self.push_data.as_ref().map(|text| &text.0)),
            ("extraContent", self.extra_content.as_ref().map(|text| &text.0)),
            ("pushExt", self.push_ext.as_ref().map(|text| &text.0)),
            ("busChannel", self.bus_channel.as_ref().map(|text| &text.0)),
        ];
        let texts = texts.into_iter().filter_map(|(name, text)| Some((name, Cow::Borrowed(text?.as_str()))));
        texts.chain(self.msg_random().map(|number| ("msgRandom", Cow::Owned(number.to_string()))))
    }

    /// The options that were supplied.
    pub(crate) fn delivery(&self) -> Result<DeliveryOptions, Failure> {
        let text = |text: &Option<PushText>| text.as_ref().map(|text| text.0.clone());
        Ok(DeliveryOptions {
            push_content: text(&self.push_content),
            push_data: text(&self.push_data),
            content_available: on(self.content_available),
            expansion: on(self.expansion),
            extra_content: self.extra_content()?,
            disable_push: on(self.disable_push),
            push_ext: self.push_ext()?,
            bus_channel: self.bus_channel.as_ref().map(|channel| channel.0.clone()),
            need_read_receipt: on(self.need_read_receipt),
            msg_random: self.msg_random(),
            badge: None,
            is_of_client: None,
        })
    }

    /// Only together with `expansion` (docs/wire/rongcloud.md#publish).
    fn extra_content(&self) -> Result<Option<BTreeMap<String, String>>, Failure> {
        let Some(ObjectText(text)) = &self.extra_content else { return Ok(None) };
        if on(self.expansion) != Some(true) {
            return Err(Failure::parameter("extraContent needs expansion=true"));
        }
        let pairs = pairs("extraContent", object("extraContent", text)?)?;
        Ok(Some(pairs.into_iter().collect()))
    }

    /// An object; its title, if any, at most 50 characters (docs/wire/rongcloud.md#publish).
    fn push_ext(&self) -> Result<Option<String>, Failure> {
        let Some(ObjectText(text)) = &self.push_ext else { return Ok(None) };
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
        Ok(Some(Value::Object(push_ext).to_string()))
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

/// What a switch says, if it was given.
pub(crate) fn on(switch: Option<Switch>) -> Option<bool> {
    switch.map(|switch| switch.0)
}

fn push_content_fits(text: &PushText, limits: &Limits) -> Result<(), ValidationError> {
    push_text_fits("pushContent", &text.0, limits)
}

fn push_data_fits(text: &PushText, limits: &Limits) -> Result<(), ValidationError> {
    push_text_fits("pushData", &text.0, limits)
}

fn push_text_fits(name: &str, text: &str, limits: &Limits) -> Result<(), ValidationError> {
    if text.len() <= limits.push_bytes {
        return Ok(());
    }
    let rule = format!("{name} must be at most {} bytes long", limits.push_bytes);
    Err(ValidationError::new("length").with_message(rule.into()))
}

fn is_channel(Text(text): &Channel) -> Result<(), ValidationError> {
    if text.len() <= MAX_CHANNEL_CHARS && text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Ok(());
    }
    let rule = format!("busChannel must be at most {MAX_CHANNEL_CHARS} letters and digits");
    Err(ValidationError::new("channel").with_message(rule.into()))
}
