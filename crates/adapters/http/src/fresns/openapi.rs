//! The description of this dialect's endpoints.

use serde_json::{Map, Value, json};
use sixin_domain::session::Login;
use utoipa::OpenApi;

use super::block_words::BlockWordInfo;
use super::codes::{KEY_REUSED, TOO_FAST};
use super::conversation_info::{ConversationInfo, LatestMessage};
use super::conversations::MOST_OF_A_PAGE;
use super::file_info::{FileInfo, OfKind};
use super::message_info::MessageInfo;
use super::messages::{Language, MESSAGES, message};
use super::openapi_site;
use super::pagination::{PAGE_SIZE, Pagination};
use super::panel::{
    ConversationTotals, Drafts, FileAccept, Notifications, Panel, PublishConfig, PublishConfigs,
    PublishLimit, PublishPermission,
};
use super::roles::ListedRole;
use super::routes::{
    CODE_MESSAGES, DELETE, DETAIL, LIST, MARK_AS_READ, MESSAGES as MESSAGES_PATH, PIN, SEND,
};
use super::stats::Stats;
use super::user_info::{Extends, Interactive, MainRole, Operations, Permission, RoleInfo, UserInfo};
use crate::openapi::{
    SEND_ONCE, answer, derived_schemas, header, idempotency_header, may_be_replayed, parameter,
    request_id_header, schema_ref,
};

#[derive(OpenApi)]
#[openapi(components(schemas(
    ConversationInfo,
    LatestMessage,
    Pagination,
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
    OfKind,
    ListedRole,
    BlockWordInfo,
    Panel,
    ConversationTotals,
    Notifications,
    Drafts,
    PublishConfigs,
    PublishConfig,
    PublishPermission,
    PublishLimit,
    FileAccept
)))]
struct Schemas;

const SIGNATURE: &str = "**Signature.** `sign` is the hex MD5 of the present ones among `aid`, `appId`, `platformId`, \
`timestamp`, `token`, `uid`, `version`, sorted by name, written as `name=value` and joined with `&`, then `&key=` and \
the app secret. Values may be form-encoded or raw, the last name `key` or `appSecret`, the hex in either case. The time \
stamp may be five minutes off. The body is not covered, so use TLS.\n\n\
**Refusals** come in HTTP 200 with a code other than 0 and a message in the language of `langTag`; the first condition \
that is not met decides.\n\n";

/// The paths and what they take.
pub(crate) fn paths() -> Vec<(&'static str, Value)> {
    let mut paths = vec![
        (SEND, json!({"post": send()})),
        (LIST, json!({"get": list()})),
        (DETAIL, json!({"get": detail()})),
        (MESSAGES_PATH, json!({"get": messages()})),
        (MARK_AS_READ, json!({"put": mark_as_read()})),
        (PIN, json!({"put": pin()})),
        (DELETE, json!({"delete": delete()})),
        (CODE_MESSAGES, json!({"get": code_messages()})),
    ];
    paths.extend(openapi_site::paths());
    paths
}

/// An endpoint.
pub(super) struct Endpoint {
    /// Who may call it.
    pub(super) login: Login,
    pub(super) id: &'static str,
    pub(super) summary: &'static str,
    pub(super) about: String,
    /// What it takes beside the headers every endpoint takes.
    pub(super) parameters: Vec<Value>,
    /// Schema and examples of the body, if it has one.
    pub(super) body: Option<(Value, Value)>,
    /// Schema of what the answer holds.
    pub(super) data: Value,
}

impl Endpoint {
    pub(super) fn describe(self) -> Value {
        let mut parameters = headers(self.login);
        parameters.extend(self.parameters);
        parameters.push(request_id_header());
        let mut described = json!({
            "tags": ["fresns"],
            "operationId": self.id,
            "summary": self.summary,
            "description": format!("{}{SIGNATURE}", self.about),
            "parameters": parameters,
            "responses": responses(self.data, self.body.is_some()),
        });
        if let (Some(described), Some((schema, examples))) = (described.as_object_mut(), self.body) {
            let content = json!({"application/json": {"schema": schema, "examples": examples}});
            described.insert("requestBody".to_owned(), json!({"required": true, "content": content}));
        }
        described
    }
}

fn send() -> Value {
    let endpoint = Endpoint {
        login: Login::User,
        id: "send_message",
        summary: "Send a message to another user",
        about: format!("Sends a text or an uploaded file to another user.\n\n{SEND_ONCE}{}\n", code_table()),
        parameters: vec![idempotency_header()],
        body: Some((
            schema_ref("FresnsSendBody"),
            json!({
                "text": {"value": {"uidOrUsername": "user2", "message": "See you at nine"}},
                "file": {"value": {"uidOrUsername": "user2", "fid": "kQ3vX8pZ"}},
            }),
        )),
        data: schema_ref("FresnsMessage"),
    };
    let mut described = endpoint.describe();
    if let Some(responses) = described.get_mut("responses").and_then(Value::as_object_mut) {
        if let Some(ok) = responses.remove("200") {
            responses.insert("200".to_owned(), may_be_replayed(ok));
        }
        for (status, code, description) in [
            (409, KEY_REUSED, "The key belongs to another request; nothing was stored."),
            (429, TOO_FAST, "The user has sent more than 100 times within 60 seconds."),
        ] {
            responses.insert(status.to_string(), failed(code, description, status == 429));
        }
        responses.sort_keys();
    }
    described
}

fn list() -> Value {
    let mut parameters = paging();
    parameters.push(query(
        "isPin",
        "Only conversations that are pinned, or only those that are not.",
        &flag(),
        "true",
    ));
    parameters.push(query(
        "cursor",
        "`nextCursor` of the part before, instead of `page`; costs the same at any depth.",
        &json!({"type": "string"}),
        "1848dca1c3b-2f0c1d",
    ));
    parameters.extend(key_filters());
    let mut page = page_of(&schema_ref("FresnsConversationPart"));
    insert(
        &mut page,
        "/properties/nextCursor",
        json!({
            "type": ["string", "null"], "description": "Where the next part begins; null at the end.",
        }),
    );
    insert(&mut page, "/required/-", json!("nextCursor"));
    Endpoint {
        login: Login::User,
        id: "list_conversations",
        summary: "List one's conversations",
        about: "The conversations of the caller, the one with the newest message first.\n\n".to_owned(),
        parameters,
        body: None,
        data: page,
    }
    .describe()
}

fn detail() -> Value {
    let mut parameters = vec![conversation_id()];
    parameters.extend(key_filters());
    Endpoint {
        login: Login::User,
        id: "show_conversation",
        summary: "Show one conversation",
        about: String::new(),
        parameters,
        body: None,
        data: schema_ref("FresnsConversationPart"),
    }
    .describe()
}

fn messages() -> Value {
    let order = |name, about| query(name, about, &json!({"type": "string", "enum": ["asc", "desc"]}), "desc");
    let bound = |name, about| query(name, about, &id_schema(), "5021");
    let mut parameters = vec![conversation_id()];
    parameters.extend(paging());
    parameters.extend([
        bound("after", "Only messages after that one; costs the same at any depth."),
        bound("before", "Only messages before that one; costs the same at any depth."),
        order("orderDirection", "`desc`: the newest are on the first page; `asc`: the oldest."),
        order("pageListDirection", "The order inside a page, if it is to be another."),
    ]);
    parameters.extend(key_filters());
    Endpoint {
        login: Login::User,
        id: "list_messages",
        summary: "List the messages of a conversation",
        about: "Messages as the caller sees them. Listing marks nothing as read.\n\n".to_owned(),
        parameters,
        body: None,
        data: page_of(&schema_ref("FresnsMessagePart")),
    }
    .describe()
}

fn mark_as_read() -> Value {
    change(
        "mark_as_read",
        "Mark a conversation or messages as read",
        "With a conversation, all messages there are now; with messages, those that the caller received. Others are \
         passed over.\n\n",
        &schema_ref("FresnsTargetBody"),
    )
}

fn pin() -> Value {
    let mut schema = json!({"type": "object", "required": ["conversationId"]});
    insert(&mut schema, "/properties", json!({"conversationId": id_schema()}));
    change("pin_conversation", "Pin a conversation, or take that back", "Each call changes it.\n\n", &schema)
}

fn delete() -> Value {
    change(
        "delete_from_view",
        "Delete a conversation or messages from one's view",
        "The other side keeps what it has. A conversation comes back with its next message, without the old ones.\n\n",
        &schema_ref("FresnsTargetBody"),
    )
}

/// An endpoint that changes something and has nothing to tell.
fn change(id: &'static str, summary: &'static str, about: &str, schema: &Value) -> Value {
    let examples = if id == "pin_conversation" {
        json!({"conversation": {"value": {"conversationId": 5020}}})
    } else {
        json!({
            "conversation": {"value": {"type": "conversation", "conversationId": 5020}},
            "messages": {"value": {"type": "message", "messageIds": "5021,5022"}},
        })
    };
    Endpoint {
        login: Login::User,
        id,
        summary,
        about: about.to_owned(),
        parameters: Vec::new(),
        body: Some((schema.clone(), examples)),
        data: json!({"type": "null"}),
    }
    .describe()
}

fn id_schema() -> Value {
    json!({"type": "integer", "minimum": 0, "maximum": 9_007_199_254_740_991_i64})
}

pub(super) fn flag() -> Value {
    json!({"type": "boolean"})
}

pub(super) fn query(name: &str, about: &str, schema: &Value, example: &str) -> Value {
    parameter("query", name, false, about, schema, example)
}

fn conversation_id() -> Value {
    let about = "Digits: the id of the conversation. Anything else: the name of the other user.";
    parameter("path", "conversationId", true, about, &json!({"type": "string", "minLength": 1}), "5020")
}

fn paging() -> Vec<Value> {
    paging_of(PAGE_SIZE, MOST_OF_A_PAGE)
}

/// Pages of a list that have that many entries if the client does not say, and at most.
pub(super) fn paging_of(usual: i64, most: i64) -> Vec<Value> {
    let about = format!("How many entries; {usual} if not given.");
    let page = json!({"type": "integer", "minimum": 1, "maximum": 9_007_199_254_740_991_i64});
    let size = json!({"type": "integer", "minimum": 1, "maximum": most});
    vec![
        query("page", "Which page, from 1.", &page, "1"),
        query("pageSize", &about, &size, &usual.to_string()),
    ]
}

pub(super) fn key_filters() -> Vec<Value> {
    let keys = |name, about| query(name, about, &json!({"type": "string"}), "fsid,nickname,avatar");
    vec![
        keys("whitelistKeys", "Only these keys of `user`, separated by commas, inner ones with dots."),
        keys("blacklistKeys", "Not these keys of `user`."),
    ]
}

/// A page of a list of these.
pub(super) fn page_of(entry: &Value) -> Value {
    let pagination = schema_ref("FresnsPagination");
    json!({
        "type": "object",
        "required": ["pagination", "paginate", "list"],
        "properties": {
            "pagination": pagination,
            "paginate": pagination,
            "list": {"type": "array", "items": entry},
        },
    })
}

/// Puts a value where a JSON pointer leads; `-` stands for the end of an array.
fn insert(into: &mut Value, pointer: &str, value: Value) {
    let Some((parent, key)) = pointer.rsplit_once('/') else { return };
    match into.pointer_mut(parent) {
        Some(Value::Object(map)) => drop(map.insert(key.to_owned(), value)),
        Some(Value::Array(entries)) => entries.push(value),
        _ => {}
    }
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

fn refused(code: i64) -> Value {
    json!({"value": {"code": code, "message": message(code, Language::English), "data": null}})
}

fn failed(code: i64, description: &str, says_when_to_retry: bool) -> Value {
    let examples = json!({"refused": refused(code)});
    answer(description, &schema_ref("FresnsFailed"), &examples, says_when_to_retry)
}

fn responses(data: Value, has_body: bool) -> Map<String, Value> {
    let mut responses = Map::new();
    let either = json!({"oneOf": [envelope(&[0], data), schema_ref("FresnsRefused")]});
    let examples = json!({"wrong signature": refused(31302)});
    let about =
        "Code 0: done, and what was changed is on disk. Any other code: nothing was changed, and why.";
    responses.insert("200".to_owned(), answer(about, &either, &examples, false));
    if has_body {
        responses.insert("408".to_owned(), failed(408, "The body did not arrive in time.", false));
        responses.insert("413".to_owned(), failed(413, "The body is larger than 2 MiB.", false));
    }
    responses.insert("500".to_owned(), failed(500, "A fault of the server; nothing was changed.", false));
    responses.insert("503".to_owned(), failed(503, "The server can't do that now.", true));
    responses
}

fn envelope(codes: &[i64], data: Value) -> Value {
    json!({
        "type": "object",
        "required": ["code", "message", "data"],
        "properties": {
            "code": {"type": "integer", "enum": codes},
            "message": {"type": "string", "minLength": 1},
            "data": data,
        },
    })
}

fn code_messages() -> Value {
    let codes = json!({"type": "string"});
    Endpoint {
        login: Login::Nobody,
        id: "list_code_messages",
        summary: "Show what codes say",
        about: "The message of each code that is asked for, in the caller's language.\n\n".to_owned(),
        parameters: vec![
            query("isAll", "Whether all codes are asked for.", &flag(), "true"),
            query("codes", "At most 200 codes, separated by commas.", &codes, "36603,36608"),
            query("unikey", "Whose codes: those of plugins are none.", &json!({"type": "string"}), "Fresns"),
        ],
        body: None,
        data: json!({"type": "object", "additionalProperties": {"type": "string"}}),
    }
    .describe()
}

/// The headers every endpoint takes. Those that say who calls are needed where somebody must be signed in.
fn headers(login: Login) -> Vec<Value> {
    let (account, user) = (matches!(login, Login::Account | Login::User), login == Login::User);
    let text = json!({"type": "string"});
    vec![
        header(
            "platformId",
            true,
            "Platform of the app key, 1 to 13.",
            &json!({"type": "integer", "minimum": 1, "maximum": 13}),
            "5",
        ),
        header("version", true, "Version of the app.", &text, "2.0.0"),
        header("appId", true, "Id of the app key.", &text, "Zx4kTq9L"),
        header(
            "timestamp",
            true,
            "When it was signed: seconds (10 digits) or milliseconds since 1970.",
            &json!({"type": "string", "pattern": "^[0-9]{10,13}$"}),
            "1668061200123",
        ),
        header("sign", true, "Hex MD5, see above.", &text, "256a35a02de008c6f906e418b8c44008"),
        header("langTag", false, "Language of messages and dates; without it the site's.", &text, "en"),
        header(
            "timezone",
            false,
            "UTC offset in hours; without it the user's own, else the site's.",
            &text,
            "+8",
        ),
        header("aid", account, "Id of the account.", &text, "h8Qp3ZtV"),
        header(
            "uid",
            user,
            "Number of the user.",
            &json!({"type": "integer", "minimum": 1, "maximum": 9_007_199_254_740_991_i64}),
            "90417",
        ),
        header(
            "token",
            account,
            "The session token of the user, or of the account without a user.",
            &text,
            "b3Nn8yWc5RkT1vQe7LxJ2uGd9HsFa4Pm",
        ),
        header(
            "deviceInfo",
            true,
            "Text of a JSON object that describes the device.",
            &text,
            "{\"type\":\"Mobile\",\"platformName\":\"iOS\"}",
        ),
    ]
}

/// The schemas of this dialect.
pub(crate) fn schemas() -> Map<String, Value> {
    let mut schemas = derived_schemas(&Schemas::openapi());
    let (failed, refused): (Vec<i64>, Vec<i64>) = MESSAGES
        .iter()
        .map(|(code, ..)| *code)
        .filter(|code| *code != 0)
        .partition(|code| is_transport(*code));
    schemas.insert("FresnsRefused".to_owned(), envelope(&refused, json!({"type": "null"})));
    schemas.insert("FresnsFailed".to_owned(), envelope(&failed, json!({"type": "null"})));
    for (part, whole) in
        [("FresnsConversationPart", "FresnsConversation"), ("FresnsMessagePart", "FresnsMessage")]
    {
        let mut schema = schemas.get(whole).cloned().unwrap_or_default();
        // With key filters a user has only the keys that were asked for.
        let user = json!({"anyOf": [schema_ref("FresnsUserPart"), {"type": "null"}]});
        insert(&mut schema, "/properties/user", user);
        schemas.insert(part.to_owned(), schema);
    }
    schemas.remove("FresnsConversation");
    let user = part_of(&schema_ref("FresnsUser"), &schemas);
    schemas.insert("FresnsUserPart".to_owned(), user);
    schemas.insert(
        "FresnsTargetBody".to_owned(),
        json!({
            "type": "object",
            "description": "Either a conversation or messages, as `type` says.",
            "required": ["type"],
            "properties": {
                "type": {"type": "string", "enum": ["conversation", "message"]},
                "conversationId": id_schema(),
                "messageIds": {"type": "string", "description": "At most 1000 ids, separated by commas."},
            },
        }),
    );
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

/// The schema of an object of which only some keys were asked for, also of the objects inside it.
fn part_of(schema: &Value, schemas: &Map<String, Value>) -> Value {
    if let Some(name) = schema.get("$ref").and_then(Value::as_str).and_then(|path| path.rsplit('/').next()) {
        return schemas.get(name).map_or(Value::Null, |named| part_of(named, schemas));
    }
    let Some(object) = schema.as_object() else { return schema.clone() };
    let mut part = object.clone();
    part.remove("required");
    if let Some(properties) = part.get_mut("properties").and_then(Value::as_object_mut) {
        properties.values_mut().for_each(|property| *property = part_of(property, schemas));
    }
    for kind in ["allOf", "oneOf", "anyOf"] {
        if let Some(parts) = part.get_mut(kind).and_then(Value::as_array_mut) {
            parts.iter_mut().for_each(|inner| *inner = part_of(inner, schemas));
        }
    }
    Value::Object(part)
}
