//! The dialect on the wire, over mocked use cases.

use std::collections::BTreeMap;
use std::sync::Arc;

use actix_web::test::TestRequest;
use sixin_application::access::authenticate_user::{Caller, CallerRefusal};
use sixin_application::ports::StoreError;
use sixin_application::sending::pipeline::SendError;
use sixin_application::sending::send_message::{Content, SendRequest, SentMessage};
use sixin_domain::access::session::SessionRefusal;
use sixin_domain::file::{FileKind, Keeping, StoredFile};
use sixin_domain::hook::verdict::Reason;
use sixin_domain::id::{AppKeyId, ConversationId, FileId, MessageId, RoleId, UserId};
use sixin_domain::message::Placed;
use sixin_domain::message::body::Body;
use sixin_domain::sending::refusal::Refusal;
use sixin_domain::site::role::{Role, RoleBook, UserRole, parse_permissions};
use sixin_domain::site::settings::Settings;
use sixin_domain::time::Millis;
use sixin_domain::user::username::UserRef;
use sixin_web::testing::{Answer, NOW, call, call_without_end, user};

use crate::testing::Mocks;

const HEADERS: [(&str, &str); 11] = [
    ("platformId", "5"),
    ("version", "2.0.0"),
    ("appId", "Zx4kTq9L"),
    ("timestamp", "1668061200123"),
    ("sign", "256a35a02de008c6f906e418b8c44008"),
    ("langTag", "en"),
    ("timezone", ""),
    ("aid", "h8Qp3ZtV"),
    ("uid", "90001"),
    ("token", "b3Nn8yWc5RkT1vQe7LxJ2uGd9HsFa4Pm"),
    ("deviceInfo", "{}"),
];
pub(crate) const TEXT: &str = r#"{"uidOrUsername":"user2","message":"See you at nine"}"#;

/// A request with all headers but those that are changed; an empty value leaves one empty.
pub(crate) fn request(changes: &[(&str, &str)], body: &str) -> TestRequest {
    let request = TestRequest::post().uri("/api/v2/conversation/send-message").set_payload(body.to_owned());
    with_headers(request, changes)
}

/// The same for any endpoint.
pub(crate) fn with_headers(mut request: TestRequest, changes: &[(&str, &str)]) -> TestRequest {
    for (name, value) in HEADERS {
        let value = changes.iter().find(|(changed, _)| *changed == name).map_or(value, |(_, value)| value);
        request = request.insert_header((name, value));
    }
    request
}

fn settings() -> Settings {
    let rows = [
        ("site_url", "https://site.example"),
        ("default_avatar", "https://cdn.example/a.png"),
        ("image_bucket_domain", "https://img.example"),
        ("image_thumb_square", "?square"),
    ];
    Settings::new(rows.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect())
}

pub(crate) fn known() -> Mocks {
    let mut mocks = Mocks::default();
    let caller = || Caller {
        user: user(1, "mira-k"),
        app_key: AppKeyId(4),
        own_rate: None,
        settings: Arc::new(settings()),
        nonce: None,
    };
    mocks.user.expect_authenticate().returning(move |_| Ok(caller()));
    mocks.user.expect_identify().returning(move |_| Ok(caller()));
    mocks
}

pub(crate) fn image() -> StoredFile {
    StoredFile {
        id: FileId(5),
        fid: "kQ3vX8pZ".into(),
        kind: FileKind::Image,
        name: "a.png".into(),
        mime: Some("image/png".into()),
        extension: "png".into(),
        size: Some(1536),
        md5: None,
        sha: None,
        sha_type: None,
        path: "2022/a.png".into(),
        image_width: Some(700),
        image_height: Some(2100),
        audio_time: None,
        video_time: None,
        video_cover_path: None,
        video_gif_path: None,
        more_json: None,
        transcoding_state: 1,
        is_sensitive: false,
        is_enabled: true,
        keeping: Keeping::Elsewhere,
        thumbnail_extension: None,
    }
}

pub(crate) fn sent(request: SendRequest, sent_at: Millis) -> SentMessage {
    let (body, file) = match request.content {
        Content::Text(text) => (Body::Text(text), None),
        Content::File(_) => (Body::File { file: FileId(5), kind: FileKind::Image }, Some(image())),
        Content::Typed(_) => panic!("this dialect sends none"),
    };
    let role = Role {
        id: RoleId(4),
        name: "General User".into(),
        kind: 3,
        permissions: parse_permissions(r#"[{"permKey":"conversation","permValue":true}]"#),
        is_enabled: true,
        is_deleted: false,
        is_display_name: true,
        is_display_icon: false,
        icon_file_url: None,
        nickname_color: Some("#336699".into()),
        rank_state: 1,
    };
    let held = UserRole { role: RoleId(4), is_main: true, expired_at: None, restore_role: None };
    SentMessage {
        placed: Placed {
            id: MessageId(5021),
            recipient: UserId(2),
            place: Some((ConversationId(9), 1)),
            sent_at,
        },
        body,
        file,
        sender: request.sender,
        sender_roles: vec![held],
        role_book: Arc::new(RoleBook(vec![role])),
        replayed: false,
    }
}

async fn send(changes: &[(&str, &str)], body: &str) -> Answer {
    let mut mocks = known();
    mocks.send.expect_send().returning(|request| {
        assert_eq!(request.to, UserRef::parse("user2").ok());
        Ok(sent(request, NOW))
    });
    call(mocks.api(), request(changes, body)).await
}

async fn failed(error: SendError) -> Answer {
    let mut mocks = known();
    mocks.send.expect_send().return_once(|_| Err(error));
    call(mocks.api(), request(&[], TEXT)).await
}

#[actix_web::test]
async fn a_text_is_answered_with_the_whole_message() {
    insta::assert_snapshot!(send(&[], TEXT).await.wire());
}

#[actix_web::test]
async fn a_file_is_answered_with_its_addresses() {
    let answer = send(&[], r#"{"uidOrUsername":"user2","fid":"kQ3vX8pZ"}"#).await;
    let data = &answer.json()["data"];
    assert_eq!((&data["type"], &data["content"]), (&2.into(), &serde_json::Value::Null));
    insta::assert_snapshot!(serde_json::to_string_pretty(&data["file"]).unwrap());
}

#[actix_web::test]
async fn every_key_of_an_answer_is_in_the_openapi_document() {
    let document: serde_json::Value = serde_json::from_str(&crate::testing::document()).unwrap();
    let mut described = std::collections::BTreeSet::new();
    keys_below_properties(&document["components"]["schemas"], &mut described);
    let file = send(&[], r#"{"uidOrUsername":"user2","fid":"kQ3vX8pZ"}"#).await.json();
    let text = send(&[], TEXT).await.json();
    for object in
        [&file["data"]["file"], &text["data"], &text["data"]["user"], &text["data"]["user"]["stats"]]
    {
        for key in object.as_object().unwrap().keys() {
            assert!(described.contains(key), "{key}");
        }
    }
}

pub(crate) fn keys_below_properties(
    value: &serde_json::Value,
    found: &mut std::collections::BTreeSet<String>,
) {
    match value {
        serde_json::Value::Object(members) => {
            if let Some(properties) = members.get("properties").and_then(serde_json::Value::as_object) {
                found.extend(properties.keys().cloned());
            }
            members.values().for_each(|member| keys_below_properties(member, found));
        }
        serde_json::Value::Array(items) => items.iter().for_each(|item| keys_below_properties(item, found)),
        _ => {}
    }
}

#[actix_web::test]
async fn times_follow_zone_and_language_of_the_headers() {
    for (changes, datetime, brief) in [
        (&[("langTag", "en")][..], "11/10/2022 14:20:00", "14:20"),
        (&[("langTag", "")], "2022-11-10 14:20:00", "14:20"),
        (&[("langTag", "zh-Hant"), ("timezone", "-12")], "2022-11-09 18:20:00", "18:20"),
    ] {
        let data = send(changes, TEXT).await.json()["data"].clone();
        assert_eq!(
            (data["datetime"].as_str(), data["datetimeFormat"].as_str()),
            (Some(datetime), Some(brief))
        );
    }
}

#[actix_web::test]
async fn the_first_header_that_is_wrong_decides_before_anybody_is_asked() {
    for (changes, code) in [
        (&[("platformId", "")][..], 31101),
        (&[("platformId", "14")], 31101),
        (&[("platformId", "x"), ("version", "")], 31101),
        (&[("version", ""), ("appId", "")], 31201),
        (&[("appId", ""), ("timestamp", "")], 31301),
        (&[("timestamp", "")], 31000),
        (&[("timestamp", "166806120")], 31000),
        (&[("timestamp", "16680612001234")], 31000),
        (&[("timestamp", "-1668061200")], 31000),
        (&[("timestamp", "soon"), ("sign", "")], 31000),
        (&[("sign", ""), ("uid", "x")], 31302),
        (&[("uid", "x"), ("token", "")], 31000),
        (&[("uid", "090417")], 31000),
        (&[("token", ""), ("deviceInfo", "")], 31503),
        (&[("token", ""), ("uid", "")], 31503),
        (&[("token", ""), ("aid", "")], 31503),
        (&[("deviceInfo", "")], 31701),
        (&[("deviceInfo", "[]")], 31702),
        (&[("deviceInfo", "x")], 31702),
    ] {
        let answer = call(Mocks::default().api(), request(changes, "not read")).await;
        assert_eq!((answer.status.as_u16(), answer.code()), (200, code), "{changes:?}");
    }
}

#[actix_web::test]
async fn what_is_signed_is_passed_on_as_sent() {
    let mut mocks = Mocks::default();
    mocks
        .user
        .expect_identify()
        .withf(|given| {
            let names: Vec<&str> = given.signed.iter().map(|(name, _)| *name).collect();
            names == ["platformId", "version", "appId", "timestamp"]
                && given.platform == 5
                && (&given.aid, &given.uid, &given.token, &given.timezone) == (&None, &None, &None, &None)
        })
        .return_once(|_| Err(SessionRefusal::AccountMissing.into()));
    let answer = call(mocks.api(), request(&[("aid", ""), ("uid", ""), ("token", "")], TEXT)).await;
    assert_eq!(answer.code(), 31501);
}

#[actix_web::test]
async fn every_caller_that_is_not_let_in_gets_its_code() {
    use CallerRefusal::{KeyKindWrong, KeyUnknown, LanguageUnknown, PlatformWrong, SignatureWrong, Stale};
    use SessionRefusal as S;
    for (refusal, code) in [
        (KeyUnknown, 31301),
        (KeyKindWrong, 31304),
        (PlatformWrong, 31102),
        (Stale, 31303),
        (SignatureWrong, 31302),
        (LanguageUnknown, 31401),
        (CallerRefusal::TimezoneUnknown, 31402),
        (S::AccountUnknown.into(), 31502),
        (S::AccountSessionUnknown.into(), 31505),
        (S::UserSessionUnknown.into(), 31603),
        (S::OtherPlatform.into(), 31103),
        (S::ForeignUser.into(), 35201),
        (S::Expired.into(), 31504),
        (S::SiteModeUnknown.into(), 33102),
        (S::AccountMissing.into(), 31501),
        (S::UserMissing.into(), 31601),
        (S::UserDisabled.into(), 35202),
        (S::UserDeleted.into(), 35203),
        (S::MembershipExpired.into(), 35303),
    ] {
        let mut mocks = Mocks::default();
        mocks.user.expect_identify().return_once(|_| Err(refusal));
        let answer = call(mocks.api(), request(&[], "not read")).await;
        assert_eq!((answer.status.as_u16(), answer.code()), (200, code));
        assert_eq!(answer.json()["data"], serde_json::Value::Null);
    }
}

#[actix_web::test]
async fn a_malformed_body_is_refused_before_the_use_case_is_asked() {
    for (body, code) in [
        ("", 30000),
        ("[]", 30000),
        ("{", 30000),
        (r#"{"uidOrUsername":"b","message":5}"#, 30000),
        (r#"{"uidOrUsername":"b","message":"a\u0000"}"#, 30000),
        (r#"{"message":"x"}"#, 30001),
        (r#"{"uidOrUsername":"b"}"#, 30001),
        (r#"{"uidOrUsername":"b","message":" "}"#, 30001),
        (r#"{"uidOrUsername":"b","message":"x","fid":"y"}"#, 36604),
    ] {
        let answer = call(known().api(), request(&[], body)).await;
        assert_eq!((answer.status.as_u16(), answer.code()), (200, code), "{body}");
    }
}

#[actix_web::test]
async fn every_refusal_has_its_code_in_http_200() {
    for (refusal, code) in [
        (Refusal::ConversationsOff, 36600),
        (Refusal::RoleForbids, 36114),
        (Refusal::MembershipExpired, 35302),
        (Refusal::RecipientUnknown, 35201),
        (Refusal::Oneself, 36603),
        (Refusal::RecipientDeleted, 35203),
        (Refusal::RecipientDisabled, 35202),
        (Refusal::Blocked, 36608),
        (Refusal::AcceptsNobody, 36608),
        (Refusal::AcceptsFollowedOrVerified, 36607),
        (Refusal::AcceptsFollowed, 36606),
        (Refusal::FileUnknown, 37500),
        (Refusal::FileDisabled, 37501),
        (Refusal::FileKindForbidden, 36310),
        (Refusal::ForbiddenWord, 36605),
        (Refusal::TextTooLong, 33302),
    ] {
        let answer = failed(refusal.into()).await;
        assert_eq!((answer.status.as_u16(), answer.code()), (200, code), "{refusal}");
        assert!(answer.text.starts_with(&format!(r#"{{"code":{code},"message":""#)), "{}", answer.text);
    }
}

#[actix_web::test]
async fn whoever_is_refused_by_a_hook_reads_why_where_it_says_so() {
    let told = [(Reason::of("no \"ads\""), "no \"ads\""), (None, "The message was not let through")];
    for (reason, told) in told {
        let answer = failed(SendError::Denied(reason)).await;
        assert_eq!((answer.status.as_u16(), answer.code()), (200, 36605));
        assert_eq!(answer.json()["message"], told);
    }
}

#[actix_web::test]
async fn failures_of_the_server_have_a_status_and_say_when_to_try_again() {
    insta::assert_snapshot!(failed(Refusal::TooFast { retry_after_ms: 59_001 }.into()).await.wire());
    for (error, code, retry) in [
        (SendError::Busy("the queue is full"), 503, true),
        (SendError::Unknown, 503, true),
        (SendError::Unjudged, 503, true),
        (SendError::Store(StoreError::Unavailable("locked".into())), 503, true),
        (SendError::Store(StoreError::Fault("odd".into())), 500, false),
    ] {
        let answer = failed(error).await;
        assert_eq!((i64::from(answer.status.as_u16()), answer.code()), (code, code));
        assert_eq!(answer.header("retry-after").is_some(), retry);
        assert!(!answer.text.contains("odd"), "a cause never leaves the server");
    }
    assert_eq!(failed(SendError::Replayed).await.code(), 31303);
}

#[actix_web::test]
async fn refusals_speak_the_language_of_the_header_else_of_the_site() {
    let message = async |tag: &str, site: &str| {
        let settings = BTreeMap::from([("default_language".to_owned(), site.to_owned())]);
        let mocks = Mocks { settings, ..Mocks::default() };
        let changes = [("langTag", tag), ("version", "")];
        call(mocks.api(), request(&changes, "")).await.json()["message"].as_str().unwrap().to_owned()
    };
    assert_eq!(message("en", "zh-Hans").await, "The version is missing: version");
    assert_eq!(message("en-US", "zh-Hans").await, "The version is missing: version");
    assert_eq!(message("zh-hans", "en").await, "缺少版本号: version");
    assert_eq!(message("zh-Hant-HK", "en").await, "缺少版本號: version");
    let both = "The version is missing / 缺少版本號: version";
    assert_eq!(message("fr", "zh-Hant").await, both, "not only in a language the caller can't read");
    assert_eq!(message("fr", "en").await, "The version is missing: version");
    assert_eq!(message("", "zh-Hans").await, "缺少版本号: version");
    assert_eq!(message("", "fr").await, "The version is missing: version");
}

#[actix_web::test]
async fn a_site_whose_language_nobody_chose_speaks_that_of_the_browser() {
    let message = async |asked: &str, tag: &str, chosen: Option<&str>| {
        let settings = chosen.map(|language| ("default_language".to_owned(), language.to_owned()));
        let mocks = Mocks { settings: settings.into_iter().collect(), ..Mocks::default() };
        let request = request(&[("langTag", tag), ("version", "")], "");
        let answer = call(mocks.api(), request.insert_header(("Accept-Language", asked))).await;
        answer.json()["message"].as_str().unwrap().to_owned()
    };
    assert_eq!(message("en-GB,en;q=0.9", "", None).await, "The version is missing: version");
    assert_eq!(message("fr, zh-TW;q=0.5, en;q=0.4", "", None).await, "缺少版本號: version");
    assert_eq!(message("fr", "", None).await, "缺少版本号: version", "none the site has");
    assert_eq!(message("%%%", "", None).await, "缺少版本号: version");
    assert_eq!(
        message("en", "zh-Hans", None).await,
        "缺少版本号: version",
        "what the client says comes first"
    );
    assert_eq!(
        message("en", "", Some("zh-Hans")).await,
        "缺少版本号: version",
        "what the operator chose too"
    );
}

#[actix_web::test]
async fn a_body_over_the_limit_is_413_and_one_that_never_comes_408() {
    let answer = send(&[], &"x".repeat(2 * 1024 * 1024 + 1)).await;
    insta::assert_snapshot!("too_large", answer.wire());
    let answer = call_without_end(known().api(), request(&[], "")).await;
    insta::assert_snapshot!("too_slow", answer.wire());
}
