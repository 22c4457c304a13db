//! Start, users, files, and the page.

use std::collections::BTreeSet;

use sixin_application::conversations::ports::ListTotals;
use sixin_application::files::ports::{FileDescription, StagedFile};
use sixin_application::files::upload_file::{Arrival, UploadPurpose, UploadRequest};
use sixin_application::users::ports::Mark;
use sixin_application::users::show_user::SeenUser;
use sixin_domain::file::FileKind;
use sixin_domain::sending::refusal::Refusal;
use sixin_domain::user::profile_edit::ProfileEdit;
use sixin_domain::user::remark::Remark;
use sixin_domain::user::username::UserRef;
use sixin_domain::user::{ConversationLimit, Relation};

use super::*;
use crate::access::wire_tests::view;
use crate::files::wire_tests::{Anything, form_with, kept};
use crate::sending::wire_tests::{keys_below_properties, known};

#[actix_web::test]
async fn settings_are_flat_and_texts_of_pages_apart() {
    let data = async |path: &str| get(admitted(Login::Nobody), path).await.json()["data"].clone();
    let all = data("global/configs").await;
    assert_eq!(
        (&all["site_mode"], &all["channel_conversations_name"]),
        (&"public".into(), &"Messages".into())
    );
    assert_eq!(all["platforms"].as_array().unwrap().len(), 11);
    assert!(all.get("language_pack_contents").is_none() && all.get("list").is_none());
    let page = all["account_login_service"].as_str().unwrap();
    assert!(page.contains("/account-center/login?accessToken={accessToken}&"), "{page}");
    let some = data("global/configs?keys=site_mode,nope").await;
    assert_eq!(some, serde_json::json!({"site_mode": "public"}));
    assert_eq!(data("global/language-pack").await["send"], "Send");
    assert_eq!(data("global/language-pack?langTag=zh-Hans").await["send"], "发送");
    let unknown = get(admitted(Login::Nobody), "global/language-pack?langTag=tlh").await;
    assert_eq!(unknown.code(), 31401);
    let status = get(Mocks::default(), "global/status").await.json();
    assert_eq!((&status["activate"], &status["deactivateDescribe"]["en"].is_string()), (&true.into(), &true));
}

#[actix_web::test]
async fn lists_of_what_is_not_here_are_empty() {
    for path in ["channels", "stickers", "user/archives", "post/content-types"] {
        let answer = get(admitted(Login::UserIfPrivate), &format!("global/{path}")).await;
        assert_eq!(answer.json()["data"], serde_json::json!([]), "{path}");
    }
    let page = get(admitted(Login::User), "notification/list").await.json()["data"].clone();
    assert_eq!((&page["list"], page.get("paginate")), (&serde_json::json!([]), None));
    for path in ["notification/delete", "notification/messages"] {
        assert_eq!(ask(admitted(Login::User), TestRequest::delete(), path, "{}").await.code(), 0, "{path}");
    }
}

#[actix_web::test]
async fn a_user_is_shown_with_the_keys_of_3_x() {
    let mut mocks = admitted(Login::UserIfPrivate);
    mocks.show_user.expect_show().returning(|_, _| {
        let relation = Relation { sender_follows_recipient: true, ..Relation::default() };
        let standing = Some((relation, Err(Refusal::RoleForbids)));
        let (user, role_book) = (user(2, "user2"), Arc::default());
        Ok(Some(SeenUser { user, roles: Vec::new(), role_book, standing, note: None }))
    });
    let answer = get(mocks, "user/user2/detail").await;
    let document: serde_json::Value = serde_json::from_str(&crate::testing::document()).unwrap();
    let mut described = BTreeSet::new();
    keys_below_properties(&document, &mut described);
    let shown = answer.json();
    for object in [&shown["data"], &shown["data"]["detail"], &shown["data"]["detail"]["interaction"]] {
        assert!(object.as_object().unwrap().keys().all(|key| described.contains(key)), "{object}");
    }
    insta::assert_snapshot!(answer.wire());
}

#[actix_web::test]
async fn an_overview_sums_up_for_the_caller_or_another_user_of_its_account() {
    let overview = async |query: &str, id: i64| {
        let mut mocks = admitted(Login::Account);
        mocks.sign_in.expect_account().returning(|_| Ok(view()));
        mocks
            .read
            .expect_totals()
            .withf(move |viewer| viewer.user.id.0 == id)
            .returning(|_| Ok(ListTotals { conversations: 3, unread: 12 }));
        get(mocks, &format!("user/overview{query}")).await
    };
    insta::assert_snapshot!(overview("", 1).await.wire());
    assert_eq!(overview("?uidOrUsername=90001", 1).await.code(), 0);
    assert_eq!(overview("?uidOrUsername=stranger", 1).await.code(), 35201);
}

#[actix_web::test]
async fn a_profile_is_changed_in_the_numbers_and_names_of_3_x() {
    let edit = async |path: &str, body: &str, expected: ProfileEdit| {
        let mut mocks = known();
        mocks.edit.expect_edit().withf(move |_, edit| *edit == expected).once().returning(|_, _| Ok(()));
        ask(mocks, TestRequest::patch(), path, body).await.code()
    };
    let none = ProfileEdit::default;
    let (gender, limit) = (Some(2), Some(ConversationLimit::Nobody));
    let whole = ProfileEdit { nickname: Some("Mira".into()), bio: Some(String::new()), gender, ..none() };
    assert_eq!(edit("user/profile", r#"{"nickname":"Mira","bio":"","gender":3}"#, whole).await, 0);
    let limited = ProfileEdit { conversation_limit: limit, ..none() };
    assert_eq!(edit("user/profile", r#"{"conversationLimit":4}"#, limited.clone()).await, 0);
    for path in ["user/setting", "user/settings"] {
        assert_eq!(edit(path, r#"{"conversationPolicy":"4"}"#, limited.clone()).await, 0, "{path}");
    }
    for (body, code) in
        [(r#"{"gender":4}"#, 30002), (r#"{"username":"x"}"#, 30002), (r#"{"gender":"x"}"#, 30000)]
    {
        assert_eq!(ask(known(), TestRequest::patch(), "user/profile", body).await.code(), code, "{body}");
    }
}

#[actix_web::test]
async fn a_mark_says_what_is_done_and_to_what() {
    for (kind, mark) in [("follow", Mark::Follow), ("block", Mark::Block)] {
        let mut mocks = known();
        mocks
            .mark
            .expect_toggle()
            .withf(move |_, asked, whom| *asked == mark && *whom == UserRef::parse("user2").unwrap())
            .once()
            .returning(|_, _, _| Ok(()));
        let body = format!(r#"{{"markType":"{kind}","type":"user","fsid":"user2","note":""}}"#);
        assert_eq!(ask(mocks, TestRequest::post(), "user/mark", &body).await.code(), 0);
    }
    for body in [
        r#"{"markType":"like","type":"user","fsid":"user2"}"#,
        r#"{"markType":"follow","type":"group","fsid":"user2"}"#,
    ] {
        assert_eq!(ask(known(), TestRequest::post(), "user/mark", body).await.code(), 30002, "{body}");
    }
}

#[actix_web::test]
async fn a_note_is_kept_beside_a_mark_or_by_itself_and_goes_when_it_is_empty() {
    for (request, path, body, wanted) in [
        (
            TestRequest::post as fn() -> TestRequest,
            "user/mark",
            r#"{"markType":"follow","type":"user","fsid":"user2","note":"Bob"}"#,
            Some("Bob"),
        ),
        (TestRequest::patch, "user/mark-note", r#"{"type":"user","fsid":"user2","note":"Bob"}"#, Some("Bob")),
        (TestRequest::patch, "user/mark-note", r#"{"type":"user","fsid":"user2","note":""}"#, None),
        (TestRequest::put, "user/mark-note", r#"{"type":"user","fsid":"user2"}"#, None),
    ] {
        let mut mocks = known();
        mocks.mark.expect_toggle().returning(|_, _, _| Ok(()));
        mocks
            .mark
            .expect_note()
            .withf(move |_, whom, note| {
                let note = note.clone().map(Remark::into_text);
                *whom == UserRef::parse("user2").unwrap() && note.as_deref() == wanted
            })
            .once()
            .returning(|_, _, _| Ok(()));
        assert_eq!(ask(mocks, request(), path, body).await.code(), 0, "{path} {body}");
    }
    let long = format!(r#"{{"type":"user","fsid":"user2","note":"{}"}}"#, "x".repeat(257));
    for (body, code) in [
        (long.as_str(), 30002),
        (r#"{"type":"user","fsid":"user2","note":"two\nlines"}"#, 30002),
        (r#"{"type":"group","fsid":"user2","note":"x"}"#, 30002),
        (r#"{"type":"user","note":"x"}"#, 30001),
    ] {
        assert_eq!(ask(known(), TestRequest::patch(), "user/mark-note", body).await.code(), code, "{body}");
    }
}

#[actix_web::test]
async fn what_is_said_of_a_file_is_changed_by_its_uploader() {
    for (body, is_sensitive, more) in [
        (r#"{"warning":"nudity"}"#, Some(true), None),
        (r#"{"warning":"none","uploaded":true}"#, Some(false), None),
        (r#"{"moreInfo":"{ \"a\": 1 }"}"#, None, Some(r#"{"a":1}"#)),
        ("{}", None, None),
    ] {
        let mut mocks = known();
        let wanted = FileDescription { is_sensitive, more_json: more.map(str::to_owned) };
        mocks
            .upload
            .expect_describe()
            .withf(move |_, fid, said| fid == "kQ3vX8pZ" && *said == wanted)
            .once()
            .returning(|_, _, _| Ok(true));
        let answer = ask(mocks, TestRequest::patch(), "common/file/kQ3vX8pZ/info", body).await;
        assert_eq!(answer.code(), 0, "{body}");
    }
    let mut mocks = known();
    mocks.upload.expect_describe().returning(|_, _, _| Ok(false));
    let foreign = ask(mocks, TestRequest::patch(), "common/file/kQ3vX8pZ/info", "{}").await;
    assert_eq!(foreign.code(), 37600);
    for (body, code) in [(r#"{"warning":"rude"}"#, 30002), (r#"{"moreInfo":"[]"}"#, 30004)] {
        let refused = ask(known(), TestRequest::patch(), "common/file/kQ3vX8pZ/info", body).await;
        assert_eq!(refused.code(), code, "{body}");
    }
}

async fn upload(fields: &[(&str, &str)]) -> Answer {
    let mut mocks = known();
    mocks.upload.expect_begin().returning(|_| Ok(Arrival { file: Box::new(Anything(0)), most_bytes: 10 }));
    let as_sent = |_: &_, request: &UploadRequest, _: &StagedFile| {
        let more_json = Some(r#"{"a":1}"#.to_owned());
        let (kind, name) = (FileKind::Image, "a.png".into());
        let purpose = UploadPurpose::MessageTo("bob".into());
        *request == UploadRequest { kind, name, purpose, more_json, is_sensitive: false, platform: 5 }
    };
    mocks.upload.expect_finish().withf(as_sent).returning(|_, _, _| Ok(kept()));
    let form = form_with(fields, b"filename=\"a.png\"", b"ten bytes!");
    let request = TestRequest::post().uri("/api/fresns/v1/common/file/upload").set_payload(form);
    let kind = ("content-type", "multipart/form-data; boundary=xyz");
    call(mocks.api(), signed(request).insert_header(kind)).await
}

#[actix_web::test]
async fn an_upload_is_for_a_user_and_answered_with_the_file_of_3_x() {
    let fields = [
        ("usageType", "conversation"),
        ("usageFsid", "bob"),
        ("type", "image"),
        ("moreInfo", r#"{ "a": 1 }"#),
        ("warning", "none"),
    ];
    insta::assert_snapshot!(upload(&fields).await.wire());
    for (name, value, code) in [
        ("usageType", "post", 30002),
        ("usageFsid", "", 30001),
        ("type", "hologram", 30002),
        ("moreInfo", "[]", 30004),
    ] {
        let changed = fields.map(|(known, old)| (known, if known == name { value } else { old }));
        assert_eq!(upload(&changed).await.code(), code, "{name}");
    }
    let elsewhere = ask(known(), TestRequest::post(), "common/file/upload-token", "{}").await;
    assert_eq!(elsewhere.code(), 32104);
}

#[actix_web::test]
async fn a_link_has_the_name_of_3_x() {
    let mut mocks = known();
    mocks
        .read_file
        .expect_shown()
        .withf(|_, fid, within| fid == "kQ3vX8pZ" && *within == Some(5021))
        .returning(|_, _, _| Ok(kept()));
    let link =
        get(mocks, "common/file/kQ3vX8pZ/link?type=conversation&fsid=5021").await.json()["data"].clone();
    assert!(link["link"].as_str().unwrap().contains("/files/kQ3vX8pZ"), "{link}");
}

#[actix_web::test]
async fn the_sign_in_page_runs_nothing_foreign_and_shows_only_in_pages_that_are_named() {
    let page = async |site: &str, path: &str| {
        let settings = [("site_url".to_owned(), site.to_owned())].into();
        call(Mocks { settings, ..Mocks::default() }.api(), TestRequest::get().uri(path)).await
    };
    let answer = page("https://site.example/x", "/account-center/login?accessToken=e30%3D").await;
    let policy = answer.header("content-security-policy").unwrap().to_owned();
    assert_eq!(
        policy,
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'self' https://site.example"
    );
    assert!(answer.text.contains(r#"name="sixin-origins" content="https://site.example""#));
    assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert!(!answer.text.contains("e30"), "what the app shows is not repeated");
    let alone = page("", "/account-center/login").await;
    assert!(alone.header("content-security-policy").unwrap().ends_with("frame-ancestors 'self'"));
    for (path, kind) in
        [("login.css", "text/css; charset=utf-8"), ("login.js", "text/javascript; charset=utf-8")]
    {
        let answer = page("", &format!("/account-center/{path}")).await;
        assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, Some(kind)));
    }
}
