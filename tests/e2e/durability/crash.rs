//! What is acknowledged is on disk: the server is killed under load at a random moment and started again, and
//! everything it acknowledged is in the store, once.

use std::time::Duration;

use rand::RngExt;

use crate::database::TestDatabase;
use crate::durability::acknowledged::{Acknowledged, SENDERS, rounds};
use crate::site::{Server, Site};

fn killed_again_and_again(database: TestDatabase) {
    let mut site = Site::on(database, &[]);
    let (acknowledged, rounds) = (Acknowledged::new(), rounds(20));
    for round in 1..=rounds {
        let moment = Duration::from_millis(rand::rng().random_range(150..900));
        burst_until_killed(&site, &acknowledged, moment);
        site.server = Server::start(&site.database.url(), &[]);
        acknowledged.is_there_once(&site, round);
    }
    let count = acknowledged.count();
    assert!(count > 0, "nothing was ever acknowledged");
    println!("{rounds} kills, {count} acknowledged messages, none lost");
    site.publish_text("alice", "bob", "after it all").is(200, 200);
}

/// Sends until the server is killed; each sender logs what was acknowledged before it sends again.
fn burst_until_killed(site: &Site, acknowledged: &Acknowledged, moment: Duration) {
    std::thread::scope(|scope| {
        for number in 0..SENDERS {
            let text = format!("sender {number}");
            scope.spawn(move || while acknowledged.publish(site, number, &text, None).is_ok() {});
        }
        std::thread::sleep(moment);
        site.server.kill();
    });
}

#[test]
fn sqlite_loses_no_acknowledged_message_when_the_server_is_killed() {
    killed_again_and_again(TestDatabase::sqlite());
}

#[test]
fn mysql_loses_no_acknowledged_message_when_the_server_is_killed() {
    if let Some(database) = TestDatabase::mysql() {
        killed_again_and_again(database);
    }
}
