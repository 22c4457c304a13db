//! The user object (facts: fresns 10.1), with every key of that day's documentation.

use serde::Serialize;
use serde_json::{Map, Value, json};
use sixin_domain::role::{Role, RoleBook, UserRole};
use sixin_domain::settings::{Settings, SiteMode};
use sixin_domain::time::Millis;
use sixin_domain::user::User;
use utoipa::ToSchema;

use super::messages::{Language, message};
use super::stats::Stats;
use super::time_format::TimeFormat;

/// Writing to oneself.
const ONESELF: i64 = 36603;

/// A user as others see it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FresnsUser)]
pub(crate) struct UserInfo {
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
    /// 0 unknown, 1 male, 2 female.
    #[schema(minimum = 0, maximum = 2)]
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
    comment_limit: i64,
    timezone: String,
    verified_status: bool,
    #[schema(required = true)]
    verified_icon: Option<String>,
    #[schema(required = true)]
    verified_desc: Option<String>,
    #[schema(required = true)]
    verified_date_time: Option<String>,
    is_expiry: bool,
    #[schema(required = true)]
    expiry_date_time: Option<String>,
    #[schema(required = true)]
    last_publish_post: Option<String>,
    #[schema(required = true)]
    last_publish_comment: Option<String>,
    #[schema(required = true)]
    last_edit_username: Option<String>,
    #[schema(required = true)]
    last_edit_nickname: Option<String>,
    register_date: String,
    has_password: bool,
    /// 1 means not set.
    rank_state: i64,
    status: bool,
    wait_delete: bool,
    #[schema(required = true)]
    wait_delete_date_time: Option<String>,
    deactivate: bool,
    #[schema(required = true)]
    deactivate_time: Option<String>,
    #[serde(flatten)]
    main_role: MainRole,
    roles: Vec<RoleInfo>,
    stats: Stats,
    #[schema(value_type = Vec<Object>)]
    archives: Vec<Value>,
    operations: Operations,
    extends: Extends,
    interactive: Interactive,
    conversation: Permission,
}

/// The role that decides for a user.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FresnsMainRole)]
pub(crate) struct MainRole {
    #[schema(required = true)]
    nickname_color: Option<String>,
    #[schema(required = true)]
    rid: Option<i64>,
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
    /// Each permission's key with its value, and `rid`.
    #[schema(required = true, value_type = Option<Object>)]
    role_permissions: Option<Map<String, Value>>,
    role_status: bool,
}

/// One role of a user.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FresnsRole)]
pub(crate) struct RoleInfo {
    rid: i64,
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

/// Operations of plugins; this server has none.
#[derive(Debug, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FresnsOperations)]
pub(crate) struct Operations {
    #[schema(value_type = Vec<Object>)]
    customizes: Vec<Value>,
    #[schema(value_type = Vec<Object>)]
    button_icons: Vec<Value>,
    #[schema(value_type = Vec<Object>)]
    diversify_images: Vec<Value>,
    #[schema(value_type = Vec<Object>)]
    tips: Vec<Value>,
}

/// Extensions of plugins; this server has none.
#[derive(Debug, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FresnsExtends)]
pub(crate) struct Extends {
    #[schema(value_type = Vec<Object>)]
    text_box: Vec<Value>,
    #[schema(value_type = Vec<Object>)]
    info_box: Vec<Value>,
    #[schema(value_type = Vec<Object>)]
    interactive_box: Vec<Value>,
}

/// How the site names things, and how the caller stands to the user.
#[derive(Debug, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FresnsInteractive)]
pub(crate) struct Interactive {
    #[schema(required = true)]
    user_name: Option<String>,
    #[schema(required = true)]
    user_uid_name: Option<String>,
    #[schema(required = true)]
    user_username_name: Option<String>,
    #[schema(required = true)]
    user_nickname_name: Option<String>,
    #[schema(required = true)]
    user_role_name: Option<String>,
    #[schema(required = true)]
    user_bio_name: Option<String>,
    like_setting: bool,
    #[schema(required = true)]
    like_name: Option<String>,
    dislike_setting: bool,
    #[schema(required = true)]
    dislike_name: Option<String>,
    follow_setting: bool,
    #[schema(required = true)]
    follow_name: Option<String>,
    block_setting: bool,
    #[schema(required = true)]
    block_name: Option<String>,
    #[schema(required = true)]
    publish_post_name: Option<String>,
    #[schema(required = true)]
    publish_comment_name: Option<String>,
    like_status: bool,
    dislike_status: bool,
    follow_status: bool,
    follow_me_status: bool,
    #[schema(required = true)]
    follow_note: Option<String>,
    block_status: bool,
    block_me_status: bool,
    #[schema(required = true)]
    block_note: Option<String>,
}

/// Whether the caller may write to the user.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FresnsConversationPermission)]
pub(crate) struct Permission {
    status: bool,
    code: i64,
    message: String,
}

/// What the object of a user is made of.
pub(crate) struct Subject<'a> {
    /// The user.
    pub(crate) user: &'a User,
    /// Its roles.
    pub(crate) roles: &'a [UserRole],
    /// All roles of the site.
    pub(crate) role_book: &'a RoleBook,
    /// The settings in force.
    pub(crate) settings: &'a Settings,
    /// How times are written.
    pub(crate) times: &'a TimeFormat,
    /// The language of messages.
    pub(crate) language: Language,
    /// The time.
    pub(crate) now: Millis,
}

impl Subject<'_> {
    /// The user as it sees itself.
    pub(crate) fn seen_by_itself(&self) -> UserInfo {
        let Self { user, settings, times, .. } = self;
        let profile = &user.profile;
        let time = |at: Option<Millis>| at.map(|at| times.date_time(at));
        let is_private = settings.site_mode() == Some(SiteMode::Private);
        let fsid = self.fsid();
        UserInfo {
            uid: user.uid.0,
            username: user.username.to_string(),
            url: self.url(&fsid),
            fsid,
            nickname: profile.nickname.clone(),
            avatar: self.avatar(),
            decorate: None,
            banner: profile.banner_file_url.clone(),
            // The database counts from 1, the API from 0 (facts: fresns 10.1).
            gender: (profile.gender - 1).clamp(0, 2),
            birthday: profile.birthday.map(|day| times.date(day)),
            bio: profile.bio.clone(),
            location: profile.location.clone(),
            conversation_limit: user.conversation_limit.number(),
            comment_limit: profile.comment_limit,
            timezone: profile
                .timezone
                .clone()
                .unwrap_or_else(|| settings.text("default_timezone").to_owned()),
            verified_status: user.is_verified,
            verified_icon: None,
            verified_desc: profile.verified_desc.clone(),
            verified_date_time: time(profile.verified_at),
            is_expiry: is_private && user.is_expired(self.now),
            expiry_date_time: time(user.expired_at.filter(|_| is_private)),
            last_publish_post: time(profile.last_post_at),
            last_publish_comment: time(profile.last_comment_at),
            last_edit_username: time(profile.last_username_at),
            last_edit_nickname: time(profile.last_nickname_at),
            register_date: times.date(profile.created_at),
            has_password: profile.has_password,
            rank_state: profile.rank_state,
            status: user.is_enabled,
            wait_delete: profile.wait_delete,
            wait_delete_date_time: time(profile.wait_delete_at),
            deactivate: user.deleted_at.is_some(),
            deactivate_time: time(user.deleted_at),
            main_role: self.main_role(),
            roles: self.roles.iter().filter_map(|held| self.role(held)).collect(),
            stats: Stats::hidden(),
            archives: Vec::new(),
            operations: Operations::default(),
            extends: Extends::default(),
            interactive: Interactive { follow_setting: true, ..Interactive::default() },
            conversation: Permission {
                status: false,
                code: ONESELF,
                message: message(ONESELF, self.language).to_owned(),
            },
        }
    }

    fn fsid(&self) -> String {
        match self.settings.text("user_identifier") {
            "uid" => self.user.uid.to_string(),
            _ => self.user.username.to_string(),
        }
    }

    fn url(&self, fsid: &str) -> String {
        let site = self.settings.text("site_url").trim_end_matches('/');
        let path = self.settings.text("website_user_detail_path").trim_matches('/');
        format!("{site}/{path}/{fsid}")
    }

    fn avatar(&self) -> Option<String> {
        let setting = |key| Some(self.settings.text(key).to_owned()).filter(|url| !url.is_empty());
        if self.user.profile.wait_delete {
            return setting("deactivate_avatar");
        }
        self.user.profile.avatar_file_url.clone().or_else(|| setting("default_avatar"))
    }

    fn main_role(&self) -> MainRole {
        let role = self.role_book.deciding(self.roles, self.settings.default_role(), self.now);
        let held = role.and_then(|role| self.roles.iter().find(|held| held.is_main && held.role == role.id));
        MainRole {
            nickname_color: role.and_then(|role| role.nickname_color.clone()),
            rid: role.map(|role| role.id.0),
            role_name: role.map(|role| role.name.clone()),
            role_name_display: role.is_some_and(|role| role.is_display_name),
            role_icon: role.and_then(|role| role.icon_file_url.clone()),
            role_icon_display: role.is_some_and(|role| role.is_display_icon),
            role_expiry_date_time: held.and_then(|held| held.expired_at).map(|at| self.times.date_time(at)),
            role_rank_state: role.map(|role| role.rank_state),
            role_permissions: role.map(permissions),
            role_status: role.is_some_and(|role| role.is_enabled),
        }
    }

    fn role(&self, held: &UserRole) -> Option<RoleInfo> {
        let role = self.role_book.0.iter().find(|role| role.id == held.role)?;
        Some(RoleInfo {
            rid: role.id.0,
            is_main: held.is_main,
            expiry_date_time: held.expired_at.map(|at| self.times.date_time(at)),
            nickname_color: role.nickname_color.clone(),
            name: role.name.clone(),
            name_display: role.is_display_name,
            icon: role.icon_file_url.clone(),
            icon_display: role.is_display_icon,
            status: role.is_enabled,
        })
    }
}

fn permissions(role: &Role) -> Map<String, Value> {
    let mut map: Map<String, Value> = role.permissions.iter().cloned().collect();
    map.insert("rid".to_owned(), json!(role.id.0));
    map
}
