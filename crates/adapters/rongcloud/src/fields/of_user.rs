//! The request that only names a user.

use serde::Deserialize;
use utoipa::ToSchema;

use super::values::UserId;

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudOfUser, example = json!({"userId": "user1"}))]
pub(crate) struct OfUser {
    /// The user.
    pub(crate) user_id: UserId,
}
