//! The endpoints of this dialect, and the one that publishes.

use actix_web::http::Method;
use actix_web::{FromRequest, Handler, HttpRequest, HttpResponse, Resource, web};
use sixin_application::outbox::SendError;
use sixin_application::publish_message::PublishError;

use super::codes::{Code, Failure};
use super::requests::PublishBody;
use super::stage::{log_refusal, log_store, noted};
use super::{
    history, logs, messages, preferences, responses, restrictions, sensitive_words, user_lists, users,
};
use crate::api::Api;
use crate::plumbing::body;
use crate::plumbing::fallback::one;
use crate::plumbing::idempotency::{self, Given};

/// Where a back end publishes (RongCloud seed).
pub(crate) const PUBLISH: &str = "/message/private/publish.json";
/// Where it takes a message back (facts: rongcloud 8.1).
pub(super) const RECALL: &str = "/message/recall.json";
/// Where it changes one (facts: rongcloud 8.2).
pub(super) const MODIFY: &str = "/message/private/modify.json";
/// Where it reads (facts: rongcloud 9.1).
pub(super) const QUERY: &str = "/v3/message/private/query.json";
/// Where it cleans the history of one side (facts: rongcloud 9.2).
pub(super) const CLEAN: &str = "/conversation/message/history/clean.json";

/// Where it asks for the log of an hour, and deletes it (facts: rongcloud 9.3).
pub(super) const LOG: &str = "/message/history.json";
pub(super) const DELETE_LOG: &str = "/message/history/delete.json";
/// Where the logs are.
pub(super) const LOG_FILE: &str = "/message/history/{date}.zip";

/// How long `msgRandom` is remembered (facts: rongcloud 5.2).
const MSG_RANDOM_LIVES_MS: i64 = 60_000;

/// A path that takes POST, as every one of this dialect (facts: rongcloud 1).
pub(super) fn post<F, A>(path: &str, handler: F) -> Resource
where
    F: Handler<A, Output = HttpResponse>,
    A: FromRequest + 'static,
{
    one(path, [Method::POST]).route(web::post().to(handler))
}

/// Registers the endpoints.
pub(crate) fn configure(config: &mut web::ServiceConfig) {
    config
        .service(post(PUBLISH, publish))
        .service(post(RECALL, messages::recall))
        .service(post(MODIFY, messages::modify))
        .service(post(QUERY, history::query))
        .service(post(CLEAN, history::clean))
        .service(post(LOG, logs::ask))
        .service(post(DELETE_LOG, logs::delete))
        .service(
            one(LOG_FILE, [Method::GET, Method::HEAD])
                .route(web::get().to(logs::read))
                .route(web::head().to(logs::read)),
        );
    for part in [
        users::configure,
        user_lists::configure,
        restrictions::configure,
        preferences::configure,
        sensitive_words::configure,
    ] {
        config.configure(part);
    }
}

/// `POST /message/private/publish.json`: first who calls, then what it wants, then whether it may.
async fn publish(request: HttpRequest, payload: web::Payload, api: web::Data<Api>) -> HttpResponse {
    match accepted(&request, payload, &api).await {
        Ok(answer) => answer,
        Err(failure) => responses::refused(request.path(), &failure),
    }
}

async fn accepted(request: &HttpRequest, payload: web::Payload, api: &Api) -> Result<HttpResponse, Failure> {
    let credentials = noted(request)?;
    let back_end = api.authenticate_back_end.authenticate(&credentials).await.inspect_err(log_refusal)?;
    let bytes = body::read(request, payload, &api.http).await?;
    let body = PublishBody::parse(&bytes)?;
    // The original answers an error to a msgRandom that comes again; we answer as for any repeat.
    let given = idempotency::from_header(request)?.or_else(|| body.given_number());
    let key = given.map(|given| {
        let lives_ms = match given {
            Given::Header(_) => api.keys_live_ms,
            Given::Number(_) => MSG_RANDOM_LIVES_MS,
        };
        idempotency::key(back_end.app_key.id, &given, lives_ms, PUBLISH, body.parameters())
    });
    let wanted = body.into_request(&api.limits, back_end.nonce, key)?;
    let published = api.publish_message.publish(wanted).await.inspect_err(log_error)?;
    let answer = responses::published(&published.placed).ok_or_else(|| {
        tracing::error!("a publish request was accepted without any message");
        Failure::new(Code::Internal, "an internal error occurred")
    })?;
    Ok(idempotency::marked(answer, published.replayed))
}

fn log_error(error: &PublishError) {
    match error {
        PublishError::Send(SendError::Store(error)) => {
            log_store(error);
        }
        PublishError::Send(error @ (SendError::Busy(_) | SendError::Unknown)) => {
            tracing::warn!(%error, "a message was not accepted");
        }
        PublishError::User { .. } | PublishError::Send(_) => {}
    }
}
