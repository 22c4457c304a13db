use async_trait::async_trait;
use sixin_domain::id::UserId;
use sixin_domain::time::Millis;
use sixin_domain::user::User;
use sixin_domain::user::username::Username;

use crate::access::ports::TokenHash;
use crate::conversations::ports::Order;
use crate::ports::StoreResult;

/// How a user is shown. What is not given stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ShownAs {
    /// Its name, at most 64 characters.
    pub nickname: Option<String>,
    /// The address of its picture, at most 1024 bytes.
    pub portrait: Option<String>,
}

/// A page of users.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UserPage {
    /// The users.
    pub users: Vec<User>,
    /// How many there are on all pages.
    pub total: i64,
}

/// Users, as back ends keep them. Deleted ones MUST NOT be listed.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait BackEndUsers: Send + Sync {
    /// Changes how a user is shown. The change and its epoch are one transaction.
    async fn show(&self, user: UserId, shown: ShownAs, at: Millis) -> StoreResult<()>;

    /// Users by when they were made, those of the same time by number.
    async fn page(&self, order: Order, offset: i64, limit: i64) -> StoreResult<UserPage>;
}

/// A token to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDeviceToken {
    /// Whose device it lets in.
    pub user: UserId,
    /// Its hash.
    pub hash: TokenHash,
    /// When it was made.
    pub created_at: Millis,
}

/// Tokens with which devices of users will be let in.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait DeviceTokens: Send + Sync {
    /// Adds a token; of more than `most` of a user the oldest go.
    async fn add(&self, token: &NewDeviceToken, most: i64) -> StoreResult<()>;

    /// Ends the tokens of these users that were made before a time.
    async fn expire(&self, users: &[UserId], before: Millis) -> StoreResult<()>;
}

/// What a user is kept from, or that it is not any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Restriction {
    /// Banned up to a time; `None` lifts it.
    BannedUntil(Option<Millis>),
    /// Muted.
    Muted(bool),
    /// Deactivated: as if the operator had disabled it.
    Deactivated(bool),
}

/// A banned user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BannedUser {
    /// Who.
    pub username: Username,
    /// Up to when.
    pub until: Millis,
}

/// A page of names.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NamePage {
    /// The names.
    pub names: Vec<Username>,
    /// How many there are on all pages.
    pub total: i64,
}

/// What users are kept from. The lists MUST NOT hold deleted users.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait UserRestrictions: Send + Sync {
    /// Restricts all of these users, or lifts it. One that is restricted already stays so since when it was. The change
    /// and its epoch are one transaction.
    async fn restrict(&self, users: &[UserId], restriction: Restriction, at: Millis) -> StoreResult<()>;

    /// Deletes all of these users, which can't be undone, and ends their sessions. The change and its epochs are one transaction.
    async fn delete(&self, users: &[UserId], at: Millis) -> StoreResult<()>;

    /// Who is banned at that time, the one whose ban ends last first.
    async fn banned(&self, now: Millis, offset: i64, limit: i64) -> StoreResult<Vec<BannedUser>>;

    /// Who is muted, the newest first.
    async fn muted(&self, offset: i64, limit: i64) -> StoreResult<NamePage>;

    /// Who is deactivated, the newest first.
    async fn deactivated(&self, offset: i64, limit: i64) -> StoreResult<NamePage>;
}
