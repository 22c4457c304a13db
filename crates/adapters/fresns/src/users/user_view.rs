//! How a user is shown: the values of the user object (docs/wire/fresns.md#user-object), null or empty where there
//! are none.

use serde_json::{Map, Value, json};
use sixin_domain::sending::refusal::Refusal;
use sixin_domain::site::role::{Role, RoleBook, UserRole};
use sixin_domain::site::settings::SiteMode;
use sixin_domain::time::Millis;
use sixin_domain::user::{Relation, User};

use crate::admission::Locale;
use crate::codes::{USER_MISSING, of_refusal};
use crate::messages::message;
use crate::users::stats::Stats;
use crate::users::user_info::{Extends, Interactive, MainRole, Operations, Permission, RoleInfo, UserInfo};

/// What the object of a user is made of.
pub(crate) struct Subject<'a> {
    /// The user.
    pub(crate) user: &'a User,
    /// Its roles.
    pub(crate) roles: &'a [UserRole],
    /// All roles of the site.
    pub(crate) role_book: &'a RoleBook,
    /// How it is written.
    pub(crate) locale: &'a Locale,
}

impl Subject<'_> {
    /// The user as it sees itself.
    pub(crate) fn seen_by_itself(&self) -> UserInfo {
        self.seen_as(Relation::default(), Err(Refusal::Oneself))
    }

    /// The user as somebody sees it who stands to it as that, and may write to it or not.
    pub(crate) fn seen_as(&self, relation: Relation, may_write: Result<(), Refusal>) -> UserInfo {
        self.seen(relation, may_write.map_or_else(of_refusal, |()| 0))
    }

    /// The user as it is shown while nobody is signed in.
    pub(crate) fn seen_by_nobody(&self) -> UserInfo {
        self.seen(Relation::default(), USER_MISSING)
    }

    /// The user with the code of writing to it.
    fn seen(&self, relation: Relation, writing: i64) -> UserInfo {
        let Self { user, locale, .. } = self;
        let Locale { settings, times, now, .. } = locale;
        let profile = &user.profile;
        let time = |at: Option<Millis>| at.map(|at| times.date_time(at));
        let is_private = settings.site_mode() == Some(SiteMode::Private);
        let fsid = self.fsid();
        let interactive = self.interactive(relation);
        UserInfo {
            uid: user.uid.0,
            username: user.username.to_string(),
            url: self.url(&fsid),
            fsid,
            nickname: profile.nickname.clone(),
            avatar: self.avatar(),
            decorate: None,
            banner: profile.banner_file_url.clone(),
            // The database counts from 1, the API from 0 (docs/wire/fresns.md#gender).
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
            is_expiry: is_private && user.is_expired(*now),
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
            interaction: interactive.clone(),
            interactive,
            conversation: self.permission(writing),
        }
    }

    fn interactive(&self, relation: Relation) -> Interactive {
        Interactive {
            follow_setting: self.locale.settings.is_on("follow_user_setting"),
            block_setting: self.locale.settings.is_on("block_user_setting"),
            follow_status: relation.sender_follows_recipient,
            follow_me_status: relation.recipient_follows_sender,
            block_status: relation.sender_blocked_recipient,
            block_me_status: relation.recipient_blocked_sender,
            ..Interactive::default()
        }
    }

    fn permission(&self, code: i64) -> Permission {
        Permission { status: code == 0, code, message: message(code, self.locale.language).into_owned() }
    }

    fn fsid(&self) -> String {
        match self.locale.settings.text("user_identifier") {
            "uid" => self.user.uid.to_string(),
            _ => self.user.username.to_string(),
        }
    }

    fn url(&self, fsid: &str) -> String {
        let site = self.locale.settings.text("site_url").trim_end_matches('/');
        let path = self.locale.settings.text("website_user_detail_path").trim_matches('/');
        format!("{site}/{path}/{fsid}")
    }

    fn avatar(&self) -> Option<String> {
        if self.user.profile.wait_delete {
            return Some(self.locale.avatar("deactivate_avatar"));
        }
        let own = self.user.profile.avatar_file_url.clone();
        own.or_else(|| Some(self.locale.avatar("default_avatar")))
    }

    fn main_role(&self) -> MainRole {
        let role = self.role_book.deciding(self.roles, self.locale.settings.default_role(), self.locale.now);
        let held = role.and_then(|role| self.roles.iter().find(|held| held.is_main && held.role == role.id));
        MainRole {
            nickname_color: role.and_then(|role| role.nickname_color.clone()),
            rid: role.map(|role| role.id.0),
            role_name: role.map(|role| role.name.clone()),
            role_name_display: role.is_some_and(|role| role.is_display_name),
            role_icon: role.and_then(|role| role.icon_file_url.clone()),
            role_icon_display: role.is_some_and(|role| role.is_display_icon),
            role_expiry_date_time: held
                .and_then(|held| held.expired_at)
                .map(|at| self.locale.times.date_time(at)),
            role_rank_state: role.map(|role| role.rank_state),
            role_permissions: role.map(permissions).unwrap_or_default(),
            role_status: role.is_some_and(|role| role.is_enabled),
        }
    }

    fn role(&self, held: &UserRole) -> Option<RoleInfo> {
        let role = self.role_book.0.iter().find(|role| role.id == held.role)?;
        Some(RoleInfo {
            rid: role.id.0,
            is_main: held.is_main,
            expiry_date_time: held.expired_at.map(|at| self.locale.times.date_time(at)),
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
