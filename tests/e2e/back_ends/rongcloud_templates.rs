//! A back end says to each user something of its own, and to those who are online now.

use serde_json::{Value, json};

use crate::back_ends::rongcloud_messages::{history, listed, shown, uid};
use crate::calls::{Answer, back_end_headers, now_ms, post, text_content};
use crate::durability::send_once::{a_thousand_users, assert_repeats};
use crate::on_every_database;
use crate::site::{Server, Site};

on_every_database!(
    each_reads_its_own_text_in_both_dialects,
    a_repeated_template_gets_the_first_answer_and_stores_nothing,
    a_template_is_stored_whole_or_not_at_all,
    a_template_is_one_send_and_a_status_none,
    a_thousand_are_told_a_thousand_things,
    a_value_can_t_get_out_of_its_string,
    a_long_text_is_each_ones_own_and_changes_alone,
    a_status_reaches_nobody_and_leaves_nothing,
);

const TEMPLATE: &str = "/message/private/publish_template.json";
const STATUS: &str = "/statusmessage/private/publish.json";

fn template(to: &[&str], values: &[&str]) -> Value {
    let values: Vec<Value> = values.iter().map(|value| json!({"{name}": value})).collect();
    json!({"fromUserId": "alice", "objectName": "RC:TxtMsg", "content": text_content("hi {name}"), "toUserId": to,
           "values": values, "pushContent": vec![""; to.len()], "isIncludeSender": 1})
}

fn call(site: &Site, body: &Value, more: &[(&str, &str)]) -> Answer {
    site.call_back_end_json(TEMPLATE, body, more)
}

/// The whole history of one side.
fn told(site: &Site, user: &str, with: &str) -> Vec<Value> {
    history(site, user, with, (0, now_ms() + 60_000), 100)
}

fn each_reads_its_own_text_in_both_dialects(site: &Site) {
    let answer = call(site, &template(&["bob", "carol"], &["Bob", "Carol"]), &[]);
    let uids = answer.is(200, 200).body["messageUIDs"].as_array().unwrap().clone();
    assert_eq!((&uids[0]["userId"], &uids[1]["userId"]), (&json!("bob"), &json!("carol")));
    for (person, name, text) in [(&site.bob, "bob", "hi Bob"), (&site.carol, "carol", "hi Carol")] {
        assert_eq!(shown(site, person, "alice"), [text]);
        assert_eq!(listed(site, person), (json!(1), json!(1), json!(text)));
        assert_eq!(told(site, name, "alice")[0]["content"], text_content(text));
        assert_eq!(shown(site, &site.alice, name), [text]);
        // The answer of the recipient reaches the sender in the same conversation.
        site.send_text(person, "alice", "thanks").is(200, 0);
        assert_eq!(told(site, "alice", name).len(), 2);
    }
}

fn a_repeated_template_gets_the_first_answer_and_stores_nothing(site: &Site) {
    let body = template(&["bob", "carol"], &["Bob", "Carol"]);
    let first = call(site, &body, &[("Idempotency-Key", "k")]);
    first.is(200, 200);
    assert_repeats(&call(site, &body, &[("Idempotency-Key", "k")]), &first);
    let turned = template(&["carol", "bob"], &["Carol", "Bob"]);
    assert_repeats(&call(site, &turned, &[("Idempotency-Key", "k")]), &first);
    let other = template(&["bob", "carol"], &["Bob", "Caro"]);
    call(site, &other, &[("Idempotency-Key", "k")]).is(409, 1003);
    assert_eq!(site.messages(), 2);
    let mut random = body;
    random["msgRandom"] = json!(7);
    let first = call(site, &random, &[]);
    first.is(200, 200);
    assert_repeats(&call(site, &random, &[]), &first);
    assert_eq!(site.messages(), 4);
    let strict = site.strict_key();
    let headers = back_end_headers(&strict, "once", &now_ms().to_string());
    post(&site.url(TEMPLATE), &headers, random.to_string().as_bytes()).is(200, 200);
    post(&site.url(TEMPLATE), &headers, random.to_string().as_bytes()).is(401, 1001);
}

fn a_template_is_stored_whole_or_not_at_all(site: &Site) {
    let long = "x".repeat(4094);
    for (to, values, status, code) in [
        (["bob", "nobody"], ["Bob", "N"], 404, 1004),
        (["alice", "alice"], ["A", "A"], 400, 1003),
        (["bob", "carol"], ["Bob", long.as_str()], 400, 1006),
    ] {
        call(site, &template(&to, &values), &[]).is(status, code);
    }
    assert_eq!(site.messages(), 0);
    site.sixin(&["user", "block", "bob", "alice"]);
    std::thread::sleep(std::time::Duration::from_secs(2));
    let mut body = template(&["bob", "carol"], &["Bob", "Carol"]);
    body["verifyBlacklist"] = json!(1);
    assert_eq!(call(site, &body, &[]).is(200, 200).body["messageUIDs"].as_array().unwrap().len(), 1);
    assert_eq!((shown(site, &site.carol, "alice"), site.messages()), (vec!["hi Carol".to_owned()], 1));
}

fn a_template_is_one_send_and_a_status_none(site: &Site) {
    let limited = Server::start(&site.database.url(), &[("SIXIN__RATE__SENDS", "1")]);
    let send = |path: &str, body: &Value| {
        let headers = back_end_headers(&site.rong, "14314", &now_ms().to_string());
        post(&format!("{}{path}", limited.url), &headers, body.to_string().as_bytes())
    };
    let status =
        json!({"fromUserId": "alice", "toUserId": "bob", "objectName": "RC:TypSts", "content": "{}"});
    for _ in 0..5 {
        send(STATUS, &status).is(200, 200);
    }
    let body = template(&["bob", "carol"], &["Bob", "Carol"]);
    send(TEMPLATE, &body).is(200, 200);
    send(TEMPLATE, &body).is(429, 1008);
    send(STATUS, &status).is(200, 200);
    assert_eq!(site.messages(), 2);
}

fn a_thousand_are_told_a_thousand_things(site: &Site) {
    let names = a_thousand_users(site);
    let to: Vec<&str> = names.iter().map(String::as_str).collect();
    let body = template(&to, &to);
    let first = call(site, &body, &[("Idempotency-Key", "k")]);
    assert_eq!(first.is(200, 200).body["messageUIDs"].as_array().unwrap().len(), 1000);
    assert_repeats(&call(site, &body, &[("Idempotency-Key", "k")]), &first);
    let own = "SELECT COUNT(*) AS number FROM conversation_messages m JOIN users u ON u.id = m.receive_user_id \
        WHERE m.message_text = CONCAT('hi ', u.username)";
    assert_eq!(site.database.number(own), 1000);
    assert_eq!(told(site, "r999", "alice")[0]["content"], text_content("hi r999"));
    call(site, &template(&[to.clone(), vec!["bob"]].concat(), &[to, vec!["b"]].concat()), &[]).is(400, 1003);
    assert_eq!(site.messages(), 1000);
}

fn a_value_can_t_get_out_of_its_string(site: &Site) {
    let (fragment, key) = (r#"","extra":{"a":"\"#, "{name}{name}");
    call(site, &template(&["bob", "carol"], &[fragment, key]), &[]).is(200, 200);
    assert_eq!(shown(site, &site.bob, "alice"), [format!("hi {fragment}")]);
    assert_eq!(shown(site, &site.carol, "alice"), [format!("hi {key}")]);
    assert_eq!(told(site, "bob", "alice")[0]["content"], text_content(&format!("hi {fragment}")));
}

fn a_long_text_is_each_ones_own_and_changes_alone(site: &Site) {
    let long = |letter: &str| letter.repeat(2000);
    let (b, c) = (long("b"), long("c"));
    let answer = call(site, &template(&["bob", "carol"], &[&b, &c]), &[]);
    let new = text_content("new");
    let uid = uid(&answer);
    let message =
        [("fromUserId", "alice"), ("targetId", "bob"), ("msgUID", uid.as_str()), ("content", new.as_str())];
    site.call_back_end("/message/private/modify.json", &message).is(200, 200);
    assert_eq!(shown(site, &site.bob, "alice"), ["new"]);
    assert_eq!(shown(site, &site.carol, "alice"), [format!("hi {c}")]);
}

fn a_status_reaches_nobody_and_leaves_nothing(site: &Site) {
    let fields = |to: &'static str| {
        vec![("fromUserId", "alice"), ("toUserId", to), ("objectName", "RC:TypSts"), ("content", "{}")]
    };
    let answer = site.call_back_end(STATUS, &fields("bob,carol"));
    assert_eq!(answer.is(200, 200).body, json!({"code": 200}));
    site.call_back_end(STATUS, &fields("bob,nobody")).is(404, 1004);
    site.call_back_end(STATUS, &fields("alice")).is(400, 1003);
    let tables = ["conversation_messages", "transient_messages", "conversations"];
    for table in tables {
        assert_eq!(site.database.number(&format!("SELECT COUNT(*) AS number FROM {table}")), 0, "{table}");
    }
}
