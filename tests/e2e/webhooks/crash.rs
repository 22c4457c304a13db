//! Nothing is lost with the server: killed in the middle, again and again, or one of two that share the webhooks.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use super::receiver::{HERE, Receiver, Reply, in_order, on_each};
use crate::database::TestDatabase;
use crate::site::{Server, Site};

/// Now and then it is late, and now and then it fails.
fn moody() -> Receiver {
    Receiver::start(|_, before| match before % 11 {
        3 => Reply::Slowly(30),
        7 => Reply::Status(500),
        _ => Reply::Status(200),
    })
}

#[test]
fn a_server_that_is_killed_twenty_times_tells_everything_in_order() {
    on_each(|site| {
        let receiver = moody();
        site.told(&receiver, &["--events", "message.created"]);
        let url = site.database.url();
        site.server.kill();
        let mut sent: Vec<Vec<String>> = Vec::new();
        for round in 0..20 {
            let server = Server::start(&url, HERE);
            for number in 0..4 {
                let (from, to) = if number % 2 == 0 { ("alice", "bob") } else { ("carol", "bob") };
                let texts: Vec<String> =
                    (0..4).map(|text| format!("{from} round {round} {number} {text}")).collect();
                for text in &texts {
                    site.try_publish_text_at(&server.url, (from, to), text, None).unwrap().is(200, 200);
                }
                sent.push(texts);
            }
            // Before it tells anything, in the middle of it, and when it has told nearly everything.
            std::thread::sleep(Duration::from_millis(61 * round % 400));
            server.kill();
        }
        let _server = Server::start(&url, HERE);
        receiver.until_texts(site, &sent.concat());
        let texts = receiver.texts();
        for from in ["alice", "carol"] {
            let of: Vec<String> = sent.concat().into_iter().filter(|text| text.starts_with(from)).collect();
            assert!(in_order(&texts, &of), "{of:?} in {texts:?}");
        }
        assert!(receiver.received().iter().all(|received| received.header("webhook-id").starts_with("msg_")));
    });
}

#[test]
fn what_one_of_two_processes_was_telling_the_other_goes_on_with() {
    let Some(database) = TestDatabase::mysql() else { return };
    let site = Site::on(database, HERE);
    let second = Server::start(&site.database.url(), HERE);
    let receiver = moody();
    site.told(&receiver, &["--events", "message.created"]);
    let mut sent = site.publish_texts(("alice", "bob"), 10);
    receiver.until_texts(&site, &sent);
    let killed = site.database.lines("SELECT leased_by AS line FROM webhook_endpoints");
    assert_eq!(killed.len(), 1, "one of them holds it");
    // Whichever it was: the first one is killed, and the second has it in the end.
    site.server.kill();
    let begun = Instant::now();
    for number in 0..10 {
        let text = format!("alice-bob again {number}");
        site.try_publish_text_at(&second.url, ("alice", "bob"), &text, None).unwrap().is(200, 200);
        sent.push(text);
    }
    receiver.until_texts(&site, &sent);
    assert!(begun.elapsed() < Duration::from_secs(15), "it took {:?}", begun.elapsed());
    assert!(in_order(&receiver.texts(), &sent));
}

/// How many webhooks each process holds, the fewest first.
fn shares(site: &Site) -> Vec<usize> {
    let holders =
        site.database.lines("SELECT leased_by AS line FROM webhook_endpoints WHERE leased_by IS NOT NULL");
    let mut counts: HashMap<String, usize> = HashMap::new();
    for holder in holders {
        *counts.entry(holder).or_default() += 1;
    }
    let mut shares: Vec<usize> = counts.into_values().collect();
    shares.sort_unstable();
    shares
}

fn until_shares(site: &Site, expected: &[usize]) -> Duration {
    let begun = Instant::now();
    while shares(site) != expected {
        assert!(begun.elapsed() < Duration::from_secs(20), "{:?}, not {expected:?}", shares(site));
        std::thread::sleep(Duration::from_millis(50));
    }
    begun.elapsed()
}

#[test]
fn processes_share_the_webhooks_evenly_and_nothing_is_lost_or_out_of_order_when_they_change_hands() {
    let Some(database) = TestDatabase::mysql() else { return };
    let site = Site::on(database, HERE);
    let receivers: Vec<Receiver> = (0..5).map(|_| Receiver::start(|_, _| Reply::Slowly(20))).collect();
    for receiver in &receivers {
        site.told(receiver, &["--events", "message.created"]);
    }
    until_shares(&site, &[5]);
    let mut sent = site.publish_texts(("alice", "bob"), 20);
    // While they are being told, one takes its share, then both, then the first is gone at once.
    let second = Server::start(&site.database.url(), HERE);
    let mut publish = |what: &str| {
        for number in 0..20 {
            let text = format!("{what} {number}");
            site.try_publish_text_at(&second.url, ("alice", "bob"), &text, None).unwrap().is(200, 200);
            sent.push(text);
        }
    };
    publish("while one comes");
    until_shares(&site, &[2, 3]);
    publish("while there are two");
    site.server.kill();
    publish("while one is gone");
    let taken_over = until_shares(&site, &[5]);
    assert!(taken_over < Duration::from_secs(12), "it took {taken_over:?}");
    for receiver in &receivers {
        receiver.until_texts(&site, &sent);
        assert!(in_order(&receiver.texts(), &sent), "{:?}", receiver.texts());
    }
}
