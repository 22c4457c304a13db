//! What is sent next.

use std::time::Duration;

use sixin_domain::log::LogEntry;
use sixin_domain::time::Millis;
use sixin_domain::webhook::lane::Lane;

use super::{KEEP_MS, MOST_PARKED_LANES, POLL, POLL_MS, Worker};
use crate::ports::StoreResult;
use crate::webhooks::ports::ParkedEvent;

/// So many entries are read at a time, and about so many are read and not finished.
const PAGE: i64 = 500;
/// With fewer than that left, more are read.
const FEW: usize = 250;

impl Worker {
    /// Reads on, if there is not much left.
    pub(super) async fn read(&mut self, now: Millis) -> StoreResult<()> {
        let is_time = self.has_news || now.since(self.looked_at).saturating_abs() >= POLL_MS;
        if !is_time || self.lanes.unfinished() >= FEW || self.parked.count() >= MOST_PARKED_LANES {
            return Ok(());
        }
        let (after, head) = (self.lanes.read_until(), self.tools.log.head().await?.position);
        (self.has_news, self.looked_at) = (false, now);
        if head <= after {
            return Ok(());
        }
        let page = self.tools.log.entries(after, head, PAGE).await?;
        self.has_news = page.until < head;
        self.known = self.known.split_off(&after);
        let known = &self.known;
        let is_news = |entry: &LogEntry| self.endpoint.wants(&entry.what) && !known.contains(&entry.position);
        self.lanes.read(page.entries.into_iter().filter(is_news), page.until);
        Ok(())
    }

    /// How long nothing is due.
    pub(super) fn pause(&self) -> Duration {
        let now = self.tools.clock.now();
        let due = match self.endpoint.health.next_probe {
            Some(_) if !self.in_flight.is_empty() => None,
            Some(probe) => Some(probe),
            None if self.endpoint.is_of_pushes() => {
                // What is due and has no room waits for some, which wakes.
                let burst = self.next_burst().filter(|_| self.has_room());
                self.parked.next_due().into_iter().chain(burst).min()
            }
            None => self.parked.next_due(),
        };
        let until = |due: Millis| Duration::from_millis(u64::try_from(due.since(now).max(1)).unwrap_or(1));
        due.map_or(POLL, |due| until(due).min(POLL))
    }

    pub(super) fn has_room(&self) -> bool {
        self.in_flight.len() < self.endpoint.max_in_flight
    }

    pub(super) fn is_parked(&self, lane: Lane) -> bool {
        self.parked.has(lane) || self.to_park.iter().any(|(_, event)| event.lane == lane)
    }

    /// Sends what is ready: at once what goes alone, what may go together gathered over a moment.
    pub(super) async fn start(&mut self, now: Millis) -> StoreResult<()> {
        let most = self.endpoint.kind.most_at_once();
        if most > 1 {
            /// For how long events of such a kind are gathered.
            const GATHER_MS: i64 = 1_000;
            if !self.in_flight.is_empty() || now.since(self.gathered_at) < GATHER_MS {
                return Ok(());
            }
            let entries = self.ready(most);
            if !entries.is_empty() {
                self.gathered_at = now;
                self.send_together(entries, now).await?;
            }
            return Ok(());
        }
        while self.has_room() {
            let entries = self.ready(self.endpoint.max_in_flight - self.in_flight.len());
            if entries.is_empty() {
                return Ok(());
            }
            self.send_apart(entries, now).await?;
        }
        Ok(())
    }

    /// The next entries that may be sent. Those behind a parked one are parked too.
    pub(super) fn ready(&mut self, most: usize) -> Vec<LogEntry> {
        let mut ready = Vec::new();
        while ready.len() < most
            && let Some(entry) = self.lanes.next()
        {
            let lane = Lane::of(&entry.what);
            if self.is_parked(lane) {
                self.lanes.free(&entry);
                self.to_park.push((entry.clone(), ParkedEvent::untried(&entry)));
            } else {
                ready.push(entry);
            }
        }
        ready
    }

    /// Sends one thing, to find out whether the receiver is back.
    pub(super) async fn probe(&mut self) -> StoreResult<()> {
        let now = self.tools.clock.now();
        if let Some(event) = self.parked.first() {
            return self.send_parked(event, now).await;
        }
        if self.endpoint.is_of_pushes() {
            self.read_for_pushes(now).await?;
            self.start_bursts(now, 1).await?;
            if self.in_flight.is_empty() {
                self.endpoint.health.next_probe = Some(now.plus(KEEP_MS));
            }
            return Ok(());
        }
        self.read(now).await?;
        let most = self.endpoint.kind.most_at_once();
        match self.ready(1).pop() {
            Some(entry) if most > 1 => self.send_together(vec![entry], now).await,
            Some(entry) => self.send_apart(vec![entry], now).await,
            None => {
                // Nothing is left that could be sent: it is asked again with the next event.
                self.endpoint.health.next_probe = Some(now.plus(KEEP_MS));
                Ok(())
            }
        }
    }
}
