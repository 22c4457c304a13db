//! Followers rebuild what the store holds, whatever is killed meanwhile.

use std::collections::BTreeMap;
use std::sync::RwLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rand::RngExt;

use super::streams::{Events, Follow, Poller, Socket, Told, Who};
use crate::calls::{FORM, PUBLISH, back_end_headers, form, now_ms, text_content, try_post};
use crate::database::TestDatabase;
use crate::durability::acknowledged::rounds;
use crate::site::{Server, Site};

/// What a follower has seen of messages: the text of each, by id or UID, and in which order.
#[derive(Default)]
struct Seen {
    texts: BTreeMap<String, String>,
    order: Vec<(i64, String)>,
    cursor: Option<String>,
}

impl Seen {
    fn take(&mut self, told: Told) {
        if let Some(cursor) = &told.cursor {
            self.cursor = Some(cursor.clone());
        }
        if told.event != "message" {
            return;
        }
        let text = told.text().unwrap();
        let seq = told.data["seq"].as_i64().unwrap();
        if self.texts.insert(text.clone(), text.clone()).is_none() {
            self.order.push((seq, text));
        }
    }
}

/// Follows until it is told to stop and nothing comes any more; goes on at the site's servers as they come and go.
fn follow(door: usize, sites: &RwLock<Site>, who: &Who, begin: &str, is_over: &AtomicBool) -> Seen {
    let mut seen = Seen { cursor: Some(begin.to_owned()), ..Seen::default() };
    loop {
        let was_over = is_over.load(Ordering::SeqCst);
        let came = once(door, &sites.read().unwrap(), who, &mut seen);
        if was_over && came == Some(0) {
            return seen;
        }
        if came.is_none() {
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

/// Follows as long as anything comes; answers how many messages that were, or that nobody was there.
fn once(door: usize, site: &Site, who: &Who, seen: &mut Seen) -> Option<usize> {
    let since = seen.cursor.clone();
    let open = || -> Box<dyn Follow + '_> {
        match door {
            0 => Box::new(Poller::open(site, who, since.as_deref())),
            1 => Box::new(Events::open(site, who, since.as_deref())),
            _ => Box::new(Socket::open(site, who, since.as_deref())),
        }
    };
    let mut stream = std::panic::catch_unwind(std::panic::AssertUnwindSafe(open)).ok()?;
    let mut came = 0;
    while let Some(told) = stream.next(Duration::from_secs(1)) {
        came += usize::from(told.event == "message");
        seen.take(told);
    }
    Some(came)
}

fn followers_of_a_server_that_is_killed_lack_nothing(database: TestDatabase) {
    let site = Site::on(database, &[]);
    let who = [Who::app(&site.bob), Who::device(&site, "bob"), Who::app(&site.bob)];
    let begin = super::streams::poll(&site, &who[0], "?wait=0").body["cursor"].as_str().unwrap().to_owned();
    let (sites, is_over) = (RwLock::new(site), AtomicBool::new(false));
    let rounds = rounds(6);
    let seen: Vec<Seen> = std::thread::scope(|scope| {
        let followers: Vec<_> = (0..3)
            .map(|door| {
                let (sites, begin, who, is_over) = (&sites, &begin, &who[door], &is_over);
                scope.spawn(move || follow(door, sites, who, begin, is_over))
            })
            .collect();
        for round in 1..=rounds {
            let moment = Duration::from_millis(rand::rng().random_range(200..900));
            burst(&sites.read().unwrap(), round, moment);
            let mut site = sites.write().unwrap();
            site.server = Server::start(&site.database.url(), &[]);
        }
        is_over.store(true, Ordering::SeqCst);
        followers.into_iter().map(|follower| follower.join().unwrap()).collect()
    });
    let site = sites.into_inner().unwrap();
    let stored: Vec<String> = site
        .database
        .lines("SELECT content AS line FROM conversation_messages ORDER BY conversation_id, seq");
    let stored = stored.len();
    assert!(stored > 20, "{stored} messages prove little");
    for (door, seen) in seen.iter().enumerate() {
        assert_eq!(seen.texts.len(), stored, "door {door} has seen neither more nor less than there is");
        let mut by_sender: BTreeMap<&str, i64> = BTreeMap::new();
        for (seq, text) in &seen.order {
            let sender = text.split(' ').next().unwrap();
            let last = by_sender.insert(sender, *seq).unwrap_or(0);
            assert_eq!(*seq, last + 1, "door {door}: {text} in its conversation");
        }
    }
    println!("{rounds} kills, {stored} messages, three doors, none lost");
}

/// Two senders publish until the server is killed.
fn burst(site: &Site, round: u32, moment: Duration) {
    std::thread::scope(|scope| {
        for sender in ["alice", "carol"] {
            scope.spawn(move || {
                for number in 0.. {
                    let mut headers = back_end_headers(&site.rong, "14314", &now_ms().to_string());
                    headers.push(("Content-Type".to_owned(), FORM.to_owned()));
                    let content = text_content(&format!("{sender} {round} {number}"));
                    let body = form(&[
                        ("fromUserId", sender),
                        ("toUserId", "bob"),
                        ("objectName", "RC:TxtMsg"),
                        ("content", &content),
                    ]);
                    if try_post(&site.url(PUBLISH), &headers, &body).is_err() {
                        return;
                    }
                }
            });
        }
        std::thread::sleep(moment);
        site.server.kill();
    });
}

#[test]
fn followers_on_sqlite_lack_nothing_when_the_server_is_killed() {
    followers_of_a_server_that_is_killed_lack_nothing(TestDatabase::sqlite());
}

#[test]
fn followers_on_mysql_lack_nothing_when_the_server_is_killed() {
    if let Some(database) = TestDatabase::mysql() {
        followers_of_a_server_that_is_killed_lack_nothing(database);
    }
}

/// A follower of one process hears of what others commit, in the order of the log, without anything between the two.
#[test]
fn what_one_process_stores_arrives_at_those_of_another() {
    let Some(site) = Site::on_mysql() else { return };
    let second = Server::start(&site.database.url(), &[]);
    let who = Who::device(&site, "bob");
    let mut here = Socket::open(&site, &who, None);
    let mut there = Socket::try_at(&second.url, "/live/ws", &who.headers(&site)).unwrap();
    there.say(&serde_json::json!({ "t": "since" }));
    here.until("caught_up");
    there.until("caught_up");
    std::thread::scope(|scope| {
        for (server, sender) in [(&site.server.url, "alice"), (&second.url, "carol")] {
            let site = &site;
            scope.spawn(move || {
                for number in 0..50 {
                    let mut headers = back_end_headers(&site.rong, "14314", &now_ms().to_string());
                    headers.push(("Content-Type".to_owned(), FORM.to_owned()));
                    let body = form(&[
                        ("fromUserId", sender),
                        ("toUserId", "bob"),
                        ("objectName", "RC:TxtMsg"),
                        ("content", &text_content(&format!("{sender} {number}"))),
                    ]);
                    try_post(&format!("{server}{PUBLISH}"), &headers, &body).unwrap().is(200, 200);
                }
            });
        }
    });
    let all = |stream: &mut Socket| -> Vec<(Option<String>, Option<String>)> {
        (0..100).map(|_| stream.until("message")).map(|told| (told.text(), told.cursor)).collect()
    };
    let (seen_here, seen_there) = (all(&mut here), all(&mut there));
    assert_eq!(seen_here, seen_there, "both show the log");
}
