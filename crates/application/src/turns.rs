//! Turns at slow work: a few at a time, beside the async threads, and a bounded number that waits.

use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// Why work was not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NoTurn {
    /// Too much waits already, or this has waited too long.
    #[error("too much is waiting; try again")]
    Busy,
    /// The work broke off.
    #[error("the work broke off")]
    Broken,
}

/// Hands out turns, for adapters whose ports demand a bound.
#[derive(Debug)]
pub struct Turns {
    places: Arc<Semaphore>,
    turns: Arc<Semaphore>,
    patience: Duration,
}

/// A turn, until it is dropped.
#[derive(Debug)]
pub struct Turn {
    _place: OwnedSemaphorePermit,
    _turn: OwnedSemaphorePermit,
}

impl Turns {
    /// So many at a time, so many that wait, and how long one may wait.
    #[must_use]
    pub fn new(at_a_time: usize, waiting: usize, patience: Duration) -> Self {
        let turns = |count| Arc::new(Semaphore::new(count));
        Self { places: turns(at_a_time.saturating_add(waiting)), turns: turns(at_a_time), patience }
    }

    /// Waits for a turn at work that is not done in one go.
    ///
    /// # Errors
    /// If too much waits already, or this has waited too long.
    pub async fn turn(&self) -> Result<Turn, NoTurn> {
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| NoTurn::Busy)?;
        let turn = timeout(self.patience, Arc::clone(&self.turns).acquire_owned()).await;
        let turn = turn.map_err(|_| NoTurn::Busy)?.map_err(|_| NoTurn::Broken)?;
        Ok(Turn { _place: place, _turn: turn })
    }

    /// Does slow work in its turn, on a thread for blocking work.
    ///
    /// # Errors
    /// See [`NoTurn`].
    pub async fn take<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, NoTurn> {
        let turn = self.turn().await?;
        let work = move || {
            // Held by the work itself, which goes on if nobody waits for it any more.
            let _held = turn;
            work()
        };
        tokio::task::spawn_blocking(work).await.map_err(|_| NoTurn::Broken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(5);

    #[tokio::test]
    async fn when_too_many_wait_the_next_is_turned_away() {
        let turns = Turns::new(2, 3, PATIENCE);
        let all = Arc::clone(&turns.places).acquire_many_owned(5).await.unwrap();
        assert_eq!(turns.take(|| 1).await, Err(NoTurn::Busy));
        drop(all);
        assert_eq!(turns.take(|| 1).await, Ok(1));
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_waits_for_ever() {
        let turns = Turns::new(2, 3, PATIENCE);
        let _all = turns.turns.acquire_many(2).await.unwrap();
        assert_eq!(turns.take(|| 1).await, Err(NoTurn::Busy));
    }

    #[tokio::test]
    async fn a_turn_lasts_as_long_as_the_work_also_if_nobody_waits_for_it() {
        let turns = Turns::new(1, 0, PATIENCE);
        let (go_on, wait) = std::sync::mpsc::channel::<()>();
        let given_up = timeout(Duration::from_millis(50), turns.take(move || wait.recv().is_ok())).await;
        assert!(given_up.is_err());
        assert_eq!(turns.take(|| 1).await, Err(NoTurn::Busy));
        go_on.send(()).unwrap();
        while turns.take(|| 1).await == Err(NoTurn::Busy) {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn work_that_breaks_off_gives_its_turn_back() {
        let turns = Turns::new(1, 0, PATIENCE);
        assert_eq!(turns.take(|| panic!("a test breaks off")).await, Err::<(), _>(NoTurn::Broken));
        assert_eq!(turns.take(|| 1).await, Ok(1));
    }
}
