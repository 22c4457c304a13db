//! The description of what changes and reads messages.

use serde_json::{Value, json};

use crate::openapi::operation::{DONE, Operation, conversation_type, message_name, option, text};
use crate::openapi::{number, switch};
use crate::routes::{CLEAN, MODIFY, QUERY, RECALL};

/// The path items.
pub(crate) fn paths() -> Vec<(&'static str, Value)> {
    vec![(RECALL, recall()), (MODIFY, modify()), (QUERY, query()), (CLEAN, clean())]
}

fn recall() -> Value {
    Operation {
        id: "recall_message".to_owned(),
        summary: "Recall a message",
        about: "The message is gone for both sides and in both dialects, at any age; unread counts and latest messages \
                follow. It is kept in the store for audit. Recalling again changes nothing, nor does a UID that was never \
                given out; a number that is no message's is 1003. \
                No notice is left in its place, with `isDelete` or without.".to_owned(),
        required: vec!["fromUserId", "conversationType", "targetId", "messageUID"],
        properties: json!({
            "fromUserId": text("Who sent it, or with isAdmin=1 either side.", 64),
            "conversationType": conversation_type(),
            "targetId": text("The other side.", 64),
            "messageUID": message_name(),
            "sentTime": number("When it was sent; not looked at.", i64::MIN, i64::MAX),
            "isAdmin": switch("1: also what the other side sent. Default 0."),
            "isDelete": switch("Of no effect."),
            "disablePush": switch("Of no effect."),
        }),
        sample: json!({"fromUserId": "user1", "conversationType": 1, "targetId": "user2",
                       "messageUID": "16EA-XU84-007G-FDTH"}),
        answer: DONE,
        is_typed: true,
    }
    .item()
}

fn modify() -> Value {
    Operation {
        id: "modify_private_message".to_owned(),
        summary: "Change a message",
        about: "A message the user has sent says something else from now on, for both sides and in both dialects. What it \
                said is kept in the store for audit. Its type, place, time and UID stay, and so do unread counts. A UID \
                that was never given out changes nothing, a number that is no message's is 1003; an uploaded file can't be changed.".to_owned(),
        required: vec!["fromUserId", "targetId", "msgUID", "content"],
        properties: json!({
            "fromUserId": text("Who sent it.", 64),
            "targetId": text("Who got it.", 64),
            "msgUID": message_name(),
            "objectName": option("Its type; it can't change.", 32),
            "content": text("The new content, by the same rules as when it was published.", 131_072),
        }),
        sample: json!({"fromUserId": "user1", "targetId": "user2", "msgUID": "16EA-XU84-007G-FDTH",
                       "content": "{\"content\":\"Hello again\"}"}),
        answer: DONE,
        is_typed: false,
    }
    .item()
}

fn query() -> Value {
    Operation {
        id: "query_private_messages".to_owned(),
        summary: "Read the messages of two users",
        about: "What `userId` sees of its conversation with `targetId`, from `startTime` on. Where `endTime` is later, that is \
                forwards, the oldest first; where it is earlier, backwards, the newest first: the newest ten are those of \
                the present time as `startTime` and 0 as `endTime`. For the next page in either direction give the last \
                `msgTime` as `startTime`. Messages of Fresns apps are among them: a text as RC:TxtMsg, a file as RC:ImgMsg, \
                RC:SightMsg, RC:HQVCMsg or RC:FileMsg with a link that expires.".to_owned(),
        required: vec!["userId", "targetId", "startTime", "endTime"],
        properties: json!({
            "userId": text("Whose view it is.", 64),
            "targetId": text("The other side.", 64),
            "startTime": number("Where to begin: a time in milliseconds (or seconds) since 1970; a message of exactly that time is left out, unless `includeStart` is 1.", 0, i64::MAX),
            "endTime": number("Where to end: a time, and with it. Before startTime: backwards.", 0, i64::MAX),
            "pageSize": number("How many at most, 1 to 100, those nearest to startTime. Default 10, also for 0.", 0, 100),
            "includeStart": switch("1: also a message of exactly startTime. Default false."),
            "busChannel": option("Of no effect; each message says which it was sent in.", 20),
        }),
        sample: json!({"userId": "user1", "targetId": "user2", "startTime": 1_640_995_200_000_i64,
                       "endTime": 1_640_998_800_000_i64, "pageSize": 10, "includeStart": 1}),
        answer: "RongCloudHistory",
        is_typed: false,
    }
    .item()
}

fn clean() -> Value {
    Operation {
        id: "clean_history".to_owned(),
        summary: "Delete the history of one side",
        about: "The messages are gone from the view of `fromUserId`; the other side keeps what it has.".to_owned(),
        required: vec!["fromUserId", "conversationType", "targetId"],
        properties: json!({
            "fromUserId": text("Whose view is cleaned.", 64),
            "conversationType": conversation_type(),
            "targetId": text("The other side.", 64),
            "msgTimestamp": number("Up to this time, and with it: milliseconds (or seconds) since 1970. Without it, or with 0, all.", 0, i64::MAX),
        }),
        sample: json!({"fromUserId": "user1", "conversationType": 1, "targetId": "user2"}),
        answer: DONE,
        is_typed: true,
    }
    .item()
}
