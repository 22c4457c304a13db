//! A back end makes users, says how they are shown, and gets tokens for their devices
//! (docs/wire/rongcloud.md#identity).

use std::sync::Arc;

use async_trait::async_trait;
use sixin_domain::access::app_key::Secret;
use sixin_domain::time::Millis;
use sixin_domain::user::User;
use sixin_domain::user::username::Username;

use crate::access::authenticate_user::hash_token;
use crate::conversations::ports::Order;
use crate::operations::ports::{SignIn, UserAdmin};
use crate::operations::users::{UserError, UserSpec, create};
use crate::ports::{Clock, SecretSource, StoreError};
use crate::users::named_users::{UsersError, ids_of, one_named};
use crate::users::ports::{BackEndUsers, DeviceTokens, NewDeviceToken, ShownAs, UserPage, Users};

/// Characters of a token; 62^43 are more than 2^256.
const TOKEN_CHARS: usize = 43;
/// Tokens of a user that work at once; the oldest ends first.
pub const MOST_TOKENS: i64 = 100;

/// Keeps users.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait KeepUsers: Send + Sync {
    /// A token for a device of the user, which is made if it does not exist, and shown like that from now on. The token
    /// is stored as its hash only. Earlier ones still work.
    async fn token(&self, user: &Username, shown: ShownAs) -> Result<Secret, UsersError>;

    /// Changes how a user is shown; what is not given stays as it is.
    async fn refresh(&self, user: &Username, shown: ShownAs) -> Result<(), UsersError>;

    /// Ends the tokens the users have got before a time.
    async fn expire_tokens(&self, users: &[Username], before: Millis) -> Result<(), UsersError>;

    /// A user that has not been deleted.
    async fn find(&self, user: &Username) -> Result<Arc<User>, UsersError>;

    /// Users that have not been deleted, by when they were made.
    async fn page(&self, order: Order, offset: i64, limit: i64) -> Result<UserPage, UsersError>;
}

/// [`KeepUsers`] over the ports.
pub struct UserKeeping {
    /// The users.
    pub users: Arc<dyn Users>,
    /// Makes them.
    pub admin: Arc<dyn UserAdmin>,
    /// Changes and lists them.
    pub kept: Arc<dyn BackEndUsers>,
    /// Their tokens.
    pub tokens: Arc<dyn DeviceTokens>,
    /// Where tokens and numbers come from.
    pub secrets: Arc<dyn SecretSource>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

#[async_trait]
impl KeepUsers for UserKeeping {
    async fn token(&self, name: &Username, shown: ShownAs) -> Result<Secret, UsersError> {
        let user = match self.users.find_named(std::slice::from_ref(name)).await?.pop() {
            Some(user) => user,
            None => self.made(name, &shown).await?,
        };
        self.show(&user, shown).await?;
        let token = Secret::new(self.secrets.alphanumeric(TOKEN_CHARS));
        let hash = hash_token(token.reveal());
        let new = NewDeviceToken { user: user.id, hash, created_at: self.clock.now() };
        self.tokens.add(&new, MOST_TOKENS).await?;
        Ok(token)
    }

    async fn refresh(&self, name: &Username, shown: ShownAs) -> Result<(), UsersError> {
        let user = one_named(&*self.users, name).await?;
        self.show(&user, shown).await
    }

    async fn expire_tokens(&self, users: &[Username], before: Millis) -> Result<(), UsersError> {
        let ids = ids_of(&*self.users, users).await?;
        Ok(self.tokens.expire(&ids, before).await?)
    }

    async fn find(&self, name: &Username) -> Result<Arc<User>, UsersError> {
        let user = one_named(&*self.users, name).await?;
        if user.deleted_at.is_some() { Err(UsersError::Unknown(name.clone())) } else { Ok(user) }
    }

    async fn page(&self, order: Order, offset: i64, limit: i64) -> Result<UserPage, UsersError> {
        Ok(self.kept.page(order, offset, limit).await?)
    }
}

impl UserKeeping {
    /// A new user of that name, or the one that somebody else has made at the same moment.
    async fn made(&self, name: &Username, shown: &ShownAs) -> Result<Arc<User>, UsersError> {
        let (username, nickname) = (name.clone(), shown.nickname.clone());
        let spec = UserSpec { username, uid: None, nickname, aid: None, sign_in: SignIn::default() };
        let made = create(&*self.admin, &*self.secrets, spec, self.clock.now()).await;
        match made {
            Ok(_) | Err(UserError::Taken(_) | UserError::NoFreeUid) => {}
            Err(UserError::Reserved(name)) => return Err(UsersError::Reserved(name)),
            Err(UserError::BadName(_)) => return Err(UsersError::Unseen),
            Err(UserError::Store(error)) => return Err(error.into()),
            Err(error) => return Err(StoreError::Fault(error.into()).into()),
        }
        match (one_named(&*self.users, name).await, made) {
            (Err(UsersError::Unknown(name)), Err(_)) => Err(UsersError::NumberTaken(name)),
            (found, _) => found,
        }
    }

    /// Has a user shown like that, if it is not already.
    async fn show(&self, user: &User, shown: ShownAs) -> Result<(), UsersError> {
        if user.deleted_at.is_some() || !user.is_enabled {
            return Err(UsersError::Left(user.username.clone()));
        }
        let is_same =
            |new: &Option<String>, old: Option<&str>| new.as_deref().is_none_or(|new| Some(new) == old);
        let profile = &user.profile;
        if is_same(&shown.nickname, Some(&profile.nickname))
            && is_same(&shown.portrait, profile.avatar_file_url.as_deref())
        {
            return Ok(());
        }
        Ok(self.kept.show(user.id, shown, self.clock.now()).await?)
    }
}

#[cfg(test)]
mod tests;
