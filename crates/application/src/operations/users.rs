//! Users, as operators keep them.

use std::sync::Arc;

use sixin_domain::access::app_key::Secret;
use sixin_domain::id::{AccountId, RoleId, UserId};
use sixin_domain::sending::limits::{PASSWORD_BYTES, PASSWORD_CHARS};
use sixin_domain::site::role::{RoleBook, UserRole};
use sixin_domain::text::visible::is_name;
use sixin_domain::time::Millis;
use sixin_domain::user::User;
use sixin_domain::user::username::{Uid, Username};
use thiserror::Error;

use crate::access::ports::{Account, Accounts, PasswordError, PasswordHasher};
use crate::operations::ports::{ChangeError, NewUser, SignIn, TakenName, UserAdmin};
use crate::ports::{SecretSource, StoreError};
use crate::site::ports::Roles;

/// Digits of a generated uid (docs/design.md#user).
const UID_DIGITS: u32 = 8;
/// How often another uid is tried when one is taken.
const UID_TRIES: usize = 16;

/// What a user is to be.
#[derive(Debug, Clone)]
pub struct UserSpec {
    /// Its unique name.
    pub username: Username,
    /// Its number, or one is generated.
    pub uid: Option<Uid>,
    /// Its shown name, or the username is shown.
    pub nickname: Option<String>,
    /// The account it belongs to, or one is made.
    pub aid: Option<String>,
    /// What its account signs in with.
    pub sign_in: SignIn,
}

/// Why a user was not added.
#[derive(Debug, Error)]
pub enum UserError {
    /// The name is a number, which is then the uid too (docs/design.md#user).
    #[error("a username that is a number has that number as its uid, so the uid can't be {0}")]
    UidDiffers(Uid),
    /// A name that nobody can see, or that turns the text around it.
    #[error(
        "the {0} must be one line with something to see in it and no characters that turn the text around"
    )]
    BadName(&'static str),
    /// The shown name is too long.
    #[error("the nickname must be at most 64 characters long")]
    NicknameTooLong,
    /// The account id can't be one.
    #[error("the account id must be 1 to 32 ASCII letters or digits")]
    BadAid,
    /// A user would block itself.
    #[error("nobody blocks themself")]
    Oneself,
    /// The site has no such role.
    #[error("there is no role {0}; see `sixin role list`")]
    RoleUnknown(RoleId),
    /// Nobody may be called so.
    #[error(
        "the username {0} is reserved: clients of RongCloud's kits obey whoever is called so, or it is that of an erased user"
    )]
    Reserved(Username),
    /// Somebody else has these already.
    #[error("already taken: {}", .0.iter().map(|name| name.name()).collect::<Vec<_>>().join(", "))]
    Taken(Vec<TakenName>),
    /// Every number that was tried belongs to somebody.
    #[error("no free uid was found; name one with --uid")]
    NoFreeUid,
    /// The password can't be one.
    #[error("a password must have at least 8 characters and at most 256 bytes")]
    BadPassword,
    /// The password could not be hashed.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The store could not.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Adds a user, and its account if there is none.
///
/// # Errors
/// See [`UserError`].
pub async fn create(
    users: &dyn UserAdmin,
    secrets: &dyn SecretSource,
    spec: UserSpec,
    now: Millis,
) -> Result<NewUser, UserError> {
    if spec.username.is_reserved() {
        return Err(UserError::Reserved(spec.username));
    }
    let fixed = match (spec.username.dictated_uid(), spec.uid) {
        (Some(dictated), Some(wanted)) if dictated != wanted => return Err(UserError::UidDiffers(wanted)),
        (dictated, wanted) => dictated.or(wanted),
    };
    let nickname = spec.nickname.unwrap_or_else(|| spec.username.to_string());
    for (what, name) in [("username", spec.username.as_str()), ("nickname", &nickname)] {
        if !is_name(name) {
            return Err(UserError::BadName(what));
        }
    }
    if nickname.chars().count() > 64 {
        return Err(UserError::NicknameTooLong);
    }
    let aid = spec.aid.unwrap_or_else(|| secrets.alphanumeric(8));
    if aid.is_empty() || aid.len() > 32 || !aid.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(UserError::BadAid);
    }
    let tries = if fixed.is_some() { 1 } else { UID_TRIES };
    let UserSpec { username, sign_in, .. } = spec;
    let mut user = NewUser { username, uid: Uid(0), nickname, aid, sign_in, created_at: now };
    for _ in 0..tries {
        user.uid = fixed.unwrap_or_else(|| Uid(secrets.number(UID_DIGITS)));
        match users.add(&user).await {
            Ok(()) => return Ok(user),
            Err(ChangeError::Taken) => {}
            Err(ChangeError::Store(error)) => return Err(error.into()),
        }
        let taken = users.taken(&user).await?;
        // A number that was made up may be another one.
        let is_made_up = |name: &TakenName| fixed.is_none() && *name == TakenName::Uid;
        if !taken.iter().all(is_made_up) {
            return Err(UserError::Taken(taken.into_iter().filter(|name| !is_made_up(name)).collect()));
        }
    }
    Err(UserError::NoFreeUid)
}

/// The hash of a password an account is to have.
///
/// # Errors
/// [`UserError::BadPassword`], or if it could not be hashed.
pub async fn hash_password(passwords: &dyn PasswordHasher, password: &Secret) -> Result<Secret, UserError> {
    let text = password.reveal();
    if text.chars().count() < PASSWORD_CHARS || text.len() > PASSWORD_BYTES {
        return Err(UserError::BadPassword);
    }
    Ok(Secret::new(passwords.hash(password).await?))
}

/// Gives an account a new password and ends all its sessions, since whoever knew the former one may hold one; answers how
/// many there were.
///
/// # Errors
/// See [`UserError`].
pub async fn set_password(
    users: &dyn UserAdmin,
    passwords: &dyn PasswordHasher,
    account: AccountId,
    password: &Secret,
    now: Millis,
) -> Result<usize, UserError> {
    let hash = hash_password(passwords, password).await?;
    Ok(users.set_password(account, &hash, now).await?)
}

/// Makes a user block another, or takes that back.
///
/// # Errors
/// [`UserError::Oneself`] if the two are one, or what the store says.
pub async fn block(
    users: &dyn UserAdmin,
    owner: UserId,
    blocked: UserId,
    is_blocked: bool,
    now: Millis,
) -> Result<(), UserError> {
    if owner == blocked {
        return Err(UserError::Oneself);
    }
    Ok(users.set_blocked(owner, blocked, is_blocked, now).await?)
}

/// A main role, and what comes after it.
#[derive(Debug, Clone, Copy)]
pub struct MainRole {
    /// The role.
    pub role: RoleId,
    /// When it ends, if it does.
    pub until: Option<Millis>,
    /// The role that follows then.
    pub then: Option<RoleId>,
}

/// Gives a user a main role.
///
/// # Errors
/// [`UserError::RoleUnknown`] if the site has no such role, or what the store says.
pub async fn give_role(
    users: &dyn UserAdmin,
    roles: &dyn Roles,
    user: UserId,
    given: MainRole,
    now: Millis,
) -> Result<(), UserError> {
    let MainRole { role, until, then } = given;
    let book = roles.book().await?;
    let is_known = |wanted: &RoleId| book.0.iter().any(|role| role.id == *wanted);
    if let Some(unknown) = [Some(role), then].into_iter().flatten().find(|wanted| !is_known(wanted)) {
        return Err(UserError::RoleUnknown(unknown));
    }
    Ok(users.set_main_role(user, role, until, then, now).await?)
}

/// What is told of a user.
#[derive(Debug, Clone)]
pub struct ShownUser {
    /// The user.
    pub user: Arc<User>,
    /// Its account; `None` if that is gone.
    pub account: Option<Account>,
    /// The roles it has.
    pub roles: Vec<UserRole>,
    /// All roles of the site.
    pub role_book: RoleBook,
}

/// Everything an operator asks about a user.
///
/// # Errors
/// If the store could not.
pub async fn show<Store: Accounts + Roles>(store: &Store, user: Arc<User>) -> Result<ShownUser, StoreError> {
    let account = store.numbered(user.account).await?;
    let roles = store.of(user.id).await?;
    let role_book = store.book().await?.as_ref().clone();
    Ok(ShownUser { user, account, roles, role_book })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::ports::MockPasswordHasher;
    use crate::operations::ports::MockUserAdmin;
    use crate::ports::MockSecretSource;
    use crate::site::ports::MockRoles;
    use crate::testing::general_role;
    use sixin_domain::site::role::Role;

    fn spec(username: &str, uid: Option<i64>) -> UserSpec {
        let username = Username::new(username).unwrap();
        UserSpec { username, uid: uid.map(Uid), nickname: None, aid: None, sign_in: SignIn::default() }
    }

    fn secrets() -> MockSecretSource {
        let mut secrets = MockSecretSource::new();
        secrets.expect_alphanumeric().returning(|length| "a".repeat(length));
        let mut number = 10_000_000;
        secrets.expect_number().returning(move |_| {
            number += 1;
            number
        });
        secrets
    }

    async fn create_one(spec: UserSpec, taken: usize) -> Result<NewUser, UserError> {
        let mut users = MockUserAdmin::new();
        users.expect_taken().returning(|_| Ok(vec![TakenName::Uid]));
        let mut calls = 0;
        users.expect_add().returning(move |_| {
            calls += 1;
            if calls <= taken { Err(ChangeError::Taken) } else { Ok(()) }
        });
        create(&users, &secrets(), spec, Millis(0)).await
    }

    #[tokio::test]
    async fn nobody_blocks_themself() {
        let mut users = MockUserAdmin::new();
        users.expect_set_blocked().once().returning(|_, _, _, _| Ok(()));
        block(&users, UserId(1), UserId(2), true, Millis(0)).await.unwrap();
        let refused = block(&users, UserId(1), UserId(1), true, Millis(0)).await;
        assert!(matches!(refused, Err(UserError::Oneself)));
    }

    #[tokio::test]
    async fn only_roles_of_the_site_are_given_now_and_later() {
        let mut users = MockUserAdmin::new();
        users.expect_set_main_role().once().returning(|_, _, _, _, _| Ok(()));
        let mut roles = MockRoles::new();
        roles.expect_book().returning(|| {
            Ok(Arc::new(RoleBook(vec![Role { id: RoleId(3), ..general_role() }, general_role()])))
        });
        let give = async |role, then: Option<i64>| {
            let given = MainRole { role: RoleId(role), until: None, then: then.map(RoleId) };
            give_role(&users, &roles, UserId(1), given, Millis(0)).await
        };
        give(3, Some(4)).await.unwrap();
        for (role, then, unknown) in [(9, None, 9), (3, Some(8), 8)] {
            let refused = give(role, then).await;
            assert!(matches!(refused, Err(UserError::RoleUnknown(RoleId(id))) if id == unknown));
        }
    }

    #[tokio::test]
    async fn a_numeric_username_dictates_the_uid() {
        assert_eq!(create_one(spec("90417", None), 0).await.unwrap().uid, Uid(90_417));
        assert_eq!(create_one(spec("090417", None), 0).await.unwrap().uid, Uid(10_000_001));
        assert!(matches!(create_one(spec("90417", Some(5)), 0).await, Err(UserError::UidDiffers(_))));
    }

    #[tokio::test]
    async fn a_taken_generated_uid_is_replaced_and_a_fixed_one_is_not() {
        assert_eq!(create_one(spec("ann", None), 3).await.unwrap().uid, Uid(10_000_004));
        let taken = create_one(spec("ann", Some(7)), 1).await.unwrap_err();
        assert_eq!(taken.to_string(), "already taken: uid");
        assert!(matches!(create_one(spec("ann", None), 99).await, Err(UserError::NoFreeUid)));
    }

    #[tokio::test]
    async fn which_names_are_taken_is_said_and_not_tried_again() {
        let mut users = MockUserAdmin::new();
        users.expect_add().once().returning(|_| Err(ChangeError::Taken));
        let taken = [TakenName::Username, TakenName::Uid, TakenName::Email, TakenName::Phone];
        users.expect_taken().returning(move |_| Ok(taken.to_vec()));
        let error = create(&users, &secrets(), spec("ann", None), Millis(0)).await.unwrap_err();
        assert_eq!(error.to_string(), "already taken: username, e-mail address, telephone number");
    }

    #[tokio::test]
    async fn a_new_password_is_checked_and_only_its_hash_stored() {
        let mut passwords = MockPasswordHasher::new();
        passwords.expect_hash().returning(|_| Ok("hash".to_owned()));
        let mut users = MockUserAdmin::new();
        users
            .expect_set_password()
            .once()
            .withf(|account, hash, at| (*account, hash.reveal(), *at) == (AccountId(3), "hash", Millis(9)))
            .returning(|_, _, _| Ok(2));
        let set = |text: &'static str| {
            let (users, passwords) = (&users, &passwords);
            async move { set_password(users, passwords, AccountId(3), &Secret::new(text), Millis(9)).await }
        };
        assert!(matches!(set("1234567").await, Err(UserError::BadPassword)));
        assert_eq!(set("12345678").await.unwrap(), 2);
    }

    #[tokio::test]
    async fn nickname_and_account_have_bounds() {
        let long = UserSpec { nickname: Some("x".repeat(65)), ..spec("ann", None) };
        assert!(matches!(create_one(long, 0).await, Err(UserError::NicknameTooLong)));
        let unseen = UserSpec { nickname: Some("\u{200b}".into()), ..spec("ann", None) };
        assert!(matches!(create_one(unseen, 0).await, Err(UserError::BadName("nickname"))));
        for name in ["\u{3164}", "ann\u{202e}nna"] {
            assert!(matches!(create_one(spec(name, None), 0).await, Err(UserError::BadName("username"))));
        }
        let odd = UserSpec { aid: Some("a-b".into()), ..spec("ann", None) };
        assert!(matches!(create_one(odd, 0).await, Err(UserError::BadAid)));
    }

    #[tokio::test]
    async fn only_the_hash_of_a_fitting_password_goes_on() {
        let mut passwords = MockPasswordHasher::new();
        passwords.expect_hash().returning(|password| Ok(format!("hash of {}", password.reveal().len())));
        let hash = |text: String| {
            let passwords = &passwords;
            async move { hash_password(passwords, &Secret::new(text)).await }
        };
        for (fits, length) in
            [("12345678".to_owned(), 8), ("密码密码密码密码".to_owned(), 24), ("x".repeat(256), 256)]
        {
            assert_eq!(hash(fits).await.unwrap().reveal(), format!("hash of {length}"));
        }
        for wrong in ["1234567".to_owned(), "x".repeat(257), String::new()] {
            assert!(matches!(hash(wrong).await, Err(UserError::BadPassword)));
        }
    }
}
