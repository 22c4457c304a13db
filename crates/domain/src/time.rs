//! Points in time.

/// A point in time: milliseconds since 1970-01-01 UTC, the only resolution and zone inside sixin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Millis(pub i64);

/// A number of this size or more is a time in milliseconds, a smaller one in seconds: as milliseconds it would be before
/// March 1973, as seconds after the year 5000.
const LEAST_MILLISECONDS: i64 = 100_000_000_000;

impl Millis {
    /// The time in a number of seconds or milliseconds, whichever is meant: back ends send both. `None`: there is no such
    /// time, for it is negative.
    #[must_use]
    pub fn of_stamp(number: i64) -> Option<Self> {
        match number {
            ..0 => None,
            0..LEAST_MILLISECONDS => Some(Self(number * 1000)),
            _ => Some(Self(number)),
        }
    }

    /// This point moved by `ms` milliseconds; saturates at the ends of the range.
    #[must_use]
    pub fn plus(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// Milliseconds from `earlier` to this point, negative if `earlier` is later.
    #[must_use]
    pub fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_is_in_seconds_or_milliseconds_by_its_size() {
        for (number, time) in [
            (0, Some(0)),
            (1_732_233_600, Some(1_732_233_600_000)),
            (1_732_233_600_123, Some(1_732_233_600_123)),
            (99_999_999_999, Some(99_999_999_999_000)),
            (100_000_000_000, Some(100_000_000_000)),
            (i64::MAX, Some(i64::MAX)),
            (-1, None),
            (i64::MIN, None),
        ] {
            assert_eq!(Millis::of_stamp(number), time.map(Millis), "{number}");
        }
    }
}
