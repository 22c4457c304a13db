//! Whoever is told whose devices are to be woken hears of it when it is time, and of what came in one go once.

use sixin_domain::log::{LogEntry, Position};
use sixin_domain::push::LIVES_MS;
use sixin_domain::time::Millis;
use sixin_domain::webhook::lane::Lane;

use super::sending::What;
use super::{MOST_PARKED_LANES, POLL_MS, Worker};
use crate::ports::StoreResult;
use crate::push::gathering::Outcome;

/// So many entries are read at a time, and so often one after the other before anything is sent.
const PAGE: i64 = 500;
const PAGES: usize = 20;
/// With so many that wait nothing more is read.
const MOST_WAITING: usize = 20_000;

impl Worker {
    /// Reads on. What waits is not sent yet, so much more of it is kept than of what others are told. Wakes at a commit say nothing
    /// here: nothing is told before a moment has passed.
    pub(super) async fn read_for_pushes(&mut self, now: Millis) -> StoreResult<()> {
        if now.since(self.looked_at).saturating_abs() < POLL_MS / 2 {
            return Ok(());
        }
        (self.has_news, self.looked_at) = (false, now);
        let oldest = Position::at(now.plus(-LIVES_MS));
        if self.lanes.read_until() < oldest {
            // What is older wakes nobody.
            self.lanes.read([], oldest);
        }
        let head = self.tools.log.head().await?.position;
        if head <= self.lanes.read_until() {
            return Ok(());
        }
        let pushes = &self.tools.pushes;
        if pushes.has_only_devices && !pushes.store.has_devices().await? {
            self.lanes.read([], head);
            return Ok(());
        }
        for _ in 0..PAGES {
            let after = self.lanes.read_until();
            let is_full = self.lanes.unfinished() >= MOST_WAITING || self.parked.count() >= MOST_PARKED_LANES;
            if is_full || head <= after {
                return Ok(());
            }
            let page = self.tools.log.entries(after, head, PAGE).await?;
            self.known = self.known.split_off(&after);
            let is_news =
                |entry: &LogEntry| self.endpoint.wants(&entry.what) && !self.known.contains(&entry.position);
            let entries = page.entries.into_iter().filter(is_news).collect();
            let entries = self.tools.pushes.of_interest(entries).await?;
            self.lanes.read(entries, page.until);
        }
        Ok(())
    }

    /// When the next conversation is to be looked at.
    pub(super) fn next_burst(&self) -> Option<Millis> {
        let burst = self.tools.pushes.burst;
        self.lanes.next_due(|oldest, newest| burst.due(oldest, newest))
    }

    /// Sends what is due, at most so many at a time.
    pub(super) async fn start_bursts(&mut self, now: Millis, most: usize) -> StoreResult<()> {
        let burst = self.tools.pushes.burst;
        loop {
            let room = most.saturating_sub(self.in_flight.len());
            let due = |oldest, newest| burst.due(oldest, newest) <= now;
            let bursts = self.lanes.bursts(room, due, burst.ripe(now));
            if bursts.is_empty() {
                return Ok(());
            }
            let outcomes = match self.tools.pushes.gather(&bursts, now).await {
                Ok(outcomes) => outcomes,
                Err(error) => {
                    bursts.into_iter().for_each(|entries| self.lanes.put_back_all(entries));
                    return Err(error);
                }
            };
            let mut pairs = bursts.into_iter().zip(outcomes);
            while let Some((entries, outcome)) = pairs.next() {
                if let Err(error) = self.start_burst(entries, outcome, now).await {
                    pairs.for_each(|(entries, _)| self.lanes.put_back_all(entries));
                    return Err(error);
                }
            }
        }
    }

    async fn start_burst(
        &mut self,
        entries: Vec<LogEntry>,
        outcome: Outcome,
        now: Millis,
    ) -> StoreResult<()> {
        let Outcome { told, left } = outcome;
        let Some(told) = told else {
            self.finish_burst(&entries);
            return Ok(());
        };
        let newest = told.entry.clone();
        let is_parked = self.is_parked(Lane::of(&newest.what));
        let post = match self.post_of(vec![told], now).await {
            Ok(post) => post,
            Err(error) => {
                self.lanes.put_back_all(entries);
                return Err(error);
            }
        };
        let is_left = |entry: &LogEntry| left.iter().any(|left| left.position == entry.position);
        let entries: Vec<LogEntry> = entries.into_iter().filter(|entry| !is_left(entry)).collect();
        self.lanes.leave(left);
        if is_parked {
            let untried = crate::webhooks::ports::ParkedEvent::untried(&newest);
            self.park_burst(entries, untried);
        } else {
            self.spawn(What::Burst { entries, newest }, post);
        }
        Ok(())
    }

    /// All of it is told, or wakes nobody.
    pub(super) fn finish_burst(&mut self, entries: &[LogEntry]) {
        if let Some(first) = entries.first() {
            self.lanes.free(first);
        }
        entries.iter().for_each(|entry| self.lanes.finish(entry.position));
        self.finished += entries.len();
    }

    /// What was newest is parked; the rest of it is told with that.
    pub(super) fn park_burst(&mut self, entries: Vec<LogEntry>, event: crate::webhooks::ports::ParkedEvent) {
        let (parked, told): (Vec<_>, Vec<_>) =
            entries.into_iter().partition(|entry| entry.position == event.position);
        for entry in &told {
            self.lanes.finish(entry.position);
        }
        for entry in parked {
            self.lanes.free(&entry);
            self.to_park.push((entry, event.clone()));
        }
    }
}
