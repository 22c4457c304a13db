//! The description of the administration API.

use serde_json::{Map, Value, json};
use sixin_web::openapi::{
    Description, answer, bytes, derived, header, request_id_header, sample, schema_ref,
};
use utoipa::OpenApi;

use crate::api::{
    adding, app_keys, audit, messages, operators, overview, own_account, people, receivers, retention, site,
    tokens, users, words,
};
use crate::codes::Refused;

const ABOUT: &str = "For programs of those who run the site: what the console at `/console/` and the command line do.\n\n\
**Who calls** says so with `Authorization: Bearer` and a token that `sixin operator token create` made. A token may do what its scopes \
name, as far as the role of its operator allows it; each operation names its scope.\n\n\
**Every change, and every look at messages, is a row of the audit**, written before it is done; if it then fails, a second row says so \
(`failed` names the first). Refusals have a word in `error` that stays the same. Times are milliseconds since 1970 UTC. More: \
docs/console.md.";

#[derive(OpenApi)]
#[openapi(components(schemas(Refused)))]
struct Schemas;

/// What the administration API has in the document.
#[must_use]
pub fn description() -> Description {
    let mut document = Schemas::openapi();
    for subject in [
        overview::Operations::openapi(),
        users::Operations::openapi(),
        people::Operations::openapi(),
        messages::Operations::openapi(),
        app_keys::Operations::openapi(),
        site::Operations::openapi(),
        words::Operations::openapi(),
        receivers::Operations::openapi(),
        retention::Operations::openapi(),
        adding::Operations::openapi(),
        operators::Operations::openapi(),
        own_account::Operations::openapi(),
        tokens::Operations::openapi(),
        audit::Operations::openapi(),
    ] {
        document.merge(subject);
    }
    let (mut schemas, mut paths) = derived(&document);
    let operations = paths.values_mut().filter_map(Value::as_object_mut).flat_map(|item| item.values_mut());
    operations.for_each(|operation| complete(operation, &schemas));
    // They stand with the bodies.
    for schema in schemas.values_mut().filter_map(Value::as_object_mut) {
        schema.remove("example");
    }
    Description {
        tag: "admin",
        about: ABOUT,
        credentials: &["Authorization"],
        schemas,
        paths: paths.into_iter().collect(),
        webhooks: Vec::new(),
    }
}

/// Adds what all operations have in common.
fn complete(operation: &mut Value, schemas: &Map<String, Value>) {
    const BODY: &str = "/requestBody/content/application~1json/schema";
    const ANSWER: &str = "/responses/200/content/application~1json/schema";
    const ARCHIVE: &str = "/responses/200/content/application~1zip";
    let answered = operation.pointer(ANSWER).cloned().unwrap_or_default();
    let is_archive = operation.pointer(ARCHIVE).is_some();
    let body = operation.pointer(BODY).cloned();
    let Some(operation) = operation.as_object_mut() else { return };
    let mut parameters: Vec<Value> =
        operation.get("parameters").and_then(Value::as_array).cloned().unwrap_or_default();
    let about = "`Bearer` and a token of an operator.";
    let text = json!({"type": "string", "minLength": 1});
    parameters.push(header("Authorization", true, about, &text, "Bearer sxo_…"));
    parameters.push(request_id_header());
    let has_body = body.is_some();
    if let Some(body) = body {
        let name = body.get("$ref").and_then(Value::as_str).and_then(|name| name.rsplit_once('/'));
        let schema = name.and_then(|(_, name)| schemas.get(name));
        let example = schema.and_then(|schema| schema.get("example")).cloned().unwrap_or_default();
        let content = json!({"schema": body, "examples": {"usual": {"value": example}}});
        operation.insert(
            "requestBody".to_owned(),
            json!({"required": true, "content": {"application/json": content}}),
        );
    }
    let done = json!({"done": {"value": sample(&answered, schemas)}});
    let mut responses = Map::new();
    let done = if is_archive { archive() } else { answer("Done.", &answered, &done, false) };
    responses.insert("200".to_owned(), done);
    for (status, description) in [
        (400, "Something in the request can't be; `message` says what. Nothing was changed."),
        (401, "There is no token, or it does not hold any more."),
        (
            403,
            "The token or its operator may not do that, or the operator did not prove to be itself (`unproven`).",
        ),
        (404, "There is no such user, app key, webhook or the like."),
        (409, "Somebody or something else is called so already."),
        (424, "The receiver of a webhook did not take what it was sent."),
        (429, "There were too many wrong passwords or codes; wait a quarter of an hour."),
        (500, "A fault of the server."),
        (503, "The server can't do that now."),
    ] {
        responses.insert(status.to_string(), refused(status, description));
    }
    if has_body {
        for (status, description) in [
            (408, "The body did not arrive in time."),
            (413, "The body is larger than 2 MiB."),
            (415, "The body is in a Content-Encoding or charset that is not read."),
        ] {
            responses.insert(status.to_string(), refused(status, description));
        }
    }
    operation.insert("tags".to_owned(), json!(["admin"]));
    operation.insert("parameters".to_owned(), Value::Array(parameters));
    operation.insert("responses".to_owned(), Value::Object(responses));
}

/// What is no JSON.
fn archive() -> Value {
    json!({"description": "The archive.", "content": {"application/zip": {"schema": bytes()}}})
}

fn refused(status: u16, description: &str) -> Value {
    let word = match status {
        401 => "unauthorized",
        403 => "forbidden",
        404 => "not_found",
        408 => "too_slow",
        409 => "taken",
        413 => "too_large",
        415 => "encoding",
        424 => "receiver_failed",
        500 => "fault",
        503 => "unavailable",
        _ => "invalid",
    };
    let example = json!({word: {"value": {"error": word, "message": "what is wrong, in English"}}});
    answer(description, &schema_ref("AdminError"), &example, status == 503)
}
