//! Who is online, and what reaches only those who are.

use std::time::Instant;

use serde_json::json;

use super::streams::{Events, Follow, Socket, Who};
use crate::calls::{text_content, try_call};
use crate::on_every_database;
use crate::site::{PATIENCE, Server, Site};

on_every_database!(
    whoever_is_connected_is_online_to_back_ends_and_to_those_who_watch,
    a_status_message_reaches_those_who_are_connected_and_is_nowhere_else,
    a_list_says_where_a_stream_goes_on_from_it,
);

fn is_online(site: &Site, user: &str) -> bool {
    let answer = site.call_back_end("/user/checkOnline.json", &[("userId", user)]);
    answer.is(200, 200).body["status"] == "1"
}

fn presence(site: &Site, who: &Who, users: &str) -> serde_json::Value {
    let url = site.url(&format!("/live/presence?users={users}"));
    let answer = try_call("GET", &url, &who.headers(site), b"").unwrap();
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.body["users"].clone()
}

fn whoever_is_connected_is_online_to_back_ends_and_to_those_who_watch(site: &Site) {
    let (alice, bob) = (Who::app(&site.alice), Who::device(site, "bob"));
    let mut watcher =
        Events::at(&site.server.url, "/live/events?watch=bob,nobody-there", &alice.headers(site));
    watcher.until("caught_up");
    let first = watcher.until("presence");
    assert_eq!((&first.data["user"]["username"], &first.data["isOnline"]), (&json!("bob"), &json!(false)));
    assert!(!is_online(site, "bob") && is_online(site, "alice"));
    let mut socket = Socket::open(site, &bob, None);
    socket.until("caught_up");
    assert!(is_online(site, "bob"), "at once");
    assert_eq!(watcher.until("presence").data["isOnline"], true);
    let shown = presence(site, &alice, "bob,carol,nobody-there");
    let expected = json!([{"user": "bob", "isOnline": true}, {"user": "carol", "isOnline": false}]);
    assert_eq!(shown, expected);
    // A second one who watches is told too, and one that names others hears of those.
    let mut carol = Socket::open(site, &Who::app(&site.carol), None);
    carol.until("caught_up");
    carol.say(&json!({ "t": "watch", "users": ["bob", "nobody-there"], "key": "w1" }));
    assert_eq!(carol.until("watching").data["key"], "w1");
    assert_eq!(carol.until("presence").data["isOnline"], true);
    carol.say(&json!({ "t": "watch", "users": ["alice"] }));
    assert_eq!(carol.until("presence").data["user"]["username"], "alice");
    drop(carol);
    let shown = presence(site, &alice, "bob,carol,nobody-there");
    let expected = json!([{"user": "bob", "isOnline": true}, {"user": "carol", "isOnline": true}]);
    assert_eq!(shown, expected, "carol was there a moment ago");
    // Who has blocked somebody seems to be offline to it, and to nobody else.
    site.call_back_end("/user/blacklist/add.json", &[("userId", "bob"), ("blackUserId", "alice")])
        .is(200, 200);
    assert_eq!(presence(site, &alice, "bob")[0]["isOnline"], false);
    assert_eq!(presence(site, &Who::app(&site.carol), "bob")[0]["isOnline"], true);
    let none = try_call("GET", &site.url("/live/presence"), &alice.headers(site), b"").unwrap();
    none.is(400, 400);
}

/// On MySQL also those of another process, as long as that lives.
#[test]
fn whoever_is_connected_to_another_process_is_online_until_that_dies() {
    let Some(site) = Site::on_mysql() else { return };
    let second = Server::start(&site.database.url(), &[]);
    let who = Who::device(&site, "bob");
    let mut there = Socket::try_at(&second.url, "/live/ws", &who.headers(&site)).unwrap();
    there.say(&json!({ "t": "since" }));
    there.until("caught_up");
    let becomes = |wanted: bool| {
        let begun = Instant::now();
        while is_online(&site, "bob") != wanted {
            assert!(begun.elapsed() < PATIENCE, "bob is not {wanted} in time");
            std::thread::sleep(std::time::Duration::from_millis(200));
        }
    };
    becomes(true);
    second.kill();
    becomes(false);
}

fn a_status_message_reaches_those_who_are_connected_and_is_nowhere_else(site: &Site) {
    let (mut app, mut device) =
        (Socket::open(site, &Who::app(&site.bob), None), Socket::open(site, &Who::device(site, "bob"), None));
    app.until("caught_up");
    device.until("caught_up");
    let publish = |to: &str| {
        site.call_back_end(
            "/statusmessage/private/publish.json",
            &[
                ("fromUserId", "alice"),
                ("toUserId", to),
                ("objectName", "RC:TxtMsg"),
                ("content", &text_content("thinking")),
            ],
        )
        .is(200, 200);
    };
    publish("bob");
    publish("carol");
    assert_eq!(app.until("status").text().as_deref(), Some("thinking"));
    let told = device.until("status");
    assert_eq!((told.text().as_deref(), &told.data["fromUserId"]), (Some("thinking"), &json!("alice")));
    assert_eq!(told.cursor, None);
    assert_eq!(site.messages(), 0);
    let stored = site.database.number("SELECT COUNT(*) AS number FROM transient_messages");
    assert_eq!(stored, 0);
}

fn a_list_says_where_a_stream_goes_on_from_it(site: &Site) {
    site.publish_text("alice", "bob", "in the list").is(200, 200);
    let list = site.get_as(&site.bob, "conversation/list");
    let begin = list.header("x-sixin-cursor").unwrap().to_owned();
    site.publish_text("alice", "bob", "after the list").is(200, 200);
    let mut stream = Events::open(site, &Who::app(&site.bob), Some(&begin));
    assert_eq!(stream.until("message").text().as_deref(), Some("after the list"));
    let conversation = list.body["data"]["list"][0]["id"].clone();
    let messages = site.get_as(&site.bob, &format!("conversation/{conversation}/messages"));
    assert!(messages.header("x-sixin-cursor").is_some());
}
