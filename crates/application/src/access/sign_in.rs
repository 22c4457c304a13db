//! Signing in: to an account with its password, from there to one of its users, and out again
//! (docs/wire/fresns.md#sign-in).

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use async_trait::async_trait;
use sixin_domain::access::app_key::Secret;
use sixin_domain::access::session::SessionRefusal;
use sixin_domain::id::{AccountId, UserId};
use sixin_domain::site::role::{RoleBook, UserRole};
use sixin_domain::user::User;
use sixin_domain::user::username::UserRef;
use thiserror::Error;

use crate::access::guarded_passwords::{GuardError, GuardedPasswords};
use crate::access::ports::{Account, Accounts, Contact, PasswordError, PasswordOwner};
use crate::operations::ports::SessionAdmin;
use crate::operations::sessions::{self, SessionError};
use crate::ports::{SecretSource, StoreError};
use crate::users::profiles::Profiles;

/// Most users of an account that are told; ours.
const MOST_USERS: i64 = 100;

/// Where somebody signs in from.
#[derive(Debug, Clone, Copy)]
pub struct Origin {
    /// The client's address.
    pub address: IpAddr,
    /// Its platform, 1 to 13: that of the app key.
    pub platform: i64,
}

/// An account with its users.
#[derive(Debug, Clone)]
pub struct AccountView {
    /// The account.
    pub account: Account,
    /// Its users that have not left, oldest first.
    pub users: Vec<Arc<User>>,
    /// The roles of each.
    pub roles: HashMap<UserId, Vec<UserRole>>,
    /// All roles of the site.
    pub role_book: Arc<RoleBook>,
}

/// Why nobody was signed in.
#[derive(Debug, Error)]
pub enum SignInError {
    /// No such account, or the password is not its. Which of the two is not told: whoever guesses should not learn
    /// who has an account.
    #[error("there is no such account, or the password is wrong")]
    AccountPasswordWrong,
    /// There were too many failures of late.
    #[error("there were too many failures")]
    Locked,
    /// The password is right, but the account is disabled.
    #[error("the account is disabled")]
    AccountDisabled,
    /// The password is right, but the account was deleted.
    #[error("the account has been deleted")]
    AccountDeleted,
    /// The session proves no account any more.
    #[error(transparent)]
    Session(#[from] SessionRefusal),
    /// No such user.
    #[error("there is no such user")]
    UserUnknown,
    /// The user has a password, and none was given.
    #[error("the user has a password")]
    UserPasswordMissing,
    /// The user has another password.
    #[error("the password of the user is wrong")]
    UserPasswordWrong,
    /// The login token is none of ours, or another app's.
    #[error("there is no such login token")]
    LoginTokenUnknown,
    /// The login token has ended or was used before.
    #[error("the login token has ended or was used before")]
    LoginTokenOver,
    /// The password could not be checked.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The store could not.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<SessionError> for SignInError {
    fn from(error: SessionError) -> Self {
        match error {
            SessionError::Platform => SessionRefusal::OtherPlatform.into(),
            SessionError::Store(error) => error.into(),
        }
    }
}

/// Signs in and out. `Ok` means that the change is committed, and that a session that it ended works no more here.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait SignIn: Send + Sync {
    /// Signs in to an account; answers the token of the new session, which replaces that of the same platform.
    async fn to_account(
        &self,
        contact: &Contact,
        password: &Secret,
        from: Origin,
    ) -> Result<(Secret, AccountView), SignInError>;

    /// Signs in to a user of an account; answers the token of the new session, which replaces that of the same platform.
    async fn to_user(
        &self,
        account: AccountId,
        which: &UserRef,
        password: Option<Secret>,
        from: Origin,
    ) -> Result<(Secret, Arc<User>), SignInError>;

    /// Ends the session of an account on a platform, and that of the user.
    async fn out(&self, account: AccountId, user: Option<UserId>, platform: i64) -> Result<(), SignInError>;

    /// The account that is signed in.
    async fn account(&self, id: AccountId) -> Result<AccountView, SignInError>;
}

/// [`SignIn`] over the ports.
pub struct SigningIn {
    /// The accounts.
    pub accounts: Arc<dyn Accounts>,
    /// Their users.
    pub profiles: Arc<Profiles>,
    /// Where sessions are made.
    pub sessions: Arc<dyn SessionAdmin>,
    /// The passwords.
    pub passwords: GuardedPasswords,
    /// Makes tokens.
    pub secrets: Arc<dyn SecretSource>,
}

#[async_trait]
impl SignIn for SigningIn {
    async fn to_account(
        &self,
        contact: &Contact,
        password: &Secret,
        from: Origin,
    ) -> Result<(Secret, AccountView), SignInError> {
        let account = self.proved(contact, password, from).await?;
        let token = self.open(account.id, None, from.platform).await?;
        Ok((token, self.view(account).await?))
    }

    async fn to_user(
        &self,
        account: AccountId,
        which: &UserRef,
        password: Option<Secret>,
        from: Origin,
    ) -> Result<(Secret, Arc<User>), SignInError> {
        let user = self.chosen(account, which, password, from).await?;
        let token = self.open(account, Some(user.id), from.platform).await?;
        Ok((token, user))
    }

    async fn out(&self, account: AccountId, user: Option<UserId>, platform: i64) -> Result<(), SignInError> {
        Ok(self.sessions.end(account, user, platform).await?)
    }

    async fn account(&self, id: AccountId) -> Result<AccountView, SignInError> {
        let account = self.accounts.numbered(id).await?.ok_or(SessionRefusal::AccountUnknown)?;
        self.view(account).await
    }
}

impl SigningIn {
    /// The account whose password that is, if it may be used.
    pub(super) async fn proved(
        &self,
        contact: &Contact,
        password: &Secret,
        from: Origin,
    ) -> Result<Account, SignInError> {
        let found = self.accounts.find(contact).await?;
        let hash = found.as_ref().and_then(|account| account.password.clone());
        let subject = match (&found, contact) {
            (Some(account), _) => format!("account {}", account.id),
            (None, Contact::Email(email)) => format!("email {}", email.as_str()),
            (None, Contact::Phone(phone)) => format!("phone {}", phone.whole()),
        };
        let checked = self.passwords.check(&subject, from.address, password, hash.as_ref()).await;
        let is_outdated = checked.map_err(|error| of_guard(error, SignInError::AccountPasswordWrong))?;
        let account = found.ok_or(SignInError::AccountPasswordWrong)?;
        let account = usable(account)?;
        if let Some(former) = hash.filter(|_| is_outdated) {
            self.renew(PasswordOwner::Account(account.id), password, &former).await;
        }
        Ok(account)
    }

    /// That user of an account, if it may be signed in and the password is its, if it has one.
    pub(super) async fn chosen(
        &self,
        account: AccountId,
        which: &UserRef,
        password: Option<Secret>,
        from: Origin,
    ) -> Result<Arc<User>, SignInError> {
        let user = of_account(self.profiles.users.find(which).await?, account)?;
        if let Some(hash) = self.accounts.password_of(user.id).await? {
            let password = password.ok_or(SignInError::UserPasswordMissing)?;
            let subject = format!("user {}", user.id);
            let checked = self.passwords.check(&subject, from.address, &password, Some(&hash)).await;
            if checked.map_err(|error| of_guard(error, SignInError::UserPasswordWrong))? {
                self.renew(PasswordOwner::User(user.id), &password, &hash).await;
            }
        }
        Ok(user)
    }

    /// Makes a session of an account, or of a user of it.
    pub(super) async fn open(
        &self,
        account: AccountId,
        user: Option<UserId>,
        platform: i64,
    ) -> Result<Secret, SignInError> {
        let now = self.passwords.clock.now();
        // Sessions that are made over the API last until they are ended (docs/wire/fresns.md#sessions).
        let owner = (account, user);
        Ok(sessions::create(&*self.sessions, &*self.secrets, owner, platform, None, now).await?)
    }

    /// An account with its users.
    pub(super) async fn view(&self, account: Account) -> Result<AccountView, SignInError> {
        let ids = self.accounts.users_of(account.id, MOST_USERS).await?;
        let mut users = self.profiles.users.find_numbered(&ids).await?;
        users.sort_unstable_by_key(|user| user.id);
        let roles = self.profiles.roles.of_each(&ids).await?;
        let role_book = self.profiles.roles.book().await?;
        Ok(AccountView { account, users, roles, role_book })
    }

    /// Replaces a hash that was made in an older way. Nobody is kept out if that fails; the next time will do.
    async fn renew(&self, owner: PasswordOwner, password: &Secret, former: &Secret) {
        let renewed = match self.passwords.hasher.hash(password).await {
            Ok(hash) => {
                let (hash, now) = (Secret::new(hash), self.passwords.clock.now());
                self.accounts
                    .replace_password(owner, former, &hash, now)
                    .await
                    .map_err(|error| error.to_string())
            }
            Err(error) => Err(error.to_string()),
        };
        if let Err(error) = renewed {
            tracing::warn!(error, "an outdated hash of a password could not be replaced");
        }
    }
}

/// An account that is neither deleted nor disabled.
pub(super) fn usable(account: Account) -> Result<Account, SignInError> {
    if account.deleted_at.is_some() {
        return Err(SignInError::AccountDeleted);
    }
    if !account.is_enabled {
        return Err(SignInError::AccountDisabled);
    }
    Ok(account)
}

/// A user that is of that account and may be signed in.
pub(super) fn of_account(user: Option<Arc<User>>, account: AccountId) -> Result<Arc<User>, SignInError> {
    let user = user.ok_or(SignInError::UserUnknown)?;
    if user.account != account {
        return Err(SessionRefusal::ForeignUser.into());
    }
    user.stands()?;
    Ok(user)
}

fn of_guard(error: GuardError, wrong: SignInError) -> SignInError {
    match error {
        GuardError::Wrong => wrong,
        GuardError::Locked => SignInError::Locked,
        GuardError::Password(error) => error.into(),
        GuardError::Store(error) => error.into(),
    }
}

#[cfg(test)]
pub(super) mod tests;
