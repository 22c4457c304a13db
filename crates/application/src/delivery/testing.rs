//! A log in memory, for the tests of those who follow one.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use sixin_domain::conversation::ViewedMessage;
use sixin_domain::event::Event;
use sixin_domain::id::{ConversationId, MessageId, UserId};
use sixin_domain::log::{Commit, Cursor, LogEntry, Logged, Position, Span};
use sixin_domain::message::Placed;
use sixin_domain::message::body::Body;
use sixin_domain::time::Millis;

use super::follower::{Follower, FollowerLimits};
use super::ports::{DeliveredMessage, EventLog, LogPage, Missed};
use crate::ports::{MockClock, MockRemembered, Remembered, StoreResult};

/// The time in these tests; positions count from it.
pub(crate) const NOW: Millis = Millis(1_795_348_800_000);

#[derive(Default)]
pub(crate) struct Kept {
    pub(crate) epoch: String,
    pub(crate) entries: Vec<LogEntry>,
    pub(crate) head: i64,
    pub(crate) messages: Vec<DeliveredMessage>,
}

/// A log in memory; it counts how often it was read.
#[derive(Default)]
pub(crate) struct FakeLog {
    pub(crate) kept: Mutex<Kept>,
    pub(crate) pages: AtomicUsize,
    pub(crate) looks: AtomicUsize,
    pub(crate) reads: AtomicUsize,
}

pub(crate) fn at(position: i64) -> Position {
    Position::at(NOW).plus(position)
}

/// A text that is kept in a conversation, as nobody has read it yet.
pub(crate) fn delivered(id: i64, (sender, recipient): (UserId, UserId), text: String) -> DeliveredMessage {
    let message = ViewedMessage {
        id: MessageId(id),
        seq: id,
        sender,
        sent_at: NOW.plus(id),
        body: Body::Text(text),
        file: None,
        read_at: None,
        is_counted: true,
        delivery: None,
        edited_at: None,
    };
    let conversation = Some(ConversationId(7));
    DeliveredMessage { conversation, ..DeliveredMessage::status(message, recipient, true) }
}

impl FakeLog {
    pub(crate) fn new() -> Arc<Self> {
        let log = Self::default();
        log.kept.lock().unwrap().epoch = "e1".to_owned();
        Arc::new(log)
    }

    /// What a message is in a commit that stores it, which this does not do.
    pub(crate) fn message(&self, id: i64, sender: i64, recipient: i64, text: &str) -> Event {
        let (sender, recipient) = (UserId(sender), UserId(recipient));
        let place = Some((ConversationId(7), id));
        self.kept.lock().unwrap().messages.push(delivered(id, (sender, recipient), text.to_owned()));
        let placed = Placed { id: MessageId(id), recipient, place, sent_at: NOW.plus(id) };
        Event::MessageStored { sender, placed, sender_visible: true }
    }

    /// Commits events, as if another process had.
    pub(crate) fn commit(&self, events: Vec<Event>) -> Commit {
        let mut kept = self.kept.lock().unwrap();
        let previous = at(kept.head);
        kept.head += i64::try_from(events.len()).unwrap();
        let commit =
            Commit { span: Some(Span { previous, last: at(kept.head) }), events, messages: Vec::new() };
        kept.entries.extend(commit.entries());
        commit
    }

    pub(crate) async fn follower(self: &Arc<Self>, ring: usize) -> Arc<Follower> {
        let mut memory = MockRemembered::new();
        memory.expect_forget().return_const(());
        self.follower_with(ring, Arc::new(memory)).await
    }

    /// The same with that memory.
    pub(crate) async fn follower_with(
        self: &Arc<Self>,
        ring: usize,
        memory: Arc<dyn Remembered>,
    ) -> Arc<Follower> {
        let mut clock = MockClock::new();
        clock.expect_now().return_const(NOW);
        let limits = FollowerLimits { ring, connections_per_user: 3, kept_ms: sixin_domain::log::KEPT_MS };
        Arc::new(Follower::start(self.clone(), memory, Arc::new(clock), limits).await.unwrap())
    }

    fn between(&self, after: Position, until: Position) -> Vec<LogEntry> {
        let kept = self.kept.lock().unwrap();
        let within = |entry: &&LogEntry| entry.position > after && entry.position <= until;
        kept.entries.iter().filter(within).cloned().collect()
    }
}

#[async_trait]
impl EventLog for FakeLog {
    async fn head(&self) -> StoreResult<Cursor> {
        let kept = self.kept.lock().unwrap();
        Ok(Cursor { epoch: kept.epoch.clone(), position: at(kept.head) })
    }

    async fn entries(&self, after: Position, until: Position, limit: i64) -> StoreResult<LogPage> {
        self.pages.fetch_add(1, Ordering::Relaxed);
        let mut entries = self.between(after, until);
        let is_full = entries.len() > usize::try_from(limit).unwrap();
        entries.truncate(usize::try_from(limit).unwrap());
        let until = if is_full { entries.last().unwrap().position } else { until };
        Ok(LogPage { entries, until })
    }

    async fn missed(&self, user: UserId, after: Position, until: Position) -> StoreResult<Missed> {
        self.looks.fetch_add(1, Ordering::Relaxed);
        let mut entries = self.between(after, until);
        entries.retain(|entry| entry.what.audience().has(user));
        Ok(if entries.len() > 1000 { Missed::TooMuch } else { Missed::Entries(entries) })
    }

    async fn first(
        &self,
        user: UserId,
        after: Position,
        until: Position,
        limit: i64,
    ) -> StoreResult<Vec<LogEntry>> {
        self.looks.fetch_add(1, Ordering::Relaxed);
        let mut entries = self.between(after, until);
        entries.retain(|entry| entry.what.audience().has(user));
        entries.truncate(usize::try_from(limit).unwrap());
        Ok(entries)
    }

    async fn first_changes(
        &self,
        user: UserId,
        after: Position,
        until: Position,
        limit: i64,
    ) -> StoreResult<Vec<LogEntry>> {
        let mut entries = self.first(user, after, until, i64::MAX).await?;
        entries.retain(|entry| matches!(entry.what, Logged::Change(_)));
        entries.truncate(usize::try_from(limit).unwrap());
        Ok(entries)
    }

    async fn messages(
        &self,
        kept: &[MessageId],
        transient: &[MessageId],
    ) -> StoreResult<Vec<DeliveredMessage>> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        let known = self.kept.lock().unwrap();
        let wanted = |found: &&DeliveredMessage| {
            kept.contains(&found.message.id) || transient.contains(&found.message.id)
        };
        Ok(known.messages.iter().filter(wanted).cloned().collect())
    }
}

/// The ids of messages among entries.
pub(crate) fn ids(entries: &[LogEntry]) -> Vec<i64> {
    let id = |entry: &LogEntry| match &entry.what {
        Logged::Message(message) => Some(message.id.0),
        Logged::Change(_) => None,
    };
    entries.iter().filter_map(id).collect()
}
