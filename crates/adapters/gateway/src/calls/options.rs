//! What a client says of a message beside its content.

use std::collections::BTreeMap;

use serde::Deserialize;
use sixin_domain::message::WantedEffects;
use sixin_domain::message::delivery::DeliveryOptions;
use sixin_domain::message::expansion::{PAIRS_A_MESSAGE, is_key, is_value};
use sixin_domain::sending::limits::Limits;

use crate::codes::Code;
use crate::shown::NEEDS_RECEIPT;
use crate::wire::messages::UpStreamMessage;

/// Bits of `sessionId`.
mod session {
    pub(super) const STORED: i32 = 1;
    pub(super) const COUNTED: i32 = 2;
    pub(super) const SILENT: i32 = 32;
    pub(super) const EXPANDABLE: i32 = 64;
}

/// The bit of options that keeps the latest message of the conversation.
const KEEPS_LATEST: i64 = 1;

#[derive(Deserialize)]
pub(crate) struct Pair {
    v: String,
}

/// What the message does to the two views.
pub(crate) fn effects(message: &UpStreamMessage) -> WantedEffects {
    let has = |bit: i32| message.session_id & bit != 0;
    WantedEffects {
        is_persisted: Some(has(session::STORED)),
        is_counted: Some(has(session::COUNTED)),
        sender_visible: true,
        updates_latest: message.option_bits.unwrap_or_default() & KEEPS_LATEST == 0,
    }
}

/// How it is to reach devices.
pub(crate) fn delivery(message: &UpStreamMessage, limits: &Limits) -> Result<Option<DeliveryOptions>, Code> {
    let push = [&message.push_text, &message.app_data];
    if push.into_iter().flatten().any(|text| text.len() > limits.push_bytes || text.contains('\0')) {
        return Err(Code::PARAMETER);
    }
    let is_expandable = message.session_id & session::EXPANDABLE != 0;
    let filled = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    let needs_receipt = message.option_bits.unwrap_or_default() & NEEDS_RECEIPT != 0;
    let options = DeliveryOptions {
        push_content: filled(&message.push_text),
        push_data: filled(&message.app_data),
        expansion: is_expandable.then_some(true),
        extra_content: if is_expandable { Some(pairs(message.extra_content.as_deref())?) } else { None },
        disable_push: (message.session_id & session::SILENT != 0).then_some(true),
        push_ext: push_ext(message, limits)?,
        need_read_receipt: needs_receipt.then_some(true),
        ..DeliveryOptions::default()
    };
    Ok(options.or_none())
}

/// Title and settings for push services, as back ends give them: the text of an object.
fn push_ext(message: &UpStreamMessage, limits: &Limits) -> Result<Option<String>, Code> {
    let Some(given) = &message.push_ext else { return Ok(None) };
    let mut members = serde_json::Map::new();
    let texts = [("title", &given.title), ("pushTemplateId", &given.template_id), ("pushId", &given.push_id)];
    for (name, text) in texts {
        if let Some(text) = text.as_ref().filter(|text| !text.is_empty()) {
            members.insert(name.to_owned(), text.as_str().into());
        }
    }
    if let Some(configs) = given.push_configs.as_ref().filter(|text| !text.is_empty()) {
        let configs = serde_json::from_str(configs).map_err(|_| Code::PARAMETER)?;
        members.insert("pushConfigs".to_owned(), configs);
    }
    let text = serde_json::Value::Object(members.clone()).to_string();
    if text.len() > limits.content_bytes || text.contains("\\u0000") {
        return Err(Code::PARAMETER);
    }
    Ok((!members.is_empty()).then_some(text))
}

/// Pairs as the SDK writes them: `{"key":{"v":"value"}}`.
fn pairs(text: Option<&str>) -> Result<BTreeMap<String, String>, Code> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(BTreeMap::new()) };
    let pairs: BTreeMap<String, Pair> = serde_json::from_str(text).map_err(|_| Code::PAIRS)?;
    checked(pairs.into_iter().map(|(key, pair)| (key, pair.v)).collect())
}

/// Pairs that follow the rules.
pub(crate) fn checked(pairs: BTreeMap<String, String>) -> Result<BTreeMap<String, String>, Code> {
    let are_fine = pairs.iter().all(|(key, value)| is_key(key) && is_value(value));
    if are_fine && pairs.len() <= PAIRS_A_MESSAGE { Ok(pairs) } else { Err(Code::PAIRS) }
}
