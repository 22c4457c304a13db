//! Google's service, in its version 1: a token of a service account, and a request for each device.

use async_trait::async_trait;
use reqwest::{RequestBuilder, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};
use sixin_application::push::ports::{PushService, Served};
use sixin_domain::push::{Push, PushDevice};
use sixin_domain::time::Millis;
use sixin_domain::webhook::receiver_url::ReceiverUrl;
use sixin_outgoing::{Client, read, send};
use tokio::sync::Mutex;
use tokio::time::Duration;

use crate::answers::{refused, served};
use crate::keys::{KeyError, RsaKey};
use crate::tokens::KeptToken;

const SERVICE: &str = "fcm";
const SCOPE: &str = "https://www.googleapis.com/auth/firebase.messaging";
/// How long a token may take to come.
const PATIENCE: Duration = Duration::from_secs(10);
/// So long before its end a token is not used any more.
const MARGIN_MS: i64 = 60_000;

/// What Google gives for a service account, as far as it is read.
#[derive(Deserialize)]
struct Account {
    project_id: String,
    client_email: String,
    private_key: String,
    token_uri: String,
}

#[derive(Deserialize)]
struct Granted {
    access_token: String,
    expires_in: i64,
}

/// Wakes devices of Google.
pub struct Fcm {
    key: RsaKey,
    client_email: String,
    token_uri: String,
    url: String,
    token: KeptToken,
    /// Held by whoever gets a token: of many that need one, one asks.
    asking: Mutex<()>,
    client: Client,
}

impl Fcm {
    /// For a service account, as Google gives it in JSON; `url` is where the service is.
    ///
    /// # Errors
    /// If it is none.
    pub fn new(account_json: &[u8], url: &str, client: Client) -> Result<Self, KeyError> {
        let account: Account = serde_json::from_slice(account_json).map_err(|_| KeyError::Account)?;
        let is_plain =
            account.project_id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.:_".contains(&byte));
        if account.project_id.is_empty() || !is_plain {
            return Err(KeyError::Account);
        }
        let url = format!("{}/v1/projects/{}/messages:send", url.trim_end_matches('/'), account.project_id);
        Ok(Self {
            key: RsaKey::read(account.private_key.as_bytes())?,
            client_email: account.client_email,
            token_uri: account.token_uri,
            url,
            token: KeptToken::default(),
            asking: Mutex::new(()),
            client,
        })
    }

    fn request(&self, url: &str) -> Option<RequestBuilder> {
        ReceiverUrl::parse(url).ok().and_then(|url| self.client.post(&url))
    }

    /// The token that opens the service.
    async fn access(&self, now: Millis) -> Option<String> {
        let _asking = self.asking.lock().await;
        if let Some(token) = self.token.get(now) {
            return Some(token);
        }
        let seconds = now.0.div_euclid(1000);
        let claims = json!({
            "iss": self.client_email, "scope": SCOPE, "aud": self.token_uri, "iat": seconds, "exp": seconds + 3600,
        });
        let assertion = self.key.token(&json!({ "typ": "JWT", "alg": "RS256" }), &claims)?;
        // Neither the name of the grant nor what is in a token needs to be escaped but for the colons.
        let form =
            format!("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion={assertion}");
        let request = self.request(&self.token_uri)?.timeout(PATIENCE).body(form);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let answer = send(request).await.ok()?;
        if !answer.status().is_success() {
            tracing::warn!(
                service = SERVICE,
                status = answer.status().as_u16(),
                "a push service gives no token"
            );
            return None;
        }
        let granted: Granted = serde_json::from_slice(&read(answer).await?).ok()?;
        let lives_ms = granted.expires_in.saturating_mul(1000).saturating_sub(MARGIN_MS);
        self.token.keep(&granted.access_token, now.plus(lives_ms));
        Some(granted.access_token)
    }
}

fn message(device: &PushDevice, push: &Push, text: &str, id: &str, now: Millis) -> Value {
    let configs = push.extension.configs.as_deref().and_then(|text| serde_json::from_str(text).ok());
    let configs: Vec<Value> = configs.unwrap_or_default();
    let own = configs.iter().find_map(|config| config.get("FCM"));
    let own = |name: &str| own.and_then(|own| own.get(name)).and_then(Value::as_str);
    let mut data =
        json!({ "id": id, "collapse": push.collapse, "replaces": push.is_replacement.to_string() });
    let mut notification = json!({ "tag": push.collapse });
    if let (Some(data), Some(notification)) = (data.as_object_mut(), notification.as_object_mut()) {
        // Values of data are texts.
        data.extend(push.data.iter().map(|text| ("data".to_owned(), text.as_str().into())));
        data.extend(push.badge.map(|badge| ("badge".to_owned(), badge.to_string().into())));
        notification.extend(push.badge.map(|badge| ("notification_count".to_owned(), badge.into())));
        notification.extend(own("channelId").map(|channel| ("channel_id".to_owned(), channel.into())));
        notification.extend(own("imageUrl").map(|image| ("image".to_owned(), image.into())));
    }
    let seconds = push.expires.since(now).max(0) / 1000;
    json!({ "message": {
        "token": device.spec.token.reveal(),
        "notification": { "title": push.title, "body": text },
        "data": data,
        "android": {
            "collapse_key": own("collapse_key").unwrap_or(&push.collapse),
            "priority": if push.is_replacement { "NORMAL" } else { "HIGH" },
            "ttl": format!("{seconds}s"),
            "notification": notification,
        },
    } })
}

/// Whether a refusal says that the device is no more.
fn is_gone(status: StatusCode, body: &[u8]) -> bool {
    let names = |body: &Value| {
        let details = body.get("error")?.get("details")?.as_array()?;
        Some(details.iter().any(|detail| detail.get("errorCode").is_some_and(|code| code == "UNREGISTERED")))
    };
    let body = serde_json::from_slice(body).unwrap_or(Value::Null);
    status == StatusCode::GONE || (status.is_client_error() && names(&body).unwrap_or(false))
}

#[async_trait]
impl PushService for Fcm {
    async fn send(&self, device: &PushDevice, push: &Push, text: &str, id: &str, now: Millis) -> Served {
        let Some(access) = self.access(now).await else { return Served::Later { after_ms: None } };
        let Some(request) = self.request(&self.url) else {
            return refused(SERVICE, "its address is not one that may be connected to");
        };
        let request = request
            .header("authorization", format!("Bearer {access}"))
            .header("content-type", "application/json")
            .body(message(device, push, text, id, now).to_string());
        let (served, status) = served(SERVICE, request, now, is_gone).await;
        if status == Some(StatusCode::UNAUTHORIZED) {
            // It may have been withdrawn: the next try gets another one.
            self.token.forget();
            return Served::Later { after_ms: None };
        }
        served
    }
}

#[cfg(test)]
mod tests {
    use sixin_domain::push::PushExtension;

    use super::*;
    use crate::testing::{Answer, RSA_PEM, Received, Server, client, device, of_services_beside, push};

    fn service(url: &str) -> Fcm {
        let account = json!({ "type": "service_account", "project_id": "p-1", "client_email": "a@b.example",
            "private_key": RSA_PEM, "token_uri": format!("{url}/token") });
        Fcm::new(account.to_string().as_bytes(), url, client()).unwrap()
    }

    fn token(request: &Received) -> Option<Answer> {
        (request.path() == "/token").then(|| Answer::of(200, r#"{"access_token":"ya29","expires_in":3599}"#))
    }

    #[tokio::test]
    async fn a_device_is_woken_with_a_token_that_is_asked_for_once() {
        let server = Server::start(|request| token(request).unwrap_or(Answer::of(200, "{}"))).await;
        let fcm = service(&server.url);
        for _ in 0..2 {
            assert_eq!(
                fcm.send(&device("t:1"), &push(), "hello", "msg_1", Millis(1_000)).await,
                Served::Taken
            );
        }
        let requests = server.requests();
        let paths: Vec<&str> = requests.iter().map(Received::path).collect();
        assert_eq!(paths, ["/token", "/v1/projects/p-1/messages:send", "/v1/projects/p-1/messages:send"]);
        assert!(requests[0].body.starts_with(b"grant_type=urn%3Aietf"));
        assert_eq!(requests[1].header("authorization"), "Bearer ya29");
        let message: Value = serde_json::from_slice(&requests[1].body).unwrap();
        let message = &message["message"];
        assert_eq!(
            (&message["token"], &message["notification"]),
            (&"t:1".into(), &json!({ "title": "Ann", "body": "hello" }))
        );
        assert_eq!(
            (&message["android"]["ttl"], &message["android"]["collapse_key"]),
            (&"599s".into(), &"c77".into())
        );
        // An hour later another one.
        fcm.send(&device("t:1"), &push(), "hello", "msg_1", Millis(4_000_000)).await;
        assert_eq!(server.requests()[3].path(), "/token");
    }

    #[tokio::test]
    async fn its_answers_mean_what_they_say() {
        of_services_beside(token, |url| async move {
            service(&url).send(&device("t:1"), &push(), "hello", "msg_1", Millis(1_000)).await
        })
        .await;
        let gone = r#"{"error":{"code":404,"status":"NOT_FOUND","details":[{"errorCode":"UNREGISTERED"}]}}"#;
        for (status, body, expected) in [
            (404, gone, Served::Gone),
            (404, "{}", Served::Refused),
            (401, "", Served::Later { after_ms: None }),
        ] {
            let server =
                Server::start(move |request| token(request).unwrap_or(Answer::of(status, body))).await;
            let sent =
                service(&server.url).send(&device("t:1"), &push(), "hello", "msg_1", Millis(1_000)).await;
            assert_eq!(sent, expected, "{status} {body}");
        }
    }

    #[tokio::test]
    async fn without_a_token_it_is_tried_later() {
        let server = Server::start(|_| Answer::of(400, "")).await;
        let sent = service(&server.url).send(&device("t:1"), &push(), "hello", "msg_1", Millis(1_000)).await;
        assert_eq!(sent, Served::Later { after_ms: None });
    }

    #[test]
    fn what_the_sender_says_for_google_is_kept() {
        let configs =
            r#"[{"FCM":{"channelId":"c","collapse_key":"k","imageUrl":"https://a.example/b.png"}}]"#;
        let extension = PushExtension { configs: Some(configs.into()), ..PushExtension::default() };
        let push = Push { extension, data: Some("d".into()), ..push() };
        let message = message(&device("t"), &push, "hello", "msg_1", Millis(1_000));
        let android = &message["message"]["android"];
        assert_eq!(
            (&android["collapse_key"], &android["notification"]["channel_id"]),
            (&"k".into(), &"c".into())
        );
        assert_eq!(
            (&message["message"]["data"]["data"], &message["message"]["data"]["badge"]),
            (&"d".into(), &"3".into())
        );
    }

    #[test]
    fn what_is_no_account_is_refused() {
        let account = |project: &str| json!({ "project_id": project, "client_email": "a", "private_key": RSA_PEM, "token_uri": "u" });
        for wrong in ["{}".to_owned(), "[]".to_owned(), account("").to_string(), account("a/b").to_string()] {
            assert_eq!(
                Fcm::new(wrong.as_bytes(), "https://f.example", client()).err(),
                Some(KeyError::Account)
            );
        }
    }
}
