//! How an operation of a back end is described that stores no message.

use serde_json::{Map, Value, json};
use sixin_web::openapi::{answer, schema_ref};

use crate::openapi::{refused, signed};

/// The schema of the answer to what is just done.
pub(crate) const DONE: &str = "RongCloudDone";

/// One operation.
pub(crate) struct Operation {
    pub(crate) id: String,
    pub(crate) summary: &'static str,
    pub(crate) about: String,
    pub(crate) required: Vec<&'static str>,
    pub(crate) properties: Value,
    pub(crate) sample: Value,
    pub(crate) answer: &'static str,
    /// Whether it is asked for a type of conversation.
    pub(crate) is_typed: bool,
}

/// A text that must be given.
pub(crate) fn text(about: &str, most: u32) -> Value {
    json!({"type": "string", "minLength": 1, "maxLength": most, "description": about})
}

/// A text that may be given.
pub(crate) fn option(about: &str, most: u32) -> Value {
    json!({"type": "string", "maxLength": most, "description": about})
}

/// Several users.
pub(crate) fn users(about: &str, most: usize) -> Value {
    json!({
        "description": format!("{about} 1 to {most} user ids."),
        "type": "array", "items": {"type": "string", "minLength": 1}, "minItems": 1, "maxItems": most,
    })
}

/// An operation that is about one user and asks for nothing else.
pub(crate) fn of_user(id: &str, summary: &'static str, about: &str, answer: &'static str) -> Value {
    Operation {
        id: id.to_owned(),
        summary,
        about: about.to_owned(),
        required: vec!["userId"],
        properties: json!({"userId": text("The user.", 64)}),
        sample: json!({"userId": "user1"}),
        answer,
        is_typed: false,
    }
    .item()
}

/// Which message is meant.
pub(crate) fn message_name() -> Value {
    text("Which message: its UID, in either case, or the messageId that a publish answered.", 64)
}

/// The type of a conversation.
pub(crate) fn conversation_type() -> Value {
    json!({"description": "1; there are no other conversations here.", "type": "integer", "enum": [1]})
}

impl Operation {
    /// The path item.
    pub(crate) fn item(self) -> Value {
        let schema = json!({"type": "object", "required": self.required,
                            "properties": self.properties});
        let body = json!({"schema": schema, "examples": {"usual": {"value": self.sample}}});
        json!({"post": {
            "tags": ["rongcloud"],
            "operationId": self.id,
            "summary": self.summary,
            "description": self.about,
            "parameters": signed(),
            "requestBody": {"required": true, "content": {
                "application/json": body,
                "application/x-www-form-urlencoded": body,
            }},
            "responses": self.responses(),
        }})
    }

    fn responses(&self) -> Value {
        let mut responses = Map::new();
        let done = answer("Done, and on disk.", &schema_ref(self.answer), &json!({}), false);
        responses.insert("200".to_owned(), done);
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
        if self.is_typed {
            let beyond = "The conversation is not one of two users.";
            responses.insert("430".to_owned(), refused(430, beyond));
        }
        Value::Object(responses)
    }
}
