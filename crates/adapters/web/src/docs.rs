//! The description of the API, for people and for generators. Its files are in the binary, and nothing is fetched from
//! elsewhere.

use std::sync::Arc;

use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};

use crate::answer::fallback::{self, get, one};
use crate::api::{Page, Reference};

/// What the page needs and nothing more: its own scripts, styles it writes into itself, pictures that are written into those,
/// and calls to this server for those who try it out.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data: blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// What a document needs that is only read.
const DOCUMENT_POLICY: &str = "default-src 'none'; frame-ancestors 'none'";
const JSON: &str = "application/json; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

/// The routes of the description.
pub(crate) fn configure(server: &mut web::ServiceConfig, reference: Reference) {
    let Reference { document, script, credentials, pages } = reference;
    let text = |content_type, policy, text: Arc<str>| {
        get().to(move || {
            let answer = guarded(policy).content_type(content_type).body(text.to_string());
            async move { answer }
        })
    };
    server
        .service(one("/openapi.json", [Method::GET]).route(text(JSON, DOCUMENT_POLICY, document)))
        .service(one("/", [Method::GET]).route(get().to(to_page)))
        .service(one("/docs", [Method::GET]).route(get().to(to_page)))
        .service(one("/docs/swagger-initializer.js", [Method::GET]).route(text(SCRIPT, PAGE_POLICY, script)));
    for Page { path, content_type, text: page } in pages {
        server.service(one(path, [Method::GET]).route(text(content_type, PAGE_POLICY, page)));
    }
    if let Some(credentials) = credentials {
        server.service(one("/docs/credentials.json", [Method::GET]).route(text(
            JSON,
            DOCUMENT_POLICY,
            credentials,
        )));
    }
    server.service(one("/docs/{tail:.*}", [Method::GET]).route(get().to(page)));
}

async fn to_page() -> HttpResponse {
    HttpResponse::Found().insert_header((header::LOCATION, "/docs/")).json(serde_json::json!({
        "service": "sixin", "docs": "/docs/", "openapi": "/openapi.json", "health": "/health",
    }))
}

/// The browsable reference.
async fn page(request: HttpRequest, tail: web::Path<String>) -> HttpResponse {
    match utoipa_swagger_ui::serve(&tail, Arc::default()) {
        Ok(Some(file)) => {
            let mut answer = guarded(PAGE_POLICY);
            if file.gzpipped {
                answer.insert_header((header::CONTENT_ENCODING, "gzip"));
            }
            answer.content_type(file.content_type).body(file.bytes.into_owned())
        }
        Ok(None) => fallback::not_found(request.path()),
        Err(error) => {
            tracing::error!(%error, "the reference could not be shown");
            fallback::plain(request.path(), StatusCode::INTERNAL_SERVER_ERROR)
        }
    }
}

/// An answer that browsers take for what it is, and show in no other page.
fn guarded(policy: &'static str) -> HttpResponseBuilder {
    let mut answer = HttpResponse::Ok();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (HeaderName::from_static("referrer-policy"), "no-referrer"),
    ] {
        answer.insert_header((name, HeaderValue::from_static(value)));
    }
    answer
}
