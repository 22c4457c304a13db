//! What the decorators are made of: [`Shelf`] for many answers, [`Single`] for one.
//!
//! **Generations.** A memory counts how often it has forgotten, and every answer is kept under the count that held
//! *before* it was asked for. A drop moves the count, so an answer that was read before a change and arrives after the
//! drop is under a count nobody looks for any more: it can never be given out, whatever the order of events.

use std::hash::Hash;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use metrics::{Counter, Gauge};
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::{MAX_AGE, TRUST};
use sixin_application::ports::{StoreError, StoreResult};

/// Something that keeps answers about one topic.
pub(super) trait Memory {
    /// Gives up everything, and whatever was asked for before this call.
    fn forget(&self);

    /// Says how much is kept.
    fn report_size(&self);
}

/// Whether memory may be trusted.
pub(super) struct Freshness {
    origin: Instant,
    /// Microseconds from the origin until trust ends.
    trusted_until: AtomicU64,
}

impl Freshness {
    pub(crate) fn new() -> Self {
        Self { origin: Instant::now(), trusted_until: AtomicU64::new(0) }
    }

    /// What is in memory was right at that moment.
    pub(super) fn confirm(&self, at: Instant) {
        self.trusted_until.store(self.micros(at + TRUST), Ordering::Release);
    }

    /// The time, if memory is trusted now.
    fn trusted_now(&self) -> Option<Age> {
        let now = self.micros(Instant::now());
        (now < self.trusted_until.load(Ordering::Acquire)).then_some(Age(now))
    }

    /// When the answer that is kept now, after so many others, has to be asked for again: after between half of [`MAX_AGE`]
    /// and all of it, so that what was learnt together does not end together, and nobody waits for all of it at once.
    fn end_of(&self, number: u64) -> Age {
        let half = self.micros(self.origin + MAX_AGE) / 2;
        // The fractions of multiples of the golden ratio are spread evenly, however many there are.
        let fraction = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
        Age(self.micros(Instant::now()) + half + ((half * fraction) >> 32))
    }

    fn micros(&self, at: Instant) -> u64 {
        u64::try_from(at.duration_since(self.origin).as_micros()).unwrap_or(u64::MAX)
    }
}

/// Microseconds since a memory was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Age(u64);

/// Hits, misses and size of one cache.
struct Meter {
    hits: Counter,
    misses: Counter,
    entries: Gauge,
}

impl Meter {
    fn new(cache: &'static str) -> Self {
        Self {
            hits: metrics::counter!("sixin_cache_hits_total", "cache" => cache),
            misses: metrics::counter!("sixin_cache_misses_total", "cache" => cache),
            entries: metrics::gauge!("sixin_cache_entries", "cache" => cache),
        }
    }

    fn count(&self, is_hit: bool) {
        if is_hit { self.hits.increment(1) } else { self.misses.increment(1) }
    }
}

/// Under which an answer is kept: see the module's page on generations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Generation(u64);

#[derive(Clone)]
struct WeighedBy<V>(fn(&V) -> u64);

impl<K, V> Weighter<(Generation, K), Kept<V>> for WeighedBy<V> {
    fn weight(&self, _key: &(Generation, K), kept: &Kept<V>) -> u64 {
        (self.0)(&kept.value).max(1)
    }
}

/// Keeps many answers, within a bound.
pub(super) struct Shelf<K, V> {
    generation: AtomicU64,
    cache: Cache<(Generation, K), Kept<V>, WeighedBy<V>>,
    /// How many answers were kept.
    count: AtomicU64,
    freshness: Arc<Freshness>,
    meter: Meter,
}

/// An answer, and when it has to be asked for again.
#[derive(Clone)]
struct Kept<V> {
    value: V,
    end: Age,
}

impl<K: Eq + Hash + Clone, V: Clone> Shelf<K, V> {
    /// Room for answers of that weight together. An answer without peculiarities weighs 1.
    pub(crate) fn new(
        name: &'static str,
        capacity: u64,
        weight: fn(&V) -> u64,
        freshness: Arc<Freshness>,
    ) -> Self {
        let estimate = usize::try_from(capacity).unwrap_or(usize::MAX);
        Self {
            generation: AtomicU64::new(0),
            cache: Cache::with_weighter(estimate, capacity, WeighedBy(weight)),
            count: AtomicU64::new(0),
            freshness,
            meter: Meter::new(name),
        }
    }

    /// The generation under which an answer is to be kept; to be taken before the store is asked.
    pub(super) fn generation(&self) -> Generation {
        Generation(self.generation.load(Ordering::Acquire))
    }

    /// What is kept, if it may be trusted.
    pub(super) fn get(&self, key: &K) -> Option<V> {
        let now = self.freshness.trusted_now();
        let found = now.and_then(|now| {
            let kept = self.cache.get(&(self.generation(), key.clone()))?;
            (now < kept.end).then_some(kept.value)
        });
        self.meter.count(found.is_some());
        found
    }

    /// Keeps an answer that was asked for in that generation.
    pub(super) fn keep(&self, generation: Generation, key: K, value: V) {
        // An answer of an earlier generation would do no harm, but nobody would find it either.
        if generation == self.generation() {
            let end = self.freshness.end_of(self.count.fetch_add(1, Ordering::Relaxed));
            self.cache.insert((generation, key), Kept { value, end });
        }
    }
}

impl<K: Eq + Hash, V: Clone> Memory for Shelf<K, V> {
    fn forget(&self) {
        self.generation.fetch_add(1, Ordering::AcqRel);
        self.cache.clear();
    }

    fn report_size(&self) {
        self.meter.entries.set(f64::from(u32::try_from(self.cache.len()).unwrap_or(u32::MAX)));
    }
}

/// Keeps one answer that everybody needs and that may be costly to make, so that it is not made twice at a time.
pub(super) struct Single<V> {
    generation: AtomicU64,
    kept: RwLock<Option<(u64, Kept<Arc<V>>)>>,
    begun: AtomicU64,
    last: Mutex<Attempt<V>>,
    freshness: Arc<Freshness>,
    meter: Meter,
}

/// The attempt at making the answer that ended last.
struct Attempt<V> {
    number: u64,
    outcome: Option<StoreResult<Arc<V>>>,
}

impl<V> Single<V> {
    pub(crate) fn new(name: &'static str, freshness: Arc<Freshness>) -> Self {
        Self {
            generation: AtomicU64::new(0),
            kept: RwLock::new(None),
            begun: AtomicU64::new(0),
            last: Mutex::new(Attempt { number: 0, outcome: None }),
            freshness,
            meter: Meter::new(name),
        }
    }

    /// What is kept, or else what `load` answers.
    pub(super) async fn get<F>(&self, load: impl FnOnce() -> F + Send) -> StoreResult<Arc<V>>
    where
        F: Future<Output = StoreResult<Arc<V>>> + Send,
    {
        let kept = self.kept();
        self.meter.count(kept.is_some());
        if let Some(kept) = kept {
            return Ok(kept);
        }
        let arrived = self.begun.load(Ordering::Acquire);
        let mut last = self.last.lock().await;
        if let Some(kept) = self.kept() {
            return Ok(kept);
        }
        // What was begun after we came is as new as what we would get, and if it failed, so should we: callers who
        // queue up before a dead store would otherwise wait for one time-out after the other.
        if let Some(outcome) = last.outcome.as_ref().filter(|_| last.number > arrived) {
            return outcome.as_ref().map(Arc::clone).map_err(restated);
        }
        let number = self.begun.fetch_add(1, Ordering::AcqRel) + 1;
        let generation = self.generation.load(Ordering::Acquire);
        let outcome = load().await;
        if let Ok(made) = &outcome {
            let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
            *kept = Some((generation, Kept { value: Arc::clone(made), end: self.freshness.end_of(number) }));
        }
        let answer = outcome.as_ref().map(Arc::clone).map_err(restated);
        *last = Attempt { number, outcome: Some(outcome) };
        answer
    }

    fn kept(&self) -> Option<Arc<V>> {
        let now = self.freshness.trusted_now()?;
        let generation = self.generation.load(Ordering::Acquire);
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        let (of, kept) = kept.as_ref()?;
        (*of == generation && now < kept.end).then(|| Arc::clone(&kept.value))
    }
}

impl<V> Memory for Single<V> {
    fn forget(&self) {
        self.generation.fetch_add(1, Ordering::AcqRel);
        *self.kept.write().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn report_size(&self) {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        self.meter.entries.set(if kept.is_some() { 1.0 } else { 0.0 });
    }
}

/// The same failure, for another caller.
fn restated(error: &StoreError) -> StoreError {
    match error {
        StoreError::Unavailable(cause) => StoreError::Unavailable(cause.to_string().into()),
        StoreError::Fault(cause) => StoreError::Fault(cause.to_string().into()),
    }
}
