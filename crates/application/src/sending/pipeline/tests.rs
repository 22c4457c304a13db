use super::*;
use crate::hooks::ports::{MockHookAsker, MockHookDecisions};
use crate::hooks::testing::{before_send, nobody_objects, rule};
use crate::ports::MockClock;
use crate::sending::committer::{CommitterLimits, Lanes};
use crate::sending::ports::{MessageStore, MockIdempotencyKeys, MockMessageStore};
use crate::sending::rate::CountedWhat;
use crate::testing::{ids, key, stored, unit};
use sixin_domain::hook::replacement::Replacement;
use sixin_domain::hook::rule::{HookRule, OnFailure};
use sixin_domain::hook::verdict::{HookFailure, Verdict};
use sixin_domain::id::ID_EPOCH;
use sixin_domain::sending::rate::Rate;

fn pipeline(log: MockMessageStore, ids: LeasedIds) -> Pipeline {
    let mut clock = MockClock::new();
    clock.expect_now().return_const(ID_EPOCH);
    clock.expect_steady().return_const(ID_EPOCH);
    let log: Arc<dyn MessageStore> = Arc::new(log);
    let lanes = Lanes { narrow: 1, wide: false };
    Pipeline {
        ids: Arc::new(ids),
        rate: Arc::new(SendRate::new(Rate { sends: 1, window_ms: 1000 }, CountedWhat::Sends, None)),
        before_send: Arc::new(nobody_objects()),
        committer: Arc::new(Committer::start(&log, lanes, CommitterLimits::default()).unwrap()),
        keys: Arc::new(MockIdempotencyKeys::new()),
        clock: Arc::new(clock),
    }
}

fn draft(recipients: &[i64]) -> Draft {
    Draft {
        origin: Origin::Fresns,
        envelope: unit(1, &[2]).envelope,
        recipients: recipients.iter().map(|&user| UserId(user).into()).collect(),
        attachment: None,
        nonce: None,
        idempotency: None,
        own_rate: None,
    }
}

#[tokio::test]
async fn every_message_and_every_possible_conversation_gets_an_id_of_its_own() {
    let mut log = MockMessageStore::new();
    log.expect_append().returning(|units| {
        let unit = &units[0];
        let mut ids: Vec<_> = unit.messages.iter().flat_map(|m| [m.id.0, m.conversation_if_new.0]).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), 6);
        units.iter().map(|unit| Ok(stored(unit))).collect()
    });
    let delivered = pipeline(log, ids()).send(draft(&[2, 3, 4])).await.unwrap();
    assert_eq!(
        delivered.stored.placed.iter().map(|placed| placed.recipient.0).collect::<Vec<_>>(),
        [2, 3, 4]
    );
}

#[tokio::test]
async fn a_call_counts_once_whatever_its_recipients_and_the_next_is_too_fast() {
    let mut log = MockMessageStore::new();
    log.expect_append().once().returning(|units| units.iter().map(|unit| Ok(stored(unit))).collect());
    let pipeline = pipeline(log, ids());
    assert!(pipeline.send(draft(&[2, 3])).await.is_ok());
    assert!(matches!(
        pipeline.send(draft(&[2])).await,
        Err(SendError::Refused(Refusal::TooFast { retry_after_ms: 1000 }))
    ));
}

#[tokio::test]
async fn a_send_that_was_not_stored_does_not_count() {
    let mut log = MockMessageStore::new();
    log.expect_append()
        .times(2)
        .returning(|units| units.iter().map(|_| Err(StoreError::Fault("broken".into()).into())).collect());
    let pipeline = pipeline(log, ids());
    for _ in 0..2 {
        assert!(matches!(pipeline.send(draft(&[2])).await, Err(SendError::Store(_))));
    }
}

#[tokio::test]
async fn a_repeat_does_not_count() {
    let mut log = MockMessageStore::new();
    log.expect_append().times(3).returning(|units| {
        let answer = |unit: &SendUnit| Stored { replayed: unit.idempotency.is_some(), ..stored(unit) };
        units.iter().map(|unit| Ok(answer(unit))).collect()
    });
    let pipeline = pipeline(log, ids());
    for _ in 0..2 {
        let repeat = Draft { idempotency: Some(key("k")), ..draft(&[2]) };
        assert!(pipeline.send(repeat).await.unwrap().stored.replayed);
    }
    assert!(!pipeline.send(draft(&[2])).await.unwrap().stored.replayed);
    assert!(matches!(pipeline.send(draft(&[2])).await, Err(SendError::Refused(_))));
}

/// One that asks rule 1, which answers so each time.
fn asking(answer: Result<Verdict, HookFailure>, log: MockMessageStore) -> Pipeline {
    let mut asker = MockHookAsker::new();
    asker.expect_ask().returning(move |_| answer.clone());
    let rule = HookRule { on_failure: OnFailure::Refuse, ..rule(1) };
    let before_send = Arc::new(before_send(vec![rule], asker, MockHookDecisions::new()));
    Pipeline { before_send, ..pipeline(log, ids()) }
}

#[tokio::test]
async fn what_is_denied_counts_and_what_nobody_could_be_asked_about_does_not() {
    let denied = asking(Ok(Verdict::Deny { reason: None }), MockMessageStore::new());
    assert!(matches!(denied.send(draft(&[2])).await, Err(SendError::Denied(None))));
    assert!(matches!(denied.send(draft(&[2])).await, Err(SendError::Refused(Refusal::TooFast { .. }))));
    let unjudged = asking(Err(HookFailure::TimedOut), MockMessageStore::new());
    for _ in 0..2 {
        assert!(matches!(unjudged.send(draft(&[2])).await, Err(SendError::Unjudged)));
    }
}

#[tokio::test]
async fn what_was_put_instead_is_stored_and_handed_back() {
    let text = |text: &str| Body::Text(text.into());
    let mut log = MockMessageStore::new();
    log.expect_append().once().returning(move |units| {
        assert_eq!(units[0].envelope.body, Body::Text("other".into()));
        units.iter().map(|unit| Ok(stored(unit))).collect()
    });
    let with = Box::new(Replacement { text: Some("other".into()), ..Replacement::default() });
    let accepted = asking(Ok(Verdict::Replace { with, is_final: false }), log).send(draft(&[2])).await;
    assert_eq!(accepted.unwrap().replaced, Some(text("other")));
}

#[tokio::test]
async fn a_repeat_is_answered_before_anybody_is_asked_and_only_looked_for_where_somebody_is() {
    let keyed = || Draft { idempotency: Some(key("k")), ..draft(&[2]) };
    let mut keys = MockIdempotencyKeys::new();
    keys.expect_find().once().returning(|_| Ok(Some(Vec::new())));
    let denied = asking(Ok(Verdict::Deny { reason: None }), MockMessageStore::new());
    let repeats = Pipeline { keys: Arc::new(keys), ..denied };
    assert!(repeats.send(keyed()).await.unwrap().stored.replayed);
    let mut log = MockMessageStore::new();
    log.expect_append().once().returning(|units| units.iter().map(|unit| Ok(stored(unit))).collect());
    assert!(pipeline(log, ids()).send(keyed()).await.is_ok(), "no key was looked for");
}

#[tokio::test(start_paused = true)]
async fn without_a_process_number_nothing_is_sent_and_nothing_counts() {
    let pipeline = pipeline(MockMessageStore::new(), LeasedIds::default());
    for _ in 0..2 {
        assert!(matches!(pipeline.send(draft(&[2])).await, Err(SendError::Busy(_))));
    }
}
