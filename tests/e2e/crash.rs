//! What is acknowledged is on disk.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::calls::{PUBLISH, form, text_content, try_post};
use crate::database::TestDatabase;
use crate::site::{PATIENCE, Server, Site};

fn killed_in_the_middle_of_a_burst(database: TestDatabase) {
    let mut site = Site::on(database, &[]);
    for round in 0..3 {
        let acknowledged = burst_until_killed(&site, Duration::from_millis(300 + round * 250));
        assert!(!acknowledged.is_empty(), "nothing was acknowledged before the kill");
        let stored: BTreeSet<String> = site
            .database
            .lines("SELECT CONCAT(id, '') AS line FROM conversation_messages")
            .into_iter()
            .collect();
        let lost: Vec<_> = acknowledged.difference(&stored).collect();
        assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
        let dense = "SELECT COUNT(*) AS number FROM conversations c WHERE last_seq <> \
            (SELECT COUNT(DISTINCT seq) FROM conversation_messages m WHERE m.conversation_id = c.id)";
        assert_eq!(site.database.number(dense), 0);
        site.server = Server::start(&site.database.url(), &[]);
    }
    site.publish_text("alice", "bob", "after the crash").is(200, 200);
}

/// Sixteen senders publish until the server is killed; answers the ids that were acknowledged.
fn burst_until_killed(site: &Site, after: Duration) -> BTreeSet<String> {
    let acknowledged = Mutex::new(BTreeSet::new());
    std::thread::scope(|scope| {
        for number in 0..16 {
            let acknowledged = &acknowledged;
            scope.spawn(move || {
                let (from, to) = if number % 2 == 0 { ("alice", "bob") } else { ("carol", "alice") };
                let content = text_content("burst");
                let body = form(&[
                    ("fromUserId", from),
                    ("toUserId", to),
                    ("objectName", "RC:TxtMsg"),
                    ("content", &content),
                ]);
                while let Ok(answer) = try_post(&site.url(PUBLISH), &site.back_end(), &body) {
                    if answer.status == 200 {
                        acknowledged
                            .lock()
                            .unwrap()
                            .insert(answer.body["messageId"].as_str().unwrap().to_owned());
                    }
                }
            });
        }
        std::thread::sleep(after);
        // On a busy machine the first one may take longer.
        let begun = Instant::now();
        while acknowledged.lock().unwrap().is_empty() && begun.elapsed() < PATIENCE {
            std::thread::sleep(Duration::from_millis(5));
        }
        site.server.kill();
    });
    acknowledged.into_inner().unwrap()
}

#[test]
fn sqlite_loses_no_acknowledged_message_when_the_server_is_killed() {
    killed_in_the_middle_of_a_burst(TestDatabase::sqlite());
}

#[test]
fn mysql_loses_no_acknowledged_message_when_the_server_is_killed() {
    if let Some(database) = TestDatabase::mysql() {
        killed_in_the_middle_of_a_burst(database);
    }
}
