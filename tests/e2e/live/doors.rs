//! Each door shows the same, in the objects of the follower's own dialect, and goes on where it was cut.

use std::time::Duration;

use serde_json::{Value, json};

use super::streams::{Events, Follow, Poller, Socket, Told, Who, doors, poll, told};
use crate::calls::{post, text_content, try_call};
use crate::on_every_database;
use crate::site::{PATIENCE, Site};

on_every_database!(
    messages_of_both_dialects_come_through_every_door_in_the_objects_of_the_follower,
    a_stream_shows_the_keys_of_users_that_are_wanted,
    what_is_changed_afterwards_comes_too,
    what_stays_with_one_side_stays_there,
    a_stream_that_was_cut_goes_on_where_it_was,
    cursors_that_are_none_or_of_another_history_are_told_apart,
    after_a_backup_was_restored_streams_begin_anew,
    a_ticket_opens_each_door_once,
    an_idle_stream_shows_that_it_is_alive,
    what_is_in_no_conversation_arrives_too,
);

/// A little while, in which nothing may come.
const MOMENT: Duration = Duration::from_secs(1);

fn messages_of_both_dialects_come_through_every_door_in_the_objects_of_the_follower(site: &Site) {
    let (app, device) = (Who::app(&site.bob), Who::device(site, "bob"));
    for who in [app, device] {
        let mut streams = doors(site, &who, None);
        for (door, stream) in &mut streams {
            // Only then it is sure that it does not begin after what follows.
            if *door != "poll" {
                stream.until("caught_up");
            }
        }
        site.publish_text("alice", "bob", "from a back end").is(200, 200);
        site.send_text(&site.alice, "bob", "from an app").is(200, 0);
        for (door, mut stream) in streams {
            for text in ["from a back end", "from an app"] {
                let told = stream.until("message");
                assert_eq!(told.text().as_deref(), Some(text), "{door}: {told:?}");
                assert!(told.cursor.is_some());
                match &who {
                    Who::App(_) => {
                        assert_eq!(told.data["message"]["user"]["username"], "alice");
                        assert!(told.data["conversationId"].is_i64() && told.data["seq"].is_i64());
                    }
                    Who::Device(_) => {
                        assert_eq!(told.data["fromUserId"], "alice");
                        assert_eq!(told.data["targetId"], "alice");
                        assert_eq!(told.data["objectName"], "RC:TxtMsg");
                    }
                }
            }
        }
    }
}

fn a_stream_shows_the_keys_of_users_that_are_wanted(site: &Site) {
    let who = Who::app(&site.bob);
    let path = "/live/events?whitelistKeys=username,nickname";
    let mut events = Events::at(&site.server.url, path, &who.headers(site));
    events.until("caught_up");
    site.publish_text("alice", "bob", "hi").is(200, 200);
    let told = events.until("message");
    assert_eq!(told.data["message"]["user"], json!({ "username": "alice", "nickname": "Alice" }));
}

/// What a stream shows of a message is what the history shows of it.
fn what_is_changed_afterwards_comes_too(site: &Site) {
    let (alice, bob) = (Who::app(&site.alice), Who::device(site, "bob"));
    let mut streams = (Socket::open(site, &alice, None), Socket::open(site, &bob, None));
    streams.0.until("caught_up");
    streams.1.until("caught_up");
    let published = site.publish(&[
        ("fromUserId", "alice"),
        ("toUserId", "bob"),
        ("objectName", "RC:TxtMsg"),
        ("content", &text_content("first")),
        ("expansion", "true"),
        ("isIncludeSender", "1"),
    ]);
    let uid = published.body["messageUIDs"][0]["messageUID"].as_str().unwrap().to_owned();
    let sent = streams.1.until("message");
    assert_eq!((&sent.data["messageUID"], &sent.data["expansion"]), (&json!(uid), &json!(true)));
    let own = streams.0.until("message");
    assert_eq!((&own.data["message"]["isMe"], own.text().as_deref()), (&json!(true), Some("first")));
    site.call_back_end(
        "/message/expansion/set.json",
        &[
            ("msgUID", &uid),
            ("userId", "alice"),
            ("conversationType", "1"),
            ("targetId", "bob"),
            ("extraKeyVal", r#"{"mood":"good"}"#),
        ],
    )
    .is(200, 200);
    let expanded = streams.1.until("expanded");
    assert_eq!(expanded.data["extraContent"], r#"{"mood":"good"}"#);
    assert!(streams.0.until("expanded").data["messageId"].is_i64());
    site.call_back_end(
        "/message/private/modify.json",
        &[
            ("fromUserId", "alice"),
            ("targetId", "bob"),
            ("messageUID", &uid),
            ("objectName", "RC:TxtMsg"),
            ("content", &text_content("second")),
        ],
    )
    .is(200, 200);
    assert_eq!(streams.0.until("modified").text().as_deref(), Some("second"));
    assert_eq!(streams.1.until("modified").text().as_deref(), Some("second"));
    // bob reads it: his other devices hear of it, and alice gets a receipt.
    let conversation = sent_conversation(&own);
    let mark = json!({ "type": "conversation", "conversationId": conversation }).to_string();
    site.call_as(&site.bob, "PUT", "conversation/mark-as-read", &mark).is(200, 0);
    assert_eq!(streams.1.until("read").data["targetId"], "alice");
    let receipt = streams.0.until("receipt");
    assert_eq!((&receipt.data["conversationId"], &receipt.data["readSeq"]), (&conversation, &json!(1)));
    site.call_back_end(
        "/message/recall.json",
        &[
            ("fromUserId", "alice"),
            ("targetId", "bob"),
            ("conversationType", "1"),
            ("messageUID", &uid),
            ("sentTime", &published.body["sentTime"].to_string()),
        ],
    )
    .is(200, 200);
    assert_eq!(streams.1.until("recalled").data["messageUID"], json!(uid));
    assert_eq!(streams.0.until("recalled").data["seq"], 1);
}

fn sent_conversation(told: &Told) -> Value {
    told.data["conversationId"].clone()
}

fn what_stays_with_one_side_stays_there(site: &Site) {
    site.send_text(&site.alice, "bob", "hi").is(200, 0);
    let (mut alice, mut bob) =
        (Events::open(site, &Who::app(&site.alice), None), Events::open(site, &Who::app(&site.bob), None));
    alice.until("caught_up");
    bob.until("caught_up");
    let list = site.get_as(&site.bob, "conversation/list");
    let conversation = list.body["data"]["list"][0]["id"].clone();
    let pin = json!({ "conversationId": conversation }).to_string();
    site.call_as(&site.bob, "PUT", "conversation/pin", &pin).is(200, 0);
    assert_eq!(bob.until("pinned").data["isPinned"], true);
    let mark = json!({ "interactionType": "block", "markType": "user", "fsid": "alice" }).to_string();
    let _ = site.call_as(&site.bob, "POST", "user/mark", &mark);
    let delete = json!({ "type": "conversation", "conversationId": conversation }).to_string();
    site.call_as(&site.bob, "DELETE", "conversation/delete", &delete).is(200, 0);
    assert_eq!(bob.until("conversation_removed").data["clearedSeq"], 1);
    site.publish(&[
        ("fromUserId", "alice"),
        ("toUserId", "bob"),
        ("objectName", "RC:TxtMsg"),
        ("content", &text_content("not shown to its sender")),
    ])
    .is(200, 200);
    bob.until("message");
    assert_eq!(alice.next(MOMENT), None);
}

fn a_stream_that_was_cut_goes_on_where_it_was(site: &Site) {
    let who = Who::app(&site.bob);
    site.publish_text("alice", "bob", "before").is(200, 200);
    let begin = poll(site, &who, "?wait=0").body["cursor"].as_str().unwrap().to_owned();
    for number in 0..10 {
        site.publish_text("alice", "bob", &number.to_string()).is(200, 200);
    }
    for (door, mut stream) in doors(site, &who, Some(&begin)) {
        let first: Vec<Told> = (0..4).map(|_| stream.until("message")).collect();
        drop(stream);
        let last = first.last().unwrap().cursor.clone().unwrap();
        let reopened: Box<dyn Follow> = match door {
            "poll" => Box::new(Poller::open(site, &who, Some(&last))),
            "events" => {
                let mut headers = who.headers(site);
                headers.push(("Last-Event-ID".to_owned(), last.clone()));
                // The header outranks what the address says, which is what the browser began with.
                Box::new(Events::at(&site.server.url, &format!("/live/events?since={begin}"), &headers))
            }
            _ => Box::new(Socket::open(site, &who, Some(&last))),
        };
        let mut stream = reopened;
        let rest: Vec<Told> = (0..6).map(|_| stream.until("message")).collect();
        let seen: Vec<String> = first.iter().chain(&rest).filter_map(Told::text).collect();
        assert_eq!(seen, (0..10).map(|number| number.to_string()).collect::<Vec<_>>(), "{door}");
    }
    let some = poll(site, &who, &format!("?since={begin}&limit=3"));
    assert!(told(&some.body).len() >= 3);
    let empty = poll(
        site,
        &who,
        &format!("?since={}&wait=1", poll(site, &who, "?wait=0").body["cursor"].as_str().unwrap()),
    );
    assert_eq!(told(&empty.body), []);
}

fn cursors_that_are_none_or_of_another_history_are_told_apart(site: &Site) {
    let who = Who::app(&site.bob);
    for broken in ["x", "a-", "a-b-c", "A-1", "%00"] {
        poll(site, &who, &format!("?since={broken}")).is(400, 400);
        assert_eq!(Events::open(site, &who, Some(broken)).status(), 400);
    }
    let now = poll(site, &who, "?wait=0").body["cursor"].as_str().unwrap().to_owned();
    let (epoch, position) = now.split_once('-').unwrap();
    for lost in [format!("other-{position}"), format!("{epoch}-2gosa7pa2g")] {
        let answer = poll(site, &who, &format!("?since={lost}&wait=0"));
        assert_eq!(answer.body["reset"], true, "{lost}");
        for (door, mut stream) in doors(site, &who, Some(&lost)) {
            let reset = stream.until("reset");
            assert!(reset.cursor.is_some(), "{door} after {lost}");
        }
    }
}

fn after_a_backup_was_restored_streams_begin_anew(site: &Site) {
    let who = Who::app(&site.bob);
    let mut stream = Events::open(site, &who, None);
    let before = stream.until("caught_up").cursor.unwrap();
    site.sixin(&["restored"]);
    let told = stream.until("reset");
    assert_ne!(told.cursor.as_deref().unwrap().split('-').next(), before.split('-').next());
    assert_eq!(poll(site, &who, &format!("?since={before}&wait=0")).body["reset"], true);
    site.publish_text("alice", "bob", "in the new history").is(200, 200);
    assert_eq!(stream.until("message").text().as_deref(), Some("in the new history"));
}

fn a_ticket_opens_each_door_once(site: &Site) {
    for who in [Who::app(&site.bob), Who::device(site, "bob")] {
        let ticket = || {
            let answer = post(&site.url("/live/ticket"), &who.headers(site), b"");
            assert_eq!((answer.status, &answer.body["expiresIn"]), (200, &json!(60)));
            answer.body["ticket"].as_str().unwrap().to_owned()
        };
        let url = |ticket: &str| site.url(&format!("/live/poll?wait=0&ticket={ticket}"));
        let get = |url: &str| try_call("GET", url, &Vec::new(), b"").unwrap();
        let used = ticket();
        assert_eq!(get(&url(&used)).status, 200);
        get(&url(&used)).is(401, 401);
        let path = format!("/live/events?ticket={}", ticket());
        let mut events = Events::at(&site.server.url, &path, &Vec::new());
        events.until("ready");
        let path = format!("/live/ws?ticket={}", ticket());
        let mut socket = Socket::try_at(&site.server.url, &path, &Vec::new()).unwrap();
        socket.say(&json!({ "t": "since" }));
        socket.until("ready");
        assert_eq!(Socket::try_at(&site.server.url, &path, &Vec::new()).err(), Some(401));
        let forged = ticket().replace(".5.", ".6.").replace("d.", "d.1");
        get(&url(&forged)).is(401, 401);
        assert!(!site.server.log().contains(&used), "tickets are not logged");
    }
    get_nothing(site);
}

fn get_nothing(site: &Site) {
    for path in ["/live/poll", "/live/events", "/live/ws"] {
        try_call("GET", &site.url(path), &Vec::new(), b"").unwrap().is(401, 401);
    }
    try_call("POST", &site.url("/live/poll"), &Vec::new(), b"").unwrap().is(405, 405);
}

fn an_idle_stream_shows_that_it_is_alive(site: &Site) {
    let mut events = Events::open(site, &Who::app(&site.bob), None);
    events.until("caught_up");
    assert!((1000..5000).contains(&events.retry.unwrap()), "{:?}", events.retry);
    for header in ["text/event-stream", "no-store, no-transform", "x-accel-buffering: no"] {
        assert!(events.head.contains(header), "{}", events.head);
    }
    // Others' events move the cursor on, which an idle stream is told without an event.
    let before = events.last_id.clone();
    site.publish_text("alice", "carol", "not bob's").is(200, 200);
    let begun = std::time::Instant::now();
    while events.heartbeats == 0 {
        assert!(begun.elapsed() < PATIENCE && events.next(MOMENT).is_none(), "no heartbeat, or an event");
    }
    assert!(events.last_id.is_some() && events.last_id >= before);
}

fn what_is_in_no_conversation_arrives_too(site: &Site) {
    let (app, device) = (Who::app(&site.bob), Who::device(site, "bob"));
    let mut streams = [Socket::open(site, &app, None), Socket::open(site, &device, None)];
    streams.iter_mut().for_each(|stream| drop(stream.until("caught_up")));
    site.publish(&[
        ("fromUserId", "alice"),
        ("toUserId", "bob"),
        ("objectName", "RC:TxtMsg"),
        ("content", &text_content("not kept")),
        ("isPersisted", "0"),
    ])
    .is(200, 200);
    for mut stream in streams {
        let told = stream.until("message");
        assert_eq!((told.text().as_deref(), &told.data["seq"]), (Some("not kept"), &Value::Null));
    }
}
