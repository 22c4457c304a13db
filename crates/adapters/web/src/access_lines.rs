//! Which requests leave a line in the log.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Which requests leave a line: all that failed, all that took long, and this share of the others.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AccessRule {
    /// From 0 for none to 1 for all.
    pub share: f64,
    /// What takes that long is logged whatever became of it.
    pub slow: Duration,
}

impl Default for AccessRule {
    fn default() -> Self {
        Self { share: 1.0, slow: Duration::from_secs(1) }
    }
}

/// Chooses requests for the log by a rule that may change meanwhile.
#[derive(Debug)]
pub struct AccessLog {
    /// Of so many in 2³² a line is written.
    share: AtomicU64,
    slow_ms: AtomicU64,
    /// Requests that neither failed nor took long.
    seen: AtomicU64,
}

const WHOLE: f64 = 4_294_967_296.0;

impl Default for AccessLog {
    fn default() -> Self {
        Self::new(AccessRule::default())
    }
}

impl AccessLog {
    /// Goes by a rule.
    #[must_use]
    pub fn new(rule: AccessRule) -> Self {
        let log = Self { share: AtomicU64::new(0), slow_ms: AtomicU64::new(0), seen: AtomicU64::new(0) };
        log.follow(rule);
        log
    }

    /// Goes by another rule from now on.
    pub fn follow(&self, AccessRule { share, slow }: AccessRule) {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it is between 0 and 2³² by what stands before"
        )]
        let share = (share.clamp(0.0, 1.0) * WHOLE) as u64;
        self.share.store(share, Ordering::Relaxed);
        self.slow_ms.store(u64::try_from(slow.as_millis()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// Whether a request leaves a line. `took` is `None` where the time says nothing, as when somebody waited for news.
    pub(crate) fn takes(&self, has_failed: bool, took: Option<Duration>) -> bool {
        let slow = Duration::from_millis(self.slow_ms.load(Ordering::Relaxed));
        if has_failed || took.is_some_and(|took| took >= slow) {
            return true;
        }
        let share = self.share.load(Ordering::Relaxed);
        // Not every hundredth, which might always be the same call of a client that repeats itself; nor by the request id, which
        // a client may choose.
        share > scattered(self.seen.fetch_add(1, Ordering::Relaxed)) >> 32
    }
}

/// Scatters numbers that follow each other over all there are (the last step of SplitMix64).
fn scattered(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUICK: Option<Duration> = Some(Duration::from_millis(3));

    fn taken(log: &AccessLog, of: usize) -> usize {
        (0..of).filter(|_| log.takes(false, QUICK)).count()
    }

    #[test]
    fn what_failed_and_what_was_slow_is_always_logged_and_of_the_rest_a_share() {
        let log = AccessLog::new(AccessRule { share: 0.0, slow: Duration::from_millis(500) });
        assert_eq!(taken(&log, 1000), 0);
        assert!(log.takes(true, QUICK) && log.takes(true, None));
        assert!(log.takes(false, Some(Duration::from_millis(500))));
        assert!(!log.takes(false, Some(Duration::from_millis(499))) && !log.takes(false, None));
        log.follow(AccessRule { share: 0.01, ..AccessRule::default() });
        let share = taken(&log, 100_000);
        assert!((900..1100).contains(&share), "{share}");
        log.follow(AccessRule::default());
        assert_eq!(taken(&log, 1000), 1000);
    }

    #[test]
    fn a_client_that_repeats_itself_does_not_hide_one_of_its_calls() {
        let log = AccessLog::new(AccessRule { share: 0.1, ..AccessRule::default() });
        let mut of_each = [0; 10];
        for at in 0..10_000 {
            of_each[at % 10] += usize::from(log.takes(false, QUICK));
        }
        assert!(of_each.iter().all(|count| (60..140).contains(count)), "{of_each:?}");
    }
}
