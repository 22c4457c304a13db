//! D: what the storage adapter gives with nothing in front of it, by the size of its batches.

use anyhow::Result;
use serde::{Deserialize, Serialize};

use crate::bench::{Bench, ids_from_now};
use crate::latency::Percentiles;
use crate::ledger::audit;
use crate::storage_loop::{self, FULL_BATCH, Supply};
use crate::store::{Engine, Store};

const BATCHES: [usize; 5] = [1, 16, 64, 256, FULL_BATCH];
/// How many loops that takes.
pub(crate) const LOOPS: u64 = 5;

/// The loop with one size of batches.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct StorageRate {
    /// Messages in one transaction.
    pub(crate) batch: usize,
    /// Messages a second.
    pub(crate) rate: f64,
    /// Of a batch.
    pub(crate) latencies: Percentiles,
}

pub(crate) fn measure(bench: &mut Bench, engine: &Engine) -> Result<Vec<StorageRate>> {
    let store = bench.store(engine, "storage")?;
    let mut rates = Vec::new();
    for batch in BATCHES {
        bench.step(&format!("D: {}, {batch} messages a batch", engine.name()), bench.options.seconds);
        let (rate, latencies) = audited_loop(bench, &store, Supply::Always(batch))?;
        rates.push(StorageRate { batch, rate, latencies });
    }
    store.remove()?;
    Ok(rates)
}

/// Loops over the storage adapter and reads back what was acknowledged.
pub(crate) fn audited_loop(bench: &mut Bench, store: &Store, supply: Supply) -> Result<(f64, Percentiles)> {
    let (database, run, not_before) = (store.open()?, bench.next_run(), ids_from_now());
    let looped = storage_loop::run(&database, &store.population, run, supply, bench.options.time())?;
    let audited = audit(&looped.acknowledged, &store.messages_of(run, not_before)?)?;
    anyhow::ensure!(audited.unanswered == 0, "the loop stored messages that it was not told of");
    Ok((looped.rate, looped.latencies.percentiles()))
}
