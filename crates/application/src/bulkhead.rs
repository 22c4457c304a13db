//! A bulkhead around slow work: a few at a time, beside the async threads, and a bounded number that waits.

use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// Why work was not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Overload {
    /// Too much waits already, or this has waited too long.
    #[error("too much is waiting; try again")]
    Busy,
    /// The work broke off.
    #[error("the work broke off")]
    Broken,
}

/// Hands out permits, for adapters whose ports demand a bound.
#[derive(Debug)]
pub struct Bulkhead {
    places: Arc<Semaphore>,
    permits: Arc<Semaphore>,
    patience: Duration,
}

/// Leave to work, until it is dropped.
#[derive(Debug)]
pub struct Permit {
    _place: OwnedSemaphorePermit,
    _permit: OwnedSemaphorePermit,
}

impl Bulkhead {
    /// So many at a time, so many that wait, and how long one may wait.
    #[must_use]
    pub fn new(at_a_time: usize, waiting: usize, patience: Duration) -> Self {
        let permits = |count| Arc::new(Semaphore::new(count));
        Self { places: permits(at_a_time.saturating_add(waiting)), permits: permits(at_a_time), patience }
    }

    /// Waits for a permit, for work that is not done in one go.
    ///
    /// # Errors
    /// If too much waits already, or this has waited too long.
    pub async fn permit(&self) -> Result<Permit, Overload> {
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| Overload::Busy)?;
        let permit = timeout(self.patience, Arc::clone(&self.permits).acquire_owned()).await;
        let permit = permit.map_err(|_| Overload::Busy)?.map_err(|_| Overload::Broken)?;
        Ok(Permit { _place: place, _permit: permit })
    }

    /// Does slow work under a permit, on a thread for blocking work.
    ///
    /// # Errors
    /// See [`Overload`].
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Overload> {
        let permit = self.permit().await?;
        let work = move || {
            // Held by the work itself, which goes on if nobody waits for it any more.
            let _held = permit;
            work()
        };
        tokio::task::spawn_blocking(work).await.map_err(|_| Overload::Broken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(5);

    #[tokio::test]
    async fn when_too_many_wait_the_next_is_refused() {
        let bulkhead = Bulkhead::new(2, 3, PATIENCE);
        let all = Arc::clone(&bulkhead.places).acquire_many_owned(5).await.unwrap();
        assert_eq!(bulkhead.run(|| 1).await, Err(Overload::Busy));
        drop(all);
        assert_eq!(bulkhead.run(|| 1).await, Ok(1));
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_waits_for_ever() {
        let bulkhead = Bulkhead::new(2, 3, PATIENCE);
        let _all = bulkhead.permits.acquire_many(2).await.unwrap();
        assert_eq!(bulkhead.run(|| 1).await, Err(Overload::Busy));
    }

    #[tokio::test]
    async fn a_permit_lasts_as_long_as_the_work_also_if_nobody_waits_for_it() {
        let bulkhead = Bulkhead::new(1, 0, PATIENCE);
        let (go_on, wait) = std::sync::mpsc::channel::<()>();
        let given_up = timeout(Duration::from_millis(50), bulkhead.run(move || wait.recv().is_ok())).await;
        assert!(given_up.is_err());
        assert_eq!(bulkhead.run(|| 1).await, Err(Overload::Busy));
        go_on.send(()).unwrap();
        while bulkhead.run(|| 1).await == Err(Overload::Busy) {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn work_that_breaks_off_gives_its_permit_back() {
        let bulkhead = Bulkhead::new(1, 0, PATIENCE);
        assert_eq!(bulkhead.run(|| panic!("a test breaks off")).await, Err::<(), _>(Overload::Broken));
        assert_eq!(bulkhead.run(|| 1).await, Ok(1));
    }
}
