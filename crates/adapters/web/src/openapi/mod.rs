//! The OpenAPI document: endpoints described beside their handlers, code tables taken from the handlers' own tables,
//! answers derived from the structs that are sent.

mod components;
mod schemas;

use components::Components;
pub use schemas::{derived, inline_name, sample, schema_of, without_null};
use serde_json::{Map, Value, json};
use utoipa::OpenApi;

use crate::health::{Checks, HealthInfo, Status};
use crate::request::idempotency::{HEADER, MAX_LENGTH, REPLAYED};

#[derive(OpenApi)]
#[openapi(components(schemas(HealthInfo, Status, Checks)))]
struct Schemas;

/// A part of the document: what one dialect has.
pub struct Description {
    /// The tag of its operations.
    pub tag: &'static str,
    /// What the tag means.
    pub about: &'static str,
    /// The request headers that say who calls.
    pub credentials: &'static [&'static str],
    /// Its schemas, by name.
    pub schemas: Map<String, Value>,
    /// Its paths, in the order in which they are shown.
    pub paths: Vec<(String, Value)>,
    /// The requests that it sends, by what they tell.
    pub webhooks: Vec<(String, Value)>,
}

/// The whole document as JSON, always the same text for the same build.
#[must_use]
pub fn document(about: &str, version: &str, parts: Vec<Description>) -> String {
    let mut text = serde_json::to_string_pretty(&composed(about, version, parts)).unwrap_or_default();
    text.push('\n');
    text
}

fn composed(about: &str, version: &str, parts: Vec<Description>) -> Value {
    let mut schemas = derived_schemas(&Schemas::openapi());
    let (mut tags, mut paths, mut webhooks) = (Vec::new(), Map::new(), Map::new());
    let mut components = Components::default();
    for mut part in parts.into_iter().chain([of_the_server()]) {
        tags.push(json!({"name": part.tag, "description": part.about}));
        schemas.extend(part.schemas);
        let items =
            part.paths.iter_mut().chain(&mut part.webhooks).filter_map(|(_, item)| item.as_object_mut());
        let mut operations: Vec<&mut Value> =
            items.flat_map(|item| item.iter_mut().map(|(_, operation)| operation)).collect();
        for operation in &mut operations {
            components.secure(operation, part.tag, part.credentials);
        }
        components.share(part.tag, &mut operations);
        paths.extend(part.paths);
        webhooks.extend(part.webhooks);
    }
    json!({
        "openapi": "3.1.0",
        "info": {"title": "sixin", "description": about, "version": version,
                 "contact": {"name": "The authors of sixin"},
                 "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"}},
        "servers": [{"url": "/"}],
        "tags": tags,
        "paths": paths,
        "webhooks": webhooks,
        "components": components.with_schemas(schemas),
    })
}

/// What the server answers without any dialect.
fn of_the_server() -> Description {
    Description {
        tag: "server",
        about: "For operators.",
        credentials: &[],
        schemas: Map::new(),
        paths: vec![("/health".to_owned(), health()), ("/openapi.json".to_owned(), this_document())],
        webhooks: Vec::new(),
    }
}

/// The schemas of structs that derive theirs.
pub fn derived_schemas(derived: &utoipa::openapi::OpenApi) -> Map<String, Value> {
    let components = serde_json::to_value(&derived.components).unwrap_or_default();
    components.get("schemas").and_then(Value::as_object).cloned().unwrap_or_default()
}

/// What is not JSON.
pub fn bytes() -> Value {
    json!({"type": "string", "format": "binary"})
}

/// The refusal of a request that belongs to no dialect.
pub fn plainly_refused(description: &str) -> Value {
    let schema = json!({
        "type": "object",
        "required": ["url", "code", "errorMessage"],
        "properties": {
            "url": {"type": "string"}, "code": {"type": "integer"}, "errorMessage": {"type": "string"},
            "msg": {"type": "string"},
        },
    });
    json!({"description": description, "content": {"application/json": {"schema": schema}}})
}

/// A reference to a schema.
pub fn schema_ref(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

/// An answer in JSON, with the headers it always has.
pub fn answer(description: &str, schema: &Value, examples: &Value, says_when_to_retry: bool) -> Value {
    let mut headers = Map::new();
    headers.insert(
        "X-Request-Id".to_owned(),
        json!({"description": "The request's id: the client's own, or a new one.", "required": true,
               "schema": {"type": "string", "minLength": 1, "maxLength": 64}}),
    );
    if says_when_to_retry {
        headers.insert(
            "Retry-After".to_owned(),
            json!({"description": "Seconds until it makes sense to try again.", "required": true,
                   "schema": {"type": "integer", "minimum": 1}}),
        );
    }
    let mut content = json!({"schema": schema});
    if let (Some(content), Some(false)) = (content.as_object_mut(), examples.as_object().map(Map::is_empty)) {
        content.insert("examples".to_owned(), examples.clone());
    }
    json!({"description": description, "headers": headers, "content": {"application/json": content}})
}

/// The same answer with the header that marks a repeat's.
pub fn may_be_replayed(mut answer: Value) -> Value {
    if let Some(headers) = answer.get_mut("headers").and_then(Value::as_object_mut) {
        headers.insert(
            REPLAYED.to_owned(),
            json!({"description": "`true` if the request repeats an earlier one: nothing was stored now, and codes, ids \
                                   and times are those of the first answer. Else absent.",
                   "schema": {"type": "string", "enum": ["true"]}}),
        );
    }
    answer
}

/// What both dialects promise to those who repeat a request.
pub const SEND_ONCE: &str = "**Send once.** With header `Idempotency-Key` a request may be repeated until it is \
answered, after a time-out or a crash of either side too: the message is stored once. The same key with the same method, \
path and parameters, from the same app key and sending user, gets the first answer again (same code, ids and times) with \
header `Idempotent-Replayed: true`, even if it would be refused by now, and does not count against the rate. Keys are kept \
24 hours unless the operator says otherwise. With another request the key is refused in HTTP 409. Refusals are not kept: a \
refused request may be sent again under its key. After a time-out or an answer with status 5xx, send the same request with \
the same key again; sign it anew if the app key is strict.\n\n";

/// The header by which a request is known when it comes again.
pub fn idempotency_header() -> Value {
    let about = "Names this request, so that it can be repeated without being carried out twice: 1 to 255 visible ASCII \
                 characters, a new one for each new request (a UUID is fine).";
    let schema = json!({"type": "string", "minLength": 1, "maxLength": MAX_LENGTH, "pattern": "^[!-~]+$"});
    header(HEADER, false, about, &schema, "")
}

/// A header of a request.
pub fn header(name: &str, required: bool, description: &str, schema: &Value, example: &str) -> Value {
    parameter("header", name, required, description, schema, example)
}

/// A parameter of a request: where it stands, and what it is. An example is shown for one that must be given; pages fill examples
/// in, and what may be left out is better left out.
pub fn parameter(
    place: &str,
    name: &str,
    required: bool,
    description: &str,
    schema: &Value,
    example: &str,
) -> Value {
    let mut parameter = json!({
        "name": name, "in": place, "required": required, "description": description, "schema": schema,
    });
    if let (Some(parameter), false) = (parameter.as_object_mut(), example.is_empty() || !required) {
        // Written as text, shown as what it is.
        let is_text = schema.get("type").and_then(Value::as_str).is_none_or(|kind| kind == "string");
        let example =
            if is_text { json!(example) } else { serde_json::from_str(example).unwrap_or(json!(example)) };
        parameter.insert("example".to_owned(), example);
    }
    parameter
}

/// The header every endpoint takes.
pub fn request_id_header() -> Value {
    let about = "1 to 64 visible ASCII characters by which the request is found in the log; anything else is \
                 replaced.";
    header("X-Request-Id", false, about, &json!({"type": "string"}), "")
}

fn health() -> Value {
    let schema = schema_ref("Health");
    json!({"get": {
        "tags": ["server"], "operationId": "health", "summary": "Whether requests should be sent here",
        "description": "200 if they should. Else 503, and `reasons` says why.",
        "parameters": [request_id_header()],
        "responses": {
            "200": answer("Ready.", &schema, &json!({"ready": {"value": {
                "status": "ready", "live": true, "ready": true,
                "checks": {"database": true, "migrations": true, "queue": true, "process_number": true, "writable": true},
                "reasons": [], "weakness": null}}}), false),
            "503": answer("Not ready; `checks` says why.", &schema, &json!({"unreachable": {"value": {
                "status": "unready", "live": true, "ready": false,
                "checks": {"database": false, "migrations": false, "queue": true, "process_number": true, "writable": true},
                "reasons": ["the database does not answer"], "weakness": null}}}), false),
        },
    }})
}

fn this_document() -> Value {
    json!({"get": {
        "tags": ["server"], "operationId": "openapi", "summary": "This document",
        "description": "OpenAPI 3.1, the same that is in the repository.",
        "parameters": [request_id_header()],
        "responses": {"200": answer("The document.", &json!({"type": "object"}), &json!({}), false)},
    }})
}
