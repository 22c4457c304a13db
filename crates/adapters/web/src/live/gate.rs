//! How many streams begin, and how they all end when the server stops (docs/live.md#limits).

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::watch;

/// Streams that end a second when the server stops.
const ENDING_A_SECOND: usize = 500;
/// They take at least so long, so that not all come back at once.
const SHORTEST_DRAIN: Duration = Duration::from_secs(2);

/// So long somebody waits to be let in when many come at once; whoever would wait longer is told to come back.
const LONGEST_WAIT: Duration = Duration::from_secs(2);

/// Those who were cut off are told to come back over at least so long.
const SHORTEST_RETURN: Duration = Duration::from_secs(5);

/// How much of the process live streams may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LiveLimits {
    /// Streams at a time.
    pub connections: usize,
    /// Streams that begin a second.
    pub new_per_second: u32,
    /// How often a stream on which nothing happens shows that it is alive.
    pub heartbeat: Duration,
}

impl Default for LiveLimits {
    fn default() -> Self {
        Self { connections: 50_000, new_per_second: 200, heartbeat: Duration::from_secs(20) }
    }
}

/// Why no stream begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TurnedAway {
    /// The server stops.
    Draining,
    /// Too many are there, or begin.
    TooMany,
}

/// How everybody leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Drain {
    /// Over so long streams end,
    leaving: Duration,
    /// and over so long those who followed come back.
    returning: Duration,
}

/// Where streams begin.
pub struct Gate {
    limits: LiveLimits,
    /// How many may begin now, or below 0 how many wait to, and when that was reckoned.
    begin: Mutex<(f64, Instant)>,
    drain: watch::Sender<Option<Drain>>,
}

impl Gate {
    /// An open one.
    #[must_use]
    pub fn new(limits: LiveLimits) -> Self {
        let begin = Mutex::new((f64::from(limits.new_per_second), Instant::now()));
        Self { limits, begin, drain: watch::channel(None).0 }
    }

    /// What was configured.
    #[must_use]
    pub fn limits(&self) -> LiveLimits {
        self.limits
    }

    /// Whether a stream may begin beside so many, and after how long: when many come at once the last of them wait a moment.
    ///
    /// # Errors
    /// If none may begin now.
    pub fn admit(&self, connections: usize) -> Result<Duration, TurnedAway> {
        if self.is_draining() {
            return Err(TurnedAway::Draining);
        }
        let mut begin = self.begin.lock().unwrap_or_else(PoisonError::into_inner);
        let (left, since) = *begin;
        let most = f64::from(self.limits.new_per_second);
        let left = (left + since.elapsed().as_secs_f64() * most).min(most);
        *begin = (left, Instant::now());
        // Those who wait are no connections yet.
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a count of a few hundred"
        )]
        let waiting = (-left).max(0.0) as usize;
        let wait = Duration::from_secs_f64(((1.0 - left) / most).max(0.0));
        if connections + waiting >= self.limits.connections || wait > LONGEST_WAIT {
            return Err(TurnedAway::TooMany);
        }
        begin.0 = left - 1.0;
        Ok(wait)
    }

    /// Whether the server stops.
    #[must_use]
    pub fn is_draining(&self) -> bool {
        self.drain.borrow().is_some()
    }

    /// Has all streams end, in no order, over the time that is answered.
    pub fn drain(&self, connections: usize) -> Duration {
        let seconds =
            |a_second: usize| Duration::from_secs((connections / a_second.max(1)).try_into().unwrap_or(0));
        let leaving =
            if connections == 0 { Duration::ZERO } else { SHORTEST_DRAIN.max(seconds(ENDING_A_SECOND)) };
        // Who takes over lets in no more a second, and whoever comes too early has to come again.
        let most = usize::try_from(self.limits.new_per_second).unwrap_or(usize::MAX);
        let returning = SHORTEST_RETURN.max(seconds(most) * 5 / 4);
        self.drain.send_replace(Some(Drain { leaving, returning }));
        leaving
    }

    /// Is woken when all streams are to end.
    pub fn draining(&self) -> Draining {
        Draining(self.drain.subscribe())
    }
}

/// Hears that all streams are to end.
pub struct Draining(watch::Receiver<Option<Drain>>);

impl Draining {
    /// Waits for it; answers over how long they end.
    pub async fn begins(&mut self) -> Option<Duration> {
        self.0.changed().await.ok()?;
        self.0.borrow_and_update().map(|drain| drain.leaving)
    }

    /// Over how long those who followed are to come back.
    pub(crate) fn returning(&self) -> Duration {
        self.0.borrow().map_or(SHORTEST_RETURN, |drain| drain.returning)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_begin_than_may_and_none_once_the_server_stops() {
        let gate = Gate::new(LiveLimits { connections: 10, new_per_second: 3, ..LiveLimits::default() });
        assert_eq!(gate.admit(10), Err(TurnedAway::TooMany), "there are too many");
        let admitted: Vec<Duration> = (0..50).filter_map(|_| gate.admit(0).ok()).collect();
        let at_once = admitted.iter().filter(|wait| wait.is_zero()).count();
        assert!((3..=4).contains(&at_once), "{at_once} began at once");
        assert!(
            (6..=7).contains(&(admitted.len() - at_once)),
            "and as many wait as can begin in two seconds"
        );
        assert!(admitted.is_sorted() && admitted.iter().all(|wait| *wait <= LONGEST_WAIT));
        assert_eq!(gate.admit(4), Err(TurnedAway::TooMany), "those who wait count");
        assert_eq!(gate.drain(5_000), Duration::from_secs(10));
        assert_eq!(gate.admit(0), Err(TurnedAway::Draining));
        assert_eq!((gate.drain(3), gate.drain(0)), (SHORTEST_DRAIN, Duration::ZERO));
    }

    #[test]
    fn those_who_wait_to_be_let_in_count_like_those_who_are_there() {
        let gate = Gate::new(LiveLimits { connections: 5, new_per_second: 100, ..LiveLimits::default() });
        let waiting = (0..1000).filter(|_| gate.admit(0).is_ok_and(|wait| !wait.is_zero())).count();
        assert!((5..=6).contains(&waiting), "{waiting} wait for five places");
    }

    #[test]
    fn those_who_are_cut_off_come_back_no_faster_than_they_are_let_in() {
        let gate = Gate::new(LiveLimits { new_per_second: 200, ..LiveLimits::default() });
        let draining = gate.draining();
        for (connections, seconds) in [(0, 5), (100, 5), (5_000, 31), (50_000, 312)] {
            gate.drain(connections);
            assert_eq!(draining.returning().as_secs(), seconds, "{connections}");
        }
    }
}
