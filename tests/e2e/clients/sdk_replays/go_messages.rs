//! Go 4.0.7 says to each its own, keeps pairs with messages, and sends what only those online see.

use serde_json::json;

use super::go::{EMPTY_USER, form, go};
use super::{QUERY, contents, go_escaped, refused, uid};
use crate::on_every_database;
use crate::site::Site;

on_every_database!(
    go_asserts_that_the_time_of_a_pair_is_a_number,
    go_sends_a_template_with_one_flag_as_a_text,
    go_sends_a_status_with_a_count_that_is_none,
);

const TEMPLATE: &str = "/message/private/publish_template.json";

fn go_asserts_that_the_time_of_a_pair_is_a_number(site: &Site) {
    let content = format!(r#"{{"content":"hi",{EMPTY_USER}}}"#);
    let body = format!(
        "content={}&expansion=true&extraContent={}&fromUserId=alice&objectName=RC%3ATxtMsg&toUserId=bob&pushExt=",
        go_escaped(&content),
        go_escaped(r#"{"a":"1"}"#)
    );
    let uid = uid(&form(site, crate::calls::PUBLISH, &body));
    let change = |path: &str, name: &str, value: &str| {
        let value = go_escaped(value);
        let body = format!(
            "conversationType=1&{name}={value}&isSyncSender=0&msgUID={uid}&targetId=bob&userId=alice"
        );
        assert_eq!(form(site, path, &body).is(200, 200).body, json!({"code": 200}));
    };
    change("/message/expansion/set.json", "extraKeyVal", r#"{"b":"x+y & 你"}"#);
    change("/message/expansion/delete.json", "extraKey", r#"["a"]"#);
    let found = form(site, "/message/expansion/query.json", &format!("msgUID={uid}&pageNo=1"));
    let pairs = found.is(200, 200).body["extraContent"].as_object().unwrap().clone();
    assert_eq!(pairs.keys().collect::<Vec<_>>(), ["b"]);
    assert!(pairs["b"]["v"].is_string() && pairs["b"]["ts"].is_i64(), "{pairs:?}");
    let body = r#"{"endTime":"4102444800000","includeStart":"true","pageSize":"10","startTime":"1","targetId":"alice","userId":"bob"}"#;
    let history = go(site, QUERY, "application/json", body).is(200, 200).body["data"][0].clone();
    assert_eq!(history["expansion"], json!(true));
    assert_eq!(history["extraContent"].as_str(), Some(r#"{"b":"x+y & 你"}"#));
}

fn go_sends_a_template_with_one_flag_as_a_text(site: &Site) {
    let content = |name: &str| format!(r#"{{"content":"hi {name}",{EMPTY_USER}}}"#);
    let body = json!({
        "busChannel": "b1", "content": content("{n}"), "contentAvailable": 0, "disablePush": false,
        "disableUpdateLastMsg": "true", "fromUserId": "alice", "isCounted": 1, "objectName": "RC:TxtMsg",
        "pushContent": ["for {n}", ""], "pushData": ["", ""], "toUserId": ["bob", "carol"],
        "values": [{"{n}": "Bob"}, {"{n}": "Carol"}], "verifyBlacklist": 0,
    });
    uid(&go(site, TEMPLATE, "application/json", &body.to_string()));
    assert_eq!(contents(site), [content("Bob"), content("Carol")]);
    let pushed = site.database.lines(
        "SELECT delivery AS line FROM conversation_messages WHERE delivery LIKE '%\"pushContent\":\"for Bob\"%'",
    );
    assert_eq!(pushed.len(), 1);
    // The text is a flag: the messages are there and are nobody's latest.
    for person in [&site.bob, &site.carol] {
        let shown =
            site.get_as(person, "conversation/alice/messages").is(200, 0).body["data"]["list"].clone();
        assert_eq!(shown.as_array().unwrap().len(), 1);
        let listed = site.get_as(person, "conversation/list").is(200, 0).body["data"]["list"].clone();
        assert!(!listed.to_string().contains("hi "), "{listed}");
    }
    let short = body.to_string().replace(r#"["for {n}",""]"#, r#"["for {n}"]"#);
    refused(&go(site, TEMPLATE, "application/json", &short), 400, 1003);
    assert_eq!(site.messages(), 2);
}

fn go_sends_a_status_with_a_count_that_is_none(site: &Site) {
    let content = go_escaped(&format!(r#"{{"typingContentType":"RC:TxtMsg",{EMPTY_USER}}}"#));
    let status = format!(
        "content={content}&fromUserId=alice&isCounted=1&isIncludeSender=0&objectName=RC%3ATypSts&toUserId=bob&\
         toUserId=carol&verifyBlacklist=0"
    );
    let path = "/statusmessage/private/publish.json";
    assert_eq!(form(site, path, &status).is(200, 200).body["code"], json!(200));
    assert_eq!(site.messages(), 0);
    let listed = site.get_as(&site.bob, "conversation/list").is(200, 0).body["data"]["list"].clone();
    assert_eq!(listed, json!([]));
    refused(&form(site, path, &status.replace("carol", "nobody")), 404, 1004);
}
