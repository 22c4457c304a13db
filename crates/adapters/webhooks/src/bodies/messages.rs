//! What is told of messages.

use serde::Serialize;
use utoipa::ToSchema;

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
