use super::*;
use crate::access::authenticate_user::hash_token;
use crate::access::ports::{MockAccounts, MockLoginFailures, MockPasswordHasher, PasswordCheck};
use crate::operations::ports::MockSessionAdmin;
use crate::ports::{MockClock, MockSecretSource};
use crate::site::ports::MockRoles;
use crate::testing::{new_user, user};
use crate::users::ports::{MockRelations, MockUsers};
use sixin_domain::time::Millis;
use sixin_domain::user::contact::Email;

pub(in crate::access) const FROM: Origin =
    Origin { address: IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), platform: 5 };

pub(in crate::access) fn account() -> Account {
    Account {
        id: AccountId(1),
        aid: "h8Qp3ZtV".into(),
        email: None,
        phone: None,
        password: Some(Secret::new("old hash")),
        is_enabled: true,
        created_at: Millis(1),
        deleted_at: None,
    }
}

/// Of every hash `right` is the password, and hashes are outdated.
pub(in crate::access) fn signing_in(mut accounts: MockAccounts, sessions: MockSessionAdmin) -> SigningIn {
    accounts.expect_users_of().returning(|_, _| Ok(vec![UserId(1)]));
    let mut users = MockUsers::new();
    users.expect_find().returning(|which| {
        let all = [
            user(1, "ann"),
            Arc::new(User { account: AccountId(2), ..new_user(2, "bob") }),
            Arc::new(User { is_enabled: false, ..new_user(3, "gone") }),
        ];
        Ok(all.into_iter().find(|user| *which == UserRef::Username(user.username.clone())))
    });
    users.expect_find_numbered().returning(|_| Ok(vec![user(1, "ann")]));
    let mut roles = MockRoles::new();
    roles.expect_of_each().returning(|_| Ok(HashMap::new()));
    roles.expect_book().returning(|| Ok(Arc::default()));
    let mut hasher = MockPasswordHasher::new();
    hasher.expect_hash().returning(|_| Ok("new hash".into()));
    hasher.expect_check().returning(|password, hash| {
        let is_right = hash.is_some() && password.reveal() == "right";
        Ok(if is_right { PasswordCheck::Right { is_outdated: true } } else { PasswordCheck::Wrong })
    });
    let mut failures = MockLoginFailures::new();
    failures.expect_count().returning(|keys| Ok(vec![0; keys.len()]));
    failures.expect_add().returning(|_, _| Ok(()));
    failures.expect_withdraw().returning(|_, _| Ok(()));
    let clock = || {
        let mut clock = MockClock::new();
        clock.expect_now().return_const(Millis(9000));
        clock.expect_steady().return_const(Millis(9000));
        Arc::new(clock)
    };
    let mut secrets = MockSecretSource::new();
    secrets.expect_alphanumeric().returning(|length| "t".repeat(length));
    let profiles = Profiles {
        users: Arc::new(users),
        roles: Arc::new(roles),
        relations: Arc::new(MockRelations::new()),
        clock: clock(),
    };
    SigningIn {
        accounts: Arc::new(accounts),
        profiles: Arc::new(profiles),
        sessions: Arc::new(sessions),
        passwords: GuardedPasswords::new(Arc::new(hasher), Arc::new(failures), clock()),
        secrets: Arc::new(secrets),
    }
}

async fn to_account(found: Option<Account>, password: &str) -> Result<(Secret, AccountView), SignInError> {
    let mut accounts = MockAccounts::new();
    accounts.expect_find().returning(move |_| Ok(found.clone()));
    accounts
        .expect_replace_password()
        .withf(|owner, former, hash, _| {
            let hashes = (former.reveal(), hash.reveal());
            *owner == PasswordOwner::Account(AccountId(1)) && hashes == ("old hash", "new hash")
        })
        .times(0..=1)
        .returning(|_, _, _, _| Ok(()));
    let mut sessions = MockSessionAdmin::new();
    let is_new = |session: &crate::operations::ports::NewSession| {
        session.token == hash_token(&"t".repeat(32)) && (session.user, session.platform) == (None, 5)
    };
    sessions.expect_add().withf(is_new).returning(|_| Ok(()));
    let contact = Contact::Email(Email::parse("ann@example.org").unwrap());
    let signing_in = signing_in(accounts, sessions);
    signing_in.to_account(&contact, &Secret::new(password), FROM).await
}

#[tokio::test(start_paused = true)]
async fn the_right_password_opens_a_session_of_the_account() {
    let (token, view) = to_account(Some(account()), "right").await.unwrap();
    assert_eq!((token.reveal().len(), view.users.len()), (32, 1));
}

#[tokio::test(start_paused = true)]
async fn an_unknown_account_and_a_wrong_password_are_the_same() {
    let without = Account { password: None, ..account() };
    for (found, password) in [(None, "right"), (Some(account()), "wrong"), (Some(without), "right")] {
        assert!(matches!(to_account(found, password).await, Err(SignInError::AccountPasswordWrong)));
    }
}

#[tokio::test(start_paused = true)]
async fn that_an_account_is_gone_is_told_after_the_right_password_only() {
    let disabled = Account { is_enabled: false, ..account() };
    let deleted = Account { deleted_at: Some(Millis(2)), ..account() };
    for found in [disabled.clone(), deleted.clone()] {
        assert!(matches!(to_account(Some(found), "wrong").await, Err(SignInError::AccountPasswordWrong)));
    }
    assert!(matches!(to_account(Some(disabled), "right").await, Err(SignInError::AccountDisabled)));
    assert!(matches!(to_account(Some(deleted), "right").await, Err(SignInError::AccountDeleted)));
}

async fn to_user(
    which: &str,
    hash: Option<&'static str>,
    password: Option<&str>,
) -> Result<(Secret, Arc<User>), SignInError> {
    let mut accounts = MockAccounts::new();
    accounts.expect_password_of().returning(move |_| Ok(hash.map(Secret::new)));
    accounts.expect_replace_password().returning(|_, _, _, _| Ok(()));
    let mut sessions = MockSessionAdmin::new();
    sessions.expect_add().withf(|session| session.user == Some(UserId(1))).returning(|_| Ok(()));
    let signing_in = signing_in(accounts, sessions);
    let which = UserRef::parse(which).unwrap();
    signing_in.to_user(AccountId(1), &which, password.map(Secret::new), FROM).await
}

#[tokio::test(start_paused = true)]
async fn an_account_switches_to_its_own_users_only() {
    assert_eq!(to_user("ann", None, None).await.unwrap().1.id, UserId(1));
    let refused = async |which| to_user(which, None, None).await.unwrap_err();
    assert!(matches!(refused("bob").await, SignInError::Session(SessionRefusal::ForeignUser)));
    assert!(matches!(refused("gone").await, SignInError::Session(SessionRefusal::UserDisabled)));
    assert!(matches!(refused("nobody").await, SignInError::UserUnknown));
}

#[tokio::test(start_paused = true)]
async fn a_user_with_a_password_needs_it() {
    let with = async |password| to_user("ann", Some("hash"), password).await;
    assert!(matches!(with(None).await, Err(SignInError::UserPasswordMissing)));
    assert!(matches!(with(Some("wrong")).await, Err(SignInError::UserPasswordWrong)));
    assert!(with(Some("right")).await.is_ok());
}
