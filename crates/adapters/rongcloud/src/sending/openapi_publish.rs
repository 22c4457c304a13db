//! The description of a template: what its lists are.

use serde_json::{Value, json};
use sixin_web::openapi::SEND_ONCE;

use crate::openapi::{MSG_RANDOM, code_table};

const ABOUT: &str = "Publishes a message of one user to 1 to 1000 others, each in its own words. `values` has one entry for \
each of `toUserId`, in its order: an object whose keys are found in `content`, `pushContent` and `pushData` as they stand, \
braces and all, and replaced by their values. A value goes into `content` escaped as in a JSON string, and as it is into \
the texts of the notification. All keys are replaced at once: a key within a value stays, and where several keys begin the \
longest one counts. Each content must follow the rules of its type once it is filled in, within the same limits; those of \
one call may have 16 MiB together. A user that is named twice is told what stands with the first.\n\n\
All is stored or nothing, and counts as one send. `pushContent` is an array like `values`, or one text for all; it may be left \
out, as `pushData` and `pushExt`, and null and empty entries mean nothing.\n\n";

/// What publishing a template does, its codes among it.
pub(crate) fn about_template() -> String {
    format!("{ABOUT}{SEND_ONCE}{MSG_RANDOM}{}", code_table())
}

/// What takes the place of parameters of a publish, or is added to them.
pub(crate) fn lists() -> Value {
    let list = |about: &str, most: u32| {
        json!({"description": format!("{about} One for each recipient. One text stands for all."),
               "type": "array", "items": {"type": "string", "maxLength": most}, "maxItems": 1000})
    };
    let values = json!({
        "type": "object", "propertyNames": {"minLength": 1}, "additionalProperties": {"type": "string"},
        "description": "What stands for what."});
    json!({
        "type": "object",
        "required": ["values"],
        "properties": {
            "values": {"description": "One for each recipient.",
                       "type": "array", "minItems": 1, "maxItems": 1000, "items": values},
            "pushContent": list("Text of the notification, at most 1000 bytes when filled in.", 1000),
            "pushData": list("Data of the notification, at most 1000 bytes when filled in.", 1000),
            "pushExt": list("Text of a JSON object with settings for push services; nothing is filled in.", 131_072),
        },
        "example": {
            "fromUserId": "user1", "toUserId": ["user2", "user3"], "objectName": "RC:TxtMsg",
            "content": "{\"content\":\"Hello {name}\"}",
            "values": [{"{name}": "Bo"}, {"{name}": "Cy"}], "pushContent": ["Hello {name}", ""],
        },
    })
}
