//! What users do over a WebSocket, by the rules that hold everywhere.

use serde_json::json;

use super::streams::{Follow, Socket, Who};
use crate::on_every_database;
use crate::site::Site;

on_every_database!(
    a_message_is_sent_once_and_arrives,
    what_the_rules_refuse_is_refused_here_too,
    typing_reaches_those_who_are_there_and_not_who_blocks,
    reading_is_told_to_both_sides,
    frames_that_are_none_end_the_connection,
);

fn open(site: &Site, who: &Who) -> Socket {
    let mut socket = Socket::open(site, who, None);
    socket.until("caught_up");
    socket
}

fn a_message_is_sent_once_and_arrives(site: &Site) {
    for who in [Who::app(&site.alice), Who::device(site, "alice")] {
        let (mut alice, mut bob) = (open(site, &who), open(site, &Who::device(site, "bob")));
        let before = site.messages();
        for is_repeat in [false, true] {
            alice.say(&json!({ "t": "send", "key": "k-1", "to": "bob", "text": "over the socket" }));
            let sent = alice.until("sent");
            assert_eq!((&sent.data["key"], &sent.data["replayed"]), (&json!("k-1"), &json!(is_repeat)));
            assert!(sent.data["id"].is_i64() && sent.data["seq"].is_i64() && sent.data["sentAt"].is_i64());
        }
        assert_eq!(site.messages(), before + 1);
        assert_eq!(bob.until("message").text().as_deref(), Some("over the socket"));
        // The same key for another text is another request.
        alice.say(&json!({ "t": "send", "key": "k-1", "to": "bob", "text": "something else" }));
        assert_eq!(alice.until("refused").data["key"], "k-1");
        alice.say(&json!({ "t": "ping" }));
        alice.until("pong");
        site.change("DELETE FROM idempotency_keys");
    }
}

fn what_the_rules_refuse_is_refused_here_too(site: &Site) {
    let mut alice = open(site, &Who::app(&site.alice));
    let mut refused = |to: &str, text: &str| {
        alice.say(&json!({ "t": "send", "key": format!("to {to}"), "to": to, "text": text }));
        alice.until("refused").data["code"].as_i64().unwrap()
    };
    assert_eq!(refused("nobody-there", "hi"), 35_201);
    assert_eq!(refused("alice", "hi"), 36_603);
    assert_eq!(refused("bob", ""), 400);
    site.call_back_end("/user/blacklist/add.json", &[("userId", "bob"), ("blackUserId", "alice")])
        .is(200, 200);
    assert_eq!(refused("bob", "hi"), 36_608);
    let mut device = open(site, &Who::device(site, "alice"));
    device.say(&json!({ "t": "send", "key": "k", "to": "bob", "text": "hi" }));
    assert_eq!(device.until("refused").data["code"], 1005);
    assert_eq!(site.messages(), 0);
}

fn typing_reaches_those_who_are_there_and_not_who_blocks(site: &Site) {
    let (mut alice, mut bob) = (open(site, &Who::app(&site.alice)), open(site, &Who::device(site, "bob")));
    alice.say(&json!({ "t": "typing", "to": "bob" }));
    let typing = bob.until("typing");
    assert_eq!((&typing.data["userId"], typing.cursor), (&json!("alice"), None));
    site.call_back_end("/user/blacklist/add.json", &[("userId", "bob"), ("blackUserId", "alice")])
        .is(200, 200);
    bob.until("blocked");
    alice.say(&json!({ "t": "typing", "to": "bob" }));
    alice.say(&json!({ "t": "ping" }));
    alice.until("pong");
    site.publish_text("carol", "bob", "next").is(200, 200);
    assert_eq!(bob.next(crate::site::PATIENCE).unwrap().event, "message", "not typing");
}

fn reading_is_told_to_both_sides(site: &Site) {
    let (mut alice, mut bob) = (open(site, &Who::app(&site.alice)), open(site, &Who::device(site, "bob")));
    site.send_text(&site.alice, "bob", "one").is(200, 0);
    let uid = bob.until("message").data["messageUID"].clone();
    bob.say(&json!({ "t": "read", "messages": [uid], "key": "r1" }));
    assert_eq!(bob.until("marked").data["key"], "r1");
    assert!(alice.until("receipt").data["messages"][0].is_i64());
    site.send_text(&site.alice, "bob", "two").is(200, 0);
    bob.say(&json!({ "t": "read", "with": "alice" }));
    assert_eq!(alice.until("receipt").data["readSeq"], 2);
    bob.say(&json!({ "t": "read", "with": "nobody-there" }));
    assert_eq!(bob.until("refused").data["code"], 1004);
    bob.say(&json!({ "t": "read" }));
    assert_eq!(bob.until("refused").data["code"], 400);
}

fn frames_that_are_none_end_the_connection(site: &Site) {
    use tungstenite::Message;
    let who = Who::app(&site.alice);
    for (what, frame) in [
        ("no JSON", Message::text("hello")),
        ("unknown", Message::text(r#"{"t":"quit"}"#)),
        ("binary", Message::binary(vec![1, 2, 3])),
        ("too long", Message::text("x".repeat(70_000))),
    ] {
        let mut socket = open(site, &who);
        let _ = socket.0.send(frame);
        assert_eq!(socket.close_code(), Some(4004), "{what}");
    }
    let mut hurried = open(site, &who);
    for _ in 0..60 {
        let _ = hurried.0.send(Message::text(r#"{"t":"ping"}"#));
    }
    assert_eq!(hurried.close_code(), Some(4004));
    let mut late = Socket::try_at(&site.server.url, "/live/ws", &who.headers(site)).unwrap();
    late.say(&json!({ "t": "ping" }));
    assert_eq!(late.close_code(), Some(4004), "the first frame says where to begin");
    // Nobody else has noticed.
    let mut socket = open(site, &who);
    socket.say(&json!({ "t": "ping" }));
    socket.until("pong");
}
