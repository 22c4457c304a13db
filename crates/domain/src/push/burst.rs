//! For how long it is waited before devices are woken.

use crate::log::Position;
use crate::time::Millis;

/// How long a message waits: for its acknowledgement by a device that is connected, for a recall, and for those that follow it. What
/// comes in one go wakes once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Burst {
    grace_ms: i64,
}

impl Burst {
    /// Where each message waits at least so many milliseconds.
    #[must_use]
    pub fn of_grace(grace_ms: i64) -> Self {
        Self { grace_ms: grace_ms.max(0) }
    }

    /// Up to here everything has waited long enough.
    #[must_use]
    pub fn ripe(self, now: Millis) -> Position {
        Position::at(now.plus(1).plus(-self.grace_ms)).plus(-1)
    }

    /// When a conversation is looked at whose oldest and newest entries stand there: when nothing has followed for as long as each
    /// waits, but not much later than the oldest has to.
    #[must_use]
    pub fn due(self, oldest: Position, newest: Position) -> Millis {
        let quiet = newest.time().plus(self.grace_ms);
        quiet.min(oldest.time().plus(self.grace_ms.saturating_mul(2))).plus(1)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_lone_message_waits_for_the_grace_and_a_burst_for_its_end_but_not_for_ever() {
        let burst = Burst::of_grace(2_000);
        let at = |ms: i64| Position::at(Millis(ms));
        assert_eq!(burst.due(at(10_000), at(10_000)), Millis(12_001));
        assert_eq!(burst.due(at(10_000), at(11_500)), Millis(13_501));
        assert_eq!(burst.due(at(10_000), at(13_900)), Millis(14_001), "whoever never stops is told too");
    }

    proptest! {
        #[test]
        fn when_a_conversation_is_due_its_oldest_entry_is_ripe_and_not_before_its_grace_is_over(
            grace in 0_i64..10_000, oldest in 0_i64..1_000_000_000, span in 0_i64..100_000_000,
        ) {
            let burst = Burst::of_grace(grace);
            let oldest = Position(oldest);
            let due = burst.due(oldest, oldest.plus(span));
            prop_assert!(burst.ripe(due) >= oldest);
            prop_assert!(due.since(oldest.time()) >= grace);
            prop_assert!(due.since(oldest.time()) <= 2 * grace + 1);
        }

        #[test]
        fn nothing_is_ripe_before_its_grace_is_over(grace in 0_i64..10_000, now in 0_i64..1_000_000_000, position in 0_i64..1_000_000_000_000) {
            let ripe = Burst::of_grace(grace).ripe(Millis(now));
            let is_ripe = Position(position) <= ripe;
            prop_assert_eq!(is_ripe, Position(position).time().plus(grace) <= Millis(now));
        }
    }
}
