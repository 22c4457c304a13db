//! The model: what keys and both views of every conversation must be, in plain memory and one message after the other.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use proptest::test_runner::{TestCaseError, TestCaseResult};
use proptest::{prop_assert, prop_assert_eq};
use sixin_application::sending::ports::{AppendError, SendUnit, Stored};
use sixin_domain::message::Placed;

use super::sends::{Change, LIVES_MS, Send};

type Answer = Result<Stored, AppendError>;

/// A latest message: id, time, brief; 0 and empty where there is none.
type Latest = (i64, i64, String);

/// What one side sees.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct View {
    pub(crate) is_display: bool,
    pub(crate) is_pin: bool,
    /// Up to where messages are read, and up to where they are deleted.
    pub(crate) watermarks: (i64, i64),
    pub(crate) has_unread: bool,
    pub(crate) unread: i64,
    pub(crate) message_count: i64,
    pub(crate) latest: Latest,
}

/// A stored message: id, seq, sender, recipient, sent time.
pub(crate) type Message = (i64, i64, i64, i64, i64);

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Conversation {
    pub(crate) id: i64,
    /// Its last `seq` and sent time.
    pub(crate) last: (i64, i64),
    pub(crate) messages: Vec<Message>,
    pub(crate) latest: Latest,
    /// Of the smaller user number, and of the larger one.
    pub(crate) views: [View; 2],
}

/// A stored message as far as views look at it.
#[derive(Debug, Clone)]
struct Note {
    pair: (i64, i64),
    seq: i64,
    from: i64,
    to: i64,
    is_counted: bool,
    sender_visible: bool,
    sent_at: i64,
    brief: String,
    is_read: bool,
    /// By its sender, by its recipient.
    is_deleted: [bool; 2],
}

impl Note {
    fn shows_to(&self, user: i64, view: &View) -> bool {
        let sent = self.from == user && self.sender_visible && !self.is_deleted[0];
        let received = self.to == user && !self.is_deleted[1];
        (sent || received) && self.seq > view.watermarks.1
    }

    fn is_unread_by(&self, user: i64, view: &View) -> bool {
        let is_new = self.is_counted && !self.is_read && self.seq > view.watermarks.0;
        self.to == user && is_new && self.shows_to(user, view)
    }
}

struct Key {
    send: Send,
    ends_at: i64,
    result: Vec<Placed>,
}

#[derive(Default)]
pub(crate) struct Model {
    pub(crate) conversations: BTreeMap<(i64, i64), Conversation>,
    /// Ids of the messages that are not kept.
    pub(crate) passing: BTreeSet<i64>,
    /// The messages by id.
    notes: BTreeMap<i64, Note>,
    keys: HashMap<(bool, i64, u8), Key>,
}

impl Model {
    /// Whether the answer to a send is the right one; what it stored is then part of the model. `latest` is the latest
    /// time of its batch, by which the whole batch is dated.
    pub(crate) fn check(
        &mut self,
        send: &Send,
        unit: &SendUnit,
        answer: &Answer,
        latest: i64,
    ) -> TestCaseResult {
        let now = unit.accepted_at.0;
        let known = send.scope().and_then(|scope| self.keys.get(&scope)).filter(|key| key.ends_at > now);
        if let Some(key) = known {
            match answer {
                Ok(stored) if key.send == *send => {
                    prop_assert_eq!((stored.replayed, &stored.placed), (true, &key.result), "{:?}", send);
                }
                Err(AppendError::KeyReused) if key.send != *send => {}
                other => {
                    return Err(TestCaseError::fail(format!("{send:?} after {:?}: {other:?}", key.send)));
                }
            }
            return Ok(());
        }
        let stored = answer.as_ref().map_err(|error| TestCaseError::fail(format!("{send:?}: {error}")))?;
        prop_assert!(!stored.replayed, "there is no first one of {:?}", send);
        prop_assert_eq!(stored.placed.len(), unit.messages.len());
        for (message, placed) in unit.messages.iter().zip(&stored.placed) {
            prop_assert_eq!((message.id, message.recipient), (placed.id, placed.recipient));
            self.add(send, unit, placed, latest)?;
        }
        if let Some(scope) = send.scope() {
            let result = stored.placed.clone();
            self.keys.insert(scope, Key { send: send.clone(), ends_at: now + LIVES_MS, result });
        }
        Ok(())
    }

    fn add(&mut self, send: &Send, unit: &SendUnit, placed: &Placed, latest: i64) -> TestCaseResult {
        let (id, sent_at) = (placed.id.0, placed.sent_at.0);
        if !send.effects.is_persisted {
            prop_assert_eq!((placed.place, placed.sent_at), (None, unit.accepted_at));
            self.passing.insert(id);
            return Ok(());
        }
        let (from, to) = (unit.envelope.sender.0, placed.recipient.0);
        let (conversation, seq) = placed.place.unwrap();
        let thread = self.conversations.entry((from.min(to), from.max(to))).or_default();
        let (last_seq, last_time) = thread.last;
        if last_seq == 0 {
            thread.id = conversation.0;
        }
        prop_assert_eq!((conversation.0, seq), (thread.id, last_seq + 1), "{:?}", send);
        let times = (last_time + 1).max(unit.accepted_at.0)..=(last_time + 1).max(latest);
        prop_assert!(times.contains(&sent_at), "{} in {:?}: {:?}", sent_at, times, send);
        thread.last = (seq, sent_at);
        thread.messages.push((id, seq, from, to, sent_at));
        thread.show(send, to < from, (id, sent_at, brief(send, to)));
        let note = Note {
            pair: (from.min(to), from.max(to)),
            seq,
            from,
            to,
            is_counted: send.effects.is_counted,
            sender_visible: send.effects.sender_visible,
            sent_at,
            brief: brief(send, to),
            is_read: false,
            is_deleted: [false; 2],
        };
        self.notes.insert(id, note);
        Ok(())
    }

    /// Ids of all messages, kept or not.
    pub(crate) fn ids(&self) -> Vec<i64> {
        self.notes.keys().chain(&self.passing).copied().collect()
    }

    /// A user changes its view of a conversation.
    pub(crate) fn change_whole(&mut self, change: Change, user: i64, pair: (i64, i64)) {
        let Some(thread) = self.conversations.get_mut(&pair) else { return };
        let last_seq = thread.last.0;
        let view = &mut thread.views[usize::from(user != pair.0)];
        match change {
            Change::Pin => view.is_pin = !view.is_pin,
            Change::Read => view.watermarks.0 = last_seq,
            Change::Delete => {
                view.watermarks.1 = last_seq;
                view.is_display = false;
                view.latest = Latest::default();
            }
        }
        self.recount(user, pair);
    }

    /// A user changes its view of some messages, as far as they are its own.
    pub(crate) fn change_some(&mut self, change: Change, user: i64, ids: &[i64]) {
        let mut touched = BTreeSet::new();
        for id in ids {
            let Some(note) = self.notes.get_mut(id).filter(|note| [note.from, note.to].contains(&user))
            else {
                continue;
            };
            let view = &self.conversations[&note.pair].views[usize::from(user != note.pair.0)];
            let shows = note.shows_to(user, view);
            match change {
                Change::Read if note.to == user && shows => note.is_read = true,
                Change::Delete if shows => {
                    note.is_deleted[usize::from(note.to == user)] = true;
                    touched.insert((note.pair, view.latest.0 == *id));
                }
                _ => {}
            }
            touched.insert((note.pair, false));
        }
        for (pair, is_latest) in touched {
            if is_latest {
                self.find_latest(user, pair);
            }
            self.recount(user, pair);
        }
    }

    /// Counts by looking at every message.
    fn recount(&mut self, user: i64, pair: (i64, i64)) {
        let Some(thread) = self.conversations.get_mut(&pair) else { return };
        let view = &mut thread.views[usize::from(user != pair.0)];
        let own = || self.notes.values().filter(|note| note.pair == pair);
        let count = |notes: usize| i64::try_from(notes).unwrap();
        view.unread = count(own().filter(|note| note.is_unread_by(user, view)).count());
        view.message_count = count(own().filter(|note| note.shows_to(user, view)).count());
        view.has_unread = view.unread > 0;
    }

    fn find_latest(&mut self, user: i64, pair: (i64, i64)) {
        let Some(thread) = self.conversations.get_mut(&pair) else { return };
        let view = &mut thread.views[usize::from(user != pair.0)];
        let own = self.notes.iter().filter(|(_, note)| note.pair == pair && note.shows_to(user, view));
        view.latest = match own.max_by_key(|(_, note)| note.seq) {
            Some((id, note)) => (*id, note.sent_at, note.brief.clone()),
            None => (0, view.latest.1, String::new()),
        };
    }
}

fn brief(send: &Send, to: i64) -> String {
    send.own_text(to)
        .or(send.text.clone())
        .map_or("[My:Type]".to_owned(), |text| text.chars().take(255).collect())
}

impl Conversation {
    /// What a message does to the views: its recipient is side a or not.
    fn show(&mut self, send: &Send, to_a: bool, message: (i64, i64, String)) {
        let [a, b] = &mut self.views;
        let (receiver, sender) = if to_a { (a, b) } else { (b, a) };
        receiver.unread += i64::from(send.effects.is_counted);
        receiver.has_unread |= send.effects.is_counted;
        let seen_by = if send.effects.sender_visible { vec![receiver, sender] } else { vec![receiver] };
        for view in seen_by {
            view.is_display = true;
            view.message_count += 1;
            if send.effects.updates_latest {
                view.latest = message.clone();
            } else if view.latest.1 == 0 {
                view.latest.1 = message.1;
            }
        }
        if send.effects.updates_latest {
            self.latest = message;
        }
    }
}
