//! May A write to B? (docs/design.md#whom-rules-bind; for apps docs/wire/fresns.md#send-steps, steps 5 to 14.)

use crate::sending::refusal::Refusal;
use crate::site::role::{CONVERSATION, Role, RoleBook, UserRole};
use crate::site::settings::{Settings, SiteMode};
use crate::time::Millis;
use crate::user::{ConversationLimit, Relation, User};

/// On whose behalf a message is sent, which decides the rules that bind it (docs/design.md#whom-rules-bind).
#[derive(Debug, Clone, Copy)]
pub enum Speaker<'a> {
    /// A user, with its own session.
    User(&'a SiteRules<'a>),
    /// A back end that speaks for its users.
    BackEnd {
        /// Whether blocks between the two count.
        verify_blacklist: bool,
    },
}

/// What the site says about a user who sends.
#[derive(Debug, Clone, Copy)]
pub struct SiteRules<'a> {
    /// Setting `conversation_status`.
    pub conversations_on: bool,
    /// Whether the site is private, so that memberships end.
    pub is_private: bool,
    /// Setting `user_whitelist`: who is on no whitelist of the recipient may not write to it.
    pub lists_only: bool,
    /// The role that decides for the sender.
    pub role: Option<&'a Role>,
}

impl<'a> SiteRules<'a> {
    /// What these settings say about a user who has these roles.
    #[must_use]
    pub fn of(settings: &Settings, book: &'a RoleBook, roles: &[UserRole], now: Millis) -> Self {
        Self {
            conversations_on: settings.is_on("conversation_status"),
            is_private: settings.site_mode() == Some(SiteMode::Private),
            lists_only: settings.is_on("user_whitelist"),
            role: book.deciding(roles, settings.default_role(), now),
        }
    }
}

/// Whether `sender` may write to `recipient`, by the rules that bind the speaker, in the documented order.
///
/// # Errors
/// The first rule that is broken.
pub fn may_write(
    speaker: Speaker<'_>,
    sender: Option<&User>,
    recipient: Option<&User>,
    relation: Relation,
    now: Millis,
) -> Result<(), Refusal> {
    if sender.is_some_and(|sender| sender.username.is_reserved()) {
        return Err(Refusal::SenderDisabled);
    }
    match speaker {
        Speaker::User(site) => {
            let sender = sender.ok_or(Refusal::SenderUnknown)?;
            site_allows(site, sender, now)?;
            unrestricted(sender, now)?;
            let recipient = reachable(sender, recipient)?;
            accepts(recipient, sender, relation)?;
            if site.lists_only && !relation.recipient_lists_sender { Err(Refusal::NotListed) } else { Ok(()) }
        }
        Speaker::BackEnd { verify_blacklist } => {
            let sender = standing_sender(sender)?;
            reachable(sender, recipient)?;
            // The specification reads both ways, so either block counts (docs/design.md#verify-blacklist).
            let blocked = relation.recipient_blocked_sender || relation.sender_blocked_recipient;
            if verify_blacklist && blocked { Err(Refusal::Blocked) } else { Ok(()) }
        }
    }
}

/// Whether a user may send at all, whoever it would be to: what it uploads may be for anybody.
///
/// # Errors
/// The first rule that is broken.
pub fn may_send(site: &SiteRules<'_>, sender: &User, now: Millis) -> Result<(), Refusal> {
    standing_sender(Some(sender))?;
    if sender.username.is_reserved() {
        return Err(Refusal::SenderDisabled);
    }
    site_allows(site, sender, now)?;
    unrestricted(sender, now)
}

/// Whether the site lets `sender` send at all (docs/wire/fresns.md#send-steps, steps 5 to 7).
fn site_allows(site: &SiteRules<'_>, sender: &User, now: Millis) -> Result<(), Refusal> {
    if !site.conversations_on {
        return Err(Refusal::ConversationsOff);
    }
    if !site.role.is_some_and(|role| role.grants(CONVERSATION)) {
        return Err(Refusal::RoleForbids);
    }
    if site.is_private && sender.is_expired(now) {
        return Err(Refusal::MembershipExpired);
    }
    Ok(())
}

/// Whether no back end keeps the sender from sending (docs/design.md#whom-rules-bind).
fn unrestricted(sender: &User, now: Millis) -> Result<(), Refusal> {
    if sender.restrictions.is_banned(now) {
        return Err(Refusal::SenderBanned);
    }
    if sender.restrictions.is_muted { Err(Refusal::SenderMuted) } else { Ok(()) }
}

/// A sender that exists, is not deleted and not disabled.
///
/// # Errors
/// Which of the three it is.
pub fn standing_sender(sender: Option<&User>) -> Result<&User, Refusal> {
    let sender = sender.ok_or(Refusal::SenderUnknown)?;
    if sender.deleted_at.is_some() {
        return Err(Refusal::SenderDeleted);
    }
    if !sender.is_enabled {
        return Err(Refusal::SenderDisabled);
    }
    Ok(sender)
}

fn reachable<'a>(sender: &User, recipient: Option<&'a User>) -> Result<&'a User, Refusal> {
    let recipient = recipient.ok_or(Refusal::RecipientUnknown)?;
    if recipient.id == sender.id {
        return Err(Refusal::Oneself);
    }
    if recipient.deleted_at.is_some() {
        return Err(Refusal::RecipientDeleted);
    }
    if !recipient.is_enabled {
        return Err(Refusal::RecipientDisabled);
    }
    Ok(recipient)
}

/// Whether the recipient's own settings let the sender through (docs/wire/fresns.md#conversation-limit).
fn accepts(recipient: &User, sender: &User, relation: Relation) -> Result<(), Refusal> {
    if relation.recipient_blocked_sender {
        return Err(Refusal::Blocked);
    }
    match recipient.conversation_limit {
        ConversationLimit::Everybody => Ok(()),
        ConversationLimit::Nobody => Err(Refusal::AcceptsNobody),
        _ if relation.recipient_follows_sender => Ok(()),
        ConversationLimit::FollowedOrVerified if sender.is_verified => Ok(()),
        ConversationLimit::FollowedOrVerified => Err(Refusal::AcceptsFollowedOrVerified),
        ConversationLimit::Followed => Err(Refusal::AcceptsFollowed),
    }
}

#[cfg(test)]
mod tests;
