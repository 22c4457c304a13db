//! Whatever is sent: a clear error in its dialect, nothing stored, and the next request works.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};

use crate::calls::{
    FORM, Headers, PUBLISH, SEND, back_end_headers, fields, form, now_ms, post, text_content,
};
use crate::on_every_database;
use crate::site::Site;

on_every_database!(
    every_bad_publish_is_named,
    every_bad_signature_of_a_back_end_is_refused,
    limits_hold_to_the_byte_in_both_dialects,
    every_bad_body_of_a_user_is_named,
    deleted_and_disabled_users_are_unknown_to_back_ends,
    bodies_that_are_too_large_or_never_come_are_refused,
    unknown_paths_and_methods_are_answered_in_their_dialect,
    what_is_no_request_is_answered_and_logged_like_one,
);

/// Nothing was stored by what came before, and a good request of each dialect works.
fn still_works(site: &Site, messages: i64) {
    assert_eq!(site.messages(), messages);
    site.publish_text("alice", "bob", "fine").is(200, 200);
    site.send_text(&site.bob, "alice", "fine").is(200, 0);
    assert_eq!(site.messages(), messages + 2);
}

fn message(body: &Value) -> &str {
    body["errorMessage"].as_str().unwrap_or_default()
}

fn every_bad_publish_is_named(site: &Site) {
    let content = text_content("hi");
    let long = "x".repeat(65);
    let base = [
        ("fromUserId", "alice"),
        ("toUserId", "bob"),
        ("objectName", "RC:TxtMsg"),
        ("content", content.as_str()),
    ];
    for (key, value, status, code) in [
        ("fromUserId", None, 400, 1003),
        ("fromUserId", Some(""), 400, 1003),
        ("fromUserId", Some(long.as_str()), 400, 1003),
        ("fromUserId", Some("a\0b"), 400, 1003),
        ("fromUserId", Some("zoe"), 404, 1004),
        ("toUserId", None, 400, 1003),
        ("toUserId", Some(""), 400, 1003),
        ("toUserId", Some(long.as_str()), 400, 1003),
        ("toUserId", Some("alice"), 400, 1003),
        ("toUserId", Some("zoe"), 404, 1004),
        ("toUserId", Some("Bob"), 404, 1004),
        ("objectName", None, 400, 1003),
        ("objectName", Some("RC:Nope"), 400, 1007),
        ("objectName", Some("a custom type of 33 characters :("), 400, 1007),
        ("content", None, 400, 1003),
        ("content", Some("not json"), 400, 1006),
        ("content", Some("[]"), 400, 1006),
        ("content", Some("{}"), 400, 1006),
        ("content", Some("{\"content\":1}"), 400, 1006),
        ("content", Some("{\"content\":\"a\\u0000b\"}"), 400, 1006),
        ("isPersisted", Some("2"), 400, 1003),
        ("isCounted", Some("yes"), 400, 1003),
        ("isIncludeSender", Some("-1"), 400, 1003),
        ("verifyBlacklist", Some("[]"), 400, 1003),
        ("count", Some("10000"), 400, 1003),
        ("count", Some("-2"), 400, 1003),
        ("count", Some("1.5"), 400, 1003),
        ("extraContent", Some("{\"a\":\"b\"}"), 400, 1003),
        ("pushExt", Some("[]"), 400, 1003),
        ("busChannel", Some("x-y"), 400, 1003),
        ("msgRandom", Some("9223372036854775808"), 400, 1003),
    ] {
        let answer = site.publish(&fields(&base, &[(key, value)]));
        answer.is(status, code);
        let text = message(&answer.body);
        assert!(
            text.contains(key) || text.contains("zoe") || text.contains("Bob") || code >= 1006,
            "{key}: {text}"
        );
        assert_eq!(answer.body["url"], PUBLISH);
    }
    let voice = [("objectName", Some("RC:VcMsg")), ("content", Some(r#"{"content":"x","duration":"ten"}"#))];
    site.publish(&fields(&base, &voice)).is(400, 1006);
    let json = |body: &[u8]| {
        let mut headers = back_end_headers(&site.rong, "1", "2");
        headers.push(("Content-Type".into(), "application/json".into()));
        post(&site.url(PUBLISH), &headers, body)
    };
    json(b"{\"fromUserId\":").is(400, 1003);
    json(b"").is(400, 1003);
    json(b"\xff\xfe{}").is(400, 1003);
    post(&site.url(PUBLISH), &site.back_end(), b"fromUserId=a%ffb&toUserId=bob").is(400, 1003);
    post(&site.url(PUBLISH), &site.back_end(), b"fromUserId=\xff&toUserId=bob").is(400, 1003);
    still_works(site, 0);
}

fn every_bad_signature_of_a_back_end_is_refused(site: &Site) {
    let content = text_content("hi");
    let body = form(&[
        ("fromUserId", "alice"),
        ("toUserId", "bob"),
        ("objectName", "RC:TxtMsg"),
        ("content", &content),
    ]);
    let good: Headers = site.back_end();
    let with = |name: &str, value: Option<&str>| {
        let kept = good.iter().filter(|(key, _)| key != name).cloned();
        let changed = value.map(|value| (name.to_owned(), value.to_owned()));
        post(&site.url(PUBLISH), &kept.chain(changed).collect(), &body)
    };
    for name in ["App-Key", "Nonce", "Timestamp", "Signature"] {
        with(name, None).is(401, 1001);
        with(name, Some("")).is(401, 1001);
    }
    let unknown = with("App-Key", Some("nobody"));
    unknown.is(401, 1002);
    assert!(message(&unknown.body).starts_with("AppKey不存在"));
    with("App-Key", Some(&site.fresns.id)).is(401, 1002);
    with("App-Key", Some(&site.rong.id.to_uppercase())).is(401, 1002);
    with("Nonce", Some("14315")).is(401, 1001);
    with("Timestamp", Some("0")).is(401, 1001);
    with("Signature", Some(&"0".repeat(40))).is(401, 1001);
    with("Signature", Some("é")).is(401, 1001);
    site.sixin(&["app-key", "disable", &site.rong.id]);
    with("", None).is(401, 1002);
    site.sixin(&["app-key", "disable", &site.rong.id, "--undo"]);
    still_works(site, 0);
}

fn limits_hold_to_the_byte_in_both_dialects(site: &Site) {
    let publish = |changes: &[(&str, Option<&str>)]| {
        let content = text_content("hi");
        let base = [
            ("fromUserId", "alice"),
            ("toUserId", "bob"),
            ("objectName", "RC:TxtMsg"),
            ("content", content.as_str()),
        ];
        site.publish(&fields(&base, changes))
    };
    let text = |bytes: usize| publish(&[("content", Some(&text_content(&"x".repeat(bytes))))]);
    text(4096).is(200, 200);
    text(4097).is(400, 1006);
    let custom =
        |bytes: usize| publish(&[("objectName", Some("My:Type")), ("content", Some(&"x".repeat(bytes)))]);
    custom(131_072).is(200, 200);
    custom(131_073).is(400, 1006);
    for key in ["pushContent", "pushData"] {
        publish(&[(key, Some(&"x".repeat(1000)))]).is(200, 200);
        publish(&[(key, Some(&"x".repeat(1001)))]).is(400, 1003);
    }
    publish(&[("objectName", Some(&"x".repeat(32)))]).is(200, 200);
    publish(&[("objectName", Some(&"x".repeat(33)))]).is(400, 1007);
    site.sixin(&["user", "create", &"n".repeat(64)]);
    publish(&[("toUserId", Some(&"n".repeat(64)))]).is(200, 200);
    publish(&[("toUserId", Some(&"n".repeat(65)))]).is(400, 1003);
    site.send_text(&site.alice, "bob", &"x".repeat(65_535)).is(200, 0);
    site.send_text(&site.alice, "bob", &"x".repeat(65_536)).is(200, 33_302);
    site.send_text(&site.alice, "bob", &"语".repeat(21_845)).is(200, 0);
    still_works(site, 8);
}

fn every_bad_body_of_a_user_is_named(site: &Site) {
    let send = |body: &[u8]| post(&site.url(SEND), &site.user_headers(&site.alice, &[]), body);
    for (body, code) in [
        (json!({ "message": "hi" }), 30_001),
        (json!({ "uidOrUsername": "", "message": "hi" }), 30_001),
        (json!({ "uidOrUsername": "  ", "message": "hi" }), 30_001),
        (json!({ "uidOrUsername": null, "message": "hi" }), 30_001),
        (json!({ "uidOrUsername": ["bob"], "message": "hi" }), 30_000),
        (json!({ "uidOrUsername": "bob" }), 30_001),
        (json!({ "uidOrUsername": "bob", "message": "   " }), 30_001),
        (json!({ "uidOrUsername": "bob", "message": 5 }), 30_000),
        (json!({ "uidOrUsername": "bob", "message": "a\0b" }), 30_000),
        (json!({ "uidOrUsername": "bob", "message": "hi", "fid": "x" }), 36_604),
        (json!({ "uidOrUsername": "bob", "fid": "nosuch00" }), 37_500),
        (json!({ "uidOrUsername": "bob", "fid": {} }), 30_000),
        (json!({ "uidOrUsername": "x".repeat(65), "message": "hi" }), 35_201),
        (json!([]), 30_000),
        (json!("text"), 30_000),
        (json!(null), 30_000),
    ] {
        let answer = send(body.to_string().as_bytes());
        answer.is(200, code);
        assert!(!answer.body["message"].as_str().unwrap().is_empty());
    }
    for body in [&b""[..], b"{", b"{\"uidOrUsername\":\"bob\",\"message\":\"\xff\"}", b"\0"] {
        send(body).is(200, 30_000);
    }
    send(json!({ "uidOrUsername": site.bob.uid, "message": " hi " }).to_string().as_bytes()).is(200, 0);
    assert_eq!(site.database.lines("SELECT message_text AS line FROM conversation_messages"), ["hi"]);
    still_works(site, 1);
}

fn deleted_and_disabled_users_are_unknown_to_back_ends(site: &Site) {
    site.sixin(&["user", "create", "dora"]);
    for change in [&["user", "disable", "dora"][..], &["user", "delete", "dora"]] {
        site.sixin(change);
        for (from, to) in [("alice", "dora"), ("dora", "alice")] {
            let answer = site.publish_text(from, to, "hi");
            answer.is(404, 1004);
            let text = message(&answer.body);
            assert!(text.starts_with("用户不存在") && text.contains("dora"), "{text}");
        }
        let content = text_content("hi");
        let mut fields =
            vec![("fromUserId", "alice"), ("objectName", "RC:TxtMsg"), ("content", content.as_str())];
        fields.extend([("toUserId", "bob"), ("toUserId", "dora"), ("toUserId", "carol")]);
        site.publish(&fields).is(404, 1004);
    }
    still_works(site, 0);
}

fn bodies_that_are_too_large_or_never_come_are_refused(site: &Site) {
    let large = vec![b'x'; 10 << 20];
    post(&site.url(PUBLISH), &site.back_end(), &large).is(413, 1003);
    post(&site.url(SEND), &site.user_headers(&site.alice, &[]), &large).is(413, 413);
    let stall = |path: &str, headers: &Headers| {
        let mut socket = TcpStream::connect(site.server.url.trim_start_matches("http://")).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let mut head = format!("POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n");
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        socket.write_all(format!("{head}\r\nfrom").as_bytes()).unwrap();
        let mut answer = vec![0; 4096];
        let read = socket.read(&mut answer).unwrap();
        String::from_utf8_lossy(&answer[..read]).into_owned()
    };
    let answer = stall(PUBLISH, &site.back_end());
    assert!(answer.starts_with("HTTP/1.1 408") && answer.contains("\"code\":1003"), "{answer}");
    let answer = stall(SEND, &site.user_headers(&site.alice, &[]));
    assert!(answer.starts_with("HTTP/1.1 408") && answer.contains("\"code\":408"), "{answer}");
    still_works(site, 0);
}

fn unknown_paths_and_methods_are_answered_in_their_dialect(site: &Site) {
    let headers =
        vec![("Content-Type".to_owned(), FORM.to_owned()), ("X-Time".to_owned(), now_ms().to_string())];
    let unknown = post(&site.url("/message/private/nothing.json"), &headers, b"");
    unknown.is(404, 404);
    assert_eq!(unknown.body["url"], "/message/private/nothing.json");
    assert!(!message(&unknown.body).is_empty());
    let unknown = post(&site.url("/api/v2/conversation/nothing"), &headers, b"");
    unknown.is(404, 404);
    assert!(unknown.body["data"].is_null());
    for path in [PUBLISH, SEND] {
        let (status, body) = crate::calls::get(&site.url(path));
        assert_eq!(status, 405);
        assert!(serde_json::from_str::<Value>(&body).is_ok(), "{body}");
    }
    still_works(site, 0);
}

fn what_is_no_request_is_answered_and_logged_like_one(site: &Site) {
    for (bytes, status) in [
        ("GET /\u{e4}\u{4f60} HTTP/1.1\r\nHost: x\r\n\r\n".to_owned(), 400),
        ("\u{16}\u{3}\u{1} hello\r\n\r\n".to_owned(), 400),
        (format!("GET / HTTP/1.1\r\nHost: x\r\nX: {}\r\n\r\n", "y".repeat(150_000)), 431),
    ] {
        let mut socket = TcpStream::connect(site.server.url.trim_start_matches("http://")).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        // The server may end it before all is sent.
        let _ = socket.write_all(bytes.as_bytes());
        let mut answer = Vec::new();
        let _ = socket.read_to_end(&mut answer);
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{status}: {answer:?}"));
        assert!(head.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
        assert_eq!(serde_json::from_str::<Value>(body).unwrap()["code"], status);
    }
    let log = site.server.log_with(&["\"status\":400", "\"status\":431"]);
    assert!(!log.contains("\"level\":\"ERROR\""), "{log}");
    let line = log.lines().find(|line| line.contains("\"status\":431")).unwrap();
    for field in ["\"client\":\"127.0.0.1\"", "\"request_id\":", "\"duration_ms\":", "\"method\":"] {
        assert!(line.contains(field), "{line}");
    }
    // What strangers send is cut short in the log.
    let key = "k".repeat(5000);
    let headers = vec![("App-Key".to_owned(), key), ("Nonce".to_owned(), "1".to_owned())];
    post(&site.url(&format!("/message/{}.json", "p".repeat(5000))), &headers, b"");
    post(&site.url(PUBLISH), &headers, b"");
    still_works(site, 0);
    let log = site.server.log_with(&["ppp"]);
    assert!(!log.contains(&"p".repeat(260)) && !log.contains(&"k".repeat(65)), "{log}");
}

#[test]
#[cfg(target_os = "linux")]
fn bodies_of_strangers_cost_a_small_multiple_of_their_size() {
    const AT_ONCE: usize = 20;
    let site = Site::on_sqlite();
    let login = |body: &[u8]| {
        let headers = site.user_headers(&site.alice, &[("aid", None), ("uid", None), ("token", None)]);
        post(&site.url("/api/v2/account/login"), &headers, body).status
    };
    assert_eq!(login(b"{}"), 200);
    let before = crate::apps::files::memory(&site.server);
    let numbers = format!("{{\"a\":[{}0]}}", "0,".repeat(190_000));
    let members = format!("{{{}\"\":0}}", "\"\":0,".repeat(76_000));
    let nested = format!("{{\"a\":{}{}}}", "[".repeat(190_000), "]".repeat(190_000));
    for body in [&numbers, &members, &nested] {
        std::thread::scope(|threads| {
            for _ in 0..AT_ONCE {
                threads.spawn(|| assert_eq!(login(body.as_bytes()), 200));
            }
        });
    }
    let sent = i64::try_from(AT_ONCE * numbers.len() / 1024).unwrap();
    let grown = crate::apps::files::memory(&site.server) - before;
    assert!(grown < 6 * sent, "{sent} KB at once raise the memory by {grown} KB");
    assert_eq!(login(&vec![b' '; 1 << 20]), 413);
}
