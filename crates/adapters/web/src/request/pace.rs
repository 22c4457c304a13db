//! How long a client may make us wait for the next piece of an upload.

use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;

use futures_core::Stream;
use tokio::time::{Instant, timeout};

use crate::limits::LeastSpeed;

/// It was waited too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooSlow;

/// Waits for pieces, and adds up how long. What we do with them in between, on a slow disk perhaps, is not held against the
/// client.
pub(super) struct Pace {
    /// The longest pause.
    pause: Duration,
    least: LeastSpeed,
    waited: Duration,
    bytes: u64,
}

impl Pace {
    pub(super) fn new(pause: Duration, least: LeastSpeed) -> Self {
        Self { pause, least, waited: Duration::ZERO, bytes: 0 }
    }

    /// A pace without a least speed.
    pub(super) fn any(pause: Duration) -> Self {
        Self::new(pause, LeastSpeed { bytes_a_second: 0, slow_start: Duration::ZERO })
    }

    /// Counts what has arrived.
    pub(super) fn count(&mut self, bytes: usize) {
        self.bytes = self.bytes.saturating_add(bytes as u64);
    }

    /// The next piece, if it comes before too long a pause and before all of them are too slow on average.
    pub(super) async fn next<S: Stream + Unpin>(
        &mut self,
        stream: &mut S,
    ) -> Result<Option<S::Item>, TooSlow> {
        let begun = Instant::now();
        let next = poll_fn(|context| Pin::new(&mut *stream).poll_next(context));
        let next = timeout(self.patience(), next).await.map_err(|_| TooSlow);
        self.waited = self.waited.saturating_add(begun.elapsed());
        next
    }

    fn patience(&self) -> Duration {
        let millis = self.bytes.saturating_mul(1000).checked_div(self.least.bytes_a_second);
        let Some(millis) = millis else { return self.pause };
        let in_all = Duration::from_millis(millis).max(self.least.slow_start);
        self.pause.min(in_all.saturating_sub(self.waited))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::task::{Context, Poll};
    use tokio::time::{Sleep, sleep};

    /// A byte every so often.
    struct Drip(Duration, Pin<Box<Sleep>>);

    impl Stream for Drip {
        type Item = ();

        fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<()>> {
            std::task::ready!(self.1.as_mut().poll(context));
            self.1 = Box::pin(sleep(self.0));
            Poll::Ready(Some(()))
        }
    }

    /// How long a client is waited for that sends so many bytes every so often, at most a thousand times.
    async fn waited(mut pace: Pace, every_ms: u64, bytes: usize) -> (u128, Result<(), TooSlow>) {
        let every = Duration::from_millis(every_ms);
        let (begun, mut drip) = (Instant::now(), Drip(every, Box::pin(sleep(every))));
        for _ in 0..1000 {
            if let Err(slow) = pace.next(&mut drip).await {
                return (begun.elapsed().as_millis(), Err(slow));
            }
            pace.count(bytes);
        }
        (begun.elapsed().as_millis(), Ok(()))
    }

    fn pace() -> Pace {
        let least = LeastSpeed { bytes_a_second: 1000, slow_start: Duration::from_secs(10) };
        Pace::new(Duration::from_secs(7), least)
    }

    #[tokio::test(start_paused = true)]
    async fn who_is_too_slow_on_average_is_waited_for_no_longer_than_a_slow_start() {
        assert_eq!(waited(pace(), 100, 99).await, (10_000, Err(TooSlow)));
        assert_eq!(waited(pace(), 6000, 1).await, (10_000, Err(TooSlow)));
        assert_eq!(
            waited(pace(), 8000, 9_000_000).await,
            (7_000, Err(TooSlow)),
            "nor for longer than a pause"
        );
        assert_eq!(waited(pace(), 100, 101).await, (100_000, Ok(())));
        assert_eq!(waited(Pace::any(Duration::from_secs(7)), 6000, 1).await, (6_000_000, Ok(())));
    }

    #[tokio::test(start_paused = true)]
    async fn what_came_fast_at_first_gives_time_for_later() {
        let mut pace = pace();
        pace.count(60_000);
        assert_eq!(waited(pace, 5000, 0).await, (60_000, Err(TooSlow)));
    }

    #[tokio::test(start_paused = true)]
    async fn our_own_time_is_not_counted() {
        let mut pace = pace();
        let mut drip = Drip(Duration::from_millis(1), Box::pin(sleep(Duration::ZERO)));
        for _ in 0..9 {
            assert_eq!(pace.next(&mut drip).await, Ok(Some(())));
            sleep(Duration::from_secs(60)).await;
        }
    }
}
