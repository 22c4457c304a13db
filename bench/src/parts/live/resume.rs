//! A restart with everybody connected: how long it takes until all have caught up, and what that does to sends.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::Result;
use serde::{Deserialize, Serialize};

use crate::bench::{Bench, WARM_UP};
use crate::followers::Followers;
use crate::latency::Percentiles;
use crate::load::{Load, Pace};
use crate::numbers::ratio;
use crate::requests::Dialect;
use crate::server::{Program, Server};
use crate::store::Store;

/// For how long is sent while they come back: until most of them have.
const COMING_BACK: Duration = Duration::from_secs(15);
/// More than are ever waiting.
const SENDING: usize = 256;

/// A restart.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Resumed {
    /// How many were connected.
    pub(crate) connected: usize,
    /// Until the server had stopped.
    pub(crate) stop_seconds: f64,
    /// From when the new one served until everybody had caught up.
    pub(crate) seconds: f64,
    /// How often one was told to come back later.
    pub(crate) turned_away: usize,
    /// Messages a second that were sent meanwhile.
    pub(crate) offered: f64,
    /// Their acknowledgements while everybody came back,
    pub(crate) meanwhile: Percentiles,
    /// and once all were there.
    pub(crate) afterwards: Percentiles,
    /// p99 to p99.
    pub(crate) to_afterwards: f64,
    /// Answers that acknowledged nothing.
    pub(crate) errors: u64,
}

pub(crate) fn measure(
    bench: &mut Bench,
    (server, store, followers): (Server, &Store, &Followers),
    connected: usize,
    offered: f64,
) -> Result<Resumed> {
    bench.step(&format!("live: {connected} come back after a restart"), 3 * COMING_BACK.as_secs());
    let address = server.address.to_string();
    let before = followers.turned_away();
    let begun = std::time::Instant::now();
    server.stop()?;
    let stop_seconds = begun.elapsed().as_secs_f64();
    let configuration = [("SIXIN__SERVER__LISTEN", address.as_str())];
    let server = Server::start(Program::Sixin, &store.url, &bench.directory, &configuration)?;
    let load = bench.load(&server, store, (Dialect::RongCloud, SENDING, Pace::Open(offered)));
    let load = Load { warm_up: Duration::ZERO, time: COMING_BACK, ..load };
    let milliseconds = AtomicU64::new(0);
    let meanwhile = std::thread::scope(|scope| {
        let waiting = scope.spawn(|| {
            let all = followers.wait_until_all_are_there()?;
            milliseconds.store(u64::try_from(all.as_millis()).unwrap_or(u64::MAX), Ordering::SeqCst);
            anyhow::Ok(())
        });
        let loaded = bench.audited(load, &server, store);
        waiting.join().map_err(|_| anyhow::anyhow!("whoever waits has panicked"))??;
        loaded
    })?;
    let load = bench.load(&server, store, (Dialect::RongCloud, SENDING, Pace::Open(offered)));
    let (afterwards, _) = bench.audited(Load { warm_up: WARM_UP, ..load }, &server, store)?;
    let (meanwhile, _) = meanwhile;
    Ok(Resumed {
        connected,
        stop_seconds,
        seconds: Duration::from_millis(milliseconds.into_inner()).as_secs_f64(),
        turned_away: followers.turned_away() - before,
        offered,
        meanwhile: meanwhile.latencies,
        afterwards: afterwards.latencies,
        to_afterwards: ratio(meanwhile.latencies.p99, afterwards.latencies.p99),
        errors: meanwhile.errors.values().sum(),
    })
}
