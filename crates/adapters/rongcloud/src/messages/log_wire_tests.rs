//! The logs of hours, on the wire.

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::Method;
use actix_web::test::TestRequest;
use sixin_application::bulkhead::{Bulkhead, Overload};
use sixin_application::files::links::SignedLink;
use sixin_application::messages::read_logs::{LogError, LoggedMessage, OpenLog};
use sixin_application::ports::StoreError;
use sixin_domain::conversation::ViewedMessage;
use sixin_domain::id::{MessageId, UserId};
use sixin_domain::message::body::Body;
use sixin_domain::message::log_hour::LogHour;
use sixin_domain::message::log_link::LogLink;
use sixin_domain::message::object_name::ObjectName;
use sixin_domain::site::settings::Settings;
use sixin_domain::user::username::Username;
use sixin_web::testing::entries;
use sixin_web::testing::{NOW, call, call_for_bytes};

use crate::messages::wire_tests::{admitted, post};
use crate::testing::Mocks;

const ASK: &str = "/message/history.json";
const DELETE: &str = "/message/history/delete.json";
pub(crate) const FILE: &str = "/message/history/2022111013.zip?appId=a%2Fb&expires=99&signature=5ec7e7";

fn link() -> SignedLink<LogLink> {
    let link = LogLink { date: "2022111013".into(), app_id: "a/b".into(), expires: 99 };
    SignedLink { link, signature: "5ec7e7".into() }
}

/// How clients spell an hour: in forms and JSON, as a text and as a number.
const SPELLINGS: [&str; 5] = [
    "date=2022111013",
    r#"{"date":"2022111013"}"#,
    r#"{"date":2022111013}"#,
    r#"{"date":2022111013.0}"#,
    "date=&date=2022111013",
];

#[actix_web::test]
async fn a_back_end_gets_a_link_or_an_empty_text() {
    for body in SPELLINGS {
        for (found, url) in [(Some(link()), format!("http://localhost:8080{FILE}")), (None, String::new())] {
            let mut mocks = admitted();
            mocks
                .logs
                .expect_link()
                .once()
                .withf(|date, app_id| (date, app_id) == ("2022111013", "your-app-key"))
                .return_once(|_, _| Ok(found));
            let answer = post(mocks, ASK, body).await;
            let expected = format!(r#"{{"code":200,"url":"{url}","date":"2022111013"}}"#);
            assert_eq!((answer.status.as_u16(), answer.text), (200, expected), "{body}");
        }
    }
}

#[actix_web::test]
async fn a_log_is_deleted() {
    for body in SPELLINGS {
        let mut mocks = admitted();
        mocks.logs.expect_delete().once().withf(|date| date == "2022111013").returning(|_| Ok(()));
        assert_eq!(post(mocks, DELETE, body).await.text, r#"{"code":200}"#);
    }
}

#[actix_web::test]
async fn an_hour_must_be_given_and_one_that_is_none_is_refused() {
    for path in [ASK, DELETE] {
        for body in
            ["", "date=", "date=undefined", "{\"date\":[2022111013]}", "date=2022111013&date=2022111014"]
        {
            let answer = post(admitted(), path, body).await;
            assert_eq!((answer.code(), answer.status.as_u16()), (1003, 400), "{body}");
        }
        for (error, code) in [
            ((|| LogError::NoSuchHour) as fn() -> LogError, 1003),
            (|| LogError::Store(StoreError::Unavailable("gone".into())), 1050),
            (|| LogError::Store(StoreError::Fault("secret".into())), 1000),
        ] {
            let mut mocks = admitted();
            mocks.logs.expect_link().returning(move |_, _| Err(error()));
            mocks.logs.expect_delete().returning(move |_| Err(error()));
            let answer = post(mocks, path, "date=9999999999").await;
            assert_eq!(answer.code(), code);
            assert!(code != 1003 || answer.text.contains("yyyyMMddHH"), "{}", answer.text);
            assert!(!answer.text.contains("secret"));
        }
        let unsigned = call(Mocks::default().api(), TestRequest::post().uri(path)).await;
        assert_eq!((unsigned.code(), unsigned.status.as_u16()), (1001, 401));
    }
}

fn message(number: i64, body: Body) -> LoggedMessage {
    let name = |text: &str| Username::new(text).unwrap();
    let message = ViewedMessage {
        id: MessageId(338_194_283_397_121 + number),
        seq: 1,
        sender: UserId(1),
        sent_at: NOW.plus(number),
        body,
        file: None,
        read_at: None,
        is_counted: true,
        delivery: None,
        edited_at: None,
    };
    LoggedMessage { message, sender: name("ann"), recipient: name("bob") }
}

/// A log of an hour in a place with an unusual clock.
async fn open() -> OpenLog {
    let settings = Settings::new([("default_timezone".to_owned(), "+5.75".to_owned())].into());
    let permit = Bulkhead::new(1, 0, Duration::ZERO).permit().await.unwrap();
    let hour = LogHour::parse("2022111013", settings.zone()).unwrap();
    OpenLog { hour, settings: Arc::new(settings), permit }
}

/// A log with these pages; the last one may fail.
pub(crate) async fn opening(pages: Vec<Result<Vec<LoggedMessage>, StoreError>>) -> Mocks {
    let mut mocks = Mocks::default();
    let open = open().await;
    mocks.logs.expect_open().once().withf(|asked| *asked == link()).return_once(|_| Ok(open));
    let mut order = mockall::Sequence::new();
    let mut after = None;
    for page in pages {
        let last = page.as_ref().ok().and_then(|page| page.last()).map(|last| last.message.id);
        mocks
            .logs
            .expect_page()
            .once()
            .in_sequence(&mut order)
            .withf(move |hour, asked| (hour.to_string().as_str(), *asked) == ("2022111013", after))
            .return_once(|_, _| page);
        after = last;
    }
    mocks
}

/// Two pages of messages, and the failure or the end behind them.
pub(crate) fn pages(
    end: Result<Vec<LoggedMessage>, StoreError>,
) -> Vec<Result<Vec<LoggedMessage>, StoreError>> {
    let typed = |name: &str, content: &str| {
        let object_name = ObjectName::new(name).unwrap();
        Body::Typed { object_name, content: content.into(), text: None }
    };
    let first = vec![
        message(0, typed("RC:TxtMsg", r#"{ "content":"a\nb" }"#)),
        message(1, Body::Text("say \"hi\"\n你".into())),
    ];
    vec![Ok(first), Ok(vec![message(2, typed("My:Gift", "<raw  text>"))]), end]
}

#[actix_web::test]
async fn a_log_is_a_zip_with_a_line_of_json_a_message() {
    let mocks = opening(pages(Ok(Vec::new()))).await;
    let (status, headers, body) = call_for_bytes(mocks.api(), TestRequest::get().uri(FILE)).await;
    let header = |name: &str| headers.get(name).unwrap().to_str().unwrap();
    assert_eq!((status.as_u16(), header("content-type")), (200, "application/zip"));
    assert_eq!(header("content-disposition"), "attachment; filename=\"2022111013.zip\"");
    assert_eq!(header("x-content-type-options"), "nosniff");
    let [(name, text)] = &entries(&body.unwrap())[..] else { panic!("more than one entry") };
    assert_eq!(name, "2022-11-10-13");
    insta::assert_snapshot!(text);
}

#[actix_web::test]
async fn a_log_breaks_off_when_something_fails() {
    for error in [StoreError::Unavailable("gone".into()), StoreError::Fault("gone".into())] {
        let mocks = opening(pages(Err(error))).await;
        let (status, _, body) = call_for_bytes(mocks.api(), TestRequest::get().uri(FILE)).await;
        assert_eq!((status.as_u16(), body), (200, None));
    }
}

#[actix_web::test]
async fn asking_only_for_the_head_reads_no_message() {
    let mocks = opening(Vec::new()).await;
    let request = TestRequest::default().method(Method::HEAD).uri(FILE);
    let (status, headers, body) = call_for_bytes(mocks.api(), request).await;
    assert_eq!((status.as_u16(), body.unwrap().len()), (200, 0));
    assert_eq!(headers.get("content-type").unwrap(), "application/zip");
}

#[actix_web::test]
async fn a_link_that_is_not_ours_or_leads_nowhere_is_refused_in_json() {
    for (error, status) in [
        ((|| LogError::LinkWrong) as fn() -> LogError, 403),
        (|| LogError::Unknown, 404),
        (|| LogError::NoSuchHour, 404),
        (|| LogError::Overload(Overload::Busy), 503),
        (|| LogError::Store(StoreError::Unavailable("gone".into())), 503),
        (|| LogError::Store(StoreError::Fault("secret".into())), 500),
    ] {
        let mut mocks = Mocks::default();
        mocks.logs.expect_open().returning(move |_| Err(error()));
        let answer = call(mocks.api(), TestRequest::get().uri(FILE)).await;
        assert_eq!((answer.status.as_u16(), answer.code()), (status, i64::from(status)));
        assert_eq!(answer.json()["url"], "/message/history/2022111013.zip");
        assert_eq!(answer.header("retry-after").is_some(), status == 503);
    }
    for query in ["", "?appId=a&expires=1", "?appId=a&expires=x&signature=b", "?expires=1&signature=b"] {
        let path = format!("/message/history/2022111013.zip{query}");
        assert_eq!(call(Mocks::default().api(), TestRequest::get().uri(&path)).await.status, 403);
    }
    assert_eq!(call(Mocks::default().api(), TestRequest::post().uri(FILE)).await.status, 405);
}
