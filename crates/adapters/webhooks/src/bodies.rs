//! What is in the bodies of Standard Webhooks (docs/webhooks.md#events): what is written, and what the OpenAPI document describes.

use serde::Serialize;
use utoipa::ToSchema;

/// The body of a request.
#[derive(Serialize, ToSchema)]
#[schema(as = WebhookEvent)]
pub(crate) struct Envelope<'a> {
    /// What happened.
    #[serde(rename = "type")]
    pub(crate) event: &'a str,
    /// When it happened, to the microsecond.
    #[schema(format = DateTime, example = "2026-11-22T12:00:00.123456Z")]
    pub(crate) timestamp: String,
    /// More about it, by its type.
    #[schema(value_type = Object)]
    pub(crate) data: &'a Data<'a>,
}

/// More about what happened.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum Data<'a> {
    Message(MessageData<'a>),
    Recalled(RecalledData<'a>),
    Read(ReadData<'a>),
    Deleted(DeletedData<'a>),
    Cleared(ClearedData<'a>),
    Pinned(PinnedData<'a>),
    Muted(MutedData<'a>),
    Blocked(BlockedData<'a>),
    Presence(PresenceData<'a>),
    Banned(BannedData<'a>),
    Disabled(DisabledData),
    Push(PushData<'a>),
    Nothing(Nothing),
}

impl Data<'_> {
    /// Leaves out what can be long.
    pub(crate) fn shorten(&mut self) {
        match self {
            Self::Message(data) => {
                (data.content, data.text, data.extra_content) = (None, None, None);
                data.truncated = Some(true);
            }
            Self::Read(data) => {
                data.message_uids = data.message_uids.take().map(|_| None);
                data.truncated = Some(true);
            }
            Self::Deleted(data) => (data.message_uids, data.truncated) = (None, Some(true)),
            Self::Push(data) => (data.push_configs, data.truncated) = (None, Some(true)),
            _ => {}
        }
    }

    /// Leaves out the last device; `false` if there is none.
    pub(crate) fn drop_device(&mut self) -> bool {
        match self {
            Self::Push(data) => data.devices.pop().is_some(),
            _ => false,
        }
    }
}

/// Nothing more is to be said.
#[derive(Serialize, ToSchema)]
#[schema(as = WebhookTest)]
pub(crate) struct Nothing {}

/// Which message it is about.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = WebhookMessageReference)]
pub(crate) struct MessageReference<'a> {
    /// Where it stands in the log. It is the number in `webhook-id`.
    #[schema(example = 1_795_348_800_123_456_i64)]
    pub(crate) pos: i64,
    /// Its number.
    pub(crate) message_id: i64,
    /// Its name.
    #[serde(rename = "messageUID")]
    #[schema(example = "01CV-77KH-FW9H-2UG7")]
    pub(crate) message_uid: String,
    /// The conversation; null if it is kept in none.
    pub(crate) conversation_id: Option<i64>,
    /// Its place in the conversation, without gaps; null if it is kept in none.
    pub(crate) seq: Option<i64>,
    /// Who wrote it. Empty if the user was deleted for good.
    pub(crate) from_user_id: &'a str,
    /// The uid of who wrote it.
    pub(crate) from_uid: Option<i64>,
    /// To whom. Empty if the user was deleted for good.
    pub(crate) to_user_id: &'a str,
    /// The uid of whom it was written to.
    pub(crate) to_uid: Option<i64>,
    /// When it was stored, in milliseconds since 1970.
    pub(crate) msg_time: i64,
    /// Whether it was taken back by now.
    pub(crate) is_recalled: bool,
}

/// A message, as it stands now.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = WebhookMessage)]
pub(crate) struct MessageData<'a> {
    #[serde(flatten)]
    pub(crate) message: MessageReference<'a>,
    /// The type of the content.
    #[schema(example = "RC:TxtMsg")]
    pub(crate) object_name: &'a str,
    /// The content, as its type says. Null if the message was taken back, or if it is too long.
    pub(crate) content: Option<&'a str>,
    /// Its text, if it is one.
    pub(crate) text: Option<&'a str>,
    /// Whether it can carry pairs.
    pub(crate) expansion: bool,
    /// The pairs it carries: the text of a JSON object, or empty.
    pub(crate) extra_content: Option<String>,
    /// The channel it was sent over.
    pub(crate) bus_channel: &'a str,
    /// Who sent it: an app, or a back end.
    pub(crate) source: Source,
    /// Whether something was left out because it is too long.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(crate) truncated: Option<bool>,
}

/// Who sent a message.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = WebhookMessageSource)]
pub(crate) enum Source {
    App,
    Server,
}

/// A message that was taken back.
#[derive(Serialize, ToSchema)]
#[schema(as = WebhookRecalledMessage)]
pub(crate) struct RecalledData<'a> {
    #[serde(flatten)]
    pub(crate) message: MessageReference<'a>,
}

/// A user.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = WebhookUser)]
pub(crate) struct UserReference<'a> {
    /// Where it stands in the log. It is the number in `webhook-id`.
    #[schema(example = 1_795_348_800_123_456_i64)]
    pub(crate) pos: i64,
    /// The user's name. Empty if it was deleted for good.
    pub(crate) user_id: &'a str,
    /// The user's uid.
    pub(crate) uid: Option<i64>,
}

/// Somebody, and whom it has to do with.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = WebhookUserPair)]
pub(crate) struct PairReference<'a> {
    #[serde(flatten)]
    pub(crate) user: UserReference<'a>,
    /// The name of the other one. Empty if it was deleted for good.
    pub(crate) target_id: &'a str,
    /// The uid of the other one.
    pub(crate) target_uid: Option<i64>,
}

/// What somebody has read: all up to a place, or single messages.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = WebhookRead)]
pub(crate) struct ReadData<'a> {
    #[serde(flatten)]
    pub(crate) pair: PairReference<'a>,
    /// All up to this `seq` is read.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(crate) read_seq: Option<i64>,
    /// These messages are read. Null if they are too many.
    #[serde(rename = "messageUIDs", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<String>>)]
    pub(crate) message_uids: Option<Option<Vec<String>>>,
    /// The conversation.
    pub(crate) conversation_id: i64,
    /// Whether something was left out because it is too long.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(crate) truncated: Option<bool>,
}

/// What somebody has deleted for itself.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = WebhookDeleted)]
pub(crate) struct DeletedData<'a> {
    #[serde(flatten)]
    pub(crate) pair: PairReference<'a>,
    /// The messages. Null if they are too many.
    #[serde(rename = "messageUIDs")]
    pub(crate) message_uids: Option<Vec<String>>,
    /// The conversation.
    pub(crate) conversation_id: i64,
    /// Whether something was left out because it is too long.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(crate) truncated: Option<bool>,
}

/// Up to where somebody sees nothing of a conversation any longer.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = WebhookCleared)]
pub(crate) struct ClearedData<'a> {
    #[serde(flatten)]
    pub(crate) pair: PairReference<'a>,
    /// All up to this `seq` is gone for that user.
    pub(crate) cleared_seq: i64,
    /// The conversation.
    pub(crate) conversation_id: i64,
}

/// Whether a conversation stands on top.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = WebhookPinned)]
pub(crate) struct PinnedData<'a> {
    #[serde(flatten)]
    pub(crate) pair: PairReference<'a>,
    /// Whether it does.
    pub(crate) is_pinned: bool,
}

/// Of what of a conversation somebody wants to be notified.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = WebhookMuted)]
pub(crate) struct MutedData<'a> {
    #[serde(flatten)]
    pub(crate) pair: PairReference<'a>,
    /// The level, as `/conversation/notification/set.json` has it.
    pub(crate) level: i64,
}

/// Whether somebody blocks somebody.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = WebhookBlocked)]
pub(crate) struct BlockedData<'a> {
    #[serde(flatten)]
    pub(crate) pair: PairReference<'a>,
    /// Whether it does, or no longer.
    pub(crate) is_set: bool,
}

/// Somebody who came or went.
#[derive(Serialize, ToSchema)]
#[schema(as = WebhookPresence)]
pub(crate) struct PresenceData<'a> {
    #[serde(flatten)]
    pub(crate) user: UserReference<'a>,
}

/// How somebody stands now. If the user was deleted for good, nothing is said of that.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = WebhookBanned)]
pub(crate) struct BannedData<'a> {
    #[serde(flatten)]
    pub(crate) user: UserReference<'a>,
    #[serde(flatten)]
    pub(crate) state: UserState,
}

/// How a user stands; nothing of it if the user was deleted for good.
#[derive(Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = WebhookUserState)]
pub(crate) struct UserState {
    /// Whether it is switched on.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(crate) is_enabled: Option<bool>,
    /// Whether it is deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(crate) is_deleted: Option<bool>,
    /// Whether it may not write.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(crate) is_muted: Option<bool>,
    /// Whether it may not come in.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(crate) is_banned: Option<bool>,
    /// Until when, in milliseconds since 1970; null if it may come in.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>)]
    pub(crate) banned_until: Option<Option<i64>>,
}

/// A webhook that was switched off.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = WebhookDisabled)]
pub(crate) struct DisabledData {
    /// Where it stands in the log. It is the number in `webhook-id`.
    #[schema(example = 1_795_348_800_123_456_i64)]
    pub(crate) pos: i64,
    /// Its number.
    pub(crate) endpoint_id: i64,
}

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
