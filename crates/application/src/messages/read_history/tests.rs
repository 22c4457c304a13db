use super::*;
use crate::conversations::ports::{MockConversationChanges, MockConversationViews};
use crate::messages::ports::MockMessageExpansions;
use crate::ports::MockClock;
use crate::testing::{conversation, three_users};
use sixin_domain::message::body::Body;
use sixin_domain::message::delivery::DeliveryOptions;
use sixin_domain::message::expansion::Change;
use sixin_domain::message::recall::Recall;

const NOW: Millis = Millis(1000);

fn name(text: &str) -> Username {
    Username::new(text).unwrap()
}

/// Over conversation 9 of ann and bob, in which bob has deleted the first 3 messages, and message n is of time 10 n.
fn reading(mut views: MockConversationViews, changes: MockConversationChanges) -> HistoryReading {
    views.expect_of_pair().returning(|pair| {
        let mut found = conversation(9, 1, 2);
        found.b.cleared_seq = 3;
        Ok((pair == found.pair).then_some(found))
    });
    views.expect_seq_at().returning(|_, time| Ok((time.0 / 10).clamp(0, 8)));
    let mut clock = MockClock::new();
    clock.expect_now().return_const(NOW);
    HistoryReading {
        users: Arc::new(three_users()),
        views: Arc::new(views),
        changes: Arc::new(changes),
        expansions: Arc::new(MockMessageExpansions::new()),
        clock: Arc::new(clock),
    }
}

/// The key of a pair that a message was sent with; `other` can't carry any.
fn options(key: &str) -> DeliveryOptions {
    DeliveryOptions {
        expansion: Some(key != "other"),
        extra_content: Some(BTreeMap::from([(key.to_owned(), "v".to_owned())])),
        ..DeliveryOptions::default()
    }
}

fn sent(id: i64, delivery: Option<&str>) -> ViewedMessage {
    ViewedMessage {
        id: MessageId(id),
        seq: id,
        sender: UserId(1),
        sent_at: Millis(10 * id),
        body: Body::Text("hi".into()),
        file: None,
        read_at: None,
        is_counted: true,
        delivery: delivery.map(options),
        edited_at: None,
    }
}

#[tokio::test]
async fn pairs_are_asked_for_once_and_only_for_messages_that_can_carry_some() {
    let change = || Change { value: Some("new".into()), at: NOW };
    let mut views = MockConversationViews::new();
    views.expect_messages().returning(|_| {
        Ok(vec![sent(4, None), sent(5, Some("k")), sent(6, Some("other")), sent(7, Some("l"))])
    });
    let mut reading = reading(views, MockConversationChanges::new());
    let mut expansions = MockMessageExpansions::new();
    expansions.expect_changes().once().returning(move |ids| {
        let mut ids = ids.to_vec();
        ids.sort_unstable();
        assert_eq!(ids, [MessageId(5), MessageId(7)]);
        Ok(HashMap::from([(MessageId(7), BTreeMap::from([("m".to_owned(), change())]))]))
    });
    reading.expansions = Arc::new(expansions);
    let request = HistoryRequest {
        user: name("ann"),
        with: name("bob"),
        from: Millis(0),
        includes_from: true,
        until: NOW,
        limit: 10,
    };
    let found = reading.between(&request).await.unwrap();
    let keys = |message: &HistoryMessage| {
        let expansion = message.expansion.as_ref()?;
        Some(expansion.present().into_keys().map(str::to_owned).collect::<Vec<_>>())
    };
    let keys: Vec<_> = found.iter().map(keys).collect();
    assert_eq!(keys, [None, Some(vec!["k".to_owned()]), None, Some(vec!["l".to_owned(), "m".to_owned()])]);
    assert_eq!(found[3].expansion.as_ref().unwrap().sent_at, Millis(70));
}

/// In a stream a message may be followed by what became of it.
#[tokio::test]
async fn a_message_that_is_shown_twice_has_its_pairs_each_time() {
    let mut reading = reading(MockConversationViews::new(), MockConversationChanges::new());
    let mut expansions = MockMessageExpansions::new();
    expansions.expect_changes().once().returning(|_| Ok(HashMap::new()));
    reading.expansions = Arc::new(expansions);
    let twice = vec![sent(5, Some("k")), sent(6, None), sent(5, Some("k"))];
    let shown = reading.shown_to(UserId(2), twice).await.unwrap();
    let have_pairs: Vec<bool> = shown.iter().map(|message| message.expansion.is_some()).collect();
    assert_eq!(have_pairs, [true, false, true]);
}

/// What is asked of the store: behind which position, before which, and whether the newest come first.
async fn bounds(
    user: &str,
    with: &str,
    from: i64,
    includes_from: bool,
    until: i64,
) -> Option<(i64, i64, bool)> {
    let asked = Arc::new(std::sync::Mutex::new(None));
    let seen = Arc::clone(&asked);
    let mut views = MockConversationViews::new();
    views.expect_messages().returning(move |query| {
        assert_eq!((query.offset, query.limit), (0, 7));
        *seen.lock().unwrap() = Some((query.after, query.before, query.order == Order::Newest));
        Ok(Vec::new())
    });
    let (user, with) = (name(user), name(with));
    let (from, until) = (Millis(from), Millis(until));
    let request = HistoryRequest { user, with, from, includes_from, until, limit: 7 };
    reading(views, MockConversationChanges::new()).between(&request).await.unwrap();
    let asked = asked.lock().unwrap();
    *asked
}

#[tokio::test]
async fn times_become_positions_in_the_users_own_view() {
    assert_eq!(bounds("ann", "bob", 20, false, 50).await, Some((2, 6, false)));
    assert_eq!(bounds("ann", "bob", 20, true, 50).await, Some((1, 6, false)));
    assert_eq!(bounds("bob", "ann", 20, true, 50).await, Some((3, 6, false)));
    assert_eq!(bounds("ann", "cid", 20, true, 50).await, None);
}

#[tokio::test]
async fn a_history_is_read_backwards_where_it_is_asked_to_begin_after_its_end() {
    assert_eq!(bounds("ann", "bob", 50, true, 20).await, Some((1, 6, true)));
    assert_eq!(bounds("ann", "bob", 50, false, 20).await, Some((1, 5, true)));
    assert_eq!(bounds("bob", "ann", 50, false, 20).await, Some((3, 5, true)));
    assert_eq!(bounds("ann", "bob", 50, true, 0).await, Some((0, 6, true)));
    assert_eq!(bounds("ann", "cid", 50, true, 20).await, None);
    // From a time to itself is forwards.
    assert_eq!(bounds("ann", "bob", 50, true, 50).await, Some((4, 6, false)));
}

#[tokio::test]
async fn a_view_is_cleaned_up_to_a_time_or_whole() {
    for (until, last) in [(Some(Millis(45)), 4), (None, i64::MAX)] {
        let mut changes = MockConversationChanges::new();
        changes
            .expect_clear()
            .once()
            .withf(move |id, owner, up_to, at| (id.0, owner.0, *up_to, *at) == (9, 2, last, NOW))
            .returning(|_, _, _, _| Ok(()));
        let reading = reading(MockConversationViews::new(), changes);
        reading.clean(&name("bob"), &name("ann"), until).await.unwrap();
    }
    let nothing = reading(MockConversationViews::new(), MockConversationChanges::new());
    nothing.clean(&name("bob"), &name("cid"), None).await.unwrap();
}

#[tokio::test]
async fn users_that_are_not_there_or_the_same_are_refused() {
    let reading = reading(MockConversationViews::new(), MockConversationChanges::new());
    let refused = reading.clean(&name("ann"), &name("dan"), None).await;
    assert!(matches!(refused, Err(HistoryError::Users(UsersError::Unknown(name))) if name.as_str() == "dan"));
    let refused = reading.clean(&name("ann"), &name("ann"), None).await;
    assert!(matches!(refused, Err(HistoryError::Users(UsersError::Oneself(_)))));
}

fn notice(seq: i64, by: i64) -> RecalledMessage {
    RecalledMessage {
        id: MessageId(seq),
        seq,
        sender: UserId(1),
        sent_at: Millis(10 * seq),
        recalled_at: NOW,
        recall: Recall::own(UserId(by)),
    }
}

/// What is left of recalled messages stands in its place, and a page holds no more for it.
#[tokio::test]
async fn notices_stand_among_the_messages_of_a_page_and_are_asked_for_only_there() {
    for (from, until, shown, asked, wanted) in [
        // Newest first, and a page is full: nothing is asked for behind its last message.
        (Millis(90), Millis(0), vec![8, 6, 5], (5, 9), vec![8, 7, 6]),
        (Millis(0), Millis(90), vec![4, 5, 8], (3, 8), vec![4, 5, 7]),
        // There is no more: up to the end.
        (Millis(90), Millis(0), vec![8, 6], (3, 9), vec![8, 7, 6]),
    ] {
        let mut views = MockConversationViews::new();
        views.expect_messages().returning(move |_| Ok(shown.iter().map(|seq| sent(*seq, None)).collect()));
        views.expect_notices().once().returning(move |query| {
            assert_eq!((query.after, query.before, query.limit), (asked.0, asked.1, 3));
            Ok(vec![notice(7, 1)])
        });
        let reading = reading(views, MockConversationChanges::new());
        let (user, with) = (name("bob"), name("ann"));
        let request = HistoryRequest { user, with, from, includes_from: true, until, limit: 3 };
        let found = reading.with_notices(&request).await.unwrap();
        assert_eq!(found.iter().map(HistoryEntry::seq).collect::<Vec<_>>(), wanted);
        let left = found.iter().find_map(|entry| match entry {
            HistoryEntry::Notice { by, is_own, .. } => Some((by.as_str(), *is_own)),
            HistoryEntry::Message(_) => None,
        });
        assert_eq!(left, Some(("ann", false)));
    }
}
