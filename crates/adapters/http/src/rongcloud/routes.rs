//! The endpoint of this dialect.

use actix_web::{HttpRequest, HttpResponse, web};
use sixin_application::authenticate_back_end::BackEndRefusal;
use sixin_application::outbox::SendError;
use sixin_application::publish_message::PublishError;

use super::codes::{Code, Failure};
use super::headers::credentials;
use super::requests::PublishBody;
use super::responses;
use crate::api::Api;
use crate::plumbing::idempotency::{self, Given};
use crate::plumbing::{body, reply};

/// Where a back end publishes (RongCloud seed).
pub(crate) const PUBLISH: &str = "/message/private/publish.json";

/// How long `msgRandom` is remembered (facts: rongcloud 5.2).
const MSG_RANDOM_LIVES_MS: i64 = 60_000;

/// `POST /message/private/publish.json`: first who calls, then what it wants, then whether it may.
pub(crate) async fn publish(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<Api>,
) -> HttpResponse {
    match accepted(&request, payload, &api).await {
        Ok(answer) => answer,
        Err(failure) => responses::refused(request.path(), &failure),
    }
}

async fn accepted(request: &HttpRequest, payload: web::Payload, api: &Api) -> Result<HttpResponse, Failure> {
    let credentials = credentials(request)?;
    reply::note_app_key(request, &credentials.app_key);
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

/// What is nobody's fault but ours is logged once, with its cause.
fn log_refusal(refusal: &BackEndRefusal) {
    if let BackEndRefusal::Store(error) = refusal {
        tracing::error!(%error, "an app key could not be looked up");
    }
}

fn log_error(error: &PublishError) {
    match error {
        PublishError::Send(SendError::Store(error)) => {
            tracing::error!(%error, "a message could not be stored");
        }
        PublishError::Send(error @ (SendError::Busy(_) | SendError::Unknown)) => {
            tracing::warn!(%error, "a message was not accepted");
        }
        PublishError::User { .. } | PublishError::Send(_) => {}
    }
}
