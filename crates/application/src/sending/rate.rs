//! The rate limit, kept in memory: per process, across both dialects (docs/design.md#rate).

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use sixin_domain::id::{AppKeyId, UserId};
use sixin_domain::sending::rate::{OwnRate, Rate, SendLog};
use sixin_domain::sending::refusal::Refusal;
use sixin_domain::time::Millis;

/// The table is swept of idle users each time it has grown by this many, so it stays as small as its users are few.
const SWEEP_EVERY: usize = 4096;

/// A user, and through which app key it sends, if that has a rate of its own: what is sent through such a key is counted
/// apart and uses up nothing of what the user may send otherwise.
type Sender = (UserId, Option<AppKeyId>);

/// Counts accepted sends per sending user.
#[derive(Debug)]
pub struct SendRate {
    rate: Rate,
    logs: Mutex<Table>,
}

#[derive(Debug, Default)]
struct Table {
    by_sender: HashMap<Sender, SendLog>,
    sweep_at: usize,
}

impl SendRate {
    /// Counts against that rate.
    #[must_use]
    pub fn new(rate: Rate) -> Self {
        Self { rate, logs: Mutex::new(Table { by_sender: HashMap::new(), sweep_at: SWEEP_EVERY }) }
    }

    /// Enters a send. Withdraw it if it is not accepted after all.
    ///
    /// # Errors
    /// [`Refusal::TooFast`].
    pub fn enter(&self, sender: UserId, own: Option<OwnRate>, now: Millis) -> Result<(), Refusal> {
        let rate = match own {
            None => self.rate,
            Some(own) => match own.rate() {
                Some(rate) => rate,
                None => return Ok(()),
            },
        };
        let mut table = self.table();
        if table.by_sender.len() >= table.sweep_at {
            let longest = Rate { window_ms: self.rate.window_ms.max(rate.window_ms), ..self.rate };
            table.by_sender.retain(|_, log| !log.is_idle(now, longest));
            table.sweep_at = table.by_sender.len() + SWEEP_EVERY;
        }
        let log = table.by_sender.entry((sender, own.map(|own| own.key))).or_default();
        log.enter(now, rate).map_err(|retry_after_ms| Refusal::TooFast { retry_after_ms })
    }

    /// Takes back what was entered at that time.
    pub fn withdraw(&self, sender: UserId, own: Option<OwnRate>, at: Millis) {
        if let Some(log) = self.table().by_sender.get_mut(&(sender, own.map(|own| own.key))) {
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
        assert_eq!(rate.enter(UserId(1), None, Millis(0)), Ok(()));
        assert_eq!(rate.enter(UserId(1), None, Millis(10)), Err(Refusal::TooFast { retry_after_ms: 990 }));
        assert_eq!(rate.enter(UserId(2), None, Millis(10)), Ok(()));
        rate.withdraw(UserId(1), None, Millis(0));
        assert_eq!(rate.enter(UserId(1), None, Millis(10)), Ok(()));
    }

    #[test]
    fn an_app_key_with_a_rate_of_its_own_is_counted_apart() {
        let rate = SendRate::new(Rate { sends: 1, window_ms: 60_000 });
        let through = |key, sends_per_minute| Some(OwnRate { key: AppKeyId(key), sends_per_minute });
        for at in 0..3 {
            assert_eq!(rate.enter(UserId(1), through(7, 3), Millis(at)), Ok(()));
        }
        let too_fast = Err(Refusal::TooFast { retry_after_ms: 59_990 });
        assert_eq!(rate.enter(UserId(1), through(7, 3), Millis(10)), too_fast);
        assert_eq!(rate.enter(UserId(2), through(7, 3), Millis(10)), Ok(()));
        assert_eq!(rate.enter(UserId(1), through(8, 1), Millis(10)), Ok(()));
        // What the user sends otherwise is counted as ever.
        assert_eq!(rate.enter(UserId(1), None, Millis(10)), Ok(()));
        assert!(rate.enter(UserId(1), None, Millis(11)).is_err());
        // Raising the rate takes effect at once, and so does taking it away.
        assert_eq!(rate.enter(UserId(1), through(7, 4), Millis(12)), Ok(()));
        for at in 13..1000 {
            assert_eq!(rate.enter(UserId(1), through(7, 0), Millis(at)), Ok(()));
        }
        rate.withdraw(UserId(1), through(7, 4), Millis(12));
        assert_eq!(rate.enter(UserId(1), through(7, 4), Millis(1000)), Ok(()));
    }

    #[test]
    fn users_who_stopped_sending_are_forgotten() {
        let rate = SendRate::new(Rate { sends: 1, window_ms: 10 });
        for user in 0..20_000 {
            rate.enter(UserId(user), None, Millis(user)).unwrap();
        }
        assert!(rate.table().by_sender.len() <= SWEEP_EVERY + 20);
    }
}
