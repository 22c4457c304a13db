//! Logs and metrics of the process.

use std::io::IsTerminal;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use sixin_storage::Statements;
use tracing_subscriber::EnvFilter;

use crate::config::{Log, LogFormat};

/// Sends structured logs to standard error. `RUST_LOG` outranks the configured level.
pub(crate) fn log(config: &Log) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(&config.level));
    // It calls every request it can't parse an error; those are answered and logged like any other.
    let filter = match "actix_http::h1=off".parse() {
        Ok(quiet) => filter.add_directive(quiet),
        Err(_) => filter,
    };
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second initialisation, which only a test could bring about, changes nothing.
    let _ = match config.format {
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
        LogFormat::Text => builder.with_ansi(std::io::stderr().is_terminal()).try_init(),
    };
}

/// Collects metrics; the handle renders them for Prometheus.
pub(crate) fn metrics() -> Result<PrometheusHandle, metrics_exporter_prometheus::BuildError> {
    let seconds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
    let units = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0];
    PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &seconds)?
        .set_buckets_for_metric(Matcher::Suffix("_units".to_owned()), &units)?
        .install_recorder()
}

/// Brings the count of statements up to date.
pub(crate) fn report_statements(statements: Statements) {
    metrics::counter!("sixin_statements_total", "pool" => "read").absolute(statements.reads);
    metrics::counter!("sixin_statements_total", "pool" => "write").absolute(statements.writes);
}
