//! Java names each user anew, sends remarks unescaped, and reads pairs and lists into its classes.

use serde_json::{Value, json};

use super::java::{encoded, java, text};
use super::{refused, uid};
use crate::calls::PUBLISH;
use crate::on_every_database;
use crate::site::Site;

on_every_database!(
    java_repeats_the_user_to_ban_and_to_allow,
    java_sends_remarks_as_they_are_and_silent_times_escaped,
    java_pins_a_conversation_with_a_word,
    java_sends_pairs_with_a_message_and_changes_them,
    java_sends_a_status_that_is_neither_kept_nor_counted,
);

/// The body of an answer that went well.
#[track_caller]
fn read(site: &Site, path: &str, body: &str) -> Value {
    java(site, path, body).is(200, 200).body.clone()
}

fn java_repeats_the_user_to_ban_and_to_allow(site: &Site) {
    read(site, "/user/block.json", "userId=alice&userId=carol&minute=43200");
    let banned = read(site, "/user/block/query.json", "size=50&page=1")["users"].clone();
    let mut names: Vec<&str> =
        banned.as_array().unwrap().iter().map(|user| user["userId"].as_str().unwrap()).collect();
    names.sort_unstable();
    assert_eq!(names, ["alice", "carol"]);
    refused(&java(site, "/user/block.json", "userId=alice&minute=43201"), 400, 1003);
    read(site, "/user/unblock.json", "userId=alice&userId=carol");
    assert_eq!(read(site, "/user/block/query.json", "")["users"], json!([]));

    site.sixin(&["setting", "set", "user_whitelist", "true"]);
    site.send_text(&site.alice, "bob", "hi").is(200, 36608);
    read(site, "/user/whitelist/add.json", "userId=bob&whiteUserId=alice&whiteUserId=carol");
    let listed = read(site, "/user/whitelist/query.json", "userId=bob")["users"].clone();
    let mut names: Vec<&str> = listed.as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    names.sort_unstable();
    assert_eq!(names, ["alice", "carol"]);
    site.send_text(&site.alice, "bob", "hi").is(200, 0);
    read(site, "/user/whitelist/remove.json", "userId=bob&whiteUserId=alice");
    site.send_text(&site.alice, "bob", "hi").is(200, 36608);
}

fn java_sends_remarks_as_they_are_and_silent_times_escaped(site: &Site) {
    // Quotes, brackets and letters of any language without an escape; only what ends a parameter would be lost.
    read(
        site,
        "/user/remarks/set.json",
        r#"userId=alice&remarks=[{"id":"bob","remark":"备注 1"},{"id":"carol","remark":"C"}]"#,
    );
    let page = read(site, "/user/remarks/get.json", "userId=alice&page=1&size=50");
    assert_eq!(page["total"], json!(2));
    assert!(page["users"].to_string().contains(r#"{"id":"bob","remark":"备注 1"}"#), "{page}");
    read(site, "/user/remarks/del.json", "userId=alice&targetId=bob");
    let left = read(site, "/user/remarks/get.json", "userId=alice&page=1&size=50")["users"].clone();
    assert_eq!(left, json!([{"id": "carol", "remark": "C"}]));

    read(site, "/user/blockPushPeriod/set.json", "userId=alice&startTime=23%3A59%3A59&period=600&level=5");
    let night = read(site, "/user/blockPushPeriod/get.json", "userId=alice")["data"].clone();
    assert_eq!(night, json!({"startTime": "23:59:59", "period": 600, "unPushLevel": 5, "level": 5}));
    read(site, "/user/blockPushPeriod/delete.json", "userId=alice");
    assert_eq!(read(site, "/user/blockPushPeriod/get.json", "userId=alice")["data"]["period"], json!(0));
    refused(
        &java(site, "/user/blockPushPeriod/set.json", "userId=alice&startTime=24%3A00%3A00&period=600"),
        400,
        1003,
    );
}

fn java_pins_a_conversation_with_a_word(site: &Site) {
    uid(&java(site, PUBLISH, &text(r#"{"content":"hi"}"#)));
    let pinned =
        || site.get_as(&site.bob, "conversation/list").is(200, 0).body["data"]["list"][0]["isPin"].clone();
    for top in [true, false] {
        let body = format!("userId=bob&conversationType=1&targetId=alice&setTop={top}");
        assert_eq!(read(site, "/conversation/top/set.json", &body), json!({"code": 200}));
        assert_eq!(pinned(), json!(top));
    }
}

fn java_sends_pairs_with_a_message_and_changes_them(site: &Site) {
    let extra = encoded(r#"{"a":"1","b":"two words"}"#);
    let sent =
        java(site, PUBLISH, &format!("{}&expansion=true&extraContent={extra}", text(r#"{"content":"hi"}"#)));
    let uid = uid(&sent);
    let message = format!("msgUID={uid}&conversationType=1&userId=bob&targetId=alice");
    let pairs = || {
        let found =
            read(site, "/message/expansion/query.json", &format!("msgUID={uid}"))["extraContent"].clone();
        let pairs = found.as_object().unwrap().clone();
        assert!(pairs.values().all(|pair| pair["ts"].is_i64()), "{found}");
        pairs.into_iter().map(|(key, pair)| (key, pair["v"].clone())).collect::<Value>()
    };
    assert_eq!(pairs(), json!({"a": "1", "b": "two words"}));
    let new = encoded(r#"{"b":"2","c":"3"}"#);
    read(site, "/message/expansion/set.json", &format!("{message}&extraKeyVal={new}&isSyncSender=0"));
    read(site, "/message/expansion/delete.json", &format!("{message}&extraKey=%5B%22a%22%5D&isSyncSender=1"));
    assert_eq!(pairs(), json!({"b": "2", "c": "3"}));
    // The other recipient has a message, and pairs, of its own.
    let other = sent.body["messageUIDs"][1]["messageUID"].as_str().unwrap();
    let found = read(site, "/message/expansion/query.json", &format!("msgUID={other}&pageNo=1"));
    assert_eq!(found["extraContent"]["a"]["v"], json!("1"));
}

fn java_sends_a_status_that_is_neither_kept_nor_counted(site: &Site) {
    let content = encoded(r#"{"typingContentType":"RC:TxtMsg"}"#);
    let body = format!(
        "fromUserId=alice&toUserId=bob&toUserId=carol&objectName=RC%3ATypSts&content={content}&verifyBlacklist=0&\
         isPersisted=0&isCounted=0&isIncludeSender=0&msgRandom=9007199254740993"
    );
    for _ in 0..2 {
        assert_eq!(read(site, "/statusmessage/private/publish.json", &body), json!({"code": 200}));
    }
    let tables = ["conversation_messages", "transient_messages", "idempotency_keys"];
    for table in tables {
        assert_eq!(site.database.number(&format!("SELECT COUNT(*) AS number FROM {table}")), 0, "{table}");
    }
}
