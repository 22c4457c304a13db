//! What became of questions, gathered and written down from time to time: nobody who sends waits for it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::ports::{Decision, HookDecisions};
use crate::ports::StoreResult;
use crate::writing_down::for_ever;

/// So many wait to be written; what comes beyond is lost, and counted.
const MOST_WAITING: usize = 20_000;
/// How many are written at a time.
const AT_ONCE: usize = 200;

/// Decisions that wait to be written.
pub struct DecisionLog {
    store: Arc<dyn HookDecisions>,
    waiting: Mutex<Vec<Decision>>,
}

impl DecisionLog {
    /// None wait yet.
    pub fn new(store: Arc<dyn HookDecisions>) -> Self {
        Self { store, waiting: Mutex::default() }
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<Decision>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has them written soon. Returns at once.
    pub fn note(&self, decisions: Vec<Decision>) {
        let mut waiting = self.waiting();
        let room = MOST_WAITING.saturating_sub(waiting.len());
        let lost = decisions.len().saturating_sub(room);
        waiting.extend(decisions.into_iter().take(room));
        drop(waiting);
        if lost > 0 {
            metrics::counter!("sixin_hook_decisions_lost_total").increment(u64::try_from(lost).unwrap_or(0));
        }
    }

    /// Writes for ever, with such a pause in between.
    pub async fn keep(&self, pause: Duration) {
        for_ever("decisions of hooks", pause, async || self.write().await).await;
    }

    /// Writes what waits. What could not be written waits on.
    ///
    /// # Errors
    /// If the store could not.
    pub async fn write(&self) -> StoreResult<()> {
        let mut all = std::mem::take(&mut *self.waiting());
        while !all.is_empty() {
            let part = AT_ONCE.min(all.len());
            if let Err(error) = self.store.keep(all.get(..part).unwrap_or_default()).await {
                let newer = std::mem::replace(&mut *self.waiting(), all);
                self.note(newer);
                return Err(error);
            }
            all.drain(..part);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hooks::ports::MockHookDecisions;
    use crate::ports::StoreError;
    use sixin_domain::hook::verdict::Outcome;
    use sixin_domain::id::{HookId, UserId};
    use sixin_domain::time::Millis;

    fn decisions(times: std::ops::Range<i64>) -> Vec<Decision> {
        let decision = |at| Decision {
            hook: HookId(1),
            at: Millis(at),
            sender: UserId(1),
            recipient: UserId(2),
            recipients: 1,
            message: None,
            outcome: Outcome::Allowed,
            took_ms: 3,
            reason: String::new(),
        };
        times.map(decision).collect()
    }

    #[tokio::test]
    async fn what_could_not_be_written_is_written_later_and_in_order() {
        let mut store = MockHookDecisions::new();
        store.expect_keep().once().withf(|part| part.len() == 200).returning(|_| Ok(()));
        store.expect_keep().once().returning(|_| Err(StoreError::Unavailable("away".into())));
        let rest = decisions(200..301);
        store.expect_keep().once().withf(move |part| part == rest).returning(|_| Ok(()));
        let log = DecisionLog::new(Arc::new(store));
        log.note(decisions(0..300));
        assert!(log.write().await.is_err());
        log.note(decisions(300..301));
        log.write().await.unwrap();
        log.write().await.unwrap();
    }

    #[tokio::test]
    async fn no_more_wait_than_there_is_room_for() {
        let mut store = MockHookDecisions::new();
        store.expect_keep().times(MOST_WAITING / AT_ONCE).returning(|_| Ok(()));
        let log = DecisionLog::new(Arc::new(store));
        log.note(decisions(0..20_500));
        log.note(decisions(0..1));
        log.write().await.unwrap();
    }
}
