//! What clients read about the site, on the wire.

use std::sync::Arc;

use actix_web::test::TestRequest;
use serde_json::Value;
use sixin_application::access::authenticate_user::{CallerRefusal, Visitor};
use sixin_application::ports::StoreError;
use sixin_application::site::ports::{ListedWord, ListedWords, WordScope};
use sixin_domain::access::session::{Login, SessionRefusal};
use sixin_domain::id::{AppKeyId, RoleId};
use sixin_domain::site::role::{Role, RoleBook, parse_permissions};
use sixin_domain::site::settings::Settings;
use sixin_web::testing::{Answer, call};

use crate::sending::wire_tests::with_headers;
use crate::testing::Mocks;

/// Nobody is signed in, and that is enough for an endpoint that needs `need`.
pub(crate) fn visited(need: Login) -> Mocks {
    let mut mocks = Mocks::default();
    mocks.user.expect_admit().withf(move |_, wanted| *wanted == need).returning(|_, _| {
        Ok(Visitor {
            account: None,
            user: None,
            aid: None,
            has_account_session: false,
            platform: 5,
            app_key: AppKeyId(4),
            own_rate: None,
            settings: Arc::new(Settings::default()),
            nonce: None,
        })
    });
    mocks
}

pub(crate) async fn get(mocks: Mocks, path: &str) -> Answer {
    let request = TestRequest::get().uri(&format!("/api/v2/{path}"));
    call(mocks.api(), with_headers(request, &[("aid", ""), ("uid", ""), ("token", "")])).await
}

/// Each of these is refused, and the message names the parameter.
async fn all_are_refused(need: Login, path: &str, refused: &[(&str, i64, &str)]) {
    for (query, code, name) in refused {
        let answer = get(visited(need), &format!("{path}?{query}")).await;
        assert_eq!(answer.code(), *code, "{query}: {}", answer.text);
        assert!(answer.json()["message"].as_str().unwrap().ends_with(&format!(": {name}")), "{query}");
    }
}

fn role(id: i64, kind: i64) -> Role {
    Role {
        id: RoleId(id),
        name: format!("Role {id}"),
        kind,
        permissions: parse_permissions(
            r#"[{"permKey":"conversation","permValue":true},{"permKey":"image_max_size","permValue":5}]"#,
        ),
        is_enabled: id != 3,
        is_deleted: id == 5,
        is_display_name: true,
        is_display_icon: false,
        icon_file_url: None,
        nickname_color: Some("#FF0000".into()),
        rank_state: 1,
    }
}

async fn roles(query: &str) -> Answer {
    let mut mocks = visited(Login::UserIfPrivate);
    let book = RoleBook(vec![role(1, 1), role(2, 2), role(3, 2), role(4, 3), role(5, 3)]);
    mocks.roles.expect_book().returning(move || Ok(Arc::new(book.clone())));
    get(mocks, &format!("global/roles?{query}")).await
}

#[actix_web::test]
async fn roles_are_listed_with_their_permissions() {
    insta::assert_snapshot!(roles("pageSize=1&page=2").await.wire());
}

#[actix_web::test]
async fn roles_are_told_by_number_type_and_status_and_deleted_ones_are_not() {
    for (query, expected) in [
        ("", vec![1, 2, 3, 4]),
        ("ids=4,1,9,5", vec![1, 4]),
        ("type=2", vec![2, 3]),
        ("type=2&status=true", vec![2]),
        ("status=0", vec![3]),
        ("ids=1&type=3", vec![]),
        ("page=2&pageSize=3", vec![4]),
        ("page=9007199254740991", vec![]),
    ] {
        let answer = roles(query).await.json();
        let list = answer["data"]["list"].as_array().unwrap();
        let ids: Vec<i64> = list.iter().map(|role| role["rid"].as_i64().unwrap()).collect();
        assert_eq!(ids, expected, "{query}");
    }
}

#[actix_web::test]
async fn wrong_parameters_for_roles_are_refused_by_name() {
    let many = format!("ids={}", vec!["1"; 201].join(","));
    let refused = [
        ("page=0", 30000, "page"),
        ("pageSize=0", 30000, "pageSize"),
        ("pageSize=101", 30000, "pageSize"),
        ("pageSize=10000", 30000, "pageSize"),
        ("ids=one", 30000, "ids"),
        ("ids=-1", 30000, "ids"),
        ("type=x", 30000, "type"),
        ("type=4", 30002, "type"),
        ("status=maybe", 30000, "status"),
        (many.as_str(), 30000, "ids"),
    ];
    all_are_refused(Login::UserIfPrivate, "global/roles", &refused).await;
    assert_eq!(roles("pageSize=100").await.code(), 0);
}

#[actix_web::test]
async fn a_site_that_lets_nobody_in_or_can_not_look_tells_no_roles() {
    let mut mocks = Mocks::default();
    let refusal = || CallerRefusal::Session(SessionRefusal::AccountMissing);
    mocks.user.expect_admit().returning(move |_, _| Err(refusal()));
    assert_eq!(get(mocks, "global/roles").await.json()["data"], Value::Null);
    let mut mocks = visited(Login::UserIfPrivate);
    mocks.roles.expect_book().returning(|| Err(StoreError::Unavailable("gone".into())));
    assert_eq!(get(mocks, "global/roles").await.status.as_u16(), 503);
}

async fn words(query: &str, expected: (Option<WordScope>, i64, i64)) -> Answer {
    let mut mocks = visited(Login::UserIfPrivate);
    let is_expected =
        move |scope: &Option<WordScope>, offset: &i64, limit: &i64| (*scope, *offset, *limit) == expected;
    mocks.listed_words.expect_page().withf(is_expected).once().returning(|_, _, _| {
        let word = ListedWord {
            word: "darn".into(),
            content_mode: 4,
            user_mode: 1,
            conversation_mode: 2,
            replace_word: Some("***".into()),
            is_whole: false,
        };
        Ok(ListedWords { words: vec![word], total: 51 })
    });
    get(mocks, &format!("global/block-words?{query}")).await
}

#[actix_web::test]
async fn block_words_are_listed_with_what_happens_to_them() {
    insta::assert_snapshot!(words("", (None, 0, 50)).await.wire());
    for (query, expected) in [
        ("type=content", (Some(WordScope::Content), 0, 50)),
        ("type=user&pageSize=100&page=3", (Some(WordScope::User), 200, 100)),
        ("type=conversation&pageSize=1", (Some(WordScope::Conversation), 0, 1)),
        ("type=", (None, 0, 50)),
    ] {
        assert_eq!(words(query, expected).await.code(), 0, "{query}");
    }
}

#[actix_web::test]
async fn wrong_parameters_for_block_words_are_refused_by_name() {
    let refused = [
        ("page=0", 30000, "page"),
        ("pageSize=0", 30000, "pageSize"),
        ("pageSize=101", 30000, "pageSize"),
        ("type=message", 30002, "type"),
    ];
    all_are_refused(Login::UserIfPrivate, "global/block-words", &refused).await;
}

async fn configs(query: &str) -> Answer {
    get(visited(Login::Nobody), &format!("global/configs?{query}")).await
}

#[actix_web::test]
async fn settings_are_listed_by_key_each_with_its_type() {
    let keys = "keys=conversation_status,site_private_end_after,conversation_files,site_mode,site_url";
    insta::assert_snapshot!(configs(keys).await.wire());
}

#[actix_web::test]
async fn settings_are_told_by_key_and_by_tag_and_never_those_that_are_not_public() {
    for (query, expected) in [
        ("isAll=false", vec![]),
        ("keys=site_mode,image_bucket_domain,nonsense", vec!["site_mode"]),
        ("keys=site_mode&tags=commons", vec!["platforms", "site_mode", "utc"]),
        ("tags=systems,websites", vec![]),
        ("keys=site_mode,utc&pageSize=1&page=2", vec!["utc"]),
    ] {
        let answer = configs(query).await.json();
        let list = answer["data"]["list"].as_object().unwrap();
        assert_eq!(list.keys().collect::<Vec<_>>(), expected, "{query}");
    }
    let all = configs("isAll=true&pageSize=100").await;
    assert!(all.json()["data"]["list"]["language_menus"].is_array());
    assert!(!all.text.contains("bucket") && !all.text.contains("thumb"), "{}", all.text);
}

#[actix_web::test]
async fn wrong_parameters_for_settings_are_refused_by_name() {
    let many = format!("keys={}", vec!["site_mode"; 201].join(","));
    let refused = [
        ("page=0", 30000, "page"),
        ("pageSize=0", 30000, "pageSize"),
        ("pageSize=101", 30000, "pageSize"),
        ("isAll=maybe", 30000, "isAll"),
        (many.as_str(), 30000, "keys"),
    ];
    all_are_refused(Login::Nobody, "global/configs", &refused).await;
}
