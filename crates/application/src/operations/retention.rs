//! What is too old goes, in small steps with pauses for those who send (docs/people.md#retention).

mod files;
mod tally;

use std::sync::Arc;
use std::time::Duration;

use sixin_domain::retention::{Ages, Aging};
use sixin_domain::time::Millis;
use tokio::time::{Instant, sleep};

use crate::operations::ports::{AgedRows, Removed};
use crate::ports::{Clock, StoreResult};

pub use self::tally::{Due, Tally};

/// A step is followed by a pause of so many times what it took, so that most of the time is that of sends.
const PAUSE_PER_STEP: u32 = 8;
/// And of at least so much.
const SHORTEST_PAUSE: Duration = Duration::from_millis(5);
/// And at most, whatever a step that waited for somebody took.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// How much one run may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effort {
    /// Until there is nothing left.
    Whole,
    /// All but uploads that only contents name, for which all messages are read, and no longer than this.
    Rows(Duration),
    /// These uploads alone.
    Files,
}

/// What a run has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ran {
    /// How much has gone.
    pub removed: Tally,
    /// Whether there may be more that is to go.
    pub has_more: bool,
}

/// Removes what is too old.
#[derive(Clone)]
pub struct Retention {
    /// How long each is kept.
    pub ages: Ages,
    /// Where it is.
    pub rows: Arc<dyn AgedRows>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl Retention {
    /// Removes what is too old now.
    ///
    /// # Errors
    /// If the store could not; what was not removed goes with the next run.
    pub async fn run(&self, effort: Effort) -> StoreResult<Ran> {
        let (now, begun) = (self.clock.now(), Instant::now());
        let is_over = || matches!(effort, Effort::Rows(time) if begun.elapsed() >= time);
        let mut ran = Ran::default();
        for what in Aging::ALL {
            let Some(before) = self.ages.oldest_kept(what, now) else { continue };
            match (what, effort) {
                (Aging::Files, Effort::Rows(_)) => continue,
                (Aging::Files, _) => {
                    let count = self.remove_files(before, now).await?;
                    note(&mut ran.removed, what, count);
                    continue;
                }
                (_, Effort::Files) => continue,
                _ => {}
            }
            loop {
                let Removed { count, has_more } = self.step(what, before, now).await?;
                note(&mut ran.removed, what, count);
                if !has_more {
                    break;
                }
                if is_over() {
                    return Ok(Ran { has_more: true, ..ran });
                }
            }
        }
        Ok(ran)
    }

    /// One step of what is no file, and its pause.
    async fn step(&self, what: Aging, before: Millis, now: Millis) -> StoreResult<Removed> {
        let begun = Instant::now();
        let removed = self.rows.remove(what, before, now).await?;
        if removed.count > 0 {
            sleep(pause_after(begun.elapsed())).await;
        }
        Ok(removed)
    }

    /// What would go now, of each that has an age. Counts no further than `looks` looks each.
    ///
    /// # Errors
    /// If the store could not.
    pub async fn due(&self, looks: usize) -> StoreResult<Vec<Due>> {
        let now = self.clock.now();
        let mut all = Vec::new();
        for what in Aging::ALL {
            let Some((days, before)) = self.ages.days(what).zip(self.ages.oldest_kept(what, now)) else {
                continue;
            };
            let (count, is_whole) = match what {
                Aging::Files => self.count_files(before, looks).await?,
                _ => self.count(what, before, looks).await?,
            };
            all.push(Due { what, days, before, count, is_whole });
        }
        Ok(all)
    }

    async fn count(&self, what: Aging, before: Millis, looks: usize) -> StoreResult<(u64, bool)> {
        let (mut count, mut after) = (0, 0);
        for _ in 0..looks {
            let counted = self.rows.count(what, before, after).await?;
            count += counted.count;
            let Some(next) = counted.next else { return Ok((count, true)) };
            after = next;
        }
        Ok((count, false))
    }
}

fn note(removed: &mut Tally, what: Aging, count: u64) {
    removed.add(what, count);
    metrics::counter!("sixin_retention_removed_total", "what" => what.name()).increment(count);
}

fn pause_after(step: Duration) -> Duration {
    (step * PAUSE_PER_STEP).clamp(SHORTEST_PAUSE, LONGEST_PAUSE)
}

#[cfg(test)]
mod tests;
