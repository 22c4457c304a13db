//! The description of what receivers of webhooks are told (docs/webhooks.md#events).

use serde_json::{Value, json};
use sixin_web::openapi::{Description, derived, header, sample, schema_ref};
use sixin_webhooks::{DescribedEvent, ENVELOPE, events, schemas};

const ABOUT: &str = "What sixin tells receivers that were added with `sixin webhook add`, as Standard Webhooks: a POST for each event, \
signed, in the order of each conversation, at least once. The same event has the same `webhook-id` on every try. How to verify, \
order and retries: docs/webhooks.md. And what hooks that were added with `sixin hook add` are asked: docs/hooks.md.";

/// The schema of what a hook answers.
const ANSWER: &str = "HookAnswer";

/// What webhooks have in the document.
pub(crate) fn description() -> Description {
    let (mut schemas, _) = derived(&schemas());
    let webhooks = events().map(|event| {
        let schema = body(&event);
        let example = sample(&schema, &schemas);
        (event.name.to_owned(), operation(&event, &schema, &example))
    });
    let webhooks = webhooks.collect();
    schemas.insert(ANSWER.to_owned(), answer());
    Description { tag: "webhooks", about: ABOUT, credentials: &[], schemas, paths: Vec::new(), webhooks }
}

/// The schema of the body of an event.
fn body(event: &DescribedEvent) -> Value {
    let own = json!({
        "type": "object",
        "required": ["type", "data"],
        "properties": {
            "type": { "type": "string", "enum": [event.name] },
            "data": schema_ref(event.data),
        },
    });
    json!({ "allOf": [schema_ref(ENVELOPE), own] })
}

fn operation(event: &DescribedEvent, schema: &Value, example: &Value) -> Value {
    let text = json!({ "type": "string" });
    let id = "Names the event, the same on every try: whoever has seen it drops it.";
    let time = "When this try was made, in seconds since 1970.";
    let signature = "`v1,` and the base64 of HMAC-SHA256 over id, time and body with dots between; two with a space \
                     between while a secret is rotated.";
    json!({ "post": {
        "tags": ["webhooks"],
        "operationId": format!("on_{}", event.name.replace('.', "_")),
        "summary": event.name,
        "description": event.about,
        "parameters": [
            header("webhook-id", true, id, &text, "msg_1795348800123456"),
            header("webhook-timestamp", true, time, &json!({ "type": "string", "pattern": "^[0-9]+$" }), "1795348801"),
            header("webhook-signature", true, signature, &text, "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4="),
        ],
        "requestBody": {
            "required": true,
            "content": { "application/json": { "schema": schema, "example": example } },
        },
        "responses": responses(event),
    }})
}

fn responses(event: &DescribedEvent) -> Value {
    let says = |text: &str| json!({ "description": text });
    if event.is_question {
        let content = json!({ "application/json": { "schema": schema_ref(ANSWER), "example": { "decision": "allow" } } });
        return json!({
            "200": { "description": "What becomes of the message.", "content": content },
            "default": says("Anything else is no answer: the hook's rule says what becomes of the message."),
        });
    }
    json!({
        "200": says("Taken. Any other 2xx says the same."),
        "410": says("Never again: the webhook is switched off."),
        "default": says("Anything else is a failure: the event is told again, later with `Retry-After`."),
    })
}

/// What a hook answers (docs/hooks.md#wire).
fn answer() -> Value {
    let text = |about: &str| json!({ "type": ["string", "null"], "description": about });
    json!({
        "type": "object",
        "required": ["decision"],
        "properties": {
            "decision": { "type": "string", "enum": ["allow", "deny", "replace"] },
            "final": { "type": "boolean", "description": "Whether no other hook is asked." },
            "reason": text("What the sender of a denied message is told; at most 1024 characters."),
            "text": text("The text that is stored instead."),
            "content": {
                "type": ["object", "string", "null"],
                "description": "The content that is stored instead, or its text.",
            },
            "pushContent": text("Text of the notification."),
            "pushExt": {
                "type": ["object", "string", "null"],
                "description": "Settings for push services, or their text.",
            },
            "disablePush": { "type": ["boolean", "null"], "description": "Whether nobody is notified." },
            "extraContent": {
                "type": ["object", "string", "null"],
                "description": "The pairs the message carries, or their text.",
            },
        },
    })
}

#[cfg(test)]
mod tests {
    use sixin_domain::webhook::event_type::EventType;

    use super::*;

    #[test]
    fn every_event_and_the_test_are_described_by_a_schema_that_is_there() {
        let document: Value = serde_json::from_str(&crate::openapi_json()).unwrap();
        let described = document["webhooks"].as_object().unwrap();
        let told: Vec<&str> = described.keys().map(String::as_str).collect();
        let known: Vec<&str> =
            EventType::names().chain(["webhook.test", "message.before_send", "hook.test"]).collect();
        assert_eq!(told, known);
        for (name, item) in described {
            let schema = &item["post"]["requestBody"]["content"]["application/json"]["schema"];
            let [envelope, own] = schema["allOf"].as_array().unwrap().as_slice() else {
                panic!("{name}: {schema}")
            };
            assert_eq!(own["properties"]["type"]["enum"], json!([name]));
            for reference in [envelope, &own["properties"]["data"]] {
                let path = reference["$ref"].as_str().unwrap().trim_start_matches('#');
                let schema = document.pointer(path).unwrap_or_else(|| panic!("{name}: no {path}"));
                assert!(schema["type"] == "object" || schema["allOf"].is_array(), "{name}: {schema}");
            }
        }
    }
}
