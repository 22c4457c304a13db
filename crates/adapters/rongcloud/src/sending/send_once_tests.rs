//! Repeats on the wire, over mocked use cases.

use std::sync::{Arc, Mutex};

use actix_web::test::TestRequest;
use proptest::prelude::*;
use sixin_application::sending::pipeline::SendError;
use sixin_application::sending::ports::IdempotencyKey;
use sixin_application::sending::publish_message::Published;
use sixin_domain::id::AppKeyId;
use sixin_web::request::idempotency::{Given, key};
use sixin_web::testing::{Answer, call};

use crate::fields::Fields;
use crate::sending::publish::Publishing;
use crate::sending::publish_body::PublishBody;
use crate::sending::wire_tests::{form, known, placed};

const BODY: &str = "fromUserId=a&toUserId=b&objectName=RC:TxtMsg&content=%7B%22content%22%3A%22hi%22%7D";

/// The answer, and by which key the use case was to know the request.
async fn publish(request: TestRequest) -> (Answer, Option<IdempotencyKey>) {
    let asked = Arc::new(Mutex::new(None));
    let seen = Arc::clone(&asked);
    let mut mocks = known();
    mocks.publish.expect_publish().returning(move |request| {
        seen.lock().unwrap().clone_from(&request.idempotency);
        Ok(placed(&request))
    });
    let answer = call(mocks.api(), request).await;
    let asked = asked.lock().unwrap().take();
    (answer, asked)
}

fn with_key(body: &str, key: &str) -> TestRequest {
    form(body).insert_header(("Idempotency-Key", key))
}

#[actix_web::test]
async fn a_key_is_passed_on_with_the_app_key_and_for_a_day() {
    let (answer, key) = publish(with_key(BODY, "k")).await;
    assert_eq!((answer.status.as_u16(), answer.header("idempotent-replayed")), (200, None));
    let key = key.unwrap();
    assert_eq!((key.app_key, key.lives_ms), (AppKeyId(1), 86_400_000));
    assert!(key.key.ends_with('k'));
    assert_eq!(publish(form(BODY)).await.1, None);
}

#[actix_web::test]
async fn msg_random_is_a_key_for_a_minute_where_no_header_is_given() {
    let body = format!("{BODY}&msgRandom=42");
    let random = publish(form(&body)).await.1.unwrap();
    assert_eq!(random.lives_ms, 60_000);
    let header = publish(with_key(&body, "42")).await.1.unwrap();
    assert_eq!(header.lives_ms, 86_400_000);
    assert_ne!(header.key, random.key);
    assert_eq!(header.fingerprint, random.fingerprint);
}

#[actix_web::test]
async fn a_bad_key_is_a_parameter_error_that_names_it() {
    for bad in ["", "a b", "é", &"x".repeat(256)] {
        let (answer, key) = publish(with_key(BODY, bad)).await;
        assert_eq!((answer.status.as_u16(), answer.code(), key), (400, 1003, None), "{bad}");
        assert!(answer.text.contains("Idempotency-Key"), "{}", answer.text);
    }
    assert_eq!(publish(with_key(BODY, &"x".repeat(255))).await.0.status, 200);
}

#[actix_web::test]
async fn a_repeat_is_marked_and_answered_as_the_first() {
    let mut mocks = known();
    mocks.publish.expect_publish().returning(|request| Ok(Published { replayed: true, ..placed(&request) }));
    let repeat = call(mocks.api(), with_key(BODY, "k")).await;
    let (first, _) = publish(with_key(BODY, "k")).await;
    assert_eq!(repeat.text, first.text);
    insta::assert_snapshot!("repeat", repeat.wire());
}

#[actix_web::test]
async fn a_key_of_another_request_is_409() {
    let mut mocks = known();
    mocks.publish.expect_publish().return_once(|_| Err(SendError::KeyReused.into()));
    insta::assert_snapshot!("key_reused", call(mocks.api(), with_key(BODY, "k")).await.wire());
}

fn fingerprint(body: &str) -> [u8; 32] {
    fingerprint_of::<PublishBody>(body)
}

pub(crate) fn fingerprint_of<Body: Publishing>(body: &str) -> [u8; 32] {
    let body = Body::parse(Fields::parse(body.as_bytes()).unwrap()).ok().unwrap();
    key(AppKeyId(1), &Given::Number(1), 1000, Body::PATH, body.parameters()).fingerprint
}

#[test]
fn the_same_request_has_the_same_fingerprint_in_every_spelling() {
    let options = "&count=1&isCounted=1&isPersisted=0&expansion=true&pushContent=x+y&msgRandom=7";
    let expected = fingerprint(&format!(
        "fromUserId=a&toUserId=b&toUserId=c&objectName=My:Note&content=%7B%7D{options}"
    ));
    for body in [
        format!("objectName=My:Note&content={{}}{options}&toUserId[]=c&toUserId[]=b&fromUserId=a"),
        format!("fromUserId=a&toUserId=b,c&toUserId=b&objectName=My:Note&content=%7b%7d{options}&pushData="),
        format!("fromUserId=a&toUserId=b%2Cc&objectName=My%3ANote&content=%7B%7D{options}&later=1&pushExt=undefined"),
        r#"{"fromUserId":"a","toUserId":["b","c"],"objectName":"My:Note","content":"{}","count":1,"isCounted":true,
            "isPersisted":0,"expansion":"True","pushContent":"x y","msgRandom":"7","pushData":null}"#
            .to_owned(),
    ] {
        assert_eq!(fingerprint(&body), expected, "{body}");
    }
}

#[test]
fn every_parameter_makes_another_request() {
    let base = "fromUserId=a&toUserId=b&objectName=My:Note&content=x";
    let mut seen = vec![fingerprint(base)];
    for body in [
        "fromUserId=A&toUserId=b&objectName=My:Note&content=x".to_owned(),
        "fromUserId=a&toUserId=c&objectName=My:Note&content=x".to_owned(),
        "fromUserId=a&toUserId=b&objectName=My:Other&content=x".to_owned(),
        "fromUserId=a&toUserId=b&objectName=My:Note&content=y".to_owned(),
    ]
    .into_iter()
    .chain(
        ["toUserId=c", "count=2", "isCounted=0", "isCounted=1", "verifyBlacklist=1", "isPersisted=0"]
            .into_iter()
            .chain(["isIncludeSender=1", "disableUpdateLastMsg=1", "contentAvailable=1", "expansion=1"])
            .chain(["disablePush=1", "needReadReceipt=1", "pushContent=p", "pushData=p", "extraContent=p"])
            .chain(["pushExt=p", "busChannel=p", "msgRandom=1", "msgRandom=2"])
            .map(|parameter| format!("{base}&{parameter}")),
    ) {
        let one = fingerprint(&body);
        assert!(!seen.contains(&one), "{body}");
        seen.push(one);
    }
}

proptest! {
    #[test]
    fn the_order_of_parameters_never_matters(order in Just((0..9).collect::<Vec<usize>>()).prop_shuffle()) {
        let parameters = [
            "fromUserId=a", "toUserId=b", "toUserId=c", "toUserId=d", "objectName=My:Note", "content=x",
            "pushContent=p", "isCounted=1", "msgRandom=7",
        ];
        let body: Vec<&str> = order.into_iter().map(|index| parameters[index]).collect();
        prop_assert_eq!(fingerprint(&body.join("&")), fingerprint(&parameters.join("&")));
    }
}
