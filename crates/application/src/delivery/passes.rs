//! Who may open a live stream, and for how long (docs/live.md#who-may).

use std::sync::Arc;

use async_trait::async_trait;
use sixin_domain::access::live_ticket::{LivePass, LiveProof, LiveTicket};
use sixin_domain::access::session::{Claim, Login, SessionRefusal, admit};
use sixin_domain::time::Millis;
use sixin_domain::user::User;
use thiserror::Error;

use super::ports::DeviceTokenOwners;
use super::stream::StreamOwner;
use crate::access::authenticate_user::hash_token;
use crate::access::ports::{NonceUses, Sessions};
use crate::access::tickets::{NONCE_CHARS, use_up};
use crate::files::links::{FileLinks, SignedLink};
use crate::ports::{Clock, SecretSource, StoreError};
use crate::site::ports::SettingSource;
use crate::users::ports::Users;
use crate::users::profiles::Viewer;

/// Why nobody is let in.
#[derive(Debug, Error)]
pub enum PassRefusal {
    /// The session does not prove the user, or not any longer.
    #[error(transparent)]
    Session(#[from] SessionRefusal),
    /// There is no such device token, or it was ended.
    #[error("there is no such device token")]
    DeviceUnknown,
    /// A back end has banned the user for a time.
    #[error("the user is banned for a time")]
    Banned,
    /// The ticket is not ours, has ended or was used before.
    #[error("the ticket is not valid: it works once, for a minute")]
    Ticket,
    /// The store could not.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A user who was let in.
#[derive(Debug, Clone)]
pub struct LiveGuest {
    /// By what.
    pub pass: LivePass,
    /// The user, as somebody who looks at others.
    pub viewer: Viewer,
    /// When what it was let in by runs out by itself.
    pub ends_at: Option<Millis>,
}

impl LiveGuest {
    /// Whose stream it may open.
    #[must_use]
    pub fn owner(&self, now: Millis) -> StreamOwner {
        let user = &self.viewer.user;
        StreamOwner { user: user.id, account: user.account, membership_end: self.viewer.membership_end(now) }
    }
}

/// Lets users in to live streams.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait LivePasses: Send + Sync {
    /// The user whose device has that token.
    async fn of_device(&self, token: &str) -> Result<LiveGuest, PassRefusal>;

    /// Whoever was let in by that, if it holds still. MUST NOT be answered from memory.
    async fn look_again(&self, pass: &LivePass) -> Result<LiveGuest, PassRefusal>;

    /// A ticket that stands for a pass.
    fn ticket(&self, pass: &LivePass) -> String;

    /// Whoever has a ticket, which is used up by this.
    async fn redeem(&self, ticket: &str) -> Result<LiveGuest, PassRefusal>;
}

/// [`LivePasses`] over the ports. None of them may answer from memory: a stream is ended right after what ends it.
pub struct LiveAdmission {
    /// The sessions of apps.
    pub sessions: Arc<dyn Sessions>,
    /// The tokens of devices.
    pub devices: Arc<dyn DeviceTokenOwners>,
    /// The users.
    pub users: Arc<dyn Users>,
    /// The settings.
    pub settings: Arc<dyn SettingSource>,
    /// Signs tickets, as it does links.
    pub links: Arc<FileLinks>,
    /// Makes nonces.
    pub secrets: Arc<dyn SecretSource>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Tickets that were used, known to all processes.
    pub used: Arc<dyn NonceUses>,
}

#[async_trait]
impl LivePasses for LiveAdmission {
    async fn of_device(&self, token: &str) -> Result<LiveGuest, PassRefusal> {
        let token = hash_token(token);
        let owner = self.devices.owner(&token).await?.ok_or(PassRefusal::DeviceUnknown)?;
        self.look_again(&LivePass { user: owner, proof: LiveProof::Device { token } }).await
    }

    async fn look_again(&self, pass: &LivePass) -> Result<LiveGuest, PassRefusal> {
        let settings = self.settings.settings().await?;
        let user = self.users.find_numbered(&[pass.user]).await?.pop();
        let now = self.clock.now();
        let ends_at = match &pass.proof {
            LiveProof::Session { aid, token, platform } => {
                let found = self.sessions.find(aid, token).await?;
                let claim = Claim {
                    account: Some(found.account),
                    session: found.session,
                    account_session: None,
                    user: Some(user.as_deref()),
                    platform: *platform,
                };
                admit(&claim, Login::User, settings.site_mode(), settings.private_end(), now)?;
                found.session.and_then(|session| session.expired_at)
            }
            LiveProof::Device { token } => {
                if self.devices.owner(token).await? != Some(pass.user) {
                    return Err(PassRefusal::DeviceUnknown);
                }
                None
            }
        };
        let user = user.ok_or(SessionRefusal::UserMissing)?;
        check_user(&user, now)?;
        Ok(LiveGuest { pass: pass.clone(), viewer: Viewer { user, settings }, ends_at })
    }

    fn ticket(&self, pass: &LivePass) -> String {
        let nonce = self.secrets.alphanumeric(NONCE_CHARS);
        let SignedLink { link, signature } =
            self.links.signed(LiveTicket::new(pass.clone(), nonce, self.clock.now()));
        format!("{}.{signature}", link.text())
    }

    async fn redeem(&self, ticket: &str) -> Result<LiveGuest, PassRefusal> {
        let (text, signature) = ticket.rsplit_once('.').ok_or(PassRefusal::Ticket)?;
        let link = LiveTicket::parse(text).ok_or(PassRefusal::Ticket)?;
        let signed = SignedLink { link, signature: signature.to_owned() };
        if self.links.works_for(&signed).is_none() {
            return Err(PassRefusal::Ticket);
        }
        let LiveTicket { pass, nonce, .. } = signed.link;
        if !use_up(&*self.used, nonce, &*self.clock).await? {
            return Err(PassRefusal::Ticket);
        }
        self.look_again(&pass).await
    }
}

/// Whoever was let in by its device has to be let in as a user, too.
fn check_user(user: &User, now: Millis) -> Result<(), PassRefusal> {
    user.stands()?;
    if user.restrictions.is_banned(now) {
        return Err(PassRefusal::Banned);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
