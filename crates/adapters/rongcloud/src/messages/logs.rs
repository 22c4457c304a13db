//! A back end asks for the log of an hour, reads it by a link, and deletes it (docs/wire/rongcloud.md#hourly-log).

use std::sync::Arc;

use actix_web::http::{Method, StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use sixin_application::files::links::SignedLink;
use sixin_application::messages::read_logs::{LogError, OpenLog};
use sixin_application::ports::StoreError;
use sixin_domain::message::log_link::LogLink;
use sixin_web::answer::reply::{TRY_AGAIN_MS, with_retry_after};
use sixin_web::answer::{fallback, reply, streamed};
use sixin_web::files::address::origin;
use utoipa::ToSchema;

use crate::admission::answered;
use crate::api::RongCloudApi;
use crate::codes::Failure;
use crate::fields::{Fields, missing};
use crate::headers::credentials;
use crate::messages::log_lines::Lines;
use crate::messages::log_stream;
use crate::responses::{SUCCESS, done};

/// Where the log of an hour is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RongCloudLog)]
pub(crate) struct LogInfo {
    /// 200.
    #[schema(minimum = 200, maximum = 200)]
    code: i64,
    /// A link to the zip, which expires; empty if there is no log.
    url: String,
    /// The hour that was asked for.
    #[schema(pattern = "^[0-9]{10}$", example = "2026112510")]
    date: String,
}

/// What a link says beside the hour.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Query {
    app_id: String,
    expires: i64,
    signature: String,
}

/// `POST /message/history.json`.
pub(crate) async fn ask(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(&request, payload, &api, async |fields| {
        let (date, app_key) = (date(&fields)?, credentials(&request)?.app_key);
        let found = api.read_logs.link(&date, &app_key).await?;
        let url = match found {
            Some(signed) => {
                let settings = api.settings.settings().await?;
                format!("{}{}", origin(&request, &settings), path(&signed))
            }
            None => String::new(),
        };
        Ok(reply::json(StatusCode::OK, SUCCESS, &LogInfo { code: SUCCESS, url, date }))
    })
    .await
}

/// `POST /message/history/delete.json`.
pub(crate) async fn delete(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(&request, payload, &api, async |fields| {
        api.read_logs.delete(&date(&fields)?).await?;
        Ok(done())
    })
    .await
}

/// `GET /message/history/{date}.zip`, and `HEAD`.
pub(crate) async fn read(
    request: HttpRequest,
    date: web::Path<String>,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    match opened(&request, date.into_inner(), &api).await {
        Ok(answer) => answer,
        Err(error) => refused(&request, &error),
    }
}

async fn opened(request: &HttpRequest, date: String, api: &RongCloudApi) -> Result<HttpResponse, LogError> {
    let query = web::Query::<Query>::from_query(request.query_string());
    let Query { app_id, expires, signature } = query.map_err(|_| LogError::LinkWrong)?.into_inner();
    let signed = SignedLink { link: LogLink { date, app_id, expires }, signature };
    let OpenLog { hour, settings, permit } = api.read_logs.open(&signed).await?;
    let mut answer = HttpResponse::Ok();
    answer
        .insert_header((header::CONTENT_TYPE, "application/zip"))
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{hour}.zip\"")))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .insert_header((header::CACHE_CONTROL, "private, no-store"));
    if request.method() == Method::HEAD {
        return Ok(answer.finish());
    }
    let origin = origin(request, &settings);
    let links = Arc::clone(&api.file_links);
    let lines = Lines { app_id: signed.link.app_id, settings, origin, links };
    let (sender, body) = streamed::streamed_body();
    actix_web::rt::spawn(log_stream::write(Arc::clone(&api.read_logs), hour, lines, sender, permit));
    Ok(answer.streaming(body))
}

/// The address of a log below the server's own.
fn path(SignedLink { link, signature }: &SignedLink<LogLink>) -> String {
    let LogLink { date, app_id, expires } = link;
    let app_id = percent_encoding::utf8_percent_encode(app_id, percent_encoding::NON_ALPHANUMERIC);
    format!("/message/history/{date}.zip?appId={app_id}&expires={expires}&signature={signature}")
}

fn date(fields: &Fields) -> Result<String, Failure> {
    fields.text("date")?.ok_or_else(|| missing("date"))
}

fn refused(request: &HttpRequest, error: &LogError) -> HttpResponse {
    if let LogError::Store(error) = error {
        tracing::error!(%error, "a log could not be read");
    }
    let plain = |status| fallback::plain(request.path(), status);
    match error {
        LogError::LinkWrong => plain(StatusCode::FORBIDDEN),
        LogError::Unknown | LogError::NoSuchHour => fallback::gone(request.path()),
        LogError::Overload(_) | LogError::Store(StoreError::Unavailable(_)) => {
            with_retry_after(plain(StatusCode::SERVICE_UNAVAILABLE), TRY_AGAIN_MS)
        }
        LogError::Store(StoreError::Fault(_)) => plain(StatusCode::INTERNAL_SERVER_ERROR),
    }
}
