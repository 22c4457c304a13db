//! Tells one endpoint, as long as this process holds it.

mod bursts;
mod choosing;
mod measuring;
mod outcome;
mod parked;
mod sending;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use sixin_domain::log::{LogEntry, Position};
use sixin_domain::time::Millis;
use sixin_domain::webhook::endpoint::Endpoint;
use sixin_domain::webhook::health::OffReason;
use sixin_domain::webhook::retry::RetrySchedule;
use tokio::sync::watch;
use tokio::task::JoinSet;

use self::parked::ParkedLanes;
use self::sending::Sent;
use super::lanes::Lanes;
use super::ports::{EndpointWork, Held, ParkedEvent, Poster, Progress};
use super::telling::Teller;
use crate::access::ports::AppKeys;
use crate::delivery::ports::EventLog;
use crate::ports::{Clock, SecretSource, StoreResult};
use crate::push::gathering::PushTeller;

/// How often it is looked whether others have committed anything.
const POLL: Duration = Duration::from_millis(POLL_MS.unsigned_abs());
const POLL_MS: i64 = 500;
/// After a look this passes before the next: what is committed meanwhile is read together.
const BETWEEN: Duration = Duration::from_millis(10);
/// How often it is kept how far an endpoint is, at least.
const KEEP_MS: i64 = 1_000;
/// And after so many events.
const KEEP_EVENTS: usize = 500;
/// With so many lanes that wait, nothing more is read until there are fewer.
const MOST_PARKED_LANES: usize = 10_000;
/// How long what is under way may take to end when the worker is to stop.
const TO_END: Duration = Duration::from_secs(2);

/// What workers need.
pub(crate) struct Tools {
    pub(crate) log: Arc<dyn EventLog>,
    pub(crate) work: Arc<dyn EndpointWork>,
    pub(crate) keys: Arc<dyn AppKeys>,
    pub(crate) teller: Teller,
    pub(crate) pushes: PushTeller,
    pub(crate) poster: Arc<dyn Poster>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) secrets: Arc<dyn SecretSource>,
    pub(crate) schedule: RetrySchedule,
}

impl Tools {
    /// From 0 to 999.
    fn chance(&self) -> i64 {
        self.secrets.number(6) % 1000
    }
}

/// Why a worker ends.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// It was told to.
    Stopped,
    /// The endpoint is not this process's any longer, or was changed.
    NotOurs,
    /// The endpoint was switched off.
    Off(OffReason),
}

/// Tells one endpoint.
pub(crate) struct Worker {
    tools: Arc<Tools>,
    endpoint: Endpoint,
    held: Held,
    lanes: Lanes,
    parked: ParkedLanes,
    /// What is parked already although it stands after the cursor.
    known: BTreeSet<Position>,
    /// What failed and is not parked yet.
    to_park: Vec<(LogEntry, ParkedEvent)>,
    in_flight: JoinSet<Sent>,
    /// Whether there is more in the log, as far as is known.
    has_news: bool,
    looked_at: Millis,
    kept: Progress,
    kept_at: Millis,
    finished: usize,
    measured_at: Millis,
    /// When the last request with several events was begun.
    gathered_at: Millis,
    ending: Option<Ending>,
}

impl Worker {
    pub(crate) fn new(tools: Arc<Tools>, endpoint: Endpoint, token: &str) -> Self {
        let held = Held { endpoint: endpoint.id, token: token.to_owned(), replays: endpoint.replays };
        Self {
            lanes: Lanes::after(endpoint.cursor),
            parked: ParkedLanes::default(),
            known: BTreeSet::new(),
            to_park: Vec::new(),
            in_flight: JoinSet::new(),
            has_news: true,
            looked_at: Millis(0),
            kept: Progress { cursor: endpoint.cursor, health: endpoint.health },
            kept_at: Millis(0),
            finished: 0,
            measured_at: Millis(0),
            gathered_at: Millis(0),
            ending: None,
            held,
            tools,
            endpoint,
        }
    }

    /// Works until it is told to stop or may not go on.
    pub(crate) async fn run(
        mut self,
        mut news: watch::Receiver<()>,
        mut stop: watch::Receiver<bool>,
    ) -> Ending {
        let mut is_begun = false;
        let mut has_failed = false;
        loop {
            let step = async {
                if !is_begun {
                    self.begin().await?;
                    is_begun = true;
                }
                self.step().await
            };
            match step.await {
                Ok(()) => has_failed = false,
                Err(error) => {
                    if !std::mem::replace(&mut has_failed, true) {
                        tracing::warn!(%error, endpoint = self.endpoint.id.0, "the store does not answer; a webhook waits");
                    }
                }
            }
            if let Some(ending) = self.ending.take() {
                return ending;
            }
            if *stop.borrow() {
                return self.end().await;
            }
            let pause = if has_failed { POLL } else { self.pause() };
            tokio::select! {
                Some(sent) = self.in_flight.join_next() => {
                    self.note(sent).await;
                    while let Some(sent) = self.in_flight.try_join_next() {
                        self.note(sent).await;
                    }
                }
                _ = news.changed() => {
                    tokio::time::sleep(BETWEEN).await;
                    self.has_news = true;
                }
                // Whoever could say so is gone: that is the same.
                _ = stop.changed() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// What others have left of it.
    async fn begin(&mut self) -> StoreResult<()> {
        let id = self.endpoint.id;
        let most = i64::try_from(MOST_PARKED_LANES).unwrap_or(i64::MAX);
        self.parked = ParkedLanes::of(self.tools.work.first_parked(id, most).await?);
        let cursor = self.kept.cursor;
        self.known = self.tools.work.parked_after(id, cursor, most).await?.into_iter().collect();
        self.lanes = Lanes::after(cursor);
        Ok(())
    }

    /// Does what can be done now.
    async fn step(&mut self) -> StoreResult<()> {
        let now = self.tools.clock.now();
        self.park().await?;
        if self.ending.is_some() {
            return Ok(());
        }
        if self.endpoint.health.is_probing() {
            if self.in_flight.is_empty() && self.endpoint.health.next_probe.is_some_and(|at| at <= now) {
                self.probe().await?;
            }
        } else {
            self.retry(now).await?;
            if self.endpoint.is_of_pushes() {
                self.read_for_pushes(now).await?;
                self.start_bursts(now, self.endpoint.max_in_flight).await?;
            } else {
                self.read(now).await?;
                self.start(now).await?;
            }
        }
        self.park().await?;
        self.keep(now).await?;
        self.measure(now).await
    }

    /// Parks what failed and what stands behind that. It is finished then.
    async fn park(&mut self) -> StoreResult<()> {
        if self.to_park.is_empty() {
            return Ok(());
        }
        let events: Vec<ParkedEvent> = self.to_park.iter().map(|(_, event)| event.clone()).collect();
        // The cursor as it was before: what is parked here is not finished yet.
        if !self.tools.work.park(&self.held, &events, self.progress()).await? {
            self.ending = Some(Ending::NotOurs);
            return Ok(());
        }
        for (entry, event) in self.to_park.drain(..) {
            self.lanes.finish(entry.position);
            self.parked.add(event);
            self.finished += 1;
        }
        Ok(())
    }

    fn progress(&self) -> Progress {
        Progress { cursor: self.lanes.cursor().max(self.kept.cursor), health: self.endpoint.health }
    }

    /// Keeps how far it is, from time to time.
    async fn keep(&mut self, now: Millis) -> StoreResult<()> {
        let is_due = now.since(self.kept_at) >= KEEP_MS || self.finished >= KEEP_EVENTS;
        if !is_due || self.ending.is_some() {
            return Ok(());
        }
        let progress = self.progress();
        if progress != self.kept && !self.tools.work.keep(&self.held, progress).await? {
            self.ending = Some(Ending::NotOurs);
            return Ok(());
        }
        (self.kept, self.kept_at, self.finished) = (progress, now, 0);
        Ok(())
    }

    /// Waits for what is under way, but not for long, and keeps how far it is.
    async fn end(mut self) -> Ending {
        let finish = async {
            while let Some(sent) = self.in_flight.join_next().await {
                self.note(sent).await;
            }
        };
        // What does not end in time is sent again by whoever goes on.
        let _ = tokio::time::timeout(TO_END, finish).await;
        let kept = async {
            self.park().await?;
            self.kept_at = Millis(0);
            self.keep(self.tools.clock.now()).await
        };
        if let Err(error) = kept.await {
            tracing::warn!(%error, endpoint = self.endpoint.id.0, "how far a webhook is could not be kept; some of it is sent again");
        }
        Ending::Stopped
    }
}

#[cfg(test)]
mod tests;
