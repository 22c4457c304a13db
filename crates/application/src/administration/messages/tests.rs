use super::*;
use crate::administration::ports::MockMessageReview;
use crate::administration::testing::{Written, caller, desk};
use crate::conversations::ports::MockConversationViews;
use crate::testing::three_users;
use sixin_domain::conversation::visibility::Visibility;
use sixin_domain::conversation::{SideState, ViewedMessage};
use sixin_domain::id::ConversationId;
use sixin_domain::message::body::Body;
use sixin_domain::operator::OperatorRole;

fn reviewed(id: i64, sender: i64, text: &str) -> ReviewedMessage {
    let sender = UserId(sender);
    ReviewedMessage {
        message: ViewedMessage {
            id: MessageId(id),
            seq: id,
            sender,
            sent_at: Millis(id * 1000),
            body: Body::Text(text.into()),
            file: None,
            read_at: None,
            is_counted: true,
            delivery: None,
            edited_at: None,
        },
        recipient: UserId(3 - sender.0),
        visibility: Visibility {
            seq: id,
            sender,
            is_enabled: true,
            is_counted: true,
            sender_visible: true,
            is_deleted_by_sender: false,
            is_deleted_by_recipient: false,
            is_marked: false,
        },
        recalled_at: None,
        revisions: Vec::new(),
    }
}

fn conversation() -> Conversation {
    let side = |read_seq, cleared_seq| SideState {
        is_display: true,
        is_pin: false,
        read_seq,
        cleared_seq,
        unread: 0,
        message_count: 3,
        latest: None,
    };
    Conversation {
        id: ConversationId(9),
        pair: Pair::of(UserId(1), UserId(2)).unwrap(),
        last_seq: 3,
        a: side(0, 0),
        b: side(2, 1),
    }
}

fn messages(review: MockMessageReview) -> (ReviewMessages, Written) {
    let (desk, written) = desk();
    let mut conversations = MockConversationViews::new();
    conversations.expect_of_pair().returning(|pair| Ok((pair == conversation().pair).then(conversation)));
    let messages = ReviewMessages {
        desk,
        users: Arc::new(three_users()),
        conversations: Arc::new(conversations),
        review: Arc::new(review),
    };
    (messages, written)
}

#[tokio::test]
async fn nobody_looks_without_a_reason_or_without_being_support() {
    let (messages, written) = messages(MockMessageReview::new());
    for reason in ["", "  ", "ab", "a\nb\nc", &"x".repeat(501)] {
        let support = caller(OperatorRole::Support);
        let read = messages.conversation(&support, ["ann", "bob"], reason, None).await;
        assert!(matches!(read, Err(AdminError::Invalid(_))), "{reason:?}");
        let search = Search { text: "x".into(), ..Search::default() };
        let found = messages.search(&support, &search, reason).await;
        assert!(matches!(found, Err(AdminError::Invalid(_))), "{reason:?}");
    }
    let viewer = caller(OperatorRole::Viewer);
    let read = messages.conversation(&viewer, ["ann", "bob"], "a dispute", None).await;
    assert!(matches!(read, Err(AdminError::Forbidden(_))));
    assert_eq!(written.take(), [] as [String; 0]);
}

#[tokio::test]
async fn a_conversation_is_read_as_each_side_sees_it_and_that_is_written_down() {
    let mut review = MockMessageReview::new();
    review.expect_gone().returning(|_| Ok(1));
    review.expect_page().returning(|_, _, _| {
        let mut recalled = reviewed(3, 1, "gone");
        recalled.visibility.is_enabled = false;
        Ok(vec![recalled, reviewed(2, 1, "two"), reviewed(1, 1, "one")])
    });
    let (messages, written) = messages(review);
    let support = caller(OperatorRole::Support);
    let read = messages.conversation(&support, ["bob", "ann"], "a dispute", None).await.unwrap();
    // Bob, who was asked for first, has cleared all up to the first message, and read up to the second.
    let views: Vec<_> = read.messages.iter().map(|one| (one.shows, one.is_read)).collect();
    assert_eq!(views, [([false, false], false), ([true, true], true), ([false, true], true)]);
    assert_eq!(read.next, None);
    assert_eq!(written.take(), ["conversation.read bob ann reason=a dispute"]);
    let nothing = messages.conversation(&support, ["ann", "cid"], "a dispute", Some(5)).await.unwrap();
    assert!(nothing.conversation.is_none() && nothing.messages.is_empty());
    assert_eq!(written.take(), ["conversation.read ann cid before=5 reason=a dispute"]);
    let oneself = messages.conversation(&support, ["ann", "ann"], "a dispute", None).await;
    assert!(matches!(oneself, Err(AdminError::Invalid(_))));
}

/// A store with a message for each id from 1 up to `last`, every tenth of which says what is searched for.
fn store(last: i64) -> MockMessageReview {
    let mut review = MockMessageReview::new();
    review.expect_scan().returning(move |from, before, limit| {
        let (from, end) = (from.0.max(1), before.0.min(last + 1));
        let ids = (from..end).rev().take(usize::try_from(limit).unwrap());
        Ok(ids.map(|id| reviewed(id, 1 + id % 2, if id % 10 == 0 { "A Needle" } else { "hay" })).collect())
    });
    review
}

#[tokio::test]
async fn a_search_says_what_it_has_covered_and_goes_on_where_it_stopped() {
    let (messages, written) = messages(store(1_500));
    let support = caller(OperatorRole::Support);
    let mut search = Search { text: "needle".into(), ..Search::default() };
    let mut all = Vec::new();
    let mut looks = 0;
    loop {
        let found = messages.search(&support, &search, "a dispute").await.unwrap();
        assert!(found.messages.len() <= FOUND && found.looked_at <= LOOKED_AT);
        all.extend(found.messages.iter().map(|one| one.message.id.0));
        looks += 1;
        let Some(next) = found.next else {
            assert_eq!(found.covered_since, Some(Millis(1000)));
            break;
        };
        search.before = Some(next);
    }
    assert_eq!((all.len(), looks), (150, 2));
    assert!(all.is_sorted_by(|one, other| one > other), "each is found once, the latest first");
    assert_eq!(written.take().len(), looks);
}

#[tokio::test]
async fn a_search_that_finds_little_stops_after_so_many() {
    let (messages, _) = messages(store(50_000));
    let search = Search { text: "no such word".into(), ..Search::default() };
    let found = messages.search(&caller(OperatorRole::Support), &search, "a dispute").await.unwrap();
    assert_eq!((found.looked_at, found.messages.len()), (LOOKED_AT, 0));
    assert_eq!(found.next, Some(50_001 - i64::try_from(LOOKED_AT).unwrap()));
}

#[tokio::test]
async fn both_users_have_to_be_in_a_message() {
    let (messages, _) = messages(store(20));
    let search = |user: &str, other: Option<&str>| Search {
        user: Some(user.into()),
        other: other.map(str::to_owned),
        ..Search::default()
    };
    let support = caller(OperatorRole::Support);
    let count =
        async |search: Search| messages.search(&support, &search, "a dispute").await.unwrap().messages.len();
    assert_eq!(count(search("ann", None)).await, 20);
    assert_eq!(count(search("ann", Some("bob"))).await, 20);
    assert_eq!(count(search("ann", Some("cid"))).await, 0);
    let nobody = messages.search(&support, &search("dan", None), "a dispute").await;
    assert!(matches!(nobody, Err(AdminError::Unknown(_))));
    let everything = messages.search(&support, &Search::default(), "a dispute").await;
    assert!(matches!(everything, Err(AdminError::Invalid(_))));
}
