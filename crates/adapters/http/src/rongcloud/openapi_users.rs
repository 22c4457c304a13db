//! The description of what a back end keeps for its users.

use serde_json::{Value, json};

use super::openapi::number;
use super::openapi_operation::{DONE, Operation, option, text};
use super::routes::BLACKLISTS;

/// The path items.
pub(super) fn paths() -> Vec<(&'static str, Value)> {
    let [official, other] = BLACKLISTS.map(|[add, remove, query]| {
        let official = add.starts_with("/user/blacklist/");
        [(add, change(true, official)), (remove, change(false, official)), (query, self::query(official))]
    });
    [official, other].concat()
}

fn change(adds: bool, official: bool) -> Value {
    Operation {
        id: match (adds, official) {
            (true, true) => "add_to_blacklist",
            (true, false) => "add_to_blocklist",
            (false, true) => "remove_from_blacklist",
            (false, false) => "remove_from_blocklist",
        },
        summary: if adds { "Block users for a user" } else { "Unblock users for a user" },
        about: "Who is blocked can't write to `userId` from an app any more (36608), and a publish with `verifyBlacklist=1` \
                skips the two. Blocks that users make in apps are the same blocks. Doing it again changes nothing; one \
                unknown user refuses the whole call.",
        required: &["userId", "blackUserId"],
        properties: json!({
            "userId": text("Whose list it is.", 64),
            "blackUserId": {
                "description": "1 to 20 user ids: one, several joined with commas, or an array.",
                "anyOf": [
                    {"type": "string", "minLength": 1},
                    {"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": 20},
                ],
            },
        }),
        sample: json!({"userId": "user1", "blackUserId": "user2"}),
        answer: DONE,
        is_typed: false,
    }
    .item()
}

fn query(official: bool) -> Value {
    Operation {
        id: if official { "query_blacklist" } else { "query_blocklist" },
        summary: "List whom a user blocks",
        about: "The newest first.",
        required: &["userId"],
        properties: json!({
            "userId": text("Whose list it is.", 64),
            "pageToken": option("`next` of the answer before.", 64),
            "size": number("How many at most. Default 1000.", 1, 1000),
        }),
        sample: json!({"userId": "user1"}),
        answer: "RongCloudBlacklist",
        is_typed: false,
    }
    .item()
}
