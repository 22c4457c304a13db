//! What is acknowledged is on the disk of the database server: one of our own is killed under load and started again,
//! while one server of sixin goes on, and everything that was acknowledged is in the store, once.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rand::RngExt;
use xtask::mysql::private::{PrivateMySql, RunningMySql};

use crate::database::TestDatabase;
use crate::durability::acknowledged::{Acknowledged, SENDERS, rounds};
use crate::site::{PATIENCE, Site};

#[test]
fn no_acknowledged_message_is_lost_when_the_database_server_is_killed() {
    if TestDatabase::is_mysql_left_out() {
        return;
    }
    // Dropped last, so that the database can be dropped before it.
    let mut mysql = PrivateMySql::default().start().unwrap_or_else(|failure| panic!("{failure}"));
    let site = Site::on(TestDatabase::on_mysql_server(&mysql.url()), &[("SIXIN__RATE__SENDS", "100000000")]);
    let (acknowledged, rounds, done) = (Acknowledged::new(), rounds(5), AtomicBool::new(false));
    std::thread::scope(|scope| {
        let _done = Sets(&done);
        for number in 0..SENDERS {
            let (site, acknowledged, done) = (&site, &acknowledged, &done);
            scope.spawn(move || send_until(done, site, acknowledged, number));
        }
        for _ in 1..=rounds {
            sends_succeed(&site, &acknowledged);
            kill_and_start_again(&mut mysql);
        }
        sends_succeed(&site, &acknowledged);
    });
    acknowledged.is_there_once(&site, rounds);
    // No text is sent twice but under the same key.
    let doubled = "SELECT COUNT(*) - COUNT(DISTINCT message_text) AS number FROM conversation_messages";
    assert_eq!(site.database.number(doubled), 0);
    println!(
        "{rounds} kills of the database server, {} acknowledged messages, none lost",
        acknowledged.count()
    );
}

fn pause(milliseconds: std::ops::Range<u64>) {
    std::thread::sleep(Duration::from_millis(rand::rng().random_range(milliseconds)));
}

fn kill_and_start_again(mysql: &mut RunningMySql) {
    pause(50..600);
    mysql.kill().unwrap_or_else(|failure| panic!("{failure}"));
    pause(0..500);
    mysql.start_again().unwrap_or_else(|failure| panic!("{failure}"));
}

/// Waits until more is acknowledged than was before; nothing but the database was started again.
fn sends_succeed(site: &Site, acknowledged: &Acknowledged) {
    let (before, begun) = (acknowledged.count(), Instant::now());
    while acknowledged.count() < before + SENDERS {
        assert!(begun.elapsed() < PATIENCE, "the server does not recover: {}", site.server.log());
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Sends one text after the other, whatever comes back. Every other sender has keys, and repeats a request until it is
/// acknowledged.
fn send_until(done: &AtomicBool, site: &Site, acknowledged: &Acknowledged, number: usize) {
    for count in 0.. {
        let text = format!("sender-{number}-text-{count}");
        let key = number.is_multiple_of(2).then_some(text.as_str());
        while !done.load(Ordering::Relaxed) {
            let answer = acknowledged.publish(site, number, &text, key).unwrap();
            if answer.status == 200 {
                break;
            }
            assert_eq!(answer.status, 503, "{answer:?}");
            std::thread::sleep(Duration::from_millis(20));
            if key.is_none() {
                break;
            }
        }
        if done.load(Ordering::Relaxed) {
            return;
        }
    }
}

/// Ends the senders, also when a round fails.
struct Sets<'a>(&'a AtomicBool);

impl Drop for Sets<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
