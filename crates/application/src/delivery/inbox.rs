//! What a user has not got yet, in pages: for whoever asks with a position instead of being told, and is never told to begin anew.

use std::collections::VecDeque;
use std::sync::Arc;

use sixin_domain::log::{Cursor, LogEntry, Logged, Position};
use sixin_domain::time::Millis;

use super::follower::Found;
use super::reading::{Reading, size};
use super::stream::{LiveEvent, LiveStreams, StreamOwner};
use crate::ports::StoreResult;

/// How long what was missed waits; what is older is found in histories.
const KEPT_MS: i64 = 7 * 24 * 60 * 60 * 1000;
/// Entries that are looked up at once; the rest is looked up again.
const LOOKED_UP: i64 = 2_000;
/// Entries whose messages are loaded at once.
const CHUNK: usize = 64;

/// How much one page holds.
#[derive(Debug, Clone, Copy)]
pub struct PageBounds {
    /// Entries at most.
    pub entries: usize,
    /// Bytes of contents after which it ends.
    pub bytes: usize,
}

/// What comes next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboxPage {
    /// In order; maybe none.
    pub events: Vec<(Position, LiveEvent)>,
    /// Where to go on. Never before the position that was asked for.
    pub until: Position,
    /// Whether that was all there is now.
    pub is_last: bool,
}

/// The inbox of one connection. What was looked up and not asked for yet is kept for the next page.
pub struct Inbox {
    streams: Arc<LiveStreams>,
    cursor: Position,
    pending: VecDeque<LogEntry>,
    /// Up to here there is nothing but what is pending.
    pending_until: Position,
    is_all: bool,
    has_messages: bool,
}

impl Inbox {
    /// One of which nothing is known yet.
    #[must_use]
    pub fn new(streams: Arc<LiveStreams>) -> Self {
        let (cursor, pending_until) = (Position::default(), Position::default());
        Self { streams, cursor, pending: VecDeque::new(), pending_until, is_all: false, has_messages: true }
    }

    /// One that holds changes only: no message is looked at but those that were changed.
    #[must_use]
    pub fn of_changes(streams: Arc<LiveStreams>) -> Self {
        Self { has_messages: false, ..Self::new(streams) }
    }

    /// What comes after a position.
    ///
    /// # Errors
    /// If the store can't be read; asking again goes on.
    pub async fn page(
        &mut self,
        owner: StreamOwner,
        after: Position,
        now: Millis,
        bounds: PageBounds,
    ) -> StoreResult<InboxPage> {
        let after = after.max(Position::at(now.plus(-KEPT_MS)));
        let reading = self.streams.reading(owner);
        if self.pending.is_empty() || after != self.cursor {
            self.look(&reading, after).await?;
        }
        let (mut events, mut bytes) = (Vec::new(), 0);
        while !self.pending.is_empty() && events.len() < bounds.entries && bytes < bounds.bytes {
            let count = self.pending.len().min(CHUNK).min(bounds.entries - events.len());
            let known = reading.known(self.pending.iter().take(count)).await?;
            for entry in self.pending.drain(..count) {
                self.cursor = entry.position;
                let Some(event) = reading.shown(entry.what, &known) else { continue };
                bytes += size(&event);
                events.push((entry.position, event));
            }
        }
        if self.pending.is_empty() {
            self.cursor = self.cursor.max(self.pending_until);
        }
        Ok(InboxPage { events, until: self.cursor, is_last: self.pending.is_empty() && self.is_all })
    }

    async fn look(&mut self, reading: &Reading, after: Position) -> StoreResult<()> {
        let user = reading.owner.user;
        let Cursor { epoch, .. } = reading.follower.head();
        (self.cursor, self.pending_until, self.is_all) = (after, after, true);
        self.pending.clear();
        let until = match reading.follower.find(user, &Cursor { epoch, position: after }) {
            Found::Entries(entries, until) => {
                let wanted = |entry: &LogEntry| self.has_messages || matches!(entry.what, Logged::Change(_));
                self.pending = entries.into_iter().filter(wanted).collect();
                self.pending_until = until;
                return Ok(());
            }
            // Another process has given the position; what comes after it is told once it is known here.
            Found::Ahead => return reading.follower.poll().await,
            Found::Older(until) => until,
            Found::Reset(head) => head.position,
        };
        let log = reading.follower.log();
        let found = if self.has_messages {
            log.first(user, after, until, LOOKED_UP).await?
        } else {
            log.first_changes(user, after, until, LOOKED_UP).await?
        };
        self.is_all = i64::try_from(found.len()).is_ok_and(|count| count < LOOKED_UP);
        self.pending_until =
            if self.is_all { until } else { found.last().map_or(until, |last| last.position) };
        self.pending = found.into();
        Ok(())
    }
}

#[cfg(test)]
mod tests;
