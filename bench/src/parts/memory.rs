//! What memory the server takes when it is idle, and when far more comes than can be stored.

use std::time::Duration;

use anyhow::Result;
use serde::{Deserialize, Serialize};

use super::slow_disk::Slowness;
use super::storage::audited_loop;
use crate::bench::{Bench, most};
use crate::latency::Percentiles;
use crate::load::{Load, Pace};
use crate::numbers::ratio;
use crate::requests::Dialect;
use crate::server::{Program, Server};
use crate::storage_loop::{FULL_BATCH, Supply};
use crate::store::Engine;

/// About how long that takes.
pub(crate) const SECONDS: u64 = 120;
const CONNECTIONS: usize = 2048;
/// How many times as long a commit takes.
const SLOWER: f64 = 10.0;
const OVERLOAD: Duration = Duration::from_secs(60);

/// Resident memory of the server in bytes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Memory {
    /// When nothing has been asked of it yet.
    pub(crate) idle: u64,
    /// With 2048 connections that send again as soon as they are answered, and commits that take ten times as long:
    /// the most in the first half of that time,
    pub(crate) overload_first_half: u64,
    /// and in the second.
    pub(crate) overload_second_half: u64,
    /// Second half to first.
    pub(crate) growth: f64,
    pub(crate) connections: usize,
    /// How long the disk was made to sleep in each commit, in milliseconds.
    pub(crate) sleep_ms: f64,
    /// Messages a second under that overload.
    pub(crate) rate: f64,
    pub(crate) latencies: Percentiles,
    pub(crate) errors: u64,
}

/// The server's memory does not depend on the database, and a disk can be slowed only under a process of ours: so this
/// is measured on SQLite.
pub(crate) fn measure(bench: &mut Bench, engine: &Engine) -> Result<Option<Memory>> {
    let Engine::Sqlite = engine else { return Ok(None) };
    bench.step("memory: 2048 connections, commits ten times slower", SECONDS);
    let store = bench.store(engine, "memory")?;
    let (_, of_a_batch) = audited_loop(bench, &store, Supply::Always(FULL_BATCH))?;
    let sleep_ms = of_a_batch.p50 * (SLOWER - 1.0);
    let slowness = Slowness::new(bench, sleep_ms)?;
    let server = Server::start(Program::Sixin, &store.url, &bench.directory, &slowness.configuration()?)?;
    std::thread::sleep(Duration::from_secs(1));
    let idle = server.resident_bytes()?;
    bench.warm_up(&server, &store, Dialect::RongCloud)?;
    let load = bench.load(&server, &store, (Dialect::RongCloud, CONNECTIONS, Pace::Closed));
    let (loaded, watched) = bench.audited(Load { time: OVERLOAD, ..load }, &server, &store)?;
    drop(server);
    store.remove()?;
    let (first, second) = watched.resident.split_at(watched.resident.len() / 2);
    let (first, second) = (most(first), most(second));
    Ok(Some(Memory {
        idle,
        overload_first_half: first,
        overload_second_half: second,
        growth: ratio(crate::numbers::megabytes(second), crate::numbers::megabytes(first)),
        connections: CONNECTIONS,
        sleep_ms,
        rate: loaded.rate,
        latencies: loaded.latencies,
        errors: loaded.errors.values().sum(),
    }))
}
