//! The routes, and what every request passes through.

use std::sync::Arc;

use actix_cors::Cors;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderName};
use actix_web::middleware::{Condition, NormalizePath, TrailingSlash, from_fn};
use actix_web::{App, Error, HttpRequest, web};

use crate::answer::fallback::{self, get, one};
use crate::api::{Dialect, HttpApi};
use crate::files::serve;
use crate::limits::HttpLimits;
use crate::live::{self, Live};
use crate::{access_log, docs, health};

/// The whole API over its use cases, to be served by [`crate::start`] or called in place.
pub fn build(
    api: HttpApi,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = Error,
        InitError = (),
    >,
> {
    let HttpApi { shared, dialects, live, reference } = api;
    let http = shared.http.clone();
    let cors = cors(&http, &dialects);
    let mounted = dialects.clone();
    let live = live
        .map(|api| Live { api, dialects: dialects.iter().filter_map(|dialect| dialect.live()).collect() });
    App::new()
        .app_data(web::Data::new(shared))
        .configure(move |routes| mounted.iter().for_each(|dialect| dialect.configure(routes)))
        .configure(move |routes| {
            if let Some(live) = live {
                live::configure(routes, live);
            }
        })
        .service(one(serve::FILE, [Method::GET]).route(get().to(serve::read)))
        .service(one("/health", [Method::GET]).route(get().to(health::health)))
        .configure(move |routes| {
            if http.docs {
                docs::configure(routes, reference);
            }
        })
        .default_service(web::to(move |request: HttpRequest| {
            let path = request.path();
            let unsupported = dialects.iter().find_map(|dialect| dialect.unsupported(path));
            let answer = unsupported.unwrap_or_else(|| fallback::not_found(path));
            async move { answer }
        }))
        // Go and PHP clients double slashes (docs/wire/rongcloud.md#transport).
        .wrap(NormalizePath::new(TrailingSlash::MergeOnly))
        .wrap(Condition::new(cors.is_some(), cors.unwrap_or_default()))
        .wrap(from_fn(access_log::observe))
}

/// Browsers may call from the configured origins, with the headers of every dialect. `None` if there are no origins.
fn cors(http: &HttpLimits, dialects: &[Arc<dyn Dialect>]) -> Option<Cors> {
    if http.cors_origins.is_empty() {
        return None;
    }
    let exposed =
        ["retry-after", "idempotent-replayed", "x-request-id", "x-sixin-cursor"].map(HeaderName::from_static);
    let allowed = dialects.iter().flat_map(|dialect| dialect.request_headers());
    let cors = Cors::default()
        .allowed_methods([
            Method::GET,
            Method::HEAD,
            Method::POST,
            Method::PUT,
            Method::PATCH,
            Method::DELETE,
        ])
        .allowed_headers(allowed.map(|name| HeaderName::from_static(name)))
        .allowed_headers([header::ACCEPT, header::CONTENT_TYPE, header::RANGE])
        .allowed_headers(
            ["x-request-id", "idempotency-key", "authorization", "last-event-id"]
                .map(HeaderName::from_static),
        )
        .expose_headers(exposed)
        .max_age(3600);
    if http.cors_origins.iter().any(|origin| origin == "*") {
        return Some(cors.allow_any_origin().send_wildcard());
    }
    Some(http.cors_origins.iter().fold(cors, |cors, origin| cors.allowed_origin(origin)))
}
