use super::*;
use crate::ports::StoreError;
use crate::sending::ports::MockMessageStore;
use crate::testing::{stored, unit};
use std::sync::mpsc;

const ONE_LANE: Lanes = Lanes { narrow: 1, wide: false };

fn placed(units: &[SendUnit]) -> Vec<Answer> {
    units.iter().map(|unit| Ok(stored(unit))).collect()
}

fn start(log: MockMessageStore, limits: CommitterLimits) -> Arc<Committer> {
    let log: Arc<dyn MessageStore> = Arc::new(log);
    Arc::new(Committer::start(&log, ONE_LANE, limits).unwrap())
}

#[tokio::test]
async fn a_lone_unit_is_committed_at_once_and_answered() {
    let mut log = MockMessageStore::new();
    log.expect_append().once().returning(|units| placed(&units));
    let committer = start(log, CommitterLimits::default());
    assert_eq!(committer.commit(unit(1, &[2])).await.unwrap().placed.len(), 1);
}

/// A log whose first batch waits for a signal, so that others gather behind it. Reports batch sizes.
fn gated() -> (MockMessageStore, mpsc::Sender<()>, mpsc::Receiver<usize>) {
    let (open, gate) = mpsc::channel();
    let (report, sizes) = mpsc::channel();
    let gate = Mutex::new(gate);
    let mut log = MockMessageStore::new();
    log.expect_append().returning(move |units| {
        report.send(units.len()).unwrap();
        gate.lock().unwrap().recv().ok();
        placed(&units)
    });
    (log, open, sizes)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_gathers_during_a_commit_is_the_next_batch() {
    let (log, open, sizes) = gated();
    let committer = start(log, CommitterLimits { batch_units: 3, ..CommitterLimits::default() });
    let commit = |recipient| {
        let committer = Arc::clone(&committer);
        tokio::spawn(async move {
            committer.commit(unit(1, &[recipient])).await.map(|stored| stored.placed.len())
        })
    };
    let first = commit(2);
    assert_eq!(sizes.recv(), Ok(1));
    let others: Vec<_> = (3..8).map(commit).collect();
    while committer.narrow[0].queue().waiting.len() < 5 {
        tokio::task::yield_now().await;
    }
    drop(open);
    assert_eq!(first.await.unwrap().unwrap(), 1);
    for other in others {
        assert_eq!(other.await.unwrap().unwrap(), 1);
    }
    assert_eq!(sizes.try_iter().collect::<Vec<_>>(), [3, 2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_queue_refuses_at_once_and_says_for_how_long_it_has_been_full() {
    let (log, open, sizes) = gated();
    let committer = start(log, CommitterLimits { queue_units: 1, ..CommitterLimits::default() });
    let spawn = |recipient| {
        let committer = Arc::clone(&committer);
        tokio::spawn(async move { committer.commit(unit(1, &[recipient])).await })
    };
    let first = spawn(2);
    sizes.recv().unwrap();
    let second = spawn(3);
    while committer.narrow[0].queue().waiting.is_empty() {
        tokio::task::yield_now().await;
    }
    assert!(committer.full_for().is_none());
    assert!(matches!(committer.commit(unit(1, &[4])).await, Err(CommitError::QueueFull)));
    assert!(committer.full_for().is_some());
    drop(open);
    assert!(first.await.unwrap().is_ok() && second.await.unwrap().is_ok());
    assert!(committer.full_for().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_fill_a_queue_too() {
    let (log, open, sizes) = gated();
    let weight = unit(1, &[2]).weight();
    let committer = start(log, CommitterLimits { queue_bytes: weight, ..CommitterLimits::default() });
    let spawn = |recipient| {
        let committer = Arc::clone(&committer);
        tokio::spawn(async move { committer.commit(unit(1, &[recipient])).await })
    };
    let first = spawn(2);
    sizes.recv().unwrap();
    let second = spawn(3);
    while committer.narrow[0].queue().waiting.is_empty() {
        tokio::task::yield_now().await;
    }
    assert!(matches!(committer.commit(unit(1, &[4])).await, Err(CommitError::QueueFull)));
    drop(open);
    assert!(first.await.unwrap().is_ok() && second.await.unwrap().is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn draining_answers_what_was_accepted_and_refuses_the_rest() {
    let (log, open, sizes) = gated();
    let committer = start(log, CommitterLimits::default());
    let accepted = {
        let committer = Arc::clone(&committer);
        tokio::spawn(async move { committer.commit(unit(1, &[2])).await })
    };
    sizes.recv().unwrap();
    drop(open);
    let drained = Arc::clone(&committer);
    tokio::task::spawn_blocking(move || drained.drain()).await.unwrap();
    assert!(accepted.await.unwrap().is_ok());
    assert!(matches!(committer.commit(unit(1, &[2])).await, Err(CommitError::Closed)));
}

#[tokio::test]
async fn a_caller_without_an_answer_is_not_kept_waiting_for_ever() {
    let (log, open, _sizes) = gated();
    let patience = Duration::from_millis(20);
    let committer = start(log, CommitterLimits { patience, ..CommitterLimits::default() });
    assert!(matches!(committer.commit(unit(1, &[2])).await, Err(CommitError::TimedOut)));
    drop(open);
}

/// What a log may do wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Wrong {
    Panics,
    Fails,
    /// Leaves units without an answer.
    Forgets,
}

/// Does wrong on one of its calls. (A mock can't panic: its lock would be poisoned.)
struct WrongOnce {
    what: Wrong,
    at: usize,
    calls: std::sync::atomic::AtomicUsize,
}

impl MessageStore for WrongOnce {
    fn append(&self, units: Vec<SendUnit>) -> Vec<Answer> {
        let is_wrong = self.calls.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == self.at;
        match self.what {
            _ if !is_wrong => placed(&units),
            Wrong::Panics => panic!("this batch breaks"),
            Wrong::Fails => units.iter().map(|_| Err(StoreError::Fault("broken".into()).into())).collect(),
            Wrong::Forgets => Vec::new(),
        }
    }
}

#[tokio::test]
async fn whatever_a_log_does_on_whichever_call_every_waiter_is_answered_and_the_writer_goes_on() {
    for what in [Wrong::Panics, Wrong::Fails, Wrong::Forgets] {
        for at in 0..3 {
            let log: Arc<dyn MessageStore> = Arc::new(WrongOnce { what, at, calls: 0.into() });
            let patience = Duration::from_secs(3600);
            let limits = CommitterLimits { batch_units: 4, patience, ..CommitterLimits::default() };
            let committer = Arc::new(Committer::start(&log, ONE_LANE, limits).unwrap());
            for _ in 0..5 {
                let waiters: Vec<_> = (2..10)
                    .map(|recipient| {
                        let committer = Arc::clone(&committer);
                        tokio::spawn(async move { committer.commit(unit(1, &[recipient])).await })
                    })
                    .collect();
                for waiter in waiters {
                    let answer = tokio::time::timeout(Duration::from_secs(60), waiter).await;
                    match (what, answer.unwrap().unwrap()) {
                        (_, Ok(_)) | (Wrong::Fails, Err(CommitError::Append(_))) => {}
                        // Whether it is stored is not known, and nobody waits for an hour to hear that.
                        (Wrong::Panics | Wrong::Forgets, Err(CommitError::TimedOut)) => {}
                        (_, Err(error)) => panic!("{what:?} at {at}: {error}"),
                    }
                }
            }
            assert!(committer.commit(unit(1, &[2])).await.is_ok(), "{what:?} at {at}");
        }
    }
}

#[tokio::test]
async fn each_unit_gets_its_own_answer() {
    let mut log = MockMessageStore::new();
    log.expect_append()
        .returning(|units| units.iter().map(|_| Err(StoreError::Fault("broken".into()).into())).collect());
    let committer = start(log, CommitterLimits::default());
    assert!(matches!(committer.commit(unit(1, &[2])).await, Err(CommitError::Append(_))));
}

#[test]
fn both_directions_of_a_pair_take_the_same_lane_and_wide_units_their_own() {
    let log: Arc<dyn MessageStore> = Arc::new(MockMessageStore::new());
    let lanes = Lanes { narrow: 4, wide: true };
    let committer = Committer::start(&log, lanes, CommitterLimits::default()).unwrap();
    let lane = |unit: SendUnit| Arc::as_ptr(committer.lane_of(&unit).unwrap());
    assert_eq!(lane(unit(1, &[2])), lane(unit(2, &[1])));
    assert_eq!(lane(unit(1, &[2, 3])), Arc::as_ptr(committer.wide.as_ref().unwrap()));
}
