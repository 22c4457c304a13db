//! Java: a nonce with a decimal point, a connection for each call, and options that come only when they are set.

use std::io::Read;

use serde_json::json;

use super::{SECONDS, contents, escaped, refused, signature, uid};
use crate::calls::{Answer, PUBLISH};
use crate::on_every_database;
use crate::raw::{exchange, request};
use crate::site::Site;

on_every_database!(
    java_signs_with_a_fraction_and_ends_its_connections,
    java_repeats_a_random_number_and_finds_the_first_answer,
    java_changes_a_message,
);

const MODIFY: &str = "/message/private/modify.json";

fn java_with(site: &Site, nonce: &str, path: &str, body: &str) -> Answer {
    let signature = signature(site, nonce, SECONDS);
    let headers = [
        ("App-Key", site.rong.id.as_str()),
        ("Nonce", nonce),
        ("Timestamp", SECONDS),
        ("Signature", &signature),
        ("X-Request-ID", "4f6c0f7e9d1f4f0e8c520b6f6b1f7a10"),
        ("Content-Type", "application/x-www-form-urlencoded"),
        ("User-Agent", "rc-java-sdk/3.5.0"),
        ("Accept", "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2"),
        ("Connection", "close"),
    ];
    let (answer, mut socket) = exchange(site, &request(path, &headers, body));
    assert_eq!(socket.read(&mut [0]).unwrap(), 0, "the connection stays open");
    answer
}

pub(super) fn java(site: &Site, path: &str, body: &str) -> Answer {
    java_with(site, "483920.5173928474", path, body)
}

pub(super) fn encoded(text: &str) -> String {
    escaped(text, ".-*_", "+")
}

pub(super) fn text(content: &str) -> String {
    format!(
        "fromUserId=alice&toUserId=bob&toUserId=carol&objectName=RC%3ATxtMsg&content={}",
        encoded(content)
    )
}

fn java_signs_with_a_fraction_and_ends_its_connections(site: &Site) {
    let content = r#"{"content":"hi *_.- ~"}"#;
    for nonce in ["483920.5173928474", "7.428364E-4"] {
        uid(&java_with(site, nonce, PUBLISH, &text(content)));
    }
    assert_eq!(contents(site), [content; 4]);
    // It reads the error stream of anything but 200; without a body that is null.
    refused(&java(site, PUBLISH, "fromUserId=alice"), 400, 1003);
    refused(&java(site, PUBLISH, &text(content).replace("toUserId=carol", "toUserId=nobody")), 404, 1004);
    assert_eq!(site.messages(), 4);
}

fn java_repeats_a_random_number_and_finds_the_first_answer(site: &Site) {
    let extra = encoded(r#"{"key1":"val 1"}"#);
    let body = format!(
        "{}&verifyBlacklist=0&isPersisted=1&contentAvailable=0&isIncludeSender=0&expansion=true&extraContent={extra}&\
         disablePush=false&needReadReceipt=1&msgRandom=9007199254740993",
        text(r#"{"content":"hi"}"#)
    );
    let first = java(site, PUBLISH, &body);
    uid(&first);
    let again = java(site, PUBLISH, &body);
    assert_eq!(again.is(200, 200).body, first.body);
    assert_eq!(site.messages(), 2);
    let kept = site.database.lines("SELECT delivery AS line FROM conversation_messages").remove(0);
    let kept: serde_json::Value = serde_json::from_str(&kept).unwrap();
    assert_eq!(kept["extraContent"], json!({"key1": "val 1"}));
    assert_eq!(kept["msgRandom"].as_i64(), Some(9_007_199_254_740_993));
}

fn java_changes_a_message(site: &Site) {
    let uid = uid(&java(site, PUBLISH, &text(r#"{"content":"befor"}"#)));
    let content = encoded(r#"{"content":"before"}"#);
    let body = |object_name: &str| {
        let object_name = encoded(object_name);
        format!("fromUserId=alice&targetId=bob&msgUID={uid}&objectName={object_name}&content={content}")
    };
    assert_eq!(java(site, MODIFY, &body("RC:TxtMsg")).is(200, 200).body, json!({"code": 200}));
    assert_eq!(contents(site), [r#"{"content":"before"}"#, r#"{"content":"befor"}"#]);
    refused(&java(site, MODIFY, &body("RC:ImgMsg")), 400, 1003);
}
