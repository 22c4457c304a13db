//! What waits to be told to the other processes: never more than a little.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use sixin_application::delivery::neighbours::Hint;
use tokio::sync::Notify;

/// Bytes of signals that wait at most; of more the newest are dropped.
const MOST_BYTES: usize = 8 * 1024 * 1024;
/// So many signals are told at a time, unless that makes more bytes than the next.
const TOGETHER: usize = 64;
const BYTES_TOGETHER: usize = 256 * 1024;

#[derive(Default)]
pub(crate) struct Outbox {
    waiting: Mutex<Waiting>,
    news: Notify,
}

#[derive(Default)]
struct Waiting {
    /// All commits since the last one was told.
    hint: Option<Hint>,
    signals: VecDeque<String>,
    bytes: usize,
}

/// What is told at a time.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Parcel {
    pub(crate) hint: Option<Hint>,
    pub(crate) signals: Vec<String>,
}

impl Outbox {
    /// Has a commit told. While others are being told, all that come are made one.
    pub(crate) fn hint(&self, hint: Hint) {
        let mut waiting = self.waiting();
        waiting.hint = Some(match waiting.hint.take() {
            Some(earlier) => earlier.and(hint),
            None => hint,
        });
        self.news.notify_one();
    }

    /// Has a signal told.
    pub(crate) fn signal(&self, text: String) {
        let mut waiting = self.waiting();
        if waiting.bytes + text.len() > MOST_BYTES {
            metrics::counter!("sixin_redis_dropped_signals_total").increment(1);
            return;
        }
        waiting.bytes += text.len();
        waiting.signals.push_back(text);
        self.news.notify_one();
    }

    /// What there is to tell, as soon as there is anything.
    pub(crate) async fn next(&self) -> Parcel {
        loop {
            if let Some(parcel) = self.take() {
                return parcel;
            }
            self.news.notified().await;
        }
    }

    fn take(&self) -> Option<Parcel> {
        let mut waiting = self.waiting();
        let mut parcel = Parcel { hint: waiting.hint.take(), signals: Vec::new() };
        let mut bytes = 0;
        while parcel.signals.len() < TOGETHER && bytes < BYTES_TOGETHER {
            let Some(signal) = waiting.signals.pop_front() else { break };
            bytes += signal.len();
            parcel.signals.push(signal);
        }
        waiting.bytes -= bytes;
        (parcel.hint.is_some() || !parcel.signals.is_empty()).then_some(parcel)
    }

    /// Forgets what waits: it would come too late.
    pub(crate) fn clear(&self) {
        *self.waiting() = Waiting::default();
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use sixin_application::delivery::neighbours::Concerned;
    use sixin_domain::id::UserId;
    use sixin_domain::log::Position;

    use super::*;

    fn hint(until: i64, user: i64) -> Hint {
        Hint { until: Some(Position(until)), concerned: Concerned::Users(vec![UserId(user)]) }
    }

    #[tokio::test]
    async fn commits_that_wait_are_told_as_one() {
        let outbox = Outbox::default();
        outbox.hint(hint(5, 1));
        outbox.hint(hint(9, 2));
        let both = Hint { until: Some(Position(9)), concerned: Concerned::Users(vec![UserId(1), UserId(2)]) };
        assert_eq!(outbox.next().await, Parcel { hint: Some(both), signals: Vec::new() });
        assert_eq!(outbox.take(), None);
    }

    #[test]
    fn signals_are_told_in_order_and_some_at_a_time() {
        let outbox = Outbox::default();
        (0..100).for_each(|number: i32| outbox.signal(number.to_string()));
        let told: Vec<Vec<String>> = std::iter::from_fn(|| Some(outbox.take()?.signals)).collect();
        assert_eq!(told.iter().map(Vec::len).collect::<Vec<_>>(), [64, 36]);
        assert_eq!(told.concat(), (0..100).map(|number: i32| number.to_string()).collect::<Vec<_>>());
    }

    #[test]
    fn no_more_than_some_bytes_wait() {
        let outbox = Outbox::default();
        let large = "x".repeat(BYTES_TOGETHER);
        for _ in 0..2 * MOST_BYTES / BYTES_TOGETHER {
            outbox.signal(large.clone());
        }
        let told: Vec<usize> = std::iter::from_fn(|| Some(outbox.take()?.signals.len())).collect();
        assert_eq!(told, vec![1; MOST_BYTES / BYTES_TOGETHER], "one large one at a time");
        outbox.signal("room again".into());
        outbox.clear();
        assert_eq!(outbox.take(), None);
    }
}
