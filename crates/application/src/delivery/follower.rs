//! A process follows the log once for all who are connected to it: its own commits at once, those of others by polling
//! (docs/design.md#delivery).

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sixin_domain::event::Event;
use sixin_domain::id::{AccountId, MessageId, UserId};
use sixin_domain::log::{Commit, Cursor, LogEntry, Logged, Position};
use tokio::sync::Notify;

use super::fresh::Fresh;
use super::listeners::{Listeners, Signal, Waker, Watch};
use super::neighbours::{Concerned, Hint, NeighbourListener};
use super::ports::{CommitListener, DeliveredMessage, EventLog, LiveSignals, LogHead};
use super::ring::{Recent, Ring};
use crate::ports::{Clock, Remembered, StoreResult, Topic};

/// How many entries are read at a time.
const PAGE: i64 = 2_000;
/// Whoever is further behind begins anew: it would wait longer for the events than for the lists.
pub const MOST_ENTRIES: usize = 5_000;
/// How often others' commits are looked for while anybody is connected.
const BUSY: Duration = Duration::from_millis(200);
/// The same where other processes say when they have: a hint may be lost.
const HINTED: Duration = Duration::from_secs(1);
/// And while nobody is connected.
const IDLE: Duration = Duration::from_secs(2);
/// A commit that one of this process's own writers has yet to tell of comes within this time; only then it is looked for.
const OVERTAKEN: Duration = Duration::from_millis(2);
/// So many commits wait at most for one that they follow; the others are read.
const MOST_HELD: usize = 256;
/// After a poll this passes before the next: however many others commit, theirs are read together.
const BETWEEN: Duration = Duration::from_millis(10);

/// How much of the process live streams may take.
#[derive(Debug, Clone, Copy)]
pub struct FollowerLimits {
    /// Events kept in memory.
    pub ring: usize,
    /// Connections of one user; the oldest of more are closed.
    pub connections_per_user: usize,
    /// For how many milliseconds all is kept that a reader may have missed; one that was away for longer begins anew.
    pub kept_ms: i64,
}

/// Follows the log.
pub struct Follower {
    log: Arc<dyn EventLog>,
    clock: Arc<dyn Clock>,
    limits: FollowerLimits,
    state: Mutex<State>,
    poll_now: Notify,
    /// Whether other processes say when they have committed something.
    is_hinted: AtomicBool,
}

struct State {
    epoch: String,
    /// Everything up to here is known.
    last: Position,
    /// Commits of this process that follow one that is not known yet, by what they follow: writers overtake each other between
    /// their commits and here, and other processes commit between them.
    held: BTreeMap<Position, Held>,
    /// Whether there may be something to read that no commit of this process has told of.
    must_poll: bool,
    ring: Ring,
    fresh: Fresh,
    listeners: Listeners,
    memory: Arc<dyn Remembered>,
}

/// A commit that waits for the one before it.
struct Held {
    last: Position,
    entries: Vec<LogEntry>,
}

/// What a stream finds after its cursor.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// These, and nothing else up to a position.
    Entries(Vec<LogEntry>, Position),
    /// The cursor is ahead of what this process has seen; another one may have given it.
    Ahead,
    /// It is not in memory; nothing after a position has to be looked up.
    Older(Position),
    /// Nobody can say any more, or it is too much.
    Reset(Cursor),
}

impl State {
    fn head(&self) -> Cursor {
        Cursor { epoch: self.epoch.clone(), position: self.last }
    }

    fn take(&mut self, entry: LogEntry) {
        if let Logged::Change(event) = &entry.what {
            // Before anybody is told: whoever hears of a change and asks what is there now must not get what was.
            topics(event).iter().for_each(|topic| self.memory.forget(*topic));
            self.look_at_sessions(event);
            self.fresh.heed(event);
        }
        for user in entry.what.audience().users() {
            self.listeners.wake(user);
        }
        self.last = entry.position;
        self.ring.push(entry);
    }

    /// Takes what a commit has that is not known yet, and whatever has waited for that. Nothing may lie between it and what is known.
    fn go_on(&mut self, last: Position, entries: impl IntoIterator<Item = LogEntry>) {
        self.take_all(last, entries);
        while let Some(next) = self.held.first_entry()
            && *next.key() <= self.last
        {
            let Held { last, entries } = next.remove();
            self.take_all(last, entries);
        }
    }

    fn take_all(&mut self, last: Position, entries: impl IntoIterator<Item = LogEntry>) {
        for entry in entries {
            if entry.position > self.last {
                self.take(entry);
            }
        }
        self.last = self.last.max(last);
    }

    /// Whoever loses what it was let in by is not let in any longer.
    fn look_at_sessions(&self, event: &Event) {
        match event {
            Event::SessionsEnded { account, user, .. } => self.listeners.check(*user, *account),
            Event::UserStateChanged(user) | Event::DeviceTokensExpired { user, .. } => {
                self.listeners.check(Some(*user), None);
            }
            _ => {}
        }
    }
}

/// What is kept in memory and not true any more after an event.
fn topics(event: &Event) -> &'static [Topic] {
    match event {
        Event::ProfileChanged(_) | Event::UserStateChanged(_) => &[Topic::Users],
        Event::TieSet { .. } => &[Topic::Relations],
        Event::SessionsEnded { .. } => &[Topic::Sessions],
        _ => &[],
    }
}

impl CommitListener for Follower {
    fn awaits(&self, user: UserId) -> bool {
        self.is_connected(user)
    }

    fn committed(&self, commit: &Commit) {
        let mut state = self.state();
        commit.messages.iter().for_each(|message| state.fresh.keep(message));
        match commit.span {
            Some(span) if span.previous <= state.last => state.go_on(span.last, commit.entries()),
            Some(span) => {
                if state.held.len() < MOST_HELD {
                    let held = Held { last: span.last, entries: commit.entries().collect() };
                    state.held.insert(span.previous, held);
                } else {
                    state.must_poll = true;
                }
                self.poll_now.notify_one();
            }
            None => self.must_poll(&mut state),
        }
    }
}

impl LogHead for Follower {
    fn cursor(&self) -> Cursor {
        self.head()
    }
}

impl LiveSignals for Follower {
    fn may_be_connected(&self, user: UserId) -> bool {
        self.is_connected(user)
    }

    fn signal(&self, users: &[UserId], signal: &Signal) {
        let state = self.state();
        users.iter().for_each(|user| state.listeners.signal(*user, signal));
    }
}

impl NeighbourListener for Follower {
    fn reached(&self, are_reached: bool) {
        self.is_hinted.store(are_reached, Ordering::Release);
        // Whatever was missed meanwhile.
        self.must_poll(&mut self.state());
    }

    fn hinted(&self, hint: &Hint) {
        let mut state = self.state();
        let is_new = hint.until.is_none_or(|until| until > state.last);
        let is_wanted = match &hint.concerned {
            Concerned::Users(users) => users.iter().any(|user| state.listeners.has(*user)),
            Concerned::Anybody => state.listeners.count() > 0,
        };
        if is_new && is_wanted {
            self.must_poll(&mut state);
        }
    }

    fn signalled(&self, users: &[UserId], signal: &Signal) {
        self.signal(users, signal);
    }
}

impl Follower {
    /// Begins where the log ends. What changes is forgotten before anybody is told of it.
    ///
    /// # Errors
    /// If the log can't be read.
    pub async fn start(
        log: Arc<dyn EventLog>,
        memory: Arc<dyn Remembered>,
        clock: Arc<dyn Clock>,
        limits: FollowerLimits,
    ) -> StoreResult<Self> {
        let Cursor { epoch, position } = log.head().await?;
        let ring = Ring::new(position, limits.ring);
        let (fresh, listeners) = (Fresh::default(), Listeners::default());
        let (last, held) = (position, BTreeMap::new());
        let state = Mutex::new(State { epoch, last, held, must_poll: false, ring, fresh, listeners, memory });
        Ok(Self { log, clock, limits, state, poll_now: Notify::new(), is_hinted: AtomicBool::new(false) })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn must_poll(&self, state: &mut State) {
        state.must_poll = true;
        self.poll_now.notify_one();
    }

    /// Polls for ever.
    pub async fn follow(&self) {
        let mut failed = false;
        loop {
            let pause = match (self.connections(), self.is_hinted.load(Ordering::Acquire)) {
                (0, _) => IDLE,
                (_, true) => HINTED,
                (_, false) => BUSY,
            };
            if tokio::time::timeout(pause, self.poll_now.notified()).await.is_ok() {
                tokio::time::sleep(OVERTAKEN).await;
                let state = self.state();
                if !state.must_poll && state.held.is_empty() {
                    continue;
                }
            }
            match self.poll().await {
                Ok(()) => {
                    failed = false;
                    tokio::time::sleep(BETWEEN).await;
                }
                Err(error) => {
                    if !failed {
                        tracing::warn!(%error, "the log can't be read; live streams wait");
                    }
                    failed = true;
                    tokio::time::sleep(BUSY).await;
                }
            }
        }
    }

    /// Takes what was committed since the last time.
    ///
    /// # Errors
    /// If the log can't be read; what was read stays.
    pub async fn poll(&self) -> StoreResult<()> {
        self.state().must_poll = false;
        let head = self.log.head().await?;
        #[expect(clippy::cast_precision_loss, reason = "a metric in seconds")]
        let lead = head.position.time().since(self.clock.now()) as f64 / 1000.0;
        metrics::gauge!("sixin_log_head_lead_seconds").set(lead);
        while let Some(last) = self.behind(&head) {
            let page = self.log.entries(last, head.position, PAGE).await?;
            // Commits of this process may have come in between.
            self.state().go_on(page.until, page.entries);
        }
        Ok(())
    }

    /// How far this process is, if there is more. In another epoch it begins anew.
    fn behind(&self, head: &Cursor) -> Option<Position> {
        let mut state = self.state();
        if state.epoch != head.epoch {
            state.epoch.clone_from(&head.epoch);
            state.last = head.position;
            state.ring = Ring::new(head.position, self.limits.ring);
            state.held.clear();
            Topic::ALL.into_iter().for_each(|topic| state.memory.forget(topic));
            state.listeners.wake_all();
        }
        (state.last < head.position).then_some(state.last)
    }

    /// Where the log ends, as far as this process knows. Whatever is read afterwards holds everything up to here.
    pub fn head(&self) -> Cursor {
        self.state().head()
    }

    /// Whether a user is connected to this process.
    pub(crate) fn is_connected(&self, user: UserId) -> bool {
        self.state().listeners.has(user)
    }

    /// How many streams there are.
    pub fn connections(&self) -> usize {
        self.state().listeners.count()
    }

    /// The users that are connected to this process.
    pub(crate) fn connected_users(&self) -> HashSet<UserId> {
        self.state().listeners.users()
    }

    /// Has a connection hear of the coming and going of these, and of nobody else.
    pub(crate) fn watch(&self, owner: UserId, number: u64, users: Vec<UserId>) {
        self.state().listeners.watch(owner, number, users);
    }

    /// Whom somebody watches here, and who has begun to since this was asked.
    pub(crate) fn watched(&self) -> (Vec<UserId>, Vec<Watch>) {
        self.state().listeners.watched()
    }

    /// They do not know yet whether those they watch are online.
    pub(crate) fn not_told(&self, watches: Vec<Watch>) {
        self.state().listeners.not_told(watches);
    }

    /// Tells one that has begun to watch a user whether that is online.
    pub(crate) fn tell_first(&self, watch: Watch, is_online: bool) {
        self.state().listeners.tell_first(watch, is_online);
    }

    /// Tells those who watch a user whether it is online.
    pub(crate) fn tell_presence(&self, user: UserId, is_online: bool) {
        self.state().listeners.tell_presence(user, is_online);
    }

    pub(crate) fn add(&self, user: UserId, account: AccountId) -> (u64, Arc<Waker>) {
        let mut state = self.state();
        let added = state.listeners.add(user, account, self.limits.connections_per_user);
        count(&state.listeners);
        if state.listeners.count() == 1 {
            // It was idle, and may be seconds behind.
            self.must_poll(&mut state);
        }
        added
    }

    pub(crate) fn remove(&self, user: UserId, number: u64) {
        let mut state = self.state();
        state.listeners.remove(user, number);
        count(&state.listeners);
    }

    /// What a user has not been shown.
    pub(crate) fn find(&self, user: UserId, after: &Cursor) -> Found {
        let state = self.state();
        if after.epoch != state.epoch {
            return Found::Reset(state.head());
        }
        if after.position > state.last {
            return Found::Ahead;
        }
        match state.ring.after(user, after.position, MOST_ENTRIES) {
            Recent::Entries(entries) => Found::Entries(entries, state.last),
            Recent::TooMuch => Found::Reset(state.head()),
            Recent::Unknown if after.position < Position::at(self.clock.now().plus(-self.limits.kept_ms)) => {
                Found::Reset(state.head())
            }
            Recent::Unknown => Found::Older(state.last),
        }
    }

    /// Those of the messages that were stored here a moment ago.
    pub(crate) fn fresh(&self, ids: &[MessageId]) -> HashMap<MessageId, Arc<DeliveredMessage>> {
        let state = self.state();
        ids.iter().filter_map(|id| Some((*id, Arc::clone(state.fresh.get(*id)?)))).collect()
    }

    pub(crate) fn log(&self) -> &dyn EventLog {
        &*self.log
    }
}

fn count(listeners: &Listeners) {
    #[expect(clippy::cast_precision_loss, reason = "a metric")]
    metrics::gauge!("sixin_live_connections").set(listeners.count() as f64);
}

#[cfg(test)]
mod tests;
