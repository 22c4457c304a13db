//! Users.

use std::sync::Arc;

use sixin_domain::access::app_key::Secret;
use sixin_domain::id::UserId;
use sixin_domain::operator::audit::Action;
use sixin_domain::operator::permission::Permission;
use sixin_domain::push::PushDevice;
use sixin_domain::site::role::{RoleBook, UserRole};
use sixin_domain::time::Millis;
use sixin_domain::user::User;
use sixin_domain::user::contact::{Email, Phone};
use sixin_domain::user::username::{Uid, UserRef, Username};

use super::ports::UserSearch;
use super::{AdminError, Deed, Desk};
use crate::access::ports::{Account, Accounts, PasswordHasher};
use crate::operations::ports::{ListedSession, NewUser, SessionAdmin, SignIn, UserAdmin};
use crate::operations::users::{self as operations, UserSpec};
use crate::operators::caller::Caller;
use crate::ports::SecretSource;
use crate::push::ports::PushDevices;
use crate::site::ports::Roles;
use crate::users::ports::{ListKind, ListedName, Restriction, UserLists, UserRestrictions, Users};

/// Sessions and names of a list that are shown of a user.
const MOST_SHOWN: i64 = 200;
/// Longest ban: ten years, in minutes.
pub const LONGEST_BAN_MINUTES: i64 = 10 * 366 * 24 * 60;

/// What is done to a user with one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UserDeed {
    /// Switched off: it can't send, and nobody can write to it.
    Disable,
    /// Switched on again.
    Enable,
    /// Banned for so many minutes.
    Ban(i64),
    /// The ban is lifted.
    Unban,
    /// Muted until that is lifted.
    Mute,
    /// Not muted any more.
    Unmute,
}

/// A user that an operator makes.
#[derive(Debug, Clone, Default)]
pub struct UserForm {
    /// Its name.
    pub username: String,
    /// Its number, or one is made up.
    pub uid: Option<i64>,
    /// Its shown name.
    pub nickname: Option<String>,
    /// The address its account signs in with.
    pub email: Option<String>,
    /// The telephone number its account signs in with.
    pub phone: Option<String>,
    /// The password of its account.
    pub password: Option<Secret>,
}

/// All that is told of a user.
#[derive(Debug, Clone)]
pub struct UserDetail {
    /// The user.
    pub user: Arc<User>,
    /// Its account; `None` if that is gone.
    pub account: Option<Account>,
    /// The roles it has.
    pub roles: Vec<UserRole>,
    /// All roles of the site.
    pub role_book: Arc<RoleBook>,
    /// The sessions of its account and of itself, without their tokens.
    pub sessions: Vec<ListedSession>,
    /// Its devices that can be woken.
    pub devices: Vec<PushDevice>,
    /// Whom it blocks.
    pub blocks: Vec<ListedName>,
    /// Whom it lets through where the site lets only those.
    pub lets_through: Vec<ListedName>,
    /// When this was looked up.
    pub now: Millis,
}

/// Looks after users.
pub struct AdministerUsers {
    /// What is written down.
    pub desk: Desk,
    /// Finds them.
    pub users: Arc<dyn Users>,
    /// Looks for them.
    pub search: Arc<dyn UserSearch>,
    /// Makes and changes them.
    pub admin: Arc<dyn UserAdmin>,
    /// Their accounts.
    pub accounts: Arc<dyn Accounts>,
    /// Their roles.
    pub roles: Arc<dyn Roles>,
    /// Their sessions.
    pub sessions: Arc<dyn SessionAdmin>,
    /// Their devices.
    pub devices: Arc<dyn PushDevices>,
    /// What they are kept from.
    pub restrictions: Arc<dyn UserRestrictions>,
    /// Whom they block or let through.
    pub lists: Arc<dyn UserLists>,
    /// Hashes their passwords.
    pub passwords: Arc<dyn PasswordHasher>,
    /// Makes numbers for them.
    pub secrets: Arc<dyn SecretSource>,
}

impl AdministerUsers {
    /// Users by number, after one: all, or those with a text in their names.
    ///
    /// # Errors
    /// See [`AdminError`].
    pub async fn search(
        &self,
        caller: &Caller,
        text: &str,
        after: UserId,
        limit: i64,
    ) -> Result<Vec<Arc<User>>, AdminError> {
        caller.need(Permission::SeeUsers)?;
        Ok(self.search.search(text.trim(), after, limit).await?)
    }

    async fn named(&self, text: &str) -> Result<Arc<User>, AdminError> {
        Self::found(&*self.users, text).await
    }

    /// The user of a number or name.
    pub(super) async fn found(users: &dyn Users, text: &str) -> Result<Arc<User>, AdminError> {
        let unknown = || AdminError::Unknown(format!("user {text}"));
        let wanted = UserRef::parse(text).map_err(|_| unknown())?;
        users.find(&wanted).await?.ok_or_else(unknown)
    }

    /// All that is told of a user.
    ///
    /// # Errors
    /// See [`AdminError`].
    pub async fn show(&self, caller: &Caller, user: &str) -> Result<UserDetail, AdminError> {
        caller.need(Permission::SeeUsers)?;
        let (user, now) = (self.named(user).await?, self.desk.now());
        let list = |kind| self.lists.part(kind, user.id, None, MOST_SHOWN);
        Ok(UserDetail {
            account: self.accounts.numbered(user.account).await?,
            roles: self.roles.of(user.id).await?,
            role_book: self.roles.book().await?,
            sessions: self.sessions.list(Some(user.account), 0, MOST_SHOWN).await?,
            devices: self.devices.list(user.id, now).await?,
            blocks: list(ListKind::Black).await?,
            lets_through: list(ListKind::White).await?,
            user,
            now,
        })
    }

    /// Makes a user, and its account.
    ///
    /// # Errors
    /// See [`AdminError`].
    pub async fn create(&self, caller: &Caller, form: UserForm) -> Result<NewUser, AdminError> {
        let name = form.username.clone();
        let deed = Deed::new(Permission::CreateUsers, Action::UserCreate, &name);
        self.desk.carry_out(caller, deed, self.create_now(form)).await
    }

    async fn create_now(&self, form: UserForm) -> Result<NewUser, AdminError> {
        let username = Username::new(form.username.as_str()).map_err(AdminError::invalid)?;
        let email = form
            .email
            .map(|text| Email::parse(&text).ok_or_else(|| AdminError::invalid("that is no e-mail address")));
        let phone = form.phone.map(|text| {
            let wrong = "a telephone number has a country code, such as +4915112345678";
            Phone::parse(&text).ok_or_else(|| AdminError::invalid(wrong))
        });
        let (email, phone) = (email.transpose()?, phone.transpose()?);
        let password = match form.password {
            Some(password) => Some(operations::hash_password(&*self.passwords, &password).await?),
            None => None,
        };
        if form.uid.is_some_and(|uid| !(1..=sixin_domain::id::MAX_SAFE_INTEGER).contains(&uid)) {
            return Err(AdminError::invalid("a uid is a number from 1 to 9007199254740991"));
        }
        let spec = UserSpec {
            username,
            uid: form.uid.map(Uid),
            nickname: form.nickname,
            aid: None,
            sign_in: SignIn { email, phone, password },
        };
        Ok(operations::create(&*self.admin, &*self.secrets, spec, self.desk.now()).await?)
    }

    /// Gives the account of a user a new password, which ends its sessions; answers how many there were.
    ///
    /// # Errors
    /// See [`AdminError`].
    pub async fn set_password(
        &self,
        caller: &Caller,
        user: &str,
        password: &Secret,
    ) -> Result<usize, AdminError> {
        caller.need(Permission::KeepSessions)?;
        let user = self.named(user).await?;
        let deed = Deed::new(Permission::KeepSessions, Action::UserPassword, user.username.as_str());
        let set =
            operations::set_password(&*self.admin, &*self.passwords, user.account, password, self.desk.now());
        self.desk.carry_out(caller, deed, set).await
    }

    /// Ends sessions of a user, all or those of one platform; answers how many there were.
    ///
    /// # Errors
    /// See [`AdminError`].
    pub async fn revoke_sessions(
        &self,
        caller: &Caller,
        user: &str,
        platform: Option<i64>,
    ) -> Result<usize, AdminError> {
        caller.need(Permission::KeepSessions)?;
        let user = self.named(user).await?;
        let mut deed = Deed::new(Permission::KeepSessions, Action::SessionRevoke, user.username.as_str());
        if let Some(platform) = platform {
            deed = deed.with("platform", platform);
        }
        self.desk.carry_out(caller, deed, self.sessions.revoke(user.id, platform)).await
    }

    /// Keeps a user from things, or lets it again.
    ///
    /// # Errors
    /// See [`AdminError`].
    pub async fn restrict(
        &self,
        caller: &Caller,
        user: &str,
        what: UserDeed,
        reason: &str,
    ) -> Result<(), AdminError> {
        caller.need(Permission::RestrictUsers)?;
        let user = self.named(user).await?;
        if user.deleted_at.is_some() {
            return Err(AdminError::invalid("the user is deleted"));
        }
        let now = self.desk.now();
        let deed =
            |action| Deed::new(Permission::RestrictUsers, action, user.username.as_str()).because(reason);
        let restrict = async |action, minutes: Option<i64>, restriction| {
            let deed = minutes.map_or_else(|| deed(action), |minutes| deed(action).with("minutes", minutes));
            let ids = [user.id];
            self.desk.carry_out(caller, deed, self.restrictions.restrict(&ids, restriction, now)).await
        };
        match what {
            UserDeed::Disable => {
                let change = self.admin.set_enabled(user.id, false);
                self.desk.carry_out(caller, deed(Action::UserDisable), change).await
            }
            UserDeed::Enable => self.enable(caller, &user, deed(Action::UserEnable)).await,
            UserDeed::Ban(minutes) if !(1..=LONGEST_BAN_MINUTES).contains(&minutes) => {
                Err(AdminError::invalid(format!("a ban lasts from 1 to {LONGEST_BAN_MINUTES} minutes")))
            }
            UserDeed::Ban(minutes) => {
                let end = now.plus(minutes.saturating_mul(60_000));
                restrict(Action::UserBan, Some(minutes), Restriction::BannedUntil(Some(end))).await
            }
            UserDeed::Unban => restrict(Action::UserUnban, None, Restriction::BannedUntil(None)).await,
            UserDeed::Mute => restrict(Action::UserMute, None, Restriction::Muted(true)).await,
            UserDeed::Unmute => restrict(Action::UserUnmute, None, Restriction::Muted(false)).await,
        }
    }

    /// A user is off if an operator has disabled it or a back end has deactivated it; on again, it is neither.
    async fn enable(&self, caller: &Caller, user: &User, deed: Deed<'_>) -> Result<(), AdminError> {
        let ids = [user.id];
        let work = async {
            self.admin.set_enabled(user.id, true).await?;
            self.restrictions.restrict(&ids, Restriction::Deactivated(false), self.desk.now()).await
        };
        self.desk.carry_out(caller, deed, work).await
    }

    /// Deletes a user, which can't be undone. Its messages stay.
    ///
    /// # Errors
    /// See [`AdminError`].
    pub async fn delete(&self, caller: &Caller, user: &str, reason: &str) -> Result<(), AdminError> {
        caller.need(Permission::DeleteUsers)?;
        let user = self.named(user).await?;
        let deed =
            Deed::new(Permission::DeleteUsers, Action::UserDelete, user.username.as_str()).because(reason);
        self.desk.carry_out(caller, deed, self.admin.delete(user.id, self.desk.now())).await
    }
}

#[cfg(test)]
mod tests;
