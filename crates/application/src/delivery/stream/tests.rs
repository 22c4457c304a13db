use proptest::prelude::*;
use sixin_domain::conversation::Seat;
use sixin_domain::conversation::pair::{Pair, Side};
use sixin_domain::event::{ChangedMessage, Tie};
use sixin_domain::id::{ConversationId, MessageId};
use sixin_domain::log::Commit;
use sixin_domain::message::body::Body;
use std::sync::atomic::Ordering;

use super::*;
use crate::delivery::ports::{CommitListener, LiveSignals};
use crate::delivery::testing::{FakeLog, NOW, at};

struct Process {
    log: Arc<FakeLog>,
    follower: Arc<Follower>,
    streams: LiveStreams,
}

async fn process(log: Arc<FakeLog>, ring: usize) -> Process {
    let follower = log.follower(ring).await;
    let (loader, work) = MessageLoader::new(log.clone());
    tokio::spawn(async move { work.run().await });
    let streams =
        LiveStreams { follower: Arc::clone(&follower), loader: Arc::new(loader), has_receipts: true };
    Process { log, follower, streams }
}

impl Process {
    fn commit(&self, events: Vec<Event>) {
        self.follower.committed(&self.log.commit(events));
    }
}

fn of(user: i64) -> StreamOwner {
    StreamOwner { user: UserId(user), account: AccountId(user), membership_end: None }
}

/// Everything there is now: messages by their ids, changes by their names.
async fn all(stream: &mut LiveStream) -> Vec<String> {
    let mut seen = Vec::new();
    while let Some(step) = stream.now().await.unwrap() {
        match step {
            Step::News(news) => {
                assert!(news.items.len() <= CHUNK);
                seen.extend(news.items.iter().map(shown));
            }
            other => seen.push(format!("{other:?}").chars().take_while(|c| c.is_alphabetic()).collect()),
        }
    }
    seen
}

fn shown(item: &LiveItem) -> String {
    match item {
        LiveItem::Logged(_, LiveEvent::Message(message)) => message.message.id.0.to_string(),
        LiveItem::Logged(_, LiveEvent::Changed(event, _)) => event.name().to_owned(),
        LiveItem::Signal(signal) => format!("{signal:?}"),
    }
}

fn changed(id: i64) -> ChangedMessage {
    let pair = Pair::of(UserId(1), UserId(2)).unwrap();
    ChangedMessage { id: MessageId(id), conversation: ConversationId(7), pair }
}

#[tokio::test]
async fn a_stream_without_a_cursor_begins_now_says_so_once_and_waits() {
    let process = process(FakeLog::new(), 100).await;
    process.commit(vec![process.log.message(1, 1, 2, "before")]);
    let mut stream = process.streams.open(of(2), None);
    let Step::News(news) = stream.next().await.unwrap() else { panic!() };
    assert_eq!((news.items.len(), news.has_caught_up, news.cursor.position), (0, true, at(1)));
    assert_eq!(stream.now().await.unwrap(), None);
    let event = process.log.message(2, 1, 2, "after");
    let (step, ()) = tokio::join!(stream.next(), async { process.commit(vec![event]) });
    let Step::News(news) = step.unwrap() else { panic!() };
    assert_eq!((shown(&news.items[0]), news.cursor.position), ("2".to_owned(), at(2)));
}

#[tokio::test]
async fn each_sees_what_is_its_own_and_nothing_that_was_taken_back() {
    let process = process(FakeLog::new(), 100).await;
    let begin = process.follower.head();
    let (one, two, three) = (
        process.log.message(1, 1, 2, "to bob"),
        process.log.message(2, 1, 2, "recalled"),
        process.log.message(3, 1, 2, "not shown to its sender"),
    );
    {
        let mut kept = process.log.kept.lock().unwrap();
        kept.messages[1].is_enabled = false;
        kept.messages[2].sender_visible = false;
    }
    process.commit(vec![one, two, three]);
    // What it was changed to before is not shown any more either.
    let before = [Event::MessageEdited(changed(2)), Event::MessageExpanded(changed(2))];
    process.commit(before.to_vec());
    process.commit(vec![Event::MessageRecalled(changed(2)), Event::MessageEdited(changed(99))]);
    let seat = Seat { conversation: ConversationId(7), owner: UserId(2), other: UserId(1), side: Side::B };
    process.commit(vec![Event::ConversationRead { seat, read_seq: 3 }]);
    let tie = Event::TieSet { tie: Tie::Block, owner: UserId(2), other: UserId(1), is_set: true };
    process.commit(vec![tie]);
    let seen = async |user| all(&mut process.streams.open(of(user), Some(begin.clone()))).await;
    assert_eq!(seen(2).await, ["1", "3", "message_recalled", "conversation_read", "tie_set"]);
    assert_eq!(seen(1).await, ["1", "message_recalled", "conversation_read"]);
    assert_eq!(seen(3).await, Vec::<String>::new());
    let silent = LiveStreams {
        follower: Arc::clone(&process.follower),
        loader: Arc::clone(&process.streams.loader),
        has_receipts: false,
    };
    let without_receipts = all(&mut silent.open(of(1), Some(begin.clone()))).await;
    assert_eq!(without_receipts, ["1", "message_recalled"], "own devices hear of it all the same");
    let former = StreamOwner { membership_end: Some(NOW.plus(1)), ..of(2) };
    let seen_by_former = all(&mut process.streams.open(former, Some(begin))).await;
    assert_eq!(seen_by_former, ["1", "conversation_read", "tie_set"]);
}

#[tokio::test]
async fn what_was_stored_here_a_moment_ago_is_shown_without_a_look_and_a_change_to_it_as_it_is_now() {
    let process = process(FakeLog::new(), 100).await;
    let mut stream = process.streams.open(of(2), Some(process.follower.head()));
    let stored = process.log.message(1, 1, 2, "as it was stored");
    let messages = vec![Arc::new(process.log.kept.lock().unwrap().messages[0].clone())];
    assert!(process.follower.awaits(UserId(2)) && !process.follower.awaits(UserId(1)));
    process.follower.committed(&Commit { messages: messages.clone(), ..process.log.commit(vec![stored]) });
    let Step::News(news) = stream.next().await.unwrap() else { panic!() };
    assert_eq!(shown(&news.items[0]), "1");
    assert_eq!(process.log.reads.load(Ordering::Relaxed), 0);
    // Another process edits it; that is known here before its storing is told.
    process.log.kept.lock().unwrap().messages[0].message.body = Body::Text("as it is".to_owned());
    let edited = process.log.commit(vec![Event::MessageEdited(changed(1))]);
    process.follower.poll().await.unwrap();
    process.follower.committed(&Commit { messages, events: Vec::new(), ..edited });
    let Some(Step::News(news)) = stream.now().await.unwrap() else { panic!() };
    let LiveItem::Logged(_, LiveEvent::Changed(_, Some(message))) = &news.items[0] else { panic!() };
    assert_eq!(message.message.body, Body::Text("as it is".to_owned()));
}

#[tokio::test]
async fn long_contents_come_in_several_chunks() {
    let process = process(FakeLog::new(), 100).await;
    let begin = process.follower.head();
    let long = "x".repeat(CHUNK_BYTES / 2);
    process.commit((1..=5).map(|id| process.log.message(id, 1, 2, &long)).collect());
    let mut stream = process.streams.open(of(2), Some(begin));
    let mut chunks = Vec::new();
    while let Some(Step::News(news)) = stream.now().await.unwrap() {
        chunks.push((news.items.len(), news.cursor.position));
    }
    assert_eq!(chunks, [(2, at(2)), (2, at(4)), (1, at(5)), (0, at(5))]);
}

#[tokio::test]
async fn a_cursor_ahead_of_this_process_is_waited_for_and_one_ahead_of_the_log_is_a_reset() {
    let process = process(FakeLog::new(), 100).await;
    process.log.commit(vec![process.log.message(1, 1, 2, "of another process")]);
    let given = Cursor { epoch: "e1".into(), position: at(1) };
    let mut stream = process.streams.open(of(2), Some(given.clone()));
    assert_eq!(all(&mut stream).await, [""; 0]);
    process.commit(vec![process.log.message(2, 1, 2, "next")]);
    assert_eq!(all(&mut stream).await, ["2"]);
    let future = Cursor { position: at(100), ..given };
    assert_eq!(all(&mut process.streams.open(of(2), Some(future))).await, ["Reset"]);
    let foreign = Cursor { epoch: "other".into(), position: at(1) };
    assert_eq!(all(&mut process.streams.open(of(2), Some(foreign))).await, ["Reset"]);
}

#[tokio::test]
async fn who_is_replaced_or_has_to_be_looked_at_is_told_so_first() {
    let process = process(FakeLog::new(), 100).await;
    let mut streams: Vec<_> = (0..4).map(|_| process.streams.open(of(2), None)).collect();
    assert_eq!(streams[0].next().await.unwrap(), Step::Replaced);
    process.commit(vec![Event::UserStateChanged(UserId(2))]);
    assert_eq!(streams[3].next().await.unwrap(), Step::Check);
    process.follower.signal(&[UserId(2)], &Signal::Typing { from: UserId(1) });
    let Step::News(news) = streams[3].next().await.unwrap() else { panic!() };
    assert_eq!(shown(&news.items[0]), "Typing { from: UserId(1) }");
    drop(streams);
    assert_eq!(process.follower.connections(), 0);
}

/// What a stream needs the store for.
#[tokio::test]
async fn a_thousand_missed_messages_come_in_order_from_the_ring_and_from_the_store() {
    for (ring, looks) in [(5_000, 0), (10, 2)] {
        let process = process(FakeLog::new(), ring).await;
        let begin = process.follower.head();
        for id in 1..=900 {
            process.commit(vec![process.log.message(id, 1, 2, "hi")]);
        }
        let seen = all(&mut process.streams.open(of(2), Some(begin))).await;
        assert_eq!(seen, (1..=900).map(|id| id.to_string()).collect::<Vec<_>>());
        assert_eq!(process.log.looks.load(Ordering::Relaxed), looks);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    /// Random commits, by this process and by another, cuts and rings of any size: what streams that go on from the cursor they
    /// were last given have shown is the log, in order and without a gap.
    #[test]
    fn cut_and_resumed_streams_lack_nothing(
        steps in proptest::collection::vec((0..5_u8, 1..4_usize), 1..40),
        ring in 1..12_usize,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let process = process(FakeLog::new(), ring).await;
            let mut stream = process.streams.open(of(2), None);
            let (mut id, mut shown_ids, mut cursor) = (0, Vec::new(), stream.cursor().clone());
            for (what, count) in steps {
                let mut events = Vec::new();
                for _ in 0..count {
                    id += 1;
                    events.push(process.log.message(id, 1, 2, "hi"));
                }
                match what {
                    0 | 1 => process.commit(events),
                    2 => drop(process.log.commit(events)),
                    3 => {
                        // Cut: what was not confirmed comes again.
                        drop(process.log.commit(events));
                        stream = process.streams.open(of(2), Some(cursor.clone()));
                    }
                    _ => {
                        process.commit(events);
                        process.follower.poll().await.unwrap();
                        while let Some(Step::News(news)) = stream.now().await.unwrap() {
                            shown_ids.extend(news.items.iter().map(shown));
                            cursor = news.cursor;
                        }
                    }
                }
            }
            process.follower.poll().await.unwrap();
            shown_ids.extend(all(&mut stream).await);
            let expected: Vec<_> = (1..=id).map(|id| id.to_string()).collect();
            assert_eq!(shown_ids, expected);
        });
    }
}
