//! Traces of requests, sent to a collector of OpenTelemetry (OTLP over HTTP) where one is configured.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use opentelemetry::trace::TracerProvider;
use opentelemetry::{KeyValue, global};
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{ExporterBuildError, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider};
use rustls::crypto::ring;
use sixin_application::TRACES;
use tracing::Level;
use tracing::level_filters::LevelFilter;
use tracing::subscriber::Subscriber;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::registry::LookupSpan;
use ureq::tls::{RootCerts, TlsConfig};

use crate::config::Traces;

/// How long a collector may take for a batch of spans, and how long a server that stops waits for the last one.
const PATIENCE: Duration = Duration::from_secs(5);
/// So much of what a collector answers is read.
const MOST_READ: u64 = 64 * 1024;

/// What sends spans; when it is dropped, what has not been sent is.
pub(crate) struct Collecting(SdkTracerProvider);

impl Drop for Collecting {
    fn drop(&mut self) {
        // A collector that does not answer has been complained of; a server stops all the same.
        let _ = self.0.shutdown_with_timeout(2 * PATIENCE);
    }
}

/// Begins to collect spans; `None` where no collector is configured.
///
/// # Errors
/// If its address is none.
pub(crate) fn begin(config: &Traces) -> Result<Option<Collecting>, ExporterBuildError> {
    if config.endpoint.is_empty() {
        return Ok(None);
    }
    let exporter = SpanExporter::builder()
        .with_http()
        .with_http_client(Collector::new())
        .with_endpoint(format!("{}/v1/traces", config.endpoint.trim_end_matches('/')))
        .with_timeout(PATIENCE)
        .build()?;
    let version = KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
    let about = Resource::builder().with_service_name(config.service.clone()).with_attribute(version);
    // What others have begun is followed if they say that it is recorded.
    let share = Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(config.share)));
    let provider = SdkTracerProvider::builder()
        .with_batch_exporter(exporter)
        .with_sampler(share)
        .with_resource(about.build())
        .build();
    global::set_text_map_propagator(TraceContextPropagator::new());
    Ok(Some(Collecting(provider)))
}

impl Collecting {
    /// What takes the spans of the process, and nothing else of its log.
    pub(crate) fn layer<S: Subscriber + for<'a> LookupSpan<'a>>(&self) -> impl Layer<S> + use<S> {
        let ours = Targets::new().with_default(LevelFilter::OFF).with_target(TRACES, Level::TRACE);
        let layer = tracing_opentelemetry::layer().with_tracer(self.0.tracer("sixin"));
        layer
            .with_target(false)
            .with_location(false)
            .with_threads(false)
            .with_tracked_inactivity(false)
            .with_filter(ours)
    }
}

/// Sends batches. It blocks: spans are sent on a thread of their own.
#[derive(Debug)]
struct Collector(ureq::Agent);

impl Collector {
    fn new() -> Self {
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::PlatformVerifier)
            .unversioned_rustls_crypto_provider(Arc::new(ring::default_provider()));
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(PATIENCE))
            .tls_config(tls.build());
        Self(ureq::Agent::new_with_config(config.build()))
    }
}

#[async_trait]
impl HttpClient for Collector {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let (head, body) = request.into_parts();
        let answer = self.0.run(Request::from_parts(head, body.to_vec()))?;
        let (head, mut body) = answer.into_parts();
        let read = body.with_config().limit(MOST_READ).read_to_vec()?;
        Ok(Response::from_parts(head, Bytes::from(read)))
    }
}
