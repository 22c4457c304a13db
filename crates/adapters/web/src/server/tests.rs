use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use actix_web::test;

use super::*;
use crate::connections::ConnectionLimits;
use crate::limits::HttpLimits;
use crate::testing::SharedMocks;

/// What a server with a short time for heads answers to what comes in these parts, with a pause before each.
async fn in_parts(mocks: SharedMocks, parts: Vec<(u64, &'static [u8])>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let head_timeout = Duration::from_millis(600);
    let http = HttpLimits { workers: 1, head_timeout, ..HttpLimits::default() };
    let server = start(SharedMocks { http, ..mocks }.bare(), listener, None).unwrap();
    let handle = server.handle();
    actix_web::rt::spawn(server);
    let exchange = move || {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        let mut answer = Vec::new();
        for (pause, part) in parts {
            std::thread::sleep(Duration::from_millis(pause));
            if stream.write_all(part).is_err() {
                break;
            }
        }
        // An end by reset is one too.
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    };
    let answer = actix_web::rt::task::spawn_blocking(exchange).await.unwrap();
    handle.stop(false).await;
    answer
}

/// The bodies of several answers on one connection.
fn bodies(answers: &str) -> Vec<serde_json::Value> {
    let bodies = answers.split("HTTP/1.1 ").skip(1).map(|answer| answer.split_once("\r\n\r\n").unwrap().1);
    bodies.map(|body| serde_json::from_str(body).unwrap_or_else(|_| panic!("no JSON: {answers}"))).collect()
}

const UNKNOWN: &[u8] = b"GET /nope HTTP/1.1\r\nHost: x\r\n\r\n";

#[actix_web::test]
async fn every_head_has_its_time_and_not_only_the_first() {
    let first = in_parts(SharedMocks::default(), vec![(0, b"GET /nope HT"), (1500, b"TP/1.1\r\n")]).await;
    assert!(first.starts_with("HTTP/1.1 408 "), "{first}");
    assert_eq!(bodies(&first)[0]["code"], 408);
    let second = in_parts(
        SharedMocks::default(),
        vec![(0, UNKNOWN), (900, UNKNOWN), (100, b"GET /no"), (1500, b"pe")],
    )
    .await;
    let codes: Vec<_> = bodies(&second).iter().map(|body| body["code"].clone()).collect();
    assert_eq!(codes, [404, 404, 408], "an idle connection is not late: {second}");
}

#[actix_web::test]
async fn a_head_that_trickles_in_does_not_get_more_time() {
    let trickle = (0..20).map(|_| (100, b"A".as_slice()));
    let answer =
        in_parts(SharedMocks::default(), std::iter::once((0, b"GET /".as_slice())).chain(trickle).collect());
    assert!(answer.await.starts_with("HTTP/1.1 408 "));
}

#[actix_web::test]
async fn who_says_nothing_is_left_without_a_word() {
    assert_eq!(in_parts(SharedMocks::default(), vec![(1200, b"")]).await, "");
}

#[actix_web::test]
async fn what_is_not_http_is_answered_in_json() {
    let large =
        Box::leak(format!("GET / HTTP/1.1\r\nHost: x\r\nA: {}\r\n", "a".repeat(200_000)).into_boxed_str());
    for (request, status) in [
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n".as_slice(), 400),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
        ("GET /\u{e4}/\u{4f60} HTTP/1.1\r\nHost: x\r\n\r\n".as_bytes(), 400),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\nabc", 400),
        (b"GET / HTTP/1.1\r\nNo colon\r\n\r\n", 400),
        (large.as_bytes(), 431),
    ] {
        let answer = in_parts(SharedMocks::default(), vec![(0, request)]).await;
        let start = String::from_utf8_lossy(&request[..request.len().min(60)]);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{start}: {answer}");
        assert_eq!(bodies(&answer)[0]["code"], status, "{start}");
    }
    let behind = in_parts(SharedMocks::default(), vec![(0, UNKNOWN), (200, b"nonsense\r\n\r\n")]).await;
    let codes: Vec<_> = bodies(&behind).iter().map(|body| body["code"].clone()).collect();
    assert_eq!(codes, [404, 400], "{behind}");
}

#[actix_web::test]
async fn one_connection_too_many_is_told_so() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let connections = ConnectionLimits { per_address: 2, ..ConnectionLimits::default() };
    let http = HttpLimits { workers: 1, connections, ..HttpLimits::default() };
    let server = start(SharedMocks { http, ..SharedMocks::default() }.bare(), listener, None).unwrap();
    let handle = server.handle();
    actix_web::rt::spawn(server);
    let exchange = move || {
        let ask = |stream: &mut TcpStream| {
            let mut answer = [0; 4096];
            stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
            let _ = stream.write_all(UNKNOWN);
            let read = stream.read(&mut answer).unwrap_or(0);
            String::from_utf8_lossy(&answer[..read]).into_owned()
        };
        let mut held: Vec<_> = (0..2).map(|_| TcpStream::connect(address).unwrap()).collect();
        for stream in &mut held {
            assert!(ask(stream).starts_with("HTTP/1.1 404 "));
        }
        let mut third = TcpStream::connect(address).unwrap();
        let mut refused = String::new();
        let _ = third.read_to_string(&mut refused);
        held.pop();
        std::thread::sleep(Duration::from_millis(300));
        (refused, ask(&mut TcpStream::connect(address).unwrap()))
    };
    let (refused, later) = actix_web::rt::task::spawn_blocking(exchange).await.unwrap();
    assert!(refused.starts_with("HTTP/1.1 503 ") && refused.contains("retry-after: 1"), "{refused}");
    assert!(later.starts_with("HTTP/1.1 404 "), "{later}");
    handle.stop(false).await;
}

#[actix_web::test]
async fn metrics_are_plain_text_of_version_0_0_4() {
    let render: Arc<dyn Fn() -> String + Send + Sync> = Arc::new(|| "sixin_up 1\n".to_owned());
    let app = test::init_service(App::new().configure(|routes| metrics_routes(routes, &render))).await;
    let answer = test::call_service(&app, test::TestRequest::get().uri("/metrics").to_request()).await;
    assert_eq!(answer.headers().get("content-type").unwrap(), "text/plain; version=0.0.4");
    assert_eq!(test::read_body(answer).await, "sixin_up 1\n");
}
