//! The description of blacklists and whitelists.

use serde_json::{Map, Value, json};
use sixin_application::users::ports::ListKind;

use crate::openapi::number;
use crate::openapi::operation::{DONE, Operation, option, text, users};
use crate::users::lists::{LISTS, MOST_USERS, listed_parameter};

/// The path items.
pub(crate) fn paths() -> Vec<(&'static str, Value)> {
    let names = ["blacklist", "blocklist", "whitelist"];
    let items = LISTS.into_iter().zip(names).map(|(list, name)| {
        let kind = list.kind;
        [
            (list.add, change(kind, name, true)),
            (list.remove, change(kind, name, false)),
            (list.query, query(name)),
        ]
    });
    items.flatten().collect()
}

fn change(kind: ListKind, name: &str, adds: bool) -> Value {
    let about = match kind {
        ListKind::Black => {
            "Who is on it can't write to `userId` from an app any more (36608), and a publish with `verifyBlacklist=1` \
             skips the two. Blocks that users make in apps are the same blocks."
        }
        ListKind::White => {
            "Where setting `user_whitelist` is on, only those on it write to `userId` from an app (others: 36608). Back \
             ends publish all the same."
        }
    };
    let mut properties = Map::new();
    properties.insert("userId".to_owned(), text("Whose list it is.", 64));
    properties.insert(listed_parameter(kind).to_owned(), users("Who is meant.", MOST_USERS));
    Operation {
        id: if adds { format!("add_to_{name}") } else { format!("remove_from_{name}") },
        summary: if adds { "Put users on a list" } else { "Take users off a list" },
        about: format!(
            "{about} Doing it again changes nothing; one unknown user refuses the whole call, and the user \
             itself is passed over. A list holds at most 3000 users."
        ),
        required: vec!["userId", listed_parameter(kind)],
        properties: Value::Object(properties),
        sample: json!({"userId": "user1", (listed_parameter(kind)): ["user2"]}),
        answer: DONE,
        is_typed: false,
    }
    .item()
}

fn query(name: &str) -> Value {
    Operation {
        id: format!("query_{name}"),
        summary: "List who is on a list",
        about: "The newest first.".to_owned(),
        required: vec!["userId"],
        properties: json!({
            "userId": text("Whose list it is.", 64),
            "pageToken": option("`next` of the answer before.", 64),
            "size": number("How many at most. Default 1000.", 0, 1000),
        }),
        sample: json!({"userId": "user1"}),
        answer: "RongCloudUserList",
        is_typed: false,
    }
    .item()
}
