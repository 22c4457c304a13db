//! The user object of 3.x (docs/wire/fresns3.md#user): the values of the older one under other keys.

use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::users::stats::stats;
use crate::users::user_info::{Extends, Interactive, MainRole, Operations, Permission, RoleInfo, UserInfo};
use crate::v3::codes::renumbered;

/// A user as others see it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Fresns3User)]
pub(crate) struct User {
    /// The uid or the username, as the site is set.
    fsid: String,
    #[schema(minimum = 1, maximum = 9_007_199_254_740_991_i64)]
    uid: i64,
    username: String,
    url: String,
    nickname: String,
    #[schema(required = true)]
    avatar: Option<String>,
    #[schema(required = true)]
    decorate: Option<String>,
    #[schema(required = true)]
    banner: Option<String>,
    /// Whether the user has a password of its own.
    has_pin: bool,
    /// 1 unknown, 2 male, 3 female.
    #[schema(minimum = 1, maximum = 3)]
    gender: i64,
    #[schema(required = true)]
    birthday: Option<String>,
    #[schema(required = true)]
    bio: Option<String>,
    #[schema(required = true)]
    location: Option<String>,
    /// 1 everybody may write, 2 those the user follows, 3 those and verified users, 4 nobody.
    #[schema(minimum = 1, maximum = 4)]
    conversation_limit: i64,
    /// The same in the name that clients since 3.2 read.
    #[schema(minimum = 1, maximum = 4)]
    conversation_policy: i64,
    comment_limit: i64,
    comment_policy: i64,
    timezone: String,
    verified: bool,
    #[schema(required = true)]
    verified_icon: Option<String>,
    #[schema(required = true)]
    verified_desc: Option<String>,
    #[schema(required = true)]
    verified_date_time: Option<String>,
    expired: bool,
    #[schema(required = true)]
    expiry_date_time: Option<String>,
    #[schema(required = true)]
    last_publish_post_date_time: Option<String>,
    #[schema(required = true)]
    last_publish_comment_date_time: Option<String>,
    #[schema(required = true)]
    last_edit_username_date_time: Option<String>,
    #[schema(required = true)]
    last_edit_nickname_date_time: Option<String>,
    register_date: String,
    /// 1 means not set.
    rank_state: i64,
    status: bool,
    wait_delete: bool,
    #[schema(required = true)]
    wait_delete_date_time: Option<String>,
    /// Always null.
    #[schema(required = true, value_type = Option<Object>)]
    more_info: Option<Map<String, Value>>,
    #[serde(flatten)]
    main_role: ThirdMainRole,
    roles: Vec<ThirdRole>,
    stats: ThirdStats,
    #[schema(value_type = Vec<Object>)]
    archives: Vec<Value>,
    operations: Operations,
    extends: Extends,
    interaction: Interaction,
    conversation: Permission,
}

stats! {
    ThirdStats as Fresns3UserStats;
    counters:
        like_user_count, like_group_count, like_hashtag_count, like_post_count, like_comment_count,
        dislike_user_count, dislike_group_count, dislike_hashtag_count, dislike_post_count, dislike_comment_count,
        follow_user_count, follow_group_count, follow_hashtag_count, follow_post_count, follow_comment_count,
        block_user_count, block_group_count, block_hashtag_count, block_post_count, block_comment_count,
        liker_count, disliker_count, follower_count, blocker_count,
        post_publish_count, post_digest_count, post_like_count, post_dislike_count, post_follow_count,
        post_block_count,
        comment_publish_count, comment_digest_count, comment_like_count, comment_dislike_count,
        comment_follow_count, comment_block_count,
        extcredits1, extcredits2, extcredits3, extcredits4, extcredits5;
    credits:
        (extcredits1_state, extcredits1_name, extcredits1_unit),
        (extcredits2_state, extcredits2_name, extcredits2_unit),
        (extcredits3_state, extcredits3_name, extcredits3_unit),
        (extcredits4_state, extcredits4_name, extcredits4_unit),
        (extcredits5_state, extcredits5_name, extcredits5_unit),
}

/// The role that decides for a user.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Fresns3MainRole)]
pub(crate) struct ThirdMainRole {
    #[schema(required = true)]
    nickname_color: Option<String>,
    #[schema(required = true)]
    rid: Option<String>,
    #[schema(required = true)]
    role_name: Option<String>,
    role_name_display: bool,
    #[schema(required = true)]
    role_icon: Option<String>,
    role_icon_display: bool,
    #[schema(required = true)]
    role_expiry_date_time: Option<String>,
    #[schema(required = true)]
    role_rank_state: Option<i64>,
    role_status: bool,
}

impl From<MainRole> for ThirdMainRole {
    fn from(role: MainRole) -> Self {
        Self {
            nickname_color: role.nickname_color,
            rid: role.rid.map(|rid| rid.to_string()),
            role_name: role.role_name,
            role_name_display: role.role_name_display,
            role_icon: role.role_icon,
            role_icon_display: role.role_icon_display,
            role_expiry_date_time: role.role_expiry_date_time,
            role_rank_state: role.role_rank_state,
            role_status: role.role_status,
        }
    }
}

/// One role of a user.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Fresns3Role)]
pub(crate) struct ThirdRole {
    rid: String,
    is_main: bool,
    #[schema(required = true)]
    expiry_date_time: Option<String>,
    #[schema(required = true)]
    nickname_color: Option<String>,
    name: String,
    name_display: bool,
    #[schema(required = true)]
    icon: Option<String>,
    icon_display: bool,
    status: bool,
}

impl From<RoleInfo> for ThirdRole {
    fn from(role: RoleInfo) -> Self {
        Self {
            rid: role.rid.to_string(),
            is_main: role.is_main,
            expiry_date_time: role.expiry_date_time,
            nickname_color: role.nickname_color,
            name: role.name,
            name_display: role.name_display,
            icon: role.icon,
            icon_display: role.icon_display,
            status: role.status,
        }
    }
}

/// What may be done with a user, and how the caller stands to it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Fresns3Interaction)]
pub(crate) struct Interaction {
    like_enabled: bool,
    #[schema(required = true)]
    like_name: Option<String>,
    dislike_enabled: bool,
    #[schema(required = true)]
    dislike_name: Option<String>,
    follow_enabled: bool,
    #[schema(required = true)]
    follow_name: Option<String>,
    block_enabled: bool,
    #[schema(required = true)]
    block_name: Option<String>,
    like_status: bool,
    dislike_status: bool,
    follow_status: bool,
    block_status: bool,
    /// What the caller calls a user it follows or blocks; null where many users are shown.
    #[schema(required = true)]
    note: Option<String>,
    follow_me_status: bool,
    block_me_status: bool,
    /// 1: by `user/mark`.
    follow_type: i64,
    #[schema(required = true)]
    follow_url: Option<String>,
    follow_expired: bool,
    #[schema(required = true)]
    follow_expiry_date_time: Option<String>,
}

impl From<Interactive> for Interaction {
    fn from(known: Interactive) -> Self {
        Self {
            like_enabled: known.like_setting,
            like_name: known.like_name,
            dislike_enabled: known.dislike_setting,
            dislike_name: known.dislike_name,
            follow_enabled: known.follow_setting,
            follow_name: known.follow_name,
            block_enabled: known.block_setting,
            block_name: known.block_name,
            like_status: known.like_status,
            dislike_status: known.dislike_status,
            follow_status: known.follow_status,
            block_status: known.block_status,
            note: known.follow_note.or(known.block_note),
            follow_me_status: known.follow_me_status,
            block_me_status: known.block_me_status,
            follow_type: 1,
            follow_url: None,
            follow_expired: false,
            follow_expiry_date_time: None,
        }
    }
}

impl From<UserInfo> for User {
    fn from(user: UserInfo) -> Self {
        let Permission { status, code, message } = user.conversation;
        Self {
            fsid: user.fsid,
            uid: user.uid,
            username: user.username,
            url: user.url,
            nickname: user.nickname,
            avatar: user.avatar,
            decorate: user.decorate,
            banner: user.banner,
            has_pin: user.has_password,
            gender: user.gender + 1,
            birthday: user.birthday,
            bio: user.bio,
            location: user.location,
            conversation_limit: user.conversation_limit,
            conversation_policy: user.conversation_limit,
            comment_limit: user.comment_limit,
            comment_policy: user.comment_limit,
            timezone: user.timezone,
            verified: user.verified_status,
            verified_icon: user.verified_icon,
            verified_desc: user.verified_desc,
            verified_date_time: user.verified_date_time,
            expired: user.is_expiry,
            expiry_date_time: user.expiry_date_time,
            last_publish_post_date_time: user.last_publish_post,
            last_publish_comment_date_time: user.last_publish_comment,
            last_edit_username_date_time: user.last_edit_username,
            last_edit_nickname_date_time: user.last_edit_nickname,
            register_date: user.register_date,
            rank_state: user.rank_state,
            // Who has left is shown by this alone: pages of 3.x look at nothing else.
            status: user.status && !user.deactivate,
            wait_delete: user.wait_delete,
            wait_delete_date_time: user.wait_delete_date_time,
            more_info: None,
            main_role: user.main_role.into(),
            roles: user.roles.into_iter().map(Into::into).collect(),
            stats: ThirdStats::hidden(),
            archives: user.archives,
            operations: user.operations,
            extends: user.extends,
            interaction: user.interaction.into(),
            conversation: Permission { status, code: renumbered(code), message },
        }
    }
}
