//! Messages that came while a client was away.

use std::time::Instant;

use anyhow::{Result, ensure};
use serde::{Deserialize, Serialize};
use sixin_domain::id::UserId;
use tokio::task::LocalSet;

use crate::bench::Bench;
use crate::gateway_client::Client;
use crate::latency::Latencies;
use crate::server::{Program, Server};
use crate::storage_loop::send_around;
use crate::store::Engine;

/// How many.
const MISSED: usize = 10_000;
/// The person whose messages they are: whoever sends has them on other devices too.
const WHO: usize = 0;
/// How often they are pulled.
const ROUNDS: u32 = 10;

/// Everything pulled.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Offline {
    pub(crate) missed: usize,
    /// In so many pages.
    pub(crate) pages: usize,
    /// From connecting to the last of them, milliseconds, p50.
    pub(crate) milliseconds: f64,
}

pub(crate) fn measure(bench: &mut Bench, engine: &Engine) -> Result<Offline> {
    bench.step("gateway: offline messages", 20);
    let store = bench.store(engine, "gateway")?;
    let database = store.open()?;
    bench.runtime.block_on(store.population.let_devices_in(&database))?;
    let others: Vec<UserId> =
        store.population.people.iter().skip(WHO + 1).take(20).map(|person| person.id).collect();
    send_around(&database, &store.population, (WHO, &others), MISSED)?;
    let server = Server::start(Program::Sixin, &store.url, &bench.directory, &[])?;
    let (mut latencies, mut pages) = (Latencies::new()?, 0);
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        let (found, pulls) = LocalSet::new().block_on(&bench.runtime, async {
            let mut client = Client::enter(server.address, &store.population, WHO).await?;
            let (mut since, mut found, mut pulls) = (1, 0, 0);
            loop {
                let page = client.pull(since).await?;
                (since, found, pulls) = (page.until, found + page.list.len(), pulls + 1);
                if page.is_last {
                    return anyhow::Ok((found, pulls));
                }
            }
        })?;
        latencies.record(begun.elapsed());
        ensure!(found >= MISSED, "{found} of {MISSED} messages were pulled");
        pages = pulls;
    }
    drop(server);
    store.remove()?;
    Ok(Offline { missed: MISSED, pages, milliseconds: latencies.percentiles().p50 })
}
