//! When what could not be told is told again (docs/webhooks.md#retries).

/// What is added or taken away at most, in thousandths, so that many do not come back at once.
const SPREAD: i64 = 200;
/// A receiver may ask for no longer pause than this, in milliseconds.
const LONGEST_ASKED_MS: i64 = 24 * 60 * 60 * 1000;

/// A receiver that does not answer is probed at least this often: one request in five minutes is no burden, and whoever is back is told
/// again soon, however long it was away.
const LONGEST_PROBE_MS: i64 = 5 * 60 * 1000;

/// The pauses before each further try, in milliseconds; after the last of them nothing is tried any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetrySchedule(Vec<i64>);

impl Default for RetrySchedule {
    fn default() -> Self {
        const MINUTE: i64 = 60_000;
        const HOUR: i64 = 60 * MINUTE;
        Self(vec![5_000, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 10 * HOUR])
    }
}

impl RetrySchedule {
    /// A schedule of the site's own; `None` if it has no pause or one that is not positive.
    #[must_use]
    pub fn new(pauses_ms: Vec<i64>) -> Option<Self> {
        let is_usable = !pauses_ms.is_empty() && pauses_ms.iter().all(|pause| *pause > 0);
        is_usable.then_some(Self(pauses_ms))
    }

    /// The pause after so many tries, the first one counted; `None` if there were enough. `chance` is from 0 to 999. A longer pause
    /// that the receiver asked for is kept, but not for ever.
    #[must_use]
    pub fn pause(&self, tries: u32, chance: i64, asked_ms: Option<i64>) -> Option<i64> {
        let index = usize::try_from(tries).ok()?.saturating_sub(1);
        self.0.get(index).map(|pause| kept(spread(*pause, chance), asked_ms))
    }

    /// The pause before a receiver that does not answer is probed again. It never ends.
    #[must_use]
    pub fn probe_pause(&self, probes: u32, chance: i64, asked_ms: Option<i64>) -> i64 {
        let index = usize::try_from(probes).unwrap_or(usize::MAX);
        let pause = self.0.get(index).or(self.0.last()).copied().unwrap_or(LONGEST_PROBE_MS);
        kept(spread(pause.min(LONGEST_PROBE_MS), chance), asked_ms)
    }
}

fn spread(pause: i64, chance: i64) -> i64 {
    let thousandths = 1000 - SPREAD + chance.clamp(0, 999) * 2 * SPREAD / 999;
    (i128::from(pause) * i128::from(thousandths) / 1000).try_into().unwrap_or(pause)
}

fn kept(pause: i64, asked_ms: Option<i64>) -> i64 {
    pause.max(asked_ms.unwrap_or(0).min(LONGEST_ASKED_MS))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn seven_further_tries_in_about_28_hours_and_then_no_more() {
        let schedule = RetrySchedule::default();
        let pauses: Vec<_> = (1..=8).map(|tries| schedule.pause(tries, 500, None)).collect();
        let minutes: Vec<_> = pauses.iter().flatten().map(|pause| (pause + 30_000) / 60_000).collect();
        assert_eq!(minutes, [0, 5, 30, 120, 300, 600, 600]);
        assert_eq!(pauses.last(), Some(&None));
    }

    #[test]
    fn a_receiver_is_probed_for_ever_and_never_long_after_the_last_time() {
        let schedule = RetrySchedule::new(vec![10, 1000]).unwrap();
        let pauses: Vec<_> = [0, 1, 2, u32::MAX].map(|probes| schedule.probe_pause(probes, 0, None)).into();
        assert_eq!(pauses, [8, 800, 800, 800]);
        let usual = RetrySchedule::default();
        assert_eq!(
            [0, 1, 2, 9].map(|probes| usual.probe_pause(probes, 999, None)),
            [6_000, 360_000, 360_000, 360_000]
        );
    }

    #[test]
    fn a_schedule_without_pauses_is_none() {
        assert!(RetrySchedule::new(vec![]).is_none() && RetrySchedule::new(vec![5, 0]).is_none());
    }

    proptest! {
        #[test]
        fn pauses_are_spread_by_a_fifth_and_never_shorter_than_asked(
            pause in 1_i64..1_000_000_000, chance in 0_i64..1000, asked in proptest::option::of(0..i64::MAX)
        ) {
            let found = RetrySchedule::new(vec![pause]).unwrap().pause(1, chance, asked).unwrap();
            let asked = asked.unwrap_or(0).min(LONGEST_ASKED_MS);
            prop_assert!(found >= asked);
            prop_assert!(found <= (pause + pause / 5 + 1).max(asked));
            prop_assert!(found >= pause - pause / 5 - 1);
        }
    }
}
