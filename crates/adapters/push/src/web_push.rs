//! Web Push: RFC 8030, with VAPID (RFC 8292).

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::StatusCode;
use serde_json::json;
use sixin_application::push::ports::{PushService, Served};
use sixin_domain::push::{Push, PushDevice};
use sixin_domain::time::Millis;
use sixin_domain::webhook::receiver_url::ReceiverUrl;
use sixin_outgoing::Client;

use crate::answers::{refused, served};
use crate::encryption::{MOST_BYTES, encrypted};
use crate::keys::{EcKey, KeyError};

const SERVICE: &str = "webpush";
/// How long a token holds; a day is the most (RFC 8292, 2).
const TOKEN_SECONDS: i64 = 12 * 60 * 60;

/// Wakes browsers. Addresses come from users, so only those are connected to that webhooks may have too.
pub struct WebPush {
    key: EcKey,
    subject: String,
    client: Client,
}

impl WebPush {
    /// Signs with a key in PEM; `subject` is where the services reach the operator, `mailto:` or `https:`.
    ///
    /// # Errors
    /// If the key can't be used.
    pub fn new(key_pem: &[u8], subject: &str, client: Client) -> Result<Self, KeyError> {
        Ok(Self { key: EcKey::read(key_pem)?, subject: subject.to_owned(), client })
    }

    /// What browsers subscribe with.
    #[must_use]
    pub fn public_key(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.key.public())
    }

    fn authorization(&self, origin: &str, now: Millis) -> Option<String> {
        let expires = now.0.div_euclid(1000).saturating_add(TOKEN_SECONDS);
        let claims = json!({ "aud": origin, "exp": expires, "sub": self.subject });
        let token = self.key.token(&json!({ "typ": "JWT", "alg": "ES256" }), &claims)?;
        Some(format!("vapid t={token}, k={}", self.public_key()))
    }
}

/// What the service worker gets, shortened to what fits.
fn payload(push: &Push, text: &str, id: &str) -> Vec<u8> {
    let written = |text: &str, data: Option<&str>| {
        let payload = json!({
            "id": id, "title": push.title, "body": text, "data": data, "badge": push.badge,
            "collapse": push.collapse, "replaces": push.is_replacement,
        });
        payload.to_string().into_bytes()
    };
    let mut text = text.to_owned();
    let mut whole = written(&text, push.data.as_deref());
    while whole.len() > MOST_BYTES && !text.is_empty() {
        text = text.chars().take(text.chars().count() / 2).collect();
        whole = written(&text, None);
    }
    whole
}

#[async_trait]
impl PushService for WebPush {
    async fn send(&self, device: &PushDevice, push: &Push, text: &str, id: &str, now: Millis) -> Served {
        let Some(keys) = &device.spec.keys else { return Served::Gone };
        let Ok(url) = ReceiverUrl::parse(device.spec.token.reveal()) else { return Served::Gone };
        // Whoever has a key that is none has never been able to read anything.
        let Some(body) = encrypted(keys, &payload(push, text, id)) else { return Served::Gone };
        let Some(authorization) = self.authorization(&url.origin(), now) else {
            return refused(SERVICE, "nothing could be signed");
        };
        let Some(request) = self.client.post(&url) else {
            return refused(SERVICE, "its address is not one that may be connected to");
        };
        let seconds = push.expires.since(now).max(0) / 1000;
        let request = request
            .header("ttl", seconds)
            .header("topic", &push.collapse)
            .header("urgency", if push.is_replacement { "low" } else { "high" })
            .header("content-encoding", "aes128gcm")
            .header("content-type", "application/octet-stream")
            .header("authorization", authorization)
            .body(body);
        let is_gone = |status, _: &[u8]| matches!(status, StatusCode::NOT_FOUND | StatusCode::GONE);
        served(SERVICE, request, now, is_gone).await.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{EC_PEM, Server, answered, client, device, of_services, push};

    fn service() -> WebPush {
        WebPush::new(EC_PEM.as_bytes(), "mailto:me@example.org", client()).unwrap()
    }

    #[tokio::test]
    async fn a_browser_is_woken_with_what_only_it_can_read() {
        let server = Server::start(answered(201, "")).await;
        let sent = service()
            .send(&device(&format!("{}/s/1", server.url)), &push(), "hello", "msg_1", Millis(1_000))
            .await;
        assert_eq!(sent, Served::Taken);
        let request = server.requests().remove(0);
        assert_eq!((request.path(), request.header("topic"), request.header("ttl")), ("/s/1", "c77", "599"));
        assert_eq!((request.header("content-encoding"), request.header("urgency")), ("aes128gcm", "high"));
        let (token, key) =
            request.header("authorization").strip_prefix("vapid t=").unwrap().split_once(", k=").unwrap();
        assert_eq!(key, service().public_key());
        let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
        let claims: serde_json::Value = serde_json::from_slice(&claims).unwrap();
        assert_eq!((&claims["aud"], &claims["exp"]), (&server.url.as_str().into(), &43_201.into()));
        assert!(!request.body.windows(5).any(|part| part == b"hello"));
    }

    #[tokio::test]
    async fn its_answers_mean_what_they_say() {
        of_services(|url| {
            let device = device(&format!("{url}/s/1"));
            async move { service().send(&device, &push(), "hello", "msg_1", Millis(1_000)).await }
        })
        .await;
        let server = Server::start(answered(404, "")).await;
        let sent = service().send(&device(&server.url), &push(), "hello", "msg_1", Millis(1_000)).await;
        assert_eq!(sent, Served::Gone);
    }

    #[tokio::test]
    async fn nobody_connects_where_webhooks_may_not() {
        for address in
            ["http://127.0.0.2:1/", "https://10.0.0.1/", "https://169.254.169.254/", "https://[::1]/"]
        {
            let strict = WebPush::new(
                EC_PEM.as_bytes(),
                "",
                Client::new(sixin_domain::webhook::address::AddressPolicy::default()).unwrap(),
            )
            .unwrap();
            let sent = strict.send(&device(address), &push(), "hello", "msg_1", Millis(1_000)).await;
            assert_eq!(sent, Served::Refused, "{address}");
        }
    }

    #[test]
    fn what_is_too_long_is_shortened_and_stays_json() {
        let long = Push { data: Some("d".repeat(1000)), ..push() };
        for text in ["\u{1F600}".repeat(1000), "\"".repeat(4000), "短".repeat(255)] {
            let payload = payload(&long, &text, "msg_1");
            assert!(payload.len() <= MOST_BYTES);
            let read: serde_json::Value = serde_json::from_slice(&payload).unwrap();
            assert!(text.starts_with(read["body"].as_str().unwrap()) && read["title"] == "Ann");
        }
    }
}
