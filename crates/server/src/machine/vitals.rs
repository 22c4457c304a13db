//! How this process does, for those who look at the console: what its metrics said in the last minutes.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use actix_web::rt::task::JoinHandle;
use actix_web::rt::time::interval;
use async_trait::async_trait;
use metrics_exporter_prometheus::PrometheusHandle;
use sixin_application::administration::ports::{DiskRoom, Sample, VitalSigns, Vitals};
use sixin_application::operations::health::CheckHealth;
use sixin_application::ports::Clock;
use sixin_domain::time::Millis;
use sixin_storage::Database;
use sixin_web::Shared;
use tokio::time::MissedTickBehavior;

use crate::machine::disks::Places;
use crate::system::SystemClock;
use crate::telemetry;

/// How often a sample is taken.
const EVERY: Duration = Duration::from_secs(5);
/// How many are kept: those of ten minutes.
const KEPT: usize = 120;

/// What metrics count, and what they measure.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Counts {
    at: Millis,
    messages: f64,
    requests: f64,
    commits: f64,
    commit_seconds: f64,
}

/// The metrics of the process, as text for Prometheus.
struct Metrics(String);

impl Metrics {
    /// The values of a family whose labels hold a text.
    fn values<'a>(&'a self, family: &'a str, label: &'a str) -> impl Iterator<Item = (&'a str, f64)> {
        self.0.lines().filter_map(move |line| {
            let rest = line.strip_prefix(family)?;
            let (labels, value) = rest.rsplit_once(' ')?;
            let is_family = labels.is_empty() || labels.starts_with('{');
            (is_family && labels.contains(label)).then_some((labels, value.parse().ok()?))
        })
    }

    fn sum(&self, family: &str) -> f64 {
        self.values(family, "").map(|(_, value)| value).sum()
    }

    fn counts(&self, at: Millis) -> Counts {
        Counts {
            at,
            messages: self.values("sixin_events_total", "\"message_stored\"").map(|(_, value)| value).sum(),
            requests: self.sum("sixin_http_requests_total"),
            commits: self.sum("sixin_commit_seconds_count"),
            commit_seconds: self.sum("sixin_commit_seconds_sum"),
        }
    }

    fn disks(&self) -> Vec<DiskRoom> {
        let sizes: Vec<_> = self.values("sixin_disk_size_bytes", "").collect();
        let free = self.values("sixin_disk_free_bytes", "");
        let mut disks: Vec<DiskRoom> = free
            .filter_map(|(labels, free)| {
                let (_, size) = sizes.iter().find(|(found, _)| *found == labels)?;
                let place = labels.split('"').nth(1)?.to_owned();
                Some(DiskRoom { place, free, size: *size })
            })
            .collect();
        disks.sort_by(|one, other| one.place.cmp(&other.place));
        disks
    }
}

/// What happened between two moments.
fn between(before: Counts, now: Counts) -> Sample {
    let seconds = match now.at.0.saturating_sub(before.at.0) {
        // The clock was set back, or no time has passed.
        ..=0 => return Sample { at: now.at, ..Sample::default() },
        ms => Duration::from_millis(ms.unsigned_abs()).as_secs_f64(),
    };
    let commits = now.commits - before.commits;
    let spent = now.commit_seconds - before.commit_seconds;
    Sample {
        at: now.at,
        messages: (now.messages - before.messages) / seconds,
        requests: (now.requests - before.requests) / seconds,
        commit_ms: if commits > 0.0 { spent / commits * 1000.0 } else { 0.0 },
        ..Sample::default()
    }
}

/// [`Vitals`] of this process.
struct ProcessVitals {
    database: Database,
    places: Places,
    metrics: PrometheusHandle,
    health: Arc<dyn CheckHealth>,
    started_at: Millis,
    seen: Mutex<(Option<Counts>, VecDeque<Sample>)>,
}

impl ProcessVitals {
    fn look(&self) -> Metrics {
        telemetry::refresh(&self.database, &self.places);
        Metrics(self.metrics.render())
    }

    fn take_sample(&self) {
        let metrics = self.look();
        let counts = metrics.counts(SystemClock.now());
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(before) = seen.0.replace(counts) {
            let sample = Sample {
                queue: metrics.sum("sixin_queue_units"),
                live: metrics.sum("sixin_live_connections"),
                ..between(before, counts)
            };
            if seen.1.len() == KEPT {
                seen.1.pop_front();
            }
            seen.1.push_back(sample);
        }
    }
}

#[async_trait]
impl Vitals for ProcessVitals {
    async fn signs(&self) -> VitalSigns {
        let health = self.health.check().await;
        let metrics = self.look();
        let samples = self.seen.lock().unwrap_or_else(PoisonError::into_inner).1.iter().copied().collect();
        VitalSigns {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            started_at: self.started_at,
            database: self.database.options().url.to_string(),
            reasons: health.reasons(),
            weakness: health.weakness,
            samples,
            memory: metrics.sum("process_resident_memory_bytes"),
            database_bytes: metrics.sum("sixin_database_size_bytes"),
            disks: metrics.disks(),
        }
    }
}

/// Looks at the process as long as it serves.
pub(crate) struct Watch {
    vitals: Arc<ProcessVitals>,
    task: JoinHandle<()>,
}

impl Watch {
    /// Starts.
    pub(crate) fn start(
        database: &Database,
        places: Places,
        metrics: &PrometheusHandle,
        shared: &Shared,
    ) -> Self {
        let vitals = Arc::new(ProcessVitals {
            database: database.clone(),
            places,
            metrics: metrics.clone(),
            health: Arc::clone(&shared.check_health),
            started_at: SystemClock.now(),
            seen: Mutex::default(),
        });
        let watched = Arc::clone(&vitals);
        let task = actix_web::rt::spawn(async move {
            let mut clock = interval(EVERY);
            clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                clock.tick().await;
                watched.take_sample();
            }
        });
        Self { vitals, task }
    }

    /// What it has seen.
    pub(crate) fn vitals(&self) -> Arc<dyn Vitals> {
        self.vitals.clone()
    }

    /// Ends.
    pub(crate) fn stop(&self) {
        self.task.abort();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# TYPE sixin_events_total counter\n\
        sixin_events_total{event=\"message_stored\"} 30\nsixin_events_total{event=\"message_recalled\"} 4\n\
        sixin_http_requests_total{method=\"GET\",route=\"/\",status=\"200\"} 3\nsixin_http_requests_total{method=\"POST\"} 4\n\
        sixin_commit_seconds_sum 0.5\nsixin_commit_seconds_count 10\nsixin_commit_seconds_bucket{le=\"1\"} 10\n\
        sixin_disk_free_bytes{place=\"files\"} 5\nsixin_disk_size_bytes{place=\"files\"} 20\n\
        sixin_disk_free_bytes{place=\"database\"} 1\n";

    #[test]
    fn metrics_are_read_by_family() {
        let metrics = Metrics(TEXT.to_owned());
        let counts = metrics.counts(Millis(5));
        let expected =
            Counts { at: Millis(5), messages: 30.0, requests: 7.0, commits: 10.0, commit_seconds: 0.5 };
        assert_eq!(counts, expected);
        let disks = metrics.disks();
        assert_eq!(disks, [DiskRoom { place: "files".into(), free: 5.0, size: 20.0 }]);
    }

    #[test]
    fn rates_are_those_between_two_moments_and_none_when_the_clock_was_set_back() {
        let before = Counts { at: Millis(1_000), messages: 10.0, commits: 1.0, ..Counts::default() };
        let now =
            Counts { at: Millis(3_000), messages: 30.0, requests: 4.0, commits: 5.0, commit_seconds: 0.02 };
        let sample = between(before, now);
        assert_eq!((sample.messages, sample.requests, sample.commit_ms), (10.0, 2.0, 5.0));
        assert_eq!(between(now, before).messages, 0.0);
    }
}
