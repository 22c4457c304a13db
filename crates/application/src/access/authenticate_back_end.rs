//! Who is calling? For back ends, which sign with their app secret.

use std::sync::Arc;

use async_trait::async_trait;
use sixin_domain::access::app_key::{AppKey, Dialect, is_fresh, signing_time};
use sixin_domain::time::Millis;
use thiserror::Error;

use crate::access::ports::{AppKeys, NonceUses, Signatures, SignedParts};
use crate::ports::{Clock, StoreError, StoreResult};
use crate::sending::ports::NonceUse;

/// What a back end presents. All texts are those of the headers, unchanged.
#[derive(Clone, PartialEq, Eq)]
pub struct BackEndCredentials {
    /// Header `App-Key`.
    pub app_key: String,
    /// Header `Nonce`.
    pub nonce: String,
    /// Header `Timestamp`.
    pub timestamp: String,
    /// Header `Signature`.
    pub signature: String,
}

/// A back end that is who it says.
#[derive(Debug, Clone)]
pub struct BackEnd {
    /// The key it signed with.
    pub app_key: AppKey,
    /// What this request uses up, if the key is strict.
    pub nonce: Option<NonceUse>,
}

/// Why a back end is not let in.
#[derive(Debug, Error)]
pub enum BackEndRefusal {
    /// No such key, or it is off.
    #[error("there is no such app key")]
    KeyUnknown,
    /// The signature is not that of nonce and time stamp.
    #[error("the signature does not match")]
    SignatureWrong,
    /// The key is strict and the time stamp is more than five minutes off, or no time at all.
    #[error("the time stamp is more than five minutes off")]
    Stale,
    /// The key is strict and has signed with this nonce before.
    #[error("the nonce has been used before")]
    Replayed,
    /// The key could not be looked up.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Lets back ends in.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait AuthenticateBackEnd: Send + Sync {
    /// The back end behind a publish. What it uses up is written with its messages; who refuses the publish calls
    /// [`spend`](Self::spend).
    async fn authenticate(&self, credentials: &BackEndCredentials) -> Result<BackEnd, BackEndRefusal>;

    /// The back end behind the credentials of a request that stores no message: what the request uses up is used up now.
    async fn admit(&self, credentials: &BackEndCredentials) -> Result<BackEnd, BackEndRefusal>;

    /// Uses up what a publish would have used up; `false` if that was used before.
    async fn spend(&self, nonce: &NonceUse) -> StoreResult<bool>;
}

/// [`AuthenticateBackEnd`] by stored app keys.
pub struct BackEndAuthentication {
    /// The keys.
    pub app_keys: Arc<dyn AppKeys>,
    /// The scheme.
    pub signatures: Arc<dyn Signatures>,
    /// What strict keys have used up.
    pub nonces: Arc<dyn NonceUses>,
    /// The time, for keys in rotation and strict ones.
    pub clock: Arc<dyn Clock>,
}

#[async_trait]
impl AuthenticateBackEnd for BackEndAuthentication {
    async fn authenticate(&self, credentials: &BackEndCredentials) -> Result<BackEnd, BackEndRefusal> {
        let app_key = self
            .app_keys
            .find(&credentials.app_key)
            .await?
            .filter(|key| key.is_enabled && key.dialect == Dialect::RongCloud)
            .ok_or(BackEndRefusal::KeyUnknown)?;
        let now = self.clock.now();
        let parts = SignedParts::NonceAndTime {
            nonce: credentials.nonce.clone(),
            timestamp: credentials.timestamp.clone(),
        };
        let is_signed = app_key
            .live_secrets(now)
            .any(|secret| self.signatures.verify(&parts, secret, &credentials.signature));
        if !is_signed {
            return Err(BackEndRefusal::SignatureWrong);
        }
        let nonce = strict_nonce(&app_key, credentials, now)?;
        Ok(BackEnd { app_key, nonce })
    }

    async fn admit(&self, credentials: &BackEndCredentials) -> Result<BackEnd, BackEndRefusal> {
        let back_end = self.authenticate(credentials).await?;
        match &back_end.nonce {
            Some(nonce) if !self.nonces.use_up(nonce).await? => Err(BackEndRefusal::Replayed),
            _ => Ok(back_end),
        }
    }

    async fn spend(&self, nonce: &NonceUse) -> StoreResult<bool> {
        self.nonces.use_up(nonce).await
    }
}

/// Old time stamps and repeated nonces are refused only where the app key says so: RongCloud's Node SDK signs once for the
/// life of its process. The use is that of the text which was signed, so moving the border between nonce and time stamp
/// makes no new one.
fn strict_nonce(
    app_key: &AppKey,
    credentials: &BackEndCredentials,
    now: Millis,
) -> Result<Option<NonceUse>, BackEndRefusal> {
    if !app_key.is_strict {
        return Ok(None);
    }
    let signed_at = signing_time(Dialect::RongCloud, &credentials.timestamp)
        .filter(|&signed_at| is_fresh(signed_at, now))
        .ok_or(BackEndRefusal::Stale)?;
    let nonce = format!("{}{}", credentials.nonce, credentials.timestamp);
    Ok(Some(NonceUse { app_key: app_key.id, nonce, signed_at }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::ports::{MockAppKeys, MockNonceUses, MockSignatures};
    use crate::ports::MockClock;
    use sixin_domain::access::app_key::{MAIN_API, Secret};
    use sixin_domain::id::AppKeyId;

    const NOW: Millis = Millis(1_732_233_600_000);

    fn key() -> AppKey {
        AppKey {
            id: AppKeyId(3),
            app_id: "key".into(),
            dialect: Dialect::RongCloud,
            platform: 0,
            kind: MAIN_API,
            secret: Secret::new("new"),
            former: Some((Secret::new("old"), NOW)),
            is_enabled: true,
            is_strict: false,
            name: String::new(),
            sends_per_minute: None,
        }
    }

    async fn authenticate(
        key: Option<AppKey>,
        secret: &'static str,
        timestamp: &str,
    ) -> Result<BackEnd, BackEndRefusal> {
        let (authentication, credentials) = authentication(key, secret, timestamp, MockNonceUses::new());
        authentication.authenticate(&credentials).await
    }

    fn authentication(
        key: Option<AppKey>,
        secret: &'static str,
        timestamp: &str,
        nonces: MockNonceUses,
    ) -> (BackEndAuthentication, BackEndCredentials) {
        let mut app_keys = MockAppKeys::new();
        app_keys.expect_find().withf(|id| id == "key").return_once(|_| Ok(key));
        let mut signatures = MockSignatures::new();
        signatures.expect_verify().returning(move |parts, with, signature| {
            matches!(parts, SignedParts::NonceAndTime { nonce, .. } if nonce == "483920.51")
                && with.reveal() == secret
                && signature == "signature"
        });
        let mut clock = MockClock::new();
        clock.expect_now().return_const(NOW);
        let authentication = BackEndAuthentication {
            app_keys: Arc::new(app_keys),
            signatures: Arc::new(signatures),
            nonces: Arc::new(nonces),
            clock: Arc::new(clock),
        };
        let credentials = BackEndCredentials {
            app_key: "key".into(),
            nonce: "483920.51".into(),
            timestamp: timestamp.into(),
            signature: "signature".into(),
        };
        (authentication, credentials)
    }

    #[tokio::test]
    async fn a_strict_key_is_admitted_once_for_each_nonce_and_others_use_up_nothing() {
        let strict = AppKey { is_strict: true, ..key() };
        for fresh in [true, false] {
            let mut nonces = MockNonceUses::new();
            nonces.expect_use_up().once().returning(move |_| Ok(fresh));
            let (authentication, credentials) =
                authentication(Some(strict.clone()), "new", "1732233600", nonces);
            let admitted = authentication.admit(&credentials).await;
            assert_eq!(admitted.is_ok(), fresh);
            assert!(fresh || matches!(admitted, Err(BackEndRefusal::Replayed)));
        }
        let (authentication, credentials) = authentication(Some(key()), "new", "1", MockNonceUses::new());
        assert!(authentication.admit(&credentials).await.is_ok());
    }

    #[tokio::test]
    async fn either_live_secret_opens() {
        assert!(authenticate(Some(key()), "new", "x").await.is_ok());
        assert!(authenticate(Some(key()), "old", "x").await.is_ok());
    }

    #[tokio::test]
    async fn a_wrong_secret_does_not_open() {
        assert!(matches!(authenticate(Some(key()), "other", "x").await, Err(BackEndRefusal::SignatureWrong)));
    }

    #[tokio::test]
    async fn a_missing_disabled_or_foreign_key_is_unknown() {
        let disabled = AppKey { is_enabled: false, ..key() };
        let foreign = AppKey { dialect: Dialect::Fresns, ..key() };
        for key in [None, Some(disabled), Some(foreign)] {
            assert!(matches!(authenticate(key, "new", "x").await, Err(BackEndRefusal::KeyUnknown)));
        }
    }

    #[tokio::test]
    async fn only_a_strict_key_looks_at_the_time_and_uses_up_the_nonce() {
        assert_eq!(authenticate(Some(key()), "new", "1").await.unwrap().nonce, None);
        let strict = AppKey { is_strict: true, ..key() };
        let fresh = authenticate(Some(strict.clone()), "new", "1732233600").await.unwrap();
        assert_eq!(
            fresh.nonce.map(|used| (used.nonce, used.signed_at)),
            Some(("483920.511732233600".into(), NOW))
        );
        for stale in ["1732233000", "1732234200", "soon"] {
            let refused = authenticate(Some(strict.clone()), "new", stale).await;
            assert!(matches!(refused, Err(BackEndRefusal::Stale)), "{stale}");
        }
    }
}
