//! What only a real connection shows: bodies that are too large or never come, answers that break off.

use sixin_application::access::authenticate_back_end::BackEndRefusal;
use sixin_application::ports::StoreError;
use sixin_web::testing::{exchanged, over_a_socket};

use crate::testing::{Mocks, back_end};

fn head(length: usize) -> String {
    format!(
        "POST /message/private/publish.json HTTP/1.1\r\nHost: x\r\nApp-Key: k\r\nNonce: 1\r\n\
         Timestamp: 2\r\nSignature: 3\r\nContent-Length: {length}\r\n\r\n"
    )
}

fn trusting() -> Mocks {
    let mut mocks = Mocks::default();
    mocks.back_end.expect_authenticate().returning(|_| Ok(back_end()));
    mocks
}

#[actix_web::test]
async fn a_body_of_ten_megabytes_is_answered_with_413_in_json() {
    let mut request = head(10_000_000).into_bytes();
    request.resize(request.len() + 10_000_000, b'x');
    let answer = over_a_socket(trusting().api(), request).await;
    assert!(answer.starts_with("HTTP/1.1 413 ") && answer.contains(r#""code":1003"#), "{answer}");
}

#[actix_web::test]
async fn a_body_that_never_comes_is_answered_with_408_in_json() {
    let answer = over_a_socket(trusting().api(), head(10).into_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 408 ") && answer.contains(r#""code":1003"#), "{answer}");
}

#[actix_web::test]
async fn nobody_who_is_not_let_in_has_its_body_read() {
    let mut mocks = Mocks::default();
    mocks.back_end.expect_authenticate().returning(|_| Err(BackEndRefusal::KeyUnknown));
    let answer = over_a_socket(mocks.api(), head(10_000_000).into_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 401 ") && answer.contains(r#""code":1002"#), "{answer}");
}

#[actix_web::test]
async fn a_log_that_breaks_off_never_looks_complete() {
    use crate::messages::log_wire_tests::{FILE, opening, pages};
    let request = format!("GET {FILE} HTTP/1.1\r\nHost: x\r\n\r\n").into_bytes();
    let is_complete = |answer: &[u8]| answer.ends_with(b"\r\n0\r\n\r\n");
    for (end, completes) in [(Ok(Vec::new()), true), (Err(StoreError::Unavailable("gone".into())), false)] {
        let answer = exchanged(opening(pages(end)).await.api(), request.clone(), is_complete).await;
        assert!(answer.starts_with(b"HTTP/1.1 200 "));
        assert_eq!(is_complete(&answer), completes, "{}", String::from_utf8_lossy(&answer));
    }
}
