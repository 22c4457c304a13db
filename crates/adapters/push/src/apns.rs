//! Apple's service: HTTP/2, with a token of the operator's key.

use async_trait::async_trait;
use reqwest::StatusCode;
use serde_json::{Map, Value, json};
use sixin_application::push::ports::{PushService, Served};
use sixin_domain::push::{Push, PushDevice};
use sixin_domain::time::Millis;
use sixin_domain::webhook::receiver_url::ReceiverUrl;
use sixin_outgoing::Client;

use crate::answers::{refused, served};
use crate::keys::{EcKey, KeyError};
use crate::tokens::KeptToken;

const SERVICE: &str = "apns";
/// A token holds for an hour, and must not be made anew within twenty minutes.
const TOKEN_MS: i64 = 50 * 60 * 1000;
/// Longest collapse id, in bytes.
const COLLAPSE_BYTES: usize = 64;

/// Who the operator is to Apple.
#[derive(Debug, Clone)]
pub struct ApnsAccount {
    /// The number of the key.
    pub key_id: String,
    /// The number of the team.
    pub team_id: String,
    /// The app, for devices that have named none.
    pub topic: String,
    /// Where the service is.
    pub url: String,
}

/// Wakes devices of Apple.
pub struct Apns {
    key: EcKey,
    account: ApnsAccount,
    token: KeptToken,
    client: Client,
}

impl Apns {
    /// Signs with a key in PEM, as Apple gives it (`.p8`).
    ///
    /// # Errors
    /// If the key can't be used.
    pub fn new(key_pem: &[u8], account: ApnsAccount, client: Client) -> Result<Self, KeyError> {
        Ok(Self { key: EcKey::read(key_pem)?, account, token: KeptToken::default(), client })
    }

    fn authorization(&self, now: Millis) -> Option<String> {
        let token = match self.token.get(now) {
            Some(token) => token,
            None => {
                let claims = json!({ "iss": self.account.team_id, "iat": now.0.div_euclid(1000) });
                let token =
                    self.key.token(&json!({ "alg": "ES256", "kid": self.account.key_id }), &claims)?;
                self.token.keep(&token, now.plus(TOKEN_MS));
                token
            }
        };
        Some(format!("bearer {token}"))
    }
}

/// What the sender has said for this service alone.
fn own_settings(push: &Push) -> Map<String, Value> {
    let configs = push.extension.configs.as_deref().and_then(|text| serde_json::from_str(text).ok());
    let configs: Vec<Value> = configs.unwrap_or_default();
    let own = configs.into_iter().find_map(|config| config.get("APNs").and_then(Value::as_object).cloned());
    own.unwrap_or_default()
}

fn payload(push: &Push, text: &str, id: &str) -> Value {
    let own = own_settings(push);
    let mut aps = json!({ "alert": { "title": push.title, "body": text }, "thread-id": push.collapse });
    if let Some(aps) = aps.as_object_mut() {
        if let Some(badge) = push.badge {
            aps.insert("badge".to_owned(), badge.into());
        }
        if !push.is_replacement {
            aps.insert("sound".to_owned(), "default".into());
        }
        if push.wakes_app {
            aps.insert("content-available".to_owned(), 1.into());
        }
        for name in ["thread-id", "interruption-level", "category"] {
            if let Some(value) = own.get(name).filter(|value| value.is_string()) {
                aps.insert(name.to_owned(), value.clone());
            }
        }
    }
    json!({ "aps": aps, "id": id, "collapse": push.collapse, "data": push.data })
}

/// Whether a refusal says that the device is no more: 410, and nothing else. A token for another environment is the operator's to mend, and
/// must not cost all devices.
fn is_gone(status: StatusCode, _: &[u8]) -> bool {
    status == StatusCode::GONE
}

#[async_trait]
impl PushService for Apns {
    async fn send(&self, device: &PushDevice, push: &Push, text: &str, id: &str, now: Millis) -> Served {
        let spec = &device.spec;
        let url = format!("{}/3/device/{}", self.account.url.trim_end_matches('/'), spec.token.reveal());
        let request = ReceiverUrl::parse(&url).ok().and_then(|url| self.client.post(&url));
        let (Some(request), Some(authorization)) = (request, self.authorization(now)) else {
            return refused(
                SERVICE,
                "its address is not one that may be connected to, or nothing could be signed",
            );
        };
        let own = own_settings(push);
        let collapse = own.get("apns-collapse-id").and_then(Value::as_str).unwrap_or(&push.collapse);
        let collapse = if collapse.len() > COLLAPSE_BYTES { &push.collapse } else { collapse };
        let request = request
            .header("authorization", authorization)
            .header("apns-topic", if spec.app.is_empty() { &self.account.topic } else { &spec.app })
            .header("apns-push-type", "alert")
            .header("apns-priority", if push.is_replacement { "5" } else { "10" })
            .header("apns-expiration", push.expires.0.div_euclid(1000))
            .header("apns-collapse-id", collapse)
            .body(payload(push, text, id).to_string());
        let (served, status) = served(SERVICE, request, now, is_gone).await;
        if status == Some(StatusCode::FORBIDDEN) {
            self.token.forget();
        }
        served
    }
}

#[cfg(test)]
mod tests {
    use sixin_domain::push::PushExtension;

    use super::*;
    use crate::testing::{EC_PEM, Server, answered, device, http2_client, of_http2_services, push};

    fn service(url: &str) -> Apns {
        let account = ApnsAccount {
            key_id: "KEY".into(),
            team_id: "TEAM".into(),
            topic: "org.example".into(),
            url: url.to_owned(),
        };
        Apns::new(EC_PEM.as_bytes(), account, http2_client()).unwrap()
    }

    #[tokio::test]
    async fn a_device_is_woken_over_http2_and_the_token_is_used_again() {
        let server = Server::http2(answered(200, "")).await;
        let apns = service(&server.url);
        for _ in 0..2 {
            let sent = apns.send(&device("0a1b"), &push(), "hello", "msg_1", Millis(1_000)).await;
            assert_eq!(sent, Served::Taken);
        }
        let requests = server.requests();
        let (one, other) = (&requests[0], &requests[1]);
        assert_eq!((one.path(), one.header("apns-topic")), ("/3/device/0a1b", "org.example"));
        assert_eq!((one.header("apns-collapse-id"), one.header("apns-expiration")), ("c77", "600"));
        assert_eq!(one.header("authorization"), other.header("authorization"));
        let body: Value = serde_json::from_slice(&one.body).unwrap();
        assert_eq!(body["aps"]["alert"], json!({ "title": "Ann", "body": "hello" }));
        assert_eq!((&body["aps"]["badge"], &body["aps"]["sound"]), (&3.into(), &"default".into()));
    }

    #[tokio::test]
    async fn its_answers_mean_what_they_say() {
        of_http2_services(|url| async move {
            service(&url).send(&device("0a1b"), &push(), "hello", "msg_1", Millis(1_000)).await
        })
        .await;
    }

    #[test]
    fn what_the_sender_says_for_apple_is_kept_and_a_replacement_makes_no_sound() {
        let configs =
            r#"[{"HW":{}},{"APNs":{"thread-id":"t","category":"c","interruption-level":7,"badge":9}}]"#;
        let extension = PushExtension { configs: Some(configs.into()), ..PushExtension::default() };
        let push = Push { extension, is_replacement: true, wakes_app: true, badge: None, ..push() };
        let aps = payload(&push, "gone", "msg_1")["aps"].clone();
        let expected = json!({
            "alert": { "title": "Ann", "body": "gone" }, "thread-id": "t", "category": "c", "content-available": 1,
        });
        assert_eq!(aps, expected);
    }
}
