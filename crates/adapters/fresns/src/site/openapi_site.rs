//! The description of what clients read about the site and its users.

use serde_json::{Value, json};
use sixin_domain::access::session::Login;
use sixin_web::openapi::{parameter, schema_ref};

use crate::openapi::{Endpoint, flag, insert, key_filters, page_of, paging_of, query};
use crate::pagination::PAGE_SIZE;
use crate::routes::{BLOCK_WORDS, CODE_MESSAGES, CONFIGS, EDIT, MARK, PANEL, ROLES, USER_DETAIL};
use crate::site::{block_words, configs, roles};

/// The paths and what they take.
pub(crate) fn paths() -> Vec<(&'static str, Value)> {
    vec![
        (CONFIGS, json!({"get": list_configs()})),
        (CODE_MESSAGES, json!({"get": code_messages()})),
        (ROLES, json!({"get": list_roles()})),
        (BLOCK_WORDS, json!({"get": list_block_words()})),
        (PANEL, json!({"get": show_panel()})),
        (EDIT, json!({"put": edit_user()})),
        (MARK, json!({"post": mark_user()})),
        (USER_DETAIL, json!({"get": show_user()})),
    ]
}

fn list_configs() -> Value {
    let names = json!({"type": "string"});
    let keys = "At most 200 keys, separated by commas.";
    let tags = "At most 200 groups, separated by commas; of each all settings.";
    let mut parameters = vec![
        query("keys", keys, &names, "site_mode,conversation_status"),
        query("tags", tags, &names, "interactives"),
        query(
            "isAll",
            "Whether all settings are asked for; without a page they come at once.",
            &flag(),
            "true",
        ),
    ];
    parameters.extend(paging_of(configs::PAGE_SIZE, configs::MOST_OF_A_PAGE));
    let mut data = page_of(&json!({}));
    let list = json!({"type": "object", "additionalProperties": true});
    insert(&mut data, "/properties/list", list);
    Endpoint {
        login: Login::Nobody,
        id: "list_configs",
        summary: "List the public settings of the site",
        about: "The settings with one of the keys or in one of the groups, by their keys, or all if none is named; each \
                value is a boolean, a number, a text, an array or an object, or null. Settings that are not public are \
                left out. Texts of pages (`language_pack_contents`, names of menus) are in the caller's language; keys \
                of the operator's own are among them.\n\n"
            .to_owned(),
        parameters,
        body: None,
        data,
    }
    .describe()
}

fn list_roles() -> Value {
    let ids = json!({"type": "string"});
    let kind = json!({"type": "integer", "enum": [1, 2, 3]});
    let mut parameters = vec![
        query("ids", "Only these: at most 200 numbers of roles, separated by commas.", &ids, "1,4"),
        query("type", "Only those of administrators (1), of the system (2), of operators (3).", &kind, "3"),
        query("status", "Only those that are enabled, or only those that are not.", &flag(), "true"),
    ];
    parameters.extend(paging_of(PAGE_SIZE, roles::MOST_OF_A_PAGE));
    Endpoint {
        login: Login::UserIfPrivate,
        id: "list_roles",
        summary: "List the roles of the site",
        about: "On a private site only its users are told.\n\n".to_owned(),
        parameters,
        body: None,
        data: page_of(&schema_ref("FresnsListedRole")),
    }
    .describe()
}

fn list_block_words() -> Value {
    let scope = json!({"type": "string", "enum": ["content", "user", "conversation"]});
    let about = "Only words that are blocked there; all if not given.";
    let mut parameters = vec![query("type", about, &scope, "conversation")];
    parameters.extend(paging_of(block_words::PAGE_SIZE, block_words::MOST_OF_A_PAGE));
    Endpoint {
        login: Login::UserIfPrivate,
        id: "list_block_words",
        summary: "List the block words of the site",
        about: "On a private site only its users are told.\n\n".to_owned(),
        parameters,
        body: None,
        data: page_of(&schema_ref("FresnsBlockWord")),
    }
    .describe()
}

fn show_user() -> Value {
    let about = "Digits: the number of the user. Anything else: its name.";
    let name = json!({"type": "string", "minLength": 1});
    let mut parameters = vec![parameter("path", "uidOrUsername", true, about, &name, "user2")];
    parameters.extend(key_filters());
    Endpoint {
        login: Login::UserIfPrivate,
        id: "show_user",
        summary: "Show a user",
        about: "The user as the caller sees it, also one who has left. Nobody who is not signed in may write to it: \
                `conversation.code` is then 31601. On a private site only its users are told.\n\n"
            .to_owned(),
        parameters,
        body: None,
        data: json!({
            "type": "object",
            "required": ["detail"],
            "properties": {"detail": schema_ref("FresnsUserPart")},
        }),
    }
    .describe()
}

fn edit_user() -> Value {
    let text = |about: &str| json!({"type": ["string", "null"], "description": about});
    let schema = json!({
        "type": "object",
        "description": "At least one of these.",
        "properties": {
            "nickname": text("As long as the settings `nickname_min` and `nickname_max` say."),
            "bio": text("At most 5000 characters; empty removes it."),
            "gender": {"type": ["integer", "null"], "enum": [0, 1, 2, null]},
            "location": text("At most 128 characters; empty removes it."),
            "timezone": text("UTC offset in hours, such as +8 or -3.5."),
            "conversationLimit": {
                "type": ["integer", "null"], "enum": [1, 2, 3, 4, null],
                "description": "Who may write to the caller: 1 everybody, 2 whom it follows, 3 these and verified users, 4 nobody.",
            },
        },
    });
    let examples = json!({"closed": {"value": {"conversationLimit": 4}}});
    Endpoint {
        login: Login::User,
        id: "edit_user",
        summary: "Change what others see of the caller, and who may write to it",
        about: "Words that the site replaces or refuses in what users say of themselves are replaced or refused. Names of \
                users (`username`) do not change.\n\n"
            .to_owned(),
        parameters: Vec::new(),
        body: Some((schema, examples)),
        data: json!({"type": "null"}),
    }
    .describe()
}

fn mark_user() -> Value {
    let schema = json!({
        "type": "object",
        "required": ["markType", "fsid"],
        "anyOf": [{"required": ["interactiveType"]}, {"required": ["interactionType"]}],
        "properties": {
            "interactiveType": {"type": "string", "enum": ["follow", "block"]},
            "interactionType": {
                "type": "string", "enum": ["follow", "block"],
                "description": "The same in the name that clients of 2.x use.",
            },
            "markType": {"type": "string", "enum": ["user"]},
            "fsid": {
                "description": "The number or the name of the user.",
                "type": "string", "minLength": 1,
            },
        },
    });
    let follow = json!({"interactiveType": "follow", "markType": "user", "fsid": "user2"});
    Endpoint {
        login: Login::User,
        id: "mark_user",
        summary: "Follow or block a user",
        about: "Follows or blocks the user; if the caller does so already, takes it back. Who is blocked can't write to the \
                caller any more, from the next message on. A site whose setting `block_user_setting` is \
                off lets nobody block.\n\n"
            .to_owned(),
        parameters: Vec::new(),
        body: Some((schema, json!({"follow": {"value": follow}}))),
        data: json!({"type": "null"}),
    }
    .describe()
}

fn show_panel() -> Value {
    Endpoint {
        login: Login::User,
        id: "show_panel",
        summary: "Show what awaits the caller",
        about: "How many conversations and unread messages the caller has, and which files are taken.\n\n"
            .to_owned(),
        parameters: Vec::new(),
        body: None,
        data: schema_ref("FresnsPanel"),
    }
    .describe()
}

fn code_messages() -> Value {
    let codes = json!({"type": "string"});
    Endpoint {
        login: Login::Nobody,
        id: "list_code_messages",
        summary: "Show what codes say",
        about: "The message of each code that is asked for, in the caller's language.\n\n".to_owned(),
        parameters: vec![
            query("isAll", "Whether all codes are asked for.", &flag(), "true"),
            query("codes", "At most 200 codes, separated by commas.", &codes, "36603,36608"),
            query("unikey", "Whose codes: those of plugins are none.", &json!({"type": "string"}), "Fresns"),
        ],
        body: None,
        data: json!({"type": "object", "additionalProperties": {"type": "string"}}),
    }
    .describe()
}
