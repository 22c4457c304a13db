//! Making users.

use sixin_domain::app_key::Secret;
use sixin_domain::limits::{PASSWORD_BYTES, PASSWORD_CHARS};
use sixin_domain::time::Millis;
use sixin_domain::username::{Uid, Username};
use sixin_domain::visible::is_name;
use thiserror::Error;

use crate::ports::{ChangeError, NewUser, PasswordError, PasswordHasher, SecretSource, SignIn, UserAdmin};

/// Digits of a generated uid (facts: fresns 13, `user_uid_digit`).
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
    /// The name is a number, which is then the uid too (design, chapter 2, word `user`).
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
    /// Name or number exist already.
    #[error("the username, uid, e-mail address or telephone number is already taken")]
    Taken,
    /// The password can't be one.
    #[error("a password must have at least 8 characters and at most 256 bytes")]
    BadPassword,
    /// The password could not be hashed.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The store refused.
    #[error(transparent)]
    Change(#[from] ChangeError),
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
            Err(error) => return Err(error.into()),
        }
    }
    Err(UserError::Taken)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::{MockPasswordHasher, MockSecretSource, MockUserAdmin};

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
        let mut calls = 0;
        users.expect_add().returning(move |_| {
            calls += 1;
            if calls <= taken { Err(ChangeError::Taken) } else { Ok(()) }
        });
        create(&users, &secrets(), spec, Millis(0)).await
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
        assert!(matches!(create_one(spec("ann", Some(7)), 1).await, Err(UserError::Taken)));
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
