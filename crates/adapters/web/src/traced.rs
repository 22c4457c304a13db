//! What a trace of OpenTelemetry says of a request. Without a collector nothing is done here.

use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderMap, HeaderName};
use opentelemetry::global;
use opentelemetry::propagation::Extractor;
use opentelemetry::trace::TraceContextExt;
use sixin_application::TRACES;
use tracing::Span;
use tracing::field::Empty;
use tracing_opentelemetry::OpenTelemetrySpanExt;

use crate::measured::{named, route};

/// What a request says of where it comes from.
struct Headers<'a>(&'a HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).and_then(|value| value.to_str().ok())
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(HeaderName::as_str).collect()
    }
}

/// Begins the span of a request, as a part of the trace that its sender has begun, if there is one (`traceparent`).
pub(crate) fn begin(request: &ServiceRequest, id: &str) -> Span {
    let span = tracing::trace_span!(
        target: TRACES,
        "request",
        otel.kind = "server",
        otel.status_code = Empty,
        http.request.method = named(request.method()),
        http.route = Empty,
        http.response.status_code = Empty,
        sixin.request_id = id,
    );
    if !span.is_disabled() {
        let headers = Headers(request.headers());
        // It fails only for a span that has begun already.
        let _ = span.set_parent(global::get_text_map_propagator(|propagator| propagator.extract(&headers)));
    }
    span
}

/// Says how the request was answered. Names have few values: the pattern of a route, never a path.
pub(crate) fn end<Body>(span: &Span, answer: &ServiceResponse<Body>) {
    if span.is_disabled() {
        return;
    }
    let route = route(answer);
    // The layer knows the name of a span only as it began.
    span.context().span().update_name(format!("{} {route}", named(answer.request().method())));
    span.record("http.route", route);
    span.record("http.response.status_code", i64::from(answer.status().as_u16()));
    if answer.status().is_server_error() {
        span.record("otel.status_code", "ERROR");
    }
}
