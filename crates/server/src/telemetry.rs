//! Logs and metrics of the process.

use std::io::IsTerminal;
use std::sync::OnceLock;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use sixin_storage::Database;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, reload};

use crate::config::{Log, LogFormat};
use crate::machine::disks::Places;
use crate::machine::process;
use crate::traces::Collecting;

/// Exchanges the filter of the log.
type Exchange = dyn Fn(EnvFilter) -> Result<(), reload::Error> + Send + Sync;

/// A process has one log.
static FILTER: OnceLock<Box<Exchange>> = OnceLock::new();

/// Sends structured logs to standard error, and spans to a collector. `RUST_LOG` outranks the configured level.
pub(crate) fn log(config: &Log, collecting: Option<&Collecting>) {
    // What can't be written, since the terminal has gone, can't be complained of there either.
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).log_internal_errors(false);
    let lines = match config.format {
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
        LogFormat::Text => lines.with_ansi(std::io::stderr().is_terminal()).boxed(),
    };
    let (filter, handle) = reload::Layer::new(filter(config));
    let _ = FILTER.set(Box::new(move |filter| handle.reload(filter)));
    let spans = collecting.map(Collecting::layer);
    // A second initialisation, which only a test could bring about, changes nothing.
    let _ = tracing_subscriber::registry().with(lines.with_filter(filter)).with(spans).try_init();
}

/// Has the log follow a changed configuration.
pub(crate) fn follow(config: &Log) {
    let Some(exchange) = FILTER.get() else { return };
    if let Err(error) = exchange(filter(config)) {
        tracing::warn!(%error, "the level of the log stays as it was");
    }
}

fn filter(config: &Log) -> EnvFilter {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(&config.level));
    // It calls every request it can't parse an error; those are answered and logged like any other.
    match "actix_http::h1=off".parse() {
        Ok(quiet) => filter.add_directive(quiet),
        Err(_) => filter,
    }
}

/// Collects metrics; the handle renders them for Prometheus.
pub(crate) fn metrics() -> Result<PrometheusHandle, metrics_exporter_prometheus::BuildError> {
    let seconds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
    let units = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0];
    let handle = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &seconds)?
        .set_buckets_for_metric(Matcher::Suffix("_units".to_owned()), &units)?
        .install_recorder()?;
    describe();
    metrics::gauge!("sixin_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
    Ok(handle)
}

/// What each family means; without this it has no HELP.
fn describe() {
    for (name, help) in COUNTERS {
        metrics::describe_counter!(*name, *help);
    }
    for (name, help) in GAUGES {
        metrics::describe_gauge!(*name, *help);
    }
    for (name, help) in HISTOGRAMS {
        metrics::describe_histogram!(*name, *help);
    }
}

const COUNTERS: &[(&str, &str)] = &[
    ("sixin_redis_failures_total", "Sends that could not be counted together with those of other processes."),
    ("sixin_redis_dropped_signals_total", "What was live only and too much to be told to other processes."),
    ("sixin_http_requests_total", "Requests answered, by method, route and status."),
    (
        "sixin_tls_refused_total",
        "Connections that did not come to TLS where there is nothing else, by reason.",
    ),
    ("sixin_reloads_total", "How often SIGHUP had the configuration read again, by outcome."),
    ("sixin_queue_refused_total", "Sends refused because too much waited to be stored."),
    ("sixin_events_total", "Committed changes that users can see, by event."),
    ("sixin_repeats_total", "Sends that repeated an earlier one and got its answer."),
    ("sixin_batches_halved_total", "Batches that failed and were halved to find the unit to blame."),
    ("sixin_batches_retried_total", "Batches that lost against another transaction and were run again."),
    ("sixin_batches_settled_total", "Batches whose COMMIT was not answered and that were looked for."),
    ("sixin_cache_hits_total", "Questions answered from memory, by cache."),
    ("sixin_cache_misses_total", "Questions that memory could not answer, by cache."),
    ("sixin_cache_polls_total", "How often the database was asked whether anything has changed."),
    ("sixin_gateway_calls_total", "Calls over the client gateway, by topic and what became of them."),
    ("sixin_webhook_told_total", "Requests that a receiver of webhooks has taken, by endpoint."),
    ("sixin_webhook_failures_total", "Requests that a receiver of webhooks has not taken, by endpoint."),
    ("sixin_push_sent_total", "Pushes to devices, by platform and what became of them."),
    ("sixin_push_skipped_total", "Messages and recalls that woke nobody, by reason."),
    ("sixin_webhook_dead_total", "Events that are not tried any more, by endpoint."),
    ("sixin_hook_questions_total", "Questions asked before messages were stored, by hook and outcome."),
    ("sixin_hook_decisions_lost_total", "Decisions of hooks that could not be kept because too many waited."),
    ("sixin_retention_removed_total", "What has gone because it was too old, by what it was."),
    ("sixin_statements_total", "Statements run, by pool."),
    ("process_cpu_seconds_total", "CPU time used, in whole seconds."),
];

const GAUGES: &[(&str, &str)] = &[
    ("sixin_build_info", "The version that runs; always 1."),
    (
        "sixin_tls_certificate_end_seconds",
        "When the certificate ends that clients are shown, in seconds since 1970; only where server.tls is set.",
    ),
    ("sixin_queue_units", "Sends that wait to be stored."),
    (
        "sixin_log_head_lead_seconds",
        "How far the last position of the log is ahead of the clock; negative when nothing happens.",
    ),
    ("sixin_live_connections", "Live streams that are open."),
    (
        "sixin_redis_up",
        "Whether other processes are reached through Redis, 1 or 0; only where live.redis is set.",
    ),
    (
        "sixin_webhook_lag_events",
        "Events a receiver of webhooks was not told of yet, counted up to 10000, by endpoint.",
    ),
    ("sixin_webhook_lag_seconds", "How old the oldest of them is, by endpoint."),
    ("sixin_webhook_parked", "Events that wait for another try, by endpoint."),
    ("sixin_hook_open", "Whether a hook has failed too often to be asked, 1 or 0, by hook."),
    ("sixin_cache_entries", "Answers kept in memory, by cache."),
    ("sixin_database_connections", "Open connections to the database, by pool and state."),
    ("sixin_database_size_bytes", "Size of the files of an SQLite database."),
    ("sixin_disk_free_bytes", "Bytes that can still be written to the disk of a place."),
    ("sixin_disk_size_bytes", "Size of the disk of a place."),
    ("process_resident_memory_bytes", "Memory in use."),
    ("process_virtual_memory_bytes", "Address space in use."),
    ("process_open_fds", "Open file descriptors."),
    ("process_max_fds", "How many file descriptors may be open."),
    ("process_threads", "Threads of the process."),
    ("process_start_time_seconds", "When the process was started, in seconds since 1970."),
];

const HISTOGRAMS: &[(&str, &str)] = &[
    ("sixin_http_request_duration_seconds", "Time from a request's head to its answer, by method and route."),
    ("sixin_commit_seconds", "Time a batch of sends takes to be stored."),
    ("sixin_hook_seconds", "Time a hook takes to answer, by hook."),
    ("sixin_batch_units", "Sends stored in one transaction."),
];

/// Brings up to date what is asked for only when somebody looks.
pub(crate) fn refresh(database: &Database, places: &Places) {
    let statements = database.statements();
    metrics::counter!("sixin_statements_total", "pool" => "read").absolute(statements.reads);
    metrics::counter!("sixin_statements_total", "pool" => "write").absolute(statements.writes);
    for (pool, state) in ["read", "write"].into_iter().zip(database.connections()) {
        for (name, count) in [("idle", state.idle), ("used", state.used)] {
            metrics::gauge!("sixin_database_connections", "pool" => pool, "state" => name).set(count);
        }
    }
    places.report();
    process::report();
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALERTS: &str = include_str!("../../../deploy/monitoring/alerts.yml");
    const BOARD: &str = include_str!("../../../deploy/monitoring/grafana.json");
    const PAGE: &str = include_str!("../../../docs/monitoring.md");

    /// The metrics a text names.
    fn named(text: &str) -> impl Iterator<Item = &str> {
        let words = text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
        words.filter(|word| word.starts_with("sixin_") || word.starts_with("process_"))
    }

    #[test]
    fn rules_boards_and_pages_name_metrics_that_there_are() {
        let families: Vec<&str> = [COUNTERS, GAUGES].concat().iter().map(|(name, _)| *name).collect();
        let is_histogram = |name: &str| {
            let part = ["_bucket", "_sum", "_count"].iter().find_map(|part| name.strip_suffix(part));
            HISTOGRAMS.iter().any(|(family, _)| Some(*family) == part)
        };
        for text in [ALERTS, BOARD] {
            let mut names = named(text).peekable();
            assert!(names.peek().is_some());
            for name in names {
                assert!(families.contains(&name) || is_histogram(name), "there is no {name}");
            }
        }
        for name in named(PAGE).filter(|name| !name.ends_with('_')) {
            let is_family = HISTOGRAMS.iter().any(|(family, _)| *family == name);
            assert!(families.contains(&name) || is_histogram(name) || is_family, "there is no {name}");
        }
    }

    #[test]
    fn what_alerts_say_to_do_is_on_the_page() {
        let alerts: Vec<&str> =
            ALERTS.lines().filter_map(|line| line.trim().strip_prefix("- alert: ")).collect();
        assert!(alerts.len() > 5);
        for alert in alerts {
            assert!(PAGE.contains(&format!("`{alert}`")), "docs/monitoring.md says nothing of {alert}");
        }
    }
}
