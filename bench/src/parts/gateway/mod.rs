//! The gateway beside the doors of live streams: what a connection costs, how soon messages arrive, how a herd comes back; and
//! what only clients of the gateway do: they send, and pull what came while they were away.

pub(crate) mod offline;
pub(crate) mod sends;

use anyhow::Result;
use serde::{Deserialize, Serialize};

use self::offline::Offline;
use self::sends::Sends;
use super::live::arrival::{self, Arrival};
use super::live::idle::{self, Idle};
use super::live::populated;
use super::live::resume::{self, Resumed};
use crate::bench::Bench;
use crate::door::Door;
use crate::followers::Followers;
use crate::server::{Program, Server};
use crate::store::Engine;

/// How many are connected when messages are to arrive,
const SOME: usize = 1000;
/// and when the server is stopped and started anew.
const HERD: usize = 5000;
/// Messages a second that are to arrive; what half the top rate is for SSE says part `live`.
const OFFERED: f64 = 1000.0;
/// About how many seconds that takes on a database, beside loads.
pub(crate) const SECONDS: u64 = 260;

/// Everything.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Gateway {
    pub(crate) sends: Vec<Sends>,
    pub(crate) offline: Offline,
    /// Through each door; `between` names it.
    pub(crate) arrivals: Vec<Arrival>,
    pub(crate) resumed: Resumed,
    /// A server's memory does not depend on the database: only of SQLite.
    pub(crate) idle: Vec<Idle>,
}

pub(crate) fn measure(bench: &mut Bench, engine: &Engine) -> Result<Gateway> {
    let sends = sends::measure(bench, engine)?;
    let offline = offline::measure(bench, engine)?;
    let store = populated(bench, engine, HERD)?;
    bench.runtime.block_on(store.population.let_devices_in(&store.open()?))?;
    let server = Server::start(Program::Sixin, &store.url, &bench.directory, &[])?;
    bench.warm_up(&server, &store, crate::requests::Dialect::RongCloud)?;
    let mut arrivals = Vec::new();
    for door in Door::ALL {
        let followers = Followers::begin(&store.population, SOME, server.address, door)?;
        let named = (SOME, door.name());
        arrivals.push(arrival::row(bench, (&server, &store, &followers), named, OFFERED)?);
    }
    let followers = Followers::begin(&store.population, HERD, server.address, Door::Gateway)?;
    let resumed = resume::measure(bench, (server, &store, &followers), HERD, OFFERED)?;
    drop(followers);
    store.remove()?;
    let idle =
        if let Engine::Sqlite = engine { idle::measure(bench, engine, &Door::ALL)? } else { Vec::new() };
    Ok(Gateway { sends, offline, arrivals, resumed, idle })
}
