//! How long an operator stays signed in.

use crate::time::Millis;

/// A session ends when nothing was done in it for so long: half an hour.
pub const IDLE_MS: i64 = 30 * 60 * 1000;
/// And however busy it is, after a working day.
pub const LONGEST_MS: i64 = 12 * 60 * 60 * 1000;
/// Use is written down this often, so that not every look at a page is a write.
pub const NOTED_EVERY_MS: i64 = 60 * 1000;

/// When a session began and was last used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionTimes {
    /// When it began.
    pub began_at: Millis,
    /// When it was last used, as far as that was written down.
    pub used_at: Millis,
}

impl SessionTimes {
    /// Whether it still holds. A clock that was set back ends none early.
    #[must_use]
    pub fn holds(self, now: Millis) -> bool {
        now < self.began_at.plus(LONGEST_MS) && now < self.used_at.plus(IDLE_MS)
    }

    /// Whether its use is to be written down now.
    #[must_use]
    pub fn is_to_be_noted(self, now: Millis) -> bool {
        now >= self.used_at.plus(NOTED_EVERY_MS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_ends_when_it_is_idle_and_after_a_day_of_work() {
        let began = Millis(1_000);
        let used = |at| SessionTimes { began_at: began, used_at: at };
        assert!(used(began).holds(began.plus(IDLE_MS - 1)) && !used(began).holds(began.plus(IDLE_MS)));
        let late = began.plus(LONGEST_MS - 10);
        assert!(used(late).holds(began.plus(LONGEST_MS - 1)));
        assert!(!used(late).holds(began.plus(LONGEST_MS)));
    }

    #[test]
    fn use_is_noted_once_a_minute() {
        let times = SessionTimes { began_at: Millis(0), used_at: Millis(0) };
        assert!(
            !times.is_to_be_noted(Millis(NOTED_EVERY_MS - 1)) && times.is_to_be_noted(Millis(NOTED_EVERY_MS))
        );
    }
}
