//! Followers and senders who go on whatever becomes of servers: each acknowledged message reaches every door, once and in the order
//! of its conversation.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, RwLock};
use std::time::{Duration, Instant};

use rand::RngExt;

use super::streams::{Told, Who, door_at, poll};
use crate::site::{PATIENCE, Site};

/// Bob hears from each of them, as long as the test lasts.
const SENDERS: [&str; 2] = ["alice", "carol"];

/// A site whose servers come and go.
pub(crate) struct Herd<'s> {
    site: &'s Site,
    servers: RwLock<Vec<String>>,
    is_over: AtomicBool,
    acknowledged: AtomicUsize,
    /// Answers that are neither success nor "not now".
    refused: Mutex<Vec<String>>,
}

impl<'s> Herd<'s> {
    /// Runs a story while bob follows through every door and others write to him, and afterwards compares what everybody saw with
    /// what the store holds. What the story gives back lives until then. Answers how many messages that were.
    pub(crate) fn live_through<T>(site: &'s Site, servers: &[&str], story: impl FnOnce(&Self) -> T) -> usize {
        let who = [Who::app(&site.bob), Who::device(site, "bob"), Who::app(&site.bob)];
        let begin = poll(site, &who[0], "?wait=0").body["cursor"].as_str().unwrap().to_owned();
        let herd = Self {
            site,
            servers: RwLock::default(),
            is_over: AtomicBool::new(false),
            acknowledged: AtomicUsize::new(0),
            refused: Mutex::default(),
        };
        herd.serve_at(servers);
        let (herd, is_silent) = (&herd, &AtomicBool::new(false));
        let seen: Vec<Seen> = std::thread::scope(|scope| {
            let followers: Vec<_> = (0..who.len())
                .map(|door| {
                    let (begin, who) = (&begin, &who[door]);
                    scope.spawn(move || herd.follow(door, who, begin))
                })
                .collect();
            let senders: Vec<_> =
                SENDERS.map(|sender| scope.spawn(move || herd.send(sender, is_silent))).into();
            let told = catch_unwind(AssertUnwindSafe(|| {
                herd.grows();
                let kept = story(herd);
                herd.grows();
                kept
            }));
            is_silent.store(true, Ordering::SeqCst);
            senders.into_iter().for_each(|sender| sender.join().unwrap());
            herd.is_over.store(true, Ordering::SeqCst);
            let seen = followers.into_iter().map(|follower| follower.join().unwrap()).collect();
            drop(told.unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
            seen
        });
        assert_eq!(*herd.refused.lock().unwrap(), [""; 0], "all that clients met was not now");
        let stored = usize::try_from(site.messages()).unwrap();
        // Each was repeated under its key until it was acknowledged.
        assert_eq!(stored, herd.acknowledged.load(Ordering::SeqCst));
        seen.iter().enumerate().for_each(|(door, seen)| seen.check(door, stored));
        stored
    }

    /// These servers are there from now on, and no others.
    pub(crate) fn serve_at(&self, servers: &[&str]) {
        *self.servers.write().unwrap() = servers.iter().map(|&url| url.to_owned()).collect();
    }

    /// Waits until more was acknowledged.
    pub(crate) fn grows(&self) {
        let count = || self.acknowledged.load(Ordering::SeqCst);
        let (before, begun) = (count(), Instant::now());
        while count() < before + 20 {
            assert!(
                begun.elapsed() < PATIENCE,
                "nothing is acknowledged any more; refused: {:?}",
                self.refused.lock().unwrap().last()
            );
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn any_server(&self) -> Option<String> {
        let servers = self.servers.read().unwrap();
        (!servers.is_empty()).then(|| servers[rand::rng().random_range(0..servers.len())].clone())
    }

    /// Sends one text after the other, each until it is acknowledged.
    fn send(&self, sender: &str, is_silent: &AtomicBool) {
        for number in 0.. {
            let (text, begun) = (format!("{sender} {number}"), Instant::now());
            while !self.sends(sender, &text) {
                assert!(begun.elapsed() < 2 * PATIENCE, "{text} is never acknowledged");
                std::thread::sleep(Duration::from_millis(20));
            }
            self.acknowledged.fetch_add(1, Ordering::SeqCst);
            if is_silent.load(Ordering::SeqCst) {
                return;
            }
        }
    }

    fn sends(&self, sender: &str, text: &str) -> bool {
        let Some(server) = self.any_server() else { return false };
        let key = text.replace(' ', "-");
        let Ok(answer) = self.site.try_publish_text_at(&server, (sender, "bob"), text, Some(&key)) else {
            return false;
        };
        if answer.status != 200 && answer.status != 503 {
            assert!(self.refused.lock().unwrap().len() < 100, "{answer:?}");
            self.refused.lock().unwrap().push(format!("{answer:?}"));
        }
        answer.status == 200
    }

    /// Follows until all is over and nothing comes any more.
    fn follow(&self, door: usize, who: &Who, begin: &str) -> Seen {
        let mut seen = Seen { cursor: begin.to_owned(), ..Seen::default() };
        loop {
            let was_over = self.is_over.load(Ordering::SeqCst);
            let came = self.any_server().and_then(|server| self.once(door, &server, who, &mut seen));
            match came {
                Some(0) if was_over => return seen,
                Some(_) => {}
                None => std::thread::sleep(Duration::from_millis(50)),
            }
        }
    }

    /// Follows as long as anything comes; answers how many messages that were, or that nobody was there.
    fn once(&self, door: usize, server: &str, who: &Who, seen: &mut Seen) -> Option<usize> {
        let mut stream = door_at(door, self.site, server, who, &seen.cursor)?;
        let mut came = 0;
        while let Some(told) = stream.next(Duration::from_secs(1)) {
            came += usize::from(told.event == "message");
            seen.take(&told);
        }
        Some(came)
    }
}

/// What a follower has seen of messages, and in which order.
#[derive(Default)]
struct Seen {
    order: Vec<(i64, String)>,
    texts: BTreeMap<String, i64>,
    cursor: String,
    resets: usize,
}

impl Seen {
    fn take(&mut self, told: &Told) {
        if let Some(cursor) = &told.cursor {
            self.cursor.clone_from(cursor);
        }
        self.resets += usize::from(told.event == "reset");
        if told.event != "message" {
            return;
        }
        let (text, seq) = (told.text().unwrap(), told.data["seq"].as_i64().unwrap());
        if self.texts.insert(text.clone(), seq).is_none() {
            self.order.push((seq, text));
        }
    }

    fn check(&self, door: usize, stored: usize) {
        assert_eq!(self.resets, 0, "door {door} could always go on where it was");
        assert_eq!(self.texts.len(), stored, "door {door} has seen neither more nor less than there is");
        let mut last: BTreeMap<&str, i64> = BTreeMap::new();
        for (seq, text) in &self.order {
            let sender = text.split(' ').next().unwrap();
            let before = last.insert(sender, *seq).unwrap_or(0);
            assert_eq!(*seq, before + 1, "door {door}: {text} in its conversation");
        }
    }
}
