//! Users as this dialect shows them (docs/wire/rongcloud.md#identity). What looks like a number in some fields is a
//! string there: the Go client reads them so.

use serde::Serialize;
use sixin_domain::user::User;
use utoipa::ToSchema;

use crate::responses::SUCCESS;
use crate::times::LocalTimes;

/// A token for a device.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudToken)]
pub(crate) struct Token {
    /// 200.
    #[schema(minimum = 200, maximum = 200)]
    pub(crate) code: i64,
    /// The user.
    #[schema(example = "user1")]
    pub(crate) user_id: String,
    /// The token; it is not stored, so keep it.
    #[schema(example = "Yk3Wq8ZtN5vRc1LxPb7Hd0JmGf2Sa9TuEo4KiXwCy6B", min_length = 43, max_length = 43)]
    pub(crate) token: String,
}

/// A user.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudUser)]
pub(crate) struct UserInfo {
    /// 200.
    #[schema(minimum = 200, maximum = 200)]
    code: i64,
    /// Its id.
    user_id: String,
    /// Its name.
    user_name: String,
    /// The address of its picture; empty if it has none.
    user_portrait: String,
    /// When it was made, in the site's time zone.
    #[schema(example = "2026-11-25 10:38:19")]
    create_time: String,
}

impl UserInfo {
    pub(crate) fn of(user: &User, times: &LocalTimes) -> Self {
        Self {
            code: SUCCESS,
            user_id: user.username.to_string(),
            user_name: user.profile.nickname.clone(),
            user_portrait: user.profile.avatar_file_url.clone().unwrap_or_default(),
            create_time: times.to_the_second(user.profile.created_at),
        }
    }
}

/// A page of users.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RongCloudUsers)]
pub(crate) struct UserListing {
    /// 200.
    #[schema(minimum = 200, maximum = 200)]
    pub(crate) code: i64,
    /// How many there are on all pages.
    #[schema(minimum = 0)]
    pub(crate) total: i64,
    /// The users.
    pub(crate) users: Vec<UserOnPage>,
}

/// A user on a page.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudUserOnPage)]
pub(crate) struct UserOnPage {
    /// Its id.
    user_id: String,
    /// Its name.
    user_name: String,
    /// The address of its picture; empty if it has none.
    user_portrait: String,
    /// When it was made, in the site's time zone.
    #[schema(example = "2026-11-25 10:38:19")]
    reg_time: String,
}

impl UserOnPage {
    pub(crate) fn of(user: User, times: &LocalTimes) -> Self {
        let UserInfo { user_id, user_name, user_portrait, create_time, .. } = UserInfo::of(&user, times);
        Self { user_id, user_name, user_portrait, reg_time: create_time }
    }
}

/// Whether a user is online.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RongCloudOnline)]
pub(crate) struct Online {
    /// 200.
    #[schema(minimum = 200, maximum = 200)]
    pub(crate) code: i64,
    /// `1` online, `0` offline.
    #[schema(example = "0")]
    pub(crate) status: &'static str,
}
