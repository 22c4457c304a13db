//! The description of this dialect: what handlers and requests say of themselves, and what all have in common.

mod headers;

use serde_json::{Map, Value, json};
use sixin_domain::access::session::Login;
use sixin_web::openapi::{
    Description, SEND_ONCE, answer, derived, idempotency_header, may_be_replayed, parameter,
    request_id_header, sample, schema_ref, without_null,
};
use utoipa::OpenApi;

use crate::access::accounts;
use crate::codes::{KEY_REUSED, NOT_ALLOWED, TOO_FAST};
use crate::conversations::{panel, views};
use crate::files::{links, openapi_files};
use crate::messages::{KEY_REUSED as KEY_REUSED_ROW, Language, MESSAGES, message};
use crate::pagination::Pagination;
use crate::placeholders;
use crate::sending::send;
use crate::site::{block_words, code_messages, configs, ip_info, openapi_site, roles};
use crate::users::{detail, edits, marks};

#[derive(OpenApi)]
#[openapi(components(schemas(Pagination)))]
struct Schemas;

const ABOUT: &str = "For apps that call with their user's token.\n\n\
**Signature.** `sign` is the hex MD5 of the present ones among `aid`, `appId`, `platformId`, \
`timestamp`, `token`, `uid`, `version`, sorted by name, written as `name=value` and joined with `&`, then `&key=` and \
the app secret. Values may be form-encoded or raw, the last name `key` or `appSecret`, the hex in either case. The time \
stamp may be five minutes off. The body is not covered, so use TLS. Clients of Fresns 2.x send the same in headers that \
begin with `X-Fresns-`, with two tokens; they are taken too.\n\n\
**Refusals** come in HTTP 200 with a code other than 0 and a message in the language of `langTag`; the first condition \
that is not met decides.\n\n";

/// What is said alike of all operations of a generation of clients.
pub(crate) struct Generation {
    /// The tag of its operations.
    pub(crate) tag: &'static str,
    /// Its headers, for whoever has that login.
    pub(crate) headers: fn(Login) -> Vec<Value>,
    /// The schema of refusals in HTTP 200.
    pub(crate) refused: &'static str,
    /// The schema of those with a status of their own.
    pub(crate) failed: &'static str,
    /// The number of a code there.
    pub(crate) numbered: fn(i64) -> i64,
}

/// The documented one, and 2.x.
const FIRST: Generation = Generation {
    tag: "fresns",
    headers: headers::headers,
    refused: "FresnsRefused",
    failed: "FresnsFailed",
    numbered: std::convert::identity,
};

/// What this dialect has in the document.
#[must_use]
pub fn description() -> Description {
    let mut document = Schemas::openapi();
    for subject in [
        send::Described::openapi(),
        views::Described::openapi(),
        links::Described::openapi(),
        configs::Described::openapi(),
        code_messages::Described::openapi(),
        roles::Described::openapi(),
        block_words::Described::openapi(),
        panel::Described::openapi(),
        edits::Described::openapi(),
        marks::Described::openapi(),
        detail::Described::openapi(),
        accounts::Described::openapi(),
        ip_info::Described::openapi(),
        placeholders::Described::openapi(),
    ] {
        document.merge(subject);
    }
    let (mut schemas, operations) = derived(&document);
    name_parts(&mut schemas);
    let paths = completed(&FIRST, &mut schemas, operations);
    Description {
        tag: FIRST.tag,
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
        schemas,
        paths: paths.into_iter().chain(openapi_files::paths()).chain(openapi_site::paths()).collect(),
        webhooks: Vec::new(),
    }
}

/// The operations that handlers describe, each with what all have in common.
pub(crate) fn completed(
    generation: &Generation,
    schemas: &mut Map<String, Value>,
    mut paths: Map<String, Value>,
) -> Vec<(String, Value)> {
    for item in paths.values_mut().filter_map(Value::as_object_mut) {
        for (method, operation) in item.iter_mut() {
            complete(generation, schemas, method == "get", operation);
        }
    }
    for schema in schemas.values_mut().filter_map(Value::as_object_mut) {
        schema.remove("example");
    }
    // What is asked for in a query string stands among the parameters.
    schemas.retain(|_, schema| schema.get(IS_QUERY).is_none());
    paths.into_iter().collect()
}

/// Marks the schema of a query string.
const IS_QUERY: &str = "x-query";

fn complete(generation: &Generation, schemas: &mut Map<String, Value>, is_get: bool, operation: &mut Value) {
    let Some(operation) = operation.as_object_mut() else { return };
    let id = operation.get("operationId").and_then(Value::as_str);
    let is_send = id.is_some_and(|id| id.starts_with("send_message"));
    let mut parameters = (generation.headers)(taken_login(operation));
    if is_send {
        parameters.push(idempotency_header());
    }
    if let Some(Value::Array(own)) = operation.remove("parameters") {
        parameters.extend(own);
    }
    let mut body = operation.remove("requestBody");
    let is_upload = body.as_ref().is_some_and(|body| body.pointer("/content/multipart~1form-data").is_some());
    parameters.extend(body.as_mut().map(|body| settle_body(schemas, is_get, body)).unwrap_or_default());
    parameters.push(request_id_header());
    let data = operation.get("responses").and_then(|it| it.pointer("/200/content/application~1json/schema"));
    // Nothing: generators take an object that may be null, and not null alone.
    let data = data.cloned().unwrap_or_else(|| json!({"type": ["object", "null"]}));
    let done = sample(&data, schemas);
    let mut responses = generation.responses(data, &done, body.is_some() && !is_get && !is_upload);
    responses.extend(generation.own_responses(is_send, is_upload));
    if let Some(ok) = responses.get_mut("200").filter(|_| is_send) {
        *ok = may_be_replayed(ok.take());
    }
    responses.sort_keys();
    if operation.get("description").is_none() {
        let summary = operation.get("summary").and_then(Value::as_str).unwrap_or_default();
        operation.insert("description".to_owned(), json!(format!("{summary}.")));
    }
    operation.insert("tags".to_owned(), json!([generation.tag]));
    operation.insert("parameters".to_owned(), Value::Array(parameters));
    if let (false, Some(body)) = (is_get, body) {
        operation.insert("requestBody".to_owned(), body);
    }
    operation.insert("responses".to_owned(), Value::Object(responses));
}

/// Who must be signed in, which handlers say as security; the headers that show it become security for all dialects alike.
fn taken_login(operation: &mut Map<String, Value>) -> Login {
    match operation.remove("security").as_ref().and_then(|security| security.pointer("/0")) {
        Some(security) if security.get("user").is_some() => Login::User,
        Some(_) => Login::Account,
        None => Login::Nobody,
    }
}

/// Makes a body fit for the document: its schema asks for no null, and its sample stands beside it. What is asked for in a query
/// string is described by a struct too, as if it were a body, and answered as parameters.
fn settle_body(schemas: &mut Map<String, Value>, is_get: bool, body: &mut Value) -> Vec<Value> {
    insert(body, "/required", json!(true));
    let content =
        body.pointer_mut("/content").and_then(|content| content.as_object_mut()?.values_mut().next());
    let Some(content) = content else { return Vec::new() };
    let reference = content.pointer("/schema/$ref").and_then(Value::as_str).unwrap_or_default();
    let schema = reference.rsplit_once('/').and_then(|(_, name)| schemas.get_mut(name));
    let Some(schema) = schema else { return Vec::new() };
    without_null(schema);
    if is_get {
        let parameters = query_parameters(schema);
        insert(schema, "/x-query", json!(true));
        return parameters;
    }
    if let Some(example) = schema.get("example") {
        let examples = json!({"usual": {"value": example}});
        insert(content, "/examples", examples);
    }
    Vec::new()
}

impl Generation {
    /// The answers that only one operation has.
    fn own_responses(&self, is_send: bool, is_upload: bool) -> Vec<(String, Value)> {
        let too_fast = if is_upload {
            "Too many uploads of this user of late."
        } else {
            "The user has sent more than 100 times within 60 seconds."
        };
        let mut own = Vec::new();
        if is_send {
            let about = "The key belongs to another request; nothing was stored.";
            own.push(("409".to_owned(), self.failed(KEY_REUSED, about, false)));
        }
        if is_upload {
            own.push(("408".to_owned(), self.failed(408, "The body did not arrive in time.", false)));
        }
        if is_send || is_upload {
            own.push(("429".to_owned(), self.failed(TOO_FAST, too_fast, true)));
        }
        own
    }

    fn refused(&self, code: i64) -> Value {
        let text =
            if code == KEY_REUSED { KEY_REUSED_ROW.1.into() } else { message(code, Language::English) };
        json!({"value": {"code": (self.numbered)(code), "message": text, "data": null}})
    }

    fn failed(&self, code: i64, description: &str, says_when_to_retry: bool) -> Value {
        let examples = json!({"refused": self.refused(code)});
        answer(description, &schema_ref(self.failed), &examples, says_when_to_retry)
    }

    fn responses(&self, data: Value, done: &Value, has_body: bool) -> Map<String, Value> {
        let mut responses = Map::new();
        let either = json!({"oneOf": [envelope(&[0], data), schema_ref(self.refused)]});
        let done = json!({"code": 0, "message": "ok", "data": done});
        let examples = json!({"done": {"value": done}, "wrong signature": self.refused(31302)});
        let about =
            "Code 0: done, and what was changed is on disk. Any other code: nothing was changed, and why.";
        responses.insert("200".to_owned(), answer(about, &either, &examples, false));
        if has_body {
            responses.insert("408".to_owned(), self.failed(408, "The body did not arrive in time.", false));
            responses.insert("413".to_owned(), self.failed(413, "The body is larger than 2 MiB.", false));
            let about = "The body is in a Content-Encoding or charset that is not read.";
            responses.insert("415".to_owned(), self.failed(415, about, false));
        }
        responses
            .insert("500".to_owned(), self.failed(500, "A fault of the server; nothing was changed.", false));
        responses.insert("503".to_owned(), self.failed(503, "The server can't do that now.", true));
        responses
    }
}

/// What a query string may ask for, one by one.
fn query_parameters(schema: &Value) -> Vec<Value> {
    let required = schema.get("required").and_then(Value::as_array);
    let is_required =
        |name: &str| required.is_some_and(|required| required.iter().any(|other| other == name));
    let properties = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
    let query = |(name, property): (&String, &Value)| {
        let mut property = property.clone();
        let about = property.as_object_mut().and_then(|property| property.remove("description"));
        let about = about.as_ref().and_then(Value::as_str).unwrap_or_default();
        parameter("query", name, is_required(name), about, &property, "")
    };
    properties.map(query).collect()
}

/// What a send does, its codes among it.
pub(crate) fn about_send() -> String {
    about_send_in(&FIRST)
}

/// The same in the numbers of a generation.
pub(crate) fn about_send_in(generation: &Generation) -> String {
    let mut about = format!(
        "Sends a text or an uploaded file to another user.\n\n{SEND_ONCE}| code | meaning |\n| --- | --- |\n"
    );
    for (code, english, ..) in MESSAGES {
        about.push_str(&format!("| {} | {english} |\n", (generation.numbered)(*code)));
    }
    about
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

/// What refusals look like.
pub(crate) fn name_refusals(generation: &Generation, schemas: &mut Map<String, Value>) {
    let codes = || MESSAGES.iter().map(|(code, ..)| *code).filter(|code| *code != 0);
    let numbered = |codes: Vec<i64>| codes.into_iter().map(generation.numbered).collect::<Vec<_>>();
    let failed: Vec<i64> = codes().filter(|code| is_transport(*code)).collect();
    // One code stands for a key that belongs to another request, in HTTP 409, and for a value that is not allowed.
    let refused: Vec<i64> = codes().filter(|code| !is_transport(*code) || *code == NOT_ALLOWED).collect();
    let nothing = json!({"type": ["object", "null"]});
    schemas.insert(generation.refused.to_owned(), envelope(&numbered(refused), nothing.clone()));
    schemas.insert(generation.failed.to_owned(), envelope(&numbered(failed), nothing));
}

/// What refusals look like, and what objects look like of which only some keys were asked for.
fn name_parts(schemas: &mut Map<String, Value>) {
    openapi_files::name_kinds(schemas);
    name_refusals(&FIRST, schemas);
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
    let user = part_of(&schema_ref("FresnsUser"), schemas);
    schemas.insert("FresnsUserPart".to_owned(), user);
}

/// The schema of an object of which only some keys were asked for, also of the objects inside it.
pub(crate) fn part_of(schema: &Value, schemas: &Map<String, Value>) -> Value {
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
