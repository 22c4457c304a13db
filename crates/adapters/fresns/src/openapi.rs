//! The description of this dialect's endpoints.

use serde_json::{Map, Value, json};
use sixin_domain::access::session::Login;
use sixin_web::openapi::{
    Description, answer, derived_schemas, header, parameter, request_id_header, schema_ref,
};
use utoipa::OpenApi;

use crate::access::account_info::{AccountInfo, Wallet};
use crate::access::accounts::{AccountDetail, Items, SessionToken, SignedIn, SignedInUser};
use crate::access::openapi_accounts;
use crate::codes::{KEY_REUSED, NOT_ALLOWED, TOO_FAST};
use crate::conversations::conversation_info::{ConversationInfo, LatestMessage};
use crate::conversations::message_info::MessageInfo;
use crate::conversations::openapi_conversations;
use crate::conversations::panel::{
    ConversationTotals, Drafts, FileAccept, Notifications, Panel, PublishConfig, PublishConfigs,
    PublishLimit, PublishPermission,
};
use crate::files::file_info::{FileInfo, OfKind};
use crate::files::links::FileLinkInfo;
use crate::files::openapi_files;
use crate::messages::{KEY_REUSED as KEY_REUSED_ROW, Language, MESSAGES, message};
use crate::pagination::Pagination;
use crate::site::block_words::BlockWordInfo;
use crate::site::ip_info::IpInfo;
use crate::site::roles::ListedRole;
use crate::site::{openapi_site, openapi_start};
use crate::users::stats::Stats;
use crate::users::user_info::{Extends, Interactive, MainRole, Operations, Permission, RoleInfo, UserInfo};

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
    FileLinkInfo,
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
    FileAccept,
    AccountInfo,
    Wallet,
    IpInfo,
    AccountDetail,
    Items,
    SessionToken,
    SignedIn,
    SignedInUser
)))]
struct Schemas;

const ABOUT: &str = "For apps that call with their user's token.\n\n\
**Signature.** `sign` is the hex MD5 of the present ones among `aid`, `appId`, `platformId`, \
`timestamp`, `token`, `uid`, `version`, sorted by name, written as `name=value` and joined with `&`, then `&key=` and \
the app secret. Values may be form-encoded or raw, the last name `key` or `appSecret`, the hex in either case. The time \
stamp may be five minutes off. The body is not covered, so use TLS. Clients of Fresns 2.x send the same in headers that \
begin with `X-Fresns-`, with two tokens; they are taken too.\n\n\
**Refusals** come in HTTP 200 with a code other than 0 and a message in the language of `langTag`; the first condition \
that is not met decides.\n\n";

/// What this dialect has in the document.
#[must_use]
pub fn description() -> Description {
    Description {
        tag: "fresns",
        about: ABOUT,
        credentials: &[
            "platformId",
            "version",
            "appId",
            "timestamp",
            "sign",
            "aid",
            "uid",
            "token",
            "deviceInfo",
        ],
        schemas: schemas(),
        paths: paths().into_iter().map(|(path, item)| (path.to_owned(), item)).collect(),
    }
}

/// The paths and what they take.
pub(crate) fn paths() -> Vec<(&'static str, Value)> {
    let mut paths = openapi_conversations::paths();
    paths.extend(openapi_files::paths());
    paths.extend(openapi_site::paths());
    paths.extend(openapi_accounts::paths());
    paths.extend(openapi_start::paths());
    paths
}

/// An endpoint.
pub(crate) struct Endpoint {
    /// Who may call it.
    pub(crate) login: Login,
    pub(crate) id: &'static str,
    pub(crate) summary: &'static str,
    pub(crate) about: String,
    /// What it takes beside the headers every endpoint takes.
    pub(crate) parameters: Vec<Value>,
    /// Schema and examples of the body, if it has one.
    pub(crate) body: Option<(Value, Value)>,
    /// Schema of what the answer holds.
    pub(crate) data: Value,
}

impl Endpoint {
    pub(crate) fn describe(self) -> Value {
        let mut parameters = headers(self.login);
        parameters.extend(self.parameters);
        parameters.push(request_id_header());
        let mut described = json!({
            "tags": ["fresns"],
            "operationId": self.id,
            "summary": self.summary,
            "description": if self.about.trim().is_empty() { format!("{}.", self.summary) } else { self.about.trim().to_owned() },
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

pub(crate) fn id_schema() -> Value {
    json!({"type": "integer", "minimum": 0, "maximum": 9_007_199_254_740_991_i64})
}

pub(crate) fn flag() -> Value {
    json!({"type": "boolean"})
}

pub(crate) fn query(name: &str, about: &str, schema: &Value, example: &str) -> Value {
    parameter("query", name, false, about, schema, example)
}

/// Pages of a list that have that many entries if the client does not say, and at most.
pub(crate) fn paging_of(usual: i64, most: i64) -> Vec<Value> {
    let about = format!("How many entries; {usual} if not given.");
    let page = json!({"type": "integer", "minimum": 1, "maximum": 9_007_199_254_740_991_i64});
    let size = json!({"type": "integer", "minimum": 1, "maximum": most});
    vec![
        query("page", "Which page, from 1.", &page, "1"),
        query("pageSize", &about, &size, &usual.to_string()),
    ]
}

pub(crate) fn key_filters() -> Vec<Value> {
    let keys = |name, about| query(name, about, &json!({"type": "string"}), "fsid,nickname,avatar");
    vec![
        keys("whitelistKeys", "Only these keys of `user`, separated by commas, inner ones with dots."),
        keys("blacklistKeys", "Not these keys of `user`."),
    ]
}

/// A page of a list of these.
pub(crate) fn page_of(entry: &Value) -> Value {
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
pub(crate) fn insert(into: &mut Value, pointer: &str, value: Value) {
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

fn refused(code: i64) -> Value {
    let text = if code == KEY_REUSED { KEY_REUSED_ROW.1.into() } else { message(code, Language::English) };
    json!({"value": {"code": code, "message": text, "data": null}})
}

pub(crate) fn failed(code: i64, description: &str, says_when_to_retry: bool) -> Value {
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
        let about = "The body is in a Content-Encoding or charset that is not read.";
        responses.insert("415".to_owned(), failed(415, about, false));
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
    openapi_files::name_kinds(&mut schemas);
    let codes = || MESSAGES.iter().map(|(code, ..)| *code).filter(|code| *code != 0);
    let failed: Vec<i64> = codes().filter(|code| is_transport(*code)).collect();
    // One code stands for a key that belongs to another request, in HTTP 409, and for a value that is not allowed.
    let refused: Vec<i64> = codes().filter(|code| !is_transport(*code) || *code == NOT_ALLOWED).collect();
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
                "type": "string", "minLength": 1,
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
