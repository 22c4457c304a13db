//! Signing in.

use sixin_application::access::login_tokens::{LoginOffer, LoginTokenRequest, SignedInBoth};
use sixin_application::access::sign_in::{AccountView, SignInError};
use sixin_domain::access::app_key::Secret;
use sixin_domain::user::username::{Uid, UserRef};

use super::*;
use crate::access::wire_tests::{PASSWORD, view};

async fn login_token(mocks: Mocks, more: &str) -> Answer {
    let body = format!(r#"{{"type":"email","account":"ann@example.org","password":"{PASSWORD}"{more}}}"#);
    ask(mocks, TestRequest::post(), "account/login-token", &body).await
}

#[actix_web::test]
async fn whoever_knows_the_password_gets_a_login_token_for_the_app_that_asks() {
    let mut mocks = admitted(Login::Nobody);
    let is_asked = |wanted: &LoginTokenRequest, from: &sixin_application::access::sign_in::Origin| {
        (wanted.password.reveal(), wanted.app_key, from.platform) == ("secret!", AppKeyId(4), 5)
            && wanted.user == Some(UserRef::Uid(Uid(90_001)))
            && wanted.pin.as_ref().map(Secret::reveal) == Some("secret!")
    };
    let token = |_: LoginTokenRequest, _| Ok(LoginOffer::Token(Secret::new("1.1.4.9.n.s")));
    mocks.login_tokens.expect_offer().withf(is_asked).once().returning(token);
    let more = format!(r#","uidOrUsername":90001,"pin":"{PASSWORD}""#);
    insta::assert_snapshot!(login_token(mocks, &more).await.text);
}

#[actix_web::test]
async fn whoever_has_several_users_is_told_whom_to_choose_from() {
    let mut mocks = admitted(Login::Nobody);
    mocks.login_tokens.expect_offer().returning(|_, _| {
        let users = vec![user(1, "mira-k"), user(2, "user2")];
        Ok(LoginOffer::Choose(Box::new(AccountView { users, ..view() })))
    });
    let data = login_token(mocks, "").await.json()["data"].clone();
    let names: Vec<_> = data["users"].as_array().unwrap().iter().map(|user| &user["username"]).collect();
    assert_eq!((names.len(), names[1], &data["loginToken"]), (2, &"user2".into(), &serde_json::Value::Null));
}

#[actix_web::test]
async fn every_reason_not_to_sign_somebody_in_has_its_code() {
    for (error, code) in [
        (SignInError::AccountPasswordWrong, 34304),
        (SignInError::Locked, 34306),
        (SignInError::UserPasswordMissing, 31604),
        (SignInError::UserPasswordWrong, 35204),
        (SignInError::UserUnknown, 35201),
    ] {
        let mut mocks = admitted(Login::Nobody);
        mocks.login_tokens.expect_offer().return_once(|_, _| Err(error));
        assert_eq!(login_token(mocks, "").await.code(), code);
    }
    for (error, code) in [(SignInError::LoginTokenUnknown, 31506), (SignInError::LoginTokenOver, 31507)] {
        let mut mocks = admitted(Login::Nobody);
        mocks.login_tokens.expect_redeem().return_once(|_, _, _| Err(error));
        let answer = ask(mocks, TestRequest::post(), "account/auth-token", r#"{"loginToken":"x"}"#).await;
        assert_eq!(answer.code(), code);
    }
    for (path, body) in [
        ("account/login-token", r#"{"type":"email","account":"ann@example.org"}"#),
        ("account/auth-token", "{}"),
        ("account/auth-token", r#"{"loginToken":" "}"#),
    ] {
        let answer = ask(admitted(Login::Nobody), TestRequest::post(), path, body).await;
        assert_eq!(answer.code(), 30001, "{path} {body}");
    }
}

#[actix_web::test]
async fn a_login_token_is_answered_with_both_tokens_and_the_account() {
    let mut mocks = admitted(Login::Nobody);
    mocks
        .login_tokens
        .expect_redeem()
        .withf(|token, app_key, platform| (token, *app_key, *platform) == ("1.1.4.9.n.s", AppKeyId(4), 5))
        .once()
        .returning(|_, _, _| {
            Ok(SignedInBoth {
                account_token: Secret::new("a".repeat(32)),
                account: view(),
                user_token: Secret::new("u".repeat(32)),
                user: user(1, "mira-k"),
            })
        });
    let body = r#"{"loginToken":"1.1.4.9.n.s","deviceToken":null}"#;
    let mut answer = ask(mocks, TestRequest::post(), "account/auth-token", body).await.json();
    let own = answer["data"]["detail"]["users"][0].take();
    insta::assert_snapshot!(serde_json::to_string_pretty(&answer).unwrap());
    insta::assert_snapshot!("own_user", serde_json::to_string_pretty(&own).unwrap());
}

#[actix_web::test]
async fn switching_to_a_user_keeps_the_token_of_the_account() {
    let mut mocks = admitted(Login::Account);
    mocks
        .sign_in
        .expect_to_user()
        .withf(|_, which, pin, _| {
            *which == UserRef::parse("user2").unwrap()
                && pin.as_ref().is_some_and(|pin| pin.reveal() == "secret!")
        })
        .once()
        .returning(|_, _, _, _| Ok((Secret::new("u".repeat(32)), user(2, "user2"))));
    mocks.roles.expect_of().returning(|_| Ok(Vec::new()));
    mocks.roles.expect_book().returning(|| Ok(Arc::default()));
    let body = format!(r#"{{"uidOrUsername":"user2","pin":"{PASSWORD}"}}"#);
    let answer = ask(mocks, TestRequest::post(), "user/auth-token", &body).await.json();
    insta::assert_snapshot!(serde_json::to_string_pretty(&answer["data"]["authToken"]).unwrap());
    assert_eq!(answer["data"]["detail"]["uid"], 90_002);
}

#[actix_web::test]
async fn signing_out_ends_both_sessions_and_the_account_is_shown_with_its_users() {
    let mut mocks = admitted(Login::Account);
    mocks
        .sign_in
        .expect_out()
        .withf(|_, user, platform| user.is_some() && *platform == 5)
        .once()
        .returning(|_, _, _| Ok(()));
    assert_eq!(ask(mocks, TestRequest::delete(), "account/auth-token", "").await.code(), 0);
    let mut mocks = admitted(Login::Account);
    mocks.sign_in.expect_account().returning(|_| Ok(view()));
    let detail = get(mocks, "account/detail").await.json()["data"]["detail"].clone();
    assert_eq!((&detail["hasEmail"], &detail["users"][0]["uid"]), (&true.into(), &90_001.into()));
}
