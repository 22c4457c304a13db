//! What a running server does besides answering: keep its process number and its memory up to date, sweep, tell
//! what has grown, keep metrics small.

use std::sync::Arc;
use std::time::Duration;

use actix_web::rt::task::JoinHandle;
use actix_web::rt::time::{interval, sleep};
use metrics_exporter_prometheus::PrometheusHandle;
use sixin_application::files::sweep::FileSweeping;
use sixin_application::messages::grow_messages::GrowthTelling;
use sixin_application::operations::retention::{Effort, Retention};
use sixin_application::ports::Clock;
use sixin_application::sending::ids::{LEASE_MS, LeasedIds};
use sixin_cache::Caches;
use sixin_storage::Database;
use tokio::time::MissedTickBehavior;

use crate::system::SystemClock;

/// The pause before a renewal of the process number is tried again; without one nothing can be sent.
const RENEWAL_PAUSE: Duration = Duration::from_millis(250);
/// The pause between two steps of sweeping, so that sends come first.
const STEP_PAUSE: Duration = Duration::from_millis(100);
/// How often all messages are read to find out which uploads none of them names, and how long after the start the first time.
const FILES_PAUSE: Duration = Duration::from_secs(6 * 60 * 60);
const FIRST_FILES: Duration = Duration::from_secs(5 * 60);
/// How long is worked at what is too old before it is said how far that has come.
const AT_WORK: Duration = Duration::from_secs(60);
/// How often the samples behind histograms are folded.
const UPKEEP: Duration = Duration::from_secs(5);

/// The tasks of a running server.
pub(crate) struct Tasks(Vec<JoinHandle<()>>);

impl Tasks {
    /// Starts them.
    pub(crate) fn start(
        database: &Database,
        ids: &Arc<LeasedIds>,
        token: String,
        metrics: PrometheusHandle,
        (files, retention, idle): (FileSweeping, Retention, Duration),
        growing: GrowthTelling,
        (caches, poll): (Arc<Caches>, Duration),
    ) -> Self {
        Self(vec![
            actix_web::rt::spawn(keep_lease(database.clone(), Arc::clone(ids), token)),
            actix_web::rt::spawn(sweep(database.clone(), idle)),
            actix_web::rt::spawn(sweep_files(files, idle)),
            actix_web::rt::spawn(remove_old(retention.clone(), idle)),
            actix_web::rt::spawn(remove_unnamed(retention)),
            actix_web::rt::spawn(async move { growing.run().await }),
            actix_web::rt::spawn(refresh(database.clone(), caches, poll)),
            actix_web::rt::spawn(async move {
                loop {
                    sleep(UPKEEP).await;
                    metrics.run_upkeep();
                }
            }),
        ])
    }

    /// Ends them where they are; each of their steps is a transaction of its own.
    pub(crate) fn stop(&self) {
        for task in &self.0 {
            task.abort();
        }
    }
}

async fn keep_lease(database: Database, ids: Arc<LeasedIds>, token: String) {
    let third = Duration::from_millis(u64::try_from(LEASE_MS / 3).unwrap_or(5000));
    let mut pause = third;
    loop {
        sleep(pause).await;
        pause = match ids.refresh(&database, &token, || SystemClock.steady()).await {
            Ok(()) => third,
            Err(error) => {
                tracing::warn!(%error, "the process number could not be renewed; trying again");
                RENEWAL_PAUSE
            }
        };
    }
}

/// Polls from begin to begin, so that a slow answer does not put the next poll off.
async fn refresh(database: Database, caches: Arc<Caches>, poll: Duration) {
    let mut clock = interval(poll);
    clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        clock.tick().await;
        if let Err(error) = caches.refresh(&database).await {
            tracing::warn!(%error, "whether anything has changed could not be read; trying again");
        }
    }
}

async fn sweep(database: Database, idle: Duration) {
    loop {
        sleep(pause_after(database.sweep(SystemClock.now()).await, idle)).await;
    }
}

async fn sweep_files(files: FileSweeping, idle: Duration) {
    loop {
        sleep(pause_after(files.step(SystemClock.now()).await, idle)).await;
    }
}

/// Every process does so; what one has removed the others do not find.
async fn remove_old(retention: Retention, idle: Duration) {
    while !retention.ages.is_for_ever() {
        let ran = retention.run(Effort::Rows(AT_WORK)).await;
        if let Ok(ran) = &ran
            && !ran.removed.is_nothing()
        {
            let removed: Vec<String> =
                ran.removed.each().map(|(what, count)| format!("{} {count}", what.name())).collect();
            tracing::info!(removed = removed.join(", "), "what was too old is gone");
        }
        sleep(pause_after(ran.map(|ran| ran.has_more), idle)).await;
    }
}

async fn remove_unnamed(retention: Retention) {
    let mut pause = FIRST_FILES;
    if retention.ages.files == 0 {
        return;
    }
    loop {
        sleep(pause).await;
        pause = FILES_PAUSE;
        if let Err(error) = retention.run(Effort::Files).await {
            tracing::warn!(%error, "uploads that no message names could not be removed; trying again");
        }
    }
}

/// How long to wait after a step; `idle` if nothing is left.
fn pause_after(step: Result<bool, impl std::fmt::Display>, idle: Duration) -> Duration {
    match step {
        Ok(true) => STEP_PAUSE,
        Ok(false) => idle,
        Err(error) => {
            tracing::warn!(%error, "sweeping failed; trying again");
            idle
        }
    }
}
