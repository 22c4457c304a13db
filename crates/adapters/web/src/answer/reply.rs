//! Answers in JSON, and what the access log learns from them.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use serde::Serialize;
use sixin_application::ports::Cause;
use sixin_domain::log::Cursor;

/// The content type of every answer of both dialects.
pub const JSON: &str = "application/json; charset=utf-8";

/// When to try again after a failure of the server's own, in milliseconds.
pub const TRY_AGAIN_MS: i64 = 1000;

/// The dialect's own code of an answer, for the access log.
#[derive(Debug, Clone, Copy)]
pub struct DialectCode(pub i64);

/// Marks an answer that took long because its client wanted to wait.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Waited;

/// Marks an answer as a page for people, which stays one whatever its status is.
#[derive(Debug, Clone, Copy)]
pub struct ForPeople;

/// The app key of a request, for the access log.
#[derive(Debug, Clone)]
pub struct AppKeyId(pub String);

/// An answer with a JSON body.
pub fn json(status: StatusCode, code: i64, body: &impl Serialize) -> HttpResponse {
    // Serialising our own structs can't fail; if it did, an empty object is still JSON.
    let text = serde_json::to_string(body).unwrap_or_else(|_| "{}".to_owned());
    let mut answer = HttpResponse::build(status).insert_header((header::CONTENT_TYPE, JSON)).body(text);
    answer.extensions_mut().insert(DialectCode(code));
    answer
}

/// The same answer with `Retry-After`, in whole seconds, rounded up, at least one.
pub fn with_retry_after(mut answer: HttpResponse, after_ms: i64) -> HttpResponse {
    let seconds = after_ms.max(1).saturating_add(999) / 1000;
    answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    answer
}

/// The same answer with the cursor at which a live stream goes on from what it shows (docs/live.md#beginning).
pub fn with_log_cursor(mut answer: HttpResponse, cursor: &Cursor) -> HttpResponse {
    if let Ok(value) = HeaderValue::from_str(&cursor.to_string()) {
        answer.headers_mut().insert(HeaderName::from_static("x-sixin-cursor"), value);
    }
    answer
}

/// Logs why a request failed that was not the client's fault. What may work in a moment is a warning.
pub fn log(status: StatusCode, cause: &Cause) {
    if status == StatusCode::SERVICE_UNAVAILABLE {
        tracing::warn!(error = %cause, "a request can't be answered now");
    } else {
        tracing::error!(error = %cause, "a request failed");
    }
}

/// Notes the app key for the access log.
pub fn note_app_key(request: &HttpRequest, app_key: &str) {
    request.extensions_mut().insert(AppKeyId(app_key.to_owned()));
}

/// The text of a header, or `None` if it is absent, empty or not UTF-8. A header that came twice counts once.
pub fn header_text<'a>(request: &'a HttpRequest, name: &str) -> Option<&'a str> {
    let value = request.headers().get(name)?;
    std::str::from_utf8(value.as_bytes()).ok().filter(|text| !text.is_empty())
}
