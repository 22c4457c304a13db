//! Requests to others: no redirects, no proxies, bounded answers, and only to addresses that may be connected to
//! (docs/webhooks.md#networks).

mod failing;
mod reach;
mod resolving;

use std::sync::Arc;
use std::time::Duration;

use chrono::DateTime;
use reqwest::header::RETRY_AFTER;
use reqwest::{RequestBuilder, Response, redirect};
use sixin_domain::time::Millis;
use sixin_domain::webhook::address::AddressPolicy;
use sixin_domain::webhook::receiver_url::ReceiverUrl;
use thiserror::Error as ThisError;

use crate::failing::no_answer;
use crate::resolving::{FilteringResolver, Names, SystemNames};

pub use failing::{Distrust, NoAnswer};
pub use reach::{NoCertificate, Reach};

/// How long it may take to connect.
const TO_CONNECT: Duration = Duration::from_secs(5);
/// Connections that wait for further requests, of one receiver.
const IDLE_PER_HOST: usize = 32;
/// So much of an answer is read, so that the connection can be used again.
const MOST_READ: usize = 64 * 1024;

/// Why there is no client.
#[derive(Debug, ThisError)]
#[error("the client for requests to others could not be set up")]
pub struct ClientError(#[from] reqwest::Error);

/// Sends requests.
pub struct Client {
    policy: Arc<AddressPolicy>,
    /// For the whole internet, with TLS.
    secure: reqwest::Client,
    /// For networks that the operator has listed.
    plain: reqwest::Client,
}

impl Client {
    /// Connects only within its reach.
    ///
    /// # Errors
    /// If TLS can't be set up.
    pub fn new(reach: impl Into<Reach>) -> Result<Self, ClientError> {
        Self::built(reach.into(), Arc::new(SystemNames), |builder| builder)
    }

    /// The same for those who speak nothing but HTTP/2: it is spoken at once where no TLS can ask for it.
    ///
    /// # Errors
    /// If TLS can't be set up.
    pub fn of_http2(reach: impl Into<Reach>) -> Result<Self, ClientError> {
        Self::built(reach.into(), Arc::new(SystemNames), reqwest::ClientBuilder::http2_prior_knowledge)
    }

    fn built(
        Reach { policy, authorities }: Reach,
        names: Arc<dyn Names>,
        more: impl Fn(reqwest::ClientBuilder) -> reqwest::ClientBuilder,
    ) -> Result<Self, ClientError> {
        // Another one may have been installed already; either will do.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let policy = Arc::new(policy);
        let build = |listed_only: bool| {
            let resolver =
                FilteringResolver { names: Arc::clone(&names), policy: Arc::clone(&policy), listed_only };
            let builder = reqwest::Client::builder()
                .dns_resolver(Arc::new(resolver))
                .redirect(redirect::Policy::none())
                .no_proxy()
                .https_only(!listed_only)
                .tls_certs_merge(authorities.iter().cloned())
                .connect_timeout(TO_CONNECT)
                .pool_max_idle_per_host(IDLE_PER_HOST)
                .user_agent(concat!("sixin/", env!("CARGO_PKG_VERSION")));
            more(builder).build()
        };
        let (secure, plain) = (build(false)?, build(true)?);
        Ok(Self { policy, secure, plain })
    }

    /// A request that posts something there; `None` if nobody connects there. Addresses in it are never resolved, so they are looked at
    /// here.
    #[must_use]
    pub fn post(&self, url: &ReceiverUrl) -> Option<RequestBuilder> {
        let (policy, address) = (&self.policy, url.literal());
        let client = if url.is_plain() {
            address.is_none_or(|address| policy.lists(address)).then_some(&self.plain)
        } else {
            address.is_none_or(|address| policy.permits(address)).then_some(&self.secure)
        };
        client.map(|client| client.post(url.reveal()))
    }
}

/// Sends a request.
///
/// # Errors
/// See [`NoAnswer`].
pub async fn send(request: RequestBuilder) -> Result<Response, NoAnswer> {
    request.send().await.map_err(|error| no_answer(&error))
}

/// The pause that an answer asks for with `Retry-After`, in milliseconds.
#[must_use]
pub fn asked_pause_ms(answer: &Response, now: Millis) -> Option<i64> {
    let asked = answer.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
    asked.and_then(|text| pause_ms(text, now))
}

/// The pause that header `Retry-After` asks for: seconds, or a time.
fn pause_ms(text: &str, now: Millis) -> Option<i64> {
    let of_time =
        || DateTime::parse_from_rfc2822(text).ok().map(|at| Millis(at.timestamp_millis()).since(now));
    let seconds = text.trim().parse::<i64>().ok().map(|seconds| seconds.saturating_mul(1000));
    seconds.or_else(of_time).filter(|pause| *pause > 0)
}

/// Reads an answer to its end, if that is not far away; `None` if it is, or breaks off. The time that the request has goes on.
pub async fn read(mut answer: Response) -> Option<Vec<u8>> {
    let mut read = Vec::new();
    while let Some(piece) = answer.chunk().await.ok()? {
        if read.len() + piece.len() > MOST_READ {
            return None;
        }
        read.extend_from_slice(&piece);
    }
    Some(read)
}

#[cfg(test)]
mod tests;
