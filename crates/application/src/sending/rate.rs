//! The rate limit across both dialects: kept in memory, and where processes count together, for all of them
//! (docs/design.md#rate).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use sixin_domain::id::{AppKeyId, UserId};
use sixin_domain::sending::rate::{OwnRate, Rate, SendLog};
use sixin_domain::sending::refusal::Refusal;
use sixin_domain::time::Millis;

/// The table is swept of idle users each time it has grown by this many, so it stays as small as its users are few.
const SWEEP_EVERY: usize = 4096;

/// A user, and through which app key it sends, if that has a rate of its own: what is sent through such a key is counted
/// apart and uses up nothing of what the user may send otherwise.
type Sender = (UserId, Option<AppKeyId>);

/// Whose sends are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// What is sent.
    pub what: CountedWhat,
    /// By whom.
    pub sender: UserId,
    /// Through which app key, if it has a rate of its own.
    pub own: Option<AppKeyId>,
}

/// What is counted apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CountedWhat {
    /// Sends.
    Sends,
    /// Files that are uploaded.
    Uploads,
}

/// Counts over all processes of a site. Each of them counts its own besides, so that nobody is free where this can't be asked.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait SharedRates: Send + Sync {
    /// Enters a send: the mark by which it can be withdrawn, or the milliseconds until one is accepted. `None` if that can't be
    /// said; MUST answer within a moment.
    async fn enter(&self, counted: Counted, rate: Rate) -> Option<Result<String, i64>>;

    /// Takes back what was entered under that mark.
    fn withdraw(&self, counted: Counted, mark: String);
}

/// A send that was entered.
#[derive(Debug, PartialEq, Eq)]
pub struct Entered {
    sender: Sender,
    at: Millis,
    mark: Option<String>,
}

/// Counts accepted sends per sending user.
pub struct SendRate {
    rate: Rate,
    what: CountedWhat,
    logs: Mutex<Table>,
    shared: Option<Arc<dyn SharedRates>>,
}

#[derive(Debug, Default)]
struct Table {
    by_sender: HashMap<Sender, SendLog>,
    sweep_at: usize,
}

impl SendRate {
    /// Counts against that rate, and against what other processes have counted where they do so together.
    #[must_use]
    pub fn new(rate: Rate, what: CountedWhat, shared: Option<Arc<dyn SharedRates>>) -> Self {
        let table = Table { by_sender: HashMap::new(), sweep_at: SWEEP_EVERY };
        Self { rate, what, logs: Mutex::new(table), shared }
    }

    /// Enters a send. Withdraw it if it is not accepted after all.
    ///
    /// # Errors
    /// [`Refusal::TooFast`].
    pub async fn enter(&self, sender: UserId, own: Option<OwnRate>, now: Millis) -> Result<Entered, Refusal> {
        let sender = (sender, own.map(|own| own.key));
        let rate = own.map_or(Some(self.rate), OwnRate::rate);
        let mut entered = Entered { sender, at: now, mark: None };
        let Some(rate) = rate else { return Ok(entered) };
        self.enter_here(sender, rate, now)?;
        if let Some(shared) = &self.shared {
            match shared.enter(self.counted(sender), rate).await {
                Some(Ok(mark)) => entered.mark = Some(mark),
                Some(Err(retry_after_ms)) => {
                    self.withdraw(entered);
                    return Err(Refusal::TooFast { retry_after_ms });
                }
                None => {}
            }
        }
        Ok(entered)
    }

    fn enter_here(&self, sender: Sender, rate: Rate, now: Millis) -> Result<(), Refusal> {
        let mut table = self.table();
        if table.by_sender.len() >= table.sweep_at {
            let longest = Rate { window_ms: self.rate.window_ms.max(rate.window_ms), ..self.rate };
            table.by_sender.retain(|_, log| !log.is_idle(now, longest));
            table.sweep_at = table.by_sender.len() + SWEEP_EVERY;
        }
        let log = table.by_sender.entry(sender).or_default();
        log.enter(now, rate).map_err(|retry_after_ms| Refusal::TooFast { retry_after_ms })
    }

    /// Takes back what was entered.
    pub fn withdraw(&self, entered: Entered) {
        let Entered { sender, at, mark } = entered;
        if let Some(log) = self.table().by_sender.get_mut(&sender) {
            log.withdraw(at);
        }
        if let Some((shared, mark)) = self.shared.as_ref().zip(mark) {
            shared.withdraw(self.counted(sender), mark);
        }
    }

    fn counted(&self, (sender, own): Sender) -> Counted {
        Counted { what: self.what, sender, own }
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.logs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate_of(sends: usize, window_ms: i64) -> SendRate {
        SendRate::new(Rate { sends, window_ms }, CountedWhat::Sends, None)
    }

    const TOO_FAST: fn(i64) -> Refusal = |retry_after_ms| Refusal::TooFast { retry_after_ms };

    #[tokio::test]
    async fn users_do_not_use_up_each_others_sends() {
        let rate = rate_of(1, 1000);
        let first = rate.enter(UserId(1), None, Millis(0)).await.unwrap();
        assert_eq!(rate.enter(UserId(1), None, Millis(10)).await, Err(TOO_FAST(990)));
        assert!(rate.enter(UserId(2), None, Millis(10)).await.is_ok());
        rate.withdraw(first);
        assert!(rate.enter(UserId(1), None, Millis(10)).await.is_ok());
    }

    #[tokio::test]
    async fn an_app_key_with_a_rate_of_its_own_is_counted_apart() {
        let rate = rate_of(1, 60_000);
        let through = |key, sends_per_minute| Some(OwnRate { key: AppKeyId(key), sends_per_minute });
        for at in 0..3 {
            assert!(rate.enter(UserId(1), through(7, 3), Millis(at)).await.is_ok());
        }
        assert_eq!(rate.enter(UserId(1), through(7, 3), Millis(10)).await, Err(TOO_FAST(59_990)));
        assert!(rate.enter(UserId(2), through(7, 3), Millis(10)).await.is_ok());
        assert!(rate.enter(UserId(1), through(8, 1), Millis(10)).await.is_ok());
        // What the user sends otherwise is counted as ever.
        assert!(rate.enter(UserId(1), None, Millis(10)).await.is_ok());
        assert!(rate.enter(UserId(1), None, Millis(11)).await.is_err());
        // Raising the rate takes effect at once, and so does taking it away.
        let fourth = rate.enter(UserId(1), through(7, 4), Millis(12)).await.unwrap();
        for at in 13..1000 {
            assert!(rate.enter(UserId(1), through(7, 0), Millis(at)).await.is_ok());
        }
        rate.withdraw(fourth);
        assert!(rate.enter(UserId(1), through(7, 4), Millis(1000)).await.is_ok());
    }

    #[tokio::test]
    async fn users_who_stopped_sending_are_forgotten() {
        let rate = rate_of(1, 10);
        for user in 0..20_000 {
            rate.enter(UserId(user), None, Millis(user)).await.unwrap();
        }
        assert!(rate.table().by_sender.len() <= SWEEP_EVERY + 20);
    }

    fn together(shared: MockSharedRates) -> SendRate {
        SendRate::new(Rate { sends: 2, window_ms: 1000 }, CountedWhat::Uploads, Some(Arc::new(shared)))
    }

    #[tokio::test]
    async fn what_other_processes_counted_counts() {
        let counted = Counted { what: CountedWhat::Uploads, sender: UserId(1), own: None };
        let mut shared = MockSharedRates::new();
        let mut answers = vec![Some(Ok("second".into())), Some(Err(700)), Some(Ok("first".into()))];
        shared
            .expect_enter()
            .withf(move |given, _| *given == counted)
            .returning(move |_, _| answers.pop().flatten());
        shared
            .expect_withdraw()
            .once()
            .withf(move |given, mark| *given == counted && mark == "first")
            .return_const(());
        let rate = together(shared);
        let first = rate.enter(UserId(1), None, Millis(0)).await.unwrap();
        assert_eq!(rate.enter(UserId(1), None, Millis(1)).await, Err(TOO_FAST(700)));
        rate.withdraw(first);
        assert!(rate.enter(UserId(1), None, Millis(2)).await.is_ok(), "what was refused used nothing up");
    }

    #[tokio::test]
    async fn where_processes_cannot_count_together_each_counts_for_itself() {
        let mut shared = MockSharedRates::new();
        shared.expect_enter().times(2).returning(|_, _| None);
        let rate = together(shared);
        for at in 0..2 {
            assert!(rate.enter(UserId(1), None, Millis(at)).await.is_ok());
        }
        assert_eq!(rate.enter(UserId(1), None, Millis(2)).await, Err(TOO_FAST(998)));
    }
}
