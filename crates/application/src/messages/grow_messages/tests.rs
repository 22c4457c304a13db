use super::*;
use crate::messages::ports::{MockGrowingMessages, MockMessageChanges, PublishedMessage};
use crate::ports::MockClock;
use crate::site::ports::{MockBlockWordSource, MockSettingSource};
use crate::testing::{name, three_users};
use sixin_domain::id::UserId;
use sixin_domain::message::body::Body;
use sixin_domain::message::object_name::ObjectName;
use sixin_domain::sending::limits::Limits;
use sixin_domain::site::block_words::{BlockWord, BlockWordFilter, WordMode};
use sixin_domain::site::settings::Settings;

const NOW: Millis = Millis(1000);
const SENT: Millis = Millis(500);

fn growing(text: &str) -> Growing {
    let content = format!(r#"{{"content":"{text}","complete":false,"seq":1}}"#);
    let untold = String::new();
    Growing { content, seq: 1, untold, grown_at: SENT, told_at: SENT, is_over: false }
}

/// Over message 9, which ann sent to bob.
fn use_case(
    (type_name, is_recalled): (&'static str, bool),
    mut store: MockGrowingMessages,
    settings: &[(&str, &str)],
) -> MessageGrowing {
    let mut messages = MockMessageChanges::new();
    messages.expect_find().returning(move |id| {
        let object_name = ObjectName::new(type_name).unwrap();
        let body = Body::Typed { object_name, content: "{}".into(), text: None };
        let (sender, recipient) = (UserId(1), UserId(2));
        let message =
            PublishedMessage { sender, recipient, body, is_recalled, delivery: None, sent_at: SENT };
        Ok((id.0 == 9).then_some(message))
    });
    store.expect_so_far().returning(|_| Ok(Some(growing("a"))));
    let rows = settings.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    let known = Arc::new(Settings::new(rows));
    let mut settings = MockSettingSource::new();
    settings.expect_settings().returning(move || Ok(Arc::clone(&known)));
    let mut words = MockBlockWordSource::new();
    words.expect_filter().returning(|| {
        let word = |word: &str, mode| BlockWord { word: word.into(), mode, is_whole: false };
        let words = [word("ab", WordMode::Replace(Some("**".into()))), word("ac", WordMode::Refuse)];
        Ok(Arc::new(BlockWordFilter::new(words)))
    });
    let mut clock = MockClock::new();
    clock.expect_now().return_const(NOW);
    MessageGrowing {
        users: Arc::new(three_users()),
        messages: Arc::new(messages),
        growing: Arc::new(store),
        texts: Arc::new(BackEndTexts {
            settings: Arc::new(settings),
            block_words: Arc::new(words),
            limits: Limits::default(),
        }),
        clock: Arc::new(clock),
        untold: Arc::default(),
    }
}

const GROWS: (&str, bool) = (STREAM, false);
const WORDS: &[(&str, &str)] = &[("publish_block_words", "true")];

fn message(by: &str, with: &str, id: i64) -> MessageRef {
    MessageRef { by: name(by), with: name(with), name: MessageName::Uid(MessageId(id)) }
}

fn piece(text: &str) -> Piece {
    Piece { seq: 2, said: Said::More(text.into()), ends: None }
}

/// A store that is asked to add this once, and answers so.
fn adding(wanted: Piece, answer: Result<bool, GrowthRefusal>) -> MockGrowingMessages {
    let mut store = MockGrowingMessages::new();
    store
        .expect_add()
        .once()
        .withf(move |id, piece, at, most| (id.0, *at, *most) == (9, NOW, 131_072) && *piece == wanted)
        .returning(move |_, _, _, _| Ok(answer));
    store
}

#[tokio::test]
async fn a_writer_adds_to_its_own_message_and_whoever_tells_is_woken_for_what_waits() {
    for waits in [true, false] {
        let use_case = use_case(GROWS, adding(piece("b"), Ok(waits)), &[]);
        let grown = use_case.add(&message("ann", "bob", 9), piece("b")).await.unwrap();
        assert_eq!(grown, GrownMessage { id: MessageId(9), sent_at: SENT });
        let woken = tokio::time::timeout(Duration::from_millis(5), use_case.untold.notified()).await;
        assert_eq!(woken.is_ok(), waits);
    }
}

#[tokio::test]
async fn what_may_not_grow_stays() {
    let refused = async |kind, by: &str, with: &str, id| {
        let use_case = use_case(kind, MockGrowingMessages::new(), &[]);
        use_case.add(&message(by, with, id), piece("b")).await.unwrap_err()
    };
    let of = |error| match error {
        GrowError::Message(error) => error,
        other => panic!("{other:?}"),
    };
    assert!(matches!(of(refused(GROWS, "ann", "bob", 8).await), ChangeError::MessageUnknown));
    assert!(matches!(of(refused(GROWS, "bob", "ann", 9).await), ChangeError::NotOwn));
    assert!(matches!(of(refused(GROWS, "ann", "cid", 9).await), ChangeError::Elsewhere));
    let recalled = refused((STREAM, true), "ann", "bob", 9).await;
    assert!(matches!(recalled, GrowError::Refused(GrowthRefusal::Recalled)));
    assert!(matches!(refused(("My:Type", false), "ann", "bob", 9).await, GrowError::NotGrowing));
    let store = adding(piece("b"), Err(GrowthRefusal::Gap(3)));
    let gap = use_case(GROWS, store, &[]).add(&message("ann", "bob", 9), piece("b")).await;
    assert!(matches!(gap, Err(GrowError::Refused(GrowthRefusal::Gap(3)))));
}

#[tokio::test]
async fn a_word_is_found_that_comes_in_two_pieces_where_the_site_wants_that() {
    let all = Piece { said: Said::All("**".into()), ..piece("") };
    let replaced = use_case(GROWS, adding(all, Ok(false)), WORDS);
    replaced.add(&message("ann", "bob", 9), piece("b")).await.unwrap();
    let unchanged = use_case(GROWS, adding(piece("x"), Ok(false)), WORDS);
    unchanged.add(&message("ann", "bob", 9), piece("x")).await.unwrap();
    let refused = use_case(GROWS, MockGrowingMessages::new(), WORDS);
    let refused = refused.add(&message("ann", "bob", 9), piece("c")).await;
    assert!(matches!(refused, Err(GrowError::Message(ChangeError::Refused(Refusal::ForbiddenWord)))));
}

#[tokio::test]
async fn what_is_due_is_told_with_the_patience_of_the_site() {
    let mut store = MockGrowingMessages::new();
    store
        .expect_due()
        .once()
        .withf(|now, patience, _| (*now, *patience) == (NOW, 7_000))
        .returning(|_, _, _| Ok(vec![MessageId(9), MessageId(10)]));
    store.expect_settle().times(2).withf(|_, _, patience| *patience == 7_000).returning(|_, _, _| Ok(()));
    store.expect_waits().returning(|| Ok(true));
    let over = use_case(GROWS, store, &[("publish_stream_timeout", "7")]);
    let settings = Arc::clone(&over.texts.settings);
    let telling =
        GrowthTelling { growing: over.growing, settings, clock: over.clock, untold: Arc::default() };
    assert!(telling.settle().await.unwrap());
}
