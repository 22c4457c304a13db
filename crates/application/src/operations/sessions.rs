//! Making sessions.

use sixin_domain::access::app_key::Secret;
use sixin_domain::id::{AccountId, UserId};
use sixin_domain::time::Millis;
use thiserror::Error;

use crate::access::authenticate_user::hash_token;
use crate::operations::ports::{NewSession, SessionAdmin};
use crate::ports::{SecretSource, StoreError};

/// Why a session was not made.
#[derive(Debug, Error)]
pub enum SessionError {
    /// The platform is out of range.
    #[error("the platform must be a number from 1 to 13 (5 is an iOS app, 6 Android, 2 a web page)")]
    Platform,
    /// The store could not.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Makes a session for an account or one of its users and answers its token, which is stored nowhere.
///
/// # Errors
/// See [`SessionError`].
pub async fn create(
    sessions: &dyn SessionAdmin,
    secrets: &dyn SecretSource,
    (account, user): (AccountId, Option<UserId>),
    platform: i64,
    expired_at: Option<Millis>,
    now: Millis,
) -> Result<Secret, SessionError> {
    if !(1..=13).contains(&platform) {
        return Err(SessionError::Platform);
    }
    let token = Secret::new(secrets.alphanumeric(32));
    let session = NewSession {
        account,
        user,
        platform,
        token: hash_token(token.reveal()),
        expired_at,
        created_at: now,
    };
    sessions.add(&session).await?;
    Ok(token)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operations::ports::MockSessionAdmin;
    use crate::ports::MockSecretSource;

    #[tokio::test]
    async fn only_the_hash_of_a_token_is_stored() {
        let mut secrets = MockSecretSource::new();
        secrets.expect_alphanumeric().returning(|length| "t".repeat(length));
        let mut sessions = MockSessionAdmin::new();
        sessions
            .expect_add()
            .withf(|session| session.token == hash_token(&"t".repeat(32)))
            .returning(|_| Ok(()));
        let ann = (AccountId(1), Some(UserId(1)));
        let token = create(&sessions, &secrets, ann, 5, None, Millis(0)).await.unwrap();
        assert_eq!(token.reveal(), "t".repeat(32));
        let refused = create(&sessions, &secrets, ann, 14, None, Millis(0)).await;
        assert!(matches!(refused, Err(SessionError::Platform)));
    }
}
