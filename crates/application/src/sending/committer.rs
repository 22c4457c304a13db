//! Batches sends so that one commit serves many (docs/design.md#committer).
//!
//! Units wait in bounded queues, one a lane. Each lane has one writer, which takes all that waits (up to a limit),
//! has it committed in one transaction, answers every waiter and takes what has gathered meanwhile. There is no timer:
//! a lone unit is committed at once, and a busy server batches by itself.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use sixin_domain::conversation::pair::Pair;
use thiserror::Error;
use tokio::sync::oneshot;

use crate::sending::ports::{AppendError, MessageStore, SendUnit, Stored};

/// Bounds of queues and batches.
#[derive(Debug, Clone, Copy)]
pub struct CommitterLimits {
    /// Units that may wait in one lane.
    pub queue_units: usize,
    /// Bytes that may wait in one lane; a unit that is larger alone may still wait alone.
    pub queue_bytes: usize,
    /// Units in one batch.
    pub batch_units: usize,
    /// Messages in one batch; a unit with more is a batch of its own.
    pub batch_rows: usize,
    /// Bytes in one batch; a unit with more is a batch of its own.
    pub batch_bytes: usize,
    /// How long a caller waits for its answer.
    pub patience: Duration,
}

impl Default for CommitterLimits {
    fn default() -> Self {
        Self {
            queue_units: 8192,
            queue_bytes: 64 << 20,
            batch_units: 512,
            batch_rows: 2048,
            batch_bytes: 4 << 20,
            patience: Duration::from_secs(10),
        }
    }
}

/// How many writers work side by side. One on SQLite, which has one writer anyway.
#[derive(Debug, Clone, Copy)]
pub struct Lanes {
    /// Lanes among which units with one recipient are spread by their pair.
    pub narrow: usize,
    /// Whether units with several recipients have a lane of their own.
    pub wide: bool,
}

/// Why a unit was not committed, as far as the caller can know.
#[derive(Debug, Error)]
pub enum CommitError {
    /// The queue is full; nothing was stored. Try again after a moment.
    #[error("the queue of messages to be stored is full")]
    QueueFull,
    /// The server is shutting down; nothing was stored.
    #[error("the server is shutting down")]
    Closed,
    /// No answer in time. The unit may still be committed.
    #[error("storing took too long; the message may or may not be stored")]
    TimedOut,
    /// The store refused it; nothing was stored, if the store knows.
    #[error(transparent)]
    Append(#[from] AppendError),
}

type Answer = Result<Stored, AppendError>;

struct Waiting {
    unit: SendUnit,
    weight: usize,
    reply: oneshot::Sender<Answer>,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Waiting>,
    bytes: usize,
    closed: bool,
    full_since: Option<Instant>,
}

struct Lane {
    queue: Mutex<Queue>,
    wake: Condvar,
    limits: CommitterLimits,
}

impl Lane {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, unit: SendUnit) -> Result<oneshot::Receiver<Answer>, CommitError> {
        let (reply, answer) = oneshot::channel();
        let weight = unit.weight();
        let mut queue = self.queue();
        if queue.closed {
            return Err(CommitError::Closed);
        }
        let no_room = queue.waiting.len() >= self.limits.queue_units
            || (!queue.waiting.is_empty() && queue.bytes + weight > self.limits.queue_bytes);
        if no_room {
            queue.full_since.get_or_insert_with(Instant::now);
            metrics::counter!("sixin_queue_refused_total").increment(1);
            return Err(CommitError::QueueFull);
        }
        queue.bytes += weight;
        queue.waiting.push_back(Waiting { unit, weight, reply });
        metrics::gauge!("sixin_queue_units").increment(1.0);
        drop(queue);
        self.wake.notify_one();
        Ok(answer)
    }

    /// The next batch, or `None` when the lane is closed and empty.
    fn next_batch(&self) -> Option<Vec<Waiting>> {
        let mut queue = self.queue();
        while queue.waiting.is_empty() {
            if queue.closed {
                return None;
            }
            queue = self.wake.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
        let (mut batch, mut rows, mut bytes) = (Vec::new(), 0, 0);
        while let Some(next) = queue.waiting.front() {
            rows += next.unit.messages.len();
            bytes += next.weight;
            let too_much = rows > self.limits.batch_rows || bytes > self.limits.batch_bytes;
            if batch.len() >= self.limits.batch_units || (too_much && !batch.is_empty()) {
                break;
            }
            queue.bytes -= next.weight;
            batch.extend(queue.waiting.pop_front());
        }
        queue.full_since = None;
        metrics::gauge!("sixin_queue_units")
            .decrement(f64::from(u32::try_from(batch.len()).unwrap_or(u32::MAX)));
        Some(batch)
    }

    fn work(&self, log: &dyn MessageStore) {
        while let Some(batch) = self.next_batch() {
            let (units, replies): (Vec<_>, Vec<_>) =
                batch.into_iter().map(|waiting| (waiting.unit, waiting.reply)).unzip();
            let begun = Instant::now();
            metrics::histogram!("sixin_batch_units").record(u32::try_from(units.len()).unwrap_or(u32::MAX));
            // A panic must not take the writer away from those who still wait; the waiters of this batch see their
            // reply dropped.
            let Ok(answers) = catch_unwind(AssertUnwindSafe(|| log.append(units))) else {
                tracing::error!("storing a batch panicked; its senders were answered with an error");
                continue;
            };
            metrics::histogram!("sixin_commit_seconds").record(begun.elapsed().as_secs_f64());
            for (reply, answer) in replies.into_iter().zip(answers) {
                // A caller who has hung up changes nothing for the others.
                let _ = reply.send(answer);
            }
        }
    }
}

/// The queues and their writers.
pub struct Committer {
    narrow: Vec<Arc<Lane>>,
    wide: Option<Arc<Lane>>,
    writers: Mutex<Vec<JoinHandle<()>>>,
    patience: Duration,
}

impl Committer {
    /// Starts the writers.
    ///
    /// # Errors
    /// If a thread can't be started.
    pub fn start(
        log: &Arc<dyn MessageStore>,
        lanes: Lanes,
        limits: CommitterLimits,
    ) -> std::io::Result<Self> {
        let lane = || Arc::new(Lane { queue: Mutex::default(), wake: Condvar::new(), limits });
        let narrow: Vec<_> = (0..lanes.narrow.max(1)).map(|_| lane()).collect();
        let wide = lanes.wide.then(lane);
        let mut writers = Vec::new();
        for (number, lane) in narrow.iter().chain(&wide).enumerate() {
            let (lane, log) = (Arc::clone(lane), Arc::clone(log));
            let name = format!("writer-{number}");
            writers.push(std::thread::Builder::new().name(name).spawn(move || lane.work(log.as_ref()))?);
        }
        Ok(Self { narrow, wide, writers: Mutex::new(writers), patience: limits.patience })
    }

    /// Has a unit committed and answers where its messages are.
    ///
    /// # Errors
    /// See [`CommitError`]; only [`CommitError::TimedOut`] and [`AppendError::Unknown`] leave open whether the unit is
    /// stored.
    pub async fn commit(&self, unit: SendUnit) -> Result<Stored, CommitError> {
        let answer = self.lane_of(&unit).ok_or(CommitError::Closed)?.push(unit)?;
        match tokio::time::timeout(self.patience, answer).await {
            Err(_) | Ok(Err(_)) => Err(CommitError::TimedOut),
            Ok(Ok(answer)) => answer.map_err(CommitError::from),
        }
    }

    /// For how long the fullest queue has been full.
    #[must_use]
    pub fn full_for(&self) -> Option<Duration> {
        self.lanes().filter_map(|lane| lane.queue().full_since.map(|since| since.elapsed())).max()
    }

    /// Takes no more units, and returns when all that were accepted are answered. Blocks.
    pub fn drain(&self) {
        for lane in self.lanes() {
            lane.queue().closed = true;
            lane.wake.notify_all();
        }
        let writers: Vec<_> =
            std::mem::take(&mut *self.writers.lock().unwrap_or_else(PoisonError::into_inner));
        for writer in writers {
            let _ = writer.join();
        }
    }

    fn lanes(&self) -> impl Iterator<Item = &Arc<Lane>> {
        self.narrow.iter().chain(&self.wide)
    }

    /// Messages of one pair always take the same narrow lane, so they keep the order in which they came.
    fn lane_of(&self, unit: &SendUnit) -> Option<&Arc<Lane>> {
        if unit.messages.len() > 1 && self.wide.is_some() {
            return self.wide.as_ref();
        }
        let pair =
            unit.messages.first().and_then(|message| Pair::of(unit.envelope.sender, message.recipient))?;
        let spread = pair.a().0.wrapping_mul(31).wrapping_add(pair.b().0).unsigned_abs();
        let index = usize::try_from(spread % u64::try_from(self.narrow.len()).ok()?).ok()?;
        self.narrow.get(index)
    }
}

#[cfg(test)]
mod tests;
