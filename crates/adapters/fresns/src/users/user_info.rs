//! The user object (docs/wire/fresns.md#user-object), with every key of that day's documentation.

use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::users::stats::Stats;

/// A user as others see it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FresnsUser)]
pub(crate) struct UserInfo {
    /// The uid or the username, as the site is set.
    pub(crate) fsid: String,
    #[schema(minimum = 1, maximum = 9_007_199_254_740_991_i64)]
    pub(crate) uid: i64,
    pub(crate) username: String,
    pub(crate) url: String,
    pub(crate) nickname: String,
    #[schema(required = true)]
    pub(crate) avatar: Option<String>,
    #[schema(required = true)]
    pub(crate) decorate: Option<String>,
    #[schema(required = true)]
    pub(crate) banner: Option<String>,
    /// 0 unknown, 1 male, 2 female.
    #[schema(minimum = 0, maximum = 2)]
    pub(crate) gender: i64,
    #[schema(required = true)]
    pub(crate) birthday: Option<String>,
    #[schema(required = true)]
    pub(crate) bio: Option<String>,
    #[schema(required = true)]
    pub(crate) location: Option<String>,
    /// 1 everybody may write, 2 those the user follows, 3 those and verified users, 4 nobody.
    #[schema(minimum = 1, maximum = 4)]
    pub(crate) conversation_limit: i64,
    pub(crate) comment_limit: i64,
    pub(crate) timezone: String,
    pub(crate) verified_status: bool,
    #[schema(required = true)]
    pub(crate) verified_icon: Option<String>,
    #[schema(required = true)]
    pub(crate) verified_desc: Option<String>,
    #[schema(required = true)]
    pub(crate) verified_date_time: Option<String>,
    pub(crate) is_expiry: bool,
    #[schema(required = true)]
    pub(crate) expiry_date_time: Option<String>,
    #[schema(required = true)]
    pub(crate) last_publish_post: Option<String>,
    #[schema(required = true)]
    pub(crate) last_publish_comment: Option<String>,
    #[schema(required = true)]
    pub(crate) last_edit_username: Option<String>,
    #[schema(required = true)]
    pub(crate) last_edit_nickname: Option<String>,
    pub(crate) register_date: String,
    pub(crate) has_password: bool,
    /// 1 means not set.
    pub(crate) rank_state: i64,
    pub(crate) status: bool,
    pub(crate) wait_delete: bool,
    #[schema(required = true)]
    pub(crate) wait_delete_date_time: Option<String>,
    pub(crate) deactivate: bool,
    #[schema(required = true)]
    pub(crate) deactivate_time: Option<String>,
    #[serde(flatten)]
    pub(crate) main_role: MainRole,
    pub(crate) roles: Vec<RoleInfo>,
    pub(crate) stats: Stats,
    #[schema(value_type = Vec<Object>)]
    pub(crate) archives: Vec<Value>,
    pub(crate) operations: Operations,
    pub(crate) extends: Extends,
    pub(crate) interactive: Interactive,
    /// The same in the name that clients of 2.x read.
    pub(crate) interaction: Interactive,
    pub(crate) conversation: Permission,
}

/// The role that decides for a user.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FresnsMainRole)]
pub(crate) struct MainRole {
    #[schema(required = true)]
    pub(crate) nickname_color: Option<String>,
    #[schema(required = true)]
    pub(crate) rid: Option<i64>,
    #[schema(required = true)]
    pub(crate) role_name: Option<String>,
    pub(crate) role_name_display: bool,
    #[schema(required = true)]
    pub(crate) role_icon: Option<String>,
    pub(crate) role_icon_display: bool,
    #[schema(required = true)]
    pub(crate) role_expiry_date_time: Option<String>,
    #[schema(required = true)]
    pub(crate) role_rank_state: Option<i64>,
    /// Each permission's key with its value, and `rid`.
    #[schema(value_type = Object)]
    pub(crate) role_permissions: Map<String, Value>,
    pub(crate) role_status: bool,
}

/// One role of a user.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FresnsRole)]
pub(crate) struct RoleInfo {
    pub(crate) rid: i64,
    pub(crate) is_main: bool,
    #[schema(required = true)]
    pub(crate) expiry_date_time: Option<String>,
    #[schema(required = true)]
    pub(crate) nickname_color: Option<String>,
    pub(crate) name: String,
    pub(crate) name_display: bool,
    #[schema(required = true)]
    pub(crate) icon: Option<String>,
    pub(crate) icon_display: bool,
    pub(crate) status: bool,
}

/// Operations of plugins; this server has none.
#[derive(Debug, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FresnsOperations)]
pub(crate) struct Operations {
    #[schema(value_type = Vec<Object>)]
    pub(crate) customizes: Vec<Value>,
    #[schema(value_type = Vec<Object>)]
    pub(crate) button_icons: Vec<Value>,
    #[schema(value_type = Vec<Object>)]
    pub(crate) diversify_images: Vec<Value>,
    #[schema(value_type = Vec<Object>)]
    pub(crate) tips: Vec<Value>,
}

/// Extensions of plugins; this server has none.
#[derive(Debug, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FresnsExtends)]
pub(crate) struct Extends {
    #[schema(value_type = Vec<Object>)]
    pub(crate) text_box: Vec<Value>,
    #[schema(value_type = Vec<Object>)]
    pub(crate) info_box: Vec<Value>,
    #[schema(value_type = Vec<Object>)]
    pub(crate) interactive_box: Vec<Value>,
}

/// How the site names things, and how the caller stands to the user.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FresnsInteractive)]
pub(crate) struct Interactive {
    #[schema(required = true)]
    pub(crate) user_name: Option<String>,
    #[schema(required = true)]
    pub(crate) user_uid_name: Option<String>,
    #[schema(required = true)]
    pub(crate) user_username_name: Option<String>,
    #[schema(required = true)]
    pub(crate) user_nickname_name: Option<String>,
    #[schema(required = true)]
    pub(crate) user_role_name: Option<String>,
    #[schema(required = true)]
    pub(crate) user_bio_name: Option<String>,
    pub(crate) like_setting: bool,
    #[schema(required = true)]
    pub(crate) like_name: Option<String>,
    pub(crate) dislike_setting: bool,
    #[schema(required = true)]
    pub(crate) dislike_name: Option<String>,
    pub(crate) follow_setting: bool,
    #[schema(required = true)]
    pub(crate) follow_name: Option<String>,
    pub(crate) block_setting: bool,
    #[schema(required = true)]
    pub(crate) block_name: Option<String>,
    #[schema(required = true)]
    pub(crate) publish_post_name: Option<String>,
    #[schema(required = true)]
    pub(crate) publish_comment_name: Option<String>,
    pub(crate) like_status: bool,
    pub(crate) dislike_status: bool,
    pub(crate) follow_status: bool,
    pub(crate) follow_me_status: bool,
    #[schema(required = true)]
    pub(crate) follow_note: Option<String>,
    pub(crate) block_status: bool,
    pub(crate) block_me_status: bool,
    #[schema(required = true)]
    pub(crate) block_note: Option<String>,
}

/// Whether the caller may write to the user.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FresnsConversationPermission)]
pub(crate) struct Permission {
    pub(crate) status: bool,
    pub(crate) code: i64,
    pub(crate) message: String,
}

impl UserInfo {
    /// The user with what the caller calls it, which stands beside its marks.
    pub(crate) fn noted(mut self, note: Option<&str>) -> Self {
        for known in [&mut self.interaction, &mut self.interactive] {
            let beside = |is_marked: bool| note.filter(|_| is_marked).map(str::to_owned);
            known.follow_note = beside(known.follow_status);
            known.block_note = beside(known.block_status);
        }
        self
    }
}
