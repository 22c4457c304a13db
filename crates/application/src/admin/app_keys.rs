//! Making, importing and rotating app keys.

use sixin_domain::app_key::{Dialect, Secret};
use sixin_domain::time::Millis;
use sixin_domain::visible::is_name;
use thiserror::Error;

use crate::ports::{AppKeyAdmin, ChangeError, NewAppKey, SecretSource, StoreResult};

/// How long the former secret works after a rotation, if the operator says nothing: a day.
pub const DEFAULT_OVERLAP_MS: i64 = 24 * 60 * 60 * 1000;

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
    /// The store refused.
    #[error(transparent)]
    Change(#[from] ChangeError),
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
    import(keys, spec, app_id, fresh_secret(secrets)).await
}

/// Adds a key that exists elsewhere already.
///
/// # Errors
/// See [`AppKeyError`].
pub async fn import(
    keys: &dyn AppKeyAdmin,
    spec: KeySpec,
    app_id: String,
    secret: Secret,
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
    };
    keys.add(&key).await?;
    Ok(key)
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
    use crate::ports::{MockAppKeyAdmin, MockSecretSource};

    fn spec(dialect: Dialect, platform: i64) -> KeySpec {
        KeySpec { dialect, platform, is_strict: false, name: String::new() }
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
            let result = import(&keys, spec(Dialect::RongCloud, 0), id.into(), Secret::new(secret)).await;
            assert!(matches!(result, Err(AppKeyError::Unusable(..))), "{id} {secret}");
        }
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
