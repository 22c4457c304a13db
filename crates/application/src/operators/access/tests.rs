use super::testing::{ADDRESS, Mocks, NOW, known};
use super::*;
use crate::operators::manage::tests::operator;
use crate::operators::ports::OperatorToken;
use sixin_domain::operator::OperatorRole;
use sixin_domain::operator::permission::{Permission, Scopes};
use sixin_domain::operator::second_factor::FactorSecret;
use sixin_domain::operator::session::{IDLE_MS, LONGEST_MS, NOTED_EVERY_MS, SessionTimes};

fn with(password: &str) -> Proof {
    Proof { password: Secret::new(password), code: String::new() }
}

#[tokio::test(start_paused = true)]
async fn whoever_signs_in_is_written_down_and_only_the_hash_of_the_session_is_kept() {
    let mut mocks = Mocks::new();
    known(&mut mocks, true);
    mocks.audit.expect_append().once().withf(|row| row.action == Action::SignIn).returning(|_| Ok(1));
    mocks.factors.expect_of().returning(|_| Ok(None));
    let hash = hash_token(&"s".repeat(40));
    mocks.sessions.expect_begin().once().withf(move |new| new.token == hash).returning(|_| Ok(()));
    let token = mocks.access().sign_in("Ann", &with("right"), ADDRESS).await.unwrap();
    assert_eq!(token.reveal(), "s".repeat(40));
}

#[tokio::test(start_paused = true)]
async fn a_failure_is_written_down_without_a_name_that_nobody_has() {
    for (name, password, is_enabled, target) in [
        ("ann", "wrong", true, "ann"),
        ("ann", "right", false, "ann"),
        ("my-password", "right", true, ""),
        ("no name", "x", true, ""),
    ] {
        let mut mocks = Mocks::new();
        known(&mut mocks, is_enabled);
        mocks.factors.expect_of().returning(|_| Ok(None));
        mocks
            .audit
            .expect_append()
            .once()
            .withf(move |row| {
                row.action == Action::SignInFailed && row.target == target && row.actor == Actor::Nobody
            })
            .returning(|_| Ok(1));
        let refused = mocks.access().sign_in(name, &with(password), ADDRESS).await;
        assert!(matches!(refused, Err(OperatorAccessError::Wrong)), "{name} {password}");
    }
}

#[tokio::test(start_paused = true)]
async fn with_a_second_factor_a_fresh_code_is_needed_too_and_a_wrong_one_looks_like_a_wrong_password() {
    let secret = FactorSecret::new([7; 20]);
    let code = secret.code(NOW).unwrap();
    // The password, the code, whether that was used before, and whether it is asked for at all.
    for (password, code, is_fresh, takes, is_let_in) in [
        ("right", code.as_str(), true, 1, true),
        ("right", code.as_str(), false, 1, false),
        ("right", "", true, 0, false),
        ("right", "000000", true, 0, false),
        ("wrong", code.as_str(), true, 0, false),
    ] {
        let mut mocks = Mocks::new();
        known(&mut mocks, true);
        let secret = secret.clone();
        mocks.factors.expect_of().returning(move |_| Ok(Some(secret.clone())));
        mocks.factors.expect_take_step().times(takes).returning(move |_, _| Ok(is_fresh));
        mocks.sessions.expect_begin().returning(|_| Ok(()));
        let action = if is_let_in { Action::SignIn } else { Action::SignInFailed };
        mocks.audit.expect_append().once().withf(move |row| row.action == action).returning(|_| Ok(1));
        let proof = Proof { password: Secret::new(password), code: code.to_owned() };
        match mocks.access().sign_in("ann", &proof, ADDRESS).await {
            Ok(_) => assert!(is_let_in, "{password} {code}"),
            Err(OperatorAccessError::Wrong) => assert!(!is_let_in, "{password} {code}"),
            Err(error) => panic!("{error}"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_failed_too_often_is_locked_out_as_users_are() {
    let mut mocks = Mocks { failed: 5, ..Mocks::new() };
    known(&mut mocks, true);
    let refused = mocks.access().sign_in("ann", &with("right"), ADDRESS).await;
    assert!(matches!(refused, Err(OperatorAccessError::Locked)));
}

async fn session(began: i64, used: i64, is_enabled: bool, noted: usize) -> Option<SignedIn> {
    let is_used = noted > 0;
    let mut mocks = Mocks::new();
    mocks.sessions.expect_find().returning(move |_| {
        let times = SessionTimes { began_at: NOW.plus(-began), used_at: NOW.plus(-used) };
        Ok(Some((Operator { is_enabled, ..operator("ann", OperatorRole::Support) }, times)))
    });
    mocks.sessions.expect_note().times(noted).returning(|_, _| Ok(()));
    mocks.access().of_session("token", ADDRESS, is_used).await.unwrap()
}

#[tokio::test]
async fn a_session_holds_until_it_is_idle_too_old_or_its_operator_is_switched_off() {
    let signed_in = session(0, 0, true, 0).await.unwrap();
    assert_eq!(signed_in.form_token, form_token("token"));
    assert!(session(NOTED_EVERY_MS, NOTED_EVERY_MS, true, 1).await.is_some());
    assert!(session(NOTED_EVERY_MS, NOTED_EVERY_MS, true, 0).await.is_some(), "nobody has used it");
    assert!(session(IDLE_MS, IDLE_MS, true, 0).await.is_none());
    assert!(session(LONGEST_MS, 0, true, 0).await.is_none());
    assert!(session(0, 0, false, 0).await.is_none());
}

#[tokio::test]
async fn a_token_speaks_for_its_operator_until_it_ends() {
    for (ends_at, is_enabled, is_let_in) in
        [(None, true, true), (Some(NOW.plus(1)), true, true), (Some(NOW), true, false), (None, false, false)]
    {
        let mut mocks = Mocks::new();
        mocks.tokens.expect_find().returning(move |_| {
            let scopes = Scopes::parse("users").unwrap();
            let token = OperatorToken { id: 1, name: "ci".into(), scopes, created_at: NOW, ends_at };
            Ok(Some((Operator { is_enabled, ..operator("ann", OperatorRole::Support) }, token)))
        });
        let caller = mocks.access().of_token("sxo_x", ADDRESS).await.unwrap();
        assert_eq!(caller.is_some(), is_let_in);
        assert!(caller.is_none_or(|caller| !caller.may(Permission::RestrictUsers)));
    }
    assert!(Mocks::new().access().of_token("other", ADDRESS).await.unwrap().is_none());
}

#[test]
fn the_word_of_a_form_does_not_tell_the_session() {
    assert_eq!(form_token("a").len(), 64);
    assert_ne!(form_token("a"), form_token("b"));
}
