//! What is told of how somebody sees a conversation.

use serde::Serialize;
use utoipa::ToSchema;

use super::users::PairReference;

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
