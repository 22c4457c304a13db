//! Whom something is sent to, and how the answer is taken.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use sixin_application::webhooks::ports::{PostFailure, Posted, Poster};
use sixin_domain::webhook::address::AddressPolicy;
use sixin_domain::webhook::endpoint::EndpointKind;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::wire::{endpoint, post, signatures};
use crate::HttpPoster;

pub(crate) fn poster(allowed: &[&str]) -> HttpPoster {
    let allowed = allowed.iter().map(|text| text.parse().unwrap()).collect();
    HttpPoster::new(AddressPolicy { allowed }, Arc::new(signatures())).unwrap()
}

/// A receiver that gives everybody the same answer; its port, and how many connections came.
pub(crate) async fn receiver(answer: Vec<u8>) -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (port, count) = (listener.local_addr().unwrap().port(), Arc::new(AtomicUsize::new(0)));
    let counted = Arc::clone(&count);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::SeqCst);
            let answer = answer.clone();
            tokio::spawn(async move {
                let mut request = [0; 16 * 1024];
                while stream.read(&mut request).await.is_ok_and(|read| read > 0) {
                    if stream.write_all(&answer).await.is_err() {
                        return;
                    }
                }
            });
        }
    });
    (port, count)
}

async fn sent(poster: &HttpPoster, url: &str) -> Posted {
    poster.post(post(endpoint(EndpointKind::Standard, url), None)).await
}

fn failed(why: PostFailure) -> Posted {
    Posted::Failed { why, retry_after_ms: None }
}

const OK: &[u8] = b"HTTP/1.1 204 No Content\r\n\r\n";

#[tokio::test]
async fn this_machine_is_connected_to_only_where_it_is_listed() {
    let (port, count) = receiver(OK.to_vec()).await;
    let (strict, listed, other) = (poster(&[]), poster(&["127.0.0.0/8"]), poster(&["10.0.0.0/8"]));
    for host in ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "0x7f.1"] {
        for scheme in ["http", "https"] {
            let url = format!("{scheme}://{host}:{port}/");
            assert_eq!(sent(&strict, &url).await, failed(PostFailure::Forbidden), "{url}");
            assert_eq!(sent(&other, &url).await, failed(PostFailure::Forbidden), "{url}");
        }
    }
    assert_eq!(count.load(Ordering::SeqCst), 0, "nobody was connected to");
    for host in ["127.0.0.1", "localhost"] {
        assert_eq!(sent(&listed, &format!("http://{host}:{port}/")).await, Posted::Taken, "{host}");
    }
}

#[tokio::test]
async fn without_tls_no_public_address_is_connected_to() {
    // What would be connected to is never reached: it is refused before.
    let begun = Instant::now();
    let refused = sent(&poster(&["127.0.0.0/8"]), "http://93.184.216.34/").await;
    assert_eq!(refused, failed(PostFailure::Forbidden));
    assert!(begun.elapsed() < Duration::from_secs(1));
}

#[tokio::test]
async fn a_redirect_is_a_failure_and_is_not_followed() {
    let (there, count) = receiver(OK.to_vec()).await;
    let answer =
        format!("HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:{there}/\r\ncontent-length: 0\r\n\r\n");
    let (port, _) = receiver(answer.into_bytes()).await;
    let posted = sent(&poster(&["127.0.0.1"]), &format!("http://127.0.0.1:{port}/")).await;
    assert_eq!(posted, failed(PostFailure::Status(302)));
    assert_eq!(count.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn answers_are_taken_for_what_they_say() {
    for (answer, expected) in [
        ("410 Gone\r\n", Posted::Gone),
        ("500 Oops\r\n", failed(PostFailure::Status(500))),
        (
            "429 Slow\r\nretry-after: 7\r\n",
            Posted::Failed { why: PostFailure::Status(429), retry_after_ms: Some(7_000) },
        ),
    ] {
        let (port, _) = receiver(format!("HTTP/1.1 {answer}content-length: 0\r\n\r\n").into_bytes()).await;
        let posted = sent(&poster(&["127.0.0.1"]), &format!("http://127.0.0.1:{port}/")).await;
        assert_eq!(posted, expected, "{answer}");
    }
}

#[tokio::test]
async fn an_answer_without_end_is_not_read_to_it() {
    let mut answer = b"HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\n".to_vec();
    answer.extend(vec![b'x'; 1 << 20]);
    let (port, _) = receiver(answer).await;
    let begun = Instant::now();
    let posted = sent(&poster(&["127.0.0.1"]), &format!("http://127.0.0.1:{port}/")).await;
    assert_eq!(posted, Posted::Taken);
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn who_does_not_answer_is_waited_for_as_long_as_its_kind_has() {
    let (port, _) = receiver(Vec::new()).await;
    let url = format!("http://127.0.0.1:{port}/");
    let begun = Instant::now();
    let posted = poster(&["127.0.0.1"]).post(post(endpoint(EndpointKind::RongRoute, &url), None)).await;
    assert_eq!(posted, failed(PostFailure::TimedOut));
    assert!((4..8).contains(&begun.elapsed().as_secs()), "{:?}", begun.elapsed());
    // Nobody listens any longer.
    let unused = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let posted = sent(&poster(&["127.0.0.1"]), &format!("http://127.0.0.1:{unused}/")).await;
    assert_eq!(posted, failed(PostFailure::Unreachable));
}
