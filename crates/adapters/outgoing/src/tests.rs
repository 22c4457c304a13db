//! Where requests go, and what is read of answers.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;
use crate::resolving::Found;

#[test]
fn a_pause_is_asked_for_in_seconds_or_by_a_time() {
    let now = Millis(1_795_348_800_000);
    assert_eq!(pause_ms("120", now), Some(120_000));
    assert_eq!(pause_ms("Sun, 22 Nov 2026 12:01:00 GMT", now), Some(60_000));
    for nothing in ["", "-5", "0", "soon", "Sun, 22 Nov 2026 11:59:00 GMT"] {
        assert_eq!(pause_ms(nothing, now), None, "{nothing}");
    }
    assert_eq!(pause_ms("9223372036854775807", now), Some(i64::MAX));
}

/// Says something else of every name each time; the last of it for ever.
struct Fickle(Mutex<VecDeque<Vec<IpAddr>>>);

impl Fickle {
    fn of(answers: &[&[&str]]) -> Arc<Self> {
        let parsed = |answer: &&[&str]| answer.iter().map(|address| address.parse().unwrap()).collect();
        Arc::new(Self(Mutex::new(answers.iter().map(parsed).collect())))
    }
}

impl Names for Fickle {
    fn addresses(&self, _: &str) -> Found {
        let mut answers = self.0.lock().unwrap();
        let answer = if answers.len() > 1 { answers.pop_front() } else { answers.front().cloned() };
        Box::pin(async move { Ok(answer.unwrap()) })
    }
}

/// Closes each connection after its answer, so that the next request has the name resolved anew.
async fn receiver() -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (port, count) = (listener.local_addr().unwrap().port(), Arc::new(AtomicUsize::new(0)));
    let counted = Arc::clone(&count);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::SeqCst);
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await;
            let _ = stream.write_all(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n").await;
        }
    });
    (port, count)
}

async fn posted(client: &Client, url: &str) -> Result<u16, NoAnswer> {
    let request = client.post(&ReceiverUrl::parse(url).unwrap()).unwrap();
    send(request.timeout(Duration::from_secs(3))).await.map(|answer| answer.status().as_u16())
}

#[tokio::test]
async fn a_name_that_leads_elsewhere_later_is_not_followed_there() {
    let (port, count) = receiver().await;
    let policy = AddressPolicy { allowed: vec!["127.0.0.1/32".parse().unwrap()] };
    let (here, metadata, link, other) = ("127.0.0.1", "169.254.169.254", "fe80::1", "127.0.0.2");
    let names = Fickle::of(&[
        &[here],
        &[metadata],
        &[here],
        &[link, other],
        &["::ffff:10.0.0.1"],
        &[metadata, here],
        &[other],
    ]);
    let client = Client::built(policy.into(), names, |builder| builder).unwrap();
    let url = format!("http://rebinding.example:{port}/");
    for expected in [
        Ok(204),
        Err(NoAnswer::Forbidden),
        Ok(204),
        Err(NoAnswer::Forbidden),
        Err(NoAnswer::Forbidden),
        Ok(204),
        Err(NoAnswer::Forbidden),
    ] {
        assert_eq!(posted(&client, &url).await, expected);
    }
    assert_eq!(count.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn over_tls_a_name_may_not_lead_into_networks_that_nobody_has_listed_either() {
    let (port, count) = receiver().await;
    let answers = ["127.0.0.1", "::1", "10.0.0.1", "169.254.169.254", "100.64.0.1", "fd00::1", "0.0.0.0"];
    for answer in answers {
        let client = Client::built(Reach::default(), Fickle::of(&[&[answer]]), |builder| builder).unwrap();
        let refused = posted(&client, &format!("https://rebinding.example:{port}/")).await;
        assert_eq!(refused, Err(NoAnswer::Forbidden), "{answer}");
    }
    assert_eq!(count.load(Ordering::SeqCst), 0, "nobody was connected to");
}
