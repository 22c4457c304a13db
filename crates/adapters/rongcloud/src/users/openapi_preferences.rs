//! The description of how devices are to be woken, of remarks and of pinned conversations.

use serde_json::{Value, json};

use crate::openapi::operation::{DONE, Operation, conversation_type, of_user, option, text};
use crate::openapi::{number, switch};
use crate::users::preferences::{
    DELETE_PERIOD, DELETE_REMARK, GET_LEVEL, GET_PERIOD, GET_REMARKS, GET_TYPE_LEVEL, PIN, REMARK_CHARS,
    SET_LEVEL, SET_PERIOD, SET_REMARKS, SET_TYPE_LEVEL,
};

const LATER: &str = "It is kept for the coming gateway of devices; until then nothing is pushed.";

/// The path items.
pub(crate) fn paths() -> Vec<(&'static str, Value)> {
    vec![
        (SET_PERIOD, set_period()),
        (
            GET_PERIOD,
            of_user(
                "get_push_period",
                "Read when a user's devices stay silent",
                LATER,
                "RongCloudPushPeriod",
            ),
        ),
        (
            DELETE_PERIOD,
            of_user("delete_push_period", "Have a user's devices stay silent no more", LATER, DONE),
        ),
        (SET_REMARKS, set_remarks()),
        (GET_REMARKS, get_remarks()),
        (DELETE_REMARK, delete_remark()),
        (SET_LEVEL, set_level(true)),
        (GET_LEVEL, get_level(true)),
        (SET_TYPE_LEVEL, set_level(false)),
        (GET_TYPE_LEVEL, get_level(false)),
        (PIN, pin()),
    ]
}

fn set_period() -> Value {
    Operation {
        id: "set_push_period".to_owned(),
        summary: "Set when a user's devices stay silent",
        about: LATER.to_owned(),
        required: vec!["userId", "startTime", "period"],
        properties: json!({
            "userId": text("The user.", 64),
            "startTime": {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]$",
                          "description": "When it begins each day: HH:mm:ss."},
            "period": {"description": "How many minutes it takes.", "type": "integer", "minimum": 1, "maximum": 1439},
            "level": {"description": "1: private conversations and mentions still notify; 5: nothing does. Default 1.",
                      "type": "integer", "enum": [1, 5]},
        }),
        sample: json!({"userId": "user1", "startTime": "22:00:00", "period": 480, "level": 1}),
        answer: DONE,
        is_typed: false,
    }
    .item()
}

fn set_remarks() -> Value {
    let remark = json!({
        "type": "object",
        "required": ["id", "remark"],
        "properties": {"id": text("Who it is about.", 64),
                       "remark": text("What the user calls it.", u32::try_from(REMARK_CHARS).unwrap_or(u32::MAX))},
    });
    Operation {
        id: "set_remarks".to_owned(),
        summary: "Set what a user calls others",
        about: format!(
            "{LATER} A user has at most 3000 remarks. Of two about the same user the last counts."
        ),
        required: vec!["userId", "remarks"],
        properties: json!({
            "userId": text("Who calls them so.", 64),
            "remarks": {
                "description": "1 to 100 remarks. In a form: the text of the array.",
                "type": "array", "items": remark, "minItems": 1, "maxItems": 100,
            },
        }),
        sample: json!({"userId": "user1", "remarks": [{"id": "user2", "remark": "Bob from work"}]}),
        answer: DONE,
        is_typed: false,
    }
    .item()
}

fn get_remarks() -> Value {
    Operation {
        id: "get_remarks".to_owned(),
        summary: "List what a user calls others",
        about: "By the ids of those they are about.".to_owned(),
        required: vec!["userId"],
        properties: json!({
            "userId": text("The user.", 64),
            "page": number("Which page. Default 1.", 0, i64::MAX),
            "size": number("Remarks of a page. Default 50.", 0, 100),
        }),
        sample: json!({"userId": "user1", "page": 1, "size": 50}),
        answer: "RongCloudRemarks",
        is_typed: false,
    }
    .item()
}

fn delete_remark() -> Value {
    Operation {
        id: "delete_remark".to_owned(),
        summary: "Remove what a user calls another",
        about: "If there is no remark it changes nothing.".to_owned(),
        required: vec!["userId", "targetId"],
        properties: json!({"userId": text("The user.", 64), "targetId": text("Who it is about.", 64)}),
        sample: json!({"userId": "user1", "targetId": "user2"}),
        answer: DONE,
        is_typed: false,
    }
    .item()
}

/// What names the conversation, or all of them.
fn whose(is_one: bool) -> (Vec<&'static str>, Value) {
    let user = text("Whose setting it is: a user id, though the name says otherwise.", 64);
    if is_one {
        let properties = json!({
            "conversationType": conversation_type(), "requestId": user,
            "targetId": text("The other side.", 64), "busChannel": option("Of no effect.", 20),
        });
        (vec!["conversationType", "requestId", "targetId"], properties)
    } else {
        (
            vec!["conversationType", "requestId"],
            json!({"conversationType": conversation_type(), "requestId": user}),
        )
    }
}

fn set_level(is_one: bool) -> Value {
    let (required, mut properties) = whose(is_one);
    if let Some(properties) = properties.as_object_mut() {
        let about = "-1 everything, 0 unset, 1 mentions, 2 mentions of the user, 4 mentions of all, 5 nothing. One of \
                     the two must be given; this one counts if both are.";
        properties.insert("unpushLevel".to_owned(), number(about, -1, 5));
        properties.insert("isMuted".to_owned(), switch("1: nothing, as 5; 0: unset."));
    }
    Operation {
        id: if is_one { "set_notification_level" } else { "set_type_notification_level" }.to_owned(),
        summary: if is_one {
            "Set what notifies of a conversation"
        } else {
            "Set what notifies of all conversations"
        },
        about: LATER.to_owned(),
        required,
        properties,
        sample: if is_one {
            json!({"conversationType": 1, "requestId": "user1", "targetId": "user2", "unpushLevel": 5})
        } else {
            json!({"conversationType": 1, "requestId": "user1", "unpushLevel": 5})
        },
        answer: DONE,
        is_typed: true,
    }
    .item()
}

fn get_level(is_one: bool) -> Value {
    let (required, properties) = whose(is_one);
    Operation {
        id: if is_one { "get_notification_level" } else { "get_type_notification_level" }.to_owned(),
        summary: if is_one {
            "Read what notifies of a conversation"
        } else {
            "Read what notifies of all conversations"
        },
        about: LATER.to_owned(),
        required,
        properties,
        sample: if is_one {
            json!({"conversationType": 1, "requestId": "user1", "targetId": "user2"})
        } else {
            json!({"conversationType": 1, "requestId": "user1"})
        },
        answer: "RongCloudNotificationLevel",
        is_typed: true,
    }
    .item()
}

fn pin() -> Value {
    Operation {
        id: "set_conversation_top".to_owned(),
        summary: "Pin a conversation in a user's list",
        about:
            "Apps show it first (`isPin`). One that has no message yet is pinned when its first one comes."
                .to_owned(),
        required: vec!["userId", "conversationType", "targetId", "setTop"],
        properties: json!({
            "userId": text("In whose list.", 64),
            "conversationType": conversation_type(),
            "targetId": text("The other side.", 64),
            "setTop": {"description": "true: pinned, false: not.", "type": "boolean"},
        }),
        sample: json!({"userId": "user1", "conversationType": 1, "targetId": "user2", "setTop": true}),
        answer: DONE,
        is_typed: true,
    }
    .item()
}
