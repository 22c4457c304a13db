//! Blacklists on the wire.

use sixin_application::keep_blacklists::{BlacklistError, BlacklistPart};
use sixin_application::ports::{BlockedPlace, StoreError};
use sixin_domain::time::Millis;
use sixin_domain::username::Username;

use super::message_wire_tests::{admitted, post};

fn name(text: &str) -> Username {
    Username::new(text).unwrap()
}

#[actix_web::test]
async fn users_are_put_on_a_list_and_taken_off_in_both_spellings() {
    for (path, is_blocked) in [
        ("/user/blacklist/add.json", true),
        ("/user/blocklist/add.json", true),
        ("/user/blacklist/remove.json", false),
        ("/user/blocklist/remove.json", false),
    ] {
        let mut mocks = admitted();
        let asked = move |owner: &Username, others: &[Username], blocked: &bool| {
            owner.as_str() == "a" && others == [name("b"), name("c")] && *blocked == is_blocked
        };
        mocks.blacklists.expect_set().once().withf(asked).returning(|_, _, _| Ok(()));
        // As the Node SDK sends it (facts: rongcloud 12.3).
        let answer = post(mocks, path, "blackUserId=b&blackUserId=c&userId=a").await;
        assert_eq!(answer.text, r#"{"code":200}"#, "{path}");
    }
}

#[actix_web::test]
async fn one_to_twenty_users_may_be_named() {
    let of = |count: usize| (0..count).map(|number| format!("&blackUserId=u{number}")).collect::<String>();
    let mut mocks = admitted();
    mocks.blacklists.expect_set().once().withf(|_, others, _| others.len() == 20).returning(|_, _, _| Ok(()));
    let path = "/user/blacklist/add.json";
    assert_eq!(post(mocks, path, &format!("userId=a{}", of(20))).await.code(), 200);
    for body in [
        format!("userId=a{}", of(21)),
        "userId=a".into(),
        "blackUserId=b".into(),
        "userId=a&blackUserId=".into(),
        format!("userId=a&blackUserId={}", "x".repeat(65)),
    ] {
        let answer = post(admitted(), path, &body).await;
        assert_eq!((answer.code(), answer.status.as_u16()), (1003, 400), "{body}");
    }
}

#[actix_web::test]
async fn a_list_is_plain_ids_and_its_parts_meet() {
    let place = BlockedPlace { since: Millis(1_668_061_200_000), number: 31 };
    let mut mocks = admitted();
    mocks
        .blacklists
        .expect_part()
        .once()
        .withf(|owner, after, limit| (owner.as_str(), *after, *limit) == ("a", None, 1000))
        .returning(|_, _, _| Ok(BlacklistPart { users: vec![name("c"), name("b")], next: None }));
    let whole = post(mocks, "/user/blacklist/query.json", "userId=a").await;
    assert_eq!(whole.text, r#"{"code":200,"users":["c","b"]}"#);
    let mut mocks = admitted();
    mocks
        .blacklists
        .expect_part()
        .once()
        .returning(move |_, _, _| Ok(BlacklistPart { users: vec![name("c")], next: Some(place) }));
    let first = post(mocks, "/user/blocklist/query.json", "userId=a&size=1").await;
    let token = first.json()["next"].as_str().unwrap().to_owned();
    let mut mocks = admitted();
    let asked =
        move |_: &Username, after: &Option<BlockedPlace>, limit: &i64| (*after, *limit) == (Some(place), 1);
    mocks
        .blacklists
        .expect_part()
        .once()
        .withf(asked)
        .returning(|_, _, _| Ok(BlacklistPart { users: Vec::new(), next: None }));
    let rest = post(mocks, "/user/blacklist/query.json", &format!("userId=a&size=1&pageToken={token}")).await;
    assert_eq!(rest.text, r#"{"code":200,"users":[]}"#);
    for wrong in ["size=0", "size=1001", "size=x", "pageToken=x", "pageToken=1-", "pageToken=-"] {
        let answer = post(admitted(), "/user/blacklist/query.json", &format!("userId=a&{wrong}")).await;
        assert_eq!(answer.code(), 1003, "{wrong}");
    }
}

#[actix_web::test]
async fn each_reason_has_its_code() {
    for (error, code) in [
        ((|| BlacklistError::UserUnknown(name("b"))) as fn() -> BlacklistError, 1004),
        (|| BlacklistError::Oneself, 1003),
        (|| BlacklistError::Store(StoreError::Unavailable("gone".into())), 1050),
    ] {
        let mut mocks = admitted();
        mocks.blacklists.expect_set().returning(move |_, _, _| Err(error()));
        assert_eq!(post(mocks, "/user/blacklist/add.json", "userId=a&blackUserId=b").await.code(), code);
    }
}
