//! The description of what keeps users from things.

use serde_json::{Value, json};

use crate::openapi::number;
use crate::openapi::operation::{DONE, Operation, users};
use crate::users::restrictions::{
    ABANDON, ABANDONED, ACTIVATE, BLOCK, BLOCKED, DEACTIVATE, DEACTIVATED, LONGEST_BAN_MINUTES, MOST_BANNED,
    MOST_DEACTIVATED, MOST_MUTED, MUTE, MUTED, REACTIVATE, UNBLOCK,
};

const BINDS: &str =
    "It binds the user in apps (35301), not a back end that publishes for it; messages to it arrive.";

/// The path items.
pub(crate) fn paths() -> Vec<(&'static str, Value)> {
    vec![
        (BLOCK, block()),
        (UNBLOCK, unblock()),
        (BLOCKED, blocked()),
        (MUTE, mute()),
        (MUTED, muted()),
        (DEACTIVATE, deactivate("deactivate_users")),
        (REACTIVATE, deactivate("reactivate_users")),
        (ACTIVATE, deactivate("activate_users")),
        (ABANDON, deactivate("abandon_users")),
        (DEACTIVATED, deactivated("query_deactivated_users")),
        (ABANDONED, deactivated("query_abandoned_users")),
    ]
}

/// A whole number that must be given.
fn needed(about: &str, least: i64, most: i64) -> Value {
    json!({"description": about, "type": "integer", "format": "int64", "minimum": least, "maximum": most})
}

fn person() -> Value {
    json!({"type": "string", "enum": ["PERSON"], "description": "PERSON; there are no other conversations here."})
}

fn block() -> Value {
    Operation {
        id: "block_users".to_owned(),
        summary: "Ban users for a time",
        about: format!("A banned user can't send messages until the ban is over. {BINDS} Banned again, the new end counts."),
        required: vec!["userId", "minute"],
        properties: json!({
            "userId": users("Who.", MOST_BANNED),
            "minute": needed("For how many minutes, at most 30 days.", 1, LONGEST_BAN_MINUTES),
        }),
        sample: json!({"userId": ["user1"], "minute": 10}),
        answer: DONE,
        is_typed: false,
    }
    .item()
}

fn unblock() -> Value {
    Operation {
        id: "unblock_users".to_owned(),
        summary: "Lift bans",
        about: "For users who are not banned it changes nothing.".to_owned(),
        required: vec!["userId"],
        properties: json!({"userId": users("Who.", MOST_BANNED)}),
        sample: json!({"userId": ["user1"]}),
        answer: DONE,
        is_typed: false,
    }
    .item()
}

fn blocked() -> Value {
    Operation {
        id: "query_blocked_users".to_owned(),
        summary: "List who is banned",
        about: "The one whose ban ends last first. The body may be empty.".to_owned(),
        required: Vec::new(),
        properties: json!({
            "page": number("Which page. Without it, or 0: the first 1000.", 0, i64::MAX),
            "size": number("Users of a page. Default 50.", 0, 1000),
        }),
        sample: json!({"page": 1, "size": 50}),
        answer: "RongCloudBlocked",
        is_typed: false,
    }
    .item()
}

fn mute() -> Value {
    Operation {
        id: "mute_users".to_owned(),
        summary: "Mute users, or lift that",
        about: format!("A muted user can't send messages. {BINDS}"),
        required: vec!["userId", "state", "type"],
        properties: json!({
            "userId": users("Who.", MOST_MUTED),
            "state": needed("1: mute, 0: lift.", 0, 1),
            "type": person(),
        }),
        sample: json!({"userId": ["user1"], "state": 1, "type": "PERSON"}),
        answer: DONE,
        is_typed: true,
    }
    .item()
}

fn muted() -> Value {
    Operation {
        id: "query_muted_users".to_owned(),
        summary: "List who is muted",
        about: "The newest first.".to_owned(),
        required: vec!["type"],
        properties: json!({
            "num": number("How many at most. Default 100.", 0, 200),
            "offset": number("How many to leave out first. Default 0.", 0, i64::MAX),
            "type": person(),
        }),
        sample: json!({"num": 100, "offset": 0, "type": "PERSON"}),
        answer: "RongCloudMuted",
        is_typed: true,
    }
    .item()
}

fn deactivate(id: &str) -> Value {
    let (summary, about) = if matches!(id, "deactivate_users" | "abandon_users") {
        (
            "Deactivate users",
            "A deactivated user is as if disabled, in both dialects: it can't sign in, and nobody can write to it or for \
             it (35202, 1004). What it has is kept.",
        )
    } else {
        ("Reactivate users", "Users whom the operator has disabled stay so.")
    };
    Operation {
        id: id.to_owned(),
        summary,
        about: format!("{about} It is done when this is answered."),
        required: vec!["userId"],
        properties: json!({"userId": users("Who.", MOST_DEACTIVATED)}),
        sample: json!({"userId": ["user1", "user2"]}),
        answer: "RongCloudOperation",
        is_typed: false,
    }
    .item()
}

fn deactivated(id: &str) -> Value {
    Operation {
        id: id.to_owned(),
        summary: "List who is deactivated",
        about: "The newest first.".to_owned(),
        required: Vec::new(),
        properties: json!({
            "pageNo": number("Which page. Default 1.", 0, i64::MAX),
            "pageSize": number("Users of a page. Default 50.", 0, 50),
        }),
        sample: json!({"pageNo": 1, "pageSize": 50}),
        answer: "RongCloudDeactivated",
        is_typed: false,
    }
    .item()
}
