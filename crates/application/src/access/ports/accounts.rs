use async_trait::async_trait;
use sixin_domain::access::app_key::Secret;
use sixin_domain::id::{AccountId, UserId};
use sixin_domain::time::Millis;
use sixin_domain::user::contact::{Email, Phone};

use crate::ports::StoreResult;

/// By what an account is found when somebody signs in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Contact {
    /// Its e-mail address.
    Email(Email),
    /// Its telephone number.
    Phone(Phone),
}

/// An account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Internal number.
    pub id: AccountId,
    /// Public id.
    pub aid: String,
    /// Its e-mail address.
    pub email: Option<Email>,
    /// Its telephone number.
    pub phone: Option<Phone>,
    /// The hash of its password, if it has one.
    pub password: Option<Secret>,
    /// Whether it may be used.
    pub is_enabled: bool,
    /// When it was made.
    pub created_at: Millis,
    /// When it was deleted.
    pub deleted_at: Option<Millis>,
}

/// Whose password it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordOwner {
    /// That of an account.
    Account(AccountId),
    /// That with which an account switches to a user.
    User(UserId),
}

/// Accounts. Disabled and deleted ones MUST be found too: what is told of them depends on the password.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait Accounts: Send + Sync {
    /// The account with that address or number.
    async fn find(&self, contact: &Contact) -> StoreResult<Option<Account>>;

    /// The account with that number.
    async fn numbered(&self, id: AccountId) -> StoreResult<Option<Account>>;

    /// The users of an account that have not left, oldest first, so many at most.
    async fn users_of(&self, id: AccountId, most: i64) -> StoreResult<Vec<UserId>>;

    /// The hash of the password with which an account switches to a user, if it has one.
    async fn password_of(&self, user: UserId) -> StoreResult<Option<Secret>>;

    /// Replaces the hash `former`. MUST change nothing if the hash is another one by now.
    async fn replace_password(
        &self,
        owner: PasswordOwner,
        former: &Secret,
        hash: &Secret,
        at: Millis,
    ) -> StoreResult<()>;
}

/// Under which failures are counted: a hash, from which nobody reads who tried.
pub type FailureKey = [u8; 32];

/// Failures to sign in.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait LoginFailures: Send + Sync {
    /// How many there were under each key after its time, in the order of the keys.
    async fn count(&self, keys: &[(FailureKey, Millis)]) -> StoreResult<Vec<i64>>;

    /// Adds one under each key.
    async fn add(&self, keys: &[FailureKey], at: Millis) -> StoreResult<()>;

    /// Takes one back that was added under each key at that time.
    async fn withdraw(&self, keys: &[FailureKey], at: Millis) -> StoreResult<()>;

    /// Forgets all under a key.
    async fn clear(&self, key: &FailureKey) -> StoreResult<()>;
}
