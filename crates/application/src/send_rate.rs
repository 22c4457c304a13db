//! The rate limit, kept in memory: per process, across both dialects (RongCloud seed, note 2).

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use sixin_domain::id::UserId;
use sixin_domain::rate::{Rate, SendLog};
use sixin_domain::refusal::Refusal;
use sixin_domain::time::Millis;

/// The table is swept of idle users each time it has grown by this many, so it stays as small as its users are few.
const SWEEP_EVERY: usize = 4096;

/// Counts accepted sends per sending user.
#[derive(Debug)]
pub struct SendRate {
    rate: Rate,
    logs: Mutex<Table>,
}

#[derive(Debug, Default)]
struct Table {
    by_user: HashMap<UserId, SendLog>,
    sweep_at: usize,
}

impl SendRate {
    /// Counts against that rate.
    #[must_use]
    pub fn new(rate: Rate) -> Self {
        Self { rate, logs: Mutex::new(Table { by_user: HashMap::new(), sweep_at: SWEEP_EVERY }) }
    }

    /// Enters a send. Withdraw it if it is not accepted after all.
    ///
    /// # Errors
    /// [`Refusal::TooFast`].
    pub fn enter(&self, sender: UserId, now: Millis) -> Result<(), Refusal> {
        let mut table = self.table();
        if table.by_user.len() >= table.sweep_at {
            table.by_user.retain(|_, log| !log.is_idle(now, self.rate));
            table.sweep_at = table.by_user.len() + SWEEP_EVERY;
        }
        let log = table.by_user.entry(sender).or_default();
        log.enter(now, self.rate).map_err(|retry_after_ms| Refusal::TooFast { retry_after_ms })
    }

    /// Takes back what was entered at that time.
    pub fn withdraw(&self, sender: UserId, at: Millis) {
        if let Some(log) = self.table().by_user.get_mut(&sender) {
            log.withdraw(at);
        }
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.logs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_do_not_use_up_each_others_sends() {
        let rate = SendRate::new(Rate { sends: 1, window_ms: 1000 });
        assert_eq!(rate.enter(UserId(1), Millis(0)), Ok(()));
        assert_eq!(rate.enter(UserId(1), Millis(10)), Err(Refusal::TooFast { retry_after_ms: 990 }));
        assert_eq!(rate.enter(UserId(2), Millis(10)), Ok(()));
        rate.withdraw(UserId(1), Millis(0));
        assert_eq!(rate.enter(UserId(1), Millis(10)), Ok(()));
    }

    #[test]
    fn users_who_stopped_sending_are_forgotten() {
        let rate = SendRate::new(Rate { sends: 1, window_ms: 10 });
        for user in 0..20_000 {
            rate.enter(UserId(user), Millis(user)).unwrap();
        }
        assert!(rate.table().by_user.len() <= SWEEP_EVERY + 20);
    }
}
