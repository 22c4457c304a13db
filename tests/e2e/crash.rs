//! What is acknowledged is on disk: senders log every acknowledgement to a file, the server is killed at a random
//! moment and started again, and everything in the file is in the store, once.
//!
//! `SIXIN_CRASH_ROUNDS` sets how often; `cargo xtask crash --rounds N` does that.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use rand::RngExt;

use crate::calls::{PUBLISH, form, text_content, try_post};
use crate::database::TestDatabase;
use crate::site::{Server, Site};

const SENDERS: usize = 64;

fn rounds() -> u32 {
    std::env::var("SIXIN_CRASH_ROUNDS").map_or(20, |rounds| rounds.parse().unwrap())
}

fn killed_again_and_again(database: TestDatabase) {
    let mut site = Site::on(database, &[]);
    let directory = tempfile::tempdir().unwrap();
    let log = directory.path().join("acknowledged");
    for round in 1..=rounds() {
        let moment = Duration::from_millis(rand::rng().random_range(150..900));
        burst_until_killed(&site, &log, moment);
        site.server = Server::start(&site.database.url(), &[]);
        everything_acknowledged_is_there_once(&site, &log, round);
    }
    let acknowledged = acknowledged(&log).len();
    assert!(acknowledged > 0, "nothing was ever acknowledged");
    println!("{} kills, {acknowledged} acknowledged messages, none lost", rounds());
    site.publish_text("alice", "bob", "after it all").is(200, 200);
}

/// Sends until the server is killed; each sender logs what was acknowledged before it sends again.
fn burst_until_killed(site: &Site, log: &Path, moment: Duration) {
    let file = Mutex::new(OpenOptions::new().create(true).append(true).open(log).unwrap());
    std::thread::scope(|scope| {
        for number in 0..SENDERS {
            let file = &file;
            scope.spawn(move || send_until_it_fails(site, number, file));
        }
        std::thread::sleep(moment);
        site.server.kill();
    });
}

fn send_until_it_fails(site: &Site, number: usize, log: &Mutex<File>) {
    let pairs = [("alice", "bob"), ("bob", "alice"), ("carol", "alice"), ("bob", "carol")];
    let (from, to) = pairs[number % pairs.len()];
    let content = text_content(&format!("sender {number}"));
    let fields =
        [("fromUserId", from), ("toUserId", to), ("objectName", "RC:TxtMsg"), ("content", &*content)];
    let body = form(&fields);
    while let Ok(answer) = try_post(&site.url(PUBLISH), &site.back_end(), &body) {
        if answer.status == 200 {
            let (id, sent_at) = (answer.body["messageId"].as_str().unwrap(), &answer.body["sentTime"]);
            writeln!(log.lock().unwrap(), "{id} {sent_at}").unwrap();
        }
    }
}

/// The acknowledged ids and sent times.
fn acknowledged(log: &Path) -> BTreeMap<String, String> {
    let text = std::fs::read_to_string(log).unwrap();
    let pairs = text.lines().map(|line| line.split_once(' ').unwrap());
    pairs.map(|(id, sent_at)| (id.to_owned(), sent_at.to_owned())).collect()
}

fn everything_acknowledged_is_there_once(site: &Site, log: &Path, round: u32) {
    let stored =
        site.database.lines("SELECT CONCAT_WS(' ', id, created_at) AS line FROM conversation_messages");
    let stored: BTreeMap<String, String> = stored
        .iter()
        .map(|line| line.split_once(' ').map(|(id, at)| (id.to_owned(), at.to_owned())).unwrap())
        .collect();
    for (id, sent_at) in acknowledged(log) {
        assert_eq!(stored.get(&id), Some(&sent_at), "round {round}: message {id} was acknowledged");
    }
    // `seq` is unique by the table's key, so it is dense if the last one is the number of messages.
    let holes = "SELECT COUNT(*) AS number FROM conversations c WHERE last_seq <> \
        (SELECT COUNT(*) FROM conversation_messages m WHERE m.conversation_id = c.id)";
    assert_eq!(site.database.number(holes), 0, "round {round}");
    let late = "SELECT COUNT(*) AS number FROM conversation_messages m JOIN conversation_messages n \
        ON n.conversation_id = m.conversation_id AND n.seq = m.seq + 1 WHERE n.created_at <= m.created_at";
    assert_eq!(site.database.number(late), 0, "round {round}");
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
