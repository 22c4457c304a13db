//! May A write to B? (design, chapters 1 and 5; facts: fresns 6.2, steps 5 to 14.)

use crate::refusal::Refusal;
use crate::role::{CONVERSATION, Role, RoleBook, UserRole};
use crate::settings::{Settings, SiteMode};
use crate::time::Millis;
use crate::user::{ConversationLimit, Relation, User};

/// On whose behalf a message is sent, which decides the rules that bind it (design, chapter 5).
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
    match speaker {
        Speaker::User(site) => {
            let sender = sender.ok_or(Refusal::SenderUnknown)?;
            site_allows(site, sender, now)?;
            let recipient = reachable(sender, recipient)?;
            accepts(recipient, sender, relation)
        }
        Speaker::BackEnd { verify_blacklist } => {
            let sender = standing_sender(sender)?;
            reachable(sender, recipient)?;
            // The seed's note 3 and its code 1005 read both ways, so either block counts.
            let blocked = relation.recipient_blocked_sender || relation.sender_blocked_recipient;
            if verify_blacklist && blocked { Err(Refusal::Blocked) } else { Ok(()) }
        }
    }
}

/// Whether the site lets `sender` send at all (Fresns seed, developer notes 1 to 3).
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

/// Whether the recipient's own settings let the sender through (facts: fresns 6.4).
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
mod tests {
    use super::*;
    use crate::id::{AccountId, UserId};
    use crate::role::with_permissions;
    use crate::user::Profile;
    use crate::username::{Uid, Username};

    const NOW: Millis = Millis(1_000_000);

    fn user(id: i64) -> User {
        User {
            id: UserId(id),
            account: AccountId(id),
            uid: Uid(id + 10_000),
            username: Username::new(format!("user-{id}")).unwrap(),
            conversation_limit: ConversationLimit::Everybody,
            is_verified: false,
            is_enabled: true,
            expired_at: None,
            deleted_at: None,
            profile: Profile::default(),
        }
    }

    /// One send, every rule of which can be bent by a test.
    struct Case {
        sender: User,
        recipient: Option<User>,
        relation: Relation,
        conversations_on: bool,
        is_private: bool,
        role: Option<Role>,
    }

    impl Case {
        fn fine() -> Self {
            Self {
                sender: user(1),
                recipient: Some(user(2)),
                relation: Relation::default(),
                conversations_on: true,
                is_private: false,
                role: Some(with_permissions(r#"[{"permKey":"conversation","permValue":true}]"#)),
            }
        }

        fn by_user(bend: impl FnOnce(&mut Self)) -> Result<(), Refusal> {
            let mut case = Self::fine();
            bend(&mut case);
            let site = SiteRules {
                conversations_on: case.conversations_on,
                is_private: case.is_private,
                role: case.role.as_ref(),
            };
            may_write(Speaker::User(&site), Some(&case.sender), case.recipient.as_ref(), case.relation, NOW)
        }

        fn by_back_end(verify_blacklist: bool, bend: impl FnOnce(&mut Self)) -> Result<(), Refusal> {
            let mut case = Self::fine();
            bend(&mut case);
            let speaker = Speaker::BackEnd { verify_blacklist };
            may_write(speaker, Some(&case.sender), case.recipient.as_ref(), case.relation, NOW)
        }
    }

    fn recipient(bend: impl FnOnce(&mut User)) -> impl FnOnce(&mut Case) {
        |case| bend(case.recipient.as_mut().unwrap())
    }

    #[test]
    fn an_ordinary_message_may_be_sent() {
        assert_eq!(Case::by_user(|_| ()), Ok(()));
        assert_eq!(Case::by_back_end(true, |_| ()), Ok(()));
    }

    #[test]
    fn nobody_sends_while_conversations_are_switched_off() {
        assert_eq!(Case::by_user(|case| case.conversations_on = false), Err(Refusal::ConversationsOff));
    }

    #[test]
    fn a_role_without_the_permission_forbids_and_so_does_no_role() {
        assert_eq!(Case::by_user(|case| case.role = Some(with_permissions("[]"))), Err(Refusal::RoleForbids));
        assert_eq!(Case::by_user(|case| case.role = None), Err(Refusal::RoleForbids));
    }

    #[test]
    fn an_expired_member_of_a_private_site_may_not_send() {
        let expired = |case: &mut Case| {
            case.is_private = true;
            case.sender.expired_at = Some(NOW.plus(-1));
        };
        assert_eq!(Case::by_user(expired), Err(Refusal::MembershipExpired));
    }

    #[test]
    fn membership_ends_only_in_private_mode_only_when_set_and_only_after_its_end() {
        assert_eq!(Case::by_user(|case| case.sender.expired_at = Some(Millis(0))), Ok(()));
        assert_eq!(Case::by_user(|case| case.is_private = true), Ok(()));
        let last_moment = |case: &mut Case| {
            case.is_private = true;
            case.sender.expired_at = Some(NOW);
        };
        assert_eq!(Case::by_user(last_moment), Ok(()));
    }

    #[test]
    fn the_expiry_of_a_recipient_does_not_matter() {
        let expired = |case: &mut Case| {
            case.is_private = true;
            case.recipient.as_mut().unwrap().expired_at = Some(Millis(0));
        };
        assert_eq!(Case::by_user(expired), Ok(()));
    }

    #[test]
    fn unknown_deleted_and_disabled_recipients_are_refused_in_both_dialects() {
        assert_eq!(Case::by_user(|case| case.recipient = None), Err(Refusal::RecipientUnknown));
        assert_eq!(
            Case::by_user(recipient(|user| user.deleted_at = Some(NOW))),
            Err(Refusal::RecipientDeleted)
        );
        assert_eq!(Case::by_user(recipient(|user| user.is_enabled = false)), Err(Refusal::RecipientDisabled));
        assert_eq!(Case::by_back_end(false, |case| case.recipient = None), Err(Refusal::RecipientUnknown));
        let deleted = recipient(|user| user.deleted_at = Some(NOW));
        assert_eq!(Case::by_back_end(false, deleted), Err(Refusal::RecipientDeleted));
        let disabled = recipient(|user| user.is_enabled = false);
        assert_eq!(Case::by_back_end(false, disabled), Err(Refusal::RecipientDisabled));
    }

    #[test]
    fn unknown_deleted_and_disabled_senders_of_a_back_end_are_refused() {
        let speaker = Speaker::BackEnd { verify_blacklist: false };
        let result = may_write(speaker, None, Some(&user(2)), Relation::default(), NOW);
        assert_eq!(result, Err(Refusal::SenderUnknown));
        assert_eq!(
            Case::by_back_end(false, |case| case.sender.deleted_at = Some(NOW)),
            Err(Refusal::SenderDeleted)
        );
        assert_eq!(
            Case::by_back_end(false, |case| case.sender.is_enabled = false),
            Err(Refusal::SenderDisabled)
        );
    }

    #[test]
    fn nobody_writes_to_themself() {
        assert_eq!(Case::by_user(|case| case.recipient = Some(user(1))), Err(Refusal::Oneself));
        assert_eq!(Case::by_back_end(false, |case| case.recipient = Some(user(1))), Err(Refusal::Oneself));
    }

    #[test]
    fn a_blocked_sender_is_refused_but_who_blocks_may_still_write() {
        assert_eq!(
            Case::by_user(|case| case.relation.recipient_blocked_sender = true),
            Err(Refusal::Blocked)
        );
        assert_eq!(Case::by_user(|case| case.relation.sender_blocked_recipient = true), Ok(()));
    }

    #[test]
    fn a_back_end_is_held_to_blocks_in_either_direction_only_when_it_asks() {
        for blocks in [
            |case: &mut Case| case.relation.recipient_blocked_sender = true,
            |case: &mut Case| case.relation.sender_blocked_recipient = true,
        ] {
            assert_eq!(Case::by_back_end(true, blocks), Err(Refusal::Blocked));
            assert_eq!(Case::by_back_end(false, blocks), Ok(()));
        }
    }

    #[test]
    fn a_back_end_is_not_bound_by_the_rules_for_users() {
        let closed = |case: &mut Case| {
            case.conversations_on = false;
            case.role = None;
            case.is_private = true;
            case.sender.expired_at = Some(Millis(0));
            case.recipient.as_mut().unwrap().conversation_limit = ConversationLimit::Nobody;
        };
        assert_eq!(Case::by_back_end(true, closed), Ok(()));
    }

    #[test]
    fn limit_2_lets_only_those_through_whom_the_recipient_follows() {
        let limited = recipient(|user| user.conversation_limit = ConversationLimit::Followed);
        assert_eq!(Case::by_user(limited), Err(Refusal::AcceptsFollowed));
        let verified = |case: &mut Case| {
            case.sender.is_verified = true;
            case.recipient.as_mut().unwrap().conversation_limit = ConversationLimit::Followed;
        };
        assert_eq!(Case::by_user(verified), Err(Refusal::AcceptsFollowed));
        let followed = |case: &mut Case| {
            case.relation.recipient_follows_sender = true;
            case.recipient.as_mut().unwrap().conversation_limit = ConversationLimit::Followed;
        };
        assert_eq!(Case::by_user(followed), Ok(()));
    }

    #[test]
    fn limit_3_lets_verified_users_through_as_well() {
        let limited = recipient(|user| user.conversation_limit = ConversationLimit::FollowedOrVerified);
        assert_eq!(Case::by_user(limited), Err(Refusal::AcceptsFollowedOrVerified));
        for lift in [
            |case: &mut Case| case.sender.is_verified = true,
            |case: &mut Case| case.relation.recipient_follows_sender = true,
        ] {
            let lifted = |case: &mut Case| {
                lift(case);
                case.recipient.as_mut().unwrap().conversation_limit = ConversationLimit::FollowedOrVerified;
            };
            assert_eq!(Case::by_user(lifted), Ok(()));
        }
    }

    #[test]
    fn limit_4_lets_nobody_through_not_even_those_followed() {
        let closed = |case: &mut Case| {
            case.relation.recipient_follows_sender = true;
            case.sender.is_verified = true;
            case.recipient.as_mut().unwrap().conversation_limit = ConversationLimit::Nobody;
        };
        assert_eq!(Case::by_user(closed), Err(Refusal::AcceptsNobody));
    }

    #[test]
    fn the_first_broken_rule_in_the_documented_order_is_told() {
        type Break = fn(&mut Case);
        let in_order: [(Break, Refusal); 7] = [
            (|case| case.conversations_on = false, Refusal::ConversationsOff),
            (|case| case.role = None, Refusal::RoleForbids),
            (
                |case| {
                    case.is_private = true;
                    case.sender.expired_at = Some(Millis(0));
                },
                Refusal::MembershipExpired,
            ),
            (|case| case.recipient.as_mut().unwrap().deleted_at = Some(NOW), Refusal::RecipientDeleted),
            (|case| case.recipient.as_mut().unwrap().is_enabled = false, Refusal::RecipientDisabled),
            (|case| case.relation.recipient_blocked_sender = true, Refusal::Blocked),
            (
                |case| case.recipient.as_mut().unwrap().conversation_limit = ConversationLimit::Followed,
                Refusal::AcceptsFollowed,
            ),
        ];
        for first in 0..in_order.len() {
            let broken = |case: &mut Case| in_order[first..].iter().for_each(|(bend, _)| bend(case));
            assert_eq!(Case::by_user(broken), Err(in_order[first].1));
        }
    }
}
