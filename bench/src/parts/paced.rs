//! Latency at half the top rate, beside that of D's loop at the same rate.

use anyhow::Result;
use serde::{Deserialize, Serialize};

use super::sends::SendRate;
use super::storage::audited_loop;
use crate::bench::{Bench, WARM_UP};
use crate::latency::Percentiles;
use crate::load::Pace;
use crate::numbers::ratio;
use crate::requests::Dialect;
use crate::server::{Program, Server};
use crate::storage_loop::Supply;
use crate::store::Engine;

/// More than are ever waiting, so that it is not their number that delays a request.
const CONNECTIONS: usize = 256;
/// How many loads that takes.
pub(crate) const LOADS: u64 = 4;

/// One dialect at half its top rate.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Paced {
    pub(crate) dialect: Dialect,
    /// Messages a second that came.
    pub(crate) offered: f64,
    /// Acknowledgements a second.
    pub(crate) rate: f64,
    pub(crate) sixin: Percentiles,
    pub(crate) storage: Percentiles,
    /// p99 of sixin to that of the loop.
    pub(crate) p99_to_storage: f64,
}

pub(crate) fn measure(bench: &mut Bench, engine: &Engine, sends: &[SendRate]) -> Result<Vec<Paced>> {
    let store = bench.store(engine, "paced")?;
    let mut rows = Vec::new();
    for dialect in Dialect::BOTH {
        let of_it = sends.iter().filter(|row| row.dialect == dialect);
        let offered = of_it.map(|row| row.sixin.rate).fold(0.0, f64::max) / 2.0;
        let what = format!("{}, {}, {offered:.0} messages a second", engine.name(), dialect.name());
        bench.step(&what, 2 * (bench.options.seconds + WARM_UP.as_secs()));
        let (_, storage) = audited_loop(bench, &store, Supply::Paced(offered))?;
        let server = Server::start(Program::Sixin, &store.url, &bench.directory, &[])?;
        bench.warm_up(&server, &store, dialect)?;
        let sixin = bench.measured(&server, engine, &store, (dialect, CONNECTIONS, Pace::Open(offered)))?;
        rows.push(Paced {
            dialect,
            offered,
            rate: sixin.rate,
            sixin: sixin.latencies,
            storage,
            p99_to_storage: ratio(sixin.latencies.p99, storage.p99),
        });
    }
    store.remove()?;
    Ok(rows)
}
