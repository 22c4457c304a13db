//! Sends on a disk that takes its time: most disks have no protected write cache, and then a commit waits for the
//! medium.

use std::path::PathBuf;

use anyhow::{Context, Result, anyhow};
use serde::{Deserialize, Serialize};
use xtask::shims::{self, Shim};

use super::sends::{Setting, with_batches};
use crate::bench::{Bench, Measured};
use crate::numbers::ratio;
use crate::requests::Dialect;
use crate::store::Engine;

/// How many loads that takes.
pub(crate) const LOADS: u64 = 8;
const CONNECTIONS: [usize; 2] = [64, 256];
/// How long each fsync and fdatasync sleeps before it is carried out: what an ordinary SSD takes.
pub(crate) const SLEEP_MS: u32 = 2;

/// Sends through one dialect with so many connections.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct SlowDiskRate {
    pub(crate) dialect: Dialect,
    pub(crate) sixin: Measured,
    pub(crate) one_a_batch: Measured,
    /// Rate to that with one send a transaction.
    pub(crate) to_one_a_batch: f64,
}

/// A disk can be slowed only under a process of ours, so this is measured on SQLite.
pub(crate) fn measure(bench: &mut Bench, engine: &Engine) -> Result<Vec<SlowDiskRate>> {
    let Engine::Sqlite = engine else { return Ok(Vec::new()) };
    let slowness = Slowness::new(bench, f64::from(SLEEP_MS))?;
    let setting =
        Setting { connections: &CONNECTIONS, configuration: &slowness.configuration()?, disk: ", slow disk" };
    let mut rates = Vec::new();
    for dialect in Dialect::BOTH {
        let sixin = with_batches(bench, engine, dialect, "", &setting)?;
        let one = with_batches(bench, engine, dialect, "1", &setting)?;
        rates.extend(sixin.into_iter().zip(one).map(|(sixin, one_a_batch)| SlowDiskRate {
            dialect,
            to_one_a_batch: ratio(sixin.rate, one_a_batch.rate),
            sixin,
            one_a_batch,
        }));
    }
    Ok(rates)
}

/// What makes the disk slow under a server.
pub(super) struct Slowness {
    library: PathBuf,
    microseconds: String,
}

impl Slowness {
    /// Each fsync and fdatasync sleeps for so long before it is carried out.
    pub(super) fn new(bench: &Bench, sleep_ms: f64) -> Result<Self> {
        let library = shims::build(Shim::Sync, &bench.directory).map_err(|failure| anyhow!("{failure}"))?;
        Ok(Self { library, microseconds: format!("{:.0}", sleep_ms * 1000.0) })
    }

    /// What the server's environment has to say.
    pub(super) fn configuration(&self) -> Result<[(&str, &str); 2]> {
        let library = self.library.to_str().context("the path of the benchmark is not UTF-8")?;
        Ok([("LD_PRELOAD", library), (shims::SLEEPS_VARIABLE, &self.microseconds)])
    }
}
