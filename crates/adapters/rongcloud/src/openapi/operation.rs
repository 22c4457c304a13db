//! What all operations of a back end have in common.

use serde_json::{Map, Value, json};
use sixin_web::openapi::{answer, idempotency_header, may_be_replayed, sample, schema_ref, without_null};

use crate::openapi::{refused, signed};

const BLOCKED: &str = "A block stands between the sender and every recipient.";

/// The operations that handlers describe, each with what all have in common.
pub(crate) fn completed(
    schemas: &mut Map<String, Value>,
    mut paths: Map<String, Value>,
) -> Vec<(String, Value)> {
    for operation in paths.values_mut().filter_map(|item| item.get_mut("post")) {
        complete(schemas, operation);
    }
    let mut spread = Vec::new();
    for operation in paths.values_mut().filter_map(|item| item.get_mut("get")) {
        complete(schemas, operation);
        spread.extend(in_the_address(schemas, operation));
    }
    let text = Value::Object(paths.clone()).to_string();
    for name in spread.iter().filter(|name| !text.contains(&format!("schemas/{name}\""))) {
        schemas.remove(name);
    }
    // They stand with the bodies.
    for schema in schemas.values_mut().filter_map(Value::as_object_mut) {
        schema.remove("example");
    }
    paths.into_iter().collect()
}

fn complete(schemas: &mut Map<String, Value>, operation: &mut Value) {
    const BODY: &str = "/requestBody/content/application~1json/schema";
    const ANSWER: &str = "/responses/200/content/application~1json/schema";
    let body = operation.pointer(BODY).cloned().unwrap_or_default();
    let answered = operation.pointer(ANSWER).cloned().unwrap_or_default();
    let reference = body.get("$ref").and_then(Value::as_str).unwrap_or_default();
    let schema = reference.rsplit_once('/').and_then(|(_, name)| schemas.get_mut(name));
    let (mut example, mut is_typed) = (Value::Null, false);
    if let Some(schema) = schema {
        without_null(schema);
        example = schema.get("example").cloned().unwrap_or(example);
        is_typed = ["type", "conversationType"].iter().any(|name| {
            // A type of conversation, and not of words.
            schema.pointer(&format!("/properties/{name}/enum")).is_some()
        });
    }
    let body = json!({"schema": body, "examples": {"usual": {"value": example}}});
    let stores = ["RongCloudPublished", "RongCloudStreamed"].iter().any(|name| answered == schema_ref(name));
    let mut parameters = signed();
    if stores {
        parameters.push(idempotency_header());
    }
    let done = json!({"done": {"value": sample(&answered, schemas)}});
    let mut answers =
        if stores { of_publish(&answered, &done) } else { responses(&answered, &done, is_typed) };
    // It stores nothing, and is held to the rules of what does.
    let is_status = operation.get("operationId").is_some_and(|id| id == "publish_private_status");
    if let (true, Some(answers)) = (is_status, answers.as_object_mut()) {
        answers.insert("403".to_owned(), refused(403, BLOCKED));
    }
    let is_system = operation.get("operationId").is_some_and(|id| id == "publish_system_message");
    if let (true, Some(answers)) = (is_system, answers.as_object_mut()) {
        answers.insert("430".to_owned(), refused(430, "The setting `system_user` names nobody."));
    }
    let common = json!({
        "tags": ["rongcloud"],
        "parameters": parameters,
        "requestBody": {"required": true, "content": {
            "application/json": body,
            "application/x-www-form-urlencoded": body,
        }},
        "responses": answers,
    });
    if let (Some(operation), Value::Object(common)) = (operation.as_object_mut(), common) {
        operation.extend(common);
    }
}

/// What would be the body of an operation stands in its address. The name of its schema.
fn in_the_address(schemas: &Map<String, Value>, operation: &mut Value) -> Option<String> {
    let body = operation.as_object_mut().and_then(|operation| operation.remove("requestBody"));
    let reference = body.as_ref().and_then(|body| body.pointer("/content/application~1json/schema/$ref"));
    let name = reference.and_then(Value::as_str).and_then(|name| name.rsplit_once('/'));
    let name = name?.1.to_owned();
    let schema = schemas.get(&name)?;
    let needed = schema.get("required").cloned().unwrap_or_default();
    let is_needed = |name: &str| needed.as_array().is_some_and(|needed| needed.iter().any(|one| one == name));
    let query = |(name, schema): (&String, &Value)| {
        json!({"name": name, "in": "query", "required": is_needed(name), "schema": schema,
               "example": null})
    };
    let example = schema.get("example").cloned().unwrap_or_default();
    let mut queries: Vec<Value> =
        schema.get("properties").and_then(Value::as_object).into_iter().flatten().map(query).collect();
    for query in &mut queries {
        let name = query.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
        if let Some(slot) = query.get_mut("example") {
            *slot = example.get(&name).cloned().unwrap_or_default();
        }
    }
    if let Some(parameters) = operation.get_mut("parameters").and_then(Value::as_array_mut) {
        parameters.extend(queries);
    }
    for answer in ["408", "413", "415"] {
        if let Some(answers) = operation.get_mut("responses").and_then(Value::as_object_mut) {
            answers.remove(answer);
        }
    }
    Some(name)
}

fn responses(answered: &Value, done: &Value, is_typed: bool) -> Value {
    let mut responses = Map::new();
    responses.insert("200".to_owned(), answer("Done, and on disk.", answered, done, false));
    for (status, description) in [
        (400, "A parameter is wrong, or a rule says no; nothing was changed."),
        (401, "A signature part is missing or wrong, or there is no such app key."),
        (404, "A user is unknown; `errorMessage` names it."),
        (408, "The body did not arrive in time."),
        (413, "The body is larger than 2 MiB."),
        (415, "The body is in a Content-Encoding or charset that is not read."),
        (500, "A fault of the server."),
        (503, "The server can't answer now."),
    ] {
        responses.insert(status.to_string(), refused(status, description));
    }
    if is_typed {
        responses.insert("430".to_owned(), refused(430, "The conversation is not one of two users."));
    }
    Value::Object(responses)
}

/// The answers to what stores messages.
fn of_publish(answered: &Value, done: &Value) -> Value {
    let mut responses = Map::new();
    responses.insert(
        "200".to_owned(),
        may_be_replayed(answer(
            "The message of every recipient that is named is committed and on disk.",
            answered,
            done,
            false,
        )),
    );
    for (status, description) in [
        (400, "A parameter, the type or the content is wrong; nothing was stored."),
        (401, "A signature part is missing or wrong, or there is no such app key."),
        (403, BLOCKED),
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
