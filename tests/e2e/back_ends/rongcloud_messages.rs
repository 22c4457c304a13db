//! What back ends recall, change, read and clean is so in both dialects.

use serde_json::{Value, json};

use crate::calls::{Answer, back_end_headers, form, now_ms, post, text_content};
use crate::on_every_database;
use crate::site::Site;

on_every_database!(
    a_recalled_message_is_gone_in_both_dialects_and_counts_follow,
    a_changed_message_reads_anew_in_both_dialects,
    what_an_app_sends_a_back_end_reads_in_pages,
    cleaning_one_side_leaves_the_other,
    nobody_changes_what_is_not_theirs,
    a_strict_key_signs_each_of_these_requests_anew,
);

const RECALL: &str = "/message/recall.json";
const MODIFY: &str = "/message/private/modify.json";
const QUERY: &str = "/v3/message/private/query.json";
const CLEAN: &str = "/conversation/message/history/clean.json";

pub(crate) fn uid(published: &Answer) -> String {
    published.is(200, 200).body["messageUIDs"][0]["messageUID"].as_str().unwrap().to_owned()
}

/// A back end publishes a text that also shows to its sender, and gets its UID.
pub(crate) fn publish(site: &Site, from: &str, to: &str, text: &str) -> String {
    let content = text_content(text);
    let text = [("objectName", "RC:TxtMsg"), ("content", content.as_str()), ("isIncludeSender", "1")];
    uid(&site.publish(&[&[("fromUserId", from), ("toUserId", to)], text.as_slice()].concat()))
}

pub(crate) fn recall(site: &Site, from: &str, to: &str, uid: &str, more: &[(&str, &str)]) -> Answer {
    let fields = [("conversationType", "1"), ("fromUserId", from), ("targetId", to), ("messageUID", uid)];
    site.call_back_end(RECALL, &[&fields, more].concat())
}

pub(crate) fn modify(site: &Site, from: &str, to: &str, uid: &str, content: &str) -> Answer {
    site.call_back_end(
        MODIFY,
        &[("fromUserId", from), ("targetId", to), ("msgUID", uid), ("content", content)],
    )
}

/// The history of one side, a JSON body as PHP and Java send it.
pub(crate) fn history(
    site: &Site,
    user: &str,
    with: &str,
    (start, end): (i64, i64),
    size: i64,
) -> Vec<Value> {
    let body = json!({"userId": user, "targetId": with, "startTime": start, "endTime": end, "pageSize": size,
                      "includeStart": false});
    let answer = site.call_back_end_json(QUERY, &body, &[]);
    answer.is(200, 200).body["data"].as_array().unwrap().clone()
}

fn whole(site: &Site, user: &str, with: &str) -> Vec<String> {
    let found = history(site, user, with, (0, now_ms() + 60_000), 100);
    found.iter().map(|message| message["content"].as_str().unwrap().to_owned()).collect()
}

/// The only conversation in a user's list: unread, count, latest.
pub(crate) fn listed(site: &Site, person: &crate::site::Person) -> (Value, Value, Value) {
    let list = site.get_as(person, "conversation/list");
    let first = &list.is(200, 0).body["data"]["list"][0];
    (first["unreadCount"].clone(), first["messageCount"].clone(), first["latestMessage"]["message"].clone())
}

pub(crate) fn shown(site: &Site, person: &crate::site::Person, with: &str) -> Vec<String> {
    let path = format!("conversation/{with}/messages?orderDirection=asc");
    let messages = site.get_as(person, &path);
    let list = messages.is(200, 0).body["data"]["list"].as_array().unwrap().clone();
    list.iter().map(|message| message["content"].as_str().unwrap().to_owned()).collect()
}

fn a_recalled_message_is_gone_in_both_dialects_and_counts_follow(site: &Site) {
    publish(site, "alice", "bob", "stays");
    let uid = publish(site, "alice", "bob", "goes");
    assert_eq!(shown(site, &site.bob, "alice"), ["stays", "goes"]);
    assert_eq!(listed(site, &site.bob).0, 2);
    for _ in 0..2 {
        recall(site, "alice", "bob", &uid, &[("sentTime", "1"), ("isDelete", "1")]).is(200, 200);
        assert_eq!(shown(site, &site.bob, "alice"), ["stays"]);
        assert_eq!(shown(site, &site.alice, "bob"), ["stays"]);
        assert_eq!(whole(site, "bob", "alice"), [text_content("stays")]);
        assert_eq!(whole(site, "alice", "bob"), [text_content("stays")]);
        assert_eq!(listed(site, &site.bob), (json!(1), json!(1), json!("stays")));
        assert_eq!(listed(site, &site.alice), (json!(0), json!(1), json!("stays")));
    }
    // What an app sent is recalled too, and the original is kept.
    let sent = site.send_text(&site.bob, "alice", "from the app");
    let sent = sent.is(200, 0).body["data"]["id"].as_i64().unwrap();
    let uid = history(site, "bob", "alice", (0, now_ms() + 60_000), 100)[1]["messageUID"]
        .as_str()
        .unwrap()
        .to_owned();
    recall(site, "alice", "bob", &uid, &[]).is(400, 1003);
    recall(site, "alice", "bob", &uid, &[("isAdmin", "1")]).is(200, 200);
    assert_eq!(shown(site, &site.bob, "alice"), ["stays"]);
    let kept = format!(
        "SELECT message_text AS line FROM conversation_messages WHERE id = {sent} AND recalled_at > 0"
    );
    assert_eq!(site.database.lines(&kept), ["from the app"]);
}

fn a_changed_message_reads_anew_in_both_dialects(site: &Site) {
    let uid = publish(site, "alice", "bob", "befor");
    modify(site, "alice", "bob", &uid, &text_content("before")).is(200, 200);
    modify(site, "alice", "bob", &uid, &text_content("after")).is(200, 200);
    modify(site, "alice", "bob", &uid, &text_content("after")).is(200, 200);
    assert_eq!(shown(site, &site.bob, "alice"), ["after"]);
    assert_eq!(whole(site, "alice", "bob"), [text_content("after")]);
    assert_eq!(listed(site, &site.bob), (json!(1), json!(1), json!("after")));
    assert_eq!(
        site.database.lines("SELECT message_text AS line FROM message_revisions ORDER BY id"),
        ["befor", "before"]
    );
    modify(site, "alice", "bob", &uid, "no json").is(400, 1006);
    let longest = |bytes: usize| text_content(&"x".repeat(bytes));
    modify(site, "alice", "bob", &uid, &longest(4097)).is(400, 1006);
    modify(site, "alice", "bob", &uid, &longest(4096)).is(200, 200);
    let image = [("objectName", "RC:ImgMsg"), ("content", r#"{"imageUri":"http://a/b"}"#)];
    let message = [("fromUserId", "alice"), ("targetId", "bob"), ("msgUID", uid.as_str())];
    site.call_back_end(MODIFY, &[&message[..], &image].concat()).is(400, 1003);
    recall(site, "alice", "bob", &uid, &[]).is(200, 200);
    modify(site, "alice", "bob", &uid, &text_content("again")).is(400, 1003);
}

fn what_an_app_sends_a_back_end_reads_in_pages(site: &Site) {
    let begin = now_ms() - 1;
    for number in 0..5 {
        site.send_text(&site.bob, "alice", &format!("number {number}")).is(200, 0);
    }
    let end = now_ms() + 60_000;
    let mut from = begin;
    let mut read = Vec::new();
    loop {
        let page = history(site, "alice", "bob", (from, end), 2);
        let Some(last) = page.last() else { break };
        assert!(page.iter().all(|message| message["fromUserId"] == "bob" && message["targetId"] == "bob"));
        assert!(page.iter().all(|message| message["objectName"] == "RC:TxtMsg"));
        from = last["msgTime"].as_i64().unwrap();
        read.extend(page.iter().map(|message| message["content"].as_str().unwrap().to_owned()));
    }
    let sent: Vec<String> = (0..5).map(|number| text_content(&format!("number {number}"))).collect();
    assert_eq!(read, sent);
    assert!(history(site, "alice", "bob", (end, end + 1), 10).is_empty());
}

fn cleaning_one_side_leaves_the_other(site: &Site) {
    publish(site, "alice", "bob", "old");
    let message = history(site, "bob", "alice", (0, now_ms() + 60_000), 1).remove(0);
    publish(site, "alice", "bob", "new");
    let sides = [("conversationType", "1"), ("fromUserId", "bob"), ("targetId", "alice")];
    let until = message["msgTime"].to_string();
    site.call_back_end(CLEAN, &[&sides[..], &[("msgTimestamp", until.as_str())]].concat()).is(200, 200);
    assert_eq!(whole(site, "bob", "alice"), [text_content("new")]);
    assert_eq!(listed(site, &site.bob), (json!(1), json!(1), json!("new")));
    site.call_back_end(CLEAN, &sides).is(200, 200);
    assert_eq!((whole(site, "bob", "alice").len(), shown(site, &site.bob, "alice").len()), (0, 0));
    assert_eq!(shown(site, &site.alice, "bob"), ["old", "new"]);
}

fn nobody_changes_what_is_not_theirs(site: &Site) {
    site.sixin(&["user", "create", "cid"]);
    let uid = publish(site, "alice", "bob", "hers");
    recall(site, "bob", "alice", &uid, &[]).is(400, 1003);
    recall(site, "alice", "cid", &uid, &[("isAdmin", "1")]).is(400, 1003);
    recall(site, "cid", "bob", &uid, &[("isAdmin", "1")]).is(400, 1003);
    recall(site, "alice", "nobody", &uid, &[]).is(404, 1004);
    recall(site, "alice", "bob", "5FGT-7VA9-G4DD-4V5P", &[]).is(200, 200);
    recall(site, "alice", "bob", &uid, &[("conversationType", "3")]).is(400, 1003);
    modify(site, "bob", "alice", &uid, &text_content("his")).is(400, 1003);
    modify(site, "alice", "cid", &uid, &text_content("his")).is(400, 1003);
    assert_eq!(shown(site, &site.bob, "alice"), ["hers"]);
    assert_eq!(listed(site, &site.bob).0, 1);
}

fn a_strict_key_signs_each_of_these_requests_anew(site: &Site) {
    let strict = site.strict_key();
    let headers = back_end_headers(&strict, "once", &now_ms().to_string());
    let body = form(&[("conversationType", "1"), ("fromUserId", "bob"), ("targetId", "alice")]);
    post(&site.url(CLEAN), &headers, &body).is(200, 200);
    post(&site.url(CLEAN), &headers, &body).is(401, 1001);
}
