use async_trait::async_trait;
use sixin_domain::access::app_key::AppKey;
use sixin_domain::access::session::Session;
use sixin_domain::id::AccountId;

use crate::ports::StoreResult;
use crate::sending::ports::NonceUse;

/// App keys, for those who verify signatures.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait AppKeys: Send + Sync {
    /// The key with that public id, enabled or not. Ids MUST be compared by bytes.
    async fn find(&self, app_id: &str) -> StoreResult<Option<AppKey>>;
}

/// SHA-256 of a session token, the only form in which tokens are stored.
pub type TokenHash = [u8; 32];

/// What is known about an account and a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FoundSession {
    /// The account, if there is an enabled one with that aid.
    pub account: Option<AccountId>,
    /// Its session with that token, if there is one.
    pub session: Option<Session>,
}

/// Sessions of Fresns users.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait Sessions: Send + Sync {
    /// The account with that public id and its session with that token. Both MUST be compared by bytes; disabled and
    /// deleted accounts MUST NOT be found; expired sessions MUST be.
    async fn find(&self, aid: &str, token: &TokenHash) -> StoreResult<FoundSession>;
}

/// Nonces of strict app keys, for requests that store no message.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait NonceUses: Send + Sync {
    /// Uses up a nonce; `false` if it was used before.
    async fn use_up(&self, nonce: &NonceUse) -> StoreResult<bool>;
}
