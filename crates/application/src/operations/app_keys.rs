//! Making, importing and rotating app keys.

use sixin_domain::access::app_key::{AppKey, Dialect, Secret};
use sixin_domain::sending::rate::MOST_A_MINUTE;
use sixin_domain::text::visible::is_name;
use sixin_domain::time::Millis;
use thiserror::Error;

use crate::access::ports::AppKeys;
use crate::operations::ports::{AppKeyAdmin, ChangeError, NewAppKey};
use crate::ports::{SecretSource, StoreError, StoreResult};

/// How long the former secret works after a rotation, if the operator says nothing: a day.
pub const DEFAULT_OVERLAP_MS: i64 = 24 * 60 * 60 * 1000;

/// Least length of a secret that is taken over: shorter ones can be guessed from one signed request.
pub const LEAST_SECRET: usize = 16;

/// What a key is to be.
#[derive(Debug, Clone)]
pub struct KeySpec {
    /// For which dialect.
    pub dialect: Dialect,
    /// Platform 1 to 13 (Fresns only).
    pub platform: i64,
    /// Whether old time stamps and repeated nonces are refused.
    pub is_strict: bool,
    /// A note.
    pub name: String,
    /// How often one user may send through it in any minute, 0 for any number; `None`: as often as the site says.
    pub sends_per_minute: Option<u32>,
}

/// Why a key was not added.
#[derive(Debug, Error)]
pub enum AppKeyError {
    /// The platform is out of range.
    #[error("the platform must be a number from 1 to 13 (5 is an iOS app, 6 Android, 2 a web page)")]
    Platform,
    /// Id or secret can't be used in a header.
    #[error("{0} must be 1 to {1} visible ASCII characters")]
    Unusable(&'static str, usize),
    /// A name that nobody can see, or that turns the text around it.
    #[error(
        "the name must be one line with something to see in it and no characters that turn the text around"
    )]
    BadName,
    /// A secret that can be guessed.
    #[error(
        "the secret must have at least 16 characters: a shorter one can be guessed from a signed request; \
         --allow-short takes it all the same"
    )]
    ShortSecret,
    /// More sends than anybody could be allowed.
    #[error("the sends a minute must be a number from 0 (no limit) to 1000000")]
    Rate,
    /// There is no such key.
    #[error("there is no app key {0}")]
    NotFound(String),
    /// Another key has that id.
    #[error("there is an app key {0} already")]
    Taken(String),
    /// The store could not.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Makes a key with a fresh id and secret, in the shapes clients know: Fresns 8 and 32 characters, RongCloud 13 and 16.
///
/// # Errors
/// See [`AppKeyError`].
pub async fn create(
    keys: &dyn AppKeyAdmin,
    secrets: &dyn SecretSource,
    spec: KeySpec,
) -> Result<NewAppKey, AppKeyError> {
    let app_id = match spec.dialect {
        Dialect::Fresns => secrets.alphanumeric(8),
        Dialect::RongCloud => secrets.alphanumeric(13).to_ascii_lowercase(),
    };
    import(keys, spec, app_id, fresh_secret(secrets), false).await
}

/// Adds a key that exists elsewhere already. `allow_short`: also with a secret that can be guessed.
///
/// # Errors
/// See [`AppKeyError`].
pub async fn import(
    keys: &dyn AppKeyAdmin,
    spec: KeySpec,
    app_id: String,
    secret: Secret,
    allow_short: bool,
) -> Result<NewAppKey, AppKeyError> {
    let platform = match spec.dialect {
        Dialect::Fresns if (1..=13).contains(&spec.platform) => spec.platform,
        Dialect::Fresns => return Err(AppKeyError::Platform),
        Dialect::RongCloud => 0,
    };
    for (what, text, longest) in [("the id", app_id.as_str(), 64), ("the secret", secret.reveal(), 128)] {
        let visible = text.bytes().all(|byte| byte.is_ascii_graphic());
        if text.is_empty() || text.len() > longest || !visible {
            return Err(AppKeyError::Unusable(what, longest));
        }
    }
    if secret.reveal().len() < LEAST_SECRET && !allow_short {
        return Err(AppKeyError::ShortSecret);
    }
    check_rate(spec.sends_per_minute)?;
    if !spec.name.is_empty() && !is_name(&spec.name) {
        return Err(AppKeyError::BadName);
    }
    let key = NewAppKey {
        app_id,
        secret,
        dialect: spec.dialect,
        platform,
        is_strict: spec.is_strict,
        name: spec.name,
        sends_per_minute: spec.sends_per_minute,
    };
    match keys.add(&key).await {
        Ok(()) => Ok(key),
        Err(ChangeError::Taken) => Err(AppKeyError::Taken(key.app_id)),
        Err(ChangeError::Store(error)) => Err(error.into()),
    }
}

fn check_rate(sends_per_minute: Option<u32>) -> Result<(), AppKeyError> {
    if sends_per_minute.is_some_and(|sends| sends > MOST_A_MINUTE) {
        return Err(AppKeyError::Rate);
    }
    Ok(())
}

/// Gives a key a rate of its own, or that of the site, and answers what the key is now.
///
/// # Errors
/// See [`AppKeyError`].
pub async fn set_rate<Keys: AppKeyAdmin + AppKeys>(
    keys: &Keys,
    app_id: &str,
    sends_per_minute: Option<u32>,
) -> Result<AppKey, AppKeyError> {
    change_rate(keys, app_id, sends_per_minute).await?;
    find(keys, app_id).await
}

/// The same for whoever does not ask what the key is then.
///
/// # Errors
/// See [`AppKeyError`].
pub async fn change_rate(
    keys: &dyn AppKeyAdmin,
    app_id: &str,
    sends_per_minute: Option<u32>,
) -> Result<(), AppKeyError> {
    check_rate(sends_per_minute)?;
    if keys.set_rate(app_id, sends_per_minute).await? {
        return Ok(());
    }
    Err(AppKeyError::NotFound(app_id.to_owned()))
}

/// Switches a key on or off.
///
/// # Errors
/// See [`AppKeyError`].
pub async fn set_enabled(keys: &dyn AppKeyAdmin, app_id: &str, is_enabled: bool) -> Result<(), AppKeyError> {
    if keys.set_enabled(app_id, is_enabled).await? {
        return Ok(());
    }
    Err(AppKeyError::NotFound(app_id.to_owned()))
}

/// A key as it is.
///
/// # Errors
/// See [`AppKeyError`].
pub async fn find(keys: &dyn AppKeys, app_id: &str) -> Result<AppKey, AppKeyError> {
    keys.find(app_id).await?.ok_or_else(|| AppKeyError::NotFound(app_id.to_owned()))
}

/// Gives a key a fresh secret and answers it; the present one works for another `overlap_ms`. `None`: no such key.
///
/// # Errors
/// If the store could not.
pub async fn rotate(
    keys: &dyn AppKeyAdmin,
    secrets: &dyn SecretSource,
    app_id: &str,
    now: Millis,
    overlap_ms: i64,
) -> StoreResult<Option<Secret>> {
    let secret = fresh_secret(secrets);
    let found = keys.rotate(app_id, &secret, now.plus(overlap_ms)).await?;
    Ok(found.then_some(secret))
}

fn fresh_secret(secrets: &dyn SecretSource) -> Secret {
    Secret::new(secrets.alphanumeric(32))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operations::ports::MockAppKeyAdmin;
    use crate::ports::MockSecretSource;

    fn spec(dialect: Dialect, platform: i64) -> KeySpec {
        KeySpec { dialect, platform, is_strict: false, name: String::new(), sends_per_minute: None }
    }

    fn secrets() -> MockSecretSource {
        let mut secrets = MockSecretSource::new();
        secrets.expect_alphanumeric().returning(|length| "A".repeat(length));
        secrets
    }

    #[tokio::test]
    async fn a_new_key_has_the_shape_its_clients_know() {
        let mut keys = MockAppKeyAdmin::new();
        keys.expect_add().times(2).returning(|_| Ok(()));
        let fresns = create(&keys, &secrets(), spec(Dialect::Fresns, 5)).await.unwrap();
        assert_eq!((fresns.app_id.len(), fresns.secret.reveal().len(), fresns.platform), (8, 32, 5));
        let rong = create(&keys, &secrets(), spec(Dialect::RongCloud, 0)).await.unwrap();
        assert_eq!((rong.app_id.as_str(), rong.platform), ("aaaaaaaaaaaaa", 0));
    }

    #[tokio::test]
    async fn a_platform_out_of_range_and_unusable_texts_are_refused() {
        let keys = MockAppKeyAdmin::new();
        for platform in [0, 14] {
            let result = create(&keys, &secrets(), spec(Dialect::Fresns, platform)).await;
            assert!(matches!(result, Err(AppKeyError::Platform)));
        }
        for (id, secret) in [("", "s"), ("a b", "s"), ("id", ""), ("id", "sécret")] {
            let secret = Secret::new(secret);
            let result = import(&keys, spec(Dialect::RongCloud, 0), id.into(), secret, true).await;
            assert!(matches!(result, Err(AppKeyError::Unusable(..))), "{id}");
        }
    }

    #[tokio::test]
    async fn a_secret_that_can_be_guessed_is_taken_only_if_that_is_said() {
        let mut keys = MockAppKeyAdmin::new();
        keys.expect_add().times(2).returning(|_| Ok(()));
        let import = |length: usize, allow_short| {
            let (keys, secret) = (&keys, Secret::new("s".repeat(length)));
            async move { import(keys, spec(Dialect::RongCloud, 0), "id".into(), secret, allow_short).await }
        };
        assert!(matches!(import(15, false).await, Err(AppKeyError::ShortSecret)));
        assert!(import(16, false).await.is_ok());
        assert!(import(1, true).await.is_ok());
    }

    #[tokio::test]
    async fn a_rate_out_of_range_and_an_id_that_is_taken_are_refused() {
        let mut keys = MockAppKeyAdmin::new();
        keys.expect_add().returning(|_| Err(ChangeError::Taken));
        let with = |sends| KeySpec { sends_per_minute: Some(sends), ..spec(Dialect::RongCloud, 0) };
        let refused = create(&keys, &secrets(), with(1_000_001)).await;
        assert!(matches!(refused, Err(AppKeyError::Rate)));
        let refused = create(&keys, &secrets(), with(0)).await;
        assert!(matches!(refused, Err(AppKeyError::Taken(id)) if id == "a".repeat(13)));
    }

    #[tokio::test]
    async fn a_key_that_is_not_there_is_named() {
        let mut keys = MockAppKeyAdmin::new();
        keys.expect_set_enabled().returning(|id, _| Ok(id == "key"));
        assert!(set_enabled(&keys, "key", true).await.is_ok());
        let error = set_enabled(&keys, "kee", false).await.unwrap_err();
        assert_eq!(error.to_string(), "there is no app key kee");
    }

    #[tokio::test]
    async fn a_rotation_keeps_the_present_secret_for_the_overlap() {
        let mut keys = MockAppKeyAdmin::new();
        keys.expect_rotate()
            .withf(|id, _, until| id == "key" && *until == Millis(110))
            .returning(|_, _, _| Ok(true));
        let secret = rotate(&keys, &secrets(), "key", Millis(100), 10).await.unwrap();
        assert_eq!(secret.map(|secret| secret.reveal().len()), Some(32));
    }
}
