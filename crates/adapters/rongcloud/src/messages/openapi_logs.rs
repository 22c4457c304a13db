//! The description of the link to the log of an hour.

use serde_json::{Value, json};
use sixin_web::openapi::{bytes, parameter, plainly_refused, request_id_header};

use crate::routes::LOG_FILE;

/// The path items.
pub(crate) fn paths() -> Vec<(String, Value)> {
    vec![(LOG_FILE.to_owned(), json!({"get": read()}))]
}

/// Not a call that is signed as the others are: the link has its own signature.
fn read() -> Value {
    let text = json!({"type": "string"});
    json!({
        "tags": ["rongcloud"],
        "operationId": "read_message_log",
        "summary": "Read the log of an hour",
        "description": "By a link that another call gave. The zip holds one file (more for more than 2 GiB of text) with a \
                        line of JSON a message, in the order in which they were accepted: `appId`, `fromUserId`, \
                        `targetId`, `targetType` (1), `GroupId` (empty), `classname`, `content`, `dateTime` \
                        (yyyy-MM-dd HH:mm:ss.SSS by the site's clock), `msgUID`, and `source`: Server for messages of back \
                        ends, empty for those of apps. Recalled messages are not in it, nor are those of types that are \
                        only for the moment, such as RC:TypSts. A connection that ends before the zip does means that \
                        something failed; ask again.",
        "parameters": [
            parameter("path", "date", true, "The hour.", &json!({"type": "string", "minLength": 1}), ""),
            parameter("query", "appId", true, "Id of the app key that the link was given to.", &text, ""),
            parameter("query", "expires", true, "When the link ends.", &json!({"type": "integer"}), ""),
            parameter("query", "signature", true, "The signature of the link.", &text, ""),
            request_id_header(),
        ],
        "responses": {
            "200": {"description": "The zip.", "content": {"application/zip": {"schema": bytes()}}},
            "403": plainly_refused("The link is wrong, or its time is over."),
            "404": plainly_refused("There is no such log any more."),
            "500": plainly_refused("A fault of the server."),
            "503": plainly_refused("The log can't be read now."),
        },
    })
}
