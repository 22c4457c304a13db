use super::*;
use crate::site::role::with_permissions;
use crate::testing;
use crate::user::Restrictions;
use crate::user::username::Username;

const NOW: Millis = Millis(1_000_000);

fn user(id: i64) -> User {
    testing::user(id, &format!("user-{id}"))
}

/// One send, every rule of which can be bent by a test.
struct Case {
    sender: User,
    recipient: Option<User>,
    relation: Relation,
    conversations_on: bool,
    is_private: bool,
    lists_only: bool,
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
            lists_only: false,
            role: Some(with_permissions(r#"[{"permKey":"conversation","permValue":true}]"#)),
        }
    }

    fn by_user(bend: impl FnOnce(&mut Self)) -> Result<(), Refusal> {
        let mut case = Self::fine();
        bend(&mut case);
        let site = SiteRules {
            conversations_on: case.conversations_on,
            is_private: case.is_private,
            lists_only: case.lists_only,
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
fn whom_clients_obey_nobody_is_not_even_a_user_of_that_name() {
    let obeyed = |case: &mut Case| case.sender.username = Username::new("rongcloudsystem").unwrap();
    assert_eq!(Case::by_user(obeyed), Err(Refusal::SenderDisabled));
    assert_eq!(Case::by_back_end(false, obeyed), Err(Refusal::SenderDisabled));
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
    assert_eq!(Case::by_user(recipient(|user| user.deleted_at = Some(NOW))), Err(Refusal::RecipientDeleted));
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
    assert_eq!(Case::by_back_end(false, |case| case.sender.is_enabled = false), Err(Refusal::SenderDisabled));
}

#[test]
fn nobody_writes_to_themself() {
    assert_eq!(Case::by_user(|case| case.recipient = Some(user(1))), Err(Refusal::Oneself));
    assert_eq!(Case::by_back_end(false, |case| case.recipient = Some(user(1))), Err(Refusal::Oneself));
}

#[test]
fn a_blocked_sender_is_refused_but_who_blocks_may_still_write() {
    assert_eq!(Case::by_user(|case| case.relation.recipient_blocked_sender = true), Err(Refusal::Blocked));
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

#[test]
fn a_banned_user_sends_nothing_until_the_ban_is_over() {
    let until = |end: Millis| Case::by_user(move |case| case.sender.restrictions.banned_until = Some(end));
    assert_eq!(until(NOW.plus(1)), Err(Refusal::SenderBanned));
    assert_eq!(until(NOW), Ok(()));
}

#[test]
fn a_muted_user_sends_nothing() {
    let muted = |case: &mut Case| case.sender.restrictions.is_muted = true;
    assert_eq!(Case::by_user(muted), Err(Refusal::SenderMuted));
}

#[test]
fn bans_and_mutes_bind_neither_recipients_nor_back_ends() {
    let restrictions = Restrictions { banned_until: Some(NOW.plus(1)), is_muted: true };
    assert_eq!(Case::by_user(recipient(|user| user.restrictions = restrictions)), Ok(()));
    assert_eq!(Case::by_back_end(true, |case| case.sender.restrictions = restrictions), Ok(()));
}

#[test]
fn where_whitelists_are_on_only_the_listed_write_and_a_block_counts_first() {
    let on = |listed: bool, blocked: bool| {
        Case::by_user(move |case| {
            case.lists_only = true;
            case.relation.recipient_lists_sender = listed;
            case.relation.recipient_blocked_sender = blocked;
        })
    };
    assert_eq!(on(true, false), Ok(()));
    assert_eq!(on(false, false), Err(Refusal::NotListed));
    assert_eq!(on(true, true), Err(Refusal::Blocked));
    assert_eq!(Case::by_back_end(true, |case| case.lists_only = true), Ok(()));
}
