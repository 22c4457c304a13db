//! The same load on others that carry messages, in the same hour on the same machine: ejabberd and Mosquitto, as Debian packages
//! them. What each has on disk when it acknowledges is told beside it, since they don't promise the same.

mod ejabberd;
mod mosquitto;
mod mqtt;
mod ours;
mod users;
mod xmpp;

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::Child;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use serde::{Deserialize, Serialize};

use crate::bench::Bench;
use crate::latency::Percentiles;
use crate::store::Engine;

/// How many messages are on their way at once.
const SENDING: [usize; 2] = [64, 256];
/// How many users are connected, who write to each other.
const CONNECTED: usize = crate::pairs::USERS;
const TIME_TO_START: Duration = Duration::from_secs(90);

/// One server under one load.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct PeerRow {
    pub(crate) name: String,
    /// What of a message is on disk when it is acknowledged.
    pub(crate) keeps: String,
    pub(crate) sending: usize,
    /// Acknowledgements a second.
    pub(crate) rate: f64,
    pub(crate) acknowledged: Percentiles,
    /// With the recipient.
    pub(crate) arrived: Percentiles,
    /// How many that were acknowledged had not arrived ten seconds after the last.
    pub(crate) lacking: usize,
    /// Memory of the server for each of the connections, in bytes, before anything is sent.
    pub(crate) connection_bytes: f64,
}

/// About how long that takes; only the progress bar needs it.
pub(crate) fn planned_seconds(load: u64) -> u64 {
    10 * load
}

/// All that are on this machine; tells what to install for the others.
pub(crate) fn measure(bench: &mut Bench) -> Result<Vec<PeerRow>> {
    let mut rows = ours::measure(bench, &Engine::Sqlite)?;
    let programs = ejabberd::Programs::find();
    if let Some(programs) = &programs {
        rows.extend(measured("ejabberd on SQLite", ejabberd::on_sqlite(bench, programs)));
    }
    if !bench.options.no_mysql {
        let engine = Engine::start_mysql(&bench.directory, &bench.options.mysql_options)?;
        rows.extend(ours::measure(bench, &engine)?);
        if let (Some(programs), Engine::Mysql(server)) = (&programs, &engine) {
            rows.extend(measured("ejabberd on MySQL", ejabberd::on_mysql(bench, programs, server)));
        }
    }
    if programs.is_none() {
        eprintln!("left out: ejabberd (Debian's packages: ejabberd erlang-p1-sqlite3 erlang-p1-mysql)");
    }
    match xtask::programs::find(&["mosquitto"]) {
        Some(program) => rows.extend(measured("Mosquitto", mosquitto::measure(bench, &program))),
        None => eprintln!("left out: Mosquitto (Debian's package: mosquitto)"),
    }
    Ok(rows)
}

/// What was measured of another server; one that does not work leaves the others their rows.
fn measured(name: &str, rows: Result<Vec<PeerRow>>) -> Vec<PeerRow> {
    rows.unwrap_or_else(|error| {
        eprintln!("{name} could not be measured: {error:#}");
        Vec::new()
    })
}

/// A port that was free a moment ago.
fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// A server of others, until it is dropped.
struct Running {
    child: Child,
    port: u16,
}

impl Running {
    /// Waits until it can be connected to.
    fn new(child: Child, port: u16) -> Result<Self> {
        let running = Self { child, port };
        let begun = Instant::now();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            ensure!(begun.elapsed() < TIME_TO_START, "the server does not listen");
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(running)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
