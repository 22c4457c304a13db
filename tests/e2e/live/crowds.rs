//! Crowds of clients that mean no good: each gets the documented answer, the memory of the server stays as it was, and who behaves is
//! served all the while.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;

use super::hostile::{connections, is_soon};
use super::streams::{Events, Follow, Socket, Who, poll};
use crate::apps::files::memory;
use crate::database::TestDatabase;
use crate::site::{PATIENCE, Site};

/// By how many KB the memory of the server may grow, whatever crowds do: what its allocator keeps and the databases have cached.
const MOST: i64 = 96 * 1024;

fn site(configuration: &[(&str, &str)]) -> Site {
    let many = [
        ("SIXIN__SERVER__CONNECTIONS_PER_ADDRESS", "5000"),
        ("SIXIN__LIVE__NEW_PER_SECOND", "100000"),
        ("SIXIN__LIVE__CONNECTIONS_PER_USER", "5000"),
    ];
    Site::on(TestDatabase::sqlite(), &[&many[..], configuration].concat())
}

/// Somebody who follows hears of what is sent now.
#[track_caller]
fn still_serves(site: &Site, follower: &mut dyn Follow) {
    site.publish_text("alice", "carol", "still").is(200, 200);
    assert_eq!(follower.until("message").text().as_deref(), Some("still"));
}

/// A request for a live door, byte for byte.
fn head(site: &Site, who: &Who, path: &str, more: &str) -> String {
    let headers = who.headers(site);
    let named: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    format!("GET {path} HTTP/1.1\r\nHost: im.example.com\r\n{named}{more}\r\n")
}

fn connect(site: &Site) -> TcpStream {
    let socket = TcpStream::connect(site.server.url.trim_start_matches("http://")).unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    socket
}

/// What comes until the server closes.
fn to_its_end(socket: &mut TcpStream) -> String {
    let mut all = Vec::new();
    let _ = socket.read_to_end(&mut all);
    String::from_utf8_lossy(&all).into_owned()
}

#[test]
fn ten_thousand_streams_beyond_the_limit_are_told_so_and_cost_nothing() {
    const BEYOND: usize = 10_000;
    let site = site(&[("SIXIN__LIVE__CONNECTIONS", "4")]);
    let (bob, carol) = (Who::device(&site, "bob"), Who::device(&site, "carol"));
    let mut held: Vec<Events> = (0..4).map(|_| Events::open(&site, &carol, None)).collect();
    held.iter_mut().for_each(|stream| drop(stream.until("caught_up")));
    let before = memory(&site.server);
    let (begun, next, site) = (Instant::now(), &AtomicUsize::new(0), &site);
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::SeqCst);
                    match number % 4 {
                        _ if number >= BEYOND => return,
                        0 => {
                            let refused = Socket::try_at(&site.server.url, "/live/ws", &bob.headers(site));
                            assert_eq!(refused.err(), Some(503));
                        }
                        1 => drop(poll(site, &bob, "?wait=0").is(503, 503)),
                        _ => {
                            let mut beyond = Events::open(site, &bob, None);
                            assert_eq!(beyond.status(), 200);
                            assert_eq!(beyond.until("bye").data["reason"], "busy");
                        }
                    }
                }
            });
        }
    });
    let grown = memory(&site.server) - before;
    println!("{BEYOND} in {:?}, {grown} KB", begun.elapsed());
    assert!(grown < MOST, "{BEYOND} streams that did not begin cost {grown} KB");
    assert_eq!(connections(site), 4, "those that were there stay");
    still_serves(site, &mut held[0]);
}

#[test]
fn whoever_sends_half_a_head_or_half_a_frame_is_let_go() {
    const EACH: usize = 200;
    let site = site(&[("SIXIN__SERVER__HEAD_TIMEOUT_SECONDS", "2")]);
    let who = Who::device(&site, "bob");
    let mut follower = Events::open(&site, &Who::device(&site, "carol"), None);
    follower.until("caught_up");
    let before = memory(&site.server);
    let half_heads: Vec<TcpStream> = (0..EACH)
        .map(|_| {
            let (mut socket, head) = (connect(&site), head(&site, &who, "/live/events", ""));
            socket.write_all(&head.as_bytes()[..head.len() / 2]).unwrap();
            socket
        })
        .collect();
    let begun = Instant::now();
    let half_frames: Vec<Socket> = (0..EACH)
        .map(|number| {
            let mut socket = Socket::try_at(&site.server.url, "/live/ws", &who.headers(&site)).unwrap();
            // A masked text of 12 bytes, of which some are missing; of every other nothing comes at all.
            let frame = [&[0x81, 0x80 | 12, 0, 0, 0, 0][..], b"{\"t\":"].concat();
            if number % 2 == 0 {
                socket.0.get_mut().write_all(&frame).unwrap();
            }
            socket
        })
        .collect();
    still_serves(&site, &mut follower);
    let grown = memory(&site.server) - before;
    assert!(grown < MOST, "{EACH} halves of heads and of frames cost {grown} KB");
    for mut socket in half_heads {
        let answer = to_its_end(&mut socket);
        assert!(answer.starts_with("HTTP/1.1 408 "), "{answer:?}");
    }
    for mut socket in half_frames {
        assert_eq!(socket.close_code(), Some(4004), "the first frame did not come");
    }
    assert!(begun.elapsed() < Duration::from_secs(40), "{:?}", begun.elapsed());
    still_serves(&site, &mut follower);
}

/// Each takes a byte a second of what a queue would have to keep for it.
#[test]
fn readers_of_a_byte_a_second_cost_a_chunk_each() {
    const READERS: usize = 150;
    let site = site(&[]);
    let who = Who::device(&site, "bob");
    let mut follower = Events::open(&site, &Who::device(&site, "carol"), None);
    follower.until("caught_up");
    let mut readers: Vec<TcpStream> = (0..READERS)
        .map(|_| {
            let mut socket = connect(&site);
            socket.write_all(head(&site, &who, "/live/events", "").as_bytes()).unwrap();
            socket
        })
        .collect();
    is_soon("all are there", || connections(&site) == 1 + READERS as u64);
    let before = memory(&site.server);
    // 4 MB to each of them.
    let text = "x".repeat(4_000);
    for _ in 0..1_000 {
        site.publish_text("alice", "bob", &text).is(200, 200);
    }
    let mut reader = Socket::open(&site, &who, None);
    reader.until("caught_up");
    for _ in 0..3 {
        readers.iter_mut().for_each(|reader| reader.read_exact(&mut [0]).unwrap());
        std::thread::sleep(Duration::from_secs(1));
    }
    let grown = memory(&site.server) - before;
    println!("{READERS} readers that have not read 4 MB each: {grown} KB");
    assert!(grown < MOST, "{READERS} slow readers cost {grown} KB");
    site.publish_text("alice", "bob", "to who reads").is(200, 200);
    assert_eq!(reader.until("message").text().as_deref(), Some("to who reads"));
    still_serves(&site, &mut follower);
    drop(readers);
    is_soon("the slow are gone", || connections(&site) == 2);
}

/// What a WebSocket library would not send.
#[test]
fn frames_by_hand_that_are_none_end_the_connection() {
    let site = site(&[]);
    let who = Who::app(&site.bob);
    let masked = |first: u8, bytes: &[u8]| {
        let length = u16::try_from(bytes.len()).unwrap().to_be_bytes();
        [&[first, 0x80 | 126, length[0], length[1], 0, 0, 0, 0][..], bytes].concat()
    };
    let fragments: Vec<u8> = std::iter::once(masked(0x01, b"{"))
        .chain((0..70).map(|_| masked(0x00, &[b' '; 1_000])))
        .flatten()
        .collect();
    let pings: Vec<u8> = (0..60).flat_map(|_| [0x89, 0x80, 0, 0, 0, 0]).collect();
    let pongs: Vec<u8> = (0..60).flat_map(|_| [0x8a, 0x80, 0, 0, 0, 0]).collect();
    let huge = [&[0x81, 0x80 | 127][..], &u64::MAX.to_be_bytes(), &[0; 4], b"x"].concat();
    for (what, bytes) in [
        ("unmasked", [&[0x81, 12][..], br#"{"t":"ping"}"#].concat()),
        ("fragments without end", fragments),
        ("a continuation of nothing", masked(0x80, b"{}")),
        ("binary in fragments", [masked(0x02, b"a"), masked(0x80, b"b")].concat()),
        ("of no kind there is", masked(0x83, b"{}")),
        ("longer than there is memory", huge),
        ("pings without end", pings),
        ("pongs nobody asked for", pongs),
    ] {
        let mut socket = Socket::open(&site, &who, None);
        socket.until("caught_up");
        let _ = socket.0.get_mut().write_all(&bytes);
        assert_eq!(socket.close_code(), Some(4004), "{what}");
    }
    let mut socket = Socket::open(&site, &who, None);
    socket.until("caught_up");
    socket.say(&json!({ "t": "ping" }));
    socket.until("pong");
    assert!(!site.server.log().contains("\"level\":\"ERROR\""), "{}", site.server.log());
}
