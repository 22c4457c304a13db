//! Messages that grow, on the wire.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use sixin_application::messages::change_messages::{ChangeError, MessageRef};
use sixin_application::messages::grow_messages::{GrowError, GrownMessage};
use sixin_application::sending::publish_message::PublishRequest;
use sixin_domain::id::MessageId;
use sixin_domain::message::growing::{Growing, GrowthRefusal, Piece, Said};
use sixin_domain::message::uid::MessageName;
use sixin_domain::time::Millis;
use sixin_web::testing::Answer;

use crate::messages::wire_tests::{admitted, post};
use crate::sending::wire_tests::{names, placed, said};

const PATH: &str = "/v3/message/private/publish_stream.json";
const STATE: &str = "/v3/message/get_stream.json";
const MESSAGE: MessageId = MessageId(338_194_283_397_121);
const UID: &str = "16EA-XU84-007G-FDTH";

fn body(content: Value) -> Value {
    json!({"fromUserId": "bot", "toUserId": "ann", "objectName": "RC:StreamMsg", "content": content})
}

fn first() -> Value {
    body(json!({"content": "Hel", "seq": 1, "complete": false, "type": "markdown", "user": {"id": "bot"}}))
}

fn later(mut content: Value) -> Value {
    content["messageUID"] = UID.into();
    body(content)
}

/// Publishes a first piece, and what was asked for.
async fn begun(body: &str) -> (Answer, Option<PublishRequest>) {
    let asked = Arc::new(Mutex::new(None));
    let seen = Arc::clone(&asked);
    let mut mocks = admitted();
    mocks.publish.expect_publish().returning(move |request| {
        let placed = placed(&request);
        *seen.lock().unwrap() = Some(request);
        Ok(placed)
    });
    let answer = post(mocks, PATH, body).await;
    let asked = asked.lock().unwrap().take();
    (answer, asked)
}

/// Adds a piece, and what was asked for.
async fn added(body: &Value) -> (Answer, Option<(MessageRef, Piece)>) {
    let asked = Arc::new(Mutex::new(None));
    let seen = Arc::clone(&asked);
    let mut mocks = admitted();
    mocks.grow_messages.expect_add().returning(move |message, piece| {
        *seen.lock().unwrap() = Some((message.clone(), piece));
        Ok(GrownMessage { id: MESSAGE, sent_at: Millis(1_640_995_200_000) })
    });
    let answer = post(mocks, PATH, &body.to_string()).await;
    let asked = asked.lock().unwrap().take();
    (answer, asked)
}

#[actix_web::test]
async fn the_first_piece_is_published_like_any_message_and_says_that_it_grows() {
    let (answer, asked) = begun(&first().to_string()).await;
    insta::assert_snapshot!(answer.wire());
    let asked = asked.unwrap();
    assert_eq!((asked.from.as_str(), names(&asked), asked.nonce.is_some()), ("bot", vec!["ann"], false));
    assert_eq!(
        said(&asked).content,
        r#"{"content":"Hel","seq":1,"complete":false,"type":"markdown","user":{"id":"bot"}}"#
    );
    assert_eq!(said(&asked).text.as_deref(), Some("Hel"));
}

/// A client by others sends the content as text, and in a form.
#[actix_web::test]
async fn a_content_may_be_the_text_of_an_object() {
    let content = "%7B%22content%22%3A%22Hel%22%2C%22complete%22%3Afalse%2C%22seq%22%3A1%7D";
    let form = format!("fromUserId=bot&toUserId=ann&objectName=RC:StreamMsg&content={content}");
    let (answer, asked) = begun(&form).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(said(&asked.unwrap()).content, r#"{"content":"Hel","complete":false,"seq":1}"#);
}

#[actix_web::test]
async fn pairs_alone_say_that_the_message_can_carry_some() {
    let mut body = first();
    body["extraContent"] = json!({"a": "b"});
    let delivery = said(&begun(&body.to_string()).await.1.unwrap()).delivery.clone().unwrap();
    assert_eq!(delivery.expansion, Some(true));
    assert_eq!(delivery.extra_content.unwrap()["a"], "b");
}

#[actix_web::test]
async fn a_later_piece_is_added_to_the_message_it_names() {
    let (answer, asked) = added(&later(json!({"content": "lo", "seq": 2, "complete": false}))).await;
    insta::assert_snapshot!(answer.wire());
    let (message, piece) = asked.unwrap();
    assert_eq!((message.by.as_str(), message.with.as_str()), ("bot", "ann"));
    assert_eq!(message.name, MessageName::Uid(MESSAGE));
    assert_eq!(piece, Piece { seq: 2, said: Said::More("lo".into()), ends: None });
    let end = later(json!({"content": "", "seq": 3, "complete": true, "completeReason": 7}));
    let (_, piece) = added(&end).await.1.unwrap();
    assert_eq!(piece, Piece { seq: 3, said: Said::More(String::new()), ends: Some(7) });
}

#[actix_web::test]
async fn a_piece_that_breaks_a_rule_is_refused_by_name() {
    let with = |mut body: Value, name: &str, value: Value| {
        body[name] = value;
        body
    };
    let mut lines = Vec::new();
    for body in [
        body(json!("no")),
        body(json!(["a"])),
        body(json!({"content": "a"})),
        body(json!({"content": 1, "seq": 1})),
        body(json!({"content": "a\u{0}", "seq": 1})),
        body(json!({"content": "a", "seq": 0})),
        body(json!({"content": "a", "seq": 1.5})),
        body(json!({"content": "a", "seq": 2})),
        body(json!({"content": "a", "seq": 1, "complete": "perhaps"})),
        later(json!({"content": "a", "seq": 2, "completeReason": "none"})),
        body(json!({"content": "a", "seq": 2, "messageUID": "no"})),
        with(first(), "objectName", "RC:TxtMsg".into()),
        with(later(json!({"content": "a", "seq": 2})), "objectName", "RC:TxtMsg".into()),
        with(first(), "toUserId", json!(["ann", "bob"])),
        with(first(), "isPersisted", 0.into()),
        with(first(), "content", Value::Null),
    ] {
        let answer = post(admitted(), PATH, &body.to_string()).await;
        let told = answer.json()["errorMessage"].as_str().unwrap().to_owned();
        lines.push(format!("{} {told}", answer.status.as_u16()));
    }
    insta::assert_snapshot!(lines.join("\n"));
}

#[actix_web::test]
async fn what_can_t_grow_is_named_with_what_to_mend() {
    let mut lines = Vec::new();
    for error in [
        ChangeError::MessageUnknown.into(),
        ChangeError::NotOwn.into(),
        GrowError::NotGrowing,
        GrowthRefusal::Gap(5).into(),
        GrowthRefusal::Over.into(),
        GrowthRefusal::TooLong(131_072).into(),
        GrowthRefusal::Recalled.into(),
    ] {
        let mut mocks = admitted();
        mocks.grow_messages.expect_add().return_once(move |_, _| Err(error));
        let answer = post(mocks, PATH, &later(json!({"content": "a", "seq": 9})).to_string()).await;
        let told = answer.json()["errorMessage"].as_str().unwrap().to_owned();
        lines.push(format!("{} {told}", answer.status.as_u16()));
    }
    insta::assert_snapshot!(lines.join("\n"));
}

#[actix_web::test]
async fn what_there_is_of_a_message_is_read_with_what_was_not_told_yet() {
    let mut mocks = admitted();
    mocks.grow_messages.expect_so_far().returning(|name| {
        assert_eq!(*name, MessageName::Uid(MESSAGE));
        let growing = Growing {
            content: r#"{"content":"Hel","complete":false,"seq":1}"#.into(),
            seq: 2,
            untold: "lo".into(),
            grown_at: Millis(5),
            told_at: Millis(5),
            is_over: false,
        };
        Ok((MESSAGE, growing))
    });
    insta::assert_snapshot!(post(mocks, STATE, &json!({"messageUID": UID}).to_string()).await.wire());
}
