//! The description of what clients ask when they start, and of lists that are always empty here.

use serde_json::{Value, json};
use sixin_domain::access::session::Login;
use sixin_web::openapi::{answer, bytes, request_id_header, schema_ref};

use crate::openapi::{Endpoint, page_of, paging_of};
use crate::pagination::PAGE_SIZE;
use crate::placeholders::MOST_OF_A_PAGE;
use crate::routes::{
    CHANNELS, DELETE_NOTIFICATIONS, GROUP_CATEGORIES, GROUP_TREE, IP_INFO, NOTIFICATIONS, READ_NOTIFICATIONS,
    STICKERS,
};
use crate::site::status::{AVATAR, STATUS};

/// The paths and what they take.
pub(crate) fn paths() -> Vec<(&'static str, Value)> {
    let none = "There are none here, so the list is empty: clients read it on every page.\n\n";
    let nothing = "There are none here, so nothing is changed.\n\n";
    let list = json!({"type": "array", "items": {}, "maxItems": 0});
    let all = |id, summary| of(Login::UserIfPrivate, id, summary, none, list.clone());
    let change = |id, summary| of(Login::User, id, summary, nothing, json!({"type": "null"}));
    vec![
        (STATUS, json!({"get": status()})),
        (AVATAR, json!({"get": avatar()})),
        (IP_INFO, json!({"get": ip_info()})),
        (
            GROUP_CATEGORIES,
            json!({"get": page(Login::UserIfPrivate, "list_group_categories", "List categories of groups")}),
        ),
        (GROUP_TREE, json!({"get": all("list_groups", "List groups")})),
        (NOTIFICATIONS, json!({"get": page(Login::User, "list_notifications", "List notifications")})),
        (READ_NOTIFICATIONS, json!({"put": change("read_notifications", "Mark notifications as read")})),
        (DELETE_NOTIFICATIONS, json!({"delete": change("delete_notifications", "Delete notifications")})),
        (STICKERS, json!({"get": all("list_stickers", "List stickers")})),
        (CHANNELS, json!({"get": all("list_channels", "List channels")})),
    ]
}

fn of(login: Login, id: &'static str, summary: &'static str, about: &str, data: Value) -> Value {
    Endpoint { login, id, summary, about: about.to_owned(), parameters: Vec::new(), body: None, data }
        .describe()
}

fn page(login: Login, id: &'static str, summary: &'static str) -> Value {
    let parameters = paging_of(PAGE_SIZE, MOST_OF_A_PAGE);
    let about = "There are none here, so the page is empty: clients read it all the same.\n\n".to_owned();
    Endpoint { login, id, summary, about, parameters, body: None, data: page_of(&json!({})) }.describe()
}

fn ip_info() -> Value {
    let about = "The address the caller comes from, for its device information. Nobody is asked where that address is.\n\n";
    of(Login::Nobody, "show_ip_info", "Show where the caller comes from", about, schema_ref("FresnsIpInfo"))
}

fn status() -> Value {
    let schema = json!({
        "type": "object",
        "required": ["activate", "deactivateDescription"],
        "properties": {
            "activate": {"type": "boolean"},
            "deactivateDescription": {
                "type": "object", "required": ["default"], "properties": {"default": {"type": "string"}}, "additionalProperties": {"type": "string"},
            },
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
