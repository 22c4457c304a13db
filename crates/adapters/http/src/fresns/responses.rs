//! The answers of this dialect (Fresns seed; facts: fresns 1, 6.7).

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use serde::Serialize;
use sixin_application::send_message::SentMessage;
use sixin_domain::body::Body;
use sixin_domain::settings::Settings;
use sixin_domain::time::Millis;
use utoipa::ToSchema;

use super::codes::Failure;
use super::file_info::{FileInfo, file_info};
use super::messages::{Language, message};
use super::time_format::TimeFormat;
use super::user_info::UserInfo;
use super::user_view::Subject;
use crate::plumbing::reply;

/// What every answer is wrapped in.
#[derive(Serialize)]
struct Envelope<T> {
    code: i64,
    message: &'static str,
    data: Option<T>,
}

/// A message, as its sender sees it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FresnsMessage)]
pub(crate) struct MessageInfo {
    /// Id of the message.
    #[schema(minimum = 1, maximum = 9_007_199_254_740_991_i64)]
    id: i64,
    /// Who sent it.
    user: UserInfo,
    /// Whether the sender has left.
    user_is_deactivate: bool,
    /// Whether the caller sent it.
    is_me: bool,
    /// 1 text, 2 file.
    #[schema(minimum = 1, maximum = 2)]
    r#type: i64,
    /// The text as it is stored; null for a file.
    #[schema(required = true)]
    content: Option<String>,
    /// The file; null for a text.
    #[schema(required = true)]
    file: Option<FileInfo>,
    /// When it was sent, in the caller's time zone and language.
    #[schema(example = "2022-11-10 14:20:00")]
    datetime: String,
    /// The same, shorter the nearer it is.
    #[schema(example = "14:20")]
    datetime_format: String,
    /// Whether the recipient has read it.
    read_status: bool,
}

/// How the answer is written for the caller.
pub(crate) struct Locale<'a> {
    /// The settings in force.
    pub(crate) settings: &'a Settings,
    /// How times are written.
    pub(crate) times: TimeFormat,
    /// The language of messages.
    pub(crate) language: Language,
    /// The time.
    pub(crate) now: Millis,
}

/// The answer to a message that is stored.
pub(crate) fn sent(sent: &SentMessage, locale: &Locale<'_>) -> HttpResponse {
    let subject = Subject {
        user: &sent.sender,
        roles: &sent.sender_roles,
        role_book: &sent.role_book,
        settings: locale.settings,
        times: &locale.times,
        language: locale.language,
        now: locale.now,
    };
    let (kind, content) = match &sent.body {
        Body::File { .. } => (2, None),
        Body::Text(text) | Body::Typed { text: Some(text), .. } => (1, Some(text.clone())),
        Body::Typed { text: None, .. } => (1, Some(sent.body.brief())),
    };
    let data = MessageInfo {
        id: sent.placed.id.0,
        user: subject.seen_by_itself(),
        user_is_deactivate: false,
        is_me: true,
        r#type: kind,
        content,
        file: sent.file.as_ref().map(|file| file_info(file, locale.settings)),
        datetime: locale.times.date_time(sent.placed.sent_at),
        datetime_format: locale.times.brief(sent.placed.sent_at, locale.now),
        read_status: false,
    };
    reply::json(
        StatusCode::OK,
        0,
        &Envelope { code: 0, message: message(0, locale.language), data: Some(data) },
    )
}

/// The answer to a request that was not accepted.
pub(crate) fn refused(failure: Failure, language: Language) -> HttpResponse {
    let envelope =
        Envelope::<()> { code: failure.code, message: message(failure.code, language), data: None };
    let answer = reply::json(failure.status, failure.code, &envelope);
    match failure.retry_after_ms {
        Some(after_ms) => reply::with_retry_after(answer, after_ms),
        None => answer,
    }
}
