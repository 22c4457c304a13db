//! Silent times, remarks, levels and pins on the wire.

use sixin_application::users::ports::RemarkPage;
use sixin_domain::user::push_preferences::{NotificationLevel, PushPeriod};
use sixin_domain::user::username::Username;

use crate::messages::wire_tests::{admitted, is_refused, name, post};

const DONE: &str = r#"{"code":200}"#;

#[actix_web::test]
async fn a_silent_time_is_set_read_and_removed() {
    let path = "/user/blockPushPeriod/set.json";
    for (body, level) in [("", 1), ("&level=5", 5), ("&level=", 1)] {
        let mut mocks = admitted();
        let period = PushPeriod::new("22:00:00", 480, Some(level)).unwrap();
        mocks
            .preferences
            .expect_set_push_period()
            .once()
            .withf(move |user, set| (user.as_str(), *set) == ("a", Some(period)))
            .returning(|_, _| Ok(()));
        let body = format!("userId=a&startTime=22:00:00&period=480{body}");
        assert_eq!(post(mocks, path, &body).await.text, DONE);
    }
    for wrong in [
        "userId=a&period=1",
        "userId=a&startTime=22:00:00",
        "userId=a&startTime=25:00:00&period=1",
        "userId=a&startTime=22:00:00&period=0",
        "userId=a&startTime=22:00:00&period=1440",
        "userId=a&startTime=22:00:00&period=1&level=2",
        "startTime=22:00:00&period=1",
    ] {
        is_refused(path, wrong).await;
    }
    for (period, text) in [
        (
            PushPeriod::new("22:00:00", 480, None).ok(),
            r#"{"code":200,"data":{"startTime":"22:00:00","period":480,"unPushLevel":1,"level":1}}"#,
        ),
        (None, r#"{"code":200,"data":{"startTime":"","period":0,"unPushLevel":0,"level":0}}"#),
    ] {
        let mut mocks = admitted();
        mocks.preferences.expect_push_period().once().returning(move |_| Ok(period));
        assert_eq!(post(mocks, "/user/blockPushPeriod/get.json", "userId=a").await.text, text);
    }
    let mut mocks = admitted();
    mocks
        .preferences
        .expect_set_push_period()
        .once()
        .withf(|_, period| period.is_none())
        .returning(|_, _| Ok(()));
    assert_eq!(post(mocks, "/user/blockPushPeriod/delete.json", "userId=a").await.text, DONE);
}

fn remarks_body(count: usize) -> String {
    let remarks: Vec<String> =
        (0..count).map(|number| format!(r#"{{"id":"u{number}","remark":"r"}}"#)).collect();
    format!("userId=a&remarks=[{}]", remarks.join(","))
}

#[actix_web::test]
async fn one_to_a_hundred_remarks_are_set_at_once() {
    let path = "/user/remarks/set.json";
    for body in [
        r#"userId=a&remarks=[{"id":"b","remark":"Bob"},{"id":"c","remark":"Cid"}]"#,
        r#"{"userId":"a","remarks":[{"id":"b","remark":"Bob"},{"id":"c","remark":"Cid"}]}"#,
        r#"userId=a&remarks[1][id]=c&remarks[1][remark]=Cid&remarks[0][id]=b&remarks[0][remark]=Bob"#,
        // Go's SDK names the members as its fields.
        r#"userId=a&remarks=[{"Id":"b","Remark":"Bob"},{"Id":"c","Remark":"Cid"}]"#,
    ] {
        let mut mocks = admitted();
        let wanted = vec![(name("b"), "Bob".to_owned()), (name("c"), "Cid".to_owned())];
        mocks
            .preferences
            .expect_set_remarks()
            .once()
            .withf(move |user, remarks| (user.as_str(), remarks) == ("a", &wanted))
            .returning(|_, _| Ok(()));
        assert_eq!(post(mocks, path, body).await.text, DONE);
    }
    let mut mocks = admitted();
    mocks.preferences.expect_set_remarks().once().returning(|_, _| Ok(()));
    assert_eq!(post(mocks, path, &remarks_body(100)).await.code(), 200);
    let long = format!(r#"userId=a&remarks=[{{"id":"b","remark":"{}"}}]"#, "x".repeat(257));
    for wrong in [
        &remarks_body(101),
        &remarks_body(0),
        &long,
        "userId=a",
        "userId=a&remarks=Bob",
        r#"userId=a&remarks={"id":"b","remark":"x"}"#,
        r#"userId=a&remarks=[{"id":"b"}]"#,
        r#"userId=a&remarks=[{"id":"b","remark":""}]"#,
        r#"userId=a&remarks=[{"id":"","remark":"x"}]"#,
        r#"userId=a&remarks=[{"id":"b","remark":"\u0000"}]"#,
    ] {
        is_refused(path, wrong).await;
    }
}

#[actix_web::test]
async fn remarks_are_listed_and_removed() {
    let mut mocks = admitted();
    mocks
        .preferences
        .expect_remarks()
        .once()
        .withf(|user, offset, limit| (user.as_str(), *offset, *limit) == ("a", 50, 50))
        .returning(|_, _, _| Ok(RemarkPage { remarks: vec![(name("b"), "Bob".into())], total: 51 }));
    let answer = post(mocks, "/user/remarks/get.json", "userId=a&page=2").await;
    assert_eq!(answer.text, r#"{"code":200,"total":51,"users":[{"id":"b","remark":"Bob"}]}"#);
    is_refused("/user/remarks/get.json", "userId=a&size=101").await;
    let mut mocks = admitted();
    let asked = |user: &Username, about: &Username| (user.as_str(), about.as_str()) == ("a", "b");
    mocks.preferences.expect_remove_remark().once().withf(asked).returning(|_, _| Ok(()));
    assert_eq!(post(mocks, "/user/remarks/del.json", "userId=a&targetId=b").await.text, DONE);
    is_refused("/user/remarks/del.json", "userId=a").await;
}

#[actix_web::test]
async fn a_level_is_set_by_either_parameter_and_the_newer_counts() {
    let one =
        ("/conversation/notification/set.json", "conversationType=1&requestId=a&targetId=b&", Some("b"));
    let all = ("/conversation/type/notification/set.json", "conversationType=1&requestId=a&", None);
    for (path, whose, with) in [one, all] {
        for (set, number) in [
            ("isMuted=1", 5),
            ("isMuted=0", 0),
            ("unpushLevel=-1", -1),
            ("unpushLevel=1&isMuted=0", 1),
            ("isMuted=1&unpushLevel=", 5),
            ("isMuted=1&unpushLevel=0", 5),
            ("isMuted=0&unpushLevel=0", 0),
            ("isMuted=0&unpushLevel=5", 5),
        ] {
            let mut mocks = admitted();
            let level = NotificationLevel::new(number).unwrap();
            mocks
                .preferences
                .expect_set_level()
                .once()
                .withf(move |user, of, set| {
                    (user.as_str(), of.as_ref().map(Username::as_str), *set) == ("a", with, level)
                })
                .returning(|_, _, _| Ok(()));
            assert_eq!(post(mocks, path, &format!("{whose}{set}")).await.text, DONE, "{path} {set}");
        }
        for wrong in ["", "unpushLevel=3", "unpushLevel=6", "isMuted=2"] {
            is_refused(path, &format!("{whose}{wrong}")).await;
        }
        let group = whose.replace("=1", "=3");
        assert_eq!(post(admitted(), path, &format!("{group}isMuted=1")).await.code(), 1009);
    }
    is_refused("/conversation/notification/set.json", "conversationType=1&requestId=a&isMuted=1").await;
    is_refused("/conversation/notification/set.json", "requestId=a&targetId=b&isMuted=1").await;
}

#[actix_web::test]
async fn a_level_is_read_in_numbers() {
    let one = ("/conversation/notification/get.json", "conversationType=1&requestId=a&targetId=b");
    for (path, body) in [one, ("/conversation/type/notification/get.json", "conversationType=1&requestId=a")]
    {
        let mut mocks = admitted();
        mocks.preferences.expect_level().once().returning(|_, _| Ok(NotificationLevel::of_switch(true)));
        assert_eq!(post(mocks, path, body).await.text, r#"{"code":200,"isMuted":1,"unpushLevel":5}"#);
    }
}

#[actix_web::test]
async fn a_conversation_is_pinned_or_not() {
    let path = "/conversation/top/set.json";
    for (text, is_pinned) in [("true", true), ("false", false), ("True", true)] {
        let mut mocks = admitted();
        let asked = move |user: &Username, with: &Username, pinned: &bool| {
            (user.as_str(), with.as_str(), *pinned) == ("a", "b", is_pinned)
        };
        mocks.preferences.expect_pin().once().withf(asked).returning(|_, _, _| Ok(()));
        let body = format!("userId=a&conversationType=1&targetId=b&setTop={text}");
        assert_eq!(post(mocks, path, &body).await.text, DONE);
    }
    for wrong in [
        "userId=a&conversationType=1&targetId=b",
        "userId=a&conversationType=1&setTop=true",
        "userId=a&targetId=b&setTop=true",
    ] {
        is_refused(path, wrong).await;
    }
}
