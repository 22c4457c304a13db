//! Who is calling? For apps, which sign with their app secret and send the token of their user.
//!
//! The steps and their order are those of docs/wire/fresns.md#header-checks, rows 3 to 22.

use std::sync::Arc;

use async_trait::async_trait;
use sha2::{Digest, Sha256};
use sixin_domain::access::app_key::{
    AppKey, Dialect, MAIN_API, is_fresh, later_signing_time, signing_time, third_signing_time,
};
use sixin_domain::access::session::{Claim, Login, SessionRefusal, admit};
use sixin_domain::id::{AccountId, AppKeyId};
use sixin_domain::sending::rate::OwnRate;
use sixin_domain::site::settings::{Settings, offset_minutes};
use sixin_domain::time::Millis;
use sixin_domain::user::User;
use sixin_domain::user::username::{Uid, UserRef};
use thiserror::Error;

use crate::access::ports::{AppKeys, FoundSession, NonceUses, Sessions, Signatures, SignedParts, TokenHash};
use crate::ports::{Clock, StoreError, StoreResult};
use crate::sending::ports::NonceUse;
use crate::site::ports::SettingSource;
use crate::users::ports::Users;

/// Which clients speak: what a time stamp may be depends on it, and how they sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Generation {
    /// Those of the documentation and of the betas after it.
    First,
    /// Those since 2.2, with headers named `X-Fresns-`.
    Later,
    /// Those of 3.x, with the same headers and another signature.
    Third,
}

/// What an app presents. Empty headers count as absent.
#[derive(Clone, PartialEq, Eq)]
pub struct UserCredentials {
    /// Which clients send it so.
    pub generation: Generation,
    /// Header `appId`.
    pub app_id: String,
    /// Header `platformId`.
    pub platform: i64,
    /// What is signed: names and header texts, unchanged.
    pub signed: Vec<(&'static str, String)>,
    /// Header `timestamp`.
    pub timestamp: String,
    /// Header `sign`.
    pub signature: String,
    /// Header `langTag`.
    pub lang_tag: Option<String>,
    /// Header `timezone`.
    pub timezone: Option<String>,
    /// Header `aid`.
    pub aid: Option<String>,
    /// Header `uid`.
    pub uid: Option<Uid>,
    /// Header `token`: that of the user where a user is named, else that of the account.
    pub token: Option<String>,
    /// The token of the account where that of a user travels beside it; both are checked then.
    pub account_token: Option<String>,
}

impl UserCredentials {
    /// The language and the time zone that are asked for.
    #[must_use]
    pub fn asks(&self) -> (Option<&str>, Option<&str>) {
        (self.lang_tag.as_deref(), self.timezone.as_deref())
    }
}

/// A user who is who it says.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The user.
    pub user: Arc<User>,
    /// The key that signed.
    pub app_key: AppKeyId,
    /// The rate that holds instead of the site's, if the app key has one of its own.
    pub own_rate: Option<OwnRate>,
    /// The settings that were in force.
    pub settings: Arc<Settings>,
    /// What this request uses up, if the key is strict.
    pub nonce: Option<NonceUse>,
}

/// Whoever calls where not only users may.
#[derive(Debug, Clone)]
pub struct Visitor {
    /// The account, if it is signed in.
    pub account: Option<AccountId>,
    /// By which name it was called.
    pub aid: Option<String>,
    /// The user, if it is signed in.
    pub user: Option<Arc<User>>,
    /// Whether the account showed a session of its own, not only that of one of its users.
    pub has_account_session: bool,
    /// The platform of the key.
    pub platform: i64,
    /// The key that signed.
    pub app_key: AppKeyId,
    /// The rate that holds instead of the site's, if the app key has one of its own.
    pub own_rate: Option<OwnRate>,
    /// The settings that were in force.
    pub settings: Arc<Settings>,
    /// What this request uses up, if the key is strict.
    pub nonce: Option<NonceUse>,
}

/// Why an app or its user is not let in.
#[derive(Debug, Error)]
pub enum CallerRefusal {
    /// No such key, or it is off.
    #[error("there is no such app id")]
    KeyUnknown,
    /// The key is for another API.
    #[error("the app key may not call this API")]
    KeyKindWrong,
    /// The key is for another platform.
    #[error("the app key is for another platform")]
    PlatformWrong,
    /// The signature is too old, or from the future.
    #[error("the time stamp is too far off")]
    Stale,
    /// The signature does not match.
    #[error("the signature does not match")]
    SignatureWrong,
    /// The key is strict and this signature was used before.
    #[error("the signature has been used before")]
    Replayed,
    /// No enabled language has that tag.
    #[error("there is no such language")]
    LanguageUnknown,
    /// No time zone has that offset.
    #[error("there is no such time zone")]
    TimezoneUnknown,
    /// The session does not prove the user.
    #[error(transparent)]
    Session(#[from] SessionRefusal),
    /// Something could not be looked up.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Lets users in.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait AuthenticateUser: Send + Sync {
    /// The user behind the credentials, for endpoints that need one. What the request uses up is used up now.
    async fn authenticate(&self, credentials: &UserCredentials) -> Result<Caller, CallerRefusal>;

    /// Whoever is behind the credentials, for endpoints that need that login. What the request uses up is used up now.
    async fn admit(&self, credentials: &UserCredentials, need: Login) -> Result<Visitor, CallerRefusal>;

    /// The user behind a send. What it uses up is written with its message; who refuses the send calls
    /// [`spend`](Self::spend).
    async fn identify(&self, credentials: &UserCredentials) -> Result<Caller, CallerRefusal>;

    /// Uses up what a send would have used up; `false` if that was used before.
    async fn spend(&self, nonce: &NonceUse) -> StoreResult<bool>;
}

/// [`AuthenticateUser`] by stored app keys and sessions.
pub struct UserAuthentication {
    /// The keys.
    pub app_keys: Arc<dyn AppKeys>,
    /// The scheme.
    pub signatures: Arc<dyn Signatures>,
    /// The sessions.
    pub sessions: Arc<dyn Sessions>,
    /// The users.
    pub users: Arc<dyn Users>,
    /// The settings.
    pub settings: Arc<dyn SettingSource>,
    /// What strict keys have used up.
    pub nonces: Arc<dyn NonceUses>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

#[async_trait]
impl AuthenticateUser for UserAuthentication {
    async fn authenticate(&self, credentials: &UserCredentials) -> Result<Caller, CallerRefusal> {
        caller(self.admit(credentials, Login::User).await?)
    }

    async fn admit(&self, credentials: &UserCredentials, need: Login) -> Result<Visitor, CallerRefusal> {
        let now = self.clock.now();
        let app = self.check_app(credentials, now).await?;
        self.use_up(app.nonce.as_ref()).await?;
        self.visitor(credentials, need, now, app).await
    }

    async fn identify(&self, credentials: &UserCredentials) -> Result<Caller, CallerRefusal> {
        let now = self.clock.now();
        let app = self.check_app(credentials, now).await?;
        let nonce = app.nonce.clone();
        match self.visitor(credentials, Login::User, now, app).await.and_then(caller) {
            Ok(caller) => Ok(caller),
            Err(refusal) => {
                self.use_up(nonce.as_ref()).await?;
                Err(refusal)
            }
        }
    }

    async fn spend(&self, nonce: &NonceUse) -> StoreResult<bool> {
        self.nonces.use_up(nonce).await
    }
}

/// An app whose signature is right.
struct App {
    app_key: AppKeyId,
    own_rate: Option<OwnRate>,
    nonce: Option<NonceUse>,
}

/// A visitor who is a user.
fn caller(visitor: Visitor) -> Result<Caller, CallerRefusal> {
    let Visitor { user, app_key, own_rate, settings, nonce, .. } = visitor;
    let user = user.ok_or(SessionRefusal::UserMissing)?;
    Ok(Caller { user, app_key, own_rate, settings, nonce })
}

impl UserAuthentication {
    /// What a strict key let through once, it lets through once: also when the request is refused after this.
    async fn use_up(&self, nonce: Option<&NonceUse>) -> Result<(), CallerRefusal> {
        match nonce {
            Some(nonce) if !self.nonces.use_up(nonce).await? => Err(CallerRefusal::Replayed),
            _ => Ok(()),
        }
    }

    /// Who is behind credentials whose signature is right.
    async fn visitor(
        &self,
        credentials: &UserCredentials,
        need: Login,
        now: Millis,
        app: App,
    ) -> Result<Visitor, CallerRefusal> {
        let settings = self.settings.settings().await?;
        check_locale(credentials, &settings)?;
        let found = self.found(credentials.aid.as_deref(), credentials.token.as_deref()).await?;
        let of_account = self.found(credentials.aid.as_deref(), credentials.account_token.as_deref()).await?;
        let user = match credentials.uid {
            Some(uid) => Some(self.users.find(&UserRef::Uid(uid)).await?),
            None => None,
        };
        let claim = Claim {
            account: found.map(|found| found.account),
            session: found.and_then(|found| found.session),
            account_session: of_account.map(|found| found.session),
            user: user.as_ref().map(Option::as_deref),
            platform: credentials.platform,
        };
        let admitted = admit(&claim, need, settings.site_mode(), settings.private_end(), now)?;
        let account = admitted.account;
        let user = admitted.user.and(user.clone()).flatten();
        let has_account_session = account.is_some() && (user.is_none() || claim.account_session.is_some());
        let (aid, platform) = (credentials.aid.clone(), credentials.platform);
        let App { app_key, own_rate, nonce } = app;
        Ok(Visitor { account, aid, user, has_account_session, platform, app_key, own_rate, settings, nonce })
    }

    /// The session of a token, where both account and token were sent.
    async fn found(
        &self,
        aid: Option<&str>,
        token: Option<&str>,
    ) -> Result<Option<FoundSession>, StoreError> {
        match (aid, token) {
            (Some(aid), Some(token)) => Ok(Some(self.sessions.find(aid, &hash_token(token)).await?)),
            _ => Ok(None),
        }
    }

    /// When the app signed, on the true clock, if that is near enough.
    async fn signed_at(
        &self,
        credentials: &UserCredentials,
        now: Millis,
    ) -> Result<Option<Millis>, StoreError> {
        let text = &credentials.timestamp;
        let stamp = signing_time(Dialect::Fresns, text);
        Ok(match (credentials.generation, stamp) {
            (Generation::Third, _) => third_signing_time(text, now),
            (Generation::First, stamp) => stamp.filter(|&stamp| is_fresh(stamp, now)),
            (Generation::Later, Some(stamp)) => {
                later_signing_time(stamp, self.settings.settings().await?.zone(), now)
            }
            (Generation::Later, None) => None,
        })
    }

    /// Rows 3 to 7: the key and its signature.
    async fn check_app(&self, credentials: &UserCredentials, now: Millis) -> Result<App, CallerRefusal> {
        let key = self
            .app_keys
            .find(&credentials.app_id)
            .await?
            .filter(|key| key.is_enabled && key.dialect == Dialect::Fresns)
            .ok_or(CallerRefusal::KeyUnknown)?;
        if key.kind != MAIN_API {
            return Err(CallerRefusal::KeyKindWrong);
        }
        if key.platform != credentials.platform {
            return Err(CallerRefusal::PlatformWrong);
        }
        let signed_at = self.signed_at(credentials, now).await?.ok_or(CallerRefusal::Stale)?;
        let fields = credentials.signed.clone();
        let parts = match credentials.generation {
            Generation::First | Generation::Later => SignedParts::Fields(fields),
            Generation::Third => SignedParts::ThirdFields(fields),
        };
        let is_signed = key
            .live_secrets(now)
            .any(|secret| self.signatures.verify(&parts, secret, &credentials.signature));
        if !is_signed {
            return Err(CallerRefusal::SignatureWrong);
        }
        let nonce = strict_nonce(&key, credentials, signed_at);
        Ok(App { app_key: key.id, own_rate: key.own_rate(), nonce })
    }
}

/// This dialect has no nonce; a strict key takes each signature once.
fn strict_nonce(key: &AppKey, credentials: &UserCredentials, signed_at: Millis) -> Option<NonceUse> {
    key.is_strict.then(|| NonceUse {
        app_key: key.id,
        nonce: credentials.signature.to_ascii_lowercase(),
        signed_at,
    })
}

/// Row 20: language and time zone, where given, are known ones.
fn check_locale(credentials: &UserCredentials, settings: &Settings) -> Result<(), CallerRefusal> {
    if credentials.lang_tag.as_ref().is_some_and(|tag| settings.language(tag).is_none()) {
        return Err(CallerRefusal::LanguageUnknown);
    }
    if credentials.timezone.as_ref().is_some_and(|offset| offset_minutes(offset).is_none()) {
        return Err(CallerRefusal::TimezoneUnknown);
    }
    Ok(())
}

/// The form in which a token is stored and looked up.
#[must_use]
pub fn hash_token(token: &str) -> TokenHash {
    Sha256::digest(token.as_bytes()).into()
}

#[cfg(test)]
mod tests;
