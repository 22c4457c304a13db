//! A site whose servers come and go, and calls that find one that is there.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, RwLock};
use std::time::{Duration, Instant};

use rand::RngExt;
use serde_json::Value;

use crate::calls::{Answer, form, now_ms, try_call, try_post};
use crate::site::{PATIENCE, Person, Server, Site};

/// Users that follow, and others that only write and are written to.
pub(super) const USERS: [&str; 5] = ["alice", "bob", "carol", "dora", "emil"];
/// With whom there are conversations.
pub(super) const PEERS: [&str; 6] = ["alice", "bob", "carol", "dora", "emil", LAST];
/// Who writes the last message to everybody, which says that it is over.
const LAST: &str = "zoe";
pub(super) const OVER: &str = "over";

/// A message that was sent.
#[derive(Clone)]
pub(super) struct Sent {
    pub(super) from: String,
    pub(super) to: String,
    pub(super) uid: String,
    pub(super) id: i64,
}

pub(super) struct World<'s> {
    pub(super) site: &'s Site,
    servers: RwLock<Vec<String>>,
    is_over: AtomicBool,
    numbers: AtomicU64,
    sent: Mutex<Vec<Sent>>,
    /// The kinds of event that somebody was told.
    told: Mutex<BTreeSet<String>>,
    /// Answers that no client should ever meet.
    faults: Mutex<Vec<String>>,
}

impl<'s> World<'s> {
    pub(super) fn on(site: &'s Site) -> Self {
        for user in USERS.into_iter().chain([LAST]) {
            let fields = [("userId", user), ("name", user)];
            site.call_back_end("/user/getToken.json", &fields).is(200, 200);
        }
        let (servers, is_over, numbers) = (RwLock::default(), AtomicBool::new(false), AtomicU64::new(0));
        let (sent, told, faults) = (Mutex::default(), Mutex::default(), Mutex::default());
        Self { site, servers, is_over, numbers, sent, told, faults }
    }

    /// These servers are there from now on, and no others.
    pub(super) fn serve_at(&self, servers: &[Server]) {
        *self.servers.write().unwrap() = servers.iter().map(|server| server.url.clone()).collect();
    }

    pub(super) fn any_server(&self) -> String {
        let servers = self.servers.read().unwrap();
        servers[rand::rng().random_range(0..servers.len())].clone()
    }

    pub(super) fn is_over(&self) -> bool {
        self.is_over.load(Ordering::SeqCst)
    }

    pub(super) fn end(&self) {
        self.is_over.store(true, Ordering::SeqCst);
    }

    pub(super) fn was_told(&self, event: &str) {
        self.told.lock().unwrap().insert(event.to_owned());
    }

    /// Waits until every kind of event was told.
    pub(super) fn until_told(&self, kinds: &[&str]) {
        self.surely("some kind of event is never told", || {
            let told = self.told.lock().unwrap();
            kinds.iter().all(|kind| told.contains(*kind)).then_some(())
        });
    }

    /// A number that was not given before.
    pub(super) fn number(&self) -> u64 {
        self.numbers.fetch_add(1, Ordering::SeqCst)
    }

    pub(super) fn was_sent(&self, message: Sent) {
        self.sent.lock().unwrap().push(message);
    }

    /// One of the messages that were sent lately.
    pub(super) fn some_message(&self, chance: &mut impl RngExt) -> Option<Sent> {
        let sent = self.sent.lock().unwrap();
        let far = chance.random_range(0..=sent.len().min(40));
        sent.get(sent.len().checked_sub(far)?).cloned()
    }

    /// Nobody there and "not now" are no answers; faults of the server are noted.
    fn judged(&self, what: &str, answer: Result<Answer, ureq::Error>) -> Option<Answer> {
        let answer = answer.ok().filter(|answer| answer.status != 503)?;
        if answer.status >= 500 {
            self.faults.lock().unwrap().push(format!("{what}: {answer:?}"));
        }
        Some(answer)
    }

    /// A back end calls some server, under a key or without.
    pub(super) fn back_end(&self, path: &str, fields: &[(&str, &str)], key: Option<&str>) -> Option<Answer> {
        let mut headers = self.site.back_end();
        headers.extend(key.map(|key| ("Idempotency-Key".to_owned(), key.to_owned())));
        let answer = try_post(&format!("{}{path}", self.any_server()), &headers, &form(fields));
        self.judged(&format!("{path} {fields:?}"), answer)
    }

    /// A user calls something below `/api/v2/` of some server, under a key or without.
    pub(super) fn app(
        &self,
        person: &Person,
        (method, path): (&str, &str),
        body: &Value,
        key: Option<&str>,
    ) -> Option<Answer> {
        let mut headers = self.site.user_headers(person, &[]);
        headers.extend(key.map(|key| ("Idempotency-Key".to_owned(), key.to_owned())));
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let url = format!("{}/api/v2/{path}", self.any_server());
        self.judged(&format!("{path} {body}"), try_call(method, &url, &headers, body.as_bytes()))
    }

    /// What a back end reads, as soon as there is a server.
    pub(super) fn read(&self, path: &str, fields: &[(&str, &str)]) -> Value {
        let answer = self.surely(path, || self.back_end(path, fields, None));
        answer.is(200, 200).body.clone()
    }

    /// What a user reads, as soon as there is a server.
    pub(super) fn read_as(&self, person: &Person, path: &str) -> Answer {
        let answer = self.surely(path, || self.app(person, ("GET", path), &Value::Null, None));
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        answer
    }

    pub(super) fn surely<T>(&self, what: &str, try_it: impl Fn() -> Option<T>) -> T {
        let begun = Instant::now();
        loop {
            if let Some(done) = try_it() {
                return done;
            }
            assert!(begun.elapsed() < PATIENCE, "{what}: in vain");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// What a user has of its conversation with another, as messages of the dialect of devices, the oldest first.
    pub(super) fn history(&self, user: &str, with: &str) -> Vec<Value> {
        let (mut all, mut after) = (Vec::new(), "0".to_owned());
        let end = (now_ms() + 3_600_000).to_string();
        loop {
            let asked = [("userId", user), ("targetId", with), ("startTime", &after), ("endTime", &end)];
            let page =
                self.read("/v3/message/private/query.json", &[&asked[..], &[("pageSize", "100")]].concat());
            let page = page["data"].as_array().unwrap();
            let Some(last) = page.last() else { return all };
            after = last["msgTime"].to_string();
            all.extend(page.iter().cloned());
        }
    }

    /// Writes to everybody what nothing comes after.
    pub(super) fn say_that_it_is_over(&self) {
        let content = crate::calls::text_content(OVER);
        for to in &USERS[..3] {
            let fields =
                [("fromUserId", LAST), ("toUserId", to), ("objectName", "RC:TxtMsg"), ("content", &content)];
            let path = crate::calls::PUBLISH;
            let key = format!("{OVER}-{to}");
            self.surely(path, || self.back_end(path, &fields, Some(&key))).is(200, 200);
        }
    }

    #[track_caller]
    pub(super) fn no_faults(&self) {
        let faults = self.faults.lock().unwrap();
        assert!(
            faults.is_empty(),
            "{} faults, the first: {:#?}",
            faults.len(),
            &faults[..faults.len().min(5)]
        );
    }
}
