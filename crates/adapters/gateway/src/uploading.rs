//! `POST /client/uploads?ticket=…`: the SDK uploads a file (docs/client-sdk.md#uploads).

use actix_web::http::header::{self, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use sixin_application::delivery::passes::PassRefusal;
use sixin_application::files::client_uploads::ClientUploadError;
use sixin_application::files::upload_file::UploadError;
use sixin_application::ports::StoreError;
use sixin_domain::file::StoredFile;
use sixin_domain::file::upload::{UploadRefusal, taken};
use sixin_domain::sending::refusal::Refusal;
use sixin_web::answer::fallback;
use sixin_web::answer::reply::{self, TRY_AGAIN_MS, with_retry_after};
use sixin_web::request::multipart::FormError;
use sixin_web::request::{body, multipart};
use thiserror::Error;

use crate::api::GatewayApi;
use crate::navigation::for_browsers;

const UPLOAD: &str = "/client/uploads";
/// The field of the form that says what the client calls the file.
const KEY: &str = "key";

/// Where a file with that ticket is uploaded. It stands in the query, since paths are logged.
pub(crate) fn path(ticket: &str) -> String {
    format!("{UPLOAD}?ticket={ticket}")
}

#[derive(Deserialize)]
struct Asked {
    ticket: String,
}

/// Registers the endpoint.
pub(crate) fn configure(routes: &mut web::ServiceConfig) {
    routes.service(
        fallback::one(UPLOAD, [Method::POST])
            .route(web::post().to(upload))
            .route(web::route().method(Method::OPTIONS).to(preflight)),
    );
}

/// Whoever shows how far an upload is asks first, whatever else it sends.
async fn preflight(api: web::Data<GatewayApi>) -> HttpResponse {
    let mut answer = HttpResponse::NoContent().finish();
    let headers = answer.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("Content-Type"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("POST"));
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("3600"));
    for_browsers(answer, &api)
}

/// A file that was taken.
#[derive(Serialize)]
struct Taken {
    key: String,
    /// Its SHA-256 as it is kept: pictures lose what cameras write into them.
    hash: Option<String>,
    fsize: Option<i64>,
}

/// Why one was not.
#[derive(Serialize)]
struct NotTaken {
    error: String,
}

#[derive(Debug, Error)]
enum Failure {
    #[error(transparent)]
    Form(#[from] FormError),
    #[error("the form has no {0}")]
    Missing(&'static str),
    #[error(transparent)]
    Upload(#[from] ClientUploadError),
    #[error("{0}; files that are taken: {1}")]
    Kind(UploadRefusal, String),
}

async fn upload(request: HttpRequest, mut payload: web::Payload, api: web::Data<GatewayApi>) -> HttpResponse {
    let asked = web::Query::<Asked>::from_query(request.query_string()).ok();
    let ticket = asked.map(|asked| asked.into_inner().ticket).unwrap_or_default();
    let begun = match api.client_uploads.begin(&ticket).await {
        Ok(begun) => begun,
        Err(error) => {
            body::discard_in_time(&mut payload, &api.http).await;
            return for_browsers(refused(&error.into()), &api);
        }
    };
    let taken_as = begun.ticket.key.clone();
    let settings = begun.uploader.settings.clone();
    let answer = async {
        let arrival = (begun.arrival.file, begun.arrival.most_bytes);
        let form = multipart::read(&request, payload, arrival, &api.http).await?;
        let key = form.values.into_iter().find(|(name, _)| name == KEY);
        let (_, key) = key.ok_or(Failure::Missing(KEY))?;
        let file = form.file.ok_or(Failure::Missing("file"))?;
        match api.client_uploads.finish(&begun.uploader, begun.ticket, &key, file).await {
            Err(ClientUploadError::Upload(UploadError::File(refusal))) if refusal.is_for_what_it_is() => {
                Err(Failure::Kind(refusal, taken(&settings)))
            }
            other => Ok(other?),
        }
    };
    let answer = match answer.await {
        Ok(StoredFile { sha, size, .. }) => {
            reply::json(StatusCode::OK, 200, &Taken { key: taken_as, hash: sha, fsize: size })
        }
        Err(failure) => refused(&failure),
    };
    for_browsers(answer, &api)
}

fn refused(failure: &Failure) -> HttpResponse {
    let status = status(failure);
    if status.is_server_error() {
        tracing::warn!(error = %failure, "a client's upload can't be taken");
    }
    let error = if status == StatusCode::INTERNAL_SERVER_ERROR {
        "the server failed".to_owned()
    } else {
        failure.to_string()
    };
    let answer = reply::json(status, i64::from(status.as_u16()), &NotTaken { error });
    match (status, failure) {
        (
            _,
            Failure::Upload(ClientUploadError::Upload(UploadError::Refused(Refusal::TooFast {
                retry_after_ms,
            }))),
        ) => with_retry_after(answer, *retry_after_ms),
        (StatusCode::SERVICE_UNAVAILABLE, _) => with_retry_after(answer, TRY_AGAIN_MS),
        _ => answer,
    }
}

fn status(failure: &Failure) -> StatusCode {
    match failure {
        Failure::Form(FormError::TooSlow) => StatusCode::REQUEST_TIMEOUT,
        Failure::Form(FormError::FileTooLarge) => StatusCode::PAYLOAD_TOO_LARGE,
        Failure::Form(FormError::File(_)) => StatusCode::SERVICE_UNAVAILABLE,
        Failure::Form(_) | Failure::Missing(_) => StatusCode::BAD_REQUEST,
        Failure::Kind(..) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Failure::Upload(ClientUploadError::Ticket) => StatusCode::UNAUTHORIZED,
        Failure::Upload(ClientUploadError::Pass(PassRefusal::Store(error))) => of_store(error),
        Failure::Upload(ClientUploadError::Pass(_)) => StatusCode::UNAUTHORIZED,
        Failure::Upload(ClientUploadError::There) => StatusCode::CONFLICT,
        Failure::Upload(ClientUploadError::Upload(error)) => match error {
            UploadError::File(UploadRefusal::TooLarge | UploadRefusal::TooLong) => {
                StatusCode::PAYLOAD_TOO_LARGE
            }
            UploadError::File(UploadRefusal::Empty) => StatusCode::BAD_REQUEST,
            UploadError::File(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            UploadError::Refused(Refusal::TooFast { .. }) => StatusCode::TOO_MANY_REQUESTS,
            UploadError::Refused(_) => StatusCode::FORBIDDEN,
            UploadError::Busy | UploadError::Bytes(_) => StatusCode::SERVICE_UNAVAILABLE,
            UploadError::Store(error) => of_store(error),
        },
    }
}

fn of_store(error: &StoreError) -> StatusCode {
    match error {
        StoreError::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
        StoreError::Fault(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}
