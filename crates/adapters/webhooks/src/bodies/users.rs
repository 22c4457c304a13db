//! What is told of users.

use serde::Serialize;
use utoipa::ToSchema;

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
