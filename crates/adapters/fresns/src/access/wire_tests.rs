//! Signing in on the wire, over a mocked use case.

use std::collections::HashMap;
use std::sync::Arc;

use actix_web::test::TestRequest;
use sixin_application::access::ports::{Account, Contact, PasswordError};
use sixin_application::access::sign_in::{AccountView, SignInError};
use sixin_domain::access::app_key::Secret;
use sixin_domain::access::session::Login;
use sixin_domain::id::AccountId;
use sixin_domain::user::contact::{Email, Phone};
use sixin_web::testing::{Answer, NOW, call, user};

use crate::sending::wire_tests::with_headers;
use crate::site::wire_tests::visited;
use crate::testing::Mocks;

/// `secret!`, and without padding.
pub(crate) const PASSWORD: &str = "c2VjcmV0IQ==";

pub(crate) fn view() -> AccountView {
    let account = Account {
        id: AccountId(1),
        aid: "h8Qp3ZtV".into(),
        email: Email::parse("ann@example.org"),
        phone: Phone::parse("+4915112345678"),
        password: Some(Secret::new("hash")),
        is_enabled: true,
        created_at: NOW,
        deleted_at: None,
    };
    AccountView { account, users: vec![user(1, "mira-k")], roles: HashMap::new(), role_book: Arc::default() }
}

async fn post(mocks: Mocks, path: &str, body: &str) -> Answer {
    let request = TestRequest::post().uri(&format!("/api/v2/{path}")).set_payload(body.to_owned());
    call(mocks.api(), with_headers(request, &[("aid", ""), ("uid", ""), ("token", "")])).await
}

async fn login(body: &str) -> Answer {
    let mut mocks = visited(Login::Nobody);
    mocks
        .sign_in
        .expect_to_account()
        .withf(|_, password, from| password.reveal() == "secret!" && from.platform == 5)
        .returning(|contact, _, _| {
            assert!(matches!(contact, Contact::Email(_) | Contact::Phone(_)));
            Ok((Secret::new("t".repeat(32)), view()))
        });
    post(mocks, "account/login", body).await
}

#[actix_web::test]
async fn whoever_signs_in_gets_a_token_and_the_account() {
    let body = format!(r#"{{"type":"email","account":"Ann@example.org","password":"{PASSWORD}"}}"#);
    insta::assert_snapshot!(login(&body).await.wire());
    for account in
        [r#""account":"15112345678","countryCode":"+49""#, r#""account":15112345678,"countryCode":49"#]
    {
        let body = format!(r#"{{"type":"phone",{account},"password":"c2VjcmV0IQ"}}"#);
        assert_eq!(login(&body).await.code(), 0);
    }
}

#[actix_web::test]
async fn what_is_missing_or_malformed_is_refused_before_a_password_is_looked_at() {
    let long = "YWFh".repeat(25_000);
    let email = r#""type":"email","account":"ann@example.org""#;
    for (body, code) in [
        ("[]".to_owned(), 30000),
        ("{}".to_owned(), 30001),
        (r#"{"type":"email"}"#.to_owned(), 30001),
        (r#"{"type":"carrier pigeon","account":"x"}"#.to_owned(), 30002),
        (r#"{"type":"email","account":"ann"}"#.to_owned(), 30000),
        (r#"{"type":"phone","account":"15112345678"}"#.to_owned(), 30001),
        (r#"{"type":"phone","account":"15112345678","countryCode":"0"}"#.to_owned(), 30000),
        (format!("{{{email}}}"), 34111),
        (format!(r#"{{{email},"verifyCode":"123456"}}"#), 33203),
        (format!(r#"{{{email},"password":7}}"#), 30000),
        (format!(r#"{{{email},"password":"not base64!"}}"#), 30000),
        (format!(r#"{{{email},"password":"/w=="}}"#), 30000),
        (format!(r#"{{{email},"password":"{long}"}}"#), 30000),
    ] {
        assert_eq!(login(&body).await.code(), code, "{}", body.chars().take(80).collect::<String>());
    }
}

#[actix_web::test]
async fn every_reason_not_to_sign_somebody_in_has_its_code() {
    let with = async |error: SignInError| {
        let mut mocks = visited(Login::Nobody);
        mocks.sign_in.expect_to_account().return_once(|_, _, _| Err(error));
        let body = format!(r#"{{"type":"email","account":"ann@example.org","password":"{PASSWORD}"}}"#);
        post(mocks, "account/login", &body).await
    };
    for (error, code) in [
        (SignInError::AccountPasswordWrong, 34304),
        (SignInError::Locked, 34306),
        (SignInError::AccountDisabled, 34307),
        (SignInError::AccountDeleted, 34308),
        (SignInError::UserPasswordWrong, 35204),
    ] {
        assert_eq!(with(error).await.code(), code);
    }
    let busy = with(SignInError::Password(PasswordError::Busy)).await;
    assert_eq!((busy.status.as_u16(), busy.header("retry-after")), (503, Some("1")));
}

#[actix_web::test]
async fn nobody_registers() {
    assert_eq!(post(visited(Login::Nobody), "account/register", "{}").await.code(), 34201);
}
