//! Messages that grow while they are written (docs/wire/rongcloud.md#stream).

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sixin_application::access::authenticate_back_end::BackEnd;
use sixin_domain::message::growing::Stage;
use sixin_domain::message::uid as message_uid;
use sixin_domain::time::Millis;
use sixin_web::answer::reply;
use sixin_web::request::idempotency;
use utoipa::{OpenApi, ToSchema};

use crate::admission::{answered, noted};
use crate::api::RongCloudApi;
use crate::codes::{Code, Failure};
use crate::fields::Fields;
use crate::fields::values::MessageId;
use crate::responses::{self, SUCCESS};
use crate::routes::{GET_STREAM, STREAM};
use crate::sending::publish::{Publishing, published};
use crate::sending::stream_body::StreamBody;

/// What this subject has in the document.
#[derive(OpenApi)]
#[openapi(paths(publish_private_stream, get_stream))]
pub(crate) struct Operations;

/// A piece is on disk.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RongCloudStreamed)]
pub(crate) struct Streamed {
    /// 200.
    #[schema(minimum = 200, maximum = 200)]
    code: i64,
    /// The message; the pieces that follow name it in their content.
    #[serde(rename = "messageUID")]
    #[schema(pattern = "^[0-9A-Z]{4}(-[0-9A-Z]{4}){3}$", example = "16EA-XU84-007G-FDTH")]
    message_uid: String,
    /// Its number.
    #[serde(rename = "messageId")]
    #[schema(pattern = "^[0-9]+$", example = "338194283397121")]
    message_id: String,
    /// When it was sent: milliseconds since 1970, UTC.
    #[serde(rename = "sentTime")]
    #[schema(example = 1_640_995_200_000_i64)]
    sent_time: i64,
}

/// What there is of a message.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RongCloudStreamState)]
pub(crate) struct StreamState {
    /// 200.
    #[schema(minimum = 200, maximum = 200)]
    code: i64,
    /// The message.
    #[serde(rename = "messageUID")]
    #[schema(pattern = "^[0-9A-Z]{4}(-[0-9A-Z]{4}){3}$", example = "16EA-XU84-007G-FDTH")]
    message_uid: String,
    /// The number of its last piece.
    #[schema(example = 2)]
    seq: i64,
    /// Whether its last piece has come.
    complete: bool,
    /// Whether pieces are still taken.
    #[serde(rename = "isGrowing")]
    is_growing: bool,
    /// Its content, with the text of all pieces.
    #[schema(value_type = Object)]
    content: Value,
}

#[derive(Deserialize, ToSchema)]
#[schema(as = RongCloudGetStream, example = json!({"messageUID": "16EA-XU84-007G-FDTH"}))]
struct GetStream {
    #[serde(rename = "messageUID")]
    message_uid: MessageId,
}

/// Publish a message piece by piece
///
/// An answer that is read while it is written. The first piece is published like any message, and by the same rules; it is answered
/// with a `messageUID`, which the pieces that follow name in their `content`. Each is on disk before it is answered. A piece whose
/// `seq` is known changes nothing, so one that was not answered is sent again; one out of turn is 1003, which names the number that
/// is next. `complete` ends the message, and so does a back end that is silent for as long as the setting `publish_stream_timeout`
/// says (two minutes). Only the first piece counts against the rate, and is shown to hooks. There is one recipient.
#[utoipa::path(post, path = STREAM, request_body = StreamBody, responses((status = 200, body = Streamed)))]
pub(crate) async fn publish_private_stream(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    let answer = streamed(&request, payload, &api).await;
    answer.unwrap_or_else(|failure| responses::refused(request.path(), &failure))
}

/// Read what there is of a growing message
///
/// For a back end that goes on where it was cut off: the piece after `seq` is the next one.
#[utoipa::path(post, path = GET_STREAM, request_body = GetStream, responses((status = 200, body = StreamState)))]
pub(crate) async fn get_stream(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(&request, payload, &api, async |wanted: GetStream| {
        let (id, growing) = api.grow_messages.so_far(&wanted.message_uid.0).await?;
        let content = growing.whole();
        let answer = StreamState {
            code: SUCCESS,
            message_uid: message_uid::encode(id),
            seq: growing.seq,
            complete: Stage::of(&content).is_complete,
            is_growing: !growing.is_over,
            content: serde_json::from_str(&content).unwrap_or_default(),
        };
        Ok(reply::json(StatusCode::OK, SUCCESS, &answer))
    })
    .await
}

async fn streamed(
    request: &HttpRequest,
    payload: web::Payload,
    api: &RongCloudApi,
) -> Result<HttpResponse, Failure> {
    // Most pieces store no message with which a nonce could be used up, so all use it up beforehand.
    let admitted = api.authenticate_back_end.admit(&noted(request)?).await?;
    let back_end = BackEnd { nonce: None, ..admitted };
    let body = StreamBody::parse(Fields::of_request(request, payload, api).await?)?;
    if let Some((message, piece)) = body.addition()? {
        let grown = api.grow_messages.add(&message, piece).await?;
        return Ok(answer(grown.id, grown.sent_at));
    }
    let published = published(request, body, api, back_end).await?;
    let first = published.placed.first().ok_or_else(|| {
        tracing::error!("a piece was accepted without any message");
        Failure::new(Code::Internal, "an internal error occurred")
    })?;
    Ok(idempotency::marked(answer(first.1.id, first.1.sent_at), published.replayed))
}

fn answer(id: sixin_domain::id::MessageId, sent_at: Millis) -> HttpResponse {
    let answer = Streamed {
        code: SUCCESS,
        message_uid: message_uid::encode(id),
        message_id: id.to_string(),
        sent_time: sent_at.0,
    };
    reply::json(StatusCode::OK, SUCCESS, &answer)
}
