//! The description of `POST /api/v2/conversation/send-message`.

use serde_json::{Map, Value, json};
use utoipa::OpenApi;

use super::codes::{KEY_REUSED, TOO_FAST};
use super::file_info::{FileInfo, OfKind};
use super::messages::{Language, MESSAGES, message};
use super::responses::MessageInfo;
use super::stats::Stats;
use super::user_info::{Extends, Interactive, MainRole, Operations, Permission, RoleInfo, UserInfo};
use crate::openapi::{
    SEND_ONCE, answer, derived_schemas, header, idempotency_header, may_be_replayed, request_id_header,
    schema_ref,
};

#[derive(OpenApi)]
#[openapi(components(schemas(
    MessageInfo,
    UserInfo,
    MainRole,
    RoleInfo,
    Operations,
    Extends,
    Interactive,
    Permission,
    Stats,
    FileInfo,
    OfKind
)))]
struct Schemas;

const ABOUT: &str = "Sends a text or an uploaded file to another user.\n\n\
**Signature.** `sign` is the hex MD5 of the present ones among `aid`, `appId`, `platformId`, `timestamp`, `token`, \
`uid`, `version`, sorted by name, written as `name=value` and joined with `&`, then `&key=` and the app secret. Values \
may be form-encoded or raw, the last name `key` or `appSecret`, the hex in either case. The time stamp may be five \
minutes off. The body is not covered, so use TLS.\n\n\
**Refusals** come in HTTP 200 with a code other than 0 and a message in the language of `langTag`; the first condition \
that is not met decides.\n\n";

/// The path item.
pub(crate) fn send() -> Value {
    json!({"post": {
        "tags": ["fresns"],
        "operationId": "send_message",
        "summary": "Send a message to another user",
        "description": format!("{ABOUT}{SEND_ONCE}{}", code_table()),
        "parameters": parameters(),
        "requestBody": {
            "required": true,
            "content": {"application/json": {
                "schema": schema_ref("FresnsSendBody"),
                "examples": {
                    "text": {"value": {"uidOrUsername": "user2", "message": "See you at nine"}},
                    "file": {"value": {"uidOrUsername": "user2", "fid": "kQ3vX8pZ"}},
                },
            }},
        },
        "responses": responses(),
    }})
}

/// Codes that come with an HTTP status of their own.
fn is_transport(code: i64) -> bool {
    code < 1000 || [KEY_REUSED, TOO_FAST].contains(&code)
}

fn code_table() -> String {
    let mut table = String::from("| code | meaning |\n| --- | --- |\n");
    for (code, english, ..) in MESSAGES {
        table.push_str(&format!("| {code} | {english} |\n"));
    }
    table
}

fn parameters() -> Value {
    let text = json!({"type": "string"});
    json!([
        header(
            "platformId",
            true,
            "Platform of the app key, 1 to 13.",
            &json!({"type": "integer", "minimum": 1, "maximum": 13}),
            "5"
        ),
        header("version", true, "Version of the app.", &text, "2.0.0"),
        header("appId", true, "Id of the app key.", &text, "Zx4kTq9L"),
        header(
            "timestamp",
            true,
            "When it was signed: seconds (10 digits) or milliseconds since 1970.",
            &json!({"type": "string", "pattern": "^[0-9]{10,13}$"}),
            "1668061200123"
        ),
        header("sign", true, "Hex MD5, see above.", &text, "256a35a02de008c6f906e418b8c44008"),
        header("langTag", false, "Language of messages and dates; without it the site's.", &text, "en"),
        header(
            "timezone",
            false,
            "UTC offset in hours; without it the user's own, else the site's.",
            &text,
            "+8"
        ),
        header("aid", true, "Id of the account.", &text, "h8Qp3ZtV"),
        header(
            "uid",
            true,
            "Number of the user who sends.",
            &json!({"type": "integer", "minimum": 1, "maximum": 9_007_199_254_740_991_i64}),
            "90417"
        ),
        header("token", true, "The user's session token.", &text, "b3Nn8yWc5RkT1vQe7LxJ2uGd9HsFa4Pm"),
        header(
            "deviceInfo",
            true,
            "Text of a JSON object that describes the device.",
            &text,
            "{\"type\":\"Mobile\",\"platformName\":\"iOS\"}"
        ),
        idempotency_header(),
        request_id_header(),
    ])
}

fn responses() -> Value {
    let refused = |code: i64| json!({"value": {"code": code, "message": message(code, Language::English), "data": null}});
    let mut responses = Map::new();
    let either = json!({"oneOf": [schema_ref("FresnsSent"), schema_ref("FresnsRefused")]});
    responses.insert(
        "200".to_owned(),
        may_be_replayed(answer(
            "Code 0: the message is committed and on disk. Any other code: it is not stored, and why.",
            &either,
            &json!({"followers only": refused(36606), "wrong signature": refused(31302)}),
            false,
        )),
    );
    for (status, code, description) in [
        (408, 408, "The body did not arrive in time."),
        (409, KEY_REUSED, "The key belongs to another request; nothing was stored."),
        (413, 413, "The body is larger than 2 MiB."),
        (429, TOO_FAST, "The user has sent more than 100 times within 60 seconds."),
        (500, 500, "A fault of the server; nothing was stored."),
        (503, 503, "The server can't take the message now."),
    ] {
        let retry = matches!(status, 429 | 503);
        let examples = json!({"refused": refused(code)});
        responses
            .insert(status.to_string(), answer(description, &schema_ref("FresnsFailed"), &examples, retry));
    }
    Value::Object(responses)
}

/// The schemas of this dialect.
pub(crate) fn schemas() -> Map<String, Value> {
    let mut schemas = derived_schemas(&Schemas::openapi());
    let (failed, refused): (Vec<i64>, Vec<i64>) = MESSAGES
        .iter()
        .map(|(code, ..)| *code)
        .filter(|code| *code != 0)
        .partition(|code| is_transport(*code));
    let envelope = |codes: &[i64], data: Value| {
        json!({
            "type": "object",
            "required": ["code", "message", "data"],
            "properties": {
                "code": {"type": "integer", "enum": codes},
                "message": {"type": "string", "minLength": 1},
                "data": data,
            },
        })
    };
    schemas.insert("FresnsSent".to_owned(), envelope(&[0], schema_ref("FresnsMessage")));
    schemas.insert("FresnsRefused".to_owned(), envelope(&refused, json!({"type": "null"})));
    schemas.insert("FresnsFailed".to_owned(), envelope(&failed, json!({"type": "null"})));
    schemas.insert("FresnsSendBody".to_owned(), json!({
        "type": "object",
        "description": "Texts are trimmed; empty ones and null count as not given. Exactly one of message and fid.",
        "required": ["uidOrUsername"],
        "properties": {
            "uidOrUsername": {
                "description": "Who gets it: the number or the name of a user.",
                "anyOf": [{"type": "string", "minLength": 1}, {"type": "integer", "minimum": 0}],
            },
            "message": {"type": ["string", "null"], "description": "The text, at most 65,535 bytes."},
            "fid": {"type": ["string", "null"], "description": "Id of a file that was uploaded for this user."},
        },
    }));
    schemas
}
