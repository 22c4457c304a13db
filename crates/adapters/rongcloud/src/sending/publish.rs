//! The endpoints that publish: first who calls, then what it wants, then whether it may.

use actix_web::{HttpRequest, HttpResponse, web};
use sixin_application::access::authenticate_back_end::BackEnd;
use sixin_application::sending::ports::{IdempotencyKey, NonceUse};
use sixin_application::sending::publish_message::{PublishRequest, Published as Stored};
use sixin_domain::sending::limits::Limits;
use sixin_domain::sending::rate::OwnRate;
use sixin_web::request::idempotency::{self, Given, Parameter};
use utoipa::OpenApi;

use crate::admission::{answered_with, noted};
use crate::api::RongCloudApi;
use crate::codes::Failure;
use crate::fields::Fields;
use crate::openapi::about_publish;
use crate::responses::{self, Done, Published, done};
use crate::routes::{PUBLISH, STATUS, TEMPLATE};
use crate::sending::openapi_publish::about_template;
use crate::sending::publish_body::PublishBody;
use crate::sending::template::TemplateBody;

/// How long `msgRandom` is remembered (docs/wire/rongcloud.md#msg-random).
const MSG_RANDOM_LIVES_MS: i64 = 60_000;

/// What may be used once, and how often there may be one.
#[derive(Default)]
pub(crate) struct Once {
    pub(crate) nonce: Option<NonceUse>,
    pub(crate) idempotency: Option<IdempotencyKey>,
    /// The rate of the app key, if it has one of its own.
    pub(crate) own_rate: Option<OwnRate>,
}

/// A body that asks for messages to be published.
pub(crate) trait Publishing: Sized {
    /// Where it is sent to.
    const PATH: &'static str;

    /// Reads the parameters out of a body.
    fn parse(fields: Fields) -> Result<Self, Failure>;

    /// `msgRandom`, by which a repeat within a minute is known (docs/wire/rongcloud.md#msg-random).
    fn given_number(&self) -> Option<Given>;

    /// Every parameter that was given, decoded: however it was spelled, it is the same text here.
    fn parameters(&self) -> Vec<Parameter<'_>>;

    /// The request in the words of the application, if every rule about its form holds.
    fn into_request(self, limits: &Limits, once: Once) -> Result<PublishRequest, Failure>;
}

/// What this subject has in the document.
#[derive(OpenApi)]
#[openapi(paths(publish_private_message, publish_private_template, publish_private_status))]
pub(crate) struct Operations;

/// Publish a private message
#[utoipa::path(post, path = PUBLISH, description = about_publish(), request_body = PublishBody, responses((status = 200, body = Published)))]
pub(crate) async fn publish_private_message(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    publish::<PublishBody>(&request, payload, &api).await
}

/// Publish a private message in other words to each
#[utoipa::path(post, path = TEMPLATE, description = about_template(), request_body = TemplateBody, responses((status = 200, body = Published)))]
pub(crate) async fn publish_private_template(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    publish::<TemplateBody>(&request, payload, &api).await
}

async fn publish<Body: Publishing>(
    request: &HttpRequest,
    payload: web::Payload,
    api: &RongCloudApi,
) -> HttpResponse {
    match accepted::<Body>(request, payload, api).await {
        Ok(answer) => answer,
        Err(failure) => responses::refused(request.path(), &failure),
    }
}

// docs/wire/rongcloud.md#status-message
/// Tell users who are online now
///
/// For what is of interest only at the moment, such as that somebody is typing: it reaches only users who are connected to a live
/// stream now, and is never stored, counted, limited in rate or told later. The request is checked by all the rules of a publish.
/// `isCounted`, `isPersisted` and `msgRandom` have no effect.
#[utoipa::path(post, path = STATUS, request_body = PublishBody, responses((status = 200, body = Done)))]
pub(crate) async fn publish_private_status(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered_with(&request, payload, &api, async |fields| {
        let wanted = PublishBody::parse(fields)?.into_request(&api.limits, Once::default())?;
        api.publish_message.pass_on(wanted).await?;
        Ok(done())
    })
    .await
}

async fn accepted<Body: Publishing>(
    request: &HttpRequest,
    payload: web::Payload,
    api: &RongCloudApi,
) -> Result<HttpResponse, Failure> {
    let credentials = noted(request)?;
    let back_end = api.authenticate_back_end.authenticate(&credentials).await?;
    let Some(nonce) = back_end.nonce.clone() else {
        return stored::<Body>(request, payload, api, back_end).await;
    };
    let result = stored::<Body>(request, payload, api, back_end).await;
    idempotency::settled(result, api.authenticate_back_end.spend(&nonce), Failure::or_replayed).await
}

/// The messages of a back end that was let in.
async fn stored<Body: Publishing>(
    request: &HttpRequest,
    payload: web::Payload,
    api: &RongCloudApi,
    back_end: BackEnd,
) -> Result<HttpResponse, Failure> {
    let body = Body::parse(Fields::of_request(request, payload, api).await?)?;
    let published = published(request, body, api, back_end).await?;
    Ok(idempotency::marked(responses::of_published(&published.placed)?, published.replayed))
}

/// Has the messages of a back end stored that was let in.
pub(crate) async fn published<Body: Publishing>(
    request: &HttpRequest,
    body: Body,
    api: &RongCloudApi,
    back_end: BackEnd,
) -> Result<Stored, Failure> {
    // The original answers an error to a msgRandom that comes again; we answer as for any repeat.
    let given = idempotency::from_header(request)?.or_else(|| body.given_number());
    let key = given.map(|given| {
        let lives_ms = match given {
            Given::Header(_) => api.keys_live_ms,
            Given::Number(_) => MSG_RANDOM_LIVES_MS,
        };
        // Not the path as it was called: slashes may be doubled in it.
        idempotency::key(back_end.app_key.id, &given, lives_ms, Body::PATH, body.parameters())
    });
    let own_rate = back_end.app_key.own_rate();
    let once = Once { nonce: back_end.nonce, idempotency: key, own_rate };
    let wanted = body.into_request(&api.limits, once)?;
    Ok(api.publish_message.publish(wanted).await?)
}
