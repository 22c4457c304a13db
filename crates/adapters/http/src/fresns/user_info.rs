//! The user object (facts: fresns 10.1), with every key of that day's documentation.

use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::stats::Stats;

/// A user as others see it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FresnsUser)]
pub(crate) struct UserInfo {
    /// The uid or the username, as the site is set.
    pub(super) fsid: String,
    #[schema(minimum = 1, maximum = 9_007_199_254_740_991_i64)]
    pub(super) uid: i64,
    pub(super) username: String,
    pub(super) url: String,
    pub(super) nickname: String,
    #[schema(required = true)]
    pub(super) avatar: Option<String>,
    #[schema(required = true)]
    pub(super) decorate: Option<String>,
    #[schema(required = true)]
    pub(super) banner: Option<String>,
    /// 0 unknown, 1 male, 2 female.
    #[schema(minimum = 0, maximum = 2)]
    pub(super) gender: i64,
    #[schema(required = true)]
    pub(super) birthday: Option<String>,
    #[schema(required = true)]
    pub(super) bio: Option<String>,
    #[schema(required = true)]
    pub(super) location: Option<String>,
    /// 1 everybody may write, 2 those the user follows, 3 those and verified users, 4 nobody.
    #[schema(minimum = 1, maximum = 4)]
    pub(super) conversation_limit: i64,
    pub(super) comment_limit: i64,
    pub(super) timezone: String,
    pub(super) verified_status: bool,
    #[schema(required = true)]
    pub(super) verified_icon: Option<String>,
    #[schema(required = true)]
    pub(super) verified_desc: Option<String>,
    #[schema(required = true)]
    pub(super) verified_date_time: Option<String>,
    pub(super) is_expiry: bool,
    #[schema(required = true)]
    pub(super) expiry_date_time: Option<String>,
    #[schema(required = true)]
    pub(super) last_publish_post: Option<String>,
    #[schema(required = true)]
    pub(super) last_publish_comment: Option<String>,
    #[schema(required = true)]
    pub(super) last_edit_username: Option<String>,
    #[schema(required = true)]
    pub(super) last_edit_nickname: Option<String>,
    pub(super) register_date: String,
    pub(super) has_password: bool,
    /// 1 means not set.
    pub(super) rank_state: i64,
    pub(super) status: bool,
    pub(super) wait_delete: bool,
    #[schema(required = true)]
    pub(super) wait_delete_date_time: Option<String>,
    pub(super) deactivate: bool,
    #[schema(required = true)]
    pub(super) deactivate_time: Option<String>,
    #[serde(flatten)]
    pub(super) main_role: MainRole,
    pub(super) roles: Vec<RoleInfo>,
    pub(super) stats: Stats,
    #[schema(value_type = Vec<Object>)]
    pub(super) archives: Vec<Value>,
    pub(super) operations: Operations,
    pub(super) extends: Extends,
    pub(super) interactive: Interactive,
    /// The same in the name that clients of 2.x read.
    pub(super) interaction: Interactive,
    pub(super) conversation: Permission,
}

/// The role that decides for a user.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FresnsMainRole)]
pub(crate) struct MainRole {
    #[schema(required = true)]
    pub(super) nickname_color: Option<String>,
    #[schema(required = true)]
    pub(super) rid: Option<i64>,
    #[schema(required = true)]
    pub(super) role_name: Option<String>,
    pub(super) role_name_display: bool,
    #[schema(required = true)]
    pub(super) role_icon: Option<String>,
    pub(super) role_icon_display: bool,
    #[schema(required = true)]
    pub(super) role_expiry_date_time: Option<String>,
    #[schema(required = true)]
    pub(super) role_rank_state: Option<i64>,
    /// Each permission's key with its value, and `rid`.
    #[schema(value_type = Object)]
    pub(super) role_permissions: Map<String, Value>,
    pub(super) role_status: bool,
}

/// One role of a user.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FresnsRole)]
pub(crate) struct RoleInfo {
    pub(super) rid: i64,
    pub(super) is_main: bool,
    #[schema(required = true)]
    pub(super) expiry_date_time: Option<String>,
    #[schema(required = true)]
    pub(super) nickname_color: Option<String>,
    pub(super) name: String,
    pub(super) name_display: bool,
    #[schema(required = true)]
    pub(super) icon: Option<String>,
    pub(super) icon_display: bool,
    pub(super) status: bool,
}

/// Operations of plugins; this server has none.
#[derive(Debug, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FresnsOperations)]
pub(crate) struct Operations {
    #[schema(value_type = Vec<Object>)]
    pub(super) customizes: Vec<Value>,
    #[schema(value_type = Vec<Object>)]
    pub(super) button_icons: Vec<Value>,
    #[schema(value_type = Vec<Object>)]
    pub(super) diversify_images: Vec<Value>,
    #[schema(value_type = Vec<Object>)]
    pub(super) tips: Vec<Value>,
}

/// Extensions of plugins; this server has none.
#[derive(Debug, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FresnsExtends)]
pub(crate) struct Extends {
    #[schema(value_type = Vec<Object>)]
    pub(super) text_box: Vec<Value>,
    #[schema(value_type = Vec<Object>)]
    pub(super) info_box: Vec<Value>,
    #[schema(value_type = Vec<Object>)]
    pub(super) interactive_box: Vec<Value>,
}

/// How the site names things, and how the caller stands to the user.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FresnsInteractive)]
pub(crate) struct Interactive {
    #[schema(required = true)]
    pub(super) user_name: Option<String>,
    #[schema(required = true)]
    pub(super) user_uid_name: Option<String>,
    #[schema(required = true)]
    pub(super) user_username_name: Option<String>,
    #[schema(required = true)]
    pub(super) user_nickname_name: Option<String>,
    #[schema(required = true)]
    pub(super) user_role_name: Option<String>,
    #[schema(required = true)]
    pub(super) user_bio_name: Option<String>,
    pub(super) like_setting: bool,
    #[schema(required = true)]
    pub(super) like_name: Option<String>,
    pub(super) dislike_setting: bool,
    #[schema(required = true)]
    pub(super) dislike_name: Option<String>,
    pub(super) follow_setting: bool,
    #[schema(required = true)]
    pub(super) follow_name: Option<String>,
    pub(super) block_setting: bool,
    #[schema(required = true)]
    pub(super) block_name: Option<String>,
    #[schema(required = true)]
    pub(super) publish_post_name: Option<String>,
    #[schema(required = true)]
    pub(super) publish_comment_name: Option<String>,
    pub(super) like_status: bool,
    pub(super) dislike_status: bool,
    pub(super) follow_status: bool,
    pub(super) follow_me_status: bool,
    #[schema(required = true)]
    pub(super) follow_note: Option<String>,
    pub(super) block_status: bool,
    pub(super) block_me_status: bool,
    #[schema(required = true)]
    pub(super) block_note: Option<String>,
}

/// Whether the caller may write to the user.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FresnsConversationPermission)]
pub(crate) struct Permission {
    pub(super) status: bool,
    pub(super) code: i64,
    pub(super) message: String,
}
