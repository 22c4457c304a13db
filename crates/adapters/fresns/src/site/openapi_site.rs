//! The description of what anybody may fetch without a signature.

use serde_json::{Value, json};
use sixin_web::openapi::{answer, bytes, request_id_header};

use crate::site::status::{AVATAR, STATUS};

/// The path items.
pub(crate) fn paths() -> Vec<(String, Value)> {
    vec![(STATUS.to_owned(), json!({"get": status()})), (AVATAR.to_owned(), json!({"get": avatar()}))]
}

fn status() -> Value {
    let texts = json!({
        "type": "object", "required": ["default"], "properties": {"default": {"type": "string"}},
        "additionalProperties": {"type": "string"},
    });
    let schema = json!({
        "type": "object",
        "required": ["activate", "deactivateDescription", "deactivateDescribe"],
        "properties": {
            "activate": {"type": "boolean"}, "deactivateDescription": texts, "deactivateDescribe": texts,
        },
    });
    json!({
        "tags": ["fresns"],
        "operationId": "show_status",
        "summary": "Show whether the site is open",
        "description": "What clients fetch first, without a signature: a site that answers is open.",
        "parameters": [request_id_header()],
        "responses": {"200": answer("The site is open.", &schema, &json!({}), false)},
    })
}

fn avatar() -> Value {
    json!({
        "tags": ["fresns"],
        "operationId": "show_avatar",
        "summary": "The picture of users without one",
        "description": "Unless the setting `default_avatar` names another.",
        "parameters": [request_id_header()],
        "responses": {"200": {"description": "The picture.", "content": {"image/png": {"schema": bytes()}}}},
    })
}
