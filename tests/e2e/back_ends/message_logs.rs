//! The logs of hours: every message once, in a zip that anybody with the link can read.

use std::io::{Cursor, Read};

use chrono::DateTime;
use serde_json::{Value, json};
use sixin_application::access::ports::{Signatures, SignedParts};
use sixin_domain::access::app_key::Secret;
use sixin_domain::id::{MessageId, first_id_at};
use sixin_domain::message::uid as message_uid;
use sixin_domain::time::Millis;
use sixin_signature::HttpSignatures;

use crate::calls::{Answer, now_ms, post, text_content};
use crate::on_every_database;
use crate::site::Site;
use crate::upload::fetch;

on_every_database!(
    a_log_holds_what_both_dialects_sent_and_nothing_that_was_recalled_or_only_for_the_moment,
    each_message_is_in_the_log_of_exactly_one_hour_however_many_there_are,
    a_deleted_log_is_gone_at_once_and_stays_so,
    a_link_that_is_over_or_changed_shows_nothing,
    an_hour_is_one_of_the_sites_clock_and_comes_in_every_spelling,
);

const ASK: &str = "/message/history.json";
const DELETE: &str = "/message/history/delete.json";
const HOUR: i64 = 60 * 60 * 1000;
const BEIJING: i64 = 8 * HOUR;

/// The beginning of the hour before the last one.
fn hour() -> i64 {
    now_ms() / HOUR * HOUR - 2 * HOUR
}

fn local(at: i64, zone: i64, format: &str) -> String {
    DateTime::from_timestamp_millis(at + zone).unwrap().format(format).to_string()
}

fn date(at: i64) -> String {
    local(at, BEIJING, "%Y%m%d%H")
}

fn ask(site: &Site, date: &str) -> Answer {
    site.call_back_end(ASK, &[("date", date)])
}

fn url(site: &Site, date: &str) -> String {
    let answer = ask(site, date);
    assert_eq!(answer.is(200, 200).body["date"], date);
    answer.body["url"].as_str().unwrap().to_owned()
}

/// All messages are of that hour from now on, in the order in which they were sent.
fn move_to(site: &Site, start: i64) {
    let first = first_id_at(Millis(start));
    let oldest = site.database.number("SELECT MIN(id) AS number FROM conversation_messages");
    site.database.execute(&format!("UPDATE conversation_messages SET id = id - {}", oldest - first));
}

/// The lines of a log, whose only entry has that name.
fn lines(url: &str, entry: &str) -> Vec<Value> {
    let (status, headers, bytes) = fetch(url, &[]);
    assert_eq!(status, 200, "{}", String::from_utf8_lossy(&bytes));
    assert!(headers.contains(&("content-type".to_owned(), "application/zip".to_owned())));
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    assert_eq!(archive.len(), 1);
    let mut file = archive.by_index(0).unwrap();
    assert_eq!(file.name().unwrap(), entry);
    let mut text = String::new();
    file.read_to_string(&mut text).unwrap();
    assert!(text.ends_with('\n'));
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn publish(site: &Site, to: &str, object_name: &str, content: &str, more: &[(&str, &str)]) -> Answer {
    let fields =
        [("fromUserId", "alice"), ("toUserId", to), ("objectName", object_name), ("content", content)];
    let answer = site.publish(&[&fields, more].concat());
    answer.is(200, 200);
    answer
}

fn a_log_holds_what_both_dialects_sent_and_nothing_that_was_recalled_or_only_for_the_moment(site: &Site) {
    let odd = r#"{ "content" : "a & \u4f60\n\"b\"" }"#;
    publish(site, "bob,carol", "RC:TxtMsg", odd, &[]);
    site.send_text(&site.bob, "alice", "from \"the app\"\n你").is(200, 0);
    publish(site, "bob", "My:Gift", "<raw  text>", &[("isIncludeSender", "1")]);
    publish(site, "bob", "RC:TypSts", r#"{"typingContentType":"RC:TxtMsg"}"#, &[]);
    publish(site, "bob", "RC:TxtMsg", &text_content("not kept"), &[("isPersisted", "0")]);
    let gone = publish(site, "bob", "RC:TxtMsg", &text_content("recalled"), &[]);
    let uid = gone.body["messageUIDs"][0]["messageUID"].as_str().unwrap();
    let message = [("fromUserId", "alice"), ("targetId", "bob"), ("messageUID", uid)];
    site.call_back_end("/message/recall.json", &[&message[..], &[("conversationType", "1")]].concat())
        .is(200, 200);
    let picture = site.picture_for_bob();
    site.send(&site.alice, &json!({"uidOrUsername": "bob", "fid": picture["fid"]})).is(200, 0);
    let hour = hour();
    assert_eq!(url(site, &date(hour)), "");
    move_to(site, hour);

    let mut logged = lines(&url(site, &date(hour)), &local(hour, BEIJING, "%Y-%m-%d-%H"));
    let image: Value = serde_json::from_str(logged[4]["content"].as_str().unwrap()).unwrap();
    assert_eq!(fetch(image["imageUri"].as_str().unwrap(), &[]).0, 200);
    logged[4]["content"] = json!("a picture");
    let row = |number: i64, column: &str| {
        let nth = format!(
            "is_enable = 1 AND COALESCE(object_name, '') <> 'RC:TypSts' ORDER BY id LIMIT 1 OFFSET {number}"
        );
        site.database.number(&format!("SELECT {column} AS number FROM conversation_messages WHERE {nth}"))
    };
    let expected: Vec<Value> = [
        ("alice", "bob", "RC:TxtMsg", odd, "Server"),
        ("alice", "carol", "RC:TxtMsg", odd, "Server"),
        ("bob", "alice", "RC:TxtMsg", &text_content("from \"the app\"\n你"), ""),
        ("alice", "bob", "My:Gift", "<raw  text>", "Server"),
        ("alice", "bob", "RC:ImgMsg", "a picture", ""),
    ]
    .into_iter()
    .zip(0..)
    .map(|((from, to, classname, content, source), number)| {
        json!({
            "appId": site.rong.id, "fromUserId": from, "targetId": to, "targetType": 1, "GroupId": "",
            "classname": classname, "content": content, "source": source,
            "dateTime": local(row(number, "created_at"), BEIJING, "%Y-%m-%d %H:%M:%S%.3f"),
            "msgUID": message_uid::encode(MessageId(row(number, "id"))),
        })
    })
    .collect();
    assert_eq!(logged, expected);
}

fn each_message_is_in_the_log_of_exactly_one_hour_however_many_there_are(site: &Site) {
    for number in 0..234 {
        publish(site, "bob", "RC:TxtMsg", &text_content(&number.to_string()), &[]);
    }
    let hour = hour();
    move_to(site, hour);
    // The first one is of the hour before, to the millisecond, the next one the first of its own; so at the end.
    let (first, end) = (first_id_at(Millis(hour)), first_id_at(Millis(hour + HOUR)));
    for (text, id) in [(0, first - 1), (1, first), (232, end - 1), (233, end)] {
        let content = text_content(&text.to_string());
        let of_text = format!("content = '{content}'");
        site.database.execute(&format!("UPDATE conversation_messages SET id = {id} WHERE {of_text}"));
    }
    let texts = |start: i64| -> Vec<Value> {
        let logged = lines(&url(site, &date(start)), &local(start, BEIJING, "%Y-%m-%d-%H"));
        logged.into_iter().map(|line| line["content"].clone()).collect()
    };
    let expected = |numbers: std::ops::Range<i64>| -> Vec<Value> {
        numbers.map(|number| json!(text_content(&number.to_string()))).collect()
    };
    assert_eq!(texts(hour - HOUR), expected(0..1));
    assert_eq!(texts(hour), expected(1..233));
    // This hour may be over for less than the minute in which its last messages are awaited.
    site.database.execute(&format!(
        "UPDATE conversation_messages SET id = id - {}",
        first_id_at(Millis(hour + HOUR)) - first
    ));
    assert_eq!(texts(hour), expected(233..234));
}

fn a_deleted_log_is_gone_at_once_and_stays_so(site: &Site) {
    site.publish_text("alice", "bob", "hi").is(200, 200);
    let hour = hour();
    move_to(site, hour);
    let link = url(site, &date(hour));
    assert_eq!(fetch(&link, &[]).0, 200);
    let delete = |date: &str| site.call_back_end(DELETE, &[("date", date)]).is(200, 200).body.clone();
    for _ in 0..2 {
        assert_eq!(delete(&date(hour)), json!({"code": 200}));
        assert_eq!(url(site, &date(hour)), "");
        let (status, _, bytes) = fetch(&link, &[]);
        let refused: Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!((status, &refused["code"]), (404, &json!(404)));
    }
    assert_eq!(site.messages(), 1);
    // Deleting what is not there yet keeps nothing from coming.
    assert_eq!(delete(&date(now_ms() + 24 * HOUR)), json!({"code": 200}));
    assert_eq!(delete("1999123123"), json!({"code": 200}));
    assert_eq!(site.database.number("SELECT COUNT(*) AS number FROM deleted_message_logs"), 1);
}

fn a_link_that_is_over_or_changed_shows_nothing(site: &Site) {
    site.publish_text("alice", "bob", "hi").is(200, 200);
    let hour = hour();
    move_to(site, hour);
    let date = date(hour);
    let link = url(site, &date);
    let secret =
        site.database.lines("SELECT value AS line FROM site_secrets WHERE name = 'file_links'").remove(0);
    let signed = |text: String| HttpSignatures.sign(&SignedParts::Link(text), &Secret::new(secret.as_str()));
    let at = |date: &str, app_id: &str, expires: i64, signature: &str| {
        let query = format!("appId={app_id}&expires={expires}&signature={signature}");
        fetch(&site.url(&format!("/message/history/{date}.zip?{query}")), &[]).0
    };
    let key = site.rong.id.as_str();
    let (soon, over) = (now_ms() / 1000 + 60, now_ms() / 1000 - 1);
    let own = |expires: i64| signed(format!("log of an hour\n{date}\n{key}\n{expires}"));
    assert_eq!(at(&date, key, soon, &own(soon)), 200);
    assert_eq!(at(&date, key, over, &own(over)), 403);
    assert_eq!(at(&date, key, soon + 1, &own(soon)), 403);
    assert_eq!(at(&date, "other", soon, &own(soon)), 403);
    assert_eq!(at("2026010101", key, soon, &own(soon)), 403);
    assert_eq!(at(&date, key, soon, &signed(format!("{date}\n\n{soon}"))), 403);
    assert_eq!(at(&date, key, soon, ""), 403);
    let (address, _) = link.split_once("&signature=").unwrap();
    for changed in [address.to_owned(), format!("{address}&signature="), link.replace(&date, "2026010101")] {
        let (status, _, bytes) = fetch(&changed, &[]);
        let refused: Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!((status, &refused["code"]), (403, &json!(403)), "{changed}");
    }
}

fn an_hour_is_one_of_the_sites_clock_and_comes_in_every_spelling(site: &Site) {
    site.publish_text("alice", "bob", "hi").is(200, 200);
    let hour = hour();
    move_to(site, hour + HOUR / 2);
    let date = date(hour);
    let found = json!(url(site, &date));
    assert!(found.as_str().unwrap().starts_with(&site.url("/message/history/")));
    let number: i64 = date.parse().unwrap();
    for body in [json!({"date": date}), json!({"date": number})] {
        for kind in ["application/json", "application/x-www-form-urlencoded"] {
            let mut headers = site.back_end();
            headers.retain(|(name, _)| name != "Content-Type");
            headers.push(("Content-Type".into(), kind.into()));
            let answer = post(&site.url(ASK), &headers, body.to_string().as_bytes());
            assert_eq!(answer.is(200, 200).body, json!({"code": 200, "url": found, "date": date}));
        }
    }
    for wrong in ["9999999999", "2026112524", "2026023010", "202611251", "20261125100", "today", ""] {
        ask(site, wrong).is(400, 1003);
        site.call_back_end(DELETE, &[("date", wrong)]).is(400, 1003);
    }
    let now = now_ms();
    for at in [now, now + HOUR, now - 74 * HOUR, hour - HOUR] {
        assert_eq!(url(site, &self::date(at)), "", "{at}");
    }
    site.sixin(&["setting", "set", "default_timezone", "+5.75"]);
    let nepal = 5 * HOUR + HOUR / 4 * 3;
    let sent = site.database.number("SELECT created_at AS number FROM conversation_messages");
    let at = hour + HOUR / 2 + nepal;
    let logged = lines(&url(site, &local(at, 0, "%Y%m%d%H")), &local(at, 0, "%Y-%m-%d-%H"));
    assert_eq!(logged[0]["dateTime"], local(sent, nepal, "%Y-%m-%d %H:%M:%S%.3f"));
}
