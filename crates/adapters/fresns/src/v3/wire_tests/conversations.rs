//! Conversations and messages.

use std::collections::HashSet;

use sixin_application::conversations::change_conversations::Target;
use sixin_application::conversations::ports::{ListStart, Order};
use sixin_application::conversations::read_conversations::{
    ConversationDetail, ConversationError, ConversationList, ConversationRef, MessageList,
};
use sixin_application::sending::pipeline::SendError;
use sixin_application::users::show_user::SeenUser;
use sixin_domain::conversation::NoSuchConversation;
use sixin_domain::file::FileKind;
use sixin_domain::id::{FileId, MessageId};
use sixin_domain::message::body::Body;
use sixin_domain::sending::refusal::Refusal;
use sixin_domain::user::Relation;
use sixin_domain::user::username::UserRef;
use sixin_web::testing::NOW;

use super::*;
use crate::conversations::wire_tests::{conversation, shown, viewed};
use crate::sending::wire_tests::{TEXT, known, sent};

/// Only a few keys of users, so that the rest of an answer can be seen.
const FEW: &str = "filterUserType=whitelist&filterUserKeys=fsid,interaction.followStatus,conversation";

fn with(name: &str) -> ConversationRef {
    ConversationRef::With(UserRef::parse(name).unwrap())
}

async fn list(query: &str) -> Answer {
    let mut mocks = known();
    mocks
        .read
        .expect_list()
        .withf(|_, wanted| {
            (wanted.start, wanted.pinned, wanted.limit) == (ListStart::Offset(5), Some(true), 5)
        })
        .returning(|_, _| {
            Ok(ConversationList {
                conversations: vec![conversation()],
                files: HashSet::from([MessageId(5021)]),
                shown: shown(Err(Refusal::RoleForbids)),
                total: 6,
                next: None,
            })
        });
    get(mocks, &format!("conversation/list?pinned=1&page=2&pageSize=5{query}")).await
}

#[actix_web::test]
async fn a_list_names_conversations_by_their_users_and_messages_by_texts() {
    insta::assert_snapshot!(list(&format!("&{FEW}")).await.wire());
}

#[actix_web::test]
async fn keys_of_users_are_kept_or_left_out_and_have_to_be_named() {
    let user = async |query: &str| list(query).await.json()["data"]["list"][0]["user"].clone();
    assert_eq!(
        user("&filterUserType=whitelist&filterUserKeys=uid").await,
        serde_json::json!({"uid": 90_002})
    );
    let without = user("&filterUserType=blacklist&filterUserKeys=stats,uid").await;
    assert!(without.get("stats").is_none() && without.get("uid").is_none() && without.get("fsid").is_some());
    for (query, code) in
        [("&filterUserType=whitelist", 30001), ("&filterUserType=all&filterUserKeys=uid", 30002)]
    {
        assert_eq!(list(query).await.code(), code, "{query}");
    }
}

fn detail_mocks() -> Mocks {
    let mut mocks = known();
    mocks.roles.expect_of().returning(|_| Ok(Vec::new()));
    mocks.roles.expect_book().returning(|| Ok(Arc::default()));
    mocks
}

#[actix_web::test]
async fn a_detail_says_what_may_be_sent_beside_what_there_is() {
    let mut mocks = detail_mocks();
    mocks.read.expect_detail().withf(|_, which| *which == with("user2")).returning(|_, _| {
        Ok(ConversationDetail { conversation: conversation(), files: HashSet::new(), shown: shown(Ok(())) })
    });
    insta::assert_snapshot!(get(mocks, &format!("conversation/user2/detail?{FEW}")).await.wire());
}

#[actix_web::test]
async fn a_conversation_that_has_not_begun_has_a_user_and_no_messages() {
    let mut mocks = detail_mocks();
    mocks.read.expect_detail().returning(|_, _| Err(NoSuchConversation.into()));
    mocks.show_user.expect_show().returning(|viewer, _| {
        assert!(viewer.is_some());
        let standing = Some((Relation::default(), Ok(())));
        let (user, role_book) = (user(2, "user2"), Arc::default());
        Ok(Some(SeenUser { user, roles: Vec::new(), role_book, standing, note: None }))
    });
    let detail =
        get(mocks, &format!("conversation/90002/detail?{FEW}")).await.json()["data"]["detail"].clone();
    assert_eq!((&detail["user"]["fsid"], &detail["messageCount"]), (&"user2".into(), &0.into()));
    let mut mocks = known();
    mocks.read.expect_messages().returning(|_, _, _| Err(NoSuchConversation.into()));
    let empty = get(mocks, "conversation/user2/messages").await.json()["data"].clone();
    assert_eq!((&empty["list"], &empty["pagination"]["total"]), (&serde_json::json!([]), &0.into()));
    for error in [ConversationError::PeerUnknown, ConversationError::Oneself] {
        let mut mocks = known();
        let code = if matches!(error, ConversationError::Oneself) { 36603 } else { 35201 };
        mocks.read.expect_detail().return_once(|_, _| Err(error));
        assert_eq!(get(mocks, "conversation/nobody/detail").await.code(), code);
    }
}

#[actix_web::test]
async fn messages_are_texts_and_files_in_the_order_that_is_asked_for() {
    let mut mocks = known();
    mocks
        .read
        .expect_messages()
        .withf(|_, which, wanted| *which == with("user2") && wanted.order == Order::Newest)
        .returning(|_, _, _| {
            let file = Body::File { file: FileId(5), kind: FileKind::Image };
            let messages = vec![viewed(2, 1, file), viewed(1, 2, Body::Text("hi".into()))];
            Ok(MessageList { conversation: conversation(), messages, shown: shown(Ok(())) })
        });
    let path = format!("conversation/user2/messages?pageListDirection=oldest&{FEW}");
    insta::assert_snapshot!(get(mocks, &path).await.wire());
}

async fn send(result: Result<(), SendError>) -> Answer {
    let mut mocks = known();
    mocks.send.expect_send().return_once(|request| result.map(|()| sent(request, NOW)));
    ask(mocks, TestRequest::post(), "conversation/message", TEXT).await
}

#[actix_web::test]
async fn a_message_that_was_sent_is_answered_by_its_cmid_with_its_whole_sender() {
    let answer = send(Ok(())).await.json();
    let data = &answer["data"];
    assert_eq!((&data["cmid"], &data["type"]), (&"5021".into(), &"text".into()));
    assert_eq!((&data["user"]["hasPin"], &data["user"]["rid"]), (&false.into(), &"4".into()));
    assert_eq!(data.get("id"), None);
}

#[actix_web::test]
async fn refusals_have_the_numbers_of_3_x_and_words_of_their_own() {
    for (refusal, status, code) in [
        (Refusal::RoleForbids, 200, 36116),
        (Refusal::FileUnknown, 200, 37600),
        (Refusal::FileDisabled, 200, 37601),
        (Refusal::Oneself, 200, 36603),
        (Refusal::TooFast { retry_after_ms: 59_001 }, 429, 36119),
    ] {
        let answer = send(Err(refusal.into())).await;
        assert_eq!((answer.status.as_u16(), answer.code()), (status, code), "{refusal:?}");
    }
    let forbidden = send(Err(Refusal::RoleForbids.into())).await.json();
    assert_eq!(forbidden["message"], "Your role may not send private messages");
}

#[actix_web::test]
async fn changes_name_the_other_user_or_messages() {
    let whole = Target::Conversation(with("user2"));
    let two = Target::Messages(vec![MessageId(7), MessageId(8)]);
    for (body, target) in [("{}", &whole), (r#"{"cmids":null}"#, &whole), (r#"{"cmids":"8,7"}"#, &two)] {
        let (mut mocks, target) = (known(), target.clone());
        mocks
            .change
            .expect_mark_read()
            .withf(move |_, asked| *asked == target)
            .once()
            .returning(|_, _| Ok(()));
        let answer = ask(mocks, TestRequest::patch(), "conversation/user2/read-status", body).await;
        assert_eq!(answer.code(), 0, "{body}");
    }
    for (body, target) in
        [(r#"{"type":"conversation"}"#, &whole), (r#"{"type":"messages","cmids":"7,8"}"#, &two)]
    {
        let (mut mocks, target) = (known(), target.clone());
        mocks.change.expect_delete().withf(move |_, asked| *asked == target).once().returning(|_, _| Ok(()));
        let answer = ask(mocks, TestRequest::delete(), "conversation/user2", body).await;
        assert_eq!((answer.code(), &answer.json()["data"]), (0, &serde_json::Value::Null), "{body}");
    }
    for request in [TestRequest::patch(), TestRequest::put()] {
        let mut mocks = known();
        mocks
            .change
            .expect_toggle_pin()
            .withf(|_, which| *which == with("user2"))
            .once()
            .returning(|_, _| Ok(()));
        assert_eq!(ask(mocks, request, "conversation/user2/pin", "").await.code(), 0);
    }
    for (body, code) in [
        ("{}", 30001),
        (r#"{"type":"all"}"#, 30002),
        (r#"{"type":"messages"}"#, 30001),
        (r#"{"type":"messages","cmids":"7,x"}"#, 30000),
    ] {
        let answer = ask(known(), TestRequest::delete(), "conversation/user2", body).await;
        assert_eq!(answer.code(), code, "{body}");
    }
}

#[actix_web::test]
async fn a_path_answers_what_it_does_not_take_and_leaves_names_alone() {
    let answer = get(Mocks::default(), "conversation/message").await;
    assert_eq!((answer.status.as_u16(), answer.header("allow")), (405, Some("POST")));
    let answer = get(Mocks::default(), "conversation/user2").await;
    assert_eq!((answer.status.as_u16(), answer.header("allow")), (405, Some("DELETE")));
    assert_eq!(get(Mocks::default(), "nothing/here").await.status.as_u16(), 404);
}
