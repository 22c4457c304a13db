//! Works for the endpoints that this process holds. Several processes share them evenly by leases on the database's clock: whoever has
//! more than its share lets some go, and the endpoints of one that dies are taken over within seconds.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use sixin_domain::id::EndpointId;
use sixin_domain::time::Millis;
use sixin_domain::webhook::endpoint::Endpoint;
use sixin_domain::webhook::retry::RetrySchedule;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::ports::{EndpointWork, Holding, Poster};
use super::telling::Teller;
use super::waking::WebhookBell;
use super::worker::{Tools, Worker};
use crate::access::ports::AppKeys;
use crate::delivery::ports::EventLog;
use crate::ports::{Clock, SecretSource, StoreResult};
use crate::push::gathering::PushTeller;

/// How often endpoints are looked for, and leases renewed.
const LOOK: Duration = Duration::from_secs(1);
/// How long an endpoint is held without being renewed.
const LEASE_MS: i64 = 6_000;
/// So long before its end a lease that could not be renewed is given up. A lease of which a third is over counts as renewed.
const MARGIN_MS: i64 = 2_500;
/// How long workers have to end when the process stops.
const TO_END: Duration = Duration::from_secs(4);

/// What telling receivers needs.
pub struct WebhookParts {
    /// The log.
    pub log: Arc<dyn EventLog>,
    /// Where endpoints are kept.
    pub work: Arc<dyn EndpointWork>,
    /// The keys that sign for RongCloud's receivers.
    pub keys: Arc<dyn AppKeys>,
    /// What gathers what is told.
    pub teller: Teller,
    /// What gathers whose devices are to be woken.
    pub pushes: PushTeller,
    /// What reaches receivers.
    pub poster: Arc<dyn Poster>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub secrets: Arc<dyn SecretSource>,
    /// When what failed is tried again.
    pub schedule: RetrySchedule,
    /// What hears of commits.
    pub bell: Arc<WebhookBell>,
    /// That of this process.
    pub token: String,
}

/// Tells receivers.
pub struct Webhooks {
    tools: Arc<Tools>,
    bell: Arc<WebhookBell>,
    token: String,
    workers: HashMap<EndpointId, Working>,
    /// When the leases were last known to hold, on the steady clock.
    held_at: Millis,
}

struct Working {
    generation: i64,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Webhooks {
    /// Of a process.
    #[must_use]
    pub fn new(parts: WebhookParts) -> Self {
        let WebhookParts { log, work, keys, teller, pushes, poster, clock, secrets, schedule, .. } = parts;
        let WebhookParts { bell, token, .. } = parts;
        let held_at = clock.steady();
        let tools = Tools { log, work, keys, teller, pushes, poster, clock, secrets, schedule };
        Self { tools: Arc::new(tools), bell, token, workers: HashMap::new(), held_at }
    }

    /// Works until it is told to stop, and gives the endpoints back.
    pub async fn run(mut self, mut stop: watch::Receiver<bool>) {
        let mut has_failed = false;
        while !*stop.borrow() {
            match self.look().await {
                Ok(()) => has_failed = false,
                Err(error) => {
                    if !std::mem::replace(&mut has_failed, true) {
                        tracing::warn!(%error, "which webhooks are ours can't be read; trying again");
                    }
                    self.give_up_if_late();
                }
            }
            // Woken or not, it is time.
            let _ = tokio::time::timeout(LOOK, stop.changed()).await;
        }
        self.end().await;
    }

    /// Takes, renews and drops endpoints.
    async fn look(&mut self) -> StoreResult<()> {
        let asked_at = self.tools.clock.steady();
        let Holding { endpoints: held, excess } = self.tools.work.hold(&self.token, LEASE_MS).await?;
        self.held_at = asked_at;
        self.workers.retain(|_, working| !working.task.is_finished());
        // What was paused or removed ends by itself.
        for (id, working) in &self.workers {
            if !held.iter().any(|endpoint| endpoint.id == *id) {
                working.stop.send_replace(true);
            }
        }
        self.give_back(&excess).await?;
        for endpoint in held.into_iter().filter(|endpoint| !excess.contains(&endpoint.id)) {
            match self.workers.get(&endpoint.id) {
                Some(working) if working.generation == endpoint.generation => {}
                // It ends, and begins anew with the next look.
                Some(working) => drop(working.stop.send_replace(true)),
                None => self.begin(endpoint),
            }
        }
        Ok(())
    }

    /// Others are to have these: as soon as nothing of them is under way, so that their order holds.
    async fn give_back(&mut self, excess: &[EndpointId]) -> StoreResult<()> {
        for id in excess {
            match self.workers.get(id) {
                Some(working) => drop(working.stop.send_replace(true)),
                None => {
                    self.tools.work.give_back(&self.token, *id).await?;
                    tracing::debug!(endpoint = id.0, "a webhook is left to another process");
                }
            }
        }
        Ok(())
    }

    fn begin(&mut self, endpoint: Endpoint) {
        let (id, generation) = (endpoint.id, endpoint.generation);
        let worker = Worker::new(Arc::clone(&self.tools), endpoint, &self.token);
        let (stop, stopped) = watch::channel(false);
        let news = self.bell.listen();
        let task = tokio::spawn(async move {
            let ending = worker.run(news, stopped).await;
            tracing::debug!(endpoint = id.0, ?ending, "a worker of a webhook has ended");
        });
        self.workers.insert(id, Working { generation, stop, task });
    }

    /// Another process may take the endpoints soon, so nothing more is sent.
    fn give_up_if_late(&mut self) {
        if self.tools.clock.steady().since(self.held_at) < LEASE_MS - MARGIN_MS {
            return;
        }
        for (_, working) in self.workers.drain() {
            working.task.abort();
        }
    }

    async fn end(mut self) {
        for working in self.workers.values() {
            working.stop.send_replace(true);
        }
        let all = async {
            for (_, working) in self.workers.drain() {
                // That it has failed was said already.
                let _ = working.task.await;
            }
        };
        let _ = tokio::time::timeout(TO_END, all).await;
        if let Err(error) = self.tools.work.let_go(&self.token).await {
            tracing::warn!(%error, "webhooks could not be given back; that ends by itself");
        }
    }
}

#[cfg(test)]
mod tests;
