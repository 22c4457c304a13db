//! Users, and what they are kept from, on the wire.

use std::collections::HashSet;

use sixin_application::conversations::ports::Order;
use sixin_application::users::named_users::UsersError;
use sixin_application::users::ports::{BannedUser, NamePage, Restriction, ShownAs, UserPage};
use sixin_domain::access::app_key::Secret;
use sixin_domain::id::UserId;
use sixin_domain::time::Millis;
use sixin_domain::user::username::Username;
use sixin_web::testing::{NOW, call, new_user, user};

use crate::messages::wire_tests::{admitted, is_refused, name, post};
use crate::sending::wire_tests::form;
use crate::testing::Mocks;

#[actix_web::test]
async fn a_token_is_given_for_a_user_with_name_and_portrait() {
    for (body, portrait) in [
        ("userId=a&name=Ann&portraitUri=http%3A%2F%2Fp", Some("http://p")),
        // Go and Python always send all three (docs/wire/rongcloud.md#identity).
        ("userId=a&name=Ann&portraitUri=", None),
        (r#"{"userId":"a","name":"Ann","portraitUri":null}"#, None),
    ] {
        let mut mocks = admitted();
        let wanted = ShownAs { nickname: Some("Ann".into()), portrait: portrait.map(str::to_owned) };
        mocks
            .users
            .expect_token()
            .once()
            .withf(move |user, shown| (user.as_str(), shown) == ("a", &wanted))
            .returning(|_, _| Ok(Secret::new("secret")));
        let answer = post(mocks, "/user/getToken.json", body).await;
        assert_eq!(answer.text, r#"{"code":200,"userId":"a","token":"secret"}"#);
    }
}

#[actix_web::test]
async fn names_and_portraits_have_bounds() {
    let most = format!("userId=a&name={}&portraitUri={}", "名".repeat(64), "p".repeat(1024));
    for path in ["/user/getToken.json", "/user/refresh.json"] {
        let mut mocks = admitted();
        mocks.users.expect_token().returning(|_, _| Ok(Secret::new("secret")));
        mocks.users.expect_refresh().returning(|_, _| Ok(()));
        assert_eq!(post(mocks, path, &most).await.code(), 200, "{path}");
        is_refused(path, &format!("userId=a&name={}", "n".repeat(65))).await;
        is_refused(path, &format!("userId=a&name=n&portraitUri={}", "p".repeat(1025))).await;
        is_refused(path, "userId=a&name=two%0Alines").await;
        is_refused(path, "userId=a&name=%E2%80%8B").await;
        is_refused(path, "userId=a&name=Ann%E2%80%AE").await;
        is_refused(path, "userId=a&name=n&portraitUri=two%0Alines").await;
        is_refused(path, &format!("userId={}&name=n", "u".repeat(65))).await;
        is_refused(path, "userId=%20a&name=n").await;
        is_refused(path, "name=n").await;
    }
    is_refused("/user/getToken.json", "userId=a").await;
    is_refused("/user/getToken.json", "userId=a&name=").await;
}

#[actix_web::test]
async fn what_is_empty_stays_as_it_is() {
    let mut mocks = admitted();
    mocks
        .users
        .expect_refresh()
        .once()
        .withf(|_, shown| *shown == ShownAs::default())
        .returning(|_, _| Ok(()));
    let answer = post(mocks, "/user/refresh.json", "userId=a&name=&portraitUri=").await;
    assert_eq!(answer.text, r#"{"code":200}"#);
}

fn with_users() -> Mocks {
    let mut mocks = admitted();
    mocks.users.expect_find().returning(|name| Ok(user(1, name.as_str())));
    mocks
}

#[actix_web::test]
async fn a_user_is_shown_with_its_time_in_the_sites_zone() {
    let answer = post(with_users(), "/user/info.json", "userId=a").await;
    assert_eq!(
        answer.text,
        r#"{"code":200,"userId":"a","userName":"Mira","userPortrait":"","createTime":"2022-11-10 14:20:00"}"#
    );
    let mut elsewhere = with_users();
    elsewhere.settings.insert("default_timezone".into(), "-3.5".into());
    let answer = post(elsewhere, "/user/info.json", "userId=a").await;
    assert_eq!(answer.json()["createTime"], "2022-11-10 02:50:00");
}

#[actix_web::test]
async fn whether_a_user_is_online_is_a_string() {
    for (online, status) in [(HashSet::new(), "0"), (HashSet::from([UserId(1)]), "1")] {
        let mut mocks = with_users();
        mocks.presence.expect_online().withf(|users| users == [UserId(1)]).return_once(|_| Ok(online));
        let answer = post(mocks, "/user/checkOnline.json", "userId=a").await;
        assert_eq!(answer.text, format!(r#"{{"code":200,"status":"{status}"}}"#));
    }
    is_refused("/user/checkOnline.json", "").await;
}

#[actix_web::test]
async fn users_are_listed_in_pages() {
    for (body, order, offset, limit) in [
        ("", Order::Oldest, 0, 20),
        ("page=3&pageSize=100&order=1", Order::Newest, 200, 100),
        ("page=9223372036854775807&pageSize=2&order=0", Order::Oldest, i64::MAX, 2),
    ] {
        let mut mocks = admitted();
        mocks
            .users
            .expect_page()
            .once()
            .withf(move |by, skipped, most| (*by, *skipped, *most) == (order, offset, limit))
            .returning(|_, _, _| Ok(UserPage { users: vec![new_user(1, "a")], total: 5 }));
        let answer = post(mocks, "/user/query.json", body).await;
        assert_eq!(
            answer.text,
            r#"{"code":200,"total":5,"users":[{"userId":"a","userName":"Mira","userPortrait":"","regTime":"2022-11-10 14:20:00"}]}"#
        );
    }
    for wrong in ["page=-1", "pageSize=-1", "pageSize=101", "order=2", "page=x"] {
        is_refused("/user/query.json", wrong).await;
    }
}

#[actix_web::test]
async fn tokens_end_before_a_time() {
    let of = |count: usize| (0..count).map(|number| format!("userId=u{number}&")).collect::<String>();
    let mut mocks = admitted();
    let asked = |users: &[Username], before: &Millis| (users.len(), before.0) == (20, 1_640_995_200_000);
    mocks.users.expect_expire_tokens().once().withf(asked).returning(|_, _| Ok(()));
    let path = "/user/token/expire.json";
    assert_eq!(post(mocks, path, &format!("{}time=1640995200000", of(20))).await.text, r#"{"code":200}"#);
    for wrong in [
        format!("{}time=1", of(21)),
        "userId=a".into(),
        "time=1".into(),
        "userId=a&time=-1".into(),
        "userId=a&time=x".into(),
    ] {
        is_refused(path, &wrong).await;
    }
}

#[actix_web::test]
async fn a_ban_takes_minutes_up_to_thirty_days() {
    for minute in [1, 43_200] {
        let mut mocks = admitted();
        mocks
            .restrictions
            .expect_ban()
            .once()
            .withf(move |users, minutes| (users, *minutes) == (&[name("a"), name("b")], minute))
            .returning(|_, _| Ok(()));
        let body = format!("userId=a&userId=b&minute={minute}");
        assert_eq!(post(mocks, "/user/block.json", &body).await.text, r#"{"code":200}"#);
    }
    for wrong in ["userId=a", "userId=a&minute=0", "userId=a&minute=43201", "userId=a&minute=1.5", "minute=1"]
    {
        is_refused("/user/block.json", wrong).await;
    }
}

#[actix_web::test]
async fn who_is_restricted_or_not_any_more_is_told_to_the_use_case() {
    let banned = Restriction::BannedUntil(None);
    for (path, body, restriction) in [
        ("/user/unblock.json", "userId=a", banned),
        ("/user/chat/fb/set.json", "userId=a&state=1&type=PERSON", Restriction::Muted(true)),
        ("/user/chat/fb/set.json", "userId=a&state=0&type=PERSON", Restriction::Muted(false)),
        ("/user/deactivate.json", "userId=a", Restriction::Deactivated(true)),
        ("/user/reactivate.json", "userId=a", Restriction::Deactivated(false)),
        ("/user/activate.json", "userId=a", Restriction::Deactivated(false)),
        ("/user/abandon.json", "userId=a", Restriction::Deactivated(true)),
    ] {
        let mut mocks = admitted();
        mocks
            .restrictions
            .expect_restrict()
            .once()
            .withf(move |users, wanted| (users, *wanted) == (&[name("a")], restriction))
            .returning(|_, _| Ok(()));
        let answer = post(mocks, path, body).await;
        let operation = r#"{"code":200,"operateId":"rrrrrrrrrrrrrrrrrrrr"}"#;
        let expected =
            if path.contains("activate") || path.contains("abandon") { operation } else { r#"{"code":200}"# };
        assert_eq!(answer.text, expected, "{path}");
    }
}

#[actix_web::test]
async fn lists_of_users_have_bounds_of_their_own() {
    for (path, most, more) in [
        ("/user/block.json", 20, "&minute=1"),
        ("/user/unblock.json", 20, ""),
        ("/user/chat/fb/set.json", 1000, "&state=1&type=PERSON"),
        ("/user/deactivate.json", 100, ""),
        ("/user/reactivate.json", 100, ""),
        ("/user/activate.json", 100, ""),
    ] {
        let of = |count: usize| (0..count).map(|number| format!("u{number}")).collect::<Vec<_>>().join(",");
        let mut mocks = admitted();
        mocks.restrictions.expect_restrict().returning(|_, _| Ok(()));
        mocks.restrictions.expect_ban().returning(|_, _| Ok(()));
        let body = format!("userId={}{more}", of(most));
        assert_eq!(post(mocks, path, &body).await.code(), 200, "{path}");
        is_refused(path, &format!("userId={}{more}", of(most + 1))).await;
        is_refused(path, &format!("userId={more}")).await;
    }
}

#[actix_web::test]
async fn mutes_are_those_of_conversations_of_two() {
    for wrong in [
        "userId=a&state=1",
        "userId=a&type=PERSON",
        "userId=a&state=2&type=PERSON",
        "userId=a&state=1&type=x",
    ] {
        is_refused("/user/chat/fb/set.json", wrong).await;
    }
    for path in ["/user/chat/fb/set.json", "/user/chat/fb/querylist.json"] {
        let answer = post(admitted(), path, "userId=a&state=1&type=GROUP").await;
        assert_eq!((answer.code(), answer.status.as_u16()), (1009, 430));
    }
}

#[actix_web::test]
async fn the_restricted_are_listed_as_clients_read_them() {
    let until = NOW.plus(600_000);
    // Python sends no body at all (docs/wire/rongcloud.md#transport).
    for (body, offset, limit) in
        [("", 0, 1000), ("page=0&size=5", 0, 1000), ("page=3", 100, 50), ("page=2&size=7", 7, 7)]
    {
        let mut mocks = admitted();
        mocks
            .restrictions
            .expect_banned()
            .once()
            .withf(move |skipped, most| (*skipped, *most) == (offset, limit))
            .returning(move |_, _| Ok(vec![BannedUser { username: name("a"), until }]));
        let answer = post(mocks, "/user/block/query.json", body).await;
        let listed = r#"{"code":200,"users":[{"userId":"a","blockEndTime":"2022-11-10 14:30:00"}]}"#;
        assert_eq!(answer.text, listed, "{body}");
    }
    let page = |_: i64, _: i64| Ok(NamePage { names: vec![name("b"), name("a")], total: 7 });
    for (body, offset, limit) in
        [("type=PERSON", 0, 100), ("type=PERSON&num=0", 0, 100), ("type=PERSON&num=200&offset=5", 5, 200)]
    {
        let mut mocks = admitted();
        mocks
            .restrictions
            .expect_muted()
            .once()
            .withf(move |o, l| (*o, *l) == (offset, limit))
            .returning(page);
        let answer = post(mocks, "/user/chat/fb/querylist.json", body).await;
        assert_eq!(answer.text, r#"{"code":200,"total":7,"users":["b","a"]}"#);
    }
    for (body, offset, limit) in
        [("", 0, 50), ("pageNo=0&pageSize=0", 0, 50), ("pageNo=2&pageSize=10", 10, 10)]
    {
        let mut mocks = admitted();
        let asked = move |o: &i64, l: &i64| (*o, *l) == (offset, limit);
        mocks.restrictions.expect_deactivated().times(2).withf(asked).returning(page);
        let api = mocks.api();
        for path in ["/user/deactivate/query.json", "/user/abandon/query.json"] {
            let answer = call(api.clone(), form(body).uri(path)).await;
            assert_eq!(answer.text, r#"{"code":200,"users":["b","a"]}"#);
        }
    }
    for (path, wrong) in [
        ("/user/chat/fb/querylist.json", "type=PERSON&num=201"),
        ("/user/chat/fb/querylist.json", "type=PERSON&num=-1"),
        ("/user/chat/fb/querylist.json", "type=PERSON&offset=-1"),
        ("/user/deactivate/query.json", "pageSize=51"),
        ("/user/deactivate/query.json", "pageNo=-1"),
        ("/user/block/query.json", "page=-1"),
        ("/user/block/query.json", "page=1&size=-1"),
        ("/user/block/query.json", "page=1&size=1001"),
    ] {
        is_refused(path, wrong).await;
    }
}

#[actix_web::test]
async fn users_are_deleted_by_their_ids_joined_with_commas() {
    let mut mocks = admitted();
    mocks.restrictions.expect_delete().once().returning(|users| {
        assert_eq!(users, [name("ann"), name("bob")]);
        Ok(())
    });
    let answer = post(mocks, "/user/delusers.json", "userId=ann,bob").await;
    assert_eq!((answer.status.as_u16(), answer.code()), (200, 200));
    let mut mocks = admitted();
    mocks.restrictions.expect_delete().returning(|_| Err(UsersError::Unknown(name("ann"))));
    assert_eq!(post(mocks, "/user/delusers.json", "userId=ann").await.code(), 1004);
}
