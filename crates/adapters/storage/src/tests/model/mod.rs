//! Random sends, publishes, repeats, duplicates at once, changed bodies and restarts on the store, and users who mark, pin and delete,
//! against a model in memory: keys and both sides' views are exactly those of the model.

mod sends;
mod views;

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use proptest::sample::Index;
use proptest::test_runner::{Config, TestCaseResult, TestRunner};
use proptest::{prop_assert, prop_assert_eq};
use sixin_application::conversations::ports::ConversationChanges;
use sixin_application::sending::ports::{AppendError, MessageStore, SendUnit, Stored};
use sixin_domain::id::{MessageId, UserId};
use sixin_domain::time::Millis;

use self::sends::{Change, Event, Request, Send, USERS, events};
use self::views::{Conversation, Message, Model, View};
use super::harness::{NOW, TestDatabase};
use super::on_every_database;
use crate::database::{Database, DatabaseOptions};
use crate::tests::conversations::views::seat;

on_every_database!(keys_and_both_views_are_those_of_a_plain_model);

fn keys_and_both_views_are_those_of_a_plain_model(db: &TestDatabase) {
    let config = Config { cases: 64, failure_persistence: None, max_shrink_iters: 500, ..Config::default() };
    let base = Cell::new(0);
    let outcome = TestRunner::new(config).run(&events(), |events| {
        // Users of its own for each case, in one database.
        base.set(base.get() + 10);
        let mut case = Case::new(db, base.get());
        for (passes, event) in &events {
            case.now += passes;
            case.happen(event)?;
        }
        case.compare()
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
}

/// One sequence of events, in the store and in the model.
struct Case<'a> {
    db: &'a TestDatabase,
    base: i64,
    now: i64,
    /// Two processes.
    processes: [Database; 2],
    /// What carried a key.
    keyed: Vec<Send>,
    model: Model,
}

fn open(db: &TestDatabase) -> Database {
    let options = DatabaseOptions { writers: 1, readers: 1, ..DatabaseOptions::new(db.url.clone()) };
    Database::open(options).unwrap()
}

impl<'a> Case<'a> {
    fn new(db: &'a TestDatabase, base: i64) -> Self {
        let processes = [open(db), open(db)];
        Self { db, base, now: NOW.0, processes, keyed: Vec::new(), model: Model::default() }
    }

    fn happen(&mut self, event: &Event) -> TestCaseResult {
        match event {
            Event::Batch(requests) => self.batch(requests),
            Event::AtOnce(request) => self.at_once(request),
            Event::Restart => {
                self.processes[0] = open(self.db);
                self.processes.swap(0, 1);
                Ok(())
            }
            Event::Whole(change, user, peer) => {
                self.change_whole(*change, self.base + user, self.base + peer)
            }
            Event::Some(change, user, which) => self.change_some(*change, self.base + user, which),
        }
    }

    fn change_whole(&mut self, change: Change, user: i64, peer: i64) -> TestCaseResult {
        let pair = (user.min(peer), user.max(peer));
        let Some(conversation) = self.model.conversations.get(&pair) else { return Ok(()) };
        let at = Millis(self.now);
        let seat = seat(conversation.id, user, if user == pair.0 { pair.1 } else { pair.0 });
        let process = &self.processes[0];
        let changed = match change {
            Change::Read => self.db.wait(process.mark_read(seat, at)),
            Change::Delete => self.db.wait(process.delete(seat, at)),
            Change::Pin => self.db.wait(process.toggle_pin(seat, at)),
        };
        prop_assert!(changed.is_ok(), "{:?}", changed);
        self.model.change_whole(change, user, pair);
        Ok(())
    }

    fn change_some(&mut self, change: Change, user: i64, which: &[Index]) -> TestCaseResult {
        let all = self.model.ids();
        if all.is_empty() {
            return Ok(());
        }
        let mut ids: Vec<i64> = which.iter().map(|index| all[index.index(all.len())]).collect();
        ids.sort_unstable();
        ids.dedup();
        let messages: Vec<MessageId> = ids.iter().copied().map(MessageId).collect();
        let (process, user_id, at) = (&self.processes[0], UserId(user), Millis(self.now));
        let changed = match change {
            Change::Delete => self.db.wait(process.delete_messages(user_id, &messages, at)),
            _ => self.db.wait(process.mark_messages_read(user_id, &messages, at)),
        };
        prop_assert!(changed.is_ok(), "{:?}", changed);
        self.model.change_some(change, user, &ids);
        Ok(())
    }

    /// The send that a request means; `None` where nothing is there to be repeated.
    fn send(&mut self, request: &Request) -> Option<Send> {
        let earlier = |index: &Index| self.keyed.get(index.index(self.keyed.len().max(1))).cloned();
        let send = match request {
            Request::New(send) => send.clone(),
            Request::Again(index) => earlier(index)?,
            Request::Changed(index, other) => {
                let Send { from, is_fresns, key, .. } = earlier(index)?;
                // The other one's recipients as seen from this sender; it may turn out the same.
                let to = other.to.iter().map(|to| (to + from - other.from).rem_euclid(USERS)).collect();
                Send { from, is_fresns, key, to, ..other.clone() }
            }
        };
        if send.key.is_some() {
            self.keyed.push(send.clone());
        }
        Some(send)
    }

    fn batch(&mut self, requests: &[Request]) -> TestCaseResult {
        let sends: Vec<Send> = requests.iter().filter_map(|request| self.send(request)).collect();
        // Accepted one after the other.
        let units: Vec<SendUnit> =
            (self.now..).zip(&sends).map(|(at, send)| send.unit(self.db, self.base, Millis(at))).collect();
        let answers = self.processes[0].append(units.clone());
        prop_assert_eq!(answers.len(), units.len());
        let latest = units.iter().map(|unit| unit.accepted_at.0).max().unwrap_or_default();
        for ((send, unit), answer) in sends.iter().zip(&units).zip(&answers) {
            self.model.check(send, unit, answer, latest)?;
        }
        Ok(())
    }

    fn at_once(&mut self, request: &Request) -> TestCaseResult {
        let Some(send) = self.send(request) else { return Ok(()) };
        let units = [0, 1].map(|_| send.unit(self.db, self.base, Millis(self.now)));
        let [one, other] = &self.processes;
        let mut both: Vec<(&SendUnit, Result<Stored, AppendError>)> = std::thread::scope(|scope| {
            let threads = [(one, &units[0]), (other, &units[1])].map(|(process, unit)| {
                (unit, scope.spawn(move || process.append(vec![unit.clone()]).pop().unwrap()))
            });
            threads.map(|(unit, thread)| (unit, thread.join().unwrap())).into()
        });
        // Whichever came first: the one that is no repeat, or whose `seq` is smaller.
        both.sort_by_key(|(_, answer)| {
            let stored = answer.as_ref().ok();
            stored.map(|stored| (stored.replayed, stored.placed[0].place.map(|(_, seq)| seq)))
        });
        for (unit, answer) in both {
            self.model.check(&send, unit, &answer, self.now)?;
        }
        Ok(())
    }

    /// The store holds exactly what the model does.
    fn compare(&self) -> TestCaseResult {
        let mine = format!("BETWEEN {} AND {}", self.base, self.base + USERS - 1);
        prop_assert_eq!(self.stored(&mine), self.model.conversations.clone());
        let passing =
            format!("SELECT CONCAT(id, '') AS line FROM transient_messages WHERE send_user_id {mine}");
        let passing: BTreeSet<i64> = self.db.lines(&passing).iter().map(|id| id.parse().unwrap()).collect();
        prop_assert_eq!(&passing, &self.model.passing);
        let without_body = format!(
            "SELECT COUNT(*) AS number FROM conversation_messages m LEFT JOIN message_contents c ON c.id = m.content_id \
             WHERE m.send_user_id {mine} AND COALESCE(m.message_text, m.content, c.message_text, c.content) IS NULL"
        );
        prop_assert_eq!(self.db.number(&without_body), 0);
        Ok(())
    }

    fn stored(&self, mine: &str) -> BTreeMap<(i64, i64), Conversation> {
        let latest = |side: &str| {
            let columns =
                ["id", "time", "brief"].map(|column| format!("COALESCE({side}latest_message_{column}, '')"));
            columns.join(", ")
        };
        let view = |side: &str| {
            let latest = latest(side);
            let own =
                ["is_display", "status", "unread", "message_count", "is_pin", "read_seq", "cleared_seq"];
            format!("{}, {latest}", own.map(|column| format!("{side}{column}")).join(", "))
        };
        let rows = self.db.lines(&format!(
            "SELECT CONCAT_WS('|', a_user_id, b_user_id, id, last_seq, last_sent_at, {}, {}, {}) AS line \
             FROM conversations WHERE a_user_id {mine}",
            latest(""),
            view("a_"),
            view("b_")
        ));
        rows.iter().map(|row| self.conversation(row)).collect()
    }

    fn conversation(&self, row: &str) -> ((i64, i64), Conversation) {
        let cells: Vec<&str> = row.split('|').collect();
        let number = |index: usize| cells[index].parse::<i64>().unwrap();
        let latest = |index: usize| {
            let number = |cell: &str| cell.parse().unwrap_or(0);
            (number(cells[index]), number(cells[index + 1]), cells[index + 2].to_owned())
        };
        let view = |index: usize| View {
            is_display: number(index) == 1,
            has_unread: number(index + 1) == 1,
            unread: number(index + 2),
            message_count: number(index + 3),
            is_pin: number(index + 4) == 1,
            watermarks: (number(index + 5), number(index + 6)),
            latest: latest(index + 7),
        };
        let conversation = Conversation {
            id: number(2),
            last: (number(3), number(4)),
            messages: self.messages(number(2)),
            latest: latest(5),
            views: [view(8), view(18)],
        };
        ((number(0), number(1)), conversation)
    }

    fn messages(&self, conversation: i64) -> Vec<Message> {
        let rows = self.db.lines(&format!(
            "SELECT CONCAT_WS('|', id, seq, send_user_id, receive_user_id, created_at) AS line \
             FROM conversation_messages WHERE conversation_id = {conversation} ORDER BY seq"
        ));
        let message = |row: &String| {
            let cells: Vec<i64> = row.split('|').map(|cell| cell.parse().unwrap()).collect();
            (cells[0], cells[1], cells[2], cells[3], cells[4])
        };
        rows.iter().map(message).collect()
    }
}
