//! How options of delivery are kept: as the text of a JSON object, under the names they have on the wire.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sixin_domain::message::delivery::DeliveryOptions;

/// The members, in this order. Flags that are numbers on the wire are numbers here.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Members {
    #[serde(skip_serializing_if = "Option::is_none")]
    push_content: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    push_data: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_available: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expansion: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    extra_content: Option<BTreeMap<String, String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    disable_push: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    push_ext: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bus_channel: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    need_read_receipt: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    msg_random: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<i64>,
    /// On no wire: how what users send is told from what back ends publish.
    #[serde(skip_serializing_if = "Option::is_none")]
    of_client: Option<bool>,
}

/// The text of the object.
pub(crate) fn to_json(options: &DeliveryOptions) -> String {
    let options = options.clone();
    let members = Members {
        push_content: options.push_content,
        push_data: options.push_data,
        content_available: options.content_available.map(u8::from),
        expansion: options.expansion,
        extra_content: options.extra_content,
        disable_push: options.disable_push,
        push_ext: options.push_ext.and_then(|text| RawValue::from_string(text).ok()),
        bus_channel: options.bus_channel,
        need_read_receipt: options.need_read_receipt.map(u8::from),
        msg_random: options.msg_random,
        count: options.badge,
        of_client: options.is_of_client,
    };
    serde_json::to_string(&members).unwrap_or_default()
}

/// The options in the text of an object.
pub(crate) fn from_json(text: &str) -> serde_json::Result<DeliveryOptions> {
    let members: Members = serde_json::from_str(text)?;
    Ok(DeliveryOptions {
        push_content: members.push_content,
        push_data: members.push_data,
        content_available: members.content_available.map(|flag| flag != 0),
        expansion: members.expansion,
        extra_content: members.extra_content,
        disable_push: members.disable_push,
        push_ext: members.push_ext.map(|value| value.get().to_owned()),
        bus_channel: members.bus_channel,
        need_read_receipt: members.need_read_receipt.map(|flag| flag != 0),
        msg_random: members.msg_random,
        badge: members.count,
        is_of_client: members.of_client,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_kept_under_their_names_on_the_wire_and_come_back() {
        let all = r#"{"pushContent":"p","pushData":"d","contentAvailable":1,"expansion":true,"extraContent":{"k":"v"},"disablePush":false,"pushExt":{"title":"t","b":[1]},"busChannel":"c","needReadReceipt":0,"msgRandom":-9223372036854775808,"count":-1,"ofClient":true}"#;
        assert_eq!(to_json(&from_json(all).unwrap()), all);
        for text in ["{}", r#"{"expansion":true}"#, r#"{"count":7}"#] {
            assert_eq!(to_json(&from_json(text).unwrap()), text);
        }
        assert!(from_json("other").is_err());
    }
}
