//! When somebody who does not answer is asked no more for a while (docs/hooks.md#breaker).

use crate::time::Millis;

/// After so many failures in a row nobody asks.
const MOST_IN_A_ROW: u32 = 10;
/// So many of the last questions are looked at.
const WINDOW: u32 = 20;
/// After so many failures among them nobody asks either.
const MOST_IN_WINDOW: u32 = WINDOW / 2;
/// For how long nobody asks, in milliseconds.
pub const PAUSE_MS: i64 = 10_000;

/// Lets questions through, or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Breaker(State);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// All are asked.
    Closed(Lately),
    /// None is asked before then.
    Open { until: Millis },
    /// One is under way, since then; what becomes of it decides.
    Trying { since: Millis },
}

/// What became of the last questions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Lately {
    /// Failures since the last answer.
    in_a_row: u32,
    /// A bit for each of the last questions, the newest lowest: whether it failed.
    failed: u32,
    /// How many of them there were, up to the window.
    asked: u32,
}

impl Lately {
    fn with(self, is_failure: bool) -> Self {
        let window = (1 << WINDOW) - 1;
        Self {
            in_a_row: if is_failure { self.in_a_row.saturating_add(1) } else { 0 },
            failed: (self.failed << 1 | u32::from(is_failure)) & window,
            asked: (self.asked + 1).min(WINDOW),
        }
    }

    fn is_too_much(self) -> bool {
        let is_full = self.asked == WINDOW;
        self.in_a_row >= MOST_IN_A_ROW || is_full && self.failed.count_ones() >= MOST_IN_WINDOW
    }
}

impl Default for Breaker {
    fn default() -> Self {
        Self(State::Closed(Lately::default()))
    }
}

impl Breaker {
    /// Whether a question may be asked now. Whoever hears `true` asks, and says what became of it. After the pause one question
    /// tries; if nothing is heard of that one for as long as the pause, another does.
    pub fn lets_through(&mut self, now: Millis) -> bool {
        match self.0 {
            State::Closed(_) => true,
            State::Open { until } if now < until => false,
            State::Trying { since } if now < since.plus(PAUSE_MS) => false,
            State::Open { .. } | State::Trying { .. } => {
                self.0 = State::Trying { since: now };
                true
            }
        }
    }

    /// A question was answered. One that was asked before the pause says nothing of now.
    pub fn answered(&mut self) {
        match self.0 {
            State::Closed(lately) => self.0 = State::Closed(lately.with(false)),
            State::Trying { .. } => *self = Self::default(),
            State::Open { .. } => {}
        }
    }

    /// A question was not answered, or not well.
    pub fn failed(&mut self, now: Millis) {
        match self.0 {
            State::Closed(lately) if !lately.with(true).is_too_much() => {
                self.0 = State::Closed(lately.with(true));
            }
            State::Closed(_) | State::Trying { .. } => {
                self.0 = State::Open { until: now.plus(PAUSE_MS) };
            }
            State::Open { .. } => {}
        }
    }

    /// Whether questions are kept back.
    #[must_use]
    pub fn is_open(&self) -> bool {
        !matches!(self.0, State::Closed(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const START: Millis = Millis(1_000_000);

    fn opened() -> Breaker {
        let mut breaker = Breaker::default();
        (0..MOST_IN_A_ROW).for_each(|_| breaker.failed(START));
        breaker
    }

    #[test]
    fn ten_failures_in_a_row_open_it_and_nine_do_not() {
        let mut breaker = Breaker::default();
        for _ in 0..MOST_IN_A_ROW - 1 {
            breaker.failed(START);
        }
        assert!(breaker.lets_through(START));
        breaker.failed(START);
        assert!(breaker.is_open() && !breaker.lets_through(START.plus(PAUSE_MS - 1)));
    }

    #[test]
    fn half_of_twenty_open_it_and_less_than_half_never_does() {
        let mut half = Breaker::default();
        for round in 0..WINDOW {
            assert!(!half.is_open(), "{round}");
            if round % 2 == 0 { half.answered() } else { half.failed(START) }
        }
        assert!(half.is_open());
        let mut less = Breaker::default();
        for round in 0..10 * WINDOW {
            if round % 3 == 0 { less.failed(START) } else { less.answered() }
        }
        assert!(!less.is_open());
    }

    #[test]
    fn after_the_pause_one_tries_and_what_becomes_of_it_decides() {
        let later = START.plus(PAUSE_MS);
        let mut breaker = opened();
        assert!(breaker.lets_through(later) && !breaker.lets_through(later));
        breaker.failed(later);
        assert!(
            !breaker.lets_through(later.plus(PAUSE_MS - 1)) && breaker.lets_through(later.plus(PAUSE_MS))
        );
        breaker.answered();
        assert_eq!(breaker, Breaker::default());
    }

    #[test]
    fn a_try_of_which_nothing_is_heard_holds_nobody_back_for_ever() {
        let mut breaker = opened();
        assert!(breaker.lets_through(START.plus(PAUSE_MS)));
        assert!(
            !breaker.lets_through(START.plus(2 * PAUSE_MS - 1))
                && breaker.lets_through(START.plus(2 * PAUSE_MS))
        );
    }

    #[test]
    fn a_late_answer_does_not_close_it() {
        let mut breaker = opened();
        breaker.answered();
        assert!(!breaker.lets_through(START));
    }

    proptest! {
        #[test]
        fn it_never_stays_open_for_somebody_who_answers(
            events in proptest::collection::vec((any::<bool>(), 0..15_000_i64), 0..300)
        ) {
            let mut breaker = Breaker::default();
            let mut now = START;
            for (is_failure, pause) in events {
                now = now.plus(pause);
                if breaker.lets_through(now) {
                    if is_failure { breaker.failed(now) } else { breaker.answered() }
                }
            }
            now = now.plus(PAUSE_MS);
            prop_assert!(breaker.lets_through(now));
            breaker.answered();
            prop_assert!(breaker.lets_through(now));
        }

        #[test]
        fn somebody_who_never_answers_is_asked_ten_times_and_then_once_a_pause(
            pauses in proptest::collection::vec(0..2_000_i64, 1..500)
        ) {
            let (mut breaker, mut now, mut asked) = (Breaker::default(), START, 0_i64);
            for pause in pauses {
                now = now.plus(pause);
                if breaker.lets_through(now) {
                    asked += 1;
                    breaker.failed(now);
                }
            }
            prop_assert!(asked <= i64::from(MOST_IN_A_ROW) + now.since(START) / PAUSE_MS + 1);
        }
    }
}
