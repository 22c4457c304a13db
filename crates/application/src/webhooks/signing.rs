//! What requests to others are signed with: a secret of their own, or that of an app key.

use sixin_domain::access::app_key::{AppKey, Dialect, Secret};
use sixin_domain::webhook::signing_secret::{self, FRESH_CHARS, SecretError};
use thiserror::Error;

use crate::access::ports::AppKeys;
use crate::ports::{SecretSource, StoreError, StoreResult};

/// Why nothing can be signed with that.
#[derive(Debug, Error)]
pub enum SigningError {
    /// The secret.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// RongCloud's receivers know an app key by its secret.
    #[error("this kind signs with the secret of an app key: name one of the RongCloud dialect")]
    KeyMissing,
    /// A standard one has a secret of its own.
    #[error("a standard receiver is signed for with a secret of its own, not with that of an app key")]
    KeyNotWanted,
    /// There is no such key.
    #[error("there is no app key {0} of the RongCloud dialect")]
    NoSuchKey(String),
    /// Its secret is that of its app key.
    #[error("this kind signs with the secret of its app key; rotate that")]
    NoOwnSecret,
    /// The store could not.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Digits of the number that goes into a signature.
const NONCE_DIGITS: u32 = 12;

/// What a request is signed with besides a secret of its own: the app key of RongCloud's kinds, if it is there, and a number nobody can
/// guess.
pub(crate) async fn key_and_nonce(
    app_id: Option<&str>,
    (keys, secrets): (&dyn AppKeys, &dyn SecretSource),
) -> StoreResult<(Option<AppKey>, String)> {
    let key = match app_id {
        Some(app_id) => keys.find(app_id).await?,
        None => None,
    };
    Ok((key, secrets.number(NONCE_DIGITS).to_string()))
}

/// A new secret of Standard Webhooks.
pub(crate) fn fresh(secrets: &dyn SecretSource) -> Secret {
    signing_secret::fresh(&secrets.alphanumeric(FRESH_CHARS))
}

/// The secret of a new receiver: a fresh one, or one that it has already; none of RongCloud's kinds, for which an app key signs.
pub(crate) async fn first(
    is_rong_cloud: bool,
    (app_id, own): (Option<&str>, Option<&Secret>),
    (keys, secrets): (&dyn AppKeys, &dyn SecretSource),
) -> Result<Secret, SigningError> {
    if !is_rong_cloud {
        return match (app_id, own) {
            (Some(_), _) => Err(SigningError::KeyNotWanted),
            (None, Some(secret)) => Ok(signing_secret::key(secret).map(|_| secret.clone())?),
            (None, None) => Ok(fresh(secrets)),
        };
    }
    let app_id = app_id.ok_or(SigningError::KeyMissing)?;
    if own.is_some() {
        return Err(SigningError::NoOwnSecret);
    }
    let key = keys.find(app_id).await?.filter(|key| key.dialect == Dialect::RongCloud);
    key.map(|_| Secret::new("")).ok_or_else(|| SigningError::NoSuchKey(app_id.to_owned()))
}
