//! Clients that are none: whatever they write, the server answers or closes, and goes on.

use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::json;
use tungstenite::stream::MaybeTlsStream;
use tungstenite::{Message, WebSocket};

use super::device::token;
use crate::calls::{Headers, try_call};
use crate::site::{PATIENCE, Site};

type Socket = WebSocket<MaybeTlsStream<TcpStream>>;

fn open(site: &Site, query: &str) -> Socket {
    let url = format!("{}/websocket?{query}", site.server.url.replace("http://", "ws://"));
    let (socket, _) = tungstenite::connect(url).unwrap();
    if let MaybeTlsStream::Plain(stream) = socket.get_ref() {
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
    }
    socket
}

/// A connection that was let in.
fn entered(site: &Site) -> Socket {
    let token = token(site, "bob");
    let mut socket = open(site, &format!("appId={}&token={token}&deviceId=d&protocolVer=3", site.rong.id));
    let accepted = binary(&mut socket).unwrap();
    assert_eq!(accepted[..8], *b"\x20\0\0\0\x03bob", "{accepted:?}");
    socket
}

/// The next frame; `None` if the connection has ended.
fn binary(socket: &mut Socket) -> Option<Vec<u8>> {
    loop {
        match socket.read() {
            Ok(Message::Binary(bytes)) => return Some(bytes.to_vec()),
            Ok(Message::Close(_)) | Err(_) => return None,
            Ok(_) => {}
        }
    }
}

fn say(socket: &mut Socket, frame: &[u8]) {
    // What is closed meanwhile takes no more.
    let _ = socket.send(Message::Binary(frame.to_vec().into()));
}

fn call(first: u8, topic: &str, target: &[u8], body: &[u8]) -> Vec<u8> {
    let text = |text: &[u8]| [&u16::try_from(text.len()).unwrap().to_be_bytes(), text].concat();
    [&[first][..], &text(topic.as_bytes()), &text(target), &[0, 7], body].concat()
}

fn is_alive(socket: &mut Socket) -> bool {
    say(socket, &[0xC0]);
    binary(socket).is_some_and(|frame| frame == [0xD0])
}

/// The status of the answer to a query.
fn status(frame: &[u8]) -> u16 {
    assert_eq!(frame[0], 0x60, "{frame:?}");
    u16::from_be_bytes([frame[7], frame[8]])
}

#[test]
fn who_is_not_let_in_is_told_why_and_sent_away() {
    let site = Site::on_sqlite();
    let good = token(&site, "bob");
    let key = &site.rong.id;
    for (query, why) in [
        (String::new(), 1),
        (format!("appId={key}&token={good}&protocolVer=4"), 1),
        (format!("appId=nobody&token={good}&protocolVer=3"), 2),
        (format!("appId={}&token={good}&protocolVer=3", site.fresns.id), 2),
        (format!("appId={key}&protocolVer=3"), 4),
        (format!("appId={key}&token=%00%FF&protocolVer=3"), 4),
    ] {
        let mut socket = open(&site, &query);
        assert_eq!(binary(&mut socket), Some(vec![0x20, 0, why]), "{query}");
        assert_eq!(binary(&mut socket), None);
    }
    assert!(!site.server.log().contains(&good), "no token is logged");
}

#[test]
fn frames_of_any_shape_are_answered_or_end_the_connection() {
    let site = Site::on_sqlite();
    let mut socket = entered(&site);
    assert!(is_alive(&mut socket));
    // Unknown kinds are passed over, unknown topics and messages that are none refused.
    for frame in [&[0x40, 0, 1][..], &[0xF0], &[0x10, 1, 2, 3], &[0x70, 0, 1]] {
        say(&mut socket, frame);
        assert!(is_alive(&mut socket), "{frame:?}");
    }
    for (topic, body, wanted) in [
        ("qryGMsg", &b""[..], 35_004),
        ("no such topic", b"\xFF\xFF", 35_004),
        ("pullMsg", b"\xFF\xFF\xFF", 26_010),
        ("qryPMsg", b"\x0A\xFFx", 26_010),
        ("qryMsg", b"", 35_004),
        ("delRelationBatch", &[0x0A, 0].repeat(20_000), 26_010),
        ("qryRelationR", &[0x48, 1].repeat(40_000), 26_010),
    ] {
        say(&mut socket, &call(0x50, topic, b"me", body));
        assert_eq!(status(&binary(&mut socket).unwrap()), wanted, "{topic}");
    }
    // An emoji as the SDK writes it is no UTF-8, and half of one is no text.
    say(&mut socket, &call(0x50, "qryGMsg", b"\xED\xA0\xBD\xED\xB8\x80", b""));
    assert_eq!(status(&binary(&mut socket).unwrap()), 35_004);
    for broken in [
        &[][..],
        &[0x30],
        &[0x50, 0xFF, 0xFF, 1],
        &call(0x50, "pullMsg", b"\xED\xA0\xBD", b""),
        &vec![0x30; 600 * 1024],
    ] {
        let mut socket = entered(&site);
        say(&mut socket, broken);
        assert_eq!(binary(&mut socket), None, "{} bytes", broken.len());
    }
    let mut fresh = entered(&site);
    assert!(is_alive(&mut fresh));
    assert!(!site.server.log().contains("panicked"));
}

/// What clients ask for, and two things that nobody here answers.
const TOPICS: [&str; 35] = [
    "ppMsgP",
    "ppMsgS",
    "recallMsg",
    "updRTime",
    "pullMsg",
    "qryPMsg",
    "qryMsg",
    "modifyMsg",
    "pullModifyMsg",
    "delMsg",
    "cleanPMsg",
    "cleanMsgBatch",
    "qryRelationR",
    "qryRLBatch",
    "qryRelationFilter",
    "delRelationBatch",
    "setSeAtt",
    "pullSeAtts",
    "setTypeUnpush",
    "pullUS",
    "addUnpush",
    "qryUnpush",
    "delUnpush",
    "pullEventChange",
    "readReceipt",
    "qryReceiptBatch",
    "qryReceipt",
    "updUserSub",
    "pullUserSub",
    "pullSubData",
    "qrySubData",
    "qAppBot",
    "reportsdk",
    "ppMsgG",
    "no such topic",
];

#[test]
fn every_topic_answers_whatever_its_target_and_body_are() {
    let site = Site::on_sqlite();
    let mut socket = entered(&site);
    let huge = vec![b'x'; 60_000];
    let targets: [&[u8]; 6] = [b"bob", b"alice", b"nobody", b"", b"rongcloudsystem", &huge];
    // Nothing, no protobuf, texts and numbers where others are meant, and a field that says it is longer than there is.
    let bodies: [&[u8]; 5] =
        [b"", b"\xFF\xFF", b"\x0A\x05alice\x10\x01", &[0x08, 0xFF].repeat(300), b"\x0A\xFF\xFF\x03x"];
    for topic in TOPICS {
        for (target, body) in targets.iter().flat_map(|target| bodies.iter().map(move |body| (target, body)))
        {
            for first in [0x32, 0x50] {
                say(&mut socket, &call(first, topic, target, body));
                // Of what it has sent itself it is told in between.
                let kind = std::iter::from_fn(|| binary(&mut socket))
                    .map(|frame| frame[0])
                    .find(|kind| *kind != 0x30);
                assert!(
                    matches!(kind, Some(0x40 | 0x60)),
                    "{topic} {first:x} {} {body:?} {kind:?}",
                    target.len()
                );
            }
        }
    }
    assert!(is_alive(&mut socket));
    assert!(!site.server.log().contains("panicked"));
}

#[test]
fn whoever_asks_and_does_not_read_is_held_up_and_then_left() {
    let site = Site::on_sqlite();
    for number in 0..20 {
        let long = json!({ "x": "y".repeat(100_000), "n": number }).to_string();
        let fields =
            [("fromUserId", "alice"), ("toUserId", "bob"), ("objectName", "my:long"), ("content", &long)];
        site.publish(&fields).is(200, 200);
    }
    let mut socket = entered(&site);
    let begun = Instant::now();
    // Each answer has a megabyte; whoever reads none is not written more than fits into the sockets.
    for _ in 0..200 {
        say(&mut socket, &call(0x50, "pullMsg", b"me", &[0x08, 1, 0x10, 0]));
    }
    std::thread::sleep(Duration::from_secs(1));
    let grown = site.server.metric("sixin_gateway_calls_total{topic=\"pullMsg\",outcome=\"done\"}");
    assert!(grown < 50, "{grown} answers were made for somebody who reads none");
    drop(socket);
    let mut other = entered(&site);
    assert!(is_alive(&mut other) && begun.elapsed() < PATIENCE);
}

#[test]
fn a_browser_of_any_page_may_ask_where_to_connect_and_the_site_can_be_closed() {
    let site = Site::on_sqlite();
    let url = format!("{}/v2/navi.json", site.server.url);
    let good = token(&site, "bob");
    let ask = |body: String, negotiate: &'static str| {
        let headers: Headers = vec![
            ("RC-Appkey".to_owned(), site.rong.id.clone()),
            ("RC-Negotiate".to_owned(), negotiate.to_owned()),
            ("Content-Type".to_owned(), "Application/x-www-form-urlencoded".to_owned()),
        ];
        try_call("POST", &url, &headers, body.as_bytes()).unwrap()
    };
    let answer = ask(format!("token={good}%40https%3A%2F%2Fim.example&v=5.38.0"), "conn=6;iptype=v4");
    answer.is(200, 200);
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    let host = site.server.url.trim_start_matches("http://");
    assert_eq!(answer.body["serverAddr"], json!([{ "addr": host, "protocol": 6, "weight": 10 }]));
    assert_eq!(
        (&answer.body["userId"], &answer.body["logSwitch"], &answer.body["type"]),
        (&json!("bob"), &json!(0), &json!(0))
    );
    assert_eq!(ask(format!("token={good}"), "conn=5").body["serverAddr"][0]["protocol"], 5);
    ask("token=wrong".to_owned(), "conn=5").is(401, 401);
    ask(String::new(), "conn=5").is(401, 401);
    let old = crate::calls::get(&format!(
        "{}/navi.js?appId={}&token={good}&callBack=x",
        site.server.url, site.rong.id
    ));
    assert!(old.0 == 200 && old.1.contains(&format!("\"server\":\"{host}\"")), "{old:?}");
    let closed = Site::on(crate::database::TestDatabase::sqlite(), &[("SIXIN__GATEWAY__ENABLED", "false")]);
    assert_eq!(crate::calls::get(&format!("{}/websocket", closed.server.url)).0, 404);
    let elsewhere = [("SIXIN__GATEWAY__PUBLIC_ADDRESS", "im.example.org:443")];
    let elsewhere = Site::on(crate::database::TestDatabase::sqlite(), &elsewhere);
    let token = token(&elsewhere, "bob");
    let old = format!("{}/navi.js?appId={}&token={token}", elsewhere.server.url, elsewhere.rong.id);
    assert!(crate::calls::get(&old).1.contains("im.example.org:443"));
}

#[test]
fn nobody_is_called_what_clients_obey() {
    let site = Site::on_sqlite();
    let reserved = [("userId", "rongcloudsystem"), ("name", "x")];
    site.call_back_end("/user/getToken.json", &reserved).is(400, 1003);
    let content = json!({ "content": "x" }).to_string();
    let fields = [
        ("fromUserId", "rongcloudsystem"),
        ("toUserId", "bob"),
        ("objectName", "RC:TxtMsg"),
        ("content", &content),
    ];
    site.publish(&fields).is(404, 1004);
    let null = [("fromUserId", "alice"), ("toUserId", "bob"), ("objectName", "my:x"), ("content", " null ")];
    assert_eq!(site.publish(&null).status, 400);
}
