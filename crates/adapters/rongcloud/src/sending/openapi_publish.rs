//! The description of the other ways to publish.

use serde_json::{Value, json};
use sixin_web::openapi::{SEND_ONCE, idempotency_header, schema_ref};

use crate::openapi::operation::{DONE, Operation, option, text};
use crate::openapi::{MSG_RANDOM, code_table, number, refused, responses, signed, switch};
use crate::routes::{STATUS, TEMPLATE};

const ABOUT: &str = "Publishes a message of one user to 1 to 1000 others, each in its own words. `values` has one entry for \
each of `toUserId`, in its order: an object whose keys are found in `content`, `pushContent` and `pushData` as they stand, \
braces and all, and replaced by their values. A value goes into `content` escaped as in a JSON string, and as it is into \
the texts of the notification. All keys are replaced at once: a key within a value stays, and where several keys begin the \
longest one counts. Each content must follow the rules of its type once it is filled in, within the same limits; those of \
one call may have 16 MiB together. A user that is named twice is told what stands with the first.\n\n\
All is stored or nothing, and counts as one send. `pushContent` is an array like `values`, or one text for all; it may be left \
out, as `pushData` and `pushExt`, and null and empty entries mean nothing.\n\n";

/// The path items.
pub(crate) fn paths() -> Vec<(&'static str, Value)> {
    vec![(TEMPLATE, template()), (STATUS, status())]
}

fn template() -> Value {
    let sample = json!({
        "fromUserId": "user1", "toUserId": ["user2", "user3"], "objectName": "RC:TxtMsg",
        "content": "{\"content\":\"Hello {name}\"}",
        "values": [{"{name}": "Bo"}, {"{name}": "Cy"}], "pushContent": ["Hello {name}", ""],
    });
    let parameters = [signed(), vec![idempotency_header()]].concat();
    json!({"post": {
        "tags": ["rongcloud"],
        "operationId": "publish_private_template",
        "summary": "Publish a private message in other words to each",
        "description": format!("{ABOUT}{SEND_ONCE}{MSG_RANDOM}{}", code_table()),
        "parameters": parameters,
        "requestBody": {"required": true, "content": {"application/json": {
            "schema": schema_ref("RongCloudTemplate"),
            "examples": {"text": {"value": sample}},
        }}},
        "responses": responses(),
    }})
}

/// The body of a template: that of a publish as JSON, with lists.
pub(crate) fn body(publish: &Value) -> Value {
    let mut body = publish.clone();
    let list = |about: &str, most: u32| {
        json!({"description": "One for each recipient. One text stands for all.",
               "type": "array", "items": option(about, most), "maxItems": 1000})
    };
    let values = json!({
        "type": "object", "propertyNames": {"minLength": 1}, "additionalProperties": {"type": ["string", "number"]},
        "description": "What stands for what."});
    let lists = json!({
        "values": {"description": "One for each recipient.",
                   "type": "array", "minItems": 1, "maxItems": 1000, "items": values},
        "pushContent": list("Text of the notification, at most 1000 bytes when filled in.", 1000),
        "pushData": list("Data of the notification, at most 1000 bytes when filled in.", 1000),
        "pushExt": list("Text of a JSON object with settings for push services; nothing is filled in.", 131_072),
    });
    for (name, schema) in lists.as_object().into_iter().flatten() {
        if let Some(properties) = body.get_mut("properties").and_then(Value::as_object_mut) {
            properties.insert(name.clone(), schema.clone());
        }
    }
    if let Some(required) = body.get_mut("required").and_then(Value::as_array_mut) {
        required.push(json!("values"));
    }
    body
}

fn status() -> Value {
    let recipients = json!({
        "description": "Who is told: 1 to 1000 user ids of at most 64 bytes each.",
        "type": "array", "items": {"type": "string", "minLength": 1}, "minItems": 1, "maxItems": 1000,
    });
    let mut item = Operation {
        id: "publish_private_status".to_owned(),
        summary: "Tell users who are online now",
        about: "For what is of interest only at the moment, such as that somebody is typing: it would reach only users who \
                are online now, and is never stored, counted, limited in rate or told later. Users connect no devices to \
                sixin yet, so nobody is online: the request is checked by all the rules of a publish, and reaches nobody.".to_owned(),
        required: vec!["fromUserId", "toUserId", "objectName", "content"],
        properties: json!({
            "fromUserId": text("Who tells: a user id of at most 64 bytes.", 64),
            "toUserId": recipients,
            "objectName": text("Type of the message, as in a publish.", 32),
            "content": text("The content, by the same rules as in a publish.", 131_072),
            "verifyBlacklist": switch("1: recipients on whose relation a block stands are skipped. Default 0."),
            "isIncludeSender": switch("1: devices of the sender are told too. Default 0."),
            "isCounted": switch("Of no effect."),
            "isPersisted": switch("Of no effect."),
            "busChannel": option("Channel within the conversation, at most 20 letters and digits.", 20),
            "msgRandom": number("Of no effect.", i64::MIN, i64::MAX),
        }),
        sample: json!({"fromUserId": "user1", "toUserId": ["user2"], "objectName": "RC:TypSts",
                       "content": "{\"typingContentType\":\"RC:TxtMsg\"}"}),
        answer: DONE,
        is_typed: false,
    }
    .item();
    if let Some(responses) = item.pointer_mut("/post/responses").and_then(Value::as_object_mut) {
        let blocked = "A block stands between the sender and every recipient.";
        responses.insert("403".to_owned(), refused(403, blocked));
    }
    item
}
