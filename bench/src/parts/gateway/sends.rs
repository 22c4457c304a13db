//! Sends of clients of the gateway, each with a connection of its own, as fast as they are acknowledged; beside those of a back
//! end over as many.

use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use sixin_domain::message::uid;
use tokio::task::LocalSet;

use crate::bench::{Bench, WARM_UP, ids_from_now};
use crate::gateway_client::Client;
use crate::latency::{Latencies, Percentiles};
use crate::ledger::{Acknowledged, audit};
use crate::load::Pace;
use crate::numbers::{float, ratio};
use crate::population::Population;
use crate::requests::Dialect;
use crate::server::{Program, Server};
use crate::store::{Engine, Store};
use crate::text::text;

/// With how many connections.
const CONNECTIONS: [usize; 2] = [64, 256];

/// What came of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Sends {
    pub(crate) connections: usize,
    /// Acknowledged messages a second.
    pub(crate) rate: f64,
    pub(crate) latencies: Percentiles,
    /// Of a back end over as many connections.
    pub(crate) back_end: f64,
    pub(crate) to_back_end: f64,
    /// Messages that were acknowledged, and found in the store when they were read back.
    pub(crate) read_back: usize,
}

pub(crate) fn measure(bench: &mut Bench, engine: &Engine) -> Result<Vec<Sends>> {
    let store = bench.store(engine, "gateway")?;
    bench.runtime.block_on(store.population.let_devices_in(&store.open()?))?;
    let server = Server::start(Program::Sixin, &store.url, &bench.directory, &[])?;
    bench.warm_up(&server, &store, Dialect::RongCloud)?;
    let mut rows = Vec::new();
    for connections in CONNECTIONS {
        bench.step("gateway: sends", 2 * (bench.options.seconds + WARM_UP.as_secs()));
        let (latencies, read_back, rate) = sent(bench, &server, &store, connections)?;
        let load = (Dialect::RongCloud, connections, Pace::Closed);
        let back_end = bench.measured(&server, engine, &store, load)?.rate;
        rows.push(Sends {
            connections,
            rate,
            latencies,
            back_end,
            to_back_end: ratio(rate, back_end),
            read_back,
        });
    }
    drop(server);
    store.remove()?;
    Ok(rows)
}

fn sent(
    bench: &mut Bench,
    server: &Server,
    store: &Store,
    connections: usize,
) -> Result<(Percentiles, usize, f64)> {
    let (run, not_before, time) = (bench.next_run(), ids_from_now(), bench.options.time());
    let shared = Rc::new(Shared {
        given: Cell::new(0),
        acknowledged: RefCell::default(),
        latencies: Latencies::new()?.into(),
    });
    LocalSet::new().block_on(&bench.runtime, async {
        let begins = Instant::now() + WARM_UP;
        let ends = begins + time;
        let mut senders = tokio::task::JoinSet::new();
        for place in 0..connections {
            let (shared, population) = (Rc::clone(&shared), std::sync::Arc::clone(&store.population));
            senders.spawn_local(send(shared, population, (place, run), server.address, (begins, ends)));
        }
        while let Some(done) = senders.join_next().await {
            done??;
        }
        anyhow::Ok(())
    })?;
    let acknowledged = shared.acknowledged.take();
    let audit = audit(&acknowledged, &store.messages_of(run, not_before)?)?;
    let latencies = shared.latencies.borrow();
    let rate = float(latencies.count()) / time.as_secs_f64();
    Ok((latencies.percentiles(), audit.acknowledged, rate))
}

struct Shared {
    given: Cell<u64>,
    acknowledged: RefCell<Vec<Acknowledged>>,
    latencies: RefCell<Latencies>,
}

/// One person writes to the next ones, one message after the other.
async fn send(
    shared: Rc<Shared>,
    population: std::sync::Arc<Population>,
    (place, run): (usize, u32),
    address: SocketAddr,
    (begins, ends): (Instant, Instant),
) -> Result<()> {
    let mut client = Client::enter(address, &population, place).await?;
    let mut turn = 0;
    while Instant::now() < ends {
        turn = turn % 10 + 1;
        let to = population.person((place + turn) % population.people.len())?;
        let number = shared.given.replace(shared.given.get() + 1);
        let (text, since) = (text(run, number), Instant::now());
        let sent = tokio::time::timeout(Duration::from_secs(30), client.send(&to.username, &text));
        let uid = sent.await??;
        let id = uid::decode(&uid).with_context(|| format!("{uid} is no UID"))?;
        shared.acknowledged.borrow_mut().push((number, id.0));
        if since >= begins && Instant::now() < ends {
            shared.latencies.borrow_mut().record(since.elapsed());
        }
    }
    Ok(())
}
