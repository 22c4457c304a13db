use std::collections::HashSet;

use super::*;
use crate::access::ports::{Account, MockAccounts, MockNonceUses, MockSignatures, SignedParts};
use crate::access::sign_in::tests::{FROM, account, signing_in};
use crate::operations::ports::MockSessionAdmin;
use crate::ports::MockClock;
use sixin_domain::id::UserId;
use sixin_domain::time::Millis;
use sixin_domain::user::contact::Email;

const APP: AppKeyId = AppKeyId(4);

/// A keeper at that time, over an account that is `found` when a token is used; what was used is remembered in `used`.
fn keeping(found: Option<Account>, now: i64) -> LoginTokenKeeping {
    let mut accounts = MockAccounts::new();
    accounts.expect_find().returning(|_| Ok(Some(account())));
    accounts.expect_numbered().returning(move |_| Ok(found.clone()));
    accounts.expect_password_of().returning(|_| Ok(None));
    accounts.expect_replace_password().returning(|_, _, _, _| Ok(()));
    let mut sessions = MockSessionAdmin::new();
    sessions.expect_add().withf(|session| session.platform == 5).returning(|_| Ok(()));
    let mut signatures = MockSignatures::new();
    let of = |parts: &SignedParts| match parts {
        SignedParts::Link(text) => format!("s{}", text.bytes().map(u64::from).sum::<u64>()),
        _ => String::new(),
    };
    signatures.expect_sign().returning(move |parts, _| of(parts));
    signatures.expect_verify().returning(move |parts, _, signature| signature == of(parts));
    let clock = || {
        let mut clock = MockClock::new();
        clock.expect_now().return_const(Millis(now));
        Arc::new(clock)
    };
    let links = FileLinks { secret: Secret::new("secret"), signatures: Arc::new(signatures), clock: clock() };
    let (mut used, mut known) = (MockNonceUses::new(), HashSet::new());
    used.expect_use_up().returning(move |nonce| Ok(known.insert(nonce.nonce.clone())));
    LoginTokenKeeping {
        signing_in: Arc::new(signing_in(accounts, sessions)),
        links: Arc::new(links),
        used: Arc::new(used),
        clock: clock(),
    }
}

fn request(password: &str, user: Option<&str>) -> LoginTokenRequest {
    LoginTokenRequest {
        contact: Contact::Email(Email::parse("ann@example.org").unwrap()),
        password: Secret::new(password),
        user: user.map(|name| UserRef::parse(name).unwrap()),
        pin: None,
        app_key: APP,
    }
}

async fn token(keeping: &LoginTokenKeeping) -> String {
    match keeping.offer(request("right", Some("ann")), FROM).await.unwrap() {
        LoginOffer::Token(token) => token.reveal().to_owned(),
        LoginOffer::Choose(_) => panic!("a user was named"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_login_token_signs_in_to_account_and_user_and_works_once() {
    let keeping = keeping(Some(account()), 9000);
    let token = token(&keeping).await;
    let signed_in = keeping.redeem(&token, APP, 5).await.unwrap();
    assert_eq!((signed_in.user.id, signed_in.account.account.aid.as_str()), (UserId(1), "h8Qp3ZtV"));
    let again = keeping.redeem(&token, APP, 5).await;
    assert!(matches!(again, Err(SignInError::LoginTokenOver)));
}

#[tokio::test(start_paused = true)]
async fn a_wrong_password_and_users_of_others_get_no_login_token() {
    let keeping = keeping(Some(account()), 9000);
    let wrong = keeping.offer(request("wrong", Some("ann")), FROM).await;
    assert!(matches!(wrong, Err(SignInError::AccountPasswordWrong)));
    let foreign = keeping.offer(request("right", Some("bob")), FROM).await;
    assert!(matches!(foreign, Err(SignInError::Session(SessionRefusal::ForeignUser))));
}

#[tokio::test(start_paused = true)]
async fn a_login_token_ends_after_five_minutes_and_is_of_no_use_to_another_app() {
    let token = token(&keeping(Some(account()), 9000)).await;
    for (now, app_key, is_over) in
        [(309_000, APP, true), (308_999, AppKeyId(5), false), (309_000, AppKeyId(5), true)]
    {
        let refused = keeping(Some(account()), now).redeem(&token, app_key, 5).await.unwrap_err();
        assert_eq!(matches!(refused, SignInError::LoginTokenOver), is_over, "{now}");
        assert_eq!(matches!(refused, SignInError::LoginTokenUnknown), !is_over, "{now}");
    }
    assert!(keeping(Some(account()), 308_999).redeem(&token, APP, 5).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn what_is_no_login_token_of_ours_opens_nothing() {
    let keeping = keeping(Some(account()), 9000);
    let token = token(&keeping).await;
    let changed = token.replacen("1.1.4.", "1.2.4.", 1);
    assert_ne!(changed, token);
    for text in ["", ".", "1.1.4.9999.nonce", &format!("{token}0"), &changed, &token[1..]] {
        let refused = keeping.redeem(text, APP, 5).await;
        assert!(matches!(refused, Err(SignInError::LoginTokenUnknown)), "{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_account_that_was_disabled_meanwhile_is_not_signed_in() {
    let disabled = Account { is_enabled: false, ..account() };
    let keeping = keeping(Some(disabled), 9000);
    let token = token(&keeping).await;
    assert!(matches!(keeping.redeem(&token, APP, 5).await, Err(SignInError::AccountDisabled)));
}
