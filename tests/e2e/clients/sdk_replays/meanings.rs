//! What SDKs send that means something else than it says, or names in another way what is meant.

use serde_json::{Value, json};

use super::java::{encoded, java};
use super::{CLEAN, QUERY, RECALL, contents, go, php, refused, uid};
use crate::calls::PUBLISH;
use crate::on_every_database;
use crate::site::Site;

on_every_database!(
    java_mutes_with_a_level_it_can_not_leave_out,
    java_activates_users_by_an_earlier_name_and_reads_how_many_words_there_may_be,
    java_asks_for_the_newest_with_the_later_time_first,
    php_numbers_the_entries_of_a_list,
    go_reads_the_text_of_an_error_by_two_names,
    signals_that_are_published_like_messages_leave_nothing_behind,
    the_message_id_of_an_answer_names_the_message,
    times_may_be_in_seconds,
);

fn java_mutes_with_a_level_it_can_not_leave_out(site: &Site) {
    let conversation = "conversationType=1&requestId=alice&targetId=bob";
    let level = || {
        let answer = java(site, "/conversation/notification/get.json", conversation);
        let body = answer.is(200, 200).body.clone();
        (body["isMuted"].as_i64().unwrap(), body["unpushLevel"].as_i64().unwrap())
    };
    let set = |more: &str| {
        java(site, "/conversation/notification/set.json", &format!("{conversation}{more}")).is(200, 200);
        level()
    };
    assert_eq!(set("&isMuted=1&unpushLevel=0"), (1, 5));
    assert_eq!(set("&isMuted=0&unpushLevel=0"), (0, 0));
    assert_eq!(set("&isMuted=1&unpushLevel=1"), (1, 1));
}

fn java_activates_users_by_an_earlier_name_and_reads_how_many_words_there_may_be(site: &Site) {
    let listed =
        || java(site, "/user/abandon/query.json", "pageNo=1&pageSize=50").is(200, 200).body["users"].clone();
    java(site, "/user/abandon.json", "userId=carol").is(200, 200);
    assert_eq!(listed(), json!(["carol"]));
    assert!(java(site, "/user/activate.json", "userId=carol").is(200, 200).body["operateId"].is_string());
    assert_eq!(listed(), json!([]));
    let words = r#"{"words":[{"word":"darn","replaceWord":"***"},{"word":"heck"}]}"#;
    let added = java(site, "/sensitiveword/batch/add.json", words);
    assert!(added.is(200, 200).body["remainQuota"].as_i64().unwrap() > 0, "{added:?}");
}

/// As RongCloud's own examples do.
fn java_asks_for_the_newest_with_the_later_time_first(site: &Site) {
    for number in 1..=5 {
        uid(&java(site, PUBLISH, &text("RC:TxtMsg", &json!({ "content": number.to_string() }), "")));
    }
    let page = |start: i64, end: i64, include_start: bool| {
        let body = json!({"userId": "bob", "targetId": "alice", "startTime": start, "endTime": end,
                          "pageSize": 2, "includeStart": include_start});
        let data = java(site, QUERY, &body.to_string()).is(200, 200).body["data"].as_array().unwrap().clone();
        let said = |one: &Value| {
            serde_json::from_str::<Value>(one["content"].as_str().unwrap()).unwrap()["content"].clone()
        };
        let texts: Vec<String> = data.iter().map(|one| said(one).as_str().unwrap().to_owned()).collect();
        (texts, data.last().map_or(0, |one| one["msgTime"].as_i64().unwrap()))
    };
    let (late, early) = (4_102_444_800_000, 0);
    let (newest, time) = page(late, early, true);
    assert_eq!(newest, ["5", "4"]);
    assert_eq!(page(time, early, false).0, ["3", "2"]);
    assert_eq!(page(time, early, true).0, ["4", "3"]);
    let (_, time) = page(time, early, false);
    assert_eq!(page(time, early, false).0, ["1"]);
    let (oldest, time) = page(early, late, true);
    assert_eq!(oldest, ["1", "2"]);
    assert_eq!(page(time, late, false).0, ["3", "4"]);
    assert_eq!(page(time, late, true).0, ["2", "3"]);
}

/// As its function `http_build_query` writes lists, with the brackets escaped.
fn php_numbers_the_entries_of_a_list(site: &Site) {
    let content = encoded(r#"{"content":"hi"}"#);
    let body = format!(
        "fromUserId=alice&toUserId%5B0%5D=carol&toUserId%5B1%5D=bob&objectName=RC%3ATxtMsg&content={content}"
    );
    let sent = php::form(site, PUBLISH, &body);
    uid(&sent);
    let to: Vec<&Value> =
        sent.body["messageUIDs"].as_array().unwrap().iter().map(|one| &one["userId"]).collect();
    assert_eq!(to, ["carol", "bob"]);
    php::form(site, "/user/block.json", "userId%5B0%5D=alice&userId%5B1%5D=carol&minute=10").is(200, 200);
    let banned = php::form(site, "/user/block/query.json", "").is(200, 200).body["users"].clone();
    assert_eq!(banned.as_array().unwrap().len(), 2);
    let remarks = "userId=alice&remarks%5B0%5D%5Bid%5D=bob&remarks%5B0%5D%5Bremark%5D=B+1";
    php::form(site, "/user/remarks/set.json", remarks).is(200, 200);
    let listed =
        php::form(site, "/user/remarks/get.json", "userId=alice&page=0&size=0").is(200, 200).body.clone();
    assert_eq!(listed["users"], json!([{"id": "bob", "remark": "B 1"}]));
}

fn go_reads_the_text_of_an_error_by_two_names(site: &Site) {
    for path in [
        "/user/deactivate.json",
        "/ultragroup/create.json",
        "/v2/ultragroups.json",
        "/entrust/group/create.json",
    ] {
        let answer = go::form(site, path, "userId=");
        let message = answer.body["msg"].as_str().unwrap();
        assert!(!message.is_empty() && answer.body["errorMessage"] == message, "{answer:?}");
        assert!(answer.body["code"].is_i64() && answer.status >= 400, "{answer:?}");
    }
    refused(&go::form(site, "/v2/ultragroups.json", ""), 430, 1009);
    refused(&go::form(site, "/entrust/group/create.json", ""), 430, 1009);
}

fn text(object_name: &str, content: &Value, more: &str) -> String {
    let content = encoded(&content.to_string());
    let object_name = encoded(object_name);
    format!("fromUserId=alice&toUserId=bob&objectName={object_name}&content={content}{more}")
}

fn signals_that_are_published_like_messages_leave_nothing_behind(site: &Site) {
    uid(&java(site, PUBLISH, &text("RC:TxtMsg", &json!({"content": "hi"}), "")));
    let seen = || {
        let list = site.get_as(&site.bob, "conversation/list").is(200, 0).body["data"]["list"][0].clone();
        (list["unreadCount"].clone(), list["latestMessage"]["message"].clone(), contents(site).len())
    };
    let before = seen();
    for name in ["RC:TypSts", "RC:ReadNtf", "RC:CmdMsg", "RC:RRReqMsg", "RC:MsgExMsg", "RC:VCInvite"] {
        uid(&java(site, PUBLISH, &text(name, &json!({"name": "x"}), "")));
        assert_eq!(seen(), before, "{name}");
    }
    // What clients obey only the server says, unless the site lets back ends say it.
    for name in ["RC:RcCmd", "RC:RcNtf"] {
        java(site, PUBLISH, &text(name, &json!({"name": "x"}), "")).is(400, 1007);
        site.sixin(&["setting", "set", "publish_client_commands", "true"]);
        uid(&java(site, PUBLISH, &text(name, &json!({"name": "x"}), "")));
        assert_eq!(seen(), before, "{name}");
        site.sixin(&["setting", "set", "publish_client_commands", "false"]);
    }
    // A notice is kept, and counted by nobody.
    uid(&java(site, PUBLISH, &text("RC:InfoNtf", &json!({"message": "x"}), "")));
    assert_eq!((seen().0, seen().2), (before.0.clone(), before.2 + 1));
    // What is said outright counts.
    uid(&java(site, PUBLISH, &text("RC:CmdMsg", &json!({"name": "x"}), "&isPersisted=1&isCounted=1")));
    assert_eq!((seen().0, seen().2), (json!(2), before.2 + 2));
}

fn the_message_id_of_an_answer_names_the_message(site: &Site) {
    let publish = || java(site, PUBLISH, &text("RC:TxtMsg", &json!({"content": "hi"}), "&expansion=true"));
    let modify = |name: &str| {
        let content = encoded(r#"{"content":"new"}"#);
        let body = format!("fromUserId=alice&targetId=bob&msgUID={name}&content={content}");
        java(site, "/message/private/modify.json", &body)
    };
    let recall = |name: &str| {
        let body = format!("fromUserId=alice&targetId=bob&conversationType=1&messageUID={name}");
        java(site, RECALL, &body)
    };
    let shown = || {
        let body = site.get_as(&site.bob, "conversation/alice/messages").is(200, 0).body.clone();
        body["data"]["list"].as_array().unwrap().len()
    };
    for spell in [
        |uid: &str, _: &str| uid.to_owned(),
        |uid: &str, _: &str| format!("+{}%0A", uid.to_lowercase()),
        |_: &str, id: &str| id.to_owned(),
        |_: &str, id: &str| format!("%20{id}+"),
    ] {
        let sent = publish();
        let name = spell(&uid(&sent), sent.body["messageId"].as_str().unwrap());
        modify(&name).is(200, 200);
        assert_eq!(contents(site).last().unwrap(), r#"{"content":"new"}"#, "{name}");
        let pairs = encoded(r#"{"k":"v"}"#);
        let set = format!("msgUID={name}&userId=alice&conversationType=1&targetId=bob&extraKeyVal={pairs}");
        java(site, "/message/expansion/set.json", &set).is(200, 200);
        let found = java(site, "/message/expansion/query.json", &format!("msgUID={name}"));
        assert_eq!(found.is(200, 200).body["extraContent"]["k"]["v"], json!("v"));
        assert_eq!(shown(), 1);
        recall(&name).is(200, 200);
        assert_eq!(shown(), 0, "{name}");
    }
    recall("BS45-NPH4-HV87-10LM").is(200, 200);
    for name in ["1", "9007199254740991", "x", "BS45-NPH4-HV87"] {
        refused(&recall(name), 400, 1003);
        refused(&modify(name), 400, 1003);
    }
}

fn times_may_be_in_seconds(site: &Site) {
    uid(&java(site, PUBLISH, &text("RC:TxtMsg", &json!({"content": "hi"}), "")));
    let query = json!({"userId": "bob", "targetId": "alice", "startTime": 1, "endTime": 4_102_444_800_i64});
    let found = || java(site, QUERY, &query.to_string()).is(200, 200).body["data"].as_array().unwrap().len();
    assert_eq!(found(), 1);
    let clean = "conversationType=1&fromUserId=bob&targetId=alice&msgTimestamp=4102444800";
    java(site, CLEAN, clean).is(200, 200);
    assert_eq!(found(), 0);
    java(site, "/user/getToken.json", "userId=bob&name=Bob").is(200, 200);
    java(site, "/user/token/expire.json", "userId=bob&time=4102444800").is(200, 200);
    let tokens = "SELECT COUNT(*) AS number FROM device_tokens";
    assert_eq!(site.database.number(tokens), 0);
}
