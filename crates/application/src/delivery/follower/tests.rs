use std::sync::OnceLock;
use std::sync::atomic::Ordering;

use sixin_domain::event::Tie;
use sixin_domain::id::AccountId;

use super::*;
use crate::delivery::testing::{FakeLog, at, ids};

const BOB: UserId = UserId(2);

fn found(follower: &Follower, after: &Cursor) -> Vec<i64> {
    match follower.find(BOB, after) {
        Found::Entries(entries, until) => {
            assert_eq!(until, follower.head().position);
            ids(&entries)
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn commits_of_this_process_that_follow_each_other_are_known_without_a_query() {
    let log = FakeLog::new();
    let follower = log.follower(100).await;
    let begin = follower.head();
    for id in 1..=3 {
        follower.committed(&log.commit(vec![log.message(id, 1, 2, "hi")]));
    }
    assert_eq!(found(&follower, &begin), [1, 2, 3]);
    follower.poll().await.unwrap();
    assert_eq!(log.pages.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn commits_of_this_process_that_overtake_each_other_wait_and_are_not_read() {
    let log = FakeLog::new();
    let follower = log.follower(100).await;
    let begin = follower.head();
    let commits: Vec<_> = (1..=4).map(|id| log.commit(vec![log.message(id, 1, 2, "hi")])).collect();
    for told in [1, 3, 2] {
        follower.committed(&commits[told]);
        assert_eq!(found(&follower, &begin), Vec::<i64>::new());
    }
    follower.committed(&commits[0]);
    assert_eq!(found(&follower, &begin), [1, 2, 3, 4]);
    follower.poll().await.unwrap();
    assert_eq!(log.pages.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn what_waits_for_a_commit_of_others_is_taken_when_that_was_read() {
    let log = FakeLog::new();
    let follower = log.follower(1_000).await;
    let begin = follower.head();
    log.commit(vec![log.message(1, 3, 2, "of another process")]);
    let most = i64::try_from(MOST_HELD).unwrap();
    let own: Vec<_> = (2..most + 10).map(|id| log.commit(vec![log.message(id, 1, 2, "own")])).collect();
    own.iter().for_each(|commit| follower.committed(commit));
    assert_eq!(follower.state().held.len(), MOST_HELD, "no more than there is room for");
    follower.poll().await.unwrap();
    assert_eq!(found(&follower, &begin), (1..most + 10).collect::<Vec<_>>());
    assert!(follower.state().held.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_commit_that_was_only_overtaken_is_not_polled_for() {
    let log = FakeLog::new();
    let follower = log.follower(100).await;
    follower.add(BOB, AccountId(1));
    let task = tokio::spawn({
        let follower = Arc::clone(&follower);
        async move { follower.follow().await }
    });
    tokio::time::sleep(BUSY / 2).await;
    let commits: Vec<_> = (1..=2).map(|id| log.commit(vec![log.message(id, 1, 2, "hi")])).collect();
    follower.committed(&commits[1]);
    tokio::task::yield_now().await;
    follower.committed(&commits[0]);
    tokio::time::sleep(BUSY / 4).await;
    assert_eq!(log.pages.load(Ordering::Relaxed), 0);
    // One that nobody tells of is.
    log.commit(vec![log.message(3, 3, 2, "of another process")]);
    follower.committed(&log.commit(vec![log.message(4, 1, 2, "own")]));
    tokio::time::sleep(OVERTAKEN * 2).await;
    assert_eq!(log.pages.load(Ordering::Relaxed), 1);
    task.abort();
}

#[tokio::test]
async fn what_others_commit_between_is_read_and_nothing_comes_twice() {
    let log = FakeLog::new();
    let follower = log.follower(100).await;
    let begin = follower.head();
    follower.committed(&log.commit(vec![log.message(1, 1, 2, "own")]));
    log.commit(vec![log.message(2, 3, 2, "of another process")]);
    follower.committed(&log.commit(vec![log.message(3, 1, 2, "own")]));
    assert_eq!(found(&follower, &begin), [1], "there is a gap before the third");
    follower.poll().await.unwrap();
    assert_eq!(found(&follower, &begin), [1, 2, 3]);
    // Told late, after a poll has seen it.
    let late = log.commit(vec![log.message(4, 1, 2, "own")]);
    follower.poll().await.unwrap();
    follower.committed(&late);
    assert_eq!(found(&follower, &begin), [1, 2, 3, 4]);
}

#[tokio::test]
async fn what_has_left_the_ring_has_to_be_looked_up_and_what_is_too_old_or_of_another_epoch_is_a_reset() {
    let log = FakeLog::new();
    let follower = log.follower(2).await;
    let begin = follower.head();
    for id in 1..=3 {
        follower.committed(&log.commit(vec![log.message(id, 1, 2, "hi")]));
    }
    assert_eq!(follower.find(BOB, &begin), Found::Older(at(3)));
    let day = 24 * 60 * 60 * 1_000_000;
    let aged = |days: i64| Cursor { position: at(-days * day), ..begin.clone() };
    assert_eq!(follower.find(BOB, &aged(29)), Found::Older(at(3)));
    assert_eq!(follower.find(BOB, &aged(31)), Found::Reset(follower.head()));
    let foreign = Cursor { epoch: "e2".into(), ..begin.clone() };
    assert_eq!(follower.find(BOB, &foreign), Found::Reset(follower.head()));
    let ahead = Cursor { position: at(4), ..begin.clone() };
    assert_eq!(follower.find(BOB, &ahead), Found::Ahead);
    // A restored backup is another history.
    log.kept.lock().unwrap().epoch = "e2".into();
    follower.poll().await.unwrap();
    assert_eq!(follower.find(BOB, &begin), Found::Reset(follower.head()));
    assert_eq!(found(&follower, &follower.head()), Vec::<i64>::new());
}

#[tokio::test]
async fn who_loses_its_session_is_looked_at_and_nobody_else() {
    let log = FakeLog::new();
    let follower = log.follower(10).await;
    let (_, bob) = follower.add(BOB, AccountId(20));
    let (_, carol) = follower.add(UserId(3), AccountId(30));
    for (event, is_bobs) in [
        (Event::UserStateChanged(BOB), true),
        (Event::DeviceTokensExpired { user: BOB, before: Default::default() }, true),
        (Event::SessionsEnded { account: Some(AccountId(20)), user: None, platform: None }, true),
        (Event::SessionsEnded { account: None, user: Some(BOB), platform: None }, true),
        (Event::ProfileChanged(BOB), false),
    ] {
        follower.committed(&log.commit(vec![event.clone()]));
        assert_eq!((bob.must_check(), carol.must_check()), (is_bobs, false), "{event:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn it_polls_by_itself_and_goes_on_after_a_failure() {
    let log = FakeLog::new();
    let follower = log.follower(10).await;
    let begin = follower.head();
    let task = tokio::spawn({
        let follower = Arc::clone(&follower);
        async move { follower.follow().await }
    });
    log.commit(vec![log.message(1, 1, 2, "of another process")]);
    tokio::time::sleep(IDLE + BUSY).await;
    assert_eq!(found(&follower, &begin), [1]);
    let (number, waker) = follower.add(BOB, AccountId(1));
    log.commit(vec![log.message(2, 1, 2, "of another process")]);
    tokio::time::timeout(BUSY * 2, waker.news.notified()).await.unwrap();
    assert_eq!(found(&follower, &begin), [1, 2]);
    follower.remove(BOB, number);
    assert_eq!(follower.connections(), 0);
    task.abort();
}

/// Notes what is forgotten, and whether somebody was told before that.
#[derive(Default)]
struct Noting {
    told: OnceLock<Arc<Waker>>,
    forgotten: Mutex<Vec<(Topic, bool)>>,
}

impl Noting {
    fn is_told(&self) -> bool {
        std::pin::pin!(self.told.get().unwrap().news.notified()).enable()
    }
}

impl Remembered for Noting {
    fn forget(&self, topic: Topic) {
        let is_told = self.is_told();
        self.forgotten.lock().unwrap().push((topic, is_told));
    }
}

#[tokio::test]
async fn what_changed_is_forgotten_before_anybody_is_told_who_might_ask_what_is_there_now() {
    let (log, memory) = (FakeLog::new(), Arc::new(Noting::default()));
    let follower = log.follower_with(10, memory.clone()).await;
    let (_, bob) = follower.add(BOB, AccountId(20));
    assert!(memory.told.set(bob).is_ok());
    let tie = Event::TieSet { tie: Tie::Block, owner: BOB, other: UserId(3), is_set: true };
    let ended = Event::SessionsEnded { account: None, user: Some(BOB), platform: None };
    let changes = [
        (Event::ProfileChanged(BOB), Topic::Users),
        (Event::UserStateChanged(BOB), Topic::Users),
        (tie, Topic::Relations),
        (ended, Topic::Sessions),
    ];
    for (event, topic) in changes {
        for is_of_another_process in [true, false] {
            let commit = log.commit(vec![event.clone()]);
            if is_of_another_process {
                follower.poll().await.unwrap();
            } else {
                follower.committed(&commit);
            }
            assert_eq!(std::mem::take(&mut *memory.forgotten.lock().unwrap()), [(topic, false)], "{event:?}");
            assert!(memory.is_told(), "{event:?}");
        }
    }
    // A restored backup is another site, and a message changes nothing of what is kept.
    follower.committed(&log.commit(vec![log.message(1, 1, 2, "hi")]));
    assert_eq!(*memory.forgotten.lock().unwrap(), []);
    log.kept.lock().unwrap().epoch = "e2".into();
    follower.poll().await.unwrap();
    let forgotten: Vec<Topic> = memory.forgotten.lock().unwrap().iter().map(|(topic, _)| *topic).collect();
    assert_eq!(forgotten, Topic::ALL);
}
