//! The routes, and what every request passes through.

use actix_cors::Cors;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderName};
use actix_web::middleware::{Condition, NormalizePath, TrailingSlash, from_fn};
use actix_web::{App, Error, HttpRequest, HttpResponse, web};

use crate::api::{Api, HttpLimits};
use crate::plumbing::fallback::one;
use crate::plumbing::{access, fallback};
use crate::{docs, files, fresns, health, rongcloud};

/// The whole API over its use cases, to be served by [`crate::start`] or called in place.
pub fn build(
    api: Api,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = Error,
        InitError = (),
    >,
> {
    let http = api.http.clone();
    let shows_docs = http.docs;
    App::new()
        .app_data(web::Data::new(api))
        .configure(rongcloud::configure)
        .configure(fresns::configure)
        .service(one(files::FILE, [Method::GET]).route(fallback::get().to(files::read)))
        .service(one("/health", [Method::GET]).route(fallback::get().to(health::health)))
        .configure(move |server| {
            if shows_docs {
                docs::configure(server);
            }
        })
        .default_service(web::to(not_found))
        // Go and PHP clients double slashes (facts: rongcloud 1).
        .wrap(NormalizePath::new(TrailingSlash::MergeOnly))
        .wrap(Condition::new(!http.cors_origins.is_empty(), cors(&http)))
        .wrap(from_fn(access::observe))
}

async fn not_found(request: HttpRequest) -> HttpResponse {
    rongcloud::beyond(request.path()).unwrap_or_else(|| fallback::not_found(request.path()))
}

/// Browsers may call from the configured origins, with the signing headers of both dialects (design, chapter 5).
fn cors(http: &HttpLimits) -> Cors {
    let exposed = ["retry-after", "idempotent-replayed", "x-request-id"].map(HeaderName::from_static);
    let allowed = fresns::SIGNING_HEADERS.iter().chain(rongcloud::SIGNING_HEADERS);
    let cors = Cors::default()
        .allowed_methods([Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::DELETE])
        .allowed_headers(allowed.map(|name| HeaderName::from_static(name)))
        .allowed_headers([header::ACCEPT, header::CONTENT_TYPE, header::RANGE])
        .allowed_headers(["x-request-id", "idempotency-key"].map(HeaderName::from_static))
        .expose_headers(exposed)
        .max_age(3600);
    if http.cors_origins.iter().any(|origin| origin == "*") {
        return cors.allow_any_origin().send_wildcard();
    }
    http.cors_origins.iter().fold(cors, |cors, origin| cors.allowed_origin(origin))
}
