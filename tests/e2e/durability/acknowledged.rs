//! Senders log every acknowledgement to a file; whatever crashes, everything in the file is in the store, once.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::PathBuf;
use std::sync::Mutex;

use crate::calls::Answer;
use crate::site::{Site, sixin};

/// How many send at the same time.
pub(crate) const SENDERS: usize = 64;

/// How often to crash: `SIXIN_CRASH_ROUNDS` times, which is what `cargo xtask crash --rounds N` sets.
pub(crate) fn rounds(in_every_run: u32) -> u32 {
    std::env::var("SIXIN_CRASH_ROUNDS").map_or(in_every_run, |rounds| rounds.parse().unwrap())
}

/// What was acknowledged.
pub(crate) struct Acknowledged {
    path: PathBuf,
    file: Mutex<File>,
    _directory: tempfile::TempDir,
}

impl Acknowledged {
    pub(crate) fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("acknowledged");
        let file = OpenOptions::new().create(true).append(true).open(&path).unwrap();
        Self { path, file: Mutex::new(file), _directory: directory }
    }

    /// One of the senders publishes a text, and notes it if it is acknowledged.
    pub(crate) fn publish(
        &self,
        site: &Site,
        sender: usize,
        text: &str,
        key: Option<&str>,
    ) -> Result<Answer, ureq::Error> {
        let pairs = [("alice", "bob"), ("bob", "alice"), ("carol", "alice"), ("bob", "carol")];
        let (from, to) = pairs[sender % pairs.len()];
        let answer = site.try_publish_text_at(&site.server.url, (from, to), text, key)?;
        if answer.status == 200 {
            let (id, sent_at) = (answer.body["messageId"].as_str().unwrap(), &answer.body["sentTime"]);
            writeln!(self.file.lock().unwrap(), "{id} {sent_at}").unwrap();
        }
        Ok(answer)
    }

    /// Ids and sent times.
    fn read(&self) -> BTreeMap<String, String> {
        let text = std::fs::read_to_string(&self.path).unwrap();
        let pairs = text.lines().map(|line| line.split_once(' ').unwrap());
        pairs.map(|(id, sent_at)| (id.to_owned(), sent_at.to_owned())).collect()
    }

    /// How many.
    pub(crate) fn count(&self) -> usize {
        self.read().len()
    }

    /// Everything is in the store with its time, and every conversation is whole.
    pub(crate) fn is_there_once(&self, site: &Site, round: u32) {
        let stored =
            site.database.lines("SELECT CONCAT_WS(' ', id, created_at) AS line FROM conversation_messages");
        let stored: BTreeMap<String, String> = stored
            .iter()
            .map(|line| line.split_once(' ').map(|(id, at)| (id.to_owned(), at.to_owned())).unwrap())
            .collect();
        for (id, sent_at) in self.read() {
            assert_eq!(stored.get(&id), Some(&sent_at), "round {round}: message {id} was acknowledged");
        }
        // Dense, in order, counted: whatever a commit leaves true.
        sixin(&site.database.url(), &["check"]);
    }
}
