//! Whoever is turned away knows why, and whoever is cut off comes back, and has nothing twice and misses nothing.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::json;

use super::Device;
use super::device::token;
use crate::database::TestDatabase;
use crate::on_every_database;
use crate::site::Site;

on_every_database!(
    who_may_not_connect_is_told_why,
    who_was_away_gets_everything_in_order_and_once,
    what_is_acknowledged_while_connections_are_cut_arrives_once,
    who_is_thrown_out_is_told_why,
);

fn who_may_not_connect_is_told_why(site: &Site) {
    let Some(device) = Device::new(site, "bob") else { return };
    device.connect("no-such-token").is(31_004);
    let good = token(site, "bob");
    // Names of hosts may stand behind it.
    device.connect(&format!("{good}@{}", site.server.url)).is(0);
    device.call("disconnect", &json!([]));
    site.call_back_end("/user/block.json", &[("userId", "bob"), ("minute", "5")]).is(200, 200);
    device.connect(&good).is(31_009);
    site.call_back_end("/user/unblock.json", &[("userId", "bob")]).is(200, 200);
    device.connect(&good).is(0);
    let Some(nowhere) = Device::at(site, "bob", "http://127.0.0.1:1") else { return };
    nowhere.connect(&good).is(30_007);
}

fn who_was_away_gets_everything_in_order_and_once(site: &Site) {
    let Some(bob) = Device::new(site, "bob") else { return };
    let good = token(site, "bob");
    let all: Vec<String> = (0..1000).map(|number| number.to_string()).collect();
    for text in &all {
        site.publish_text(if text.len() % 2 == 0 { "alice" } else { "carol" }, "bob", text).is(200, 200);
    }
    bob.connect(&good).is(0);
    bob.wait("PULL_OFFLINE_MESSAGE_FINISHED");
    assert_eq!(bob.texts(1000), all);
    assert!(pulls(&bob) <= 1000 / A_PULL + 1, "{}", pulls(&bob));
    bob.call("disconnect", &json!([]));
    bob.forget();
    bob.connect(&good).is(0);
    bob.wait("PULL_OFFLINE_MESSAGE_FINISHED");
    bob.has_not("MESSAGES");
    // The connection is cut in the middle of it all, again and again.
    let sent = std::thread::scope(|scope| {
        let sending = scope.spawn(|| {
            let texts: Vec<String> = (0..60).map(|number| format!("live {number}")).collect();
            for text in &texts {
                site.publish_text("alice", "bob", text).is(200, 200);
            }
            texts
        });
        for _ in 0..5 {
            bob.call("cut", &json!([]));
            std::thread::sleep(Duration::from_millis(120));
        }
        sending.join().unwrap()
    });
    assert_eq!(bob.texts(60), sent);
    bob.settle(site);
}

/// Messages that one answer to a client which was away has, if they are short.
const A_PULL: i64 = 200;

/// How often a device has asked for messages.
fn pulls(device: &Device) -> i64 {
    device.call("pulls", &json!([])).value().as_i64().unwrap()
}

/// More than any other test has somebody miss; it may cost no more than they do.
#[test]
fn ten_thousand_messages_come_in_order_and_once() {
    const ALL: i64 = 10_000;
    const WRITERS: i64 = 4;
    let site = Site::on(TestDatabase::sqlite(), &[("SIXIN__RATE__SENDS", "1000000")]);
    let Some(bob) = Device::new(&site, "bob") else { return };
    let good = token(&site, "bob");
    std::thread::scope(|scope| {
        for writer in 0..WRITERS {
            let site = &site;
            scope.spawn(move || {
                for number in 0..ALL / WRITERS {
                    let from = if writer % 2 == 0 { "alice" } else { "carol" };
                    site.publish_text(from, "bob", &format!("{writer} {number}")).is(200, 200);
                }
            });
        }
    });
    bob.connect(&good).is(0);
    bob.wait("PULL_OFFLINE_MESSAGE_FINISHED");
    let got = bob.messages(usize::try_from(ALL).unwrap());
    let stored = site.database.lines("SELECT message_text AS line FROM conversation_messages ORDER BY pos");
    let shown: Vec<&str> = got.iter().map(|one| one["content"]["content"].as_str().unwrap()).collect();
    assert_eq!(shown, stored, "as the log has them");
    assert!(pulls(&bob) <= ALL / A_PULL + 1, "{}", pulls(&bob));
    bob.settle(&site);
}

fn what_is_acknowledged_while_connections_are_cut_arrives_once(site: &Site) {
    const CUTS: usize = 50;
    let Some(alice) = Device::connected(site, "alice") else { return };
    let Some(bob) = Device::connected(site, "bob") else { return };
    alice.forget();
    let is_over = AtomicBool::new(false);
    let (acknowledged, tried) = std::thread::scope(|scope| {
        let sending = scope.spawn(|| {
            let (mut acknowledged, mut tried) = (Vec::new(), 0);
            while !is_over.load(Ordering::Relaxed) {
                let text = tried.to_string();
                tried += 1;
                // What is not acknowledged may have been stored all the same.
                if alice.call("text", &json!(["bob", text])).code() == Some(0) {
                    acknowledged.push(text);
                }
            }
            (acknowledged, tried)
        });
        for round in 0..CUTS {
            std::thread::sleep(Duration::from_millis(20 + 7 * (round as u64 % 10)));
            alice.call("cut", &json!([]));
            alice.wait("CONNECTED");
        }
        is_over.store(true, Ordering::Relaxed);
        sending.join().unwrap()
    });
    alice.text("bob", "the end");
    let mut got = Vec::new();
    while got.last().is_none_or(|last| last != "the end") {
        got.extend(bob.texts(1));
    }
    got.pop();
    assert_eq!(got.iter().collect::<BTreeSet<_>>().len(), got.len(), "nothing came twice");
    // What was under way when its connection was cut may be stored behind what the next one brought.
    let answered: BTreeSet<&String> = acknowledged.iter().collect();
    got.retain(|text| answered.contains(text));
    assert_eq!(got, acknowledged, "nothing that was acknowledged is lost, and it comes in order");
    assert!(!acknowledged.is_empty() && tried > acknowledged.len(), "{} of {tried}", acknowledged.len());
    bob.settle(site);
}

fn who_is_thrown_out_is_told_why(site: &Site) {
    let Some(bob) = Device::connected(site, "bob") else { return };
    site.call_back_end("/user/block.json", &[("userId", "bob"), ("minute", "5")]).is(200, 200);
    assert_eq!(bob.wait("DISCONNECT"), 31_011);
    site.call_back_end("/user/unblock.json", &[("userId", "bob")]).is(200, 200);
    bob.connect(&token(site, "bob")).is(0);
    let now = (crate::calls::now_ms() + 1000).to_string();
    site.call_back_end("/user/token/expire.json", &[("userId", "bob"), ("time", &now)]).is(200, 200);
    assert_eq!(bob.wait("DISCONNECT"), 31_020);
    bob.connect(&token(site, "bob")).is(0);
    site.sixin(&["user", "delete", "bob"]);
    assert_eq!(bob.wait("DISCONNECT"), 31_029);
}

#[test]
fn of_too_many_devices_of_a_user_the_oldest_is_sent_away() {
    let site = Site::on(TestDatabase::sqlite(), &[("SIXIN__LIVE__CONNECTIONS_PER_USER", "2")]);
    let Some(first) = Device::connected(&site, "bob") else { return };
    let Some(_second) = Device::connected(&site, "bob") else { return };
    first.has_not("DISCONNECT");
    let Some(_third) = Device::connected(&site, "bob") else { return };
    assert_eq!(first.wait("DISCONNECT"), 31_010);
}

/// Only whoever has not just come is told to come back at once: it might be sent round in circles.
#[test]
fn who_has_been_there_for_a_minute_is_told_to_come_back_when_the_server_stops() {
    const SETTLED: Duration = Duration::from_secs(61);
    let mut site = Site::on_sqlite();
    let Some(bob) = Device::connected(&site, "bob") else { return };
    std::thread::sleep(SETTLED);
    let Some(late) = Device::connected(&site, "bob") else { return };
    let address = site.server.url.trim_start_matches("http://").to_owned();
    site.server.terminate();
    assert_eq!(site.server.wait(), Some(0));
    assert_eq!(bob.wait("SUSPEND"), 31_006);
    assert_eq!(late.wait("SUSPEND"), 30_011, "its connection ends");
    site.server = crate::site::Server::start_at(&site.database.url(), &address);
    site.publish_text("alice", "bob", "after").is(200, 200);
    for device in [&bob, &late] {
        assert_eq!(device.texts(1), ["after"]);
        device.has_not("DISCONNECT");
    }
    bob.settle(&site);
}

/// A server that stops, or dies, and comes back at the same place.
#[test]
fn a_restart_loses_and_repeats_nothing() {
    for is_killed in [true, false] {
        let mut site = Site::on_sqlite();
        let Some(bob) = Device::connected(&site, "bob") else { return };
        site.publish_text("alice", "bob", "before").is(200, 200);
        assert_eq!(bob.texts(1), ["before"]);
        let address = site.server.url.trim_start_matches("http://").to_owned();
        if is_killed {
            site.server.kill();
        } else {
            site.server.terminate();
            assert_eq!(site.server.wait(), Some(0));
        }
        bob.wait("SUSPEND");
        site.server = crate::site::Server::start_at(&site.database.url(), &address);
        site.publish_text("alice", "bob", "after").is(200, 200);
        assert_eq!(bob.texts(1), ["after"]);
        bob.settle(&site);
    }
}
