//! Whether a receiver answers, and what follows when it does not (docs/webhooks.md#retries).

use crate::time::Millis;

use super::retry::RetrySchedule;

/// After so many failures in a row nothing more is sent but probes.
const MOST_FAILURES: u32 = 20;
/// After nothing but failures for so long it is switched off.
const LONGEST_MS: i64 = 5 * 24 * 60 * 60 * 1000;

/// How a receiver has answered lately.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Health {
    /// Failures since the last success.
    pub failures: u32,
    /// When the first of them was.
    pub failing_since: Option<Millis>,
    /// Probes that have failed.
    pub probes: u32,
    /// When it is probed next; only that is sent until then. `None`: it answers, or has not failed often enough.
    pub next_probe: Option<Millis>,
}

/// How a receiver has taken what it was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// Well.
    Yes,
    /// Not, and it may ask for a pause.
    No {
        /// The pause in milliseconds.
        retry_after_ms: Option<i64>,
    },
    /// It says that it is gone for good.
    Gone,
}

/// Why a receiver was switched off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OffReason {
    /// It said that it is gone.
    Gone,
    /// It has failed for days.
    Failing,
}

impl OffReason {
    /// The name in the database and on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Gone => "gone",
            Self::Failing => "failing",
        }
    }

    /// The reason of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Gone, Self::Failing].into_iter().find(|reason| reason.name() == name)
    }
}

/// What follows from how something was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// All goes on.
    GoOn,
    /// It does not answer: nothing more is sent but probes.
    Probe,
    /// It answers again.
    Recovered,
    /// Nothing more is sent.
    Off(OffReason),
}

impl Health {
    /// Whether nothing is sent but probes.
    #[must_use]
    pub fn is_probing(&self) -> bool {
        self.next_probe.is_some()
    }

    /// Notes how something was taken. `chance` is from 0 to 999.
    pub fn note(&mut self, taken: Taken, now: Millis, schedule: &RetrySchedule, chance: i64) -> Turn {
        let retry_after_ms = match taken {
            Taken::Yes => {
                let was_probing = self.is_probing();
                *self = Self::default();
                return if was_probing { Turn::Recovered } else { Turn::GoOn };
            }
            Taken::Gone => return Turn::Off(OffReason::Gone),
            Taken::No { retry_after_ms } => retry_after_ms,
        };
        self.failures = self.failures.saturating_add(1);
        let since = *self.failing_since.get_or_insert(now);
        if now.since(since) >= LONGEST_MS && self.failures >= MOST_FAILURES {
            return Turn::Off(OffReason::Failing);
        }
        if self.is_probing() {
            self.probes = self.probes.saturating_add(1);
        } else if self.failures < MOST_FAILURES {
            return Turn::GoOn;
        }
        self.next_probe = Some(now.plus(schedule.probe_pause(self.probes, chance, retry_after_ms)));
        Turn::Probe
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NO: Taken = Taken::No { retry_after_ms: None };

    fn note(health: &mut Health, taken: Taken, at: i64) -> Turn {
        health.note(taken, Millis(at), &RetrySchedule::default(), 500)
    }

    #[test]
    fn twenty_failures_in_a_row_lead_to_probes_and_a_success_ends_them() {
        let mut health = Health::default();
        for _ in 0..19 {
            assert_eq!(note(&mut health, NO, 0), Turn::GoOn);
        }
        assert_eq!(note(&mut health, NO, 0), Turn::Probe);
        assert_eq!(health.next_probe, Some(Millis(5_000)));
        assert_eq!(note(&mut health, NO, 5_000), Turn::Probe);
        assert!(health.next_probe.unwrap().since(Millis(5_000)) > 290_000, "the next pause is longer");
        assert_eq!(note(&mut health, Taken::Yes, 400_000), Turn::Recovered);
        assert_eq!(health, Health::default());
    }

    #[test]
    fn one_success_among_failures_begins_the_count_anew() {
        let mut health = Health::default();
        for round in 0..10 {
            for _ in 0..19 {
                assert_eq!(note(&mut health, NO, round), Turn::GoOn);
            }
            assert_eq!(note(&mut health, Taken::Yes, round), Turn::GoOn);
        }
    }

    #[test]
    fn five_days_of_failures_switch_it_off_and_gone_does_at_once() {
        let mut health = Health::default();
        for _ in 0..20 {
            note(&mut health, NO, 0);
        }
        assert_eq!(note(&mut health, NO, LONGEST_MS - 1), Turn::Probe);
        assert_eq!(note(&mut health, NO, LONGEST_MS), Turn::Off(OffReason::Failing));
        assert_eq!(note(&mut Health::default(), Taken::Gone, 0), Turn::Off(OffReason::Gone));
    }

    #[test]
    fn a_quiet_receiver_that_fails_now_and_then_is_not_switched_off_for_its_quiet() {
        let mut health = Health::default();
        assert_eq!(note(&mut health, NO, 0), Turn::GoOn);
        assert_eq!(note(&mut health, NO, LONGEST_MS * 2), Turn::GoOn);
    }

    #[test]
    fn the_next_probe_waits_as_long_as_the_receiver_asks() {
        let mut health = Health { failures: 19, ..Health::default() };
        note(&mut health, Taken::No { retry_after_ms: Some(60_000) }, 0);
        assert_eq!(health.next_probe, Some(Millis(60_000)));
    }

    proptest! {
        #[test]
        fn who_has_just_taken_something_is_never_probed(answers in proptest::collection::vec(any::<bool>(), 0..80)) {
            let mut health = Health::default();
            for (at, is_taken) in (0..).zip(answers) {
                note(&mut health, if is_taken { Taken::Yes } else { NO }, at);
                prop_assert!(!is_taken || health == Health::default());
                prop_assert_eq!(health.is_probing(), health.failures >= MOST_FAILURES);
            }
        }
    }
}
