//! How what was sent was taken. Nobody looks at what else a receiver answers.

use std::time::Duration;

use reqwest::header::CONTENT_TYPE;
use reqwest::{RequestBuilder, Response, StatusCode};
use sixin_application::webhooks::ports::{PostFailure, Posted};
use sixin_domain::time::Millis;
use sixin_outgoing::{Client, Distrust, NoAnswer, asked_pause_ms, read, send};

use crate::{Written, failed};

/// A request that is ready to be sent; `None` if nobody connects there.
pub(crate) fn request(client: &Client, written: Written) -> Option<RequestBuilder> {
    let request = client.post(&written.url)?.header(CONTENT_TYPE, written.content_type).body(written.body);
    Some(written.headers.into_iter().fold(request, |request, (name, value)| request.header(name, value)))
}

/// Sends a request and says how it was taken, in so many milliseconds at most.
pub(crate) async fn deliver(client: &Client, written: Written, patience_ms: i64, now: Millis) -> Posted {
    let Some(request) = request(client, written) else { return failed(PostFailure::Forbidden) };
    let patience = Duration::from_millis(u64::try_from(patience_ms).unwrap_or(1_000));
    match send(request.timeout(patience)).await {
        Ok(answer) => {
            let posted = posted(&answer, now);
            // So that the connection can be used again.
            let _ = read(answer).await;
            posted
        }
        Err(why) => failed(failure(why)),
    }
}

fn failure(why: NoAnswer) -> PostFailure {
    match why {
        NoAnswer::TimedOut => PostFailure::TimedOut,
        NoAnswer::Unreachable => PostFailure::Unreachable,
        NoAnswer::Forbidden => PostFailure::Forbidden,
        NoAnswer::Untrusted(Distrust::OtherName) => PostFailure::OtherName,
        NoAnswer::Untrusted(Distrust::Expired) => PostFailure::Expired,
        NoAnswer::Untrusted(Distrust::UnknownIssuer) => PostFailure::UnknownIssuer,
        NoAnswer::Untrusted(Distrust::NotYet | Distrust::Invalid) => PostFailure::Untrusted,
    }
}

fn posted(answer: &Response, now: Millis) -> Posted {
    match answer.status() {
        status if status.is_success() => Posted::Taken,
        StatusCode::GONE => Posted::Gone,
        status => {
            let retry_after_ms = asked_pause_ms(answer, now);
            Posted::Failed { why: PostFailure::Status(status.as_u16()), retry_after_ms }
        }
    }
}
