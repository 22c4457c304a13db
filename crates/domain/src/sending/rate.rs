//! How often one user may send.

use std::collections::VecDeque;

use crate::id::AppKeyId;
use crate::time::Millis;

/// Accepted sends of one user within any window of time (docs/design.md#rate: 100 per minute).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// How many sends are accepted in a window.
    pub sends: usize,
    /// Length of the window in milliseconds.
    pub window_ms: i64,
}

impl Default for Rate {
    fn default() -> Self {
        Self { sends: 100, window_ms: 60_000 }
    }
}

/// Most sends a minute an app key can be given; a user who sends that often takes 8 MB of memory.
pub const MOST_A_MINUTE: u32 = 1_000_000;

/// A rate that holds for the sends through one app key instead of the site's: its back end may speak for a user who writes
/// to everybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnRate {
    /// The key.
    pub key: AppKeyId,
    /// How many sends of one user are accepted in any minute; 0 means any number.
    pub sends_per_minute: u32,
}

impl OwnRate {
    /// The rate; `None` for no limit.
    #[must_use]
    pub fn rate(self) -> Option<Rate> {
        let sends = usize::try_from(self.sends_per_minute).unwrap_or(usize::MAX);
        (sends > 0).then_some(Rate { sends, window_ms: 60_000 })
    }
}

/// The times of one user's accepted sends that still count.
#[derive(Debug, Clone, Default)]
pub struct SendLog(VecDeque<Millis>);

impl SendLog {
    /// Enters a send at `now`.
    ///
    /// # Errors
    /// The milliseconds until one can be accepted, if the window is full.
    pub fn enter(&mut self, now: Millis, rate: Rate) -> Result<(), i64> {
        self.forget(now, rate);
        if self.0.len() < rate.sends {
            self.0.push_back(now);
            return Ok(());
        }
        let oldest = self.0.front().copied().unwrap_or(now);
        Err((rate.window_ms - now.since(oldest)).max(1))
    }

    /// Takes back a send that was entered at `at` and then not accepted.
    pub fn withdraw(&mut self, at: Millis) {
        if let Some(position) = self.0.iter().rposition(|&time| time == at) {
            self.0.remove(position);
        }
    }

    /// Whether nothing in it counts any more.
    pub fn is_idle(&mut self, now: Millis, rate: Rate) -> bool {
        self.forget(now, rate);
        self.0.is_empty()
    }

    fn forget(&mut self, now: Millis, rate: Rate) {
        while self.0.front().is_some_and(|&time| now.since(time) >= rate.window_ms) {
            self.0.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const RATE: Rate = Rate { sends: 3, window_ms: 1000 };

    #[test]
    fn the_send_after_the_last_allowed_one_is_refused_until_the_window_has_passed() {
        let mut log = SendLog::default();
        for at in [0, 100, 200] {
            assert_eq!(log.enter(Millis(at), RATE), Ok(()));
        }
        assert_eq!(log.enter(Millis(999), RATE), Err(1));
        assert_eq!(log.enter(Millis(1000), RATE), Ok(()));
        assert_eq!(log.enter(Millis(1000), RATE), Err(100));
    }

    #[test]
    fn a_refused_or_withdrawn_send_uses_up_nothing() {
        let mut log = SendLog::default();
        for at in [0, 100, 200] {
            log.enter(Millis(at), RATE).unwrap();
        }
        assert!(log.enter(Millis(300), RATE).is_err());
        log.withdraw(Millis(200));
        assert_eq!(log.enter(Millis(300), RATE), Ok(()));
    }

    proptest! {
        #[test]
        fn no_window_ever_holds_more_than_the_allowed_sends(steps in prop::collection::vec(0i64..400, 1..200)) {
            let (mut log, mut now, mut accepted) = (SendLog::default(), 0, Vec::new());
            for step in steps {
                now += step;
                if log.enter(Millis(now), RATE).is_ok() {
                    accepted.push(now);
                }
            }
            for start in &accepted {
                let inside = accepted.iter().filter(|&time| time >= start && *time < start + RATE.window_ms).count();
                prop_assert!(inside <= RATE.sends);
            }
        }
    }
}
