//! Asks, but not somebody who does not answer these days, not too much at a time, and not for long.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sixin_domain::hook::breaker::{Breaker, PAUSE_MS};
use sixin_domain::hook::rule::HookRule;
use sixin_domain::hook::verdict::{HookFailure, Verdict};
use sixin_domain::id::HookId;
use sixin_domain::time::Millis;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::ports::{AskedMessage, HookAsker, Question};
use crate::access::ports::AppKeys;
use crate::ports::{Clock, SecretSource, StoreResult};
use crate::webhooks::signing::key_and_nonce;

/// A question about a message, or a test, ready to be asked.
pub(super) async fn question(
    rule: Arc<HookRule>,
    message: Option<AskedMessage>,
    at: Millis,
    with: (&dyn AppKeys, &dyn SecretSource),
) -> StoreResult<Question> {
    let (key, nonce) = key_and_nonce(rule.app_id.as_deref(), with).await?;
    Ok(Question { rule, key, message, at, nonce })
}

/// [`HookAsker`] behind a breaker, a bound and a deadline for each rule.
pub struct Asking {
    asker: Arc<dyn HookAsker>,
    clock: Arc<dyn Clock>,
    /// As many as there ever were rules.
    gates: Mutex<HashMap<HookId, Arc<Gate>>>,
}

/// What stands before a rule since its last change.
struct Gate {
    generation: i64,
    room: Semaphore,
    breaker: Mutex<Breaker>,
}

impl Gate {
    fn new(rule: &HookRule) -> Self {
        Self {
            generation: rule.generation,
            room: Semaphore::new(rule.max_in_flight),
            breaker: Mutex::default(),
        }
    }

    fn breaker(&self) -> MutexGuard<'_, Breaker> {
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Asking {
    /// Nobody was asked yet.
    pub fn new(asker: Arc<dyn HookAsker>, clock: Arc<dyn Clock>) -> Self {
        Self { asker, clock, gates: Mutex::default() }
    }

    /// Asks, and waits for as long as the rule has it, but not longer than `most_ms`.
    ///
    /// # Errors
    /// See [`HookFailure`].
    pub async fn ask(&self, question: Question, most_ms: i64) -> Result<Verdict, HookFailure> {
        let rule = Arc::clone(&question.rule);
        let gate = self.gate(&rule);
        // First the room, then the breaker: who tries whether somebody answers again does ask.
        let Ok(_room) = gate.room.try_acquire() else { return Err(HookFailure::Full) };
        if !gate.breaker().lets_through(self.clock.steady()) {
            return Err(HookFailure::Open);
        }
        let patience = u64::try_from(rule.deadline_ms.min(most_ms)).unwrap_or(0);
        let asked = timeout(Duration::from_millis(patience), self.asker.ask(question)).await;
        let answer = asked.unwrap_or(Err(HookFailure::TimedOut));
        self.look_at(&rule, &gate, &answer);
        answer
    }

    fn look_at(&self, rule: &HookRule, gate: &Gate, answer: &Result<Verdict, HookFailure>) {
        let mut breaker = gate.breaker();
        let was_open = breaker.is_open();
        match answer {
            Err(why) if why.was_asked() => breaker.failed(self.clock.steady()),
            Err(_) => {}
            Ok(_) => breaker.answered(),
        }
        let is_open = breaker.is_open();
        drop(breaker);
        if is_open != was_open {
            let id = rule.id;
            metrics::gauge!("sixin_hook_open", "hook" => id.to_string()).set(f64::from(u8::from(is_open)));
            match answer {
                Err(why) => tracing::warn!(
                    hook = %id, %why, pause_ms = PAUSE_MS,
                    "a hook has failed too often; one question tries after each pause"
                ),
                Ok(_) => tracing::info!(hook = %id, "a hook answers again"),
            }
        }
    }

    fn gate(&self, rule: &HookRule) -> Arc<Gate> {
        let mut gates = self.gates.lock().unwrap_or_else(PoisonError::into_inner);
        let gate = gates.entry(rule.id).or_insert_with(|| Arc::new(Gate::new(rule)));
        if gate.generation != rule.generation {
            *gate = Arc::new(Gate::new(rule));
        }
        Arc::clone(gate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hooks::ports::MockHookAsker;
    use crate::hooks::testing::rule;
    use crate::ports::MockClock;
    use async_trait::async_trait;

    const ALLOWED: Result<Verdict, HookFailure> = Ok(Verdict::Allow { is_final: false });

    fn clock() -> Arc<MockClock> {
        let mut clock = MockClock::new();
        clock.expect_steady().return_const(Millis(1_000));
        Arc::new(clock)
    }

    fn about(rule: HookRule) -> Question {
        let rule = Arc::new(rule);
        Question { rule, key: None, message: None, at: Millis(0), nonce: "1".into() }
    }

    /// Somebody who never answers.
    struct Silent;

    #[async_trait]
    impl HookAsker for Silent {
        async fn ask(&self, _: Question) -> Result<Verdict, HookFailure> {
            std::future::pending().await
        }
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_waits_longer_than_the_rule_or_the_send_has_it() {
        let asking = Asking::new(Arc::new(Silent), clock());
        for (most_ms, waits_ms) in [(10_000, 1_000), (300, 300), (-5, 0)] {
            let started = tokio::time::Instant::now();
            assert_eq!(asking.ask(about(rule(1)), most_ms).await, Err(HookFailure::TimedOut));
            assert_eq!(started.elapsed().as_millis(), waits_ms);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn no_more_than_the_bound_is_under_way() {
        let asking = Arc::new(Asking::new(Arc::new(Silent), clock()));
        let narrow = HookRule { max_in_flight: 1, ..rule(1) };
        let first = tokio::spawn({
            let (asking, narrow) = (Arc::clone(&asking), narrow.clone());
            async move { asking.ask(about(narrow), 10_000).await }
        });
        tokio::task::yield_now().await;
        assert_eq!(asking.ask(about(narrow.clone()), 10_000).await, Err(HookFailure::Full));
        assert_eq!(first.await.unwrap(), Err(HookFailure::TimedOut));
        assert_eq!(asking.ask(about(narrow), 10_000).await, Err(HookFailure::TimedOut));
    }

    #[tokio::test]
    async fn after_ten_failures_nobody_is_asked_until_the_rule_changes() {
        let mut asker = MockHookAsker::new();
        asker.expect_ask().times(10).returning(|_| Err(HookFailure::Status(500)));
        asker.expect_ask().once().returning(|_| ALLOWED);
        let asking = Asking::new(Arc::new(asker), clock());
        for _ in 0..10 {
            assert_eq!(asking.ask(about(rule(1)), 1_000).await, Err(HookFailure::Status(500)));
        }
        assert_eq!(asking.ask(about(rule(1)), 1_000).await, Err(HookFailure::Open));
        let changed = HookRule { generation: 7, ..rule(1) };
        assert_eq!(asking.ask(about(changed), 1_000).await, ALLOWED);
    }

    #[tokio::test]
    async fn what_was_never_asked_says_nothing_of_who_is_asked() {
        let mut asker = MockHookAsker::new();
        asker.expect_ask().times(40).returning(|_| Err(HookFailure::NoKey));
        let asking = Asking::new(Arc::new(asker), clock());
        for _ in 0..40 {
            assert_eq!(asking.ask(about(rule(1)), 1_000).await, Err(HookFailure::NoKey));
        }
    }
}
