//! A request with a key is carried out once, however often and wherever it comes.

use std::time::Duration;

use serde_json::json;

use crate::calls::{
    Answer, FORM, PUBLISH, SEND, back_end_headers, fields, form, now_ms, post, text_content, try_post,
};
use crate::database::TestDatabase;
use crate::on_every_database;
use crate::site::{Key, Server, Site};

on_every_database!(
    a_repeat_gets_the_first_answer_and_changes_nothing,
    the_same_request_in_another_spelling_is_a_repeat,
    twins_at_the_same_instant_are_one_message,
    a_repeat_is_answered_though_the_rules_have_changed,
    a_repeat_shows_what_was_stored_though_words_have_changed,
    a_file_is_sent_once,
    a_key_of_another_request_is_refused_in_409,
    a_refusal_is_not_kept,
    a_bad_key_is_named,
    msg_random_is_known_for_a_minute,
    a_key_is_known_for_a_day,
    keys_belong_to_an_app_key_and_a_sender,
    a_thousand_recipients_are_answered_again,
    a_repeat_costs_no_rate,
    a_strict_key_wants_each_repeat_signed_anew,
);

fn base(content: &str) -> Vec<(&str, &str)> {
    vec![("fromUserId", "alice"), ("toUserId", "bob"), ("objectName", "RC:TxtMsg"), ("content", content)]
}

/// A back end publishes a text under a key, through that server.
fn publish_at(site: &Site, server: &Server, key: &str, changes: &[(&str, Option<&str>)]) -> Answer {
    let content = text_content("hi");
    let mut headers = site.back_end();
    headers.push(("Idempotency-Key".into(), key.into()));
    post(&format!("{}{PUBLISH}", server.url), &headers, &form(&fields(&base(&content), changes)))
}

fn publish(site: &Site, key: &str, changes: &[(&str, Option<&str>)]) -> Answer {
    publish_at(site, &site.server, key, changes)
}

/// Alice sends a text under a key, through that server.
fn send_at(site: &Site, server: &Server, key: &str, text: &str) -> Answer {
    let mut headers = site.user_headers(&site.alice, &[]);
    headers.push(("Idempotency-Key".into(), key.into()));
    let body = json!({ "uidOrUsername": "bob", "message": text }).to_string();
    post(&format!("{}{SEND}", server.url), &headers, body.as_bytes())
}

fn send(site: &Site, key: &str, text: &str) -> Answer {
    send_at(site, &site.server, key, text)
}

fn is_repeat(answer: &Answer) -> bool {
    answer.header("idempotent-replayed") == Some("true")
}

/// Two answers in which everything is the same that must be.
#[track_caller]
pub(crate) fn assert_repeats(repeat: &Answer, first: &Answer) {
    assert!(is_repeat(repeat), "{repeat:?}");
    assert!(!is_repeat(first), "{first:?}");
    assert_same(repeat, first);
}

#[track_caller]
fn assert_same(one: &Answer, other: &Answer) {
    assert_eq!((one.status, one.code()), (other.status, other.code()));
    for key in ["messageId", "sentTime", "messageUIDs"] {
        assert_eq!(one.body[key], other.body[key]);
    }
    for key in ["id", "content", "file", "type", "datetime"] {
        assert_eq!(one.body["data"][key], other.body["data"][key]);
    }
}

fn a_repeat_gets_the_first_answer_and_changes_nothing(site: &Site) {
    let view = "SELECT CONCAT_WS(' ', last_seq, last_sent_at, a_unread, b_unread, b_message_count) AS line \
        FROM conversations";
    let first = publish(site, "k", &[]);
    first.is(200, 200);
    let sent = send(site, "k2", "hi");
    sent.is(200, 0);
    let before = site.database.lines(view);
    for _ in 0..3 {
        assert_repeats(&publish(site, "k", &[]), &first);
        assert_repeats(&send(site, "k2", "hi"), &sent);
    }
    assert_eq!((site.messages(), site.database.lines(view)), (2, before));
    assert!(!is_repeat(&publish(site, "k3", &[])));
    assert!(!is_repeat(&site.publish_text("alice", "bob", "hi")));
    assert_eq!(site.messages(), 4);
}

fn the_same_request_in_another_spelling_is_a_repeat(site: &Site) {
    let first =
        publish(site, "k", &[("toUserId", None), ("toUserId", Some("bob")), ("toUserId", Some("carol"))]);
    first.is(200, 200);
    let mut headers = back_end_headers(&site.rong, "another", &now_ms().to_string());
    headers
        .extend([("Idempotency-Key".into(), "k".into()), ("Content-Type".into(), "application/json".into())]);
    let body = json!({ "content": text_content("hi"), "toUserId": ["carol", "bob"], "fromUserId": "alice",
        "objectName": "RC:TxtMsg", "pushData": null });
    let repeat = post(&site.url(PUBLISH), &headers, body.to_string().as_bytes());
    assert_repeats(&repeat, &first);
    assert_eq!(site.messages(), 2);
}

/// Twenty at once under one key, each through one of the servers: one is the first, all say the same.
fn storm(site: &Site, servers: &[&Server], call: impl Fn(&Site, &Server) -> Answer + Sync) {
    let before = site.messages();
    let answers: Vec<Answer> = std::thread::scope(|scope| {
        let call = &call;
        let threads: Vec<_> = (0..20)
            .map(|number| {
                let server = servers[number % servers.len()];
                scope.spawn(move || call(site, server))
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    for answer in &answers {
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_same(answer, &answers[0]);
    }
    assert_eq!(answers.iter().filter(|answer| !is_repeat(answer)).count(), 1);
    assert_eq!(site.messages(), before + 1);
}

fn twins_at_the_same_instant_are_one_message(site: &Site) {
    for round in 0..5 {
        storm(site, &[&site.server], |site, server| {
            publish_at(site, server, &format!("publish {round}").replace(' ', "-"), &[])
        });
        storm(site, &[&site.server], |site, server| send_at(site, server, &format!("send-{round}"), "hi"));
    }
}

#[test]
fn twins_through_two_processes_on_one_mysql_are_one_message() {
    let Some(database) = TestDatabase::mysql() else { return };
    let site = Site::on(database, &[]);
    let other = Server::start(&site.database.url(), &[]);
    for round in 0..5 {
        let key = format!("k{round}");
        storm(&site, &[&site.server, &other], |site, server| publish_at(site, server, &key, &[]));
        let key = format!("s{round}");
        storm(&site, &[&site.server, &other], |site, server| send_at(site, server, &key, "hi"));
    }
    let first = publish(&site, "later", &[]);
    assert_repeats(&publish_at(&site, &other, "later", &[]), &first);
    publish_at(&site, &other, "later", &[("count", Some("5"))]).is(409, 1003);
}

fn killed_and_restarted(database: TestDatabase) {
    let mut site = Site::on(database, &[]);
    let (first, sent) = (publish(&site, "k", &[]), send(&site, "k2", "hi"));
    site.server.kill();
    site.server = Server::start(&site.database.url(), &[]);
    assert_repeats(&publish(&site, "k", &[]), &first);
    assert_repeats(&send(&site, "k2", "hi"), &sent);
    // Whoever was cut off in the middle asks again and is stored once, whether or not the kill came after the commit.
    let call = |site: &Site, number: usize| {
        let content = text_content("burst");
        let mut headers = site.back_end();
        headers.push(("Idempotency-Key".into(), format!("burst-{number}")));
        try_post(&site.url(PUBLISH), &headers, &form(&base(&content)))
    };
    let before: Vec<Option<Answer>> = std::thread::scope(|scope| {
        let (site, call) = (&site, &call);
        let threads: Vec<_> = (0..64).map(|number| scope.spawn(move || call(site, number).ok())).collect();
        std::thread::sleep(Duration::from_millis(30));
        site.server.kill();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    site.server = Server::start(&site.database.url(), &[]);
    for (number, before) in before.iter().enumerate() {
        let again = call(&site, number).unwrap();
        again.is(200, 200);
        if let Some(before) = before.as_ref().filter(|before| before.status == 200) {
            assert_repeats(&again, before);
        }
    }
    assert_eq!(site.messages(), 2 + 64);
}

#[test]
fn sqlite_knows_a_repeat_after_the_server_was_killed() {
    killed_and_restarted(TestDatabase::sqlite());
}

#[test]
fn mysql_knows_a_repeat_after_the_server_was_killed() {
    if let Some(database) = TestDatabase::mysql() {
        killed_and_restarted(database);
    }
}

fn a_repeat_is_answered_though_the_rules_have_changed(site: &Site) {
    let verify = [("verifyBlacklist", Some("1"))];
    let first = publish(site, "k", &verify);
    let sent = send(site, "k2", "hi");
    site.sixin(&["user", "block", "bob", "alice"]);
    std::thread::sleep(Duration::from_secs(2));
    publish(site, "new", &verify).is(403, 1005);
    send(site, "new2", "hi").is(200, 36_608);
    assert_repeats(&publish(site, "k", &verify), &first);
    assert_repeats(&send(site, "k2", "hi"), &sent);
    // Another request under the key is told so, whatever the rules say.
    publish(site, "k", &[("verifyBlacklist", Some("1")), ("count", Some("5"))]).is(409, 1003);
    send(site, "k2", "ho").is(409, 30_002);
    site.sixin(&["user", "disable", "bob"]);
    std::thread::sleep(Duration::from_secs(2));
    assert_repeats(&publish(site, "k", &verify), &first);
    assert_repeats(&send(site, "k2", "hi"), &sent);
    // Who may not call at all gets no answer to a repeat either.
    site.sixin(&["session", "revoke", "alice"]);
    std::thread::sleep(Duration::from_secs(2));
    send(site, "k2", "hi").is(200, 31_603);
    assert_eq!(site.messages(), 2);
}

fn a_repeat_shows_what_was_stored_though_words_have_changed(site: &Site) {
    site.sixin(&["block-word", "add", "darn", "--mode", "replace", "--with", "d**n"]);
    std::thread::sleep(Duration::from_secs(2));
    let first = send(site, "k", "Darn it");
    assert_eq!(first.body["data"]["content"], "d**n it");
    for mode in [
        &["block-word", "add", "darn", "--mode", "replace", "--with", "oh"][..],
        &["block-word", "add", "darn"],
    ] {
        site.sixin(mode);
        std::thread::sleep(Duration::from_secs(2));
        assert_repeats(&send(site, "k", "Darn it"), &first);
    }
    send(site, "new", "Darn it").is(200, 36_605);
    assert_eq!(site.messages(), 1);
}

fn a_file_is_sent_once(site: &Site) {
    let number = |name: &str| {
        site.database.number(&format!("SELECT id AS number FROM users WHERE username = '{name}'"))
    };
    site.database.execute(
        "INSERT INTO files (fid, type, name, extension, path) VALUES ('kQ3vX8pZ', 1, 'a.png', 'png', 'a.png')",
    );
    site.database.execute(&format!(
        "INSERT INTO file_usages (file_id, file_type, usage_type, platform_id, table_name, table_column, table_key, user_id) \
         VALUES ((SELECT MAX(id) FROM files), 1, 6, 5, 'conversation_messages', 'message_file_id', 'bob', {})",
        number("alice")
    ));
    let send = |key: &str| {
        let mut headers = site.user_headers(&site.alice, &[]);
        headers.push(("Idempotency-Key".into(), key.into()));
        let body = json!({ "uidOrUsername": "bob", "fid": "kQ3vX8pZ" }).to_string();
        post(&site.url(SEND), &headers, body.as_bytes())
    };
    let first = send("k");
    first.is(200, 0);
    assert_eq!(first.body["data"]["file"]["fid"], "kQ3vX8pZ");
    assert_repeats(&send("k"), &first);
    send("new").is(200, 37_500);
    assert_eq!(site.messages(), 1);
}

fn a_key_of_another_request_is_refused_in_409(site: &Site) {
    publish(site, "k", &[]).is(200, 200);
    let refused = publish(site, "k", &[("count", Some("5"))]);
    refused.is(409, 1003);
    let text = refused.body["errorMessage"].as_str().unwrap();
    assert!(text.starts_with("参数错误") && text.contains("Idempotency-Key"), "{text}");
    send(site, "k2", "hi").is(200, 0);
    let refused = send(site, "k2", "ho");
    refused.is(409, 30_002);
    assert!(refused.body["data"].is_null());
    assert!(refused.body["message"].as_str().unwrap().contains("Idempotency-Key"));
    assert!(!is_repeat(&refused));
    assert_eq!(site.messages(), 2);
}

fn a_refusal_is_not_kept(site: &Site) {
    publish(site, "k", &[("toUserId", Some("zoe"))]).is(404, 1004);
    site.sixin(&["user", "create", "zoe"]);
    std::thread::sleep(Duration::from_secs(2));
    let first = publish(site, "k", &[("toUserId", Some("zoe"))]);
    assert!(!is_repeat(&first));
    assert_repeats(&publish(site, "k", &[("toUserId", Some("zoe"))]), &first);
}

fn a_bad_key_is_named(site: &Site) {
    for bad in ["", "a b", &"x".repeat(256)] {
        let refused = publish(site, bad, &[]);
        refused.is(400, 1003);
        assert!(refused.body["errorMessage"].as_str().unwrap().contains("Idempotency-Key"));
        let refused = send(site, bad, "hi");
        refused.is(200, 30_000);
        assert!(refused.body["message"].as_str().unwrap().contains("Idempotency-Key"));
    }
    publish(site, &"x".repeat(255), &[]).is(200, 200);
    assert_eq!(site.messages(), 1);
}

fn msg_random_is_known_for_a_minute(site: &Site) {
    let content = text_content("hi");
    let random = |number: &str, from: &str| {
        let changes = [("msgRandom", Some(number)), ("fromUserId", Some(from))];
        site.publish(&fields(&base(&content), &changes))
    };
    let first = random("42", "alice");
    assert_repeats(&random("42", "alice"), &first);
    assert!(!is_repeat(&random("43", "alice")) && !is_repeat(&random("42", "carol")));
    site.publish(&fields(&base(&content), &[("msgRandom", Some("42")), ("count", Some("5"))])).is(409, 1003);
    let left = site.database.number("SELECT MAX(expires_at) AS number FROM idempotency_keys") - now_ms();
    assert!((50_000..=60_000).contains(&left), "{left}");
    // The header is a key of its own and goes before.
    assert!(!is_repeat(&publish(site, "42", &[("msgRandom", Some("42"))])));
    site.database.execute("UPDATE idempotency_keys SET expires_at = expires_at - 60000");
    let second = random("42", "alice");
    assert!(!is_repeat(&second));
    assert_ne!(second.body["messageId"], first.body["messageId"]);
    assert_repeats(&random("42", "alice"), &second);
    assert!(is_repeat(&publish(site, "42", &[("msgRandom", Some("42"))])));
    assert_eq!(site.messages(), 5);
}

fn a_key_is_known_for_a_day(site: &Site) {
    let first = send(site, "k", "hi");
    let left = site.database.number("SELECT expires_at AS number FROM idempotency_keys") - now_ms();
    assert!((86_390_000..=86_400_000).contains(&left), "{left}");
    site.database.execute("UPDATE idempotency_keys SET expires_at = expires_at - 86340000");
    assert_repeats(&send(site, "k", "hi"), &first);
    site.database.execute("UPDATE idempotency_keys SET expires_at = expires_at - 60000");
    let other = send(site, "k", "something else");
    other.is(200, 0);
    assert!(!is_repeat(&other));
    assert_repeats(&send(site, "k", "something else"), &other);
    assert_eq!(site.messages(), 2);
}

fn keys_belong_to_an_app_key_and_a_sender(site: &Site) {
    let made = site.sixin(&["app-key", "create", "--dialect", "rongcloud"]);
    let other =
        Key { id: made["app_id"].as_str().unwrap().into(), secret: made["secret"].as_str().unwrap().into() };
    publish(site, "k", &[]).is(200, 200);
    assert!(!is_repeat(&publish(site, "k", &[("fromUserId", Some("carol"))])));
    let mut headers = back_end_headers(&other, "1", &now_ms().to_string());
    headers.extend([("Idempotency-Key".into(), "k".into()), ("Content-Type".into(), FORM.into())]);
    let content = text_content("hi");
    assert!(!is_repeat(&post(&site.url(PUBLISH), &headers, &form(&base(&content)))));
    let sent = send(site, "k", "hi");
    sent.is(200, 0);
    assert!(!is_repeat(&sent));
    assert_eq!(site.messages(), 4);
}

/// Makes users r0 to r999.
pub(crate) fn a_thousand_users(site: &Site) -> Vec<String> {
    let names: Vec<String> = (0..1000).map(|number| format!("r{number}")).collect();
    let users: Vec<String> = names
        .iter()
        .enumerate()
        .map(|(number, name)| format!("(1, {}, '{name}', '{name}')", 5_000_000 + number))
        .collect();
    site.database.execute(&format!(
        "INSERT INTO users (account_id, uid, username, nickname) VALUES {}",
        users.join(", ")
    ));
    names
}

fn a_thousand_recipients_are_answered_again(site: &Site) {
    let names = a_thousand_users(site);
    let to = [("toUserId", Some(names.join(",")))];
    let to: Vec<(&str, Option<&str>)> = to.iter().map(|(key, value)| (*key, value.as_deref())).collect();
    let first = publish(site, "k", &to);
    first.is(200, 200);
    let repeat = publish(site, "k", &to);
    assert_repeats(&repeat, &first);
    assert_eq!(repeat.body["messageUIDs"].as_array().unwrap().len(), 1000);
    assert_eq!(site.messages(), 1000);
}

fn a_repeat_costs_no_rate(site: &Site) {
    let limited = Server::start(&site.database.url(), &[("SIXIN__RATE__SENDS", "3")]);
    let first = publish_at(site, &limited, "k", &[]);
    for _ in 0..5 {
        assert_repeats(&publish_at(site, &limited, "k", &[]), &first);
    }
    for key in ["k2", "k3"] {
        assert!(!is_repeat(&send_at(site, &limited, key, "hi")));
    }
    send_at(site, &limited, "k4", "hi").is(429, 36_117);
    assert!(is_repeat(&send_at(site, &limited, "k2", "hi")));
    assert_repeats(&publish_at(site, &limited, "k", &[]), &first);
    assert_eq!(site.messages(), 3);
}

fn a_strict_key_wants_each_repeat_signed_anew(site: &Site) {
    let key = site.strict_key();
    let content = text_content("hi");
    let now = now_ms().to_string();
    let call = |nonce: &str| {
        let mut headers = back_end_headers(&key, nonce, &now);
        headers.extend([("Idempotency-Key".into(), "k".into()), ("Content-Type".into(), FORM.into())]);
        let verify = [("verifyBlacklist", Some("1"))];
        post(&site.url(PUBLISH), &headers, &form(&fields(&base(&content), &verify)))
    };
    let first = call("1");
    first.is(200, 200);
    call("1").is(401, 1001);
    assert_repeats(&call("2"), &first);
    call("2").is(401, 1001);
    site.sixin(&["user", "block", "bob", "alice"]);
    std::thread::sleep(Duration::from_secs(2));
    call("1").is(401, 1001);
    assert_repeats(&call("3"), &first);
    assert_eq!(site.messages(), 1);
}
