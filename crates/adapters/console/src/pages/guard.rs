//! What every page is served with, so that nothing but itself runs in it and nobody else shows it.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{HttpResponse, HttpResponseBuilder};
use askama::Template;
use sixin_web::answer::reply::{self, ForPeople};

/// What pages need and nothing more: scripts, styles and pictures of this server, forms to it.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

fn guarded(status: StatusCode, kept: &'static str) -> HttpResponseBuilder {
    let mut answer = HttpResponse::build(status);
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, kept),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (HeaderName::from_static("referrer-policy"), "no-referrer"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        answer.insert_header((name, HeaderValue::from_static(value)));
    }
    answer
}

/// A page.
pub(super) fn page(status: StatusCode, template: &impl Template) -> HttpResponse {
    match template.render() {
        Ok(html) => {
            let mut answer = guarded(status, "no-store").content_type("text/html; charset=utf-8").body(html);
            answer.extensions_mut().insert(ForPeople);
            answer
        }
        Err(error) => {
            reply::log(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string().into());
            guarded(StatusCode::INTERNAL_SERVER_ERROR, "no-store").json(serde_json::json!({
                "error": "fault", "message": "the page could not be made; the log says more",
            }))
        }
    }
}

/// A file that pages are made of.
pub(super) fn file(content_type: &'static str, text: &'static str) -> HttpResponse {
    guarded(StatusCode::OK, "no-cache").content_type(content_type).body(text)
}

/// Sends a browser to another page, which it asks for with GET.
pub(super) fn to(address: &str) -> HttpResponse {
    let mut answer = guarded(StatusCode::SEE_OTHER, "no-store");
    answer.insert_header((header::LOCATION, address.to_owned()));
    answer.content_type("text/plain; charset=utf-8").body(format!("See {address}"))
}
