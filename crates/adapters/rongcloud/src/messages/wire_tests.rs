//! What changes and reads messages, on the wire.

use std::collections::BTreeMap;

use actix_web::test::TestRequest;
use sixin_application::access::authenticate_back_end::BackEndRefusal;
use sixin_application::messages::change_messages::{ChangeError, MessageRef, Recalling};
use sixin_application::messages::read_history::{HistoryError, HistoryMessage};
use sixin_application::ports::StoreError;
use sixin_application::users::named_users::UsersError;
use sixin_domain::conversation::ViewedMessage;
use sixin_domain::id::{MessageId, UserId};
use sixin_domain::message::body::Body;
use sixin_domain::message::delivery::DeliveryOptions;
use sixin_domain::message::expansion::{Changes, Expansion};
use sixin_domain::message::object_name::ObjectName;
use sixin_domain::message::uid::MessageName;

use sixin_domain::time::Millis;
use sixin_domain::user::username::Username;
use sixin_web::testing::{Answer, NOW, call};

use crate::sending::wire_tests::{form, known};
use crate::testing::{Mocks, back_end};

const RECALL: &str = "/message/recall.json";
const MODIFY: &str = "/message/private/modify.json";
const QUERY: &str = "/v3/message/private/query.json";
const CLEAN: &str = "/conversation/message/history/clean.json";
/// Of message 338194283397121.
const UID: &str = "16EA-XU84-007G-FDTH";

pub(crate) fn admitted() -> Mocks {
    let mut mocks = Mocks::default();
    mocks.back_end.expect_admit().returning(|_| Ok(back_end()));
    mocks
}

pub(crate) fn name(text: &str) -> Username {
    Username::new(text).unwrap()
}

/// A wrong request reaches no use case: the mocks expect nothing.
pub(crate) async fn is_refused(path: &str, body: &str) {
    let answer = post(admitted(), path, body).await;
    assert_eq!((answer.code(), answer.status.as_u16()), (1003, 400), "{path} {body}: {}", answer.text);
}

pub(crate) async fn post(mocks: Mocks, path: &str, body: &str) -> Answer {
    call(mocks.api(), form(body).uri(path)).await
}

fn recall_body(changes: &str) -> String {
    format!("fromUserId=ann&targetId=bob&messageUID={UID}{changes}")
}

#[actix_web::test]
async fn a_recall_names_the_message_and_who_wants_it_gone() {
    let how = |is_admin, is_delete| Recalling { is_admin, is_delete };
    for (change, wanted) in [
        ("&conversationType=1", how(false, false)),
        ("&conversationType=1&isAdmin=True&sentTime=0&isDelete=0", how(true, false)),
        ("&conversationType=1&isDelete=1", how(false, true)),
    ] {
        let mut mocks = admitted();
        mocks
            .change_messages
            .expect_recall()
            .once()
            .withf(move |message, how| {
                let uid = MessageName::Uid(MessageId(338_194_283_397_121));
                let named = MessageRef { by: name("ann"), with: name("bob"), name: uid };
                *message == named && *how == wanted
            })
            .returning(|_, _| Ok(()));
        let answer = post(mocks, RECALL, &recall_body(change)).await;
        assert_eq!((answer.status.as_u16(), answer.text.as_str()), (200, r#"{"code":200}"#));
    }
}

/// As RongCloud's own test-suite expects.
#[actix_web::test]
async fn a_uid_of_nobody_is_no_mistake() {
    let mut mocks = admitted();
    mocks
        .change_messages
        .expect_recall()
        .once()
        .withf(|message, _| message.name == MessageName::ForeignUid)
        .returning(|_, _| Ok(()));
    let body = "fromUserId=ann&targetId=bob&conversationType=1&messageUID=BS45-NPH4-HV87-10LM";
    assert_eq!(post(mocks, RECALL, body).await.code(), 200);
}

#[actix_web::test]
async fn every_parameter_of_a_recall_is_looked_at() {
    let long = "x".repeat(65);
    for (body, code, status) in [
        (recall_body(""), 1003, 400),
        (recall_body("&conversationType=0"), 1003, 400),
        (recall_body("&conversationType=9"), 1003, 400),
        (recall_body("&conversationType=x"), 1003, 400),
        (recall_body("&conversationType=3"), 1009, 430),
        (recall_body("&conversationType=10"), 1009, 430),
        (recall_body("&conversationType=1&isAdmin=2"), 1003, 400),
        (recall_body("&conversationType=1&isDelete=yes"), 1003, 400),
        (recall_body("&conversationType=1&sentTime=soon"), 1003, 400),
        ("targetId=bob&conversationType=1&messageUID=x".into(), 1003, 400),
        ("fromUserId=ann&conversationType=1&messageUID=x".into(), 1003, 400),
        ("fromUserId=ann&targetId=bob&conversationType=1&messageUID=".into(), 1003, 400),
        (format!("fromUserId=ann&targetId=bob&conversationType=1&messageUID={long}"), 1003, 400),
        (format!("fromUserId={long}&targetId=bob&conversationType=1&messageUID=x"), 1003, 400),
        (format!("fromUserId=ann&targetId={long}&conversationType=1&messageUID=x"), 1003, 400),
    ] {
        let answer = post(admitted(), RECALL, &body).await;
        assert_eq!((answer.code(), answer.status.as_u16()), (code, status), "{body}");
    }
}

#[actix_web::test]
async fn each_reason_not_to_change_a_message_has_its_code() {
    for (error, code, status) in [
        ((|| ChangeError::Users(UsersError::Unknown(name("bob")))) as fn() -> ChangeError, 1004, 404),
        (|| ChangeError::Elsewhere, 1003, 400),
        (|| ChangeError::NotOwn, 1003, 400),
        (|| ChangeError::Recalled, 1003, 400),
        (|| ChangeError::OtherType, 1003, 400),
        (|| ChangeError::File, 1003, 400),
        (|| ChangeError::Content("content is odd".into()), 1006, 400),
        (|| ChangeError::Refused(sixin_domain::sending::refusal::Refusal::ForbiddenWord), 1006, 400),
        (|| ChangeError::Store(StoreError::Unavailable("gone".into())), 1050, 503),
        (|| ChangeError::Store(StoreError::Fault("secret".into())), 1000, 500),
    ] {
        let mut mocks = admitted();
        mocks.change_messages.expect_rewrite().returning(move |_, _| Err(error()));
        let answer =
            post(mocks, MODIFY, &format!("fromUserId=ann&targetId=bob&msgUID={UID}&content=x")).await;
        assert_eq!((answer.code(), answer.status.as_u16()), (code, status), "{}", answer.text);
        assert!(!answer.text.contains("secret"));
        assert_eq!(answer.json()["url"], MODIFY);
    }
}

#[actix_web::test]
async fn a_new_content_is_passed_on_with_the_type_that_was_given() {
    let mut mocks = admitted();
    mocks
        .change_messages
        .expect_rewrite()
        .once()
        .withf(|_, rewording| {
            rewording.content == r#"{"content":"new"}"# && rewording.object_name == Some(ObjectName::text())
        })
        .returning(|_, _| Ok(()));
    let body = format!(
        "fromUserId=ann&targetId=bob&msgUID={UID}&objectName=RC:TxtMsg&content=%7B%22content%22%3A%22new%22%7D"
    );
    assert_eq!(post(mocks, MODIFY, &body).await.code(), 200);
    for (missing, code) in [
        (format!("fromUserId=ann&targetId=bob&msgUID={UID}"), 1003),
        (format!("fromUserId=ann&targetId=bob&msgUID={UID}&content=x&objectName=RC:None"), 1007),
        ("fromUserId=ann&targetId=bob&content=x".into(), 1003),
    ] {
        assert_eq!(post(admitted(), MODIFY, &missing).await.code(), code, "{missing}");
    }
}

fn message(id: i64, sender: i64, body: Body, delivery: Option<DeliveryOptions>) -> HistoryMessage {
    let (id, sender) = (MessageId(338_194_283_397_121 + id), UserId(sender));
    let sent_at = NOW.plus(id.0 - 338_194_283_397_121);
    let initial = delivery.as_ref().and_then(DeliveryOptions::initial_pairs);
    let expansion = initial.map(|initial| Expansion { initial, sent_at, changes: Changes::new() });
    let (file, read_at, is_counted) = (None, None, true);
    let message = ViewedMessage {
        id,
        seq: 1,
        sender,
        sent_at,
        body,
        file,
        read_at,
        is_counted,
        delivery,
        edited_at: None,
    };
    HistoryMessage { message, is_own: sender == UserId(1), expansion }
}

#[actix_web::test]
async fn a_history_shows_messages_of_both_dialects_as_contents_of_this_one() {
    let mut mocks = admitted();
    mocks
        .history
        .expect_between()
        .once()
        .withf(|asked| {
            (asked.user.as_str(), asked.with.as_str()) == ("ann", "bob")
                && (asked.from, asked.until) == (Millis(1_668_061_200_000), Millis(1_668_061_300_000))
                && (asked.includes_from, asked.limit) == (false, 10)
        })
        .returning(|_| {
            let object_name = ObjectName::new("My:Gift").unwrap();
            let typed = Body::Typed { object_name, content: "<raw  text>".into(), text: None };
            let delivery = DeliveryOptions {
                bus_channel: Some("b1".into()),
                expansion: Some(true),
                extra_content: Some(BTreeMap::from([("k".into(), "v".into())])),
                ..DeliveryOptions::default()
            };
            Ok(vec![
                message(0, 1, Body::Text("say \"hi\"".into()), None),
                message(1, 2, typed, Some(delivery)),
            ])
        });
    // Go sends every value as a string (docs/wire/rongcloud.md#client-quirks).
    let body = r#"{"userId":"ann","targetId":"bob","startTime":"1668061200000","endTime":"1668061300","pageSize":"10","includeStart":"false"}"#;
    let answer = post(mocks, QUERY, body).await;
    insta::assert_snapshot!(answer.wire());
}

#[actix_web::test]
async fn a_history_whose_beginning_is_after_its_end_is_asked_for_as_it_is() {
    let mut mocks = admitted();
    mocks
        .history
        .expect_between()
        .once()
        .withf(|asked| (asked.from, asked.until, asked.includes_from) == (Millis(9_000), Millis(5_000), true))
        .returning(|_| Ok(Vec::new()));
    let body = "userId=ann&targetId=bob&startTime=9&endTime=5&includeStart=true";
    assert_eq!(post(mocks, QUERY, body).await.text, r#"{"code":200,"data":[]}"#);
}

/// Whatever takes a message takes both of its names in every writing, under each name the parameter has.
#[actix_web::test]
async fn a_message_is_named_by_its_uid_or_its_number_wherever_one_is_named() {
    const SET: &str = "/message/expansion/set.json";
    const PAIRS: &str = "/message/expansion/query.json";
    let id = MessageId(338_194_283_397_121);
    let (uid, number) = (MessageName::Uid(id), MessageName::Number(id));
    for (text, named) in [
        (UID, uid),
        ("16ea-xu84-007g-fdth", uid),
        ("%2016EA-xu84-007G-FDTH%0A", uid),
        ("338194283397121", number),
        ("%20338194283397121%20", number),
    ] {
        for parameter in ["messageUID", "msgUID", "messageId"] {
            let mut mocks = admitted();
            let is_named = move |message: &MessageRef| message.name == named;
            mocks.change_messages.expect_recall().withf(move |m, _| is_named(m)).returning(|_, _| Ok(()));
            mocks.change_messages.expect_rewrite().withf(move |m, _| is_named(m)).returning(|_, _| Ok(()));
            mocks.expand_messages.expect_edit().withf(move |m, _| is_named(m)).returning(|_, _| Ok(()));
            mocks
                .expand_messages
                .expect_query()
                .withf(move |name, _| *name == named)
                .returning(|_, _| Ok(Vec::new()));
            let api = mocks.api();
            for (path, more) in [
                (RECALL, "&fromUserId=ann"),
                (MODIFY, "&fromUserId=ann&content=x"),
                (SET, "&userId=ann&extraKeyVal=%7B%22k%22:%22v%22%7D"),
                (PAIRS, ""),
            ] {
                let body = format!("{parameter}={text}&targetId=bob&conversationType=1{more}");
                let answer = call(api.clone(), form(&body).uri(path)).await;
                assert_eq!(answer.code(), 200, "{path} {body}: {}", answer.text);
            }
        }
    }
    for wrong in ["x", "16EA-XU84-007G", "16EAXU84007GFDTH", "9007199254740992", "-1", "16EA_XU84_007G_FDTH"]
    {
        for (path, more) in [(RECALL, "&fromUserId=ann"), (MODIFY, "&fromUserId=ann&content=x"), (PAIRS, "")]
        {
            is_refused(path, &format!("msgUID={wrong}&targetId=bob&conversationType=1{more}")).await;
        }
    }
}

#[actix_web::test]
async fn every_parameter_of_a_history_query_is_looked_at() {
    let body = |change: &str| format!("userId=ann&targetId=bob&startTime=5&endTime=9{change}");
    for wrong in [
        "userId=ann&targetId=bob&startTime=5".to_owned(),
        "userId=ann&targetId=bob&endTime=5".to_owned(),
        "userId=ann&startTime=5&endTime=9".to_owned(),
        "targetId=ann&startTime=5&endTime=9".to_owned(),
        "userId=ann&targetId=bob&startTime=-1&endTime=5".to_owned(),
        "userId=ann&targetId=bob&startTime=1.5&endTime=5".to_owned(),
        body("&pageSize=-1"),
        body("&pageSize=101"),
        body("&pageSize=ten"),
        body("&includeStart=2"),
    ] {
        let answer = post(admitted(), QUERY, &wrong).await;
        assert_eq!((answer.code(), answer.status.as_u16()), (1003, 400), "{wrong}");
    }
    for (size, limit) in [("1", 1), ("100", 100), ("0", 10)] {
        let mut mocks = admitted();
        let asked =
            move |asked: &sixin_application::messages::read_history::HistoryRequest| asked.limit == limit;
        mocks.history.expect_between().once().withf(asked).returning(|_| Ok(Vec::new()));
        let answer = post(mocks, QUERY, &body(&format!("&pageSize={size}"))).await;
        assert_eq!(answer.text, r#"{"code":200,"data":[]}"#);
    }
}

#[actix_web::test]
async fn a_history_is_cleaned_up_to_a_time_or_whole() {
    let time = Some(Millis(1_668_061_200_000));
    for (change, until) in [
        ("", None),
        ("&msgTimestamp=", None),
        ("&msgTimestamp=0", None),
        ("&msgTimestamp=1668061200000", time),
        ("&msgTimestamp=1668061200", time),
    ] {
        let mut mocks = admitted();
        let asked = move |user: &Username, with: &Username, to: &Option<Millis>| {
            (user.as_str(), with.as_str(), *to) == ("ann", "bob", until)
        };
        mocks.history.expect_clean().once().withf(asked).returning(|_, _, _| Ok(()));
        let body = format!("conversationType=1&fromUserId=ann&targetId=bob{change}");
        assert_eq!(post(mocks, CLEAN, &body).await.text, r#"{"code":200}"#);
    }
    for (body, code) in [
        ("conversationType=3&fromUserId=ann&targetId=bob", 1009),
        ("fromUserId=ann&targetId=bob", 1003),
        ("conversationType=1&fromUserId=ann&targetId=bob&msgTimestamp=-1", 1003),
        ("conversationType=1&fromUserId=ann", 1003),
        ("conversationType=1&targetId=ann", 1003),
    ] {
        assert_eq!(post(admitted(), CLEAN, body).await.code(), code, "{body}");
    }
    for (error, code) in [
        ((|| HistoryError::Users(UsersError::Oneself(name("bob")))) as fn() -> HistoryError, 1003),
        (|| HistoryError::Users(UsersError::Unknown(name("bob"))), 1004),
        (|| HistoryError::Store(StoreError::Unavailable("gone".into())), 1050),
    ] {
        let mut mocks = admitted();
        mocks.history.expect_clean().returning(move |_, _, _| Err(error()));
        assert_eq!(post(mocks, CLEAN, "conversationType=1&fromUserId=ann&targetId=bob").await.code(), code);
    }
}

#[actix_web::test]
async fn nobody_gets_in_without_a_signature_or_twice_with_one_of_a_strict_key() {
    for path in [RECALL, MODIFY, QUERY, CLEAN] {
        let unsigned = call(Mocks::default().api(), TestRequest::post().uri(path)).await;
        assert_eq!((unsigned.code(), unsigned.status.as_u16()), (1001, 401));
        for refusal in
            [(|| BackEndRefusal::SignatureWrong) as fn() -> BackEndRefusal, || BackEndRefusal::Replayed]
        {
            let mut mocks = Mocks::default();
            mocks.back_end.expect_admit().returning(move |_| Err(refusal()));
            let answer = post(mocks, path, "a=b").await;
            assert_eq!((answer.code(), answer.status.as_u16()), (1001, 401));
        }
    }
}

#[actix_web::test]
async fn what_is_not_for_two_users_says_so_and_what_nobody_has_is_unknown() {
    for path in [
        "/group/create.json",
        "/message/group/publish.json",
        "/user/tag/set.json",
        "/push.json",
        "//push/user.json",
    ] {
        let answer = post(known(), path, "a=b").await;
        assert_eq!((answer.code(), answer.status.as_u16()), (1009, 430), "{path}");
        assert!(answer.text.contains("one-to-one"));
    }
    for path in ["/message/private/nothing.json", "/user/nothing.json", "/pushy.json"] {
        let answer = post(known(), path, "a=b").await;
        assert_eq!((answer.code(), answer.status.as_u16()), (404, 404), "{path}");
        assert_eq!(answer.json()["url"], path);
    }
}
