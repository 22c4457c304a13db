//! The description of what users do with their conversations.

use serde_json::{Value, json};
use sixin_domain::access::session::Login;
use sixin_web::openapi::{SEND_ONCE, idempotency_header, may_be_replayed, parameter, schema_ref};

use crate::codes::{KEY_REUSED, TOO_FAST};
use crate::conversations::views::MOST_OF_A_PAGE;
use crate::messages::MESSAGES as CODES;
use crate::openapi::{Endpoint, failed, flag, id_schema, insert, key_filters, page_of, paging_of, query};
use crate::pagination::PAGE_SIZE;
use crate::routes::{DELETE, DETAIL, LIST, MARK_AS_READ, MESSAGES, PIN, SEND};

/// The paths and what they take.
pub(crate) fn paths() -> Vec<(&'static str, Value)> {
    vec![
        (SEND, json!({"post": send()})),
        (LIST, json!({"get": list()})),
        (DETAIL, json!({"get": detail()})),
        (MESSAGES, json!({"get": messages()})),
        (MARK_AS_READ, json!({"put": mark_as_read()})),
        (PIN, json!({"put": pin()})),
        (DELETE, json!({"delete": delete()})),
    ]
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
    parameters.push(query("pinned", "The same in the name that clients of 2.x use.", &flag(), "true"));
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
        query(
            "pageListDirection",
            "The order inside a page, if it is to be another. Clients of 2.x name which end comes first.",
            &json!({"type": "string", "enum": ["desc", "asc", "latest", "oldest"]}),
            "oldest",
        ),
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

fn conversation_id() -> Value {
    let about = "Digits: the id of the conversation. Anything else: the name of the other user.";
    parameter("path", "conversationId", true, about, &json!({"type": "string", "minLength": 1}), "5020")
}

fn paging() -> Vec<Value> {
    paging_of(PAGE_SIZE, MOST_OF_A_PAGE)
}

fn code_table() -> String {
    let mut table = String::from("| code | meaning |\n| --- | --- |\n");
    for (code, english, ..) in CODES {
        table.push_str(&format!("| {code} | {english} |\n"));
    }
    table
}
