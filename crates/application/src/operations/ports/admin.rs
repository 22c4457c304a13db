use async_trait::async_trait;
use sixin_domain::access::app_key::{AppKey, Dialect, Secret};
use sixin_domain::id::{AccountId, RoleId, UserId};
use sixin_domain::site::settings::Accepted;
use sixin_domain::time::Millis;
use sixin_domain::user::User;
use sixin_domain::user::contact::{Email, Phone};
use sixin_domain::user::username::{Uid, Username};
use thiserror::Error;

use crate::access::ports::TokenHash;
use crate::ports::{StoreError, StoreResult};

/// Why a change by the operator was not made.
#[derive(Debug, Error)]
pub enum ChangeError {
    /// Another row already has that name or number.
    #[error("already taken")]
    Taken,
    /// The store could not.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// An app key to be made.
#[derive(Debug, Clone)]
pub struct NewAppKey {
    /// Public id.
    pub app_id: String,
    /// Its secret.
    pub secret: Secret,
    /// What it opens.
    pub dialect: Dialect,
    /// Platform, 1 to 13; 0 for RongCloud.
    pub platform: i64,
    /// Whether old time stamps and repeated nonces are refused.
    pub is_strict: bool,
    /// A note of the operator.
    pub name: String,
    /// How often one user may send through it in any minute, 0 for any number; `None`: as often as the site says.
    pub sends_per_minute: Option<u32>,
}

/// App keys, for the operator. Every change MUST take effect in running servers within two seconds.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait AppKeyAdmin: Send + Sync {
    /// Adds a key. MUST answer [`ChangeError::Taken`] if the public id exists.
    async fn add(&self, key: &NewAppKey) -> Result<(), ChangeError>;

    /// Gives a key a new secret; the present one works until `former_until`. `false`: no such key.
    async fn rotate(&self, app_id: &str, secret: &Secret, former_until: Millis) -> StoreResult<bool>;

    /// Switches a key off or on. `false`: no such key.
    async fn set_enabled(&self, app_id: &str, is_enabled: bool) -> StoreResult<bool>;

    /// Gives a key a rate of its own, or that of the site. `false`: no such key.
    async fn set_rate(&self, app_id: &str, sends_per_minute: Option<u32>) -> StoreResult<bool>;

    /// All keys, oldest first.
    async fn list(&self) -> StoreResult<Vec<AppKey>>;
}

/// What an account is to sign in with. What is not given stays as it is.
#[derive(Debug, Clone, Default)]
pub struct SignIn {
    /// Its e-mail address, which no other account has.
    pub email: Option<Email>,
    /// Its telephone number, which no other account has.
    pub phone: Option<Phone>,
    /// The hash of its password.
    pub password: Option<Secret>,
}

/// A user to be made.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// Unique name.
    pub username: Username,
    /// Public number.
    pub uid: Uid,
    /// Shown name.
    pub nickname: String,
    /// Public id of the account it belongs to; made if it does not exist.
    pub aid: String,
    /// What that account signs in with.
    pub sign_in: SignIn,
    /// When it is made.
    pub created_at: Millis,
}

/// One row of `user list`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedUser {
    /// The user.
    pub user: User,
    /// Public id of its account.
    pub aid: String,
}

/// What of a new user somebody else has already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TakenName {
    /// Its username.
    Username,
    /// Its number.
    Uid,
    /// The e-mail address of its account.
    Email,
    /// The telephone number of its account.
    Phone,
}

impl TakenName {
    /// What it is called.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Username => "username",
            Self::Uid => "uid",
            Self::Email => "e-mail address",
            Self::Phone => "telephone number",
        }
    }
}

/// Users, for the operator.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait UserAdmin: Send + Sync {
    /// Adds a user, and its account if that does not exist. MUST change nothing and answer
    /// [`ChangeError::Taken`] if uid or username exist, deleted users included, or if another account has the address or
    /// the number.
    async fn add(&self, user: &NewUser) -> Result<(), ChangeError>;

    /// Which names of a user that was not added somebody else has.
    async fn taken(&self, user: &NewUser) -> StoreResult<Vec<TakenName>>;

    /// Gives an account the hash of a new password. All sessions of the account and its users MUST end in the same
    /// transaction; answers how many there were.
    async fn set_password(&self, account: AccountId, hash: &Secret, at: Millis) -> StoreResult<usize>;

    /// The public id of the account a user belongs to.
    async fn account_of(&self, user: UserId) -> StoreResult<Option<String>>;

    /// Switches a user off or on.
    async fn set_enabled(&self, user: UserId, is_enabled: bool) -> StoreResult<()>;

    /// Marks a user as deleted and ends its sessions.
    async fn delete(&self, user: UserId, at: Millis) -> StoreResult<()>;

    /// Makes `owner` block `blocked`, or takes that back.
    async fn set_blocked(
        &self,
        owner: UserId,
        blocked: UserId,
        is_blocked: bool,
        at: Millis,
    ) -> StoreResult<()>;

    /// Gives a user a main role that ends at `expired_at` in favour of `restore_role`.
    async fn set_main_role(
        &self,
        user: UserId,
        role: RoleId,
        expired_at: Option<Millis>,
        restore_role: Option<RoleId>,
        at: Millis,
    ) -> StoreResult<()>;

    /// Users by number, `limit` of them after `after`.
    async fn list(&self, after: UserId, limit: i64) -> StoreResult<Vec<ListedUser>>;
}

/// A session to be made.
#[derive(Debug, Clone)]
pub struct NewSession {
    /// Whose.
    pub account: AccountId,
    /// For which user; `None` for the account alone.
    pub user: Option<UserId>,
    /// On which platform, 1 to 13.
    pub platform: i64,
    /// Hash of its token.
    pub token: TokenHash,
    /// When it ends; `None` means never.
    pub expired_at: Option<Millis>,
    /// When it is made.
    pub created_at: Millis,
}

/// One row of `session list`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedSession {
    /// Internal number, which grows.
    pub number: i64,
    /// Public id of the account.
    pub aid: String,
    /// For which user; `None` for the account alone.
    pub user: Option<(Uid, Username)>,
    /// On which platform, 1 to 13.
    pub platform: i64,
    /// When it was made.
    pub created_at: Millis,
    /// When it ends; `None` means never.
    pub expired_at: Option<Millis>,
}

/// Sessions, for those who make and end them. Every change MUST take effect in running servers within two seconds.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait SessionAdmin: Send + Sync {
    /// Adds a session. It MUST replace an earlier one of the same platform, account and user
    /// (docs/wire/fresns.md#sessions), also if several are added at once: one is left.
    async fn add(&self, session: &NewSession) -> StoreResult<()>;

    /// Removes sessions of a user, all or those of one platform; answers how many.
    async fn revoke(&self, user: UserId, platform: Option<i64>) -> StoreResult<usize>;

    /// Sessions by number, `limit` of them after `after`: all, or those of an account and its users.
    async fn list(
        &self,
        account: Option<AccountId>,
        after: i64,
        limit: i64,
    ) -> StoreResult<Vec<ListedSession>>;

    /// Removes the session of an account on a platform, and that of the user there.
    async fn end(&self, account: AccountId, user: Option<UserId>, platform: i64) -> StoreResult<()>;
}

/// Settings, for the operator.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait SettingAdmin: Send + Sync {
    /// Stores a value for a setting that takes it.
    async fn set(&self, setting: Accepted, value: &str, at: Millis) -> StoreResult<()>;

    /// Forgets the value, so that the built-in one holds again. `false`: there was none.
    async fn reset(&self, setting: Accepted) -> StoreResult<bool>;
}

/// Roles, for the operator.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait RoleAdmin: Send + Sync {
    /// Adds a role or changes the given parts of one. `permission`: a key and its JSON value.
    async fn set<'a>(
        &self,
        role: RoleId,
        name: Option<&'a str>,
        permission: Option<(&'a str, &'a str)>,
        is_enabled: Option<bool>,
        at: Millis,
    ) -> StoreResult<()>;
}
