//! What is told of devices that are to be woken.

use serde::Serialize;
use utoipa::ToSchema;

use super::users::UserReference;

/// Whose devices are to be woken, and what they show.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = WebhookPush)]
pub(crate) struct PushData<'a> {
    #[serde(flatten)]
    pub(crate) user: UserReference<'a>,
    /// Who wrote the message.
    pub(crate) from_user_id: &'a str,
    /// The uid of who wrote it.
    pub(crate) from_uid: Option<i64>,
    /// The message.
    #[serde(rename = "messageUID")]
    #[schema(example = "01CV-77KH-FW9H-2UG7")]
    pub(crate) message_uid: String,
    /// Its number.
    pub(crate) message_id: i64,
    /// The conversation; null if it is kept in none.
    pub(crate) conversation_id: Option<i64>,
    /// Why: a message, or that one was taken back; then this stands in its place, without a sound.
    pub(crate) reason: PushReason,
    /// The title.
    pub(crate) title: &'a str,
    /// The words. Those of a device are in its own language.
    pub(crate) body: String,
    /// What the sender gave for the app.
    pub(crate) data: Option<&'a str>,
    /// The number on the app; null leaves it as it is.
    pub(crate) badge: Option<i64>,
    /// Stands for the conversation: what is newer takes the place of what is shown under the same.
    pub(crate) collapse: &'a str,
    /// When it need not arrive any more, in milliseconds since 1970.
    pub(crate) expires: i64,
    /// Whether the app is woken in the background.
    pub(crate) wakes_app: bool,
    /// As the sender gave it.
    pub(crate) template_id: Option<&'a str>,
    /// As the sender gave it: the text of a JSON array. Null too if it is too long.
    pub(crate) push_configs: Option<&'a str>,
    /// The devices that are registered, newest first. If they have long tokens, not all of them.
    pub(crate) devices: Vec<DeviceData<'a>>,
    /// Whether something was left out because it is too long.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(crate) truncated: Option<bool>,
}

/// Why devices are woken.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = WebhookPushReason)]
pub(crate) enum PushReason {
    Message,
    Recall,
}

/// A device.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = WebhookPushDevice)]
pub(crate) struct DeviceData<'a> {
    /// Its number.
    pub(crate) device_id: i64,
    /// Its platform.
    #[schema(example = "apns")]
    pub(crate) platform: &'a str,
    /// Its token, or the address of its subscription.
    pub(crate) token: &'a str,
    /// The keys of a subscription to Web Push.
    pub(crate) keys: Option<DeviceKeyData>,
    /// The app.
    pub(crate) app: &'a str,
    /// The words that it shows.
    pub(crate) body: String,
}

/// The keys of a subscription, in base64url.
#[derive(Serialize, ToSchema)]
#[schema(as = WebhookPushKeys)]
pub(crate) struct DeviceKeyData {
    /// Its public key.
    pub(crate) p256dh: String,
    /// Its secret.
    pub(crate) auth: String,
}
