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
use utoipa::{OpenApi, ToSchema};

use crate::admission::answered;
use crate::api::RongCloudApi;
use crate::codes::Failure;
use crate::fields::missing;
use crate::fields::values::Text;
use crate::headers::credentials;
use crate::messages::log_lines::Lines;
use crate::messages::log_stream;
use crate::responses::{Done, SUCCESS, done};
use crate::routes::{DELETE_LOG, LOG};

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

/// What this subject has in the document.
#[derive(OpenApi)]
#[openapi(paths(link_message_log, delete_message_log))]
pub(crate) struct Operations;

type Date = Text<10>;

#[derive(Deserialize, ToSchema)]
#[schema(as = RongCloudLogOfHour, example = json!({"date": "2026112510"}))]
struct LogOfHour {
    /// An hour of the site's clock (setting default_timezone): yyyyMMddHH.
    #[schema(required = true, value_type = String, pattern = "^[0-9]{10}$")]
    date: Option<Date>,
}

impl LogOfHour {
    fn date(self) -> Result<String, Failure> {
        self.date.map(|date| date.0).ok_or_else(|| missing("date"))
    }
}

/// Get a link to the log of an hour
///
/// All messages of all users that were sent within an hour, in a zip, from a minute after the hour until three days after it. `url`
/// is empty where there is none: the hour is not over or too long ago, nothing was sent in it, or its log was deleted.
#[utoipa::path(post, path = LOG, request_body = LogOfHour, responses((status = 200, body = LogInfo)))]
pub(crate) async fn link_message_log(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(&request, payload, &api, async |wanted: LogOfHour| {
        let (date, app_key) = (wanted.date()?, credentials(&request)?.app_key);
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

/// Delete the log of an hour
///
/// The log can't be read any more; the messages stay. A log that is not there yet comes all the same.
#[utoipa::path(post, path = DELETE_LOG, request_body = LogOfHour, responses((status = 200, body = Done)))]
pub(crate) async fn delete_message_log(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(&request, payload, &api, async |wanted: LogOfHour| {
        api.read_logs.delete(&wanted.date()?).await?;
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
