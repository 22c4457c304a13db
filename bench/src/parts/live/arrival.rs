//! From the moment when a message is due to be sent until it has arrived, beside its acknowledgement.

use anyhow::Result;
use serde::{Deserialize, Serialize};
use sixin_redis::testing::TestRedis;

use super::populated;
use super::resume::{self, Resumed};
use crate::bench::{Bench, WARM_UP};
use crate::door::Door;
use crate::followers::Followers;
use crate::latency::Percentiles;
use crate::load::Pace;
use crate::parts::USUAL_CONNECTIONS;
use crate::requests::Dialect;
use crate::server::{Program, Server};
use crate::store::{Engine, Store};

/// How many people are connected; a thousand of them write to each other.
const CONNECTED: [usize; 2] = [1000, 5000];
/// More than are ever waiting.
const SENDING: usize = 256;

/// A load at half the top rate, and what of it has arrived.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Arrival {
    /// How many people were connected.
    pub(crate) connected: usize,
    /// How the server that is written to and that where everybody is connected hear of each other; nothing if they are one.
    pub(crate) between: String,
    /// Messages a second that were due.
    pub(crate) offered: f64,
    pub(crate) acknowledged: Percentiles,
    /// On the recipient's stream.
    pub(crate) arrived: Percentiles,
    /// p99 of the one less that of the other, in milliseconds.
    pub(crate) p99_later: f64,
    /// How often a message was to arrive that was acknowledged, and did not.
    pub(crate) lacking: usize,
}

/// Everything with one process; and on MySQL with two.
pub(crate) fn measure(bench: &mut Bench, engine: &Engine) -> Result<(Vec<Arrival>, Resumed)> {
    let [some, many] = CONNECTED;
    let store = populated(bench, engine, many)?;
    let server = Server::start(Program::Sixin, &store.url, &bench.directory, &[])?;
    let offered = half_the_top(bench, &server, engine, &store)?;
    let mut rows = Vec::new();
    let followers = Followers::begin(&store.population, some, server.address, Door::Events)?;
    rows.push(row(bench, (&server, &store, &followers), (some, ""), offered)?);
    drop(followers);
    let followers = Followers::begin(&store.population, many, server.address, Door::Events)?;
    rows.push(row(bench, (&server, &store, &followers), (many, ""), offered)?);
    let resumed = resume::measure(bench, (server, &store, &followers), many, offered)?;
    drop(followers);
    if let Engine::Mysql(_) = engine {
        rows.push(over_two(bench, &store, "the log", None, offered)?);
        if let Some(redis) = xtask::programs::redis().map(TestRedis::run) {
            rows.push(over_two(bench, &store, "the log and Redis", Some(&redis.url()), offered)?);
        }
    }
    store.remove()?;
    Ok((rows, resumed))
}

fn half_the_top(bench: &mut Bench, server: &Server, engine: &Engine, store: &Store) -> Result<f64> {
    bench.step("live: the top rate", bench.options.seconds + WARM_UP.as_secs());
    bench.warm_up(server, store, Dialect::RongCloud)?;
    let load = (Dialect::RongCloud, USUAL_CONNECTIONS, Pace::Closed);
    Ok(bench.measured(server, engine, store, load)?.rate / 2.0)
}

/// One is written to, and at the other everybody is connected.
fn over_two(
    bench: &mut Bench,
    store: &Store,
    between: &str,
    redis: Option<&str>,
    offered: f64,
) -> Result<Arrival> {
    let [some, _] = CONNECTED;
    let configuration: Vec<_> = redis.map(|url| ("SIXIN__LIVE__REDIS", url)).into_iter().collect();
    let server = Server::start(Program::Sixin, &store.url, &bench.directory, &configuration)?;
    let other_directory = bench.directory.join("other");
    std::fs::create_dir_all(&other_directory)?;
    let other = Server::start(Program::Sixin, &store.url, &other_directory, &configuration)?;
    bench.warm_up(&server, store, Dialect::RongCloud)?;
    let followers = Followers::begin(&store.population, some, other.address, Door::Events)?;
    row(bench, (&server, store, &followers), (some, between), offered)
}

pub(crate) fn row(
    bench: &mut Bench,
    (server, store, followers): (&Server, &Store, &Followers),
    (connected, between): (usize, &str),
    offered: f64,
) -> Result<Arrival> {
    bench.step(&format!("live: {connected} connected {between}"), bench.options.seconds + WARM_UP.as_secs());
    let load = bench.load(server, store, (Dialect::RongCloud, SENDING, Pace::Open(offered)));
    let heard = followers.hear(bench, load, server, store)?;
    let (loaded, arrived) = (heard.loaded, heard.arrived);
    Ok(Arrival {
        connected,
        between: between.to_owned(),
        offered,
        acknowledged: loaded.latencies,
        arrived,
        p99_later: arrived.p99 - loaded.latencies.p99,
        lacking: heard.lacking,
    })
}
