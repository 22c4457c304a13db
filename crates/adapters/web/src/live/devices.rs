//! `/live/devices`: the devices that are to be woken for the caller (docs/push.md#devices).

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use sixin_application::push::keep_devices::RegisterError;
use sixin_domain::push::{BadDevice, DeviceKeys, DeviceSpec, PushDevice, PushPlatform, PushToken};
use utoipa::ToSchema;

use super::admission::{enter, malformed, refusal, unavailable, with_live_headers};
use super::{DEVICE, DEVICES, Live};
use crate::answer::reply;
use crate::request::body::{BodyError, read};

/// A device to be registered.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = LiveNewDevice, example = json!({"platform": "fcm", "token": "fJ2k:APA91bH", "app": "org.example.chat", "language": "en"}))]
pub(crate) struct NewDeviceInfo {
    /// Who wakes it: `apns`, `fcm`, `webpush`, or `other` for what only a webhook of the operator knows.
    #[schema(value_type = String)]
    platform: String,
    /// By what it is known there; not of `webpush`.
    token: Option<String>,
    /// Of `webpush`: what the browser's `PushManager.subscribe` gave, as `JSON.stringify` writes it.
    subscription: Option<Subscription>,
    /// The app on it, where a gateway serves several.
    #[serde(default)]
    app: String,
    /// The language of texts that are made here: Chinese for those that begin with `zh`, else English.
    #[serde(default)]
    language: String,
    /// Whether texts of messages stay hidden on it.
    #[serde(default)]
    hides_text: bool,
}

/// A subscription of a browser.
#[derive(Deserialize, ToSchema)]
#[schema(as = LivePushSubscription)]
pub(crate) struct Subscription {
    /// Where it is woken.
    endpoint: String,
    /// What is encrypted with.
    keys: SubscriptionKeys,
}

/// The keys of a subscription, in Base64.
#[derive(Deserialize, ToSchema)]
#[schema(as = LivePushSubscriptionKeys)]
pub(crate) struct SubscriptionKeys {
    /// Its public key.
    p256dh: String,
    /// Its secret.
    auth: String,
}

impl NewDeviceInfo {
    fn spec(self) -> Result<DeviceSpec, String> {
        let platform = PushPlatform::from_name(&self.platform)
            .ok_or("platform must be one of apns, fcm, webpush and other")?;
        let text = |error: BadDevice| error.to_string();
        let (token, keys) = match (platform, self.subscription, self.token) {
            (PushPlatform::WebPush, Some(subscription), None) => {
                let Subscription { endpoint, keys } = subscription;
                (endpoint, Some(DeviceKeys::parse(&keys.p256dh, &keys.auth).map_err(text)?))
            }
            (PushPlatform::WebPush, ..) => {
                return Err("webpush needs its subscription, and no token".to_owned());
            }
            (_, None, Some(token)) => (token, None),
            _ => return Err("a token is needed, and a subscription only of webpush".to_owned()),
        };
        let token = PushToken::kept(token);
        let Self { app, language, hides_text, .. } = self;
        Ok(DeviceSpec { platform, token, keys, app, language, hides_text })
    }
}

/// A device that was registered.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = LiveRegisteredDevice)]
pub(crate) struct RegisteredInfo {
    /// Its number.
    #[schema(example = 7)]
    device_id: i64,
}

/// The caller's devices.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LiveDevices)]
pub(crate) struct DevicesInfo {
    /// In the order in which they were registered first.
    devices: Vec<DeviceInfo>,
    /// What browsers subscribe with, in Base64; null where this server wakes none.
    #[serde(rename = "applicationServerKey")]
    #[schema(
        required = true,
        example = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
    )]
    browser_key: Option<String>,
}

/// A device. Its token is not shown.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = LiveDevice)]
pub(crate) struct DeviceInfo {
    /// Its number.
    #[schema(example = 7)]
    device_id: i64,
    /// Who wakes it.
    #[schema(example = "fcm")]
    platform: &'static str,
    /// The app on it.
    #[schema(example = "org.example.chat")]
    app: String,
    /// The language of texts that are made here.
    #[schema(example = "en")]
    language: String,
    /// Whether texts of messages stay hidden on it.
    hides_text: bool,
    /// When it was registered first, in milliseconds since 1970.
    #[schema(example = 1_795_348_800_000_i64)]
    created_at: i64,
    /// When it was registered last.
    #[schema(example = 1_795_348_800_000_i64)]
    seen_at: i64,
}

impl From<PushDevice> for DeviceInfo {
    fn from(device: PushDevice) -> Self {
        Self {
            device_id: device.id,
            platform: device.spec.platform.name(),
            app: device.spec.app,
            language: device.spec.language,
            hides_text: device.spec.hides_text,
            created_at: device.created_at.0,
            seen_at: device.seen_at.0,
        }
    }
}

/// Register a device to be woken
///
/// It is woken as long as the session or token holds that it is registered with. Register it whenever the app starts: the same token is
/// the same device, and becomes that of whoever registers it last. Of a user's devices the 20 that were registered last are kept.
#[utoipa::path(post, path = DEVICES, tag = "Live", request_body = NewDeviceInfo, responses((status = 200, body = RegisteredInfo)))]
pub(crate) async fn register_device(
    request: HttpRequest,
    body: web::Payload,
    live: web::Data<Live>,
) -> HttpResponse {
    let guest = match enter(&request, &live).await {
        Ok((guest, _)) => guest,
        Err(answer) => return answer,
    };
    let body = match read(&request, body, &live.api.http).await {
        Ok(body) => body,
        Err(error @ BodyError::TooLarge(_)) => {
            return refusal(StatusCode::PAYLOAD_TOO_LARGE, &error.to_string());
        }
        Err(error @ BodyError::TooSlow) => return refusal(StatusCode::REQUEST_TIMEOUT, &error.to_string()),
        Err(error) => return malformed(&error.to_string()),
    };
    let spec = match serde_json::from_slice::<NewDeviceInfo>(&body) {
        Ok(info) => info.spec(),
        // The text of the error could hold a token.
        Err(_) => Err("the body must be a JSON object with platform and token or subscription".to_owned()),
    };
    let spec = match spec {
        Ok(spec) => spec,
        Err(what) => return malformed(&what),
    };
    match live.api.devices.register(&guest.pass, spec).await {
        Ok(device_id) => with_live_headers(reply::json(StatusCode::OK, 200, &RegisteredInfo { device_id })),
        Err(RegisterError::Device(what)) => malformed(&what.to_string()),
        Err(RegisterError::Store(error)) => unavailable(&error),
    }
}

/// List the caller's devices
#[utoipa::path(get, path = DEVICES, tag = "Live", responses((status = 200, body = DevicesInfo)))]
pub(crate) async fn list_devices(request: HttpRequest, live: web::Data<Live>) -> HttpResponse {
    let guest = match enter(&request, &live).await {
        Ok((guest, _)) => guest,
        Err(answer) => return answer,
    };
    match live.api.devices.list(&guest.pass).await {
        Ok(devices) => {
            let browser_key = live.api.browser_key.as_deref().map(str::to_owned);
            let devices = devices.into_iter().map(DeviceInfo::from).collect();
            with_live_headers(reply::json(StatusCode::OK, 200, &DevicesInfo { devices, browser_key }))
        }
        Err(error) => unavailable(&error),
    }
}

/// Forget a device
///
/// It is not woken any more.
#[utoipa::path(delete, path = DEVICE, tag = "Live", params(("device" = i64, Path, description = "Its number.")), responses((status = 200, body = RegisteredInfo)))]
pub(crate) async fn forget_device(
    request: HttpRequest,
    device: web::Path<String>,
    live: web::Data<Live>,
) -> HttpResponse {
    let guest = match enter(&request, &live).await {
        Ok((guest, _)) => guest,
        Err(answer) => return answer,
    };
    let none = || refusal(StatusCode::NOT_FOUND, "the caller has no such device");
    let Ok(device_id) = device.parse() else { return none() };
    match live.api.devices.forget(&guest.pass, device_id).await {
        Ok(true) => with_live_headers(reply::json(StatusCode::OK, 200, &RegisteredInfo { device_id })),
        Ok(false) => none(),
        Err(error) => unavailable(&error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(text: &str) -> Result<DeviceSpec, String> {
        serde_json::from_str::<NewDeviceInfo>(text).unwrap().spec()
    }

    #[test]
    fn a_browser_gives_its_subscription_and_others_a_token() {
        let subscription = r#"{"platform":"webpush","subscription":{"endpoint":"https://push.example/1","expirationTime":null,
            "keys":{"p256dh":"BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4","auth":"BTBZMqHH6r4Tts7J_aSIgg"}}}"#;
        let read = spec(subscription).unwrap();
        assert_eq!(
            (read.token.reveal(), read.keys.map(|keys| keys.public.len())),
            ("https://push.example/1", Some(65))
        );
        assert_eq!(spec(r#"{"platform":"fcm","token":"t"}"#).unwrap().token.reveal(), "t");
        for wrong in [
            r#"{"platform":"sms","token":"t"}"#,
            r#"{"platform":"fcm"}"#,
            r#"{"platform":"webpush","token":"t"}"#,
            r#"{"platform":"fcm","token":"t","subscription":{"endpoint":"e","keys":{"p256dh":"p","auth":"a"}}}"#,
            r#"{"platform":"webpush","subscription":{"endpoint":"e","keys":{"p256dh":"p","auth":"a"}}}"#,
        ] {
            assert!(spec(wrong).is_err(), "{wrong}");
        }
    }
}
