//! The description of this dialect, first of `POST /message/private/publish.json`.

pub(crate) mod operation;

use serde_json::{Map, Value, json};
use sixin_web::openapi::{
    Description, SEND_ONCE, answer, derived_schemas, header, idempotency_header, may_be_replayed,
    request_id_header, schema_ref,
};
use utoipa::OpenApi;

use crate::codes::{Code, KEY_REUSED};
use crate::messages::expansions::{Carried, Pair};
use crate::messages::history_info::{History, HistoryInfo};
use crate::messages::logs::LogInfo;
use crate::messages::{openapi_expansions, openapi_logs, openapi_messages};
use crate::responses::{Done, MessageUid, Published, Refused, SUCCESS};
use crate::sending::openapi_publish;
use crate::site::openapi_words;
use crate::site::sensitive_words::{Added, Word, Words};
use crate::users::lists::UserList;
use crate::users::preference_info::{Level, Period, PeriodData, Remark, RemarkListing};
use crate::users::restrictions::{Blocked, BlockedUser, Deactivated, DoneAs, Muted};
use crate::users::user_info::{Online, Token, UserInfo, UserListing, UserOnPage};
use crate::users::{
    openapi_lists as openapi_user_lists, openapi_preferences, openapi_restrictions, openapi_users,
};

#[derive(OpenApi)]
#[openapi(components(schemas(
    Published,
    MessageUid,
    Refused,
    Done,
    History,
    HistoryInfo,
    Token,
    UserInfo,
    UserListing,
    UserOnPage,
    Online,
    UserList,
    Blocked,
    BlockedUser,
    Muted,
    Deactivated,
    DoneAs,
    Period,
    PeriodData,
    Level,
    RemarkListing,
    Remark,
    Words,
    Word,
    Added,
    LogInfo,
    Carried,
    Pair
)))]
struct Schemas;

const SIGNING: &str = "Publishes a message of one user to 1 to 1000 others.\n\n\
**Signature.** `Signature` is the hex SHA-1 of app secret, `Nonce` and `Timestamp`, joined as they stand in the headers \
without separators; either hex case. `Timestamp` is in seconds or milliseconds. Each header may also be sent as \
`RC-App-Key`, `RC-Nonce`, `RC-Timestamp`, `RC-Signature`. Body and path are not covered, so use TLS. Old time stamps and \
repeated nonces are refused only for keys that are strict.\n\n\
**Body.** A form or JSON; a body that begins with `{` is read as JSON whatever its content type says. Empty texts, JSON \
null and, for optional parameters, the text `undefined` count as not given; a whole number counts as its digits. `toUserId` \
may be repeated, sent as `toUserId[]` or `toUserId[0]`, `toUserId[1]` and so on, joined with commas, or a JSON array. Any \
other parameter that comes twice must say the same twice. multipart/form-data is read too, and so is what is packed with \
gzip; other encodings and character sets are 415.\n\n\
**Stored or not at all.** One unknown user refuses the whole call. With `verifyBlacklist=1` recipients on whose relation \
a block stands are skipped; if none is left, 1005. A sender among its recipients is skipped; if none is left, 1003.\n\n\
**Signals.** Where `isPersisted` and `isCounted` are not given, the type decides: notices (RC:InfoNtf, RC:ContactNtf, \
RC:ProfileNtf, RC:CmdNtf, RC:GrpNtf) are not counted as unread, and signals between devices (RC:CmdMsg, RC:RcCmd, RC:TypSts, \
RC:ReadNtf, other receipts, RC:MsgExMsg, those of calls) are not kept in the conversation either.\n\n";

pub(crate) const MSG_RANDOM: &str = "Without that header, `msgRandom` does the same for one minute. (RongCloud answers an error to a \
repeat; sixin answers as the first time.)\n\n";

/// What this dialect has in the document.
#[must_use]
pub fn description() -> Description {
    Description {
        tag: "rongcloud",
        about: "For back ends that sign with their app secret.",
        credentials: &["App-Key", "Nonce", "Timestamp", "Signature"],
        schemas: schemas(),
        paths: paths(),
    }
}

/// The paths of this dialect.
pub(crate) fn paths() -> Vec<(&'static str, Value)> {
    [
        vec![(crate::routes::PUBLISH, publish())],
        openapi_publish::paths(),
        openapi_messages::paths(),
        openapi_expansions::paths(),
        openapi_users::paths(),
        openapi_user_lists::paths(),
        openapi_restrictions::paths(),
        openapi_preferences::paths(),
        openapi_words::paths(),
        openapi_logs::paths(),
    ]
    .concat()
}

fn publish() -> Value {
    let parameters = [signed(), vec![idempotency_header()]].concat();
    json!({"post": {
        "tags": ["rongcloud"],
        "operationId": "publish_private_message",
        "summary": "Publish a private message",
        "description": format!("{SIGNING}{SEND_ONCE}{MSG_RANDOM}{}", code_table()),
        "parameters": parameters,
        "requestBody": {
            "required": true,
            "content": {
                "application/json": {
                    "schema": schema_ref("RongCloudPublishJson"),
                    "examples": {"text": {"value": sample()}},
                },
                "application/x-www-form-urlencoded": {
                    "schema": schema_ref("RongCloudPublishForm"),
                    "encoding": {"toUserId": {"style": "form", "explode": true}},
                    "examples": {"text": {"value": sample()}},
                },
            },
        },
        "responses": responses(),
    }})
}

/// The specification's cURL sample.
fn sample() -> Value {
    json!({
        "fromUserId": "user1", "toUserId": ["user2"], "objectName": "RC:TxtMsg",
        "content": "{\"content\":\"Hello World\"}",
    })
}

pub(crate) fn code_table() -> String {
    let mut table = format!(
        "| code | HTTP | text | meaning |\n| --- | --- | --- | --- |\n| {SUCCESS} | 200 | 成功 | done |\n"
    );
    for code in Code::ALL.into_iter().filter(|code| !matches!(code, Code::NotOneToOne | Code::TooManyWords)) {
        let (number, status, text) = code.row();
        table.push_str(&format!("| {number} | {} | {text} | {} |\n", status.as_u16(), code.meaning()));
    }
    table.push_str("\nA body that is too large (413), that does not arrive in time (408) or is in an encoding that is not read (415), and a key of another request (409), have code 1003.");
    table
}

/// The signature, as parameters.
pub(crate) fn signed() -> Vec<Value> {
    let text = json!({"type": "string", "minLength": 1});
    vec![
        header("App-Key", true, "Id of the app key.", &text, "your-app-key"),
        header("Nonce", true, "Any text; a new one for each request if the key is strict.", &text, "14314"),
        header(
            "Timestamp",
            true,
            "When it was signed: seconds or milliseconds since 1970.",
            &text,
            "1408710653000",
        ),
        header(
            "Signature",
            true,
            "Hex SHA-1 of secret, nonce and time stamp.",
            &text,
            "30be0bbca9c9b2e27578701e9fda2358a814c88f",
        ),
        request_id_header(),
    ]
}

pub(crate) fn responses() -> Value {
    let mut responses = Map::new();
    responses.insert(
        "200".to_owned(),
        may_be_replayed(answer(
            "The message of every recipient that is named is committed and on disk.",
            &schema_ref("RongCloudPublished"),
            &json!({"stored": {"value": {
            "code": 200, "messageId": "338194283397121", "sentTime": 1_640_995_200_000_i64,
            "messageUIDs": [{"userId": "user2", "messageUID": "16EA-XU84-007G-FDTH"}]}}}),
            false,
        )),
    );
    for (status, description) in [
        (400, "A parameter, the type or the content is wrong; nothing was stored."),
        (401, "A signature part is missing or wrong, or there is no such app key."),
        (403, "A block stands between the sender and every recipient."),
        (404, "A user is unknown, deleted or disabled; `errorMessage` names it."),
        (408, "The body did not arrive in time."),
        (409, "The key belongs to another request; nothing was stored."),
        (413, "The body is larger than 2 MiB."),
        (415, "The body is in a Content-Encoding or charset that is not read."),
        (429, "The sender has sent more than 100 times within 60 seconds."),
        (500, "A fault of the server; nothing was stored."),
        (503, "The server can't take the message now."),
    ] {
        responses.insert(status.to_string(), refused(status, description));
    }
    Value::Object(responses)
}

/// The answer with that status to a request that was not accepted.
pub(crate) fn refused(status: u16, description: &str) -> Value {
    let retry = matches!(status, 429 | 503);
    answer(description, &schema_ref("RongCloudError"), &examples(status), retry)
}

/// One example for each code with that status.
fn examples(status: u16) -> Value {
    let rows = Code::ALL.into_iter().map(Code::row).filter(|(_, of_code, _)| of_code.as_u16() == status);
    let example = |(number, text, detail): (i64, &str, &str)| {
        let error_message = format!("{text}: {detail}");
        let value = json!({"code": number, "errorMessage": error_message, "msg": error_message, "url": crate::routes::PUBLISH});
        (number.to_string(), json!({"value": value}))
    };
    if status == 409 {
        let (number, _, text) = Code::Parameter.row();
        return Value::Object(std::iter::once(example((number, text, KEY_REUSED))).collect());
    }
    Value::Object(rows.map(|(number, _, text)| example((number, text, "what to mend, in English"))).collect())
}

/// The schemas of this dialect.
pub(crate) fn schemas() -> Map<String, Value> {
    let mut schemas = derived_schemas(&Schemas::openapi());
    schemas.insert("RongCloudPublishForm".to_owned(), body(&json!({"type": "string"})));
    schemas.insert("RongCloudPublishJson".to_owned(), recipient_body());
    schemas.insert("RongCloudTemplate".to_owned(), openapi_publish::body(&recipient_body()));
    schemas.insert("RongCloudSwitch".to_owned(), json!({
        "description": "0 or 1; the other spellings are those of existing clients. Empty, null and `undefined` mean \
                        not given.",
        "type": "integer", "enum": [0, 1],
    }));
    schemas
}

/// A whole number, also as text.
pub(crate) fn number(about: &str, least: i64, most: i64) -> Value {
    json!({"description": about, "type": "integer", "format": "int64", "minimum": least, "maximum": most})
}

/// A switch.
pub(crate) fn switch(about: &str) -> Value {
    json!({"description": about, "allOf": [schema_ref("RongCloudSwitch")]})
}

/// The body of a publish as JSON.
fn recipient_body() -> Value {
    body(&json!({"type": "string", "minLength": 1, "maxLength": 64}))
}

fn body(recipient: &Value) -> Value {
    let text = |about: &str, most: u32| json!({"type": "string", "minLength": 1, "maxLength": most, "description": about});
    let option = |about: &str, most: u32| json!({"type": "string", "maxLength": most, "description": about});
    let object = |about: &str| json!({"type": "string", "description": about});
    json!({
        "type": "object",
        "required": ["fromUserId", "toUserId", "objectName", "content"],
        "properties": {
            "fromUserId": text("Who sends: a user id of at most 64 bytes.", 64),
            "toUserId": {
                "description": "Who gets it: 1 to 1000 user ids of at most 64 bytes each.",
                "type": "array", "items": recipient, "minItems": 1, "maxItems": 1000,
            },
            "objectName": text("Type of the message: a built-in one (RC:TxtMsg, RC:ImgMsg, ...) or a custom one of at \
                                most 32 characters that does not begin with RC:.", 32),
            "content": text("The content: the text of a JSON object for built-in types, any text for custom ones. The \
                             text in an RC:TxtMsg has at most 4096 bytes, any content 128 KiB.", 131_072),
            "pushContent": option("Text of the notification, at most 1000 bytes.", 1000),
            "pushData": option("Data of the notification, at most 1000 bytes.", 1000),
            "count": number("0: not counted as unread (unless isCounted says so), 1: counted; -1 and 2 to 9999 are a \
                             badge number.", -1, 9999),
            "verifyBlacklist": switch("1: recipients on whose relation a block stands are skipped. Default 0."),
            "isPersisted": switch("0: not kept in the conversation. Default: 1, but 0 for signals."),
            "isCounted": switch("0: adds nothing to the unread count. Default: 1, but 0 for notices and signals."),
            "isIncludeSender": switch("1: shows in the sender's own view too. Default 0."),
            "contentAvailable": switch("1: silent push on iOS. Default 0."),
            "expansion": switch("1: the message can carry key-value data later. Default false."),
            "extraContent": object("Text of a JSON object of at most 100 pairs; needs expansion=true."),
            "disablePush": switch("1: no notification. Default false."),
            "pushExt": object("Text of a JSON object with settings for push services; title at most 50 characters."),
            "busChannel": {"type": "string", "maxLength": 20, "pattern": "^[A-Za-z0-9]*$",
                           "description": "Channel within the conversation, at most 20 letters and digits."},
            "disableUpdateLastMsg": switch("1: does not become the conversation's latest message. Default false."),
            "needReadReceipt": switch("1: asks for a read receipt. Default 0."),
            "msgRandom": number("A number of the caller's choice, kept with the message. Without header Idempotency-Key the request is \
                                 known by it for one minute: a repeat gets the first answer.", i64::MIN, i64::MAX),
        },
    })
}
