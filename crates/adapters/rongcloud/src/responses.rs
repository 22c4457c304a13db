//! The answers of this dialect (docs/wire/rongcloud.md#answer).

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use serde::Serialize;
use sixin_domain::message::{Placed, uid as message_uid};
use sixin_domain::user::username::Username;
use sixin_web::answer::reply::{self, log};
use utoipa::ToSchema;

use crate::codes::{Code, Failure};

/// The code of success.
pub(crate) const SUCCESS: i64 = 200;

/// The messages are stored.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudPublished)]
pub(crate) struct Published {
    /// 200.
    #[schema(minimum = 200, maximum = 200)]
    code: i64,
    /// Id of the message to the first recipient, a decimal number.
    #[schema(pattern = "^[0-9]+$", example = "338194283397121")]
    message_id: String,
    /// When the server stored it: milliseconds since 1970, UTC.
    #[schema(example = 1_640_995_200_000_i64)]
    sent_time: i64,
    /// One entry a recipient that got the message, in request order.
    #[serde(rename = "messageUIDs")]
    #[schema(min_items = 1)]
    message_uids: Vec<MessageUid>,
}

/// Which message went to which recipient.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudMessageUid)]
pub(crate) struct MessageUid {
    /// The recipient.
    #[schema(example = "user2")]
    user_id: String,
    /// The message: four groups of four characters.
    #[serde(rename = "messageUID")]
    #[schema(pattern = "^[0-9A-Z]{4}(-[0-9A-Z]{4}){3}$", example = "16EA-XU84-007G-FDTH")]
    message_uid: String,
}

/// The messages are not stored, and why.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudError)]
pub(crate) struct Refused {
    /// The code; see the table of the operation.
    #[schema(example = 1003)]
    code: i64,
    /// The code's meaning in Chinese, then in English which parameter or user it is about and what to mend.
    #[schema(min_length = 1, example = "参数错误: fromUserId is missing or empty; give it")]
    error_message: String,
    /// The same text, by the name that Go's second helper and PHP's fall-back read.
    #[schema(min_length = 1)]
    msg: String,
    /// The path that was called.
    #[schema(example = "/message/private/publish.json")]
    url: String,
}

/// What was asked for is done.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RongCloudDone)]
pub(crate) struct Done {
    /// 200.
    #[schema(minimum = 200, maximum = 200)]
    code: i64,
}

/// The answer to a request that is done.
pub(crate) fn done() -> HttpResponse {
    reply::json(StatusCode::OK, SUCCESS, &Done { code: SUCCESS })
}

/// The answer to a request whose messages are stored, or `None` if there is not one message.
fn published(placed: &[(Username, Placed)]) -> Option<HttpResponse> {
    let (_, first) = placed.first()?;
    let body = Published {
        code: SUCCESS,
        message_id: first.id.to_string(),
        sent_time: first.sent_at.0,
        message_uids: placed
            .iter()
            .map(|(user, placed)| MessageUid {
                user_id: user.to_string(),
                message_uid: message_uid::encode(placed.id),
            })
            .collect(),
    };
    Some(reply::json(StatusCode::OK, SUCCESS, &body))
}

/// The answer to a request whose messages are stored.
pub(crate) fn of_published(placed: &[(Username, Placed)]) -> Result<HttpResponse, Failure> {
    published(placed).ok_or_else(|| {
        tracing::error!("a publish request was accepted without any message");
        Failure::new(Code::Internal, "an internal error occurred")
    })
}

/// The answer to a request that was not accepted.
pub(crate) fn refused(url: &str, failure: &Failure) -> HttpResponse {
    if let Some(cause) = &failure.cause {
        log(failure.status, cause);
    }
    let (code, _, text) = failure.code.row();
    let error_message = format!("{text}: {}", failure.detail);
    let answer = reply::json(
        failure.status,
        code,
        &Refused { code, msg: error_message.clone(), error_message, url: url.to_owned() },
    );
    match failure.retry_after_ms {
        Some(after_ms) => reply::with_retry_after(answer, after_ms),
        None => answer,
    }
}
