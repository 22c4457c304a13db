//! H: what HTTP, signatures, sessions, reading and writing allow, with nothing behind them.

use anyhow::Result;
use serde::{Deserialize, Serialize};

use super::CONNECTIONS;
use crate::bench::{Bench, WARM_UP};
use crate::latency::Percentiles;
use crate::load::Pace;
use crate::requests::Dialect;
use crate::server::{Program, Server};
use crate::store::Engine;

/// How many loads that takes.
pub(crate) const LOADS: u64 = 10;

/// Requests that are let in, understood and answered.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct HttpRate {
    pub(crate) dialect: Dialect,
    pub(crate) connections: usize,
    /// Answers a second.
    pub(crate) rate: f64,
    pub(crate) latencies: Percentiles,
    /// How much of a core the load itself took.
    pub(crate) load_cpu: f64,
}

/// Keys and sessions come from memory, so one database speaks for all.
pub(crate) fn measure(bench: &mut Bench) -> Result<Vec<HttpRate>> {
    let store = bench.store(&Engine::Sqlite, "http")?;
    let mut rates = Vec::new();
    for dialect in Dialect::BOTH {
        let server = Server::start(Program::AtOnce, &store.url, &bench.directory, &[])?;
        bench.first_load(&server, &store, dialect).run(&bench.runtime)?;
        for connections in CONNECTIONS {
            bench.step(
                &format!("H: {}, {connections} connections", dialect.name()),
                bench.options.seconds + WARM_UP.as_secs(),
            );
            let load = bench.load(&server, &store, (dialect, connections, Pace::Closed));
            let loaded = load.run(&bench.runtime)?;
            anyhow::ensure!(loaded.errors.is_empty(), "H answers errors: {:?}", loaded.errors);
            let (rate, latencies, load_cpu) = (loaded.rate, loaded.latencies, loaded.own_cpu);
            rates.push(HttpRate { dialect, connections, rate, latencies, load_cpu });
        }
    }
    store.remove()?;
    Ok(rates)
}
