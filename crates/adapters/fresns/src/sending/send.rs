//! Sending a message (docs/wire/fresns.md#send).

use actix_web::{HttpRequest, HttpResponse, web};
use sixin_application::sending::send_message::SendRequest;
use sixin_web::request::idempotency;
use utoipa::OpenApi;

use crate::admission::{Visit, answered, body, sender};
use crate::api::FresnsApi;
use crate::codes::Failure;
use crate::conversations::message_info::{self, MessageInfo};
use crate::openapi::about_send;
use crate::responses::done;
use crate::routes::SEND;
use crate::sending::send_body::SendBody;
use crate::shape::{Second, Shape};

/// What this subject has in the document.
#[derive(OpenApi)]
#[openapi(paths(send_message))]
pub(crate) struct Described;

// First who calls, then what it wants, then whether it may.
/// Send a message to another user
#[utoipa::path(post, path = SEND, description = about_send(), security(("user" = [])), request_body(content = SendBody, examples(("text" = (value = json!({"uidOrUsername": "user2", "message": "See you at nine"}))), ("file" = (value = json!({"uidOrUsername": "user2", "fid": "kQ3vX8pZ"}))))), responses((status = 200, body = MessageInfo)))]
pub(crate) async fn send_message(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<FresnsApi>,
) -> HttpResponse {
    answered(&request, &api, sent_by::<Second>(&request, payload, &api, SEND)).await
}

/// What is answered to whoever sends, in the objects of its generation; `path` is where it sends.
pub(crate) async fn sent_by<S: Shape>(
    request: &HttpRequest,
    payload: web::Payload,
    api: &FresnsApi,
    path: &'static str,
) -> Result<HttpResponse, Failure> {
    let visit = sender(request, api).await?;
    let Some(nonce) = visit.caller.nonce.clone() else {
        return stored::<S>(request, payload, api, (visit, path)).await;
    };
    let result = stored::<S>(request, payload, api, (visit, path)).await;
    idempotency::settled(result, api.authenticate_user.spend(&nonce), Failure::or_replayed).await
}

/// The message of a user who was let in.
async fn stored<S: Shape>(
    request: &HttpRequest,
    payload: web::Payload,
    api: &FresnsApi,
    (visit, path): (Visit, &'static str),
) -> Result<HttpResponse, Failure> {
    let parameters = body(request, payload, api).await;
    let given = idempotency::from_header(request)?;
    let body: SendBody = parameters?;
    let app_key = visit.caller.app_key;
    let key = given.map(|given| idempotency::key(app_key, &given, api.keys_live_ms, path, body.parameters()));
    let (to, content) = body.into_parts()?;
    let wanted = SendRequest {
        sender: visit.caller.user,
        settings: visit.caller.settings,
        to,
        content,
        nonce: visit.caller.nonce,
        idempotency: key,
        own_rate: visit.caller.own_rate,
    };
    let sent = api.send_message.send(wanted).await?;
    let message = S::Message::from(message_info::sent::<S>(&sent, &visit.locale));
    let answer = done(message, visit.locale.language);
    Ok(idempotency::marked(answer, sent.replayed))
}
