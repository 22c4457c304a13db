//! What is sent, and what becomes of it.

use std::sync::Arc;

use sixin_domain::log::{LogEntry, Position};
use sixin_domain::time::Millis;
use sixin_domain::webhook::endpoint::EndpointKind;
use sixin_domain::webhook::health::Taken;
use sixin_domain::webhook::lane::Lane;

use super::Worker;
use crate::ports::StoreResult;
use crate::webhooks::ports::{ParkedEvent, Post, PostFailure, Posted};
use crate::webhooks::posting::post_to;
use crate::webhooks::telling::Telling;

/// What was sent.
pub(super) enum What {
    /// These, as they came from the log.
    Entries(Vec<LogEntry>),
    /// What came in one go in one direction of a conversation; the newest of it was sent.
    Burst { entries: Vec<LogEntry>, newest: LogEntry },
    /// One that was parked.
    Parked(ParkedEvent),
}

/// What was sent, and how it was taken.
pub(super) struct Sent {
    pub(super) what: What,
    posted: Posted,
}

impl Sent {
    pub(super) fn taken(&self) -> Taken {
        match &self.posted {
            Posted::Taken => Taken::Yes,
            Posted::Gone => Taken::Gone,
            Posted::Failed { retry_after_ms, .. } => Taken::No { retry_after_ms: *retry_after_ms },
        }
    }

    fn asked_ms(&self) -> Option<i64> {
        match self.posted {
            Posted::Failed { retry_after_ms, .. } => retry_after_ms,
            Posted::Taken | Posted::Gone => None,
        }
    }

    fn why(&self) -> String {
        match &self.posted {
            Posted::Taken => String::new(),
            Posted::Gone => PostFailure::Status(410).to_string(),
            Posted::Failed { why, .. } => why.to_string(),
        }
    }
}

impl Worker {
    /// A request that tells these; `None` if there is nothing to tell of them.
    async fn post(&self, entries: Vec<LogEntry>, at: Millis) -> StoreResult<Option<Post>> {
        if self.endpoint.is_of_pushes() {
            let outcome = self.tools.pushes.gather(&[entries], at).await?.pop();
            let Some(told) = outcome.and_then(|outcome| outcome.told) else { return Ok(None) };
            return self.post_of(vec![told], at).await.map(Some);
        }
        let tellings: Vec<Telling> = self
            .tools
            .teller
            .gather(&entries)
            .await?
            .into_iter()
            .flatten()
            .filter(|told| self.is_told(told))
            .collect();
        if tellings.is_empty() {
            return Ok(None);
        }
        self.post_of(tellings, at).await.map(Some)
    }

    pub(super) async fn post_of(&self, tellings: Vec<Telling>, at: Millis) -> StoreResult<Post> {
        let with = (&*self.tools.keys, &*self.tools.secrets);
        post_to(self.endpoint.clone(), Some(tellings), at, with).await
    }

    /// Whether a route is told of such a message: what back ends have published only if that is wanted, and nothing that was recalled
    /// before.
    fn is_told(&self, telling: &Telling) -> bool {
        let Some(message) =
            telling.message.as_ref().filter(|_| self.endpoint.kind == EndpointKind::RongRoute)
        else {
            return true;
        };
        message.delivered.is_enabled && (self.endpoint.has_server_messages || !message.is_of_server())
    }

    /// Sends each of these in a request of its own.
    pub(super) async fn send_apart(&mut self, entries: Vec<LogEntry>, at: Millis) -> StoreResult<()> {
        let gathered = match self.tools.teller.gather(&entries).await {
            Ok(gathered) => gathered,
            Err(error) => {
                entries.into_iter().rev().for_each(|entry| self.lanes.put_back(entry));
                return Err(error);
            }
        };
        let mut pairs = entries.into_iter().zip(gathered);
        while let Some((entry, telling)) = pairs.next() {
            let Some(telling) = telling.filter(|telling| self.is_told(telling)) else {
                self.skip(&entry);
                continue;
            };
            match self.post_of(vec![telling], at).await {
                Ok(post) => self.spawn(What::Entries(vec![entry]), post),
                Err(error) => {
                    self.lanes.put_back(entry);
                    pairs.for_each(|(entry, _)| self.lanes.put_back(entry));
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    /// Sends all of these in one request.
    pub(super) async fn send_together(&mut self, entries: Vec<LogEntry>, at: Millis) -> StoreResult<()> {
        match self.post(entries.clone(), at).await {
            Ok(Some(post)) => {
                self.spawn(What::Entries(entries), post);
                Ok(())
            }
            Ok(None) => {
                entries.iter().for_each(|entry| self.skip(entry));
                Ok(())
            }
            Err(error) => {
                entries.into_iter().for_each(|entry| self.lanes.put_back(entry));
                Err(error)
            }
        }
    }

    /// Tries again what is due.
    pub(super) async fn retry(&mut self, now: Millis) -> StoreResult<()> {
        for event in self.parked.due(now) {
            if !self.has_room() {
                return Ok(());
            }
            self.send_parked(event, now).await?;
        }
        Ok(())
    }

    /// Sends what was parked; what is not in the log any longer, or not to be told, waits no more.
    pub(super) async fn send_parked(&mut self, event: ParkedEvent, now: Millis) -> StoreResult<()> {
        let post = match self.entry_at(event.position).await? {
            Some(entry) => self.post(vec![entry], now).await?,
            None => None,
        };
        if let Some(post) = post {
            self.parked.under_way(event.lane);
            self.spawn(What::Parked(event), post);
        } else {
            self.told(What::Parked(event)).await;
        }
        Ok(())
    }

    /// What stands at a position, if it is still kept.
    async fn entry_at(&self, position: Position) -> StoreResult<Option<LogEntry>> {
        let page = self.tools.log.entries(position.plus(-1), position, 1).await?;
        Ok(page.entries.into_iter().find(|entry| entry.position == position))
    }

    pub(super) fn spawn(&mut self, what: What, post: Post) {
        let poster = Arc::clone(&self.tools.poster);
        self.in_flight.spawn(async move { Sent { posted: poster.post(post).await, what } });
    }

    fn skip(&mut self, entry: &LogEntry) {
        self.lanes.free(entry);
        self.lanes.finish(entry.position);
    }

    /// What was sent was taken.
    pub(super) async fn told(&mut self, what: What) {
        match what {
            What::Entries(entries) => {
                self.finished += entries.len();
                entries.iter().for_each(|entry| self.skip(entry));
            }
            What::Burst { entries, .. } => self.finish_burst(&entries),
            What::Parked(event) => {
                let unparked = self.tools.work.unpark(&self.held, event.position).await;
                self.hold_on(unparked);
                self.next_of(event.lane).await;
            }
        }
    }

    /// The next event of a lane whose first one is not waiting any longer.
    async fn next_of(&mut self, lane: Lane) {
        match self.tools.work.next_parked(self.endpoint.id, lane).await {
            Ok(next) => self.parked.replace(lane, next),
            Err(error) => self.hold_on(Err(error)),
        }
    }

    /// What was sent was not taken.
    pub(super) async fn failed(&mut self, sent: Sent, now: Millis) {
        let (asked, why) = (sent.asked_ms(), sent.why());
        let chance = self.tools.chance();
        match sent.what {
            What::Burst { entries, newest } => {
                let event = self.failed_first(&newest, (now, chance, asked), why);
                self.park_burst(entries, event);
            }
            What::Entries(entries) => {
                for entry in entries {
                    let event = self.failed_first(&entry, (now, chance, asked), why.clone());
                    self.lanes.free(&entry);
                    self.to_park.push((entry, event));
                }
            }
            What::Parked(event) => {
                let tries = event.tries.saturating_add(1);
                let pause = self.tools.schedule.pause(tries, chance, asked);
                let event = ParkedEvent {
                    tries,
                    next_at: now.plus(pause.unwrap_or(0)),
                    first_failed_at: event.first_failed_at.or(Some(now)),
                    last_failure: why,
                    is_dead: pause.is_none(),
                    ..event
                };
                let (lane, is_dead) = (event.lane, event.is_dead);
                let reparked = self.tools.work.repark(&self.held, &event).await;
                self.hold_on(reparked);
                if is_dead {
                    metrics::counter!("sixin_webhook_dead_total", "endpoint" => self.label()).increment(1);
                    self.next_of(lane).await;
                } else {
                    self.parked.replace(lane, Some(event));
                }
            }
        }
    }

    /// That an event has failed for the first time.
    fn failed_first(
        &self,
        entry: &LogEntry,
        (now, chance, asked): (Millis, i64, Option<i64>),
        last_failure: String,
    ) -> ParkedEvent {
        let pause = self.tools.schedule.pause(1, chance, asked).unwrap_or(0);
        ParkedEvent {
            tries: 1,
            next_at: now.plus(pause),
            first_failed_at: Some(now),
            last_failure,
            ..ParkedEvent::untried(entry)
        }
    }

    /// A probe was not taken: what was sent stays where it is.
    pub(super) fn put_back(&mut self, what: What) {
        match what {
            What::Entries(entries) => entries.into_iter().for_each(|entry| self.lanes.put_back(entry)),
            What::Burst { entries, .. } => self.lanes.put_back_all(entries),
            What::Parked(event) => self.parked.replace(event.lane, Some(event)),
        }
    }

    pub(super) fn count(&self, sent: &Sent) {
        let name = match &sent.posted {
            Posted::Taken => "sixin_webhook_told_total",
            Posted::Gone | Posted::Failed { .. } => "sixin_webhook_failures_total",
        };
        metrics::counter!(name, "endpoint" => self.label()).increment(1);
    }
}
