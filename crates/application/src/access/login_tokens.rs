//! Signing in where the app never sees the password: a page that asks for it hands the app a login token, and the app signs in
//! with that (docs/wire/fresns3.md#sign-in).

use std::sync::Arc;

use async_trait::async_trait;
use sixin_domain::access::app_key::Secret;
use sixin_domain::access::login_ticket::LoginTicket;
use sixin_domain::access::session::SessionRefusal;
use sixin_domain::file::link::ExpiringLink;
use sixin_domain::id::AppKeyId;
use sixin_domain::user::User;
use sixin_domain::user::username::UserRef;

use crate::access::ports::{Contact, NonceUses};
use crate::access::sign_in::{AccountView, Origin, SignInError, SigningIn, of_account, usable};
use crate::access::tickets::{NONCE_CHARS, use_up};
use crate::files::links::{FileLinks, SignedLink};
use crate::ports::Clock;

/// Who wants a login token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoginTokenRequest {
    /// The account.
    pub contact: Contact,
    /// Its password.
    pub password: Secret,
    /// The user of it to sign in; `None` for the only one there is.
    pub user: Option<UserRef>,
    /// The password of the user, if it has one.
    pub pin: Option<Secret>,
    /// The app that may use it.
    pub app_key: AppKeyId,
}

/// What whoever has shown a password gets.
#[derive(Debug, Clone)]
pub enum LoginOffer {
    /// A login token.
    Token(Secret),
    /// The account has several users, of which one is to be chosen first.
    Choose(Box<AccountView>),
}

/// Somebody who was signed in with a login token.
#[derive(Debug, Clone)]
pub struct SignedInBoth {
    /// The token of the account.
    pub account_token: Secret,
    /// The account.
    pub account: AccountView,
    /// The token of the user.
    pub user_token: Secret,
    /// The user.
    pub user: Arc<User>,
}

/// Makes login tokens and takes them.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait LoginTokens: Send + Sync {
    /// A login token for whoever knows the password. It works once, for five minutes, for the app that asked for it.
    async fn offer(&self, request: LoginTokenRequest, from: Origin) -> Result<LoginOffer, SignInError>;

    /// Signs in with a login token, which is used up by this: to the account and to its user. `Ok` means that both sessions are
    /// committed; they replace those of the same platform.
    async fn redeem(
        &self,
        token: &str,
        app_key: AppKeyId,
        platform: i64,
    ) -> Result<SignedInBoth, SignInError>;
}

/// [`LoginTokens`] over signing in.
pub struct LoginTokenKeeping {
    /// Who may sign in.
    pub signing_in: Arc<SigningIn>,
    /// Signs tickets, as it does links.
    pub links: Arc<FileLinks>,
    /// Tickets that were used, known to all processes.
    pub used: Arc<dyn NonceUses>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

#[async_trait]
impl LoginTokens for LoginTokenKeeping {
    async fn offer(&self, request: LoginTokenRequest, from: Origin) -> Result<LoginOffer, SignInError> {
        let LoginTokenRequest { contact, password, user, pin, app_key } = request;
        let account = self.signing_in.proved(&contact, &password, from).await?;
        let which = match user {
            Some(user) => user,
            None => {
                let view = self.signing_in.view(account.clone()).await?;
                match view.users.as_slice() {
                    [] => return Err(SignInError::UserUnknown),
                    [only] => UserRef::Uid(only.uid),
                    _ => return Ok(LoginOffer::Choose(Box::new(view))),
                }
            }
        };
        let user = self.signing_in.chosen(account.id, &which, pin, from).await?;
        let nonce = self.signing_in.secrets.alphanumeric(NONCE_CHARS);
        let ticket = LoginTicket::new((account.id, user.id), app_key, nonce, self.clock.now());
        let SignedLink { link, signature } = self.links.signed(ticket);
        Ok(LoginOffer::Token(Secret::new(format!("{}.{signature}", link.text()))))
    }

    async fn redeem(
        &self,
        token: &str,
        app_key: AppKeyId,
        platform: i64,
    ) -> Result<SignedInBoth, SignInError> {
        let LoginTicket { account, user, nonce, .. } = self.ours(token, app_key)?;
        if !use_up(&*self.used, nonce, &*self.clock).await? {
            return Err(SignInError::LoginTokenOver);
        }
        let signing_in = &self.signing_in;
        // What has changed since the password was shown counts.
        let found = signing_in.accounts.numbered(account).await?.ok_or(SessionRefusal::AccountUnknown)?;
        let found = usable(found)?;
        let user = of_account(signing_in.profiles.users.find_numbered(&[user]).await?.pop(), account)?;
        let account_token = signing_in.open(account, None, platform).await?;
        let user_token = signing_in.open(account, Some(user.id), platform).await?;
        let account = signing_in.view(found).await?;
        Ok(SignedInBoth { account_token, account, user_token, user })
    }
}

impl LoginTokenKeeping {
    /// The ticket behind a token, if it is ours, has not ended and is that app's.
    fn ours(&self, token: &str, app_key: AppKeyId) -> Result<LoginTicket, SignInError> {
        let (text, signature) = token.rsplit_once('.').ok_or(SignInError::LoginTokenUnknown)?;
        let link = LoginTicket::parse(text).ok_or(SignInError::LoginTokenUnknown)?;
        let is_over = link.left(self.clock.now()).is_none();
        let signed = SignedLink { link, signature: signature.to_owned() };
        match self.links.works_for(&signed) {
            Some(_) if signed.link.app_key == app_key => Ok(signed.link),
            None if is_over => Err(SignInError::LoginTokenOver),
            _ => Err(SignInError::LoginTokenUnknown),
        }
    }
}

#[cfg(test)]
mod tests;
