//! Internal numbers, and how the time-ordered ones are composed.

use crate::time::Millis;

/// The largest integer a JavaScript client reads without loss (2^53 - 1); no id or uid is larger.
pub const MAX_SAFE_INTEGER: i64 = (1 << 53) - 1;

/// 2024-01-01 00:00:00 UTC: where the time part of an id begins.
pub const ID_EPOCH: Millis = Millis(1_704_067_200_000);

/// Bits of an id that hold the process number.
pub const PROCESS_BITS: u32 = 5;
/// Bits of an id that hold the counter within one millisecond.
pub const COUNTER_BITS: u32 = 7;
/// How many processes can make ids at the same time.
pub const PROCESSES: i64 = 1 << PROCESS_BITS;

macro_rules! number_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(out)
            }
        }
    };
}

number_id!(
    /// Internal number of a user; never leaves the server.
    UserId
);
number_id!(
    /// Internal number of an account, which owns users.
    AccountId
);
number_id!(
    /// Number of a conversation, made by the application.
    ConversationId
);
number_id!(
    /// Number of a message: unique across processes, ordered by time, at most 2^53-1.
    MessageId
);
number_id!(
    /// Internal number of an app key.
    AppKeyId
);
number_id!(
    /// Number of a webhook endpoint.
    EndpointId
);
number_id!(
    /// Number of somebody who is asked before messages are stored.
    HookId
);
number_id!(
    /// Number of somebody who runs the site.
    OperatorId
);
number_id!(
    /// Number of a role.
    RoleId
);
number_id!(
    /// Internal number of a stored file.
    FileId
);
number_id!(
    /// Internal number of one use of a stored file.
    FileUsageId
);

/// Composes time-ordered ids: 41 bits of milliseconds, 5 bits of process, 7 bits of counter.
///
/// When a millisecond's counter is used up, the sequence borrows the next millisecond instead of waiting, and it
/// never goes back, so ids of one process strictly increase even if the clock steps back.
#[derive(Debug, Clone)]
pub struct IdSequence {
    process: i64,
    next: i64,
}

impl IdSequence {
    /// A sequence for `process` (0 to 31) whose ids all lie at or after `not_before`.
    #[must_use]
    pub fn new(process: i64, not_before: Millis) -> Self {
        Self { process: process & (PROCESSES - 1), next: ticks(not_before) }
    }

    /// `count` ids at or after `now`, or `None` if they would reach `end`, up to where this process owns its number.
    pub fn take(&mut self, now: Millis, end: Millis, count: usize) -> Option<Vec<i64>> {
        let first = self.next.max(ticks(now));
        let after = first.checked_add(i64::try_from(count).ok()?)?;
        if after > ticks(end) {
            return None;
        }
        self.next = after;
        Some((first..after).map(|tick| self.compose(tick)).collect())
    }

    /// Whether there is an id at or after `now` and before `end`.
    #[must_use]
    pub fn has_room(&self, now: Millis, end: Millis) -> bool {
        self.next.max(ticks(now)) < ticks(end)
    }

    /// The first moment whose ids are all unused.
    #[must_use]
    pub fn used(&self) -> Millis {
        ID_EPOCH.plus((self.next + (1 << COUNTER_BITS) - 1) >> COUNTER_BITS)
    }

    fn compose(&self, tick: i64) -> i64 {
        let (ms, counter) = (tick >> COUNTER_BITS, tick & ((1 << COUNTER_BITS) - 1));
        (ms << (PROCESS_BITS + COUNTER_BITS)) | (self.process << COUNTER_BITS) | counter
    }
}

/// The smallest id that can be made at `time`: those before it are smaller, those from then on are not.
#[must_use]
pub fn first_id_at(time: Millis) -> i64 {
    time.since(ID_EPOCH).clamp(0, 1 << 41) << (PROCESS_BITS + COUNTER_BITS)
}

/// The counter and the milliseconds as one number, which is what a sequence counts up.
fn ticks(time: Millis) -> i64 {
    time.since(ID_EPOCH).clamp(0, (1 << 41) - 1) << COUNTER_BITS
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FOREVER: Millis = Millis(i64::MAX);

    #[test]
    fn an_id_holds_time_process_and_counter() {
        let now = ID_EPOCH.plus(5);
        let ids = IdSequence::new(3, now).take(now, FOREVER, 2);
        assert_eq!(ids, Some(vec![(5 << 12) | (3 << 7), (5 << 12) | (3 << 7) | 1]));
    }

    #[test]
    fn a_full_millisecond_borrows_the_next_one() {
        let now = ID_EPOCH.plus(9);
        let ids = IdSequence::new(0, now).take(now, FOREVER, 129).unwrap_or_default();
        assert_eq!(ids.last(), Some(&(10 << 12)));
    }

    #[test]
    fn no_id_is_made_past_the_end_of_the_lease() {
        let now = ID_EPOCH.plus(100);
        let mut sequence = IdSequence::new(0, now);
        assert!(sequence.take(now, now.plus(1), 128).is_some());
        assert_eq!(sequence.take(now, now.plus(1), 1), None);
    }

    #[test]
    fn the_last_id_is_still_a_safe_integer() {
        let mut sequence = IdSequence::new(31, FOREVER);
        let id = sequence.take(FOREVER, FOREVER, 0).map(|_| sequence.compose(((1 << 41) << 7) - 1));
        assert_eq!(id, Some(MAX_SAFE_INTEGER));
    }

    proptest! {
        #[test]
        fn ids_strictly_increase_whatever_the_clock_does(steps in prop::collection::vec((0i64..1000, 1usize..300), 1..20)) {
            let mut sequence = IdSequence::new(1, ID_EPOCH);
            let mut last = -1;
            for (at, count) in steps {
                for id in sequence.take(ID_EPOCH.plus(at), FOREVER, count).unwrap_or_default() {
                    prop_assert!(id > last);
                    last = id;
                }
            }
        }
    }
}
