//! What every request of a back end goes through that stores no message.

use actix_web::{HttpRequest, HttpResponse, web};
use sixin_application::access::authenticate_back_end::{BackEndCredentials, BackEndRefusal};
use sixin_application::ports::StoreError;

use super::codes::Failure;
use super::fields::Fields;
use super::headers::credentials;
use super::responses;
use crate::api::Api;
use crate::plumbing::reply;

/// First who calls, then what it wants, then the work.
pub(super) async fn answered(
    request: &HttpRequest,
    payload: web::Payload,
    api: &Api,
    work: impl AsyncFnOnce(Fields) -> Result<HttpResponse, Failure>,
) -> HttpResponse {
    let result = async {
        let credentials = noted(request)?;
        api.authenticate_back_end.admit(&credentials).await.inspect_err(log_refusal)?;
        work(Fields::of_request(request, payload, api).await?).await
    };
    result.await.unwrap_or_else(|failure| responses::refused(request.path(), &failure))
}

/// Who calls; its app key is noted for the access log.
pub(super) fn noted(request: &HttpRequest) -> Result<BackEndCredentials, Failure> {
    let credentials = credentials(request)?;
    reply::note_app_key(request, &credentials.app_key);
    Ok(credentials)
}

/// What is nobody's fault but ours is logged once, with its cause.
pub(super) fn log_refusal(refusal: &BackEndRefusal) {
    if let BackEndRefusal::Store(error) = refusal {
        log_store(error);
    }
}

/// The same among the reasons not to do what was asked for.
pub(super) fn log_store(error: &StoreError) {
    tracing::error!(%error, "the store could not answer");
}
