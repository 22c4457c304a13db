//! What those are asked who may object.

use std::collections::BTreeMap;
use std::sync::Arc;

use sixin_application::hooks::ports::{AskedMessage, HookAsker, Question};
use sixin_application::webhooks::ports::PostFailure;
use sixin_domain::access::app_key::Secret;
use sixin_domain::hook::rule::{HookKind, HookRule, ObjectNames, OnFailure, Origin, Origins};
use sixin_domain::hook::verdict::{HookFailure, Verdict};
use sixin_domain::id::HookId;
use sixin_domain::message::delivery::DeliveryOptions;
use sixin_domain::webhook::receiver_url::ReceiverUrl;

use super::sending::{poster, receiver};
use super::wire::{ALICE, BOB, NOW, key, shown, signatures, user};
use crate::hook::questions;

fn rule(kind: HookKind, url: &str) -> HookRule {
    HookRule {
        id: HookId(1),
        name: String::new(),
        kind,
        url: ReceiverUrl::parse(url).unwrap(),
        secret: Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLjSw"),
        former: None,
        app_id: None,
        origins: Origins::parse("fresns").unwrap(),
        object_names: ObjectNames::default(),
        deadline_ms: 1_000,
        on_failure: OnFailure::Deliver,
        max_in_flight: 1,
        is_paused: false,
        generation: 0,
    }
}

fn question(kind: HookKind, url: &str, is_test: bool) -> Question {
    let delivery = DeliveryOptions {
        push_content: Some("a & b".into()),
        expansion: Some(true),
        extra_content: Some(BTreeMap::from([("k".to_owned(), "v".to_owned())])),
        disable_push: Some(true),
        ..DeliveryOptions::default()
    };
    let message = AskedMessage {
        origin: Origin::RongCloud,
        from: user(ALICE, "alice").1,
        to: vec![user(BOB, "bob").1],
        object_name: "RC:TxtMsg".into(),
        content: r#"{"content":"say \"hi\" 语"}"#.into(),
        text: Some("say \"hi\" 语".into()),
        delivery: Some(delivery),
    };
    Question {
        rule: Arc::new(rule(kind, url)),
        key: Some(key(true)),
        message: (!is_test).then_some(message),
        at: NOW,
        nonce: "123456789012".into(),
    }
}

const URL: &str = "https://app.example/ask?a=b";

#[test]
fn a_question_in_either_form() {
    let standard = |is_test| questions::standard(&question(HookKind::Standard, URL, is_test), &signatures());
    let rong = |is_test| questions::rong_cloud(&question(HookKind::RongCloud, URL, is_test), &signatures());
    let all: Vec<String> =
        [standard(false), standard(true), rong(false), rong(true)].map(|one| shown(&one.unwrap())).to_vec();
    insta::assert_snapshot!(all.join("\n\n"));
}

#[test]
fn without_anything_to_sign_with_nobody_is_asked() {
    let mut unsigned = question(HookKind::RongCloud, URL, false);
    unsigned.key = Some(key(false));
    assert_eq!(questions::rong_cloud(&unsigned, &signatures()).unwrap_err(), PostFailure::NoKey);
    let rule = HookRule { secret: Secret::new(""), ..rule(HookKind::Standard, URL) };
    let unsigned = Question { rule: Arc::new(rule), ..unsigned };
    assert_eq!(questions::standard(&unsigned, &signatures()).unwrap_err(), PostFailure::NoSecret);
}

/// What is heard of a receiver that answers so.
async fn heard(answer: &str) -> Result<Verdict, HookFailure> {
    let (port, _) = receiver(answer.as_bytes().to_vec()).await;
    let url = format!("http://127.0.0.1:{port}/");
    poster(&["127.0.0.0/8"]).ask(question(HookKind::Standard, &url, false)).await
}

#[tokio::test]
async fn an_answer_is_read_and_whatever_else_comes_is_a_failure() {
    let of = |status: &str, body: &str| {
        format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n{body}", body.len())
    };
    let deny = r#"{"decision":"deny"}"#;
    assert_eq!(heard(&of("200 OK", deny)).await, Ok(Verdict::Deny { reason: None }));
    assert_eq!(heard(&of("500 x", deny)).await, Err(HookFailure::Status(500)));
    assert_eq!(heard(&of("302 x\r\nlocation: /x", deny)).await, Err(HookFailure::Status(302)));
    assert_eq!(heard(&of("204 x", "")).await, Err(HookFailure::Malformed));
    assert_eq!(heard(&of("200 OK", "yes")).await, Err(HookFailure::Malformed));
    let huge = format!(r#"{{"decision":"deny","reason":"{}"}}"#, "x".repeat(100_000));
    assert_eq!(heard(&of("200 OK", &huge)).await, Err(HookFailure::Malformed));
    assert_eq!(heard("no HTTP").await, Err(HookFailure::Unreachable));
    let closed = question(HookKind::Standard, "http://127.0.0.1:1/", false);
    assert_eq!(poster(&["127.0.0.0/8"]).ask(closed.clone()).await, Err(HookFailure::Unreachable));
    assert_eq!(poster(&[]).ask(closed).await, Err(HookFailure::Forbidden));
}
