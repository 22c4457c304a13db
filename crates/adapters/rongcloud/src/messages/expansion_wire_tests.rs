//! The pairs that messages carry, on the wire.

use std::collections::BTreeMap;

use actix_web::test::TestRequest;
use sixin_application::access::authenticate_back_end::BackEndRefusal;
use sixin_application::messages::change_messages::MessageRef;
use sixin_application::messages::expand_messages::ExpandError;
use sixin_application::ports::StoreError;
use sixin_application::users::named_users::UsersError;
use sixin_domain::id::MessageId;
use sixin_domain::message::expansion::{Edit, ExpansionRefusal};
use sixin_domain::message::uid::MessageName;
use sixin_domain::time::Millis;
use sixin_domain::user::username::Username;
use sixin_web::testing::{Answer, call};

use crate::messages::wire_tests::{admitted, post};
use crate::testing::Mocks;

const SET: &str = "/message/expansion/set.json";
const DELETE: &str = "/message/expansion/delete.json";
const QUERY: &str = "/message/expansion/query.json";
/// Of message 338194283397121.
const UID: &str = "16EA-XU84-007G-FDTH";

fn name(text: &str) -> Username {
    Username::new(text).unwrap()
}

fn encoded(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

fn body(parameter: &str, value: &str) -> String {
    let value = encoded(value);
    format!("msgUID={UID}&userId=ann&conversationType=1&targetId=bob&{parameter}={value}")
}

/// Edits, and what the use case was asked.
async fn edited(path: &str, body: &str) -> (Answer, Option<Edit>) {
    let asked = std::sync::Arc::new(std::sync::Mutex::new(None));
    let seen = std::sync::Arc::clone(&asked);
    let mut mocks = admitted();
    mocks.expand_messages.expect_edit().returning(move |message, edit| {
        let uid = MessageName::Uid(MessageId(338_194_283_397_121));
        assert_eq!(*message, MessageRef { by: name("ann"), with: name("bob"), name: uid });
        *seen.lock().unwrap() = Some(edit);
        Ok(())
    });
    let answer = post(mocks, path, body).await;
    let asked = asked.lock().unwrap().take();
    (answer, asked)
}

fn pairs(count: usize) -> BTreeMap<String, String> {
    (0..count).map(|number| (format!("k{number}"), "v".to_owned())).collect()
}

fn text<T: Into<serde_json::Value>>(value: T) -> String {
    value.into().to_string()
}

fn object(pairs: &BTreeMap<String, String>) -> String {
    text(
        pairs
            .iter()
            .map(|(key, value)| (key.clone(), value.clone().into()))
            .collect::<serde_json::Map<_, _>>(),
    )
}

#[actix_web::test]
async fn pairs_are_set_from_a_form_and_from_json() {
    let one = Edit::Set(BTreeMap::from([("a+=_-9".to_owned(), "语 \"x\"".to_owned())]));
    let value = r#"{"a+=_-9":"语 \"x\""}"#;
    let (answer, asked) = edited(SET, &body("extraKeyVal", value)).await;
    assert_eq!((answer.text.as_str(), asked), (r#"{"code":200}"#, Some(one.clone())));
    let json = serde_json::json!({"msgUID": UID, "userId": "ann", "conversationType": "1", "targetId": "bob",
        "extraKeyVal": serde_json::from_str::<serde_json::Value>(value).unwrap(), "isSyncSender": "1"});
    assert_eq!(edited(SET, &json.to_string()).await.1, Some(one));
    for count in [1, 100] {
        let asked = edited(SET, &body("extraKeyVal", &object(&pairs(count)))).await.1;
        assert_eq!(asked, Some(Edit::Set(pairs(count))));
    }
}

#[actix_web::test]
async fn keys_are_removed_as_an_array_or_one_by_one() {
    let expected = || Some(Edit::Remove(["a", "b"].map(str::to_owned).into()));
    let base = body("extraKey", r#"["a","b","a"]"#);
    assert_eq!(edited(DELETE, &base).await.1, expected());
    let repeated = format!("{}&extraKey=b", body("extraKey", "a"));
    assert_eq!(edited(DELETE, &repeated).await.1, expected());
    let hundred: Vec<String> = pairs(100).into_keys().collect();
    let Some(Edit::Remove(keys)) = edited(DELETE, &body("extraKey", &text(hundred))).await.1 else {
        panic!()
    };
    assert_eq!(keys.len(), 100);
}

#[actix_web::test]
async fn every_parameter_of_a_change_is_looked_at() {
    let with = |value: &str| (SET, body("extraKeyVal", value));
    let long = |chars: usize| object(&BTreeMap::from([("k".repeat(chars), "v".to_owned())]));
    let wide = |chars: usize| object(&BTreeMap::from([("k".to_owned(), "语".repeat(chars))]));
    let set = body("extraKeyVal", r#"{"a":"1"}"#);
    let without = |part: &str| (SET, set.replace(part, ""));
    for (fine, path) in [(with(&long(32)).1, SET), (with(&wide(4096)).1, SET)] {
        assert_eq!(edited(path, &fine).await.0.status, 200);
    }
    for ((path, body), code, named) in [
        (with("{}"), 1003, "extraKeyVal must hold 1 to 100 pairs"),
        (with(""), 1003, "extraKeyVal is missing"),
        (with("x"), 1003, "extraKeyVal must be the text of a JSON object"),
        (with("[1]"), 1003, "extraKeyVal must be the text of a JSON object"),
        (with(&object(&pairs(101))), 1003, "at most 100 pairs"),
        (with(&long(33)), 1003, "keys of extraKeyVal"),
        (with(r#"{"":"v"}"#), 1003, "keys of extraKeyVal"),
        (with(r#"{"a b":"v"}"#), 1003, "keys of extraKeyVal"),
        (with(&wide(4097)), 1003, "values of extraKeyVal"),
        (with(r#"{"a":1.5}"#), 1003, "values of extraKeyVal"),
        (with(r#"{"a":true}"#), 1003, "values of extraKeyVal"),
        (with(r#"{"a":null}"#), 1003, "values of extraKeyVal"),
        (with(r#"{"a":"\u0000"}"#), 1003, "values of extraKeyVal"),
        ((DELETE, body("extraKey", "[]")), 1003, "extraKey is missing"),
        ((DELETE, body("extraKey", "")), 1003, "extraKey is missing"),
        (
            (DELETE, body("extraKey", &text(pairs(101).into_keys().collect::<Vec<_>>()))),
            1003,
            "at most 100 keys",
        ),
        ((DELETE, body("extraKey", r#"["a b"]"#)), 1003, "keys of extraKey"),
        ((DELETE, set.clone()), 1003, "extraKey is missing"),
        (without("&userId=ann"), 1003, "userId"),
        (without("&targetId=bob"), 1003, "targetId"),
        (without("&conversationType=1"), 1003, "conversationType"),
        ((SET, set.replace(UID, "")), 1003, "msgUID"),
        ((SET, set.replace(UID, &"x".repeat(65))), 1003, "msgUID"),
        ((SET, set.replace("conversationType=1", "conversationType=3")), 1009, "one-to-one"),
        ((SET, format!("{set}&isSyncSender=2")), 1003, "isSyncSender"),
    ] {
        let (answer, asked) = edited(path, &body).await;
        assert_eq!((answer.code(), asked), (code, None), "{body}");
        assert!(answer.text.contains(named), "{named}: {}", answer.text);
    }
}

#[actix_web::test]
async fn the_pairs_are_answered_by_key_with_their_times_as_numbers() {
    for (change, page) in [("", 1), ("&pageNo=1", 1), ("&pageNo=2", 2)] {
        let mut mocks = admitted();
        let asked = move |name: &MessageName, asked: &usize| {
            (*name, *asked) == (MessageName::Uid(MessageId(338_194_283_397_121)), page)
        };
        mocks.expand_messages.expect_query().once().withf(asked).returning(|_, _| {
            let pair = |key: &str, at| (key.to_owned(), "val".to_owned(), Millis(at));
            Ok(vec![pair("k1", 1_607_503_252_000), pair("k2", 1_607_503_252_001)])
        });
        let answer = post(mocks, QUERY, &format!("msgUID={UID}{change}")).await;
        let expected = r#"{"code":200,"extraContent":{"k1":{"v":"val","ts":1607503252000},"k2":{"v":"val","ts":1607503252001}}}"#;
        assert_eq!(answer.text, expected);
    }
    let mut mocks = admitted();
    mocks
        .expand_messages
        .expect_query()
        .once()
        .withf(|name, _| *name == MessageName::ForeignUid)
        .returning(|_, _| Ok(vec![]));
    let answer = post(mocks, QUERY, "msgUID=BS45-NPH4-HV87-10LM&pageNo=9223372036854775807").await;
    assert_eq!(answer.text, r#"{"code":200,"extraContent":{}}"#);
    for wrong in ["pageNo=1", &format!("msgUID={UID}&pageNo=-1"), &format!("msgUID={UID}&pageNo=x")] {
        assert_eq!(post(admitted(), QUERY, wrong).await.code(), 1003, "{wrong}");
    }
}

#[actix_web::test]
async fn each_reason_not_to_keep_a_pair_has_its_code() {
    for (error, code, status) in [
        ((|| ExpandError::Users(UsersError::Unknown(name("bob")))) as fn() -> ExpandError, 1004, 404),
        (|| ExpandError::MessageUnknown, 1003, 400),
        (|| ExpandError::Elsewhere, 1003, 400),
        (|| ExpandError::NotExpandable, 1003, 400),
        (|| ExpandError::Refused(ExpansionRefusal::TooMany), 1003, 400),
        (|| ExpandError::Refused(ExpansionRefusal::Recalled), 1003, 400),
        (|| ExpandError::Store(StoreError::Unavailable("gone".into())), 1050, 503),
        (|| ExpandError::Store(StoreError::Fault("secret".into())), 1000, 500),
    ] {
        let mut mocks = admitted();
        mocks.expand_messages.expect_edit().returning(move |_, _| Err(error()));
        let answer = post(mocks, SET, &body("extraKeyVal", r#"{"a":"1"}"#)).await;
        assert_eq!((answer.code(), answer.status.as_u16()), (code, status), "{}", answer.text);
        assert!(!answer.text.contains("secret"));
        assert_eq!(answer.json()["url"], SET);
    }
}

#[actix_web::test]
async fn nobody_gets_in_without_a_signature() {
    for path in [SET, DELETE, QUERY] {
        let unsigned = call(Mocks::default().api(), TestRequest::post().uri(path)).await;
        assert_eq!((unsigned.code(), unsigned.status.as_u16()), (1001, 401));
        let mut mocks = Mocks::default();
        mocks.back_end.expect_admit().returning(|_| Err(BackEndRefusal::Replayed));
        assert_eq!(post(mocks, path, "a=b").await.code(), 1001);
    }
}
