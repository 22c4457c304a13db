//! Blacklists and whitelists on the wire.

use sixin_application::ports::StoreError;
use sixin_application::users::keep_user_lists::ListPart;
use sixin_application::users::named_users::UsersError;
use sixin_application::users::ports::{ListKind, ListPlace};
use sixin_domain::time::Millis;
use sixin_domain::user::username::Username;

use crate::messages::wire_tests::{admitted, name, post};

#[actix_web::test]
async fn users_are_put_on_a_list_and_taken_off_in_each_spelling() {
    for (path, parameter, kind, is_listed) in [
        ("/user/blacklist/add.json", "blackUserId", ListKind::Black, true),
        ("/user/blocklist/add.json", "blackUserId", ListKind::Black, true),
        ("/user/whitelist/add.json", "whiteUserId", ListKind::White, true),
        ("/user/blacklist/remove.json", "blackUserId", ListKind::Black, false),
        ("/user/blocklist/remove.json", "blackUserId", ListKind::Black, false),
        ("/user/whitelist/remove.json", "whiteUserId", ListKind::White, false),
    ] {
        let mut mocks = admitted();
        let asked = move |of: &ListKind, owner: &Username, others: &[Username], listed: &bool| {
            *of == kind && owner.as_str() == "a" && others == [name("b"), name("c")] && *listed == is_listed
        };
        mocks.lists.expect_set().once().withf(asked).returning(|_, _, _, _| Ok(()));
        // As the Node SDK sends it (docs/wire/rongcloud.md#user-lists).
        let answer = post(mocks, path, &format!("{parameter}=b&{parameter}=c&userId=a")).await;
        assert_eq!(answer.text, r#"{"code":200}"#, "{path}");
    }
}

#[actix_web::test]
async fn one_to_twenty_users_may_be_named() {
    let of = |count: usize| (0..count).map(|number| format!("&blackUserId=u{number}")).collect::<String>();
    let mut mocks = admitted();
    mocks
        .lists
        .expect_set()
        .once()
        .withf(|_, _, others, _| others.len() == 20)
        .returning(|_, _, _, _| Ok(()));
    let path = "/user/blacklist/add.json";
    assert_eq!(post(mocks, path, &format!("userId=a{}", of(20))).await.code(), 200);
    for body in [
        format!("userId=a{}", of(21)),
        "userId=a".into(),
        "blackUserId=b".into(),
        "userId=a&blackUserId=".into(),
        format!("userId=a&blackUserId={}", "x".repeat(65)),
        "userId=a&whiteUserId=b".into(),
    ] {
        let answer = post(admitted(), path, &body).await;
        assert_eq!((answer.code(), answer.status.as_u16()), (1003, 400), "{body}");
    }
}

#[actix_web::test]
async fn a_list_is_plain_ids_and_its_parts_meet() {
    let place = ListPlace { since: Millis(1_668_061_200_000), number: 31 };
    let mut mocks = admitted();
    mocks
        .lists
        .expect_part()
        .once()
        .withf(|kind, owner, after, limit| {
            (*kind, owner.as_str(), *after, *limit) == (ListKind::White, "a", None, 1000)
        })
        .returning(|_, _, _, _| Ok(ListPart { users: vec![name("c"), name("b")], next: None }));
    let whole = post(mocks, "/user/whitelist/query.json", "userId=a").await;
    assert_eq!(whole.text, r#"{"code":200,"users":["c","b"]}"#);
    let mut mocks = admitted();
    mocks
        .lists
        .expect_part()
        .once()
        .returning(move |_, _, _, _| Ok(ListPart { users: vec![name("c")], next: Some(place) }));
    let first = post(mocks, "/user/blocklist/query.json", "userId=a&size=1").await;
    let token = first.json()["next"].as_str().unwrap().to_owned();
    let mut mocks = admitted();
    let asked = move |_: &ListKind, _: &Username, after: &Option<ListPlace>, limit: &i64| {
        (*after, *limit) == (Some(place), 1)
    };
    mocks
        .lists
        .expect_part()
        .once()
        .withf(asked)
        .returning(|_, _, _, _| Ok(ListPart { users: Vec::new(), next: None }));
    let rest = post(mocks, "/user/blacklist/query.json", &format!("userId=a&size=1&pageToken={token}")).await;
    assert_eq!(rest.text, r#"{"code":200,"users":[]}"#);
    for wrong in ["size=-1", "size=1001", "size=x", "pageToken=x", "pageToken=1-", "pageToken=-"] {
        let answer = post(admitted(), "/user/blacklist/query.json", &format!("userId=a&{wrong}")).await;
        assert_eq!(answer.code(), 1003, "{wrong}");
    }
}

#[actix_web::test]
async fn each_reason_has_its_code() {
    for (error, code, status) in [
        ((|| UsersError::Unknown(name("b"))) as fn() -> UsersError, 1004, 404),
        (|| UsersError::Left(name("b")), 1004, 404),
        (|| UsersError::NumberTaken(name("7")), 1003, 400),
        (|| UsersError::Unseen, 1003, 400),
        (|| UsersError::Oneself(name("b")), 1003, 400),
        (|| UsersError::ListFull(3000), 1003, 400),
        (|| UsersError::Busy, 1050, 503),
        (|| UsersError::Store(StoreError::Unavailable("gone".into())), 1050, 503),
        (|| UsersError::Store(StoreError::Fault("bug".into())), 1000, 500),
    ] {
        let mut mocks = admitted();
        mocks.lists.expect_set().returning(move |_, _, _, _| Err(error()));
        let answer = post(mocks, "/user/blacklist/add.json", "userId=a&blackUserId=b").await;
        assert_eq!((answer.code(), answer.status.as_u16()), (code, status));
        assert_eq!(answer.header("retry-after").is_some(), status == 503);
    }
}
