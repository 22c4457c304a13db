use proptest::prelude::*;
use sixin_domain::event::Event;
use sixin_domain::id::{AccountId, UserId};

use super::*;
use crate::delivery::loading::MessageLoader;
use crate::delivery::ports::CommitListener;
use crate::delivery::testing::{FakeLog, NOW, at};

const BOUNDS: PageBounds = PageBounds { entries: 200, bytes: 1024 * 1024 };

async fn streams(log: &Arc<FakeLog>, ring: usize) -> Arc<LiveStreams> {
    let follower = log.follower(ring).await;
    let (loader, work) = MessageLoader::new(log.clone());
    tokio::spawn(async move { work.run().await });
    Arc::new(LiveStreams { follower, loader: Arc::new(loader), has_receipts: true })
}

fn bob() -> StreamOwner {
    StreamOwner { user: UserId(2), account: AccountId(2), membership_end: None }
}

/// Page after page: messages by their ids, changes by their names; and how many pages there were.
async fn all(inbox: &mut Inbox, mut after: Position, bounds: PageBounds) -> (Vec<String>, usize, Position) {
    let (mut seen, mut pages) = (Vec::new(), 0);
    loop {
        let page = inbox.page(bob(), after, NOW, bounds).await.unwrap();
        assert!(page.until >= after && page.events.len() <= bounds.entries);
        seen.extend(page.events.iter().map(|(_, event)| match event {
            LiveEvent::Message(message) => message.message.id.0.to_string(),
            LiveEvent::Changed(event, _) => event.name().to_owned(),
        }));
        (after, pages) = (page.until, pages + 1);
        if page.is_last {
            return (seen, pages, after);
        }
    }
}

#[tokio::test]
async fn whoever_was_away_gets_however_much_there_is_in_order_and_once() {
    let log = FakeLog::new();
    let events = |range: std::ops::Range<i64>| -> Vec<Event> {
        range.map(|id| log.message(id, 1, if id % 5 == 0 { 3 } else { 2 }, "x")).collect()
    };
    log.commit(events(1..6001));
    let streams = streams(&log, 100).await;
    let expected: Vec<String> = (1..6001).filter(|id| id % 5 != 0).map(|id| id.to_string()).collect();
    let mut inbox = Inbox::new(Arc::clone(&streams));
    let (seen, pages, until) = all(&mut inbox, Position::default(), BOUNDS).await;
    assert_eq!(seen, expected);
    assert!(pages <= expected.len() / 200 + 2, "{pages} pages");
    assert_eq!(until, at(6000));
    // What comes meanwhile is next, and whoever begins in the middle goes on from there.
    streams.follower.committed(&log.commit(events(6001..6003)));
    assert_eq!(all(&mut inbox, until, BOUNDS).await.0, ["6001", "6002"]);
    assert_eq!(all(&mut inbox, at(5996), BOUNDS).await.0, ["5997", "5998", "5999", "6001", "6002"]);
}

#[tokio::test]
async fn what_is_older_than_a_week_is_left_to_histories() {
    let log = FakeLog::new();
    log.commit(vec![log.message(1, 1, 2, "x")]);
    let mut inbox = Inbox::new(streams(&log, 10).await);
    let later = NOW.plus(KEPT_MS + 1);
    let page = inbox.page(bob(), Position::default(), later, BOUNDS).await.unwrap();
    assert!(page.events.is_empty() && page.is_last);
}

#[tokio::test]
async fn an_inbox_of_changes_looks_at_no_message() {
    for ring in [0, 10] {
        let log = FakeLog::new();
        log.commit(vec![
            log.message(1, 1, 2, "x"),
            Event::ProfileChanged(UserId(2)),
            log.message(2, 1, 2, "x"),
        ]);
        let streams = streams(&log, ring).await;
        streams
            .follower
            .committed(&log.commit(vec![log.message(3, 1, 2, "x"), Event::UserStateChanged(UserId(2))]));
        let mut inbox = Inbox::of_changes(streams);
        let (seen, _, until) = all(&mut inbox, Position::default(), BOUNDS).await;
        assert_eq!(seen, ["profile_changed", "user_state_changed"], "{ring}");
        assert_eq!(until, at(5));
        assert_eq!(log.reads.load(std::sync::atomic::Ordering::Relaxed), 0);
    }
}

#[tokio::test]
async fn a_position_that_another_process_has_given_is_no_step_back() {
    let log = FakeLog::new();
    let streams = streams(&log, 10).await;
    log.commit(vec![log.message(1, 1, 2, "x")]);
    let mut inbox = Inbox::new(streams);
    let page = inbox.page(bob(), at(5), NOW, BOUNDS).await.unwrap();
    assert_eq!((page.events.len(), page.until, page.is_last), (0, at(5), true));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    /// However large pages and the ring are, and wherever one begins.
    #[test]
    fn pages_are_the_log_of_one_user(
        senders in proptest::collection::vec(1..4_i64, 0..80),
        ring in 0..90_usize,
        entries in 1..30_usize,
        bytes in 1..40_usize,
        begin in 0..80_i64,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let log = FakeLog::new();
            let streams = streams(&log, ring).await;
            let mut expected = Vec::new();
            for (id, sender) in (1..).zip(senders) {
                let to = if sender == 3 { 1 } else { 3 - sender };
                streams.follower.committed(&log.commit(vec![log.message(id, sender, to, "some text")]));
                if (sender == 2 || to == 2) && id > begin {
                    expected.push(id.to_string());
                }
            }
            let mut inbox = Inbox::new(streams);
            let (seen, _, _) = all(&mut inbox, at(begin), PageBounds { entries, bytes }).await;
            assert_eq!(seen, expected);
        });
    }
}
