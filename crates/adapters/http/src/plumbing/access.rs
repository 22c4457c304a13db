//! What every request passes through: a request id, an answer in JSON whatever happened, one line in the log.

use std::time::Instant;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, web};

use super::reply::{AppKeyId, DialectCode};
use super::{fallback, request_id};
use crate::api::Api;

/// The outermost layer. It logs neither query strings nor header values but the request id and the app key.
pub(crate) async fn observe(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let begun = Instant::now();
    let secrets = request.app_data::<web::Data<Api>>().map(|api| api.secrets.clone());
    let id = request_id::of(&request, secrets.as_deref());
    let (method, path) = (request.method().clone(), request.path().to_owned());
    let mut answer = match next.call(request).await {
        Ok(answer) => in_json(answer.map_into_boxed_body(), &path),
        // No handler of ours fails this way; a middleware may, and then the request is gone.
        Err(error) => {
            tracing::error!(%error, %method, path, request_id = id, "a request failed before its handler");
            let mut answer = fallback::plain(&path, error.as_response_error().status_code());
            name(answer.headers_mut(), &id);
            return Err(InternalError::from_response(error, answer).into());
        }
    };
    name(answer.headers_mut(), &id);
    let code = answer.response().extensions().get::<DialectCode>().map(|code| code.0);
    let app_key = answer.request().extensions().get::<AppKeyId>().map(|key| key.0.clone());
    tracing::info!(
        method = %method,
        path = %path,
        status = answer.status().as_u16(),
        code,
        duration_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
        request_id = id,
        app_key,
        "request"
    );
    Ok(answer)
}

/// Puts the request id on an answer.
fn name(headers: &mut HeaderMap, id: &str) {
    if let Ok(value) = HeaderValue::from_str(id) {
        headers.insert(HeaderName::from_static(request_id::HEADER), value);
    }
}

/// Errors that the framework or a library answered in plain text or not at all get a JSON body.
fn in_json(answer: ServiceResponse<BoxBody>, path: &str) -> ServiceResponse<BoxBody> {
    let status = answer.status();
    let is_error = status.is_client_error() || status.is_server_error();
    let is_json = answer
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
    if !is_error || is_json {
        return answer;
    }
    let (request, _) = answer.into_parts();
    ServiceResponse::new(request, fallback::plain(path, status))
}
