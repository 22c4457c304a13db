//! Answers for requests that no endpoint takes.

use actix_web::http::header::{self, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, guard, web};
use serde::Serialize;

use crate::answer::reply;

/// Below this prefix an answer is an envelope of code, message and data; elsewhere code, errorMessage and url
/// (docs/wire/fresns.md#envelope, docs/wire/rongcloud.md#unknown-path).
const ENVELOPED: &str = "/api/";
/// Below this path an answer is a word and a text, as those of operators are (docs/console.md).
const FOR_OPERATORS: &str = "/admin/v1";

#[derive(Serialize)]
struct Envelope<'a> {
    code: i64,
    message: &'a str,
    data: Option<()>,
}

#[derive(Serialize)]
struct Refused<'a> {
    error: &'a str,
    message: &'a str,
}

#[derive(Serialize)]
struct Plain<'a> {
    url: &'a str,
    code: i64,
    #[serde(rename = "errorMessage")]
    error_message: &'a str,
    /// The same, by the name that the second helper of RongCloud's Go client reads.
    msg: &'a str,
}

/// A path that answers all but the named methods with 405. Whatever can be got can be asked for its head: see [`get`].
pub fn one<const N: usize>(path: &str, methods: [Method; N]) -> actix_web::Resource {
    let allowed: Vec<&str> = methods
        .iter()
        .flat_map(|method| [Some(method.as_str()), (*method == Method::GET).then_some("HEAD")])
        .flatten()
        .collect();
    let allowed = allowed.join(", ");
    web::resource(path).default_service(web::to(move |request: HttpRequest| {
        let answer = method_not_allowed(request.path(), &allowed);
        async move { answer }
    }))
}

/// GET, and HEAD, which is answered alike; the server leaves the body out.
pub fn get() -> actix_web::Route {
    web::route().guard(guard::Any(guard::Get()).or(guard::Head()))
}

/// No endpoint has that path (docs/wire/rongcloud.md#unknown-path).
pub fn not_found(path: &str) -> HttpResponse {
    with_text(path, StatusCode::NOT_FOUND, "Not a valid API.")
}

/// There is nothing at that path, or nothing for the caller.
pub fn gone(path: &str) -> HttpResponse {
    with_text(path, StatusCode::NOT_FOUND, "There is no such file.")
}

/// Too much waits for the client already.
pub fn unread(path: &str) -> HttpResponse {
    let answer = with_text(path, StatusCode::SERVICE_UNAVAILABLE, "Read your other answers first.");
    reply::with_retry_after(answer, reply::TRY_AGAIN_MS)
}

/// The endpoint does not take that method.
pub fn method_not_allowed(path: &str, allowed: &str) -> HttpResponse {
    let text = format!("This path takes {allowed} only.");
    let mut answer = with_text(path, StatusCode::METHOD_NOT_ALLOWED, &text);
    if let Ok(value) = HeaderValue::from_str(allowed) {
        answer.headers_mut().insert(header::ALLOW, value);
    }
    answer
}

/// Any other status, with its standard name.
pub fn plain(path: &str, status: StatusCode) -> HttpResponse {
    match status {
        StatusCode::NOT_FOUND => not_found(path),
        _ => with_text(path, status, status.canonical_reason().unwrap_or("The request failed.")),
    }
}

fn with_text(path: &str, status: StatusCode, text: &str) -> HttpResponse {
    let code = i64::from(status.as_u16());
    if path.starts_with(ENVELOPED) {
        reply::json(status, code, &Envelope { code, message: text, data: None })
    } else if is_for_operators(path) {
        reply::json(status, code, &Refused { error: word(status), message: text })
    } else {
        reply::json(status, code, &about(path, status, text))
    }
}

fn is_for_operators(path: &str) -> bool {
    path.strip_prefix(FOR_OPERATORS).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The word that stays the same.
fn word(status: StatusCode) -> &'static str {
    match status {
        StatusCode::NOT_FOUND => "not_found",
        StatusCode::METHOD_NOT_ALLOWED => "method_not_allowed",
        StatusCode::SERVICE_UNAVAILABLE => "unavailable",
        status if status.is_server_error() => "fault",
        _ => "invalid",
    }
}

fn about<'a>(path: &'a str, status: StatusCode, text: &'a str) -> Plain<'a> {
    Plain { url: path, code: i64::from(status.as_u16()), error_message: text, msg: text }
}

/// The body of an answer to what has no path that could be read.
pub fn pathless(status: StatusCode, text: &str) -> String {
    serde_json::to_string(&about("", status, text)).unwrap_or_else(|_| "{}".to_owned())
}
