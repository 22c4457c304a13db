//! The HTTP client: no redirects, no proxies, a bounded answer, and only addresses that may be connected to.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use chrono::DateTime;
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Response, StatusCode, redirect};
use sixin_application::webhooks::ports::{PostFailure, Posted};
use sixin_domain::time::Millis;
use sixin_domain::webhook::address::AddressPolicy;
use sixin_domain::webhook::receiver_url::ReceiverUrl;
use thiserror::Error as ThisError;

use crate::resolving::{FilteringResolver, ForbiddenAddress};
use crate::{Written, failed};

/// How long it may take to connect.
const TO_CONNECT: Duration = Duration::from_secs(5);
/// Connections that wait for further requests, of one receiver.
const IDLE_PER_HOST: usize = 32;
/// So much of an answer is read, so that the connection can be used again. Nobody looks at it.
const MOST_READ: usize = 64 * 1024;

/// Why there is no client.
#[derive(Debug, ThisError)]
#[error("the client of webhooks could not be set up")]
pub struct ClientError(#[from] reqwest::Error);

/// Sends requests.
pub(crate) struct Client {
    policy: Arc<AddressPolicy>,
    /// For the whole internet, with TLS.
    secure: reqwest::Client,
    /// For networks that the operator has listed.
    plain: reqwest::Client,
}

impl Client {
    pub(crate) fn new(policy: AddressPolicy) -> Result<Self, ClientError> {
        // Another one may have been installed already; either will do.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let policy = Arc::new(policy);
        let build = |listed_only: bool| {
            let resolver = FilteringResolver { policy: Arc::clone(&policy), listed_only };
            reqwest::Client::builder()
                .dns_resolver(Arc::new(resolver))
                .redirect(redirect::Policy::none())
                .no_proxy()
                .https_only(!listed_only)
                .connect_timeout(TO_CONNECT)
                .pool_max_idle_per_host(IDLE_PER_HOST)
                .user_agent(concat!("sixin/", env!("CARGO_PKG_VERSION")))
                .build()
        };
        let (secure, plain) = (build(false)?, build(true)?);
        Ok(Self { policy, secure, plain })
    }

    /// Sends a request and says how it was taken, in so many milliseconds at most.
    pub(crate) async fn send(&self, written: Written, patience_ms: i64, now: Millis) -> Posted {
        let Some(client) = self.client_for(&written.url) else { return failed(PostFailure::Forbidden) };
        let patience = Duration::from_millis(u64::try_from(patience_ms).unwrap_or(1_000));
        let mut request = client
            .post(written.url.reveal())
            .timeout(patience)
            .header(CONTENT_TYPE, written.content_type)
            .body(written.body);
        for (name, value) in written.headers {
            request = request.header(name, value);
        }
        match request.send().await {
            Ok(answer) => {
                let posted = posted(&answer, now);
                discard(answer).await;
                posted
            }
            Err(error) => failed(failure(&error)),
        }
    }

    /// The client that may send there. Addresses in it are never resolved, so they are looked at here.
    fn client_for(&self, url: &ReceiverUrl) -> Option<&reqwest::Client> {
        let (policy, address) = (&self.policy, url.literal());
        if url.is_plain() {
            address.is_none_or(|address| policy.lists(address)).then_some(&self.plain)
        } else {
            address.is_none_or(|address| policy.permits(address)).then_some(&self.secure)
        }
    }
}

fn posted(answer: &Response, now: Millis) -> Posted {
    match answer.status() {
        status if status.is_success() => Posted::Taken,
        StatusCode::GONE => Posted::Gone,
        status => {
            let asked = answer.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
            let retry_after_ms = asked.and_then(|text| pause_ms(text, now));
            Posted::Failed { why: PostFailure::Status(status.as_u16()), retry_after_ms }
        }
    }
}

/// The pause that header `Retry-After` asks for: seconds, or a time.
fn pause_ms(text: &str, now: Millis) -> Option<i64> {
    let of_time =
        || DateTime::parse_from_rfc2822(text).ok().map(|at| Millis(at.timestamp_millis()).since(now));
    let seconds = text.trim().parse::<i64>().ok().map(|seconds| seconds.saturating_mul(1000));
    seconds.or_else(of_time).filter(|pause| *pause > 0)
}

/// Reads an answer to its end, if that is not far away. The time that the request has goes on.
async fn discard(mut answer: Response) {
    let mut left = MOST_READ;
    while let Ok(Some(piece)) = answer.chunk().await {
        let Some(rest) = left.checked_sub(piece.len()) else { return };
        left = rest;
    }
}

fn failure(error: &reqwest::Error) -> PostFailure {
    if error.is_timeout() {
        return PostFailure::TimedOut;
    }
    let mut cause = error.source();
    while let Some(error) = cause {
        if error.is::<ForbiddenAddress>() {
            return PostFailure::Forbidden;
        }
        cause = error.source();
    }
    PostFailure::Unreachable
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_is_asked_for_in_seconds_or_by_a_time() {
        let now = Millis(1_795_348_800_000);
        assert_eq!(pause_ms("120", now), Some(120_000));
        assert_eq!(pause_ms("Sun, 22 Nov 2026 12:01:00 GMT", now), Some(60_000));
        for nothing in ["", "-5", "0", "soon", "Sun, 22 Nov 2026 11:59:00 GMT"] {
            assert_eq!(pause_ms(nothing, now), None, "{nothing}");
        }
        assert_eq!(pause_ms("9223372036854775807", now), Some(i64::MAX));
    }
}
