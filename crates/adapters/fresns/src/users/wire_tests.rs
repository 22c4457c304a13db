//! Users on the wire, over a mocked use case.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;
use sixin_application::access::authenticate_user::Visitor;
use sixin_application::conversations::ports::ListTotals;
use sixin_application::conversations::read_conversations::ConversationError;
use sixin_application::ports::StoreError;
use sixin_application::users::show_user::SeenUser;
use sixin_domain::access::session::Login;
use sixin_domain::id::{AccountId, AppKeyId};
use sixin_domain::sending::refusal::Refusal;
use sixin_domain::site::settings::Settings;
use sixin_domain::user::username::{Uid, UserRef};
use sixin_domain::user::{Relation, User};
use sixin_web::testing::{Answer, NOW, new_user, user};

use crate::sending::wire_tests::{keys_below_properties, known};
use crate::site::wire_tests::{get, visited};
use crate::testing::Mocks;

/// Somebody is signed in.
fn by_a_user() -> Mocks {
    let mut mocks = Mocks::default();
    mocks.user.expect_admit().withf(|_, need| *need == Login::UserIfPrivate).returning(|_, _| {
        Ok(Visitor {
            account: Some(AccountId(1)),
            user: Some(user(1, "mira-k")),
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

async fn detail(mut mocks: Mocks, path: &str) -> Answer {
    mocks.show_user.expect_show().returning(|viewer, _| {
        let relation = Relation { sender_follows_recipient: true, ..Relation::default() };
        Ok(Some(SeenUser {
            user: Arc::new(User { deleted_at: Some(NOW), ..new_user(2, "user2") }),
            roles: Vec::new(),
            role_book: Arc::default(),
            note: viewer.as_ref().map(|_| "Bob from work".to_owned()),
            standing: viewer.map(|_| (relation, Err(Refusal::RecipientDeleted))),
        }))
    });
    get(mocks, &format!("user/{path}")).await
}

#[actix_web::test]
async fn a_user_is_shown_as_the_caller_sees_it_with_the_keys_it_wants() {
    let path = "user2/detail?whitelistKeys=fsid,uid,conversation,deactivate,interactive.followStatus";
    insta::assert_snapshot!("user_seen_by_a_user", detail(by_a_user(), path).await.wire());
    insta::assert_snapshot!("user_seen_by_nobody", detail(visited(Login::UserIfPrivate), path).await.wire());
    let without = detail(by_a_user(), "user2/detail?blacklistKeys=stats,username").await.json();
    assert_eq!(
        (&without["data"]["detail"]["stats"], &without["data"]["detail"]["username"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(without["data"]["detail"]["uid"], 90_002);
}

#[actix_web::test]
async fn a_user_is_asked_for_by_number_or_name() {
    for (path, expected) in [("90002", Some(Uid(90_002))), ("user2", None)] {
        let mut mocks = by_a_user();
        let is_expected = move |which: &UserRef| match (which, expected) {
            (UserRef::Uid(uid), Some(expected)) => *uid == expected,
            (UserRef::Username(name), None) => name.as_str() == "user2",
            _ => false,
        };
        mocks
            .show_user
            .expect_show()
            .withf(move |_, which| is_expected(which))
            .once()
            .returning(|_, _| Ok(None));
        assert_eq!(get(mocks, &format!("user/{path}/detail")).await.code(), 35201);
    }
    assert_eq!(get(by_a_user(), "user/%20/detail").await.code(), 35201);
    let mut mocks = by_a_user();
    mocks.show_user.expect_show().returning(|_, _| Err(StoreError::Fault("broken".into())));
    assert_eq!(get(mocks, "user/user2/detail").await.status.as_u16(), 500);
}

#[actix_web::test]
async fn every_key_of_a_user_is_in_the_openapi_document() {
    let document: Value = serde_json::from_str(&crate::testing::document()).unwrap();
    let mut described = BTreeSet::new();
    keys_below_properties(&document, &mut described);
    let shown = detail(by_a_user(), "user2/detail").await.json();
    for object in [&shown["data"], &shown["data"]["detail"]] {
        for key in object.as_object().unwrap().keys() {
            assert!(described.contains(key), "{key}");
        }
    }
}

#[actix_web::test]
async fn a_panel_sums_up_conversations_and_says_which_files_are_taken() {
    let mut mocks = known();
    mocks.read.expect_totals().once().returning(|_| Ok(ListTotals { conversations: 3, unread: 12 }));
    insta::assert_snapshot!(get(mocks, "user/panel").await.wire());
    let mut mocks = known();
    let gone = || ConversationError::Store(StoreError::Unavailable("gone".into()));
    mocks.read.expect_totals().returning(move |_| Err(gone()));
    assert_eq!(get(mocks, "user/panel").await.status.as_u16(), 503);
}
