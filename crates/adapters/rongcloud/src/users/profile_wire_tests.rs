//! What is kept about users, on the wire.

use std::sync::Arc;

use sixin_application::conversations::ports::Order;
use sixin_application::users::keep_profiles::{ProfileError, ProfiledUser};
use sixin_application::users::ports::{KeptProfile, ShownAs};
use sixin_domain::time::Millis;
use sixin_domain::user::hosted_profile::{HostedProfile, ProfileRule};
use sixin_web::testing::new_user;

use crate::messages::wire_tests::{admitted, name, post};

const SET: &str = "/user/profile/set.json";

fn ann() -> ProfiledUser {
    let mut user = new_user(1, "ann");
    (user.profile.gender, user.profile.location) = (3, Some("Oslo".into()));
    let profile = HostedProfile {
        email: Some("ann@example.org".into()),
        level: Some(3),
        extensions: [("ext_team".to_owned(), "blue".to_owned())].into(),
        ..HostedProfile::default()
    };
    ProfiledUser {
        user: Arc::new(user),
        kept: KeptProfile { profile, changed_at: Millis(1_640_995_200_000) },
    }
}

#[actix_web::test]
async fn what_is_given_is_kept_as_texts_of_objects_or_as_objects() {
    let form = "userId=ann&userProfile=%7B%22name%22%3A%22Ann%22%2C%22gender%22%3A2%2C%22level%22%3A%223%22%2C%22email%22%3A%22%22%7D\
                &userExtProfile=%7B%22ext_a%22%3A%22b%22%7D";
    let json = r#"{"userId":"ann","userProfile":{"name":"Ann","gender":2,"level":3,"email":"","other":[]},
                   "userExtProfile":{"ext_a":"b"}}"#;
    for body in [form, json] {
        let mut mocks = admitted();
        mocks.profiles.expect_set().once().returning(|user, shown, change| {
            assert_eq!(
                (user, shown),
                (&name("ann"), ShownAs { nickname: Some("Ann".into()), portrait: None })
            );
            let wanted = HostedProfile {
                email: Some(String::new()),
                gender: Some(2),
                level: Some(3),
                extensions: [("ext_a".to_owned(), "b".to_owned())].into(),
                ..HostedProfile::default()
            };
            assert_eq!(change, wanted);
            Ok(())
        });
        let answer = post(mocks, SET, body).await;
        assert_eq!((answer.status.as_u16(), answer.code()), (200, 200), "{}", answer.text);
    }
}

#[actix_web::test]
async fn users_are_read_with_what_is_kept_about_them() {
    let mut mocks = admitted();
    mocks.profiles.expect_of().returning(|users| {
        assert_eq!(users, [name("ann"), name("bob")]);
        Ok(vec![ann()])
    });
    let answer = post(mocks, "/user/profile/batch/query.json", "userId=ann,bob").await;
    insta::assert_snapshot!("profiles", answer.wire());
    let mut mocks = admitted();
    mocks.profiles.expect_page().returning(|order, offset, limit| {
        assert_eq!((order, offset, limit), (Order::Newest, 20, 20));
        Ok((vec![ann()], 21))
    });
    let answer = post(mocks, "/user/profile/query.json", "page=2&size=20&order=1").await;
    insta::assert_snapshot!("profile_page", answer.wire());
    let mut mocks = admitted();
    mocks.profiles.expect_clean().once().returning(|_| Ok(()));
    assert_eq!(post(mocks, "/user/profile/clean.json", "userId=ann&userId=bob").await.status, 200);
}

#[actix_web::test]
async fn what_breaks_a_rule_is_named() {
    let mut lines = Vec::new();
    for body in [
        r#"{"userId":"ann","userProfile":"no"}"#,
        r#"{"userId":"ann","userProfile":{"name":" "}}"#,
        r#"{"userId":"ann","userProfile":{"gender":"she"}}"#,
        r#"{"userId":"ann","userProfile":{"email":[]}}"#,
        r#"{"userId":"ann","userExtProfile":{"ext_a":{}}}"#,
    ] {
        let answer = post(admitted(), SET, body).await;
        assert_eq!((answer.status.as_u16(), answer.code()), (400, 1003), "{body} {}", answer.text);
        lines.push(answer.json()["errorMessage"].as_str().unwrap().to_owned());
    }
    for rule in [ProfileRule::TooMany, ProfileRule::Key, ProfileRule::Number("level", 100)] {
        let mut mocks = admitted();
        mocks.profiles.expect_set().return_once(|_, _, _| Err(ProfileError::Rule(rule)));
        let answer = post(mocks, SET, "userId=ann").await;
        lines.push(answer.json()["errorMessage"].as_str().unwrap().to_owned());
    }
    insta::assert_snapshot!(lines.join("\n"));
}
