//! What is counted of requests. Labels take few values: routes are patterns, not paths, and whatever has no route is one.

use std::time::Duration;

use actix_web::dev::ServiceResponse;
use actix_web::http::Method;

/// What a request is counted under that no route takes.
const NO_ROUTE: &str = "(none)";

/// Counts an answer.
pub(crate) fn answer<Body>(answer: &ServiceResponse<Body>, method: &Method, took: Duration) {
    let route = route(answer);
    let (method, status) = (named(method), answer.status().as_str().to_owned());
    metrics::histogram!("sixin_http_request_duration_seconds", "method" => method, "route" => route.clone())
        .record(took.as_secs_f64());
    metrics::counter!("sixin_http_requests_total", "method" => method, "route" => route, "status" => status)
        .increment(1);
}

/// The pattern of the route that took a request.
pub(crate) fn route<Body>(answer: &ServiceResponse<Body>) -> String {
    answer.request().match_pattern().unwrap_or_else(|| NO_ROUTE.to_owned())
}

/// Anybody may invent methods.
pub(crate) fn named(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invented_methods_are_one() {
        assert_eq!(named(&Method::POST), "POST");
        for odd in ["BREW", "get", "PROPFIND"] {
            assert_eq!(named(&Method::from_bytes(odd.as_bytes()).unwrap()), "other");
        }
    }
}
