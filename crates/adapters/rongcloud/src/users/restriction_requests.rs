//! What is asked for to ban, mute and deactivate users.

use serde::Deserialize;
use utoipa::ToSchema;

use crate::fields::values::{Number, OptionalNumber, PageNumber, Person, Size, Switch, Users};

/// Longest ban: 30 days.
const LONGEST_BAN_MINUTES: i64 = 43_200;
/// Banned users of a page at most, and without a page.
pub(super) const LARGEST_BANNED_PAGE: i64 = 1000;

pub(super) type Banned = Users<20>;
pub(super) type Minutes = Number<1, LONGEST_BAN_MINUTES>;

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudBlockUsers, example = json!({"userId": ["user1"], "minute": 10}))]
pub(super) struct BlockUsers {
    /// Who.
    pub(super) user_id: Banned,
    /// For how many minutes, at most 30 days.
    pub(super) minute: Minutes,
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudUnblockUsers, example = json!({"userId": ["user1"]}))]
pub(super) struct UnblockUsers {
    /// Who.
    pub(super) user_id: Banned,
}

pub(super) type BannedPage = OptionalNumber<0, { i64::MAX }>;
pub(super) type BannedSize = Size<LARGEST_BANNED_PAGE, 50>;

#[derive(Deserialize, ToSchema)]
#[schema(as = RongCloudQueryBlockedUsers, example = json!({"page": 1, "size": 50}))]
pub(super) struct QueryBlockedUsers {
    /// Which page. Without it, or 0: the first 1000.
    #[serde(default)]
    pub(super) page: BannedPage,
    /// Users of a page.
    #[serde(default)]
    pub(super) size: BannedSize,
}

pub(super) type MutedUsers = Users<1000>;

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudMuteUsers, example = json!({"userId": ["user1"], "state": 1, "type": "PERSON"}))]
pub(super) struct MuteUsers {
    #[serde(rename = "type")]
    pub(super) _kind: Person,
    /// Who.
    pub(super) user_id: MutedUsers,
    /// 1: mute, 0: lift.
    pub(super) state: Switch,
}

pub(super) type MutedSize = Size<200, 100>;
pub(super) type Offset = OptionalNumber<0, { i64::MAX }>;

#[derive(Deserialize, ToSchema)]
#[schema(as = RongCloudQueryMutedUsers, example = json!({"num": 100, "offset": 0, "type": "PERSON"}))]
pub(super) struct QueryMutedUsers {
    #[serde(rename = "type")]
    pub(super) _kind: Person,
    /// How many at most.
    #[serde(default)]
    pub(super) num: MutedSize,
    /// How many to leave out first. Default 0.
    #[serde(default)]
    pub(super) offset: Offset,
}

pub(super) type Deactivatable = Users<100>;

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudDeactivateUsers, example = json!({"userId": ["user1", "user2"]}))]
pub(super) struct DeactivateUsers {
    /// Who.
    pub(super) user_id: Deactivatable,
}

pub(super) type DeactivatedSize = Size<50, 50>;

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudQueryDeactivatedUsers, example = json!({"pageNo": 1, "pageSize": 50}))]
pub(super) struct QueryDeactivatedUsers {
    /// Which page.
    #[serde(default)]
    pub(super) page_no: PageNumber,
    /// Users of a page.
    #[serde(default)]
    pub(super) page_size: DeactivatedSize,
}
