//! The stream of one connection: a cursor on the log and a waker, no queue.

use std::collections::VecDeque;
use std::sync::Arc;

use sixin_domain::event::Event;
use sixin_domain::id::{AccountId, UserId};
use sixin_domain::log::{Cursor, LogEntry, Position};
use sixin_domain::time::Millis;

use super::follower::{Follower, Found};
use super::listeners::{Signal, Waker};
use super::loading::MessageLoader;
use super::ports::{DeliveredMessage, Missed};
use super::reading::{Reading, size};
use crate::ports::StoreResult;

/// Entries of one chunk.
const CHUNK: usize = 64;
/// Bytes of contents after which a chunk ends.
const CHUNK_BYTES: usize = 64 * 1024;
/// What was looked up and not shown yet, at most; the rest is looked up again.
const PENDING: usize = 10 * CHUNK;

/// Makes streams.
pub struct LiveStreams {
    /// What follows the log.
    pub follower: Arc<Follower>,
    /// What loads messages.
    pub loader: Arc<MessageLoader>,
    /// Whether senders are told that their messages were read.
    pub has_receipts: bool,
}

/// Whose stream it is.
#[derive(Debug, Clone, Copy)]
pub struct StreamOwner {
    /// The user.
    pub user: UserId,
    /// Its account.
    pub account: AccountId,
    /// A former member of a private site sees no message after that time.
    pub membership_end: Option<Millis>,
}

/// What a stream shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LiveItem {
    /// An entry of the log.
    Logged(Position, LiveEvent),
    /// What is live only.
    Signal(Signal),
}

/// What an entry shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LiveEvent {
    /// A message, as it stands now or stood when it was stored a moment ago.
    Message(Arc<DeliveredMessage>),
    /// A change, with the message it is about, if that is one.
    Changed(Box<Event>, Option<Arc<DeliveredMessage>>),
}

/// Some items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct News {
    /// In order; maybe none.
    pub items: Vec<LiveItem>,
    /// What to ask after the next time.
    pub cursor: Cursor,
    /// Whether the stream has now, for the first time, shown everything there was.
    pub has_caught_up: bool,
}

/// What comes next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// News.
    News(News),
    /// What was missed can't be told one by one: read the lists anew, and go on from here.
    Reset(Cursor),
    /// What the connection was let in by has to be looked at again.
    Check,
    /// Newer connections of the user took its place.
    Replaced,
}

impl LiveStreams {
    pub(crate) fn reading(&self, owner: StreamOwner) -> Reading {
        let (follower, loader) = (Arc::clone(&self.follower), Arc::clone(&self.loader));
        Reading { follower, loader, has_receipts: self.has_receipts, owner }
    }

    /// A stream that shows what comes after a cursor; without one, what comes from now on.
    #[must_use]
    pub fn open(&self, owner: StreamOwner, after: Option<Cursor>) -> LiveStream {
        let (number, waker) = self.follower.add(owner.user, owner.account);
        LiveStream {
            follower: Arc::clone(&self.follower),
            reading: self.reading(owner),
            cursor: after.unwrap_or_else(|| self.follower.head()),
            owner,
            number,
            waker,
            pending: VecDeque::new(),
            pending_until: Position::default(),
            has_caught_up: false,
        }
    }
}

/// The stream of one connection. Dropped, it is gone.
pub struct LiveStream {
    follower: Arc<Follower>,
    reading: Reading,
    owner: StreamOwner,
    number: u64,
    waker: Arc<Waker>,
    cursor: Cursor,
    pending: VecDeque<LogEntry>,
    /// Up to here there is nothing but what is pending.
    pending_until: Position,
    has_caught_up: bool,
}

impl Drop for LiveStream {
    fn drop(&mut self) {
        self.follower.remove(self.owner.user, self.number);
    }
}

impl LiveStream {
    /// Up to here everything was shown.
    #[must_use]
    pub fn cursor(&self) -> &Cursor {
        &self.cursor
    }

    /// What is known of its owner now.
    pub fn owned_by(&mut self, owner: StreamOwner) {
        (self.owner, self.reading.owner) = (owner, owner);
    }

    /// Has the stream show the coming and going of these users.
    pub fn watch(&self, users: Vec<UserId>) {
        self.follower.watch(self.owner.user, self.number, users);
    }

    /// What comes next, as soon as there is anything. May be dropped and called again at any time; nothing is lost by it but
    /// signals.
    ///
    /// # Errors
    /// If the store can't be read; calling again goes on.
    pub async fn next(&mut self) -> StoreResult<Step> {
        loop {
            if let Some(step) = self.now().await? {
                return Ok(step);
            }
            self.waker.news.notified().await;
        }
    }

    /// What there is now; `None` if there is nothing.
    ///
    /// # Errors
    /// If the store can't be read; calling again goes on.
    pub async fn now(&mut self) -> StoreResult<Option<Step>> {
        if self.waker.is_replaced() {
            return Ok(Some(Step::Replaced));
        }
        if self.waker.must_check() {
            return Ok(Some(Step::Check));
        }
        let signals: Vec<_> = self.waker.take_signals().into_iter().map(LiveItem::Signal).collect();
        if !signals.is_empty() {
            let cursor = self.cursor.clone();
            return Ok(Some(Step::News(News { items: signals, cursor, has_caught_up: false })));
        }
        loop {
            if self.pending.is_empty()
                && let Some(reset) = self.look().await?
            {
                return Ok(Some(reset));
            }
            if self.pending.is_empty() {
                self.cursor.position = self.cursor.position.max(self.pending_until);
                let is_first = !std::mem::replace(&mut self.has_caught_up, true);
                let cursor = self.cursor.clone();
                let told = News { items: Vec::new(), cursor, has_caught_up: true };
                return Ok(is_first.then_some(Step::News(told)));
            }
            let items = self.chunk().await?;
            if !items.is_empty() {
                let cursor = self.cursor.clone();
                return Ok(Some(Step::News(News { items, cursor, has_caught_up: false })));
            }
        }
    }

    /// Looks up what comes after the cursor.
    async fn look(&mut self) -> StoreResult<Option<Step>> {
        let user = self.owner.user;
        let (entries, until) = match self.follower.find(user, &self.cursor) {
            Found::Entries(entries, until) => (entries, until),
            Found::Reset(head) => return Ok(Some(self.reset(head))),
            Found::Ahead => {
                let head = self.follower.log().head().await?;
                if head.epoch != self.cursor.epoch || head.position < self.cursor.position {
                    return Ok(Some(self.reset(head)));
                }
                self.follower.poll().await?;
                return Ok(None);
            }
            Found::Older(until) => {
                match self.follower.log().missed(user, self.cursor.position, until).await? {
                    Missed::Entries(entries) => (entries, until),
                    Missed::TooMuch => {
                        let head = self.follower.head();
                        return Ok(Some(self.reset(head)));
                    }
                }
            }
        };
        let beyond = entries.get(PENDING - 1).filter(|_| entries.len() > PENDING);
        self.pending_until = beyond.map_or(until, |last| last.position);
        self.pending = entries.into_iter().take(PENDING).collect();
        Ok(None)
    }

    fn reset(&mut self, head: Cursor) -> Step {
        self.pending.clear();
        self.cursor = head.clone();
        Step::Reset(head)
    }

    /// The next entries as items, and the cursor after them.
    async fn chunk(&mut self) -> StoreResult<Vec<LiveItem>> {
        let count = self.pending.len().min(CHUNK);
        let known = self.reading.known(self.pending.iter().take(count)).await?;
        let (mut items, mut bytes) = (Vec::new(), 0);
        for _ in 0..count {
            let Some(entry) = self.pending.pop_front() else { break };
            self.cursor.position = entry.position;
            let Some(event) = self.reading.shown(entry.what, &known) else { continue };
            bytes += size(&event);
            items.push(LiveItem::Logged(entry.position, event));
            if bytes >= CHUNK_BYTES {
                break;
            }
        }
        if self.pending.is_empty() {
            self.pending = VecDeque::new();
            self.cursor.position = self.cursor.position.max(self.pending_until);
        }
        Ok(items)
    }
}

#[cfg(test)]
mod tests;
