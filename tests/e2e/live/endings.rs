//! How streams end: with what let them in, when too many others were opened, and with the server.

use std::time::{Duration, Instant};

use super::streams::{Events, Follow, Socket, Told, Who, poll};
use crate::on_every_database;
use crate::site::Site;

on_every_database!(
    whoever_loses_what_it_was_let_in_by_is_gone_within_two_seconds,
    of_too_many_streams_of_a_user_the_oldest_go,
    a_server_that_stops_says_goodbye_and_everybody_goes_on_elsewhere,
);

/// The code with which a socket closes, and how long that took.
fn end(socket: &mut Socket, begun: Instant) -> (Option<u16>, Duration) {
    (socket.close_code(), begun.elapsed())
}

fn whoever_loses_what_it_was_let_in_by_is_gone_within_two_seconds(site: &Site) {
    let (app, device) = (Who::app(&site.bob), Who::device(site, "bob"));
    let command = |arguments: &[&str]| {
        let arguments: Vec<String> = arguments.iter().map(|&text| text.to_owned()).collect();
        move |site: &Site| {
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            crate::site::sixin(&site.database.url(), &arguments);
        }
    };
    let ban = |site: &Site| {
        site.call_back_end("/user/block.json", &[("userId", "bob"), ("minute", "10")]).is(200, 200);
    };
    let expire = |site: &Site| {
        let now = crate::calls::now_ms().to_string();
        site.call_back_end("/user/token/expire.json", &[("userId", "bob"), ("time", &now)]).is(200, 200);
    };
    let unban = |site: &Site| {
        site.call_back_end("/user/unblock.json", &[("userId", "bob")]).is(200, 200);
    };
    type Change<'a> = &'a dyn Fn(&Site);
    let nothing = |_: &Site| {};
    let changes: [(&str, &Who, Change<'_>, Change<'_>); 5] = [
        ("banned, in its app", &app, &ban, &unban),
        ("banned, on its device", &device, &ban, &unban),
        ("its tokens ended", &device, &expire, &nothing),
        ("its session revoked", &app, &command(&["session", "revoke", "bob"]), &nothing),
        ("deleted", &app, &command(&["user", "delete", "bob"]), &nothing),
    ];
    for (what, who, change, back) in changes {
        let who = &match what {
            // Its session was revoked before.
            "deleted" => {
                let session = site.sixin(&["session", "create", "bob", "--platform", "5"]);
                let token = crate::site::text(&session, "token");
                Who::app(&crate::site::Person { token, ..site.bob.clone() })
            }
            _ => who.clone(),
        };
        let mut socket = Socket::open(site, who, None);
        let mut events = Events::open(site, who, None);
        let mut others = Socket::open(site, &Who::app(&site.alice), None);
        socket.until("caught_up");
        events.until("caught_up");
        others.until("caught_up");
        let begun = Instant::now();
        change(site);
        let told_by = Instant::now();
        let (code, took) = end(&mut socket, told_by);
        assert_eq!(code, Some(4001), "{what}");
        assert!(took < Duration::from_secs(2), "{what}: {took:?} of {:?}", begun.elapsed());
        assert_eq!(events.until("bye").data["reason"], "session_ended", "{what}");
        assert_eq!(events.next(Duration::from_secs(5)), None, "{what}: the stream has ended");
        assert_eq!(poll(site, who, "?wait=0").status, 401, "{what}");
        site.publish_text("carol", "alice", what).is(200, 200);
        assert_eq!(others.until("message").text().as_deref(), Some(what), "others go on");
        back(site);
    }
}

fn of_too_many_streams_of_a_user_the_oldest_go(site: &Site) {
    let who = Who::app(&site.bob);
    let mut streams: Vec<Socket> = (0..10)
        .map(|_| {
            let mut socket = Socket::open(site, &who, None);
            socket.until("caught_up");
            socket
        })
        .collect();
    let mut eleventh = Events::open(site, &who, None);
    eleventh.until("caught_up");
    assert_eq!(streams[0].close_code(), Some(4002));
    site.publish_text("alice", "bob", "to ten").is(200, 200);
    for stream in &mut streams[1..] {
        assert_eq!(stream.until("message").text().as_deref(), Some("to ten"));
    }
    eleventh.until("message");
}

fn a_server_that_stops_says_goodbye_and_everybody_goes_on_elsewhere(site: &Site) {
    let who = Who::app(&site.bob);
    let second = crate::site::Server::start(&site.database.url(), &[]);
    let mut events = Events::open(site, &who, None);
    let mut socket = Socket::open(site, &who, None);
    events.until("caught_up");
    let begin = socket.until("caught_up").cursor.unwrap();
    let begun = Instant::now();
    site.server.terminate();
    let bye: Told = events.until("bye");
    assert_eq!(bye.data["reason"], "restart");
    assert!(events.retry.unwrap() >= 500);
    assert_eq!(socket.close_code(), Some(1012));
    assert_eq!(site.server.wait(), Some(0), "{}", site.server.log());
    assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
    // What is sent through the other server meanwhile is there when the stream goes on at that.
    let headers = who.headers(site);
    let path = format!("/live/events?since={begin}");
    let mut resumed = Events::at(&second.url, &path, &headers);
    resumed.until("caught_up");
}
