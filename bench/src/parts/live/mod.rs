//! What it takes to tell everybody who is connected: how long messages need to arrive, what a connection costs, how a herd comes
//! back after a restart, and what catching up costs.

pub(crate) mod arrival;
pub(crate) mod catch_up;
pub(crate) mod idle;
pub(crate) mod resume;

use std::sync::Arc;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::bench::Bench;
use crate::door::Door;
use crate::store::{Engine, Store};

/// About how many seconds that takes on a database, beside loads.
pub(crate) const SECONDS: u64 = 240;

/// Everything.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Live {
    pub(crate) arrivals: Vec<arrival::Arrival>,
    pub(crate) resumed: resume::Resumed,
    pub(crate) catch_up: Vec<catch_up::CatchUp>,
    /// A server's memory does not depend on the database: only of SQLite.
    pub(crate) idle: Vec<idle::Idle>,
}

pub(crate) fn measure(bench: &mut Bench, engine: &Engine) -> Result<Live> {
    let (arrivals, resumed) = arrival::measure(bench, engine)?;
    let catch_up = catch_up::measure(bench, engine)?;
    let idle = if let Engine::Sqlite = engine {
        idle::measure(bench, engine, &[Door::Events, Door::Socket])?
    } else {
        Vec::new()
    };
    Ok(Live { arrivals, resumed, catch_up, idle })
}

/// A store with so many people.
pub(crate) fn populated(bench: &Bench, engine: &Engine, people: usize) -> Result<Store> {
    let mut store = bench.store(engine, "live")?;
    let database = store.open()?;
    let population = Arc::get_mut(&mut store.population).context("nobody else has them yet")?;
    bench.runtime.block_on(population.grow(&database, people))?;
    Ok(store)
}
