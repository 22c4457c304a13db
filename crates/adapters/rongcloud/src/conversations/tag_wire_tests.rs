//! Tags of conversations, on the wire.

use actix_web::test::TestRequest;
use serde_json::json;
use sixin_application::conversations::keep_tags::TagError;
use sixin_domain::conversation::tag::{Tag, TagId};
use sixin_domain::user::push_preferences::NotificationLevel;
use sixin_web::testing::{Answer, call};

use crate::messages::wire_tests::{admitted, name, post};
use crate::testing::Mocks;

const SET: &str = "/user/conversation/tag/set.json";
const DELETE: &str = "/user/conversation/tag/del.json";
const PUT: &str = "/tag/conversation/set.json";
const TAKE: &str = "/tag/conversation/del.json";

fn tag(id: &str, name: &str) -> Tag {
    Tag::new(id, name).unwrap()
}

/// Asks with the parameters in the address, as RongCloud's clients do.
async fn get(mocks: Mocks, path: &str) -> Answer {
    let request = TestRequest::get()
        .uri(path)
        .insert_header(("App-Key", "your-app-key"))
        .insert_header(("Nonce", "14314"))
        .insert_header(("Timestamp", "1408710653000"))
        .insert_header(("Signature", "30be0bbca9c9b2e27578701e9fda2358a814c88f"));
    call(mocks.api(), request).await
}

#[actix_web::test]
async fn tags_are_made_and_removed() {
    let mut mocks = admitted();
    mocks.tags.expect_set().once().returning(|user, tags| {
        assert_eq!((user.as_str(), tags), ("ann", vec![tag("1", "Work"), tag("t2", "家")]));
        Ok(())
    });
    let body =
        json!({"userId": "ann", "tags": [{"tagId": 1, "tagName": "Work"}, {"tagId": "t2", "tagName": "家"}]});
    insta::assert_snapshot!(post(mocks, SET, &body.to_string()).await.wire());
    let mut mocks = admitted();
    mocks.tags.expect_remove().once().returning(|_, tags| {
        assert_eq!(tags, [TagId::new("t1").unwrap(), TagId::new("t2").unwrap()]);
        Ok(())
    });
    let body = json!({"userId": "ann", "tagIds": ["t1", "t2"]});
    assert_eq!(post(mocks, DELETE, &body.to_string()).await.status, 200);
}

#[actix_web::test]
async fn a_tag_is_put_on_conversations_and_taken_off() {
    for (path, is_on) in [(PUT, true), (TAKE, false)] {
        let mut mocks = admitted();
        mocks.tags.expect_put().once().returning(move |user, tag, with, on| {
            assert_eq!((user.as_str(), tag.as_str(), on), ("ann", "t1", is_on));
            assert_eq!(with, [name("bob"), name("cid")]);
            Ok(())
        });
        let with = |id: &str| json!({"targetId": id, "conversationType": 1});
        let body = json!({"userId": "ann", "tagId": "t1", "conversations": [with("bob"), with("cid")]});
        assert_eq!(post(mocks, path, &body.to_string()).await.status, 200);
    }
}

#[actix_web::test]
async fn tags_and_what_is_under_them_are_read_with_parameters_in_the_address() {
    let mut mocks = admitted();
    mocks.tags.expect_all().returning(|_| Ok(vec![tag("t1", "Work")]));
    let answer = get(mocks, "/user/conversation/tag/get.json?userId=ann").await;
    insta::assert_snapshot!("tags", answer.wire());
    let mut mocks = admitted();
    mocks.tags.expect_tagged().returning(|_, _| Ok(vec![name("bob")]));
    let answer = get(mocks, "/tag/conversation/get.json?userId=ann&tagId=t1").await;
    insta::assert_snapshot!("tagged", answer.wire());
}

#[actix_web::test]
async fn what_was_made_of_a_conversation_is_read_and_what_was_not_is_left_out() {
    let path = "/conversation/attribute/get.json?userId=ann&targetId=bob&conversationType=1";
    for (snapshot, level, is_pinned, tags) in [
        ("all_attributes", NotificationLevel::new(5).unwrap(), true, vec![tag("t1", "Work")]),
        ("no_attributes", NotificationLevel::default(), false, Vec::new()),
    ] {
        let mut mocks = admitted();
        mocks.preferences.expect_level().returning(move |_, _| Ok(level));
        mocks.preferences.expect_is_pinned().returning(move |_, _| Ok(is_pinned));
        mocks.tags.expect_of().returning(move |_, _| Ok(tags.clone()));
        insta::assert_snapshot!(snapshot, get(mocks, path).await.wire());
    }
    let group = get(admitted(), &path.replace("Type=1", "Type=3")).await;
    assert_eq!((group.status.as_u16(), group.code()), (430, 1009));
    assert_eq!(get(admitted(), "/conversation/attribute/get.json?userId=ann").await.code(), 1003);
}

#[actix_web::test]
async fn what_breaks_a_rule_is_named() {
    let with = json!([{"targetId": "bob", "conversationType": 1}]);
    let mut lines = Vec::new();
    for (path, body) in [
        (SET, json!({"userId": "ann"})),
        (SET, json!({"userId": "ann", "tags": []})),
        (SET, json!({"userId": "ann", "tags": "no"})),
        (SET, json!({"userId": "ann", "tags": [{"tagId": "t1"}]})),
        (SET, json!({"userId": "ann", "tags": [{"tagId": "", "tagName": "a"}]})),
        (SET, json!({"userId": "ann", "tags": [{"tagId": "t1", "tagName": "a name that is too long"}]})),
        (DELETE, json!({"userId": "ann", "tagIds": ["x".repeat(21)]})),
        (PUT, json!({"userId": "ann", "tagId": " ", "conversations": with})),
        (
            PUT,
            json!({"userId": "ann", "tagId": "t1", "conversations": [{"targetId": "bob", "conversationType": 3}]}),
        ),
        (
            PUT,
            json!({"userId": "ann", "tagId": "t1", "conversations": [{"targetId": "", "conversationType": 1}]}),
        ),
    ] {
        let answer = post(admitted(), path, &body.to_string()).await;
        assert_eq!((answer.status.as_u16(), answer.code()), (400, 1003), "{body} {}", answer.text);
        lines.push(answer.json()["errorMessage"].as_str().unwrap().to_owned());
    }
    for error in [TagError::Unknown("t1".into()), TagError::TooMany(20)] {
        let mut mocks = admitted();
        mocks.tags.expect_put().return_once(move |_, _, _, _| Err(error));
        let body = json!({"userId": "ann", "tagId": "t1", "conversations": with});
        let answer = post(mocks, PUT, &body.to_string()).await;
        lines.push(answer.json()["errorMessage"].as_str().unwrap().to_owned());
    }
    insta::assert_snapshot!(lines.join("\n"));
}
