//! The description of the pairs that messages carry.

use serde_json::{Value, json};

use crate::openapi::operation::{DONE, Operation, conversation_type, message_name, text};
use crate::openapi::{number, switch};
use crate::routes::EXPANSIONS;

/// The path items.
pub(crate) fn paths() -> Vec<(&'static str, Value)> {
    let [set_path, delete_path, query_path] = EXPANSIONS;
    vec![(set_path, set()), (delete_path, delete()), (query_path, query())]
}

/// A change, by the parameter that says what is to change.
fn change(
    id: &'static str,
    (summary, about): (&'static str, &'static str),
    name: &'static str,
    what: &Value,
) -> Value {
    let sample = json!({"msgUID": "16EA-XU84-007G-FDTH", "userId": "user1", "conversationType": 1,
                        "targetId": "user2", name: what.get("example")});
    let properties = json!({
        "msgUID": message_name(),
        "userId": text("Who changes it: one side of its conversation.", 64),
        "conversationType": conversation_type(),
        "targetId": text("The other side.", 64),
        name: what,
        "isSyncSender": switch("Of no effect."),
    });
    Operation {
        id: id.to_owned(),
        summary,
        about: about.to_owned(),
        required: vec!["msgUID", "userId", "conversationType", "targetId", name],
        properties,
        sample,
        answer: DONE,
        is_typed: true,
    }
    .item()
}

fn set() -> Value {
    let pairs = json!({"description": "1 to 100 pairs; in a form the text of the object. Keys are 1 to 32 characters out of \
                                       A-Z a-z 0-9 + = _ -, values strings of at most 4096 characters.",
                       "example": {"state": "done"},
                       "type": "object", "additionalProperties": {"type": "string", "maxLength": 4096}});
    let about = "Only for a message that was published with expansion=true; the `extraContent` it was published with is part of \
                 its pairs. Either of its two users may set them. A key that is there gets the new value. A message has at \
                 most 300 pairs. Nobody stored the message, it was recalled or published without expansion=true: 1003.";
    change("set_message_expansion", ("Set keys and values of a message", about), "extraKeyVal", &pairs)
}

fn delete() -> Value {
    let keys = json!({"description": "1 to 100 keys; in a form the text of the array.",
                      "example": ["state"],
                      "type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": 100});
    let about = "The counterpart of set.json, with the same rules. A key that is not there is no mistake.";
    change("delete_message_expansion", ("Remove keys of a message", about), "extraKey", &keys)
}

fn query() -> Value {
    Operation {
        id: "query_message_expansion".to_owned(),
        summary: "Read keys and values of a message",
        about: "All pairs there are now, by key. Since a message has at most 300 pairs, all are on the first page. \
                `/v3/message/private/query.json` shows them too, without times.".to_owned(),
        required: vec!["msgUID"],
        properties: json!({
            "msgUID": message_name(),
            "pageNo": number("Which page of 300 pairs. Default 1.", 0, i64::MAX),
        }),
        sample: json!({"msgUID": "16EA-XU84-007G-FDTH", "pageNo": 1}),
        answer: "RongCloudExpansion",
        is_typed: false,
    }
    .item()
}
