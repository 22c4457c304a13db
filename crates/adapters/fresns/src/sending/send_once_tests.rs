//! Repeats on the wire, over mocked use cases.

use std::sync::{Arc, Mutex};

use actix_web::test::TestRequest;
use sixin_application::sending::pipeline::SendError;
use sixin_application::sending::ports::IdempotencyKey;
use sixin_application::sending::send_message::SentMessage;
use sixin_domain::id::AppKeyId;
use sixin_web::testing::{Answer, NOW, call};

use crate::sending::wire_tests::{TEXT, known, request, sent};

/// The answer, and by which key the use case was to know the request.
async fn send(request: TestRequest) -> (Answer, Option<IdempotencyKey>) {
    let asked = Arc::new(Mutex::new(None));
    let seen = Arc::clone(&asked);
    let mut mocks = known();
    mocks.send.expect_send().returning(move |request| {
        seen.lock().unwrap().clone_from(&request.idempotency);
        Ok(sent(request, NOW))
    });
    let answer = call(mocks.api(), request).await;
    let asked = asked.lock().unwrap().take();
    (answer, asked)
}

fn with_key(body: &str, key: &str) -> TestRequest {
    request(&[], body).insert_header(("Idempotency-Key", key))
}

async fn fingerprint(body: &str) -> [u8; 32] {
    send(with_key(body, "k")).await.1.unwrap().fingerprint
}

#[actix_web::test]
async fn a_key_is_passed_on_with_the_app_key_and_for_a_day() {
    let (answer, key) = send(with_key(TEXT, "k")).await;
    assert_eq!((answer.status.as_u16(), answer.header("idempotent-replayed")), (200, None));
    let key = key.unwrap();
    assert_eq!((key.app_key, key.lives_ms), (AppKeyId(4), 86_400_000));
    assert_eq!(send(request(&[], TEXT)).await.1, None);
}

#[actix_web::test]
async fn a_bad_key_is_a_parameter_error_that_names_it() {
    for bad in ["", "a b", "é", &"x".repeat(256)] {
        let (answer, key) = send(with_key(TEXT, bad)).await;
        assert_eq!((answer.status.as_u16(), answer.code(), key), (200, 30000, None), "{bad}");
        assert!(answer.text.contains("Idempotency-Key"), "{}", answer.text);
    }
}

#[actix_web::test]
async fn a_repeat_is_marked_and_answered_as_the_first() {
    let mut mocks = known();
    mocks.send.expect_send().returning(|request| Ok(SentMessage { replayed: true, ..sent(request, NOW) }));
    let repeat = call(mocks.api(), with_key(TEXT, "k")).await;
    assert_eq!(repeat.header("idempotent-replayed"), Some("true"));
    assert_eq!(repeat.text, send(with_key(TEXT, "k")).await.0.text);
}

#[actix_web::test]
async fn a_key_of_another_request_is_409_in_the_callers_language() {
    for language in ["en", "zh-Hans", "zh-Hant"] {
        let mut mocks = known();
        mocks.send.expect_send().return_once(|_| Err(SendError::KeyReused));
        let asked = request(&[("langTag", language)], TEXT).insert_header(("Idempotency-Key", "k"));
        insta::assert_snapshot!(format!("key_reused_{language}"), call(mocks.api(), asked).await.wire());
    }
}

#[actix_web::test]
async fn the_same_body_has_the_same_fingerprint_in_every_spelling() {
    let expected = fingerprint(r#"{"uidOrUsername":"90417","message":"hi"}"#).await;
    for body in [
        r#" {"message": "hi", "uidOrUsername": 90417, "fid": null} "#,
        r#"{"message":" \u0068i\n","uidOrUsername":"90417","fid":"","later":[1]}"#,
    ] {
        assert_eq!(fingerprint(body).await, expected, "{body}");
    }
    for body in [
        r#"{"uidOrUsername":"90418","message":"hi"}"#,
        r#"{"uidOrUsername":"90417","message":"Hi"}"#,
        r#"{"uidOrUsername":"90417","fid":"hi"}"#,
    ] {
        assert_ne!(fingerprint(body).await, expected, "{body}");
    }
}

#[actix_web::test]
async fn who_signs_and_how_is_no_part_of_the_fingerprint() {
    let anew = [("timestamp", "1668061200999"), ("sign", "00"), ("langTag", ""), ("version", "3")];
    let again = request(&anew, TEXT).insert_header(("Idempotency-Key", "k"));
    assert_eq!(send(again).await.1.unwrap().fingerprint, fingerprint(TEXT).await);
}
