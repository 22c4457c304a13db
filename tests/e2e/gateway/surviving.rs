//! Whoever is turned away knows why, and whoever is cut off comes back, and has nothing twice and misses nothing.

use serde_json::json;

use super::Device;
use super::device::token;
use crate::database::TestDatabase;
use crate::on_every_database;
use crate::site::Site;

on_every_database!(
    who_may_not_connect_is_told_why,
    who_was_away_gets_everything_in_order_and_once,
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
}

fn who_was_away_gets_everything_in_order_and_once(site: &Site) {
    let Some(bob) = Device::new(site, "bob") else { return };
    let good = token(site, "bob");
    let all: Vec<String> = (0..450).map(|number| number.to_string()).collect();
    for text in &all {
        site.publish_text(if text.len() % 2 == 0 { "alice" } else { "carol" }, "bob", text).is(200, 200);
    }
    bob.connect(&good).is(0);
    bob.wait("PULL_OFFLINE_MESSAGE_FINISHED");
    assert_eq!(bob.texts(450), all);
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
            std::thread::sleep(std::time::Duration::from_millis(120));
        }
        sending.join().unwrap()
    });
    assert_eq!(bob.texts(60), sent);
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
