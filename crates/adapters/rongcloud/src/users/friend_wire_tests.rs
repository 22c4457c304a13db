//! Friends, on the wire.

use sixin_application::conversations::ports::Order;
use sixin_application::users::keep_friends::FriendError;
use sixin_application::users::ports::{Friend, FriendChange};
use sixin_domain::time::Millis;
use sixin_domain::user::friend::FriendPermission;

use crate::messages::wire_tests::{admitted, name, post};

fn bob() -> Friend {
    Friend {
        username: name("bob"),
        nickname: "Bob".into(),
        remark: Some("Bobby".into()),
        profile: Some(r#"{"ext_a":"b"}"#.into()),
        since: Millis(1_640_995_200_000),
    }
}

#[actix_web::test]
async fn friends_are_added_and_removed() {
    for (given, is_direct) in [("", false), ("&optType=1", false), ("&optType=2&extra=hi", true)] {
        let mut mocks = admitted();
        mocks.friends.expect_add().once().returning(move |user, other, direct| {
            assert_eq!((user, other, direct), (&name("ann"), &name("bob"), is_direct));
            Ok(())
        });
        let answer = post(mocks, "/friend/add.json", &format!("userId=ann&targetId=bob{given}")).await;
        assert_eq!(answer.code(), 200, "{}", answer.text);
    }
    let mut mocks = admitted();
    mocks.friends.expect_delete().once().returning(|_, others| {
        assert_eq!(others, [name("bob"), name("cid")]);
        Ok(())
    });
    assert_eq!(post(mocks, "/friend/delete.json", "userId=ann&targetIds=bob,cid").await.code(), 200);
    let mut mocks = admitted();
    mocks.friends.expect_clean().once().returning(|_| Ok(()));
    assert_eq!(post(mocks, "/friend/clean.json", "userId=ann").await.code(), 200);
}

#[actix_web::test]
async fn friends_are_listed_page_by_page() {
    for (given, offset, snapshot) in [("", 0, "friends"), ("&size=1&order=1&pageToken=2", 2, "last_friend")] {
        let mut mocks = admitted();
        mocks.friends.expect_page().returning(move |_, order, from, limit| {
            let is_last = offset == 2;
            assert_eq!(
                (order == Order::Newest, from, limit),
                (is_last, offset, if is_last { 1 } else { 50 })
            );
            Ok((vec![bob()], 3))
        });
        let answer = post(mocks, "/friend/get.json", &format!("userId=ann{given}")).await;
        insta::assert_snapshot!(snapshot, answer.wire());
    }
    let mut mocks = admitted();
    mocks.friends.expect_are_friends().returning(|_, _| Ok(vec![true, false]));
    let answer = post(mocks, "/friend/check.json", "userId=ann&targetIds=bob,cid").await;
    insta::assert_snapshot!("checked_friends", answer.wire());
}

#[actix_web::test]
async fn what_is_kept_of_a_friend_is_a_remark_and_pairs() {
    let given = r#"{"userId":"ann","targetId":"bob","remarkName":"Bobby","friendExtProfile":{"ext_a":"b","ext_c":""}}"#;
    for (body, remark, profile) in [
        (given, Some("Bobby"), Some(r#"{"ext_a":"b"}"#)),
        ("userId=ann&targetId=bob&remarkName=&friendExtProfile=%7B%7D", None, Some("")),
        ("userId=ann&targetId=bob", None, None),
    ] {
        let mut mocks = admitted();
        mocks.friends.expect_describe().once().returning(move |_, _, change| {
            let text = |text: Option<&str>| text.map(str::to_owned);
            assert_eq!(change, FriendChange { remark: text(remark), profile: text(profile) });
            Ok(())
        });
        let answer = post(mocks, "/friend/profile/set.json", body).await;
        assert_eq!(answer.code(), 200, "{}", answer.text);
    }
}

#[actix_web::test]
async fn permissions_are_set_and_read() {
    let mut mocks = admitted();
    mocks.friends.expect_permit().once().returning(|users, permission| {
        assert_eq!((users.len(), permission), (2, FriendPermission::Nobody));
        Ok(())
    });
    let body = "userIds=ann,bob&permissionType=3";
    assert_eq!(post(mocks, "/friend/permission/set.json", body).await.code(), 200);
    let mut mocks = admitted();
    mocks
        .friends
        .expect_permissions()
        .returning(|_| Ok(vec![FriendPermission::Asked, FriendPermission::Anyone]));
    let answer = post(mocks, "/friend/permission/get.json", "userIds=ann,bob").await;
    insta::assert_snapshot!("friend_permissions", answer.wire());
}

#[actix_web::test]
async fn what_breaks_a_rule_is_named() {
    let long = format!("userId=ann&targetId=bob&remarkName={}", "x".repeat(65));
    let mut lines = Vec::new();
    for (path, body) in [
        ("/friend/add.json", "userId=ann&targetId=bob&optType=3"),
        ("/friend/get.json", "userId=ann&pageToken=next"),
        ("/friend/profile/set.json", &*long),
        ("/friend/profile/set.json", "userId=ann&targetId=bob&friendExtProfile=%7B%22a%22%3A%22b%22%7D"),
        ("/friend/permission/set.json", "userIds=ann&permissionType=0"),
    ] {
        let answer = post(admitted(), path, body).await;
        assert_eq!((answer.status.as_u16(), answer.code()), (400, 1003), "{body} {}", answer.text);
        lines.push(answer.json()["errorMessage"].as_str().unwrap().to_owned());
    }
    for error in [FriendError::Refused(name("bob")), FriendError::NoFriend(name("bob"))] {
        let mut mocks = admitted();
        mocks.friends.expect_add().return_once(move |_, _, _| Err(error));
        let answer = post(mocks, "/friend/add.json", "userId=ann&targetId=bob").await;
        lines.push(answer.json()["errorMessage"].as_str().unwrap().to_owned());
    }
    insta::assert_snapshot!(lines.join("\n"));
}
