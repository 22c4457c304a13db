//! The dialect on the wire, over mocked use cases.

use std::sync::{Arc, Mutex};

use actix_web::test::TestRequest;
use sixin_application::access::authenticate_back_end::BackEndRefusal;
use sixin_application::ports::StoreError;
use sixin_application::sending::pipeline::SendError;
use sixin_application::sending::publish_message::{PublishError, PublishRequest, Published, Said, Wording};
use sixin_domain::hook::verdict::Reason;
use sixin_domain::id::{ConversationId, MessageId, UserId};
use sixin_domain::message::delivery::DeliveryOptions;
use sixin_domain::message::{Placed, WantedEffects};
use sixin_domain::sending::refusal::Refusal;
use sixin_domain::time::Millis;
use sixin_domain::user::username::Username;
use sixin_web::testing::{Answer, call, call_without_end};

use crate::testing::{Mocks, back_end};

const SEED: &str =
    "fromUserId=user1&toUserId=user2&objectName=RC:TxtMsg&content=%7B%22content%22%3A%22Hello%20World%22%7D";
const TEXT: &str = "objectName=RC:TxtMsg&content=%7B%22content%22%3A%22hi%22%7D";

fn signed() -> TestRequest {
    TestRequest::post()
        .uri("/message/private/publish.json")
        .insert_header(("App-Key", "your-app-key"))
        .insert_header(("Nonce", "14314"))
        .insert_header(("Timestamp", "1408710653000"))
        .insert_header(("Signature", "30be0bbca9c9b2e27578701e9fda2358a814c88f"))
}

pub(crate) fn form(body: impl AsRef<[u8]>) -> TestRequest {
    signed()
        .insert_header(("Content-Type", "application/x-www-form-urlencoded"))
        .set_payload(body.as_ref().to_vec())
}

pub(crate) fn known() -> Mocks {
    let mut mocks = Mocks::default();
    mocks.back_end.expect_authenticate().returning(|_| Ok(back_end()));
    mocks
}

pub(crate) fn placed(request: &PublishRequest) -> Published {
    let place = |(index, name): (usize, &Username)| {
        let number = i64::try_from(index).unwrap();
        let placed = Placed {
            id: MessageId(338_194_283_397_121 + number),
            recipient: UserId(number + 2),
            place: Some((ConversationId(9), 1)),
            sent_at: Millis(1_640_995_200_000 + number),
        };
        (name.clone(), placed)
    };
    Published { placed: request.to.iter().enumerate().map(place).collect(), replayed: false }
}

/// Publishes and returns the answer with what the use case was asked.
pub(crate) async fn publish(request: TestRequest) -> (Answer, Option<PublishRequest>) {
    let asked = Arc::new(Mutex::new(None));
    let mut mocks = known();
    let seen = Arc::clone(&asked);
    mocks.publish.expect_publish().returning(move |request| {
        let placed = placed(&request);
        *seen.lock().unwrap() = Some(request);
        Ok(placed)
    });
    let answer = call(mocks.api(), request).await;
    let asked = asked.lock().unwrap().take();
    (answer, asked)
}

async fn accepted(body: impl AsRef<[u8]>) -> PublishRequest {
    let (answer, asked) = publish(form(body)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    asked.unwrap()
}

/// The code of a body that is refused before the use case is asked.
async fn code_and_text(body: impl AsRef<[u8]>) -> (i64, String) {
    let (answer, asked) = publish(form(body)).await;
    assert!(asked.is_none() && answer.status != 200, "{}", answer.text);
    (answer.code(), answer.json()["errorMessage"].as_str().unwrap().to_owned())
}

async fn failed(error: PublishError) -> Answer {
    let mut mocks = known();
    mocks.publish.expect_publish().return_once(move |_| Err(error));
    call(mocks.api(), form(SEED)).await
}

pub(crate) fn said(request: &PublishRequest) -> &Wording {
    match &request.said {
        Said::ToAll(wording) => wording,
        Said::ToEach(_) => panic!("{:?}", request.said),
    }
}

pub(crate) fn names(request: &PublishRequest) -> Vec<&str> {
    request.to.iter().map(Username::as_str).collect()
}

#[actix_web::test]
async fn the_curl_sample_of_the_seed_is_published() {
    let (answer, asked) = publish(form(SEED)).await;
    insta::assert_snapshot!(answer.wire());
    let asked = asked.unwrap();
    assert_eq!((asked.from.as_str(), names(&asked)), ("user1", vec!["user2"]));
    assert_eq!(said(&asked).content, r#"{"content":"Hello World"}"#);
    assert_eq!(said(&asked).text.as_deref(), Some("Hello World"));
    assert_eq!(said(&asked).delivery, None);
    assert!(!asked.verify_blacklist);
    let effects = WantedEffects { updates_latest: true, ..WantedEffects::default() };
    assert_eq!(asked.effects, effects);
}

/// The JavaScript sample, as axios before 1.0 sends it (JSON under a form content type) and from 1.0 on (a form).
#[actix_web::test]
async fn the_javascript_sample_of_the_seed_is_published_with_old_and_new_axios() {
    let json = r#"{"fromUserId":"user1","toUserId":"user2","objectName":"RC:TxtMsg","content":"{\"content\":\"Hello World\"}","pushContent":"您收到一条新消息","count":1,"verifyBlacklist":0,"isPersisted":1,"isCounted":1,"isIncludeSender":0}"#;
    let urlencoded = "fromUserId=user1&toUserId=user2&objectName=RC:TxtMsg&content=%7B%22content%22:%22Hello+World%22%7D&pushContent=%E6%82%A8%E6%94%B6%E5%88%B0%E4%B8%80%E6%9D%A1%E6%96%B0%E6%B6%88%E6%81%AF&count=1&verifyBlacklist=0&isPersisted=1&isCounted=1&isIncludeSender=0";
    for body in [json, urlencoded] {
        let asked = accepted(body).await;
        assert_eq!(said(&asked).content, r#"{"content":"Hello World"}"#);
        let push_content = Some("您收到一条新消息".to_owned());
        assert_eq!(
            said(&asked).delivery,
            Some(DeliveryOptions { push_content, ..DeliveryOptions::default() })
        );
    }
}

#[actix_web::test]
async fn several_recipients_come_in_every_spelling_and_are_answered_in_order() {
    let (answer, _) = publish(form(format!("fromUserId=a&toUserId=b&toUserId=c&{TEXT}"))).await;
    insta::assert_snapshot!(answer.wire());
    for to in [
        "toUserId[]=b&toUserId[]=c",
        "toUserId%5B%5D=b&toUserId%5B%5D=c",
        "toUserId=b,c",
        "toUserId=[\"b\",\"c\"]",
        "toUserId[0]=b&toUserId[1]=c",
        "toUserId%5B1%5D=c&toUserId%5B0%5D=b",
    ] {
        assert_eq!(names(&accepted(format!("fromUserId=a&{to}&{TEXT}")).await), ["b", "c"], "{to}");
    }
    let json = r#"{"fromUserId":"a","toUserId":["b","c"],"objectName":"RC:TxtMsg","content":"{\"content\":\"hi\"}"}"#;
    assert_eq!(names(&accepted(json).await), ["b", "c"]);
}

#[actix_web::test]
async fn the_captured_bodies_of_python_are_published() {
    let asked = accepted("fromUserId=a&toUserId=b&toUserId=c&objectName=RC:TxtMsg&content=%7B%22content%22%3A%20%22hi%20%26%20%2B%20%5Cu4f60%20/x%22%7D&pushContent=a+b&c&isIncludeSender=1&expansion=True&disablePush=True").await;
    assert_eq!(said(&asked).content, r#"{"content": "hi & + \u4f60 /x"}"#);
    assert_eq!(said(&asked).text.as_deref(), Some("hi & + 你 /x"));
    assert!(asked.effects.sender_visible);
    let options = DeliveryOptions {
        push_content: Some("a b".into()),
        expansion: Some(true),
        disable_push: Some(true),
        ..DeliveryOptions::default()
    };
    assert_eq!(said(&asked).delivery, Some(options));
    let twice = accepted("fromUserId=a&toUserId=b&objectName=RC:TxtMsg&content=%22%7B%5C%22content%5C%22%3A%5C%22hello%5C%22%7D%22").await;
    assert_eq!(said(&twice).content, r#"{"content":"hello"}"#);
}

#[actix_web::test]
async fn the_defaults_go_always_sends_mean_nothing_was_supplied() {
    let asked = accepted(format!("fromUserId=a&toUserId=b&{TEXT}&pushData=&pushContent=&count=0&verifyBlacklist=0&isPersisted=1&isIncludeSender=0&isCounted=1&extraContent=undefined&busChannel=undefined")).await;
    assert_eq!((asked.effects.is_counted, asked.effects.is_persisted), (Some(true), Some(true)));
    assert_eq!(said(&asked).delivery, None);
}

#[actix_web::test]
async fn an_explicit_is_counted_decides_and_count_only_without_it() {
    for (parameters, counted, badge) in [
        ("", None, None),
        ("count=0", Some(false), None),
        ("count=1", Some(true), None),
        ("count=0&isCounted=1", Some(true), None),
        ("count=1&isCounted=0", Some(false), None),
        ("count=5", None, Some(5)),
        ("count=-1", None, Some(-1)),
        ("count=9999&isCounted=0", Some(false), Some(9999)),
    ] {
        let asked = accepted(format!("fromUserId=a&toUserId=b&{TEXT}&{parameters}")).await;
        assert_eq!(asked.effects.is_counted, counted, "{parameters}");
        let options = said(&asked).delivery.clone().unwrap_or_default();
        assert_eq!(options, DeliveryOptions { badge, ..DeliveryOptions::default() }, "{parameters}");
    }
}

#[actix_web::test]
async fn every_modern_parameter_is_carried_on() {
    let asked = accepted(format!("fromUserId=a&toUserId=b&{TEXT}&contentAvailable=1&expansion=true&extraContent=%7B%22k%22:%22v%22%7D&pushExt=%7B%22title%22:%22t%22%7D&busChannel=ch1&disableUpdateLastMsg=true&needReadReceipt=1&msgRandom=-9223372036854775808&pushData=d&isPersisted=0&verifyBlacklist=1")).await;
    insta::assert_debug_snapshot!(said(&asked).delivery);
    assert!(asked.verify_blacklist && !asked.effects.updates_latest);
    assert_eq!(asked.effects.is_persisted, Some(false));
}

#[actix_web::test]
async fn a_wrong_parameter_is_1003_and_named() {
    let long = "x".repeat(65);
    let many = vec!["u"; 1001].join(",");
    let base = format!("fromUserId=a&toUserId=b&{TEXT}");
    for (body, named) in [
        (String::new(), "fromUserId"),
        (format!("toUserId=b&{TEXT}"), "fromUserId"),
        (format!("fromUserId=&toUserId=b&{TEXT}"), "fromUserId"),
        (format!("fromUserId=a&{TEXT}"), "toUserId"),
        ("fromUserId=a&toUserId=b&content=x".to_owned(), "objectName"),
        ("fromUserId=a&toUserId=b&objectName=RC:TxtMsg".to_owned(), "content"),
        (format!("fromUserId={long}&toUserId=b&{TEXT}"), "fromUserId must be at most 64 bytes"),
        (format!("fromUserId=a&toUserId={long}&{TEXT}"), "toUserId must be at most 64 bytes"),
        (format!("fromUserId=a%00&toUserId=b&{TEXT}"), "fromUserId"),
        (format!("fromUserId=+a&toUserId=b&{TEXT}"), "fromUserId"),
        (format!("fromUserId=a&toUserId={many}&{TEXT}"), "at most 1000"),
        (format!("{base}&count=10000"), "count"),
        (format!("{base}&count=-2"), "count"),
        (format!("{base}&count=many"), "count"),
        (format!("{base}&isCounted=2"), "isCounted"),
        (format!("{base}&isCounted=1&isCounted=0"), "isCounted"),
        (format!("{base}&verifyBlacklist=yes"), "verifyBlacklist"),
        (format!("{base}&pushContent={}", "x".repeat(1001)), "pushContent must be at most 1000 bytes"),
        (format!("{base}&pushData={}", "语".repeat(334)), "pushData must be at most 1000 bytes"),
        (format!("{base}&pushData=a%00"), "pushData"),
        (format!("{base}&extraContent=%7B%7D"), "extraContent needs expansion"),
        (format!("{base}&expansion=1&extraContent=x"), "extraContent"),
        (format!("{base}&expansion=1&extraContent=%7B%22k%20%22:%22v%22%7D"), "keys of extraContent"),
        (format!("{base}&expansion=1&extraContent=%7B%22k%22:1.5%7D"), "values of extraContent"),
        (format!("{base}&pushExt=%5B%5D"), "pushExt"),
        (format!("{base}&pushExt=%7B%22title%22:%22{}%22%7D", "t".repeat(51)), "pushExt"),
        (format!("{base}&busChannel={}", "c".repeat(21)), "busChannel"),
        (format!("{base}&busChannel=a-b"), "busChannel"),
        (format!("{base}&msgRandom=9223372036854775808"), "msgRandom"),
        (format!("{base}&c=%ff"), "UTF-8"),
        ("{\"fromUserId\":".to_owned(), "JSON"),
        ("{\"fromUserId\":1.5}".to_owned(), "fromUserId must be a string"),
        (r#"{"fromUserId":"a","toUserId":[1.5]}"#.to_owned(), "toUserId must hold strings"),
        (r#"{"fromUserId":"a","toUserId":{}}"#.to_owned(), "toUserId must be"),
    ] {
        let (code, text) = code_and_text(&body).await;
        assert_eq!(code, 1003, "{text}");
        assert!(text.starts_with("参数错误: ") && text.contains(named), "{named}: {text}");
    }
}

#[actix_web::test]
async fn exactly_as_long_as_allowed_is_accepted() {
    let id = "x".repeat(64);
    let push = "x".repeat(1000);
    let many: Vec<String> = (0..1000).map(|number| format!("u{number}")).collect();
    let asked = accepted(format!(
        "fromUserId={id}&toUserId={}&{TEXT}&pushContent={push}&pushData={push}",
        many.join(",")
    ))
    .await;
    assert_eq!(asked.to.len(), 1000);
    let custom = accepted(format!("fromUserId=a&toUserId=b&objectName={}&content=any", "x".repeat(32))).await;
    assert_eq!(said(&custom).text, None);
}

/// Bodies that libraries and editors wrap: gzip, parts, a byte order mark, and numbers where texts are meant.
#[actix_web::test]
async fn a_body_is_read_however_it_is_wrapped() {
    let body = format!("fromUserId=a&toUserId=7&{TEXT}");
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut packed, body.as_bytes()).unwrap();
    let part = |name: &str, value: &str| {
        format!("--X\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let content = r#"{"content":"hi"}"#;
    let fields =
        [("fromUserId", "a"), ("toUserId[0]", "7"), ("objectName", "RC:TxtMsg"), ("content", content)];
    let parts = format!("{}--X--\r\n", fields.map(|(name, value)| part(name, value)).concat());
    let json = "\u{feff}{\"fromUserId\":\"a\",\"toUserId\":7,\"objectName\":\"RC:TxtMsg\",\"content\":\"{\\\"content\\\":\\\"hi\\\"}\"}";
    for request in [
        form(packed.finish().unwrap()).insert_header(("Content-Encoding", "gzip")),
        form(&parts).insert_header(("Content-Type", "multipart/form-data; boundary=X")),
        form(format!("\u{feff}{body}")),
        form(json).insert_header(("Content-Type", "application/json; charset=utf-8")),
    ] {
        let (answer, asked) = publish(request).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let asked = asked.unwrap();
        assert_eq!((asked.from.as_str(), names(&asked)), ("a", vec!["7"]));
        assert_eq!(said(&asked).content, content);
    }
}

#[actix_web::test]
async fn a_body_in_an_unknown_wrapping_is_415_and_the_wrapping_is_named() {
    let body = format!("fromUserId=a&toUserId=b&{TEXT}");
    for (header, value, named) in [
        ("Content-Encoding", "br", "Content-Encoding br"),
        ("Content-Type", "application/json; charset=GBK", "charset gbk"),
    ] {
        let (answer, asked) = publish(form(&body).insert_header((header, value))).await;
        assert!(asked.is_none() && answer.text.contains(named), "{}", answer.text);
        assert_eq!((answer.status.as_u16(), answer.code()), (415, 1003));
    }
    let (answer, _) = publish(form("x").insert_header(("Content-Type", "multipart/form-data"))).await;
    assert_eq!((answer.status.as_u16(), answer.code()), (400, 1003));
    assert!(answer.text.contains("the form could not be read"), "{}", answer.text);
}

#[actix_web::test]
async fn an_unsupported_type_is_1007() {
    for name in ["RC:Nope", "RC:", &"x".repeat(33), "a%0Ab"] {
        let (code, text) =
            code_and_text(format!("fromUserId=a&toUserId=b&objectName={name}&content=%7B%7D")).await;
        assert_eq!(code, 1007, "{name}");
        assert!(text.starts_with("消息类型不支持: objectName "), "{text}");
    }
}

#[actix_web::test]
async fn a_content_that_does_not_fit_its_type_is_1006() {
    for (name, content) in [
        ("RC:TxtMsg", "Hello".to_owned()),
        ("RC:VcMsg", r#"{"content":"x","duration":"ten"}"#.to_owned()),
        ("RC:TxtMsg", format!(r#"{{"content":"{}"}}"#, "x".repeat(4097))),
        ("My:Gift", "x".repeat(131_073)),
        ("My:Gift", "a%00b".to_owned()),
    ] {
        let (code, text) =
            code_and_text(format!("fromUserId=a&toUserId=b&objectName={name}&content={content}")).await;
        assert_eq!(code, 1006, "{name}");
        assert!(text.starts_with("消息内容格式错误: content"), "{text}");
    }
}

#[actix_web::test]
async fn a_missing_signature_part_is_1001_whatever_the_body() {
    for missing in ["App-Key", "Nonce", "Timestamp", "Signature"] {
        for empty in [false, true] {
            let mut request =
                TestRequest::post().uri("/message/private/publish.json").set_payload("nonsense");
            for name in ["App-Key", "Nonce", "Timestamp", "Signature"] {
                if name != missing {
                    request = request.insert_header((name, "x"));
                } else if empty {
                    request = request.insert_header((name, ""));
                }
            }
            let answer = call(Mocks::default().api(), request).await;
            assert_eq!((answer.status.as_u16(), answer.code()), (401, 1001));
            assert!(answer.text.contains(missing), "{}", answer.text);
        }
    }
}

#[actix_web::test]
async fn aliases_are_taken_where_the_plain_header_is_missing() {
    let mut mocks = Mocks::default();
    mocks
        .back_end
        .expect_authenticate()
        .withf(|given| {
            (given.app_key.as_str(), given.nonce.as_str()) == ("key", "483920.5173928474")
                && (given.timestamp.as_str(), given.signature.as_str()) == ("1732233600", "6E40")
        })
        .returning(|_| Ok(back_end()));
    mocks.publish.expect_publish().returning(|request| Ok(placed(&request)));
    let request = TestRequest::post()
        .uri("//message//private/publish.json")
        .insert_header(("App-Key", "key"))
        .insert_header(("RC-App-Key", "another"))
        .insert_header(("RC-Nonce", "483920.5173928474"))
        .insert_header(("RC-Timestamp", "1732233600"))
        .insert_header(("RC-Signature", "6E40"))
        .set_payload(SEED);
    assert_eq!(call(mocks.api(), request).await.status, 200);
}

#[actix_web::test]
async fn a_back_end_that_is_not_let_in_gets_1001_or_1002() {
    for (refusal, code, status) in [
        (BackEndRefusal::KeyUnknown, 1002, 401),
        (BackEndRefusal::SignatureWrong, 1001, 401),
        (BackEndRefusal::Stale, 1001, 401),
        (BackEndRefusal::Store(StoreError::Unavailable("gone".into())), 1050, 503),
        (BackEndRefusal::Store(StoreError::Fault("odd".into())), 1000, 500),
    ] {
        let mut mocks = Mocks::default();
        mocks.back_end.expect_authenticate().return_once(|_| Err(refusal));
        let answer = call(mocks.api(), form("not read")).await;
        assert_eq!((answer.code(), answer.status.as_u16()), (code, status));
    }
}

#[actix_web::test]
async fn every_refusal_has_its_code_and_names_the_user() {
    for (refusal, code, status) in [
        (Refusal::SenderUnknown, 1004, 404),
        (Refusal::SenderDeleted, 1004, 404),
        (Refusal::SenderDisabled, 1004, 404),
        (Refusal::RecipientUnknown, 1004, 404),
        (Refusal::RecipientDeleted, 1004, 404),
        (Refusal::RecipientDisabled, 1004, 404),
        (Refusal::Oneself, 1003, 400),
        (Refusal::Blocked, 1005, 403),
        (Refusal::ForbiddenWord, 1006, 400),
        (Refusal::TextTooLong, 1006, 400),
    ] {
        let user = Username::new("user2").unwrap();
        let answer = failed(PublishError::User { refusal, user }).await;
        assert_eq!((answer.code(), answer.status.as_u16()), (code, status), "{refusal}");
        assert!(answer.text.contains("user2"), "{}", answer.text);
    }
}

#[actix_web::test]
async fn failures_of_the_server_say_when_to_try_again() {
    let too_fast = failed(SendError::Refused(Refusal::TooFast { retry_after_ms: 1001 }).into()).await;
    insta::assert_snapshot!("too_fast", too_fast.wire());
    let unknown_user =
        PublishError::User { refusal: Refusal::RecipientUnknown, user: Username::new("user2").unwrap() };
    insta::assert_snapshot!("unknown_user", failed(unknown_user).await.wire());
    for (error, code, status) in [
        (SendError::Busy("the queue is full"), 1050, 503),
        (SendError::Unknown, 1050, 503),
        (SendError::Unjudged, 1050, 503),
        (SendError::Store(StoreError::Unavailable("locked".into())), 1050, 503),
        (SendError::Store(StoreError::Fault("odd".into())), 1000, 500),
        (SendError::Replayed, 1001, 401),
    ] {
        let answer = failed(error.into()).await;
        assert_eq!((answer.code(), answer.status.as_u16()), (code, status));
        assert_eq!(answer.header("retry-after"), (status == 503).then_some("1"));
        assert!(!answer.text.contains("odd"), "a cause never leaves the server");
    }
}

#[actix_web::test]
async fn whoever_is_refused_by_a_hook_reads_why_where_it_says_so() {
    for (reason, told) in [(Reason::of("no advertising"), "no advertising"), (None, "nothing was stored")] {
        let answer = failed(SendError::Denied(reason).into()).await;
        assert_eq!((answer.code(), answer.status.as_u16()), (20112, 403));
        assert!(answer.text.contains(told), "{}", answer.text);
    }
}

#[actix_web::test]
async fn a_body_over_the_limit_is_413_and_one_that_never_comes_408() {
    let (answer, _) = publish(form("x".repeat(2 * 1024 * 1024 + 1))).await;
    insta::assert_snapshot!("too_large", answer.wire());
    let answer = call_without_end(known().api(), signed()).await;
    insta::assert_snapshot!("too_slow", answer.wire());
}
