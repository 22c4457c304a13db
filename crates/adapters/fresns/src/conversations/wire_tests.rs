//! Reading and changing conversations on the wire, over mocked use cases.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use actix_web::test::TestRequest;
use serde_json::Value;
use sixin_application::conversations::change_conversations::Target;
use sixin_application::conversations::ports::{ListStart, Order};
use sixin_application::conversations::read_conversations::{
    ConversationDetail, ConversationError, ConversationList, ConversationRef, MessageList,
};
use sixin_application::ports::StoreError;
use sixin_application::users::profiles::{ShownUser, ShownUsers};
use sixin_domain::conversation::pair::Pair;
use sixin_domain::conversation::{Conversation, Latest, NoSuchConversation, SideState, ViewedMessage};
use sixin_domain::file::FileKind;
use sixin_domain::id::{ConversationId, FileId, MessageId, UserId};
use sixin_domain::message::body::Body;
use sixin_domain::message::object_name::ObjectName;
use sixin_domain::sending::refusal::Refusal;
use sixin_domain::site::block_words::{BlockWord, WordMode};
use sixin_domain::site::role::RoleBook;
use sixin_domain::time::Millis;
use sixin_domain::user::Relation;
use sixin_web::testing::{Answer, NOW, call, user};

use crate::sending::wire_tests::{image, keys_below_properties, known, with_headers};
use crate::testing::Mocks;

fn side(latest: Option<&str>) -> SideState {
    let latest = latest.map(|brief| Latest { id: Some(MessageId(5021)), brief: brief.into(), time: NOW });
    SideState {
        is_display: true,
        is_pin: true,
        read_seq: 1,
        cleared_seq: 0,
        unread: 2,
        message_count: 7,
        latest,
    }
}

/// A conversation of the caller, user 1, with user 2.
pub(crate) fn conversation() -> Conversation {
    Conversation {
        id: ConversationId(9),
        pair: Pair::of(UserId(1), UserId(2)).unwrap(),
        last_seq: 7,
        a: side(Some("well, darn")),
        b: SideState { read_seq: 2, ..side(None) },
    }
}

pub(crate) fn shown(may_write: Result<(), Refusal>) -> ShownUsers {
    let relation = Relation { sender_follows_recipient: true, ..Relation::default() };
    let one = |id: i64, name: &str| {
        (UserId(id), ShownUser { user: user(id, name), roles: Vec::new(), relation, may_write })
    };
    let users = HashMap::from([one(1, "mira-k"), one(2, "user2")]);
    ShownUsers { role_book: Arc::new(RoleBook::default()), users }
}

fn mocks() -> Mocks {
    let word =
        BlockWord { word: "darn".into(), mode: WordMode::Replace(Some("***".into())), is_whole: false };
    Mocks { words: vec![word], ..known() }
}

async fn get(mocks: Mocks, path: &str) -> Answer {
    call(mocks.api(), with_headers(TestRequest::get().uri(&format!("/api/v2/conversation/{path}")), &[]))
        .await
}

async fn list(path: &str) -> Answer {
    let mut mocks = mocks();
    mocks.read.expect_list().returning(|_, _| {
        Ok(ConversationList {
            conversations: vec![conversation()],
            files: HashSet::new(),
            shown: shown(Err(Refusal::AcceptsFollowed)),
            total: 31,
            next: Some((NOW, ConversationId(9))),
        })
    });
    get(mocks, path).await
}

#[actix_web::test]
async fn a_list_shows_the_other_user_counts_and_the_newest_message() {
    insta::assert_snapshot!(
        list("list?whitelistKeys=fsid,uid,conversation,interactive.followStatus").await.wire()
    );
}

#[actix_web::test]
async fn a_list_is_asked_for_by_page_or_by_cursor() {
    for (query, start, pinned, limit) in [
        ("", ListStart::Offset(0), None, 15),
        ("?page=3&pageSize=10&isPin=true", ListStart::Offset(20), Some(true), 10),
        ("?cursor=1-a&isPin=0", ListStart::After(Millis(1), ConversationId(10)), Some(false), 15),
    ] {
        let mut mocks = mocks();
        mocks
            .read
            .expect_list()
            .withf(move |_, wanted| (wanted.start, wanted.pinned, wanted.limit) == (start, pinned, limit))
            .once()
            .returning(|_, _| {
                let (conversations, shown) = (Vec::new(), ShownUsers::default());
                Ok(ConversationList { conversations, files: HashSet::new(), shown, total: 0, next: None })
            });
        let answer = get(mocks, &format!("list{query}")).await;
        assert_eq!(answer.json()["data"]["nextCursor"], Value::Null, "{query}");
        assert_eq!(answer.json()["data"]["list"], Value::Array(Vec::new()));
    }
    let next = list("list").await.json()["data"]["nextCursor"].as_str().unwrap().to_owned();
    assert_eq!(list(&format!("list?cursor={next}")).await.code(), 0);
}

#[actix_web::test]
async fn parameters_out_of_bounds_are_refused_by_name_before_anybody_is_asked() {
    for (path, code, name) in [
        ("list?page=0", 30000, "page"),
        ("list?page=-1", 30000, "page"),
        ("list?pageSize=31", 30000, "pageSize"),
        ("list?pageSize=x", 30000, "pageSize"),
        ("list?isPin=maybe", 30000, "isPin"),
        ("list?cursor=x", 30000, "cursor"),
        ("list?cursor=1-1&page=1", 30005, "cursor"),
        ("9/messages?after=x", 30000, "after"),
        ("9/messages?before=-1", 30000, "before"),
        ("9/messages?orderDirection=up", 30002, "orderDirection"),
        ("9/messages?pageListDirection=up", 30002, "pageListDirection"),
        ("9/messages?pageSize=0", 30000, "pageSize"),
    ] {
        let answer = get(mocks(), path).await;
        assert_eq!(answer.code(), code, "{path}: {}", answer.text);
        assert!(
            answer.json()["message"].as_str().unwrap().ends_with(&format!(": {name}")),
            "{}",
            answer.text
        );
    }
}

pub(crate) fn viewed(id: i64, sender: i64, body: Body) -> ViewedMessage {
    let file = matches!(body, Body::File { .. }).then(image);
    ViewedMessage {
        id: MessageId(5000 + id),
        seq: id,
        sender: UserId(sender),
        sent_at: NOW.plus(id),
        body,
        file,
        read_at: None,
        is_counted: true,
        delivery: None,
        edited_at: None,
    }
}

fn typed(name: &str, content: &str) -> Body {
    Body::Typed { object_name: ObjectName::new(name).unwrap(), content: content.into(), text: None }
}

async fn messages(query: &str) -> Answer {
    let mut mocks = mocks();
    mocks.read.expect_messages().returning(|_, _, _| {
        let messages = vec![
            viewed(5, 2, typed("My:Gift", "{}")),
            viewed(
                4,
                2,
                typed("RC:FileMsg", r#"{"name":"plan.pdf","size":"1536","fileUrl":"https://f.example/x"}"#),
            ),
            viewed(3, 1, Body::File { file: FileId(5), kind: FileKind::Image }),
            viewed(2, 1, Body::Text("well, darn".into())),
            viewed(1, 2, Body::Text("hi".into())),
        ];
        Ok(MessageList { conversation: conversation(), messages, shown: shown(Ok(())) })
    });
    get(mocks, &format!("9/messages?whitelistKeys=uid{query}")).await
}

#[actix_web::test]
async fn messages_of_every_kind_show_as_text_file_or_brief() {
    insta::assert_snapshot!(messages("").await.wire());
}

#[actix_web::test]
async fn a_page_can_have_another_order_than_the_pages() {
    let ids = |answer: Answer| -> Vec<i64> {
        let json = answer.json();
        json["data"]["list"].as_array().unwrap().iter().map(|entry| entry["id"].as_i64().unwrap()).collect()
    };
    assert_eq!(ids(messages("").await), [5005, 5004, 5003, 5002, 5001]);
    assert_eq!(ids(messages("&pageListDirection=asc").await), [5001, 5002, 5003, 5004, 5005]);
    // Asked for and shown in the same order.
    assert_eq!(ids(messages("&orderDirection=asc&pageListDirection=asc").await)[0], 5005);
}

#[actix_web::test]
async fn bounds_and_order_are_passed_on() {
    let mut mocks = mocks();
    mocks
        .read
        .expect_messages()
        .withf(|_, _, wanted| {
            (wanted.after, wanted.before) == (Some(MessageId(1)), Some(MessageId(9)))
                && (wanted.order, wanted.offset, wanted.limit) == (Order::Oldest, 5, 5)
        })
        .once()
        .returning(|_, _, _| Err(ConversationError::MessageUnknown));
    let path = "9/messages?after=1&before=9&orderDirection=asc&page=2&pageSize=5";
    assert_eq!(get(mocks, path).await.code(), 32201);
}

#[actix_web::test]
async fn every_reason_has_its_code() {
    for (error, code) in [
        (ConversationError::NoSuchConversation(NoSuchConversation), 36601),
        (ConversationError::PeerUnknown, 35201),
        (ConversationError::Oneself, 36603),
        (ConversationError::Store(StoreError::Fault("broken".into())), 500),
        (ConversationError::Store(StoreError::Unavailable("gone".into())), 503),
    ] {
        let mut mocks = mocks();
        mocks.read.expect_detail().return_once(|_, _| Err(error));
        let answer = get(mocks, "9/detail").await;
        assert_eq!(answer.code(), code);
        assert_eq!(answer.status.as_u16(), if code < 1000 { code as u16 } else { 200 });
        assert!(!answer.text.contains("broken") && !answer.text.contains("gone"), "{}", answer.text);
    }
}

#[actix_web::test]
async fn every_key_of_a_conversation_is_in_the_openapi_document() {
    let document: Value = serde_json::from_str(&crate::testing::document()).unwrap();
    let mut described = BTreeSet::new();
    keys_below_properties(&document, &mut described);
    let mut mocks = mocks();
    mocks.read.expect_detail().returning(|_, _| {
        Ok(ConversationDetail { conversation: conversation(), files: HashSet::new(), shown: shown(Ok(())) })
    });
    let detail = get(mocks, "user2/detail").await.json();
    let (list, messages) = (list("list").await.json(), messages("").await.json());
    for object in [
        &detail["data"],
        &detail["data"]["user"],
        &detail["data"]["latestMessage"],
        &list["data"],
        &list["data"]["pagination"],
        &messages["data"]["list"][1],
        &messages["data"]["list"][1]["file"],
    ] {
        for key in object.as_object().unwrap().keys() {
            assert!(described.contains(key), "{key}");
        }
    }
}

async fn change(mocks: Mocks, request: TestRequest, body: &str) -> Answer {
    call(mocks.api(), with_headers(request.set_payload(body.to_owned()), &[])).await
}

#[actix_web::test]
async fn changes_are_passed_on_and_answered_without_data() {
    let conversation =
        |target: &Target| *target == Target::Conversation(ConversationRef::Id(ConversationId(9)));
    let mut mocks = mocks();
    mocks
        .change
        .expect_mark_read()
        .withf(move |_, target| conversation(target))
        .once()
        .returning(|_, _| Ok(()));
    let mark = TestRequest::put().uri("/api/v2/conversation/mark-as-read");
    let answer = change(mocks, mark, r#"{"type":"conversation","conversationId":9}"#).await;
    insta::assert_snapshot!(answer.wire());
    let mut mocks = self::mocks();
    let messages = |_: &_, target: &Target| *target == Target::Messages(vec![MessageId(7), MessageId(8)]);
    mocks.change.expect_delete().withf(messages).once().returning(|_, _| Ok(()));
    let delete = TestRequest::delete().uri("/api/v2/conversation/delete");
    assert_eq!(change(mocks, delete, r#"{"type":"message","messageIds":"8,7"}"#).await.code(), 0);
    let mut mocks = self::mocks();
    mocks
        .change
        .expect_toggle_pin()
        .withf(|_, which| *which == ConversationRef::Id(ConversationId(9)))
        .once()
        .returning(|_, _| Ok(()));
    let pin = TestRequest::put().uri("/api/v2/conversation/pin");
    assert_eq!(change(mocks, pin, r#"{"conversationId":"9"}"#).await.code(), 0);
    let pin = TestRequest::put().uri("/api/v2/conversation/pin");
    assert_eq!(change(self::mocks(), pin, "{}").await.code(), 30001);
}
