//! What operators rely on: health, metrics, request ids, logs, rate, shutdown, documentation.

use std::io::Write;
use std::net::{SocketAddr, TcpStream};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use crate::calls::{PUBLISH, SEND, agent, form, get, post, text_content, try_post};
use crate::database::TestDatabase;
use crate::on_every_database;
use crate::site::{Server, Site};

on_every_database!(
    health_metrics_and_documentation_are_served,
    a_request_id_is_taken_or_made_returned_and_logged,
    nothing_secret_is_logged,
    a_server_that_is_told_to_stop_finishes_what_it_accepted,
    a_sender_is_limited_across_both_dialects,
);

fn health_metrics_and_documentation_are_served(site: &Site) {
    let (status, health) = get(&site.url("/health"));
    let health: Value = serde_json::from_str(&health).unwrap();
    assert_eq!((status, &health["live"], &health["ready"]), (200, &json!(true), &json!(true)));
    site.publish_text("alice", "bob", "hi").is(200, 200);
    let (status, metrics) = get(&format!("{}/metrics", site.server.metrics_url));
    assert_eq!(status, 200);
    assert_is_well_described(&metrics);
    for name in [
        "sixin_commit_seconds_bucket",
        "sixin_batch_units_sum",
        "sixin_queue_units",
        "sixin_http_requests_total{method=\"POST\",route=\"/message/private/publish.json\",status=\"200\"} 1",
        "sixin_http_request_duration_seconds_bucket{method=\"GET\",route=\"/health\",le=",
        "sixin_database_connections{pool=\"read\",state=\"idle\"}",
        "sixin_disk_free_bytes{place=\"arriving\"}",
        "process_cpu_seconds_total",
        "process_resident_memory_bytes",
        "process_open_fds",
        "process_start_time_seconds",
    ] {
        assert!(metrics.contains(name), "{name} is missing: {metrics}");
    }
    let head = agent().head(format!("{}/metrics", site.server.metrics_url)).call().unwrap();
    assert_eq!(head.status(), 200);
    // Anybody may ask for any path; that makes no label of it.
    for path in ["/message/private/nope-1.json", "/nope-2"] {
        get(&site.url(path));
    }
    let (_, metrics) = get(&format!("{}/metrics", site.server.metrics_url));
    assert!(metrics.contains("route=\"(none)\",status=\"404\"} 2") && !metrics.contains("nope"), "{metrics}");
    let (status, document) = get(&site.url("/openapi.json"));
    let document: Value = serde_json::from_str(&document).unwrap();
    assert_eq!(status, 200);
    assert!(document["paths"][PUBLISH]["post"].is_object() && document["paths"][SEND]["post"].is_object());
    let (status, page) = get(&site.url("/docs/"));
    assert_eq!(status, 200);
    assert!(!page.contains("https://"), "the reference page names an outside host: {page}");
}

/// What `promtool check metrics` looks at, and that program itself where it is installed.
fn assert_is_well_described(metrics: &str) {
    let described = |kind: &str| -> Vec<String> {
        let lines = metrics.lines().filter_map(|line| line.strip_prefix(&format!("# {kind} ")));
        lines.map(|line| line.split(' ').next().unwrap().to_owned()).collect()
    };
    let (helped, typed) = (described("HELP"), described("TYPE"));
    assert_eq!(helped, typed, "every family has a type and a meaning");
    for line in metrics.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let name = line.split(['{', ' ']).next().unwrap();
        let family = ["_bucket", "_sum", "_count"].iter().find_map(|suffix| name.strip_suffix(suffix));
        let has = |name: &str| typed.iter().any(|typed| typed == name);
        assert!(has(name) || family.is_some_and(has), "{name} has no type");
    }
    for line in metrics.lines().filter_map(|line| line.strip_prefix("# TYPE ")) {
        let (name, kind) = line.split_once(' ').unwrap();
        assert_eq!(name.ends_with("_total"), kind == "counter", "{name} is a {kind}");
    }
    let Ok(mut promtool) = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
    else {
        return;
    };
    promtool.stdin.take().unwrap().write_all(metrics.as_bytes()).unwrap();
    let output = promtool.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn a_request_id_is_taken_or_made_returned_and_logged(site: &Site) {
    let mut headers = site.back_end();
    let made = post(&site.url(PUBLISH), &headers, b"");
    let made = made.header("x-request-id").unwrap().to_owned();
    assert!(made.len() >= 16, "{made}");
    headers.push(("X-Request-Id".into(), "my-trace-42".into()));
    let taken = post(&site.url(PUBLISH), &headers, b"");
    assert_eq!(taken.header("x-request-id"), Some("my-trace-42"));
    site.server.log_with(&["my-trace-42", &made]);
}

fn nothing_secret_is_logged(site: &Site) {
    site.publish_text("alice", "bob", "a very private text").is(200, 200);
    site.send_text(&site.alice, "bob", "a very private text").is(200, 0);
    let user = site.user_headers(&site.alice, &[("token", Some("a-wrong-token-of-mine"))]);
    post(&site.url(SEND), &user, b"{}").is(200, 31_603);
    let back_end = site.back_end();
    let last = post(&site.url(PUBLISH), &back_end, b"content=a+very+private+text");
    last.is(400, 1003);
    let value = |headers: &[(String, String)], name: &str| {
        headers.iter().find(|(key, _)| key == name).unwrap().1.clone()
    };
    let log = site.server.log_with(&[PUBLISH, "duration_ms", last.header("x-request-id").unwrap()]);
    for secret in [
        "very private",
        "a-wrong-token-of-mine",
        &site.alice.token,
        &site.rong.secret,
        &site.fresns.secret,
        &value(&back_end, "Signature"),
        &value(&user, "sign"),
    ] {
        assert!(!log.contains(secret), "{secret} was logged");
    }
}

fn a_server_that_is_told_to_stop_finishes_what_it_accepted(site: &Site) {
    let (acknowledged, stopping) = (AtomicI64::new(0), AtomicBool::new(false));
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let content = text_content("hi");
                let fields = [
                    ("fromUserId", "alice"),
                    ("toUserId", "bob"),
                    ("objectName", "RC:TxtMsg"),
                    ("content", content.as_str()),
                ];
                loop {
                    match try_post(&site.url(PUBLISH), &site.back_end(), &form(&fields)) {
                        Ok(answer) if answer.status == 200 => acknowledged.fetch_add(1, Ordering::Relaxed),
                        Ok(answer) => panic!("not accepted: {answer:?}"),
                        Err(error) => {
                            assert!(stopping.load(Ordering::Relaxed), "{error}");
                            break;
                        }
                    };
                }
            });
        }
        std::thread::sleep(Duration::from_millis(300));
        stopping.store(true, Ordering::Relaxed);
        site.server.terminate();
        assert_eq!(site.server.wait(), Some(0));
    });
    assert_eq!(site.messages(), acknowledged.into_inner());
    assert_eq!(
        site.database.number("SELECT COUNT(*) AS number FROM process_leases WHERE token IS NOT NULL"),
        0
    );
}

fn a_sender_is_limited_across_both_dialects(site: &Site) {
    let limited = Server::start(&site.database.url(), &[("SIXIN__RATE__SENDS", "100")]);
    let content = text_content("hi");
    let publish = |from: &str| {
        let fields = [
            ("fromUserId", from),
            ("toUserId", "bob"),
            ("objectName", "RC:TxtMsg"),
            ("content", content.as_str()),
        ];
        post(&format!("{}{PUBLISH}", limited.url), &site.back_end(), &form(&fields))
    };
    let send = || {
        let body = json!({ "uidOrUsername": "bob", "message": "hi" }).to_string();
        post(&format!("{}{SEND}", limited.url), &site.user_headers(&site.alice, &[]), body.as_bytes())
    };
    for _ in 0..50 {
        publish("alice").is(200, 200);
        send().is(200, 0);
    }
    let refused = publish("alice");
    refused.is(429, 1008);
    let wait: i64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait));
    let refused = send();
    refused.is(429, 36_117);
    assert!(refused.header("retry-after").is_some());
    publish("carol").is(200, 200);
    assert_eq!(site.messages(), 101);
}

#[test]
fn browsers_are_let_in_from_configured_origins_only() {
    let site = Site::on(TestDatabase::sqlite(), &[("SIXIN__SERVER__CORS_ORIGINS", "https://app.example")]);
    let preflight = |origin: &str| {
        let answer = agent()
            .options(site.url(SEND))
            .header("Origin", origin)
            .header("Access-Control-Request-Method", "POST")
            .header("Access-Control-Request-Headers", "appid,sign,token,deviceinfo,content-type")
            .call()
            .unwrap();
        answer.headers().get("access-control-allow-origin").map(|value| value.to_str().unwrap().to_owned())
    };
    assert_eq!(preflight("https://app.example").as_deref(), Some("https://app.example"));
    assert_eq!(preflight("https://evil.example"), None);
}

/// The kernel turns away what finds no room among the connections that wait, and whoever was turned away tries again a
/// second later.
#[test]
fn hundreds_of_clients_that_come_at_once_are_all_taken_at_once() {
    const CLIENTS: usize = 4;
    const CONNECTIONS: usize = 150;
    let site = Site::on_sqlite();
    let address: SocketAddr = site.server.url.strip_prefix("http://").unwrap().parse().unwrap();
    // What a second try would take is never granted.
    let connect = || TcpStream::connect_timeout(&address, Duration::from_millis(900));
    // The server is stopped, as by a moment without CPU, so that it can take nobody yet.
    site.server.signal("-STOP");
    let connected = std::thread::scope(|scope| {
        let client = || (0..CONNECTIONS).filter_map(|_| connect().ok()).collect::<Vec<_>>();
        let clients: Vec<_> = (0..CLIENTS).map(|_| scope.spawn(client)).collect();
        clients.into_iter().flat_map(|client| client.join().unwrap()).collect::<Vec<_>>()
    });
    site.server.signal("-CONT");
    assert_eq!(connected.len(), CLIENTS * CONNECTIONS);
}
