//! What every request passes through: a request id, an answer in JSON whatever happened, one line in the log.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::Bytes;
use actix_web::{Error, HttpMessage, web};
use tracing::Instrument;

use crate::answer::fallback;
use crate::answer::reply::{AppKeyId, DialectCode, ForPeople, Waited};
use crate::api::Shared;
use crate::connections::{Connection, UnderWay};
use crate::measured;
use crate::request::client_address::client_address;
use crate::request::id as request_id;
use crate::traced;

/// The outermost layer. It logs neither query strings nor header values but the request id and the app key.
pub(crate) async fn observe(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let begun = Instant::now();
    let connection = request.conn_data::<Arc<Connection>>().cloned();
    let under_way = connection.as_ref().map(Connection::begin);
    let api = request.app_data::<web::Data<Shared>>().cloned();
    let trusted = api.as_ref().map_or(&[][..], |api| &api.http.trusted_proxies);
    let client = client_address(request.request(), trusted);
    let id = request_id::of(&request, api.as_ref().map(|api| &*api.secrets));
    let (method, path) = (request.method().clone(), request.path().to_owned());
    // Whatever the handler logs carries the request id too.
    let traced = traced::begin(&request, &id);
    let span = tracing::info_span!("request", request_id = id);
    let mut answer = match next.call(request).instrument(span).instrument(traced.clone()).await {
        Ok(answer) => in_json(answer.map_into_boxed_body(), &path),
        // No handler of ours fails this way; a middleware may, and then the request is gone.
        Err(error) => {
            tracing::error!(%error, %method, path = shown(&path, MOST_PATH), request_id = id, "a request failed before its handler");
            let mut answer = fallback::plain(&path, error.as_response_error().status_code());
            name(answer.headers_mut(), &id);
            return Err(InternalError::from_response(error, answer).into());
        }
    };
    if connection.is_some_and(|connection| !connection.answer(client, size(&answer))) {
        let (request, _) = answer.into_parts();
        answer = ServiceResponse::new(request, fallback::unread(&path));
    }
    name(answer.headers_mut(), &id);
    measured::answer(&answer, &method, begun.elapsed());
    traced::end(&traced, &answer);
    let code = answer.response().extensions().get::<DialectCode>().map(|code| code.0);
    let took = begun.elapsed();
    let telling = (!answer.response().extensions().contains::<Waited>()).then_some(took);
    if api.is_none_or(|api| api.access.takes(has_failed(answer.status(), code), telling)) {
        let app_key = answer.request().extensions().get::<AppKeyId>().map(|key| key.0.clone());
        tracing::info!(
            method = %method,
            path = %shown(&path, MOST_PATH),
            status = answer.status().as_u16(),
            code,
            duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            request_id = id,
            app_key = app_key.as_deref().map(|key| shown(key, MOST_KEY)),
            client = %client,
            "request"
        );
    }
    Ok(answer.map_body(|_, body| BoxBody::new(Held { body, _under_way: under_way })))
}

/// Whether a request did not get what it wanted: by its status, or by the code of a dialect that answers all with 200. Those of success
/// are 0 or the status.
fn has_failed(status: StatusCode, code: Option<i64>) -> bool {
    let is_refusal = code.is_some_and(|code| code != 0 && !(200..400).contains(&code));
    status.is_client_error() || status.is_server_error() || is_refusal
}

/// How many bytes of a path and of an app key the log takes from somebody who may be anybody.
const MOST_PATH: usize = 256;
const MOST_KEY: usize = 64;

/// A text for the log: not longer than that, on one line.
fn shown(text: &str, most: usize) -> String {
    let fits = |(at, c): &(usize, char)| at + c.len_utf8() <= most;
    let end = text.char_indices().take_while(fits).last().map_or(0, |(at, c)| at + c.len_utf8());
    let start = text.get(..end).unwrap_or_default();
    start
        .chars()
        .flat_map(|c| if c.is_control() { c.escape_default().collect::<Vec<_>>() } else { vec![c] })
        .collect()
}

/// What an answer keeps in memory until it is read; streams have bounds of their own.
fn size(answer: &ServiceResponse<BoxBody>) -> usize {
    match answer.response().body().size() {
        BodySize::Sized(bytes) => usize::try_from(bytes).unwrap_or(usize::MAX),
        BodySize::None | BodySize::Stream => 0,
    }
}

/// The body of an answer; while it is there, its request is under way.
struct Held {
    body: BoxBody,
    _under_way: Option<UnderWay>,
}

impl MessageBody for Held {
    type Error = Box<dyn std::error::Error>;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.get_mut().body).poll_next(context)
    }
}

/// Puts the request id on an answer.
fn name(headers: &mut HeaderMap, id: &str) {
    if let Ok(value) = HeaderValue::from_str(id) {
        headers.insert(HeaderName::from_static(request_id::HEADER), value);
    }
}

/// Errors that the framework or a library answered in plain text or not at all get a JSON body. Pages that say to people what is wrong are
/// ours.
fn in_json(answer: ServiceResponse<BoxBody>, path: &str) -> ServiceResponse<BoxBody> {
    let status = answer.status();
    let is_error = status.is_client_error() || status.is_server_error();
    let is_json = answer
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
    let is_for_people = answer.response().extensions().get::<ForPeople>().is_some();
    if !is_error || is_json || is_for_people {
        return answer;
    }
    let (request, _) = answer.into_parts();
    ServiceResponse::new(request, fallback::plain(path, status))
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_refusal_is_known_by_its_status_or_by_the_code_of_its_dialect() {
        for (status, code, failed) in [
            (200, None, false),
            (200, Some(0), false),
            (200, Some(200), false),
            (200, Some(36608), true),
            (404, Some(404), true),
            (503, None, true),
            (303, None, false),
            (206, Some(206), false),
        ] {
            let status = super::StatusCode::from_u16(status).unwrap();
            assert_eq!(super::has_failed(status, code), failed, "{status} {code:?}");
        }
    }

    #[test]
    fn what_anybody_sends_is_short_and_on_one_line_in_the_log() {
        assert_eq!(super::shown("/a\nb\u{85}", 256), "/a\\nb\\u{85}");
        assert_eq!(super::shown(&"é".repeat(200), 5), "éé");
    }
}
