use super::*;
use crate::access::ports::{MockAccounts, MockPasswordHasher};
use crate::administration::ports::MockUserSearch;
use crate::administration::testing::{NOW, Written, caller, desk};
use crate::operations::ports::{MockSessionAdmin, MockUserAdmin};
use crate::ports::MockSecretSource;
use crate::push::ports::MockPushDevices;
use crate::site::ports::MockRoles;
use crate::testing::three_users;
use crate::users::ports::{MockUserLists, MockUserRestrictions};
use sixin_domain::operator::OperatorRole;

struct Mocks {
    admin: MockUserAdmin,
    sessions: MockSessionAdmin,
    restrictions: MockUserRestrictions,
}

impl Mocks {
    fn new() -> Self {
        Self {
            admin: MockUserAdmin::new(),
            sessions: MockSessionAdmin::new(),
            restrictions: MockUserRestrictions::new(),
        }
    }

    fn users(self) -> (AdministerUsers, Written) {
        let (desk, written) = desk();
        let mut passwords = MockPasswordHasher::new();
        passwords.expect_hash().returning(|_| Ok("hash".to_owned()));
        let mut secrets = MockSecretSource::new();
        secrets.expect_alphanumeric().returning(|length| "a".repeat(length));
        secrets.expect_number().return_const(10_000_001);
        let users = AdministerUsers {
            desk,
            users: Arc::new(three_users()),
            search: Arc::new(MockUserSearch::new()),
            admin: Arc::new(self.admin),
            accounts: Arc::new(MockAccounts::new()),
            roles: Arc::new(MockRoles::new()),
            sessions: Arc::new(self.sessions),
            devices: Arc::new(MockPushDevices::new()),
            restrictions: Arc::new(self.restrictions),
            lists: Arc::new(MockUserLists::new()),
            passwords: Arc::new(passwords),
            secrets: Arc::new(secrets),
        };
        (users, written)
    }
}

#[tokio::test]
async fn every_restriction_is_one_change_and_one_row_with_its_reason() {
    let end = Restriction::BannedUntil(Some(NOW.plus(5 * 60_000)));
    for (deed, restriction, row) in [
        (UserDeed::Ban(5), end, "user.ban ann minutes=5 reason=spam"),
        (UserDeed::Unban, Restriction::BannedUntil(None), "user.unban ann reason=spam"),
        (UserDeed::Mute, Restriction::Muted(true), "user.mute ann reason=spam"),
        (UserDeed::Unmute, Restriction::Muted(false), "user.unmute ann reason=spam"),
    ] {
        let mut mocks = Mocks::new();
        mocks
            .restrictions
            .expect_restrict()
            .once()
            .withf(move |ids, wanted, at| (ids, *wanted, *at) == (&[UserId(1)][..], restriction, NOW))
            .returning(|_, _, _| Ok(()));
        let (users, written) = mocks.users();
        users.restrict(&caller(OperatorRole::Support), "ann", deed, "spam").await.unwrap();
        assert_eq!(written.take(), [row]);
    }
}

#[tokio::test]
async fn whoever_is_enabled_is_neither_disabled_nor_deactivated() {
    let mut mocks = Mocks::new();
    mocks.admin.expect_set_enabled().once().withf(|_, is_on| *is_on).returning(|_, _| Ok(()));
    mocks
        .restrictions
        .expect_restrict()
        .once()
        .withf(|_, wanted, _| *wanted == Restriction::Deactivated(false))
        .returning(|_, _, _| Ok(()));
    let (users, written) = mocks.users();
    users.restrict(&caller(OperatorRole::Support), "ann", UserDeed::Enable, "").await.unwrap();
    assert_eq!(written.take(), ["user.enable ann"]);
}

#[tokio::test]
async fn a_viewer_does_not_learn_whom_it_could_not_restrict() {
    let (users, written) = Mocks::new().users();
    let viewer = caller(OperatorRole::Viewer);
    for name in ["ann", "nobody"] {
        let refused = users.restrict(&viewer, name, UserDeed::Mute, "").await;
        assert!(matches!(refused, Err(AdminError::Forbidden(_))), "{name}");
        let refused = users.delete(&caller(OperatorRole::Support), name, "").await;
        assert!(matches!(refused, Err(AdminError::Forbidden(_))), "{name}");
    }
    assert_eq!(written.take(), [] as [String; 0]);
}

#[tokio::test]
async fn a_user_who_is_not_there_and_an_endless_ban_are_refused_before_anything_is_written() {
    let (users, written) = Mocks::new().users();
    let support = caller(OperatorRole::Support);
    let unknown = users.restrict(&support, "dan", UserDeed::Mute, "").await;
    assert!(matches!(unknown, Err(AdminError::Unknown(what)) if what == "user dan"));
    for minutes in [0, -1, LONGEST_BAN_MINUTES + 1] {
        let refused = users.restrict(&support, "ann", UserDeed::Ban(minutes), "").await;
        assert!(matches!(refused, Err(AdminError::Invalid(_))));
    }
    assert_eq!(written.take(), [] as [String; 0]);
}

#[tokio::test]
async fn a_new_user_is_made_and_a_wrong_one_has_a_second_row() {
    let mut mocks = Mocks::new();
    mocks.admin.expect_add().once().returning(|_| Ok(()));
    let (users, written) = mocks.users();
    let support = caller(OperatorRole::Support);
    let form = |name: &str, email: Option<&str>| UserForm {
        username: name.into(),
        email: email.map(str::to_owned),
        ..UserForm::default()
    };
    users.create(&support, form("dora", Some("dora@example.org"))).await.unwrap();
    assert_eq!(written.take(), ["user.create dora"]);
    assert!(users.create(&support, form("emil", Some("nonsense"))).await.is_err());
    assert_eq!(written.take(), ["user.create emil", "user.create emil failed=1"]);
}

#[tokio::test]
async fn sessions_of_a_platform_are_ended() {
    let mut mocks = Mocks::new();
    mocks
        .sessions
        .expect_revoke()
        .once()
        .withf(|user, platform| (*user, *platform) == (UserId(2), Some(5)))
        .returning(|_, _| Ok(1));
    let (users, written) = mocks.users();
    let ended = users.revoke_sessions(&caller(OperatorRole::Support), "bob", Some(5)).await.unwrap();
    assert_eq!((ended, written.take()), (1, vec!["session.revoke bob platform=5".to_owned()]));
}
