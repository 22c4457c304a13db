//! Streams of clients that do what they should not.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use super::streams::{Events, Follow, Socket, Who};
use crate::database::TestDatabase;
use crate::on_every_database;
use crate::site::{PATIENCE, Site};

on_every_database!(whoever_leaves_without_a_word_is_gone_at_once, whoever_does_not_read_holds_nobody_up,);

pub(super) fn is_soon(what: &str, is_so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < PATIENCE, "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

pub(super) fn connections(site: &Site) -> u64 {
    site.server.metric("sixin_live_connections")
}

fn whoever_leaves_without_a_word_is_gone_at_once(site: &Site) {
    let who = Who::app(&site.bob);
    let streams: Vec<Events> = (0..5).map(|_| Events::open(site, &who, None)).collect();
    let sockets: Vec<Socket> = (0..5).map(|_| Socket::open(site, &who, None)).collect();
    is_soon("all are there", || connections(site) == 10);
    drop((streams, sockets));
    is_soon("all are gone", || connections(site) == 0);
}

/// A client that opens a stream and reads nothing, with the smallest window there is.
fn whoever_does_not_read_holds_nobody_up(site: &Site) {
    let who = Who::app(&site.bob);
    let mut mute = TcpStream::connect(site.server.url.trim_start_matches("http://")).unwrap();
    let mut head = "GET /live/events HTTP/1.1\r\nHost: x\r\n".to_owned();
    for (name, value) in who.headers(site) {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    mute.write_all(format!("{head}\r\n").as_bytes()).unwrap();
    mute.read_exact(&mut [0; 9]).unwrap();
    let mut reader = Events::open(site, &who, None);
    reader.until("caught_up");
    let text = "x".repeat(4000);
    for _ in 0..200 {
        site.publish_text("alice", "bob", &text).is(200, 200);
    }
    for _ in 0..200 {
        reader.until("message");
    }
}

#[test]
fn streams_beyond_the_limit_are_told_to_come_back() {
    let site = Site::on(TestDatabase::sqlite(), &[("SIXIN__LIVE__CONNECTIONS", "2")]);
    let who = Who::app(&site.bob);
    let mut held: Vec<Events> = (0..2).map(|_| Events::open(&site, &who, None)).collect();
    held.iter_mut().for_each(|stream| drop(stream.until("caught_up")));
    let mut beyond = Events::open(&site, &who, None);
    // EventSource gives up for good on any other status.
    assert_eq!(beyond.status(), 200);
    assert_eq!(beyond.until("bye").data["reason"], "busy");
    assert!(beyond.retry.unwrap() >= 1000);
    assert_eq!(beyond.next(Duration::from_secs(5)), None);
    let poll = super::streams::poll(&site, &who, "?wait=0");
    poll.is(503, 503);
    assert!(poll.header("retry-after").is_some());
    assert_eq!(Socket::try_at(&site.server.url, "/live/ws", &who.headers(&site)).err(), Some(503));
    held.pop();
    is_soon("a place is free", || connections(&site) == 1);
    Events::open(&site, &who, None).until("caught_up");
}

#[test]
fn of_many_streams_that_begin_at_once_some_wait_a_moment_and_the_rest_is_told_to_come_back() {
    let site = Site::on(TestDatabase::sqlite(), &[("SIXIN__LIVE__NEW_PER_SECOND", "5")]);
    let who = Who::app(&site.bob);
    let answers: Vec<_> = std::thread::scope(|scope| {
        let polls: Vec<_> =
            (0..60).map(|_| scope.spawn(|| super::streams::poll(&site, &who, "?wait=0"))).collect();
        polls.into_iter().map(|poll| poll.join().unwrap()).collect()
    });
    let begun = answers.iter().filter(|answer| answer.status == 200).count();
    // Five at once, ten within two seconds, and those for whom time went on meanwhile: however slow this machine is, not all.
    assert!((15..60).contains(&begun), "{begun} of 60 began");
    assert!(answers.iter().all(|answer| [200, 503].contains(&answer.status)));
}
