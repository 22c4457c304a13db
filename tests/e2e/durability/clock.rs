//! A clock that is set back, as a machine's is when its time was wrong.

use std::path::PathBuf;

use xtask::shims::{self, Shim};

use crate::calls::get;
use crate::database::TestDatabase;
use crate::site::{Server, Site};

/// What a site's clock is off by, in seconds; and what its servers need to believe it.
struct WrongClock {
    offset: PathBuf,
    library: PathBuf,
    _directory: tempfile::TempDir,
}

impl WrongClock {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let library = shims::build(Shim::Clock, directory.path()).unwrap();
        Self { offset: directory.path().join("offset"), library, _directory: directory }
    }

    fn configuration(&self) -> [(&str, &str); 3] {
        [
            ("LD_PRELOAD", self.library.to_str().unwrap()),
            (shims::CLOCK_VARIABLE, self.offset.to_str().unwrap()),
            ("SIXIN__RATE__SENDS", "20"),
        ]
    }

    fn set(&self, seconds: i64) {
        std::fs::write(&self.offset, seconds.to_string()).unwrap();
    }
}

fn ids(site: &Site) -> Vec<String> {
    site.database.lines("SELECT CAST(id AS TEXT) AS line FROM conversation_messages ORDER BY seq")
}

/// SQLite's clock is that of the machine, so here everything steps back at once.
#[cfg(target_os = "linux")]
#[test]
fn sends_go_on_and_no_id_is_made_twice_when_the_clock_steps_back_an_hour() {
    let clock = WrongClock::new();
    let mut site = Site::on(TestDatabase::sqlite(), &clock.configuration());
    let publish = |site: &Site, from: &str, count: usize| {
        for number in 0..count {
            site.publish_text(from, "bob", &format!("{from} {number}")).is(200, 200);
        }
    };
    publish(&site, "alice", 10);
    clock.set(-3600);
    publish(&site, "alice", 10);
    // The rate counts real minutes: it neither begins anew nor lasts an hour longer.
    site.publish_text("alice", "bob", "too fast").is(429, 1008);
    // The lease is renewed under the new time, and a server that is started then makes other ids too.
    std::thread::sleep(std::time::Duration::from_secs(6));
    publish(&site, "carol", 10);
    assert_eq!(get(&site.url("/health")).0, 200, "{}", site.server.log());
    for _ in 0..2 {
        site.server.kill();
        site.server = Server::start(&site.database.url(), &clock.configuration());
        publish(&site, "carol", 10);
    }
    let made = ids(&site);
    let distinct: std::collections::BTreeSet<&String> = made.iter().collect();
    assert_eq!((made.len(), distinct.len()), (50, 50));
}

#[cfg(target_os = "linux")]
#[test]
fn sends_go_on_when_the_clock_leaps_forward() {
    let clock = WrongClock::new();
    let site = Site::on(TestDatabase::sqlite(), &clock.configuration());
    let sent_at =
        |text: &str| site.publish_text("alice", "bob", text).is(200, 200).body["sentTime"].as_i64().unwrap();
    let before = sent_at("before");
    clock.set(3600);
    assert!(sent_at("after") - before >= 3_600_000, "the clock has leapt");
    std::thread::sleep(std::time::Duration::from_secs(6));
    site.publish_text("alice", "bob", "later").is(200, 200);
    assert_eq!(ids(&site).len(), 3);
}
