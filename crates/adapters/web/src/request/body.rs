//! Reading a body within bounds of size and time.

use std::future::poll_fn;
use std::pin::Pin;

use actix_web::http::header::CONTENT_LENGTH;
use actix_web::web::{Bytes, BytesMut, Payload};
use actix_web::{HttpRequest, error::PayloadError};
use thiserror::Error;

use crate::limits::HttpLimits;
use crate::request::encoding;

/// How much of a body that is too large is thrown away before answering, so that the client, still sending, gets to
/// read the answer.
pub const DISCARDED_BYTES: usize = 16 * 1024 * 1024;

/// Why there is no body.
#[derive(Debug, Error)]
pub enum BodyError {
    /// Larger than allowed.
    #[error("the body is larger than {0} bytes; send less at once")]
    TooLarge(usize),
    /// It did not arrive in time.
    #[error("the body did not arrive in time; send it faster")]
    TooSlow,
    /// It is packed in a way that is not known here.
    #[error("Content-Encoding {0} is not read here; send the body as it is, or with gzip")]
    Encoding(String),
    /// It is written in a character set that is not known here.
    #[error("charset {0} is not read here; send the body in UTF-8")]
    Charset(String),
    /// The connection broke, or its framing is wrong.
    #[error("the body could not be read; check its length and encoding")]
    Broken,
}

/// The whole body, unpacked and without a byte order mark; the limit is that of what it holds.
pub async fn read(
    request: &HttpRequest,
    mut payload: Payload,
    limits: &HttpLimits,
) -> Result<Bytes, BodyError> {
    let announced: Option<usize> =
        request.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    let reading = async {
        if announced.is_some_and(|bytes| bytes > limits.body_bytes) {
            discard(&mut payload).await;
            return Err(BodyError::TooLarge(limits.body_bytes));
        }
        collect(&mut payload, limits.body_bytes).await
    };
    match tokio::time::timeout(limits.body_timeout, reading).await {
        Ok(result) => encoding::decoded(request, result?, limits.body_bytes),
        Err(_) if announced.is_some_and(|bytes| bytes > limits.body_bytes) => {
            Err(BodyError::TooLarge(limits.body_bytes))
        }
        Err(_) => Err(BodyError::TooSlow),
    }
}

async fn collect(payload: &mut Payload, limit: usize) -> Result<Bytes, BodyError> {
    let mut body = BytesMut::new();
    while let Some(chunk) = next(payload).await {
        let chunk = chunk.map_err(|_| BodyError::Broken)?;
        if body.len().saturating_add(chunk.len()) > limit {
            discard(payload).await;
            return Err(BodyError::TooLarge(limit));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

/// Throws a body away that nobody will read, so that the client, still sending, gets to read the answer.
pub async fn discard_in_time(payload: &mut Payload, limits: &HttpLimits) {
    // That it takes too long only means that the client does not read it.
    let _ = tokio::time::timeout(limits.body_timeout, discard(payload)).await;
}

async fn discard(payload: &mut Payload) {
    let mut left = DISCARDED_BYTES;
    while let Some(Ok(chunk)) = next(payload).await {
        left = left.saturating_sub(chunk.len());
        if left == 0 {
            return;
        }
    }
}

async fn next(payload: &mut Payload) -> Option<Result<Bytes, PayloadError>> {
    poll_fn(|context| futures_core::Stream::poll_next(Pin::new(&mut *payload), context)).await
}
