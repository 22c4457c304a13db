//! The description of what makes and shows users.

use serde_json::{Value, json};

use crate::openapi::operation::{DONE, Operation, of_user, option, text, users};
use crate::openapi::{number, switch};
use crate::users::profiles::{
    CHECK_ONLINE, EXPIRE, GET_TOKEN, INFO, MOST_USERS, NAME_CHARS, PORTRAIT_BYTES, QUERY, REFRESH,
};

/// The path items.
pub(crate) fn paths() -> Vec<(&'static str, Value)> {
    vec![
        (GET_TOKEN, get_token()),
        (REFRESH, refresh()),
        (
            INFO,
            of_user(
                "get_user",
                "Look at a user",
                "Times are in the site's zone (`default_timezone`).",
                "RongCloudUser",
            ),
        ),
        (QUERY, query()),
        (
            CHECK_ONLINE,
            of_user(
                "check_online",
                "Ask whether a user is online",
                "There is no gateway for devices yet, so nobody is: `0` for every user.",
                "RongCloudOnline",
            ),
        ),
        (EXPIRE, expire()),
    ]
}

fn name() -> Value {
    let most = u32::try_from(NAME_CHARS).unwrap_or(u32::MAX);
    option("The name: one line of at most 64 characters. Empty: stays as it is.", most)
}

fn portrait() -> Value {
    let most = u32::try_from(PORTRAIT_BYTES).unwrap_or(u32::MAX);
    option("The address of its picture, at most 1024 bytes. Empty: stays as it is.", most)
}

fn get_token() -> Value {
    Operation {
        id: "get_token".to_owned(),
        summary: "Make a user, or get a token for one",
        about: "A user that does not exist is made, and is a user of apps too: `userId` is its username there. One that \
                exists is shown with that name and picture from now on. The token is for the coming gateway of devices; \
                only its hash is stored. Earlier tokens work on; of more than 100 of a user the oldest end."
            .to_owned(),
        required: vec!["userId", "name"],
        properties: json!({
            "userId": text("The user's id, at most 64 bytes. A plain number is its uid too.", 64),
            "name": text("The name: one line of at most 64 characters.", 64),
            "portraitUri": portrait(),
        }),
        sample: json!({"userId": "user1", "name": "Ann", "portraitUri": "http://example.com/ann.png"}),
        answer: "RongCloudToken",
        is_typed: false,
    }
    .item()
}

fn refresh() -> Value {
    Operation {
        id: "refresh_user".to_owned(),
        summary: "Change how a user is shown",
        about: "In both dialects, from now on.".to_owned(),
        required: vec!["userId"],
        properties: json!({"userId": text("The user.", 64), "name": name(), "portraitUri": portrait()}),
        sample: json!({"userId": "user1", "name": "Ann"}),
        answer: DONE,
        is_typed: false,
    }
    .item()
}

fn query() -> Value {
    Operation {
        id: "query_users".to_owned(),
        summary: "List the users",
        about: "By when they were made, without those who left.".to_owned(),
        required: Vec::new(),
        properties: json!({
            "page": number("Which page. Default 1.", 0, i64::MAX),
            "pageSize": number("Users of a page. Default 20.", 1, 100),
            "order": switch("0: the oldest first; 1: the newest. Default 0."),
        }),
        sample: json!({"page": 1, "pageSize": 20, "order": 0}),
        answer: "RongCloudUsers",
        is_typed: false,
    }
    .item()
}

fn expire() -> Value {
    Operation {
        id: "expire_tokens".to_owned(),
        summary: "End tokens of users",
        about: "Tokens that were made before `time` work no more. Those made later, also if `time` is in the future, do."
            .to_owned(),
        required: vec!["userId", "time"],
        properties: json!({
            "userId": users("Whose tokens.", MOST_USERS),
            "time": number("Milliseconds since 1970, or seconds.", 0, i64::MAX),
        }),
        sample: json!({"userId": ["user1"], "time": 1_640_995_200_000_i64}),
        answer: DONE,
        is_typed: false,
    }
    .item()
}
