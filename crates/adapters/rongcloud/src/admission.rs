//! What every request of a back end goes through that stores no message.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::de::DeserializeOwned;
use sixin_application::access::authenticate_back_end::BackEndCredentials;
use sixin_web::answer::reply;
use sixin_web::request::parameters::read;

use crate::api::RongCloudApi;
use crate::codes::Failure;
use crate::fields::Fields;
use crate::headers::credentials;
use crate::responses;

/// First who calls, then what it wants, then the work.
pub(crate) async fn answered<T: DeserializeOwned>(
    request: &HttpRequest,
    payload: web::Payload,
    api: &RongCloudApi,
    work: impl AsyncFnOnce(T) -> Result<HttpResponse, Failure>,
) -> HttpResponse {
    answered_with(request, payload, api, async |fields| work(read(&fields)?).await).await
}

/// The same for what is asked with GET: the parameters stand in the address.
pub(crate) async fn looked_up<T: DeserializeOwned>(
    request: &HttpRequest,
    api: &RongCloudApi,
    work: impl AsyncFnOnce(T) -> Result<HttpResponse, Failure>,
) -> HttpResponse {
    let result = async {
        let credentials = noted(request)?;
        api.authenticate_back_end.admit(&credentials).await?;
        work(read(&Fields::parse(request.query_string().as_bytes())?)?).await
    };
    result.await.unwrap_or_else(|failure| responses::refused(request.path(), &failure))
}

/// The same for work that reads the parameters itself.
pub(crate) async fn answered_with(
    request: &HttpRequest,
    payload: web::Payload,
    api: &RongCloudApi,
    work: impl AsyncFnOnce(Fields) -> Result<HttpResponse, Failure>,
) -> HttpResponse {
    let result = async {
        let credentials = noted(request)?;
        api.authenticate_back_end.admit(&credentials).await?;
        work(Fields::of_request(request, payload, api).await?).await
    };
    result.await.unwrap_or_else(|failure| responses::refused(request.path(), &failure))
}

/// Who calls; its app key is noted for the access log.
pub(crate) fn noted(request: &HttpRequest) -> Result<BackEndCredentials, Failure> {
    let credentials = credentials(request)?;
    reply::note_app_key(request, &credentials.app_key);
    Ok(credentials)
}
