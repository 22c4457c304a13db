//! Pairs that a back end keeps with a message.

use serde_json::{Value, json};

use crate::back_ends::rongcloud_messages::{history, modify, recall, shown, uid};
use crate::calls::{Answer, back_end_headers, form, now_ms, post, text_content};
use crate::on_every_database;
use crate::site::Site;

on_every_database!(
    pairs_begin_with_those_of_the_publish_and_change,
    a_message_has_300_pairs_at_most,
    only_its_two_users_change_a_message_that_can_carry_pairs,
    a_change_of_the_message_leaves_its_pairs_and_a_recall_ends_them,
    each_recipient_of_a_long_message_has_pairs_of_its_own,
    a_strict_key_signs_each_change_anew,
);

const SET: &str = "/message/expansion/set.json";
const DELETE: &str = "/message/expansion/delete.json";
const QUERY: &str = "/message/expansion/query.json";

fn publish(site: &Site, to: &str, text: &str, more: &[(&str, &str)]) -> Answer {
    let content = text_content(text);
    let base =
        [("fromUserId", "alice"), ("toUserId", to), ("objectName", "RC:TxtMsg"), ("content", &content)];
    site.publish(&[&base[..], more].concat())
}

/// A message to bob that can carry pairs.
fn expandable(site: &Site, initial: &str) -> String {
    uid(&publish(site, "bob", "hi", &[("expansion", "true"), ("extraContent", initial)]))
}

fn change(site: &Site, path: &str, uid: &str, by: &str, with: &str, value: &str) -> Answer {
    let name = if path == SET { "extraKeyVal" } else { "extraKey" };
    let message = [("msgUID", uid), ("userId", by), ("targetId", with), ("conversationType", "1")];
    site.call_back_end(path, &[&message[..], &[(name, value)]].concat())
}

fn set(site: &Site, uid: &str, pairs: &Value) {
    change(site, SET, uid, "alice", "bob", &pairs.to_string()).is(200, 200);
}

fn query(site: &Site, uid: &str) -> Answer {
    site.call_back_end(QUERY, &[("msgUID", uid), ("pageNo", "1")])
}

/// The present pairs without their times.
fn pairs(site: &Site, uid: &str) -> Value {
    let found = query(site, uid);
    let found = found.is(200, 200).body["extraContent"].as_object().unwrap();
    assert!(found.values().all(|pair| pair["ts"].as_i64().is_some()));
    found.iter().map(|(key, pair)| (key.clone(), pair["v"].clone())).collect()
}

/// Whether bob's history says a message can carry pairs, and which it shows.
fn in_history(site: &Site, index: usize) -> (bool, Value) {
    let message = history(site, "bob", "alice", (0, now_ms() + 60_000), 100).remove(index);
    let carried = message["extraContent"].as_str().unwrap();
    let carried = if carried.is_empty() { json!({}) } else { serde_json::from_str(carried).unwrap() };
    (message["expansion"].as_bool().unwrap(), carried)
}

fn pairs_begin_with_those_of_the_publish_and_change(site: &Site) {
    let uid = expandable(site, r#"{"a":"1","b":"2"}"#);
    let sent_at = history(site, "bob", "alice", (0, now_ms() + 60_000), 1)[0]["msgTime"].clone();
    assert_eq!(query(site, &uid).body["extraContent"]["a"], json!({"v": "1", "ts": sent_at}));
    set(site, &uid, &json!({"b": "new", "c": "语 \"x\""}));
    change(site, SET, &uid, "bob", "alice", r#"{"d":""}"#).is(200, 200);
    assert_eq!(pairs(site, &uid), json!({"a": "1", "b": "new", "c": "语 \"x\"", "d": ""}));
    assert!(query(site, &uid).body["extraContent"]["b"]["ts"].as_i64() > sent_at.as_i64());
    change(site, DELETE, &uid, "bob", "alice", r#"["a","c","none"]"#).is(200, 200);
    assert_eq!(pairs(site, &uid), json!({"b": "new", "d": ""}));
    assert_eq!(in_history(site, 0), (true, json!({"b": "new", "d": ""})));
    change(site, DELETE, &uid, "alice", "bob", r#"["b","d"]"#).is(200, 200);
    assert_eq!((pairs(site, &uid), in_history(site, 0)), (json!({}), (true, json!({}))));
    set(site, &uid, &json!({"a": "again"}));
    assert_eq!(in_history(site, 0).1, json!({"a": "again"}));
    // Neighbours in the same page have their own, or none.
    publish(site, "bob", "plain", &[("pushContent", "p")]).is(200, 200);
    let other = expandable(site, "");
    set(site, &other, &json!({"z": "1"}));
    let all: Vec<_> = (0..3).map(|index| in_history(site, index)).collect();
    assert_eq!(all, [(true, json!({"a": "again"})), (false, json!({})), (true, json!({"z": "1"}))]);
    let beyond = site.call_back_end(QUERY, &[("msgUID", &uid), ("pageNo", "2")]);
    assert_eq!(beyond.is(200, 200).body["extraContent"], json!({}));
}

fn a_message_has_300_pairs_at_most(site: &Site) {
    let uid = expandable(site, r#"{"first":"1"}"#);
    let some = |from: usize, count: usize| -> Value {
        (from..from + count)
            .map(|number| (format!("k{number}"), "v".into()))
            .collect::<serde_json::Map<_, _>>()
            .into()
    };
    for (from, count) in [(0, 100), (100, 100), (200, 99)] {
        set(site, &uid, &some(from, count));
    }
    let one_more = some(299, 1).to_string();
    let refused = change(site, SET, &uid, "alice", "bob", &one_more);
    assert!(refused.is(400, 1003).body["errorMessage"].as_str().unwrap().contains("at most 300 pairs"));
    change(site, DELETE, &uid, "alice", "bob", "first").is(200, 200);
    change(site, SET, &uid, "alice", "bob", &one_more).is(200, 200);
    change(site, SET, &uid, "alice", "bob", &some(0, 101).to_string()).is(400, 1003);
    assert_eq!(pairs(site, &uid).as_object().unwrap().len(), 300);
}

fn only_its_two_users_change_a_message_that_can_carry_pairs(site: &Site) {
    let refused = |uid: &str, by: &str, with: &str, status: u16, code: i64| {
        change(site, SET, uid, by, with, r#"{"a":"1"}"#).is(status, code);
        change(site, DELETE, uid, by, with, "a").is(status, code);
    };
    let own = expandable(site, r#"{"a":"0"}"#);
    refused(&own, "alice", "carol", 400, 1003);
    refused(&own, "carol", "bob", 400, 1003);
    refused(&own, "alice", "alice", 400, 1003);
    refused(&own, "alice", "nobody", 404, 1004);
    assert_eq!(pairs(site, &own), json!({"a": "0"}));
    let plain = uid(&publish(site, "bob", "hi", &[]));
    let off = uid(&publish(site, "bob", "hi", &[("expansion", "false")]));
    let passing = uid(&publish(site, "bob", "hi", &[("expansion", "true"), ("isPersisted", "0")]));
    for uid in [plain.as_str(), &off, &passing, "5FGT-7VA9-G4DD-4V5P", "made up"] {
        refused(uid, "alice", "bob", 400, 1003);
        query(site, uid).is(400, 1003);
    }
    assert_eq!(site.database.number("SELECT COUNT(*) AS number FROM message_expansions"), 0);
}

fn a_change_of_the_message_leaves_its_pairs_and_a_recall_ends_them(site: &Site) {
    let uid = expandable(site, r#"{"a":"1","b":"2"}"#);
    set(site, &uid, &json!({"c": "3"}));
    change(site, DELETE, &uid, "alice", "bob", "a").is(200, 200);
    modify(site, "alice", "bob", &uid, &text_content("new")).is(200, 200);
    assert_eq!(shown(site, &site.bob, "alice"), ["new"]);
    assert_eq!(pairs(site, &uid), json!({"b": "2", "c": "3"}));
    assert_eq!(in_history(site, 0), (true, json!({"b": "2", "c": "3"})));
    recall(site, "alice", "bob", &uid, &[]).is(200, 200);
    let refused = change(site, SET, &uid, "alice", "bob", r#"{"a":"1"}"#);
    assert!(refused.is(400, 1003).body["errorMessage"].as_str().unwrap().contains("recalled"));
    query(site, &uid).is(400, 1003);
    assert!(history(site, "bob", "alice", (0, now_ms() + 60_000), 100).is_empty());
}

fn each_recipient_of_a_long_message_has_pairs_of_its_own(site: &Site) {
    let more = [("expansion", "1"), ("extraContent", r#"{"a":"1"}"#)];
    let answer = publish(site, "bob,carol", &"x".repeat(3000), &more);
    let uids = answer.is(200, 200).body["messageUIDs"].as_array().unwrap();
    let uid = |index: usize| uids[index]["messageUID"].as_str().unwrap().to_owned();
    change(site, DELETE, &uid(0), "alice", "bob", "a").is(200, 200);
    change(site, SET, &uid(1), "alice", "carol", r#"{"b":"2"}"#).is(200, 200);
    assert_eq!((pairs(site, &uid(0)), pairs(site, &uid(1))), (json!({}), json!({"a": "1", "b": "2"})));
}

fn a_strict_key_signs_each_change_anew(site: &Site) {
    let uid = expandable(site, "");
    let headers = back_end_headers(&site.strict_key(), "once", &now_ms().to_string());
    let body = form(&[("msgUID", uid.as_str())]);
    post(&site.url(QUERY), &headers, &body).is(200, 200);
    post(&site.url(QUERY), &headers, &body).is(401, 1001);
}
