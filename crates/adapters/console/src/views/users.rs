//! Users, with what belongs to one.

use serde::Serialize;
use sixin_application::administration::users::UserDetail;
use sixin_application::operations::ports::ListedSession;
use sixin_domain::push::PushDevice;
use sixin_domain::time::Millis;
use sixin_domain::user::User;
use sixin_domain::user::contact::Phone;
use utoipa::ToSchema;

/// A user.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = AdminUser)]
pub(crate) struct UserInfo {
    /// Its public number.
    pub(crate) uid: i64,
    /// Its unique name.
    pub(crate) username: String,
    /// Its shown name.
    pub(crate) nickname: String,
    /// `on`, `off` (disabled or deactivated) or `deleted`.
    pub(crate) state: &'static str,
    /// Until when it is banned, if it is.
    pub(crate) banned_until: Option<i64>,
    /// Whether it is muted.
    pub(crate) muted: bool,
    /// When it was made.
    pub(crate) created_at: i64,
}

impl UserInfo {
    pub(crate) fn of(user: &User, now: Millis) -> Self {
        let state = match (user.deleted_at, user.is_enabled) {
            (Some(_), _) => "deleted",
            (None, true) => "on",
            (None, false) => "off",
        };
        let restrictions = user.restrictions;
        Self {
            uid: user.uid.0,
            username: user.username.to_string(),
            nickname: user.profile.nickname.clone(),
            state,
            banned_until: restrictions.banned_until.filter(|_| restrictions.is_banned(now)).map(|at| at.0),
            muted: restrictions.is_muted,
            created_at: user.profile.created_at.0,
        }
    }
}

/// A part of the users.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminUsers)]
pub(crate) struct UsersInfo {
    /// The users.
    pub(crate) users: Vec<UserInfo>,
    /// What to give as `after` for the next part, or null.
    pub(crate) next: Option<i64>,
}

/// A role that a user has.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminUserRole)]
pub(crate) struct UserRoleInfo {
    /// Its number.
    pub(crate) id: i64,
    /// Its name.
    pub(crate) name: String,
    /// Whether it is the one that decides.
    pub(crate) main: bool,
    /// When it ends, or null.
    pub(crate) ends_at: Option<i64>,
}

/// A session of a user or of its account.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminSession)]
pub(crate) struct SessionInfo {
    /// For which user, or null for the account alone.
    pub(crate) username: Option<String>,
    /// On which platform, 1 to 13.
    pub(crate) platform: i64,
    /// When it was made.
    pub(crate) created_at: i64,
    /// When it ends, or null.
    pub(crate) ends_at: Option<i64>,
}

impl SessionInfo {
    fn of(session: &ListedSession) -> Self {
        Self {
            username: session.user.as_ref().map(|(_, name)| name.to_string()),
            platform: session.platform,
            created_at: session.created_at.0,
            ends_at: session.expired_at.map(|at| at.0),
        }
    }
}

/// A device that can be woken, without its token.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminDevice)]
pub(crate) struct DeviceInfo {
    /// Its number.
    pub(crate) id: i64,
    /// `apns`, `fcm`, `webpush` or `other`.
    pub(crate) platform: &'static str,
    /// The app on it.
    pub(crate) app: String,
    /// When it was registered first.
    pub(crate) created_at: i64,
    /// When it was seen last.
    pub(crate) seen_at: i64,
}

impl DeviceInfo {
    fn of(device: &PushDevice) -> Self {
        Self {
            id: device.id,
            platform: device.spec.platform.name(),
            app: device.spec.app.clone(),
            created_at: device.created_at.0,
            seen_at: device.seen_at.0,
        }
    }
}

/// All that is told of a user.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminUserDetail)]
pub(crate) struct UserDetailInfo {
    /// The user.
    pub(crate) user: UserInfo,
    /// The public id of its account, or null if that is gone.
    pub(crate) aid: Option<String>,
    /// The e-mail address its account signs in with, or null.
    pub(crate) email: Option<String>,
    /// The telephone number its account signs in with, or null.
    pub(crate) phone: Option<String>,
    /// Whether its account has a password.
    pub(crate) has_password: bool,
    /// Its roles.
    pub(crate) roles: Vec<UserRoleInfo>,
    /// The sessions of its account and of itself, at most 200.
    pub(crate) sessions: Vec<SessionInfo>,
    /// Its devices.
    pub(crate) devices: Vec<DeviceInfo>,
    /// Whom it blocks, at most 200.
    pub(crate) blocks: Vec<String>,
    /// Whom it lets through where the site lets only those, at most 200.
    pub(crate) lets_through: Vec<String>,
}

impl UserDetailInfo {
    pub(crate) fn of(detail: &UserDetail) -> Self {
        let account = detail.account.as_ref();
        let name = |id| {
            let role = detail.role_book.0.iter().find(|role| role.id == id);
            role.map(|role| role.name.clone()).unwrap_or_default()
        };
        let names = |list: &[sixin_application::users::ports::ListedName]| {
            list.iter().map(|listed| listed.username.to_string()).collect()
        };
        Self {
            user: UserInfo::of(&detail.user, detail.now),
            aid: account.map(|account| account.aid.clone()),
            email: account.and_then(|account| account.email.as_ref().map(|email| email.as_str().to_owned())),
            phone: account.and_then(|account| account.phone.as_ref().map(Phone::whole)),
            has_password: account.is_some_and(|account| account.password.is_some()),
            roles: detail
                .roles
                .iter()
                .map(|role| UserRoleInfo {
                    id: role.role.0,
                    name: name(role.role),
                    main: role.is_main,
                    ends_at: role.expired_at.map(|at| at.0),
                })
                .collect(),
            sessions: detail.sessions.iter().map(SessionInfo::of).collect(),
            devices: detail.devices.iter().map(DeviceInfo::of).collect(),
            blocks: names(&detail.blocks),
            lets_through: names(&detail.lets_through),
        }
    }
}
