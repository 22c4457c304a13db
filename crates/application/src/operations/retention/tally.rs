//! How much has gone, and how much is to go.

use sixin_domain::retention::Aging;
use sixin_domain::time::Millis;

/// How much of each has gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally([u64; Aging::ALL.len()]);

impl Tally {
    /// So much more has.
    pub fn add(&mut self, what: Aging, count: u64) {
        for (known, sum) in Aging::ALL.iter().zip(&mut self.0) {
            if *known == what {
                *sum = sum.saturating_add(count);
            }
        }
    }

    /// How much of each.
    pub fn each(&self) -> impl Iterator<Item = (Aging, u64)> + '_ {
        Aging::ALL.into_iter().zip(self.0)
    }

    /// Whether nothing has.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.0.iter().all(|count| *count == 0)
    }
}

/// What is to go of something that has an age.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// Of what.
    pub what: Aging,
    /// For how many days it is kept.
    pub days: i64,
    /// What is older than this is to go.
    pub before: Millis,
    /// How much, as far as was counted.
    pub count: u64,
    /// Whether all of it was counted.
    pub is_whole: bool,
}
