//! One run of the benchmark: its parts in order, and what they have in common.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::Result;
use indicatif::{ProgressBar, ProgressStyle};
use serde::{Deserialize, Serialize};
use sixin::system::SystemClock;
use sixin_application::ports::Clock;
use sixin_domain::id::ID_EPOCH;
use tokio::runtime::Runtime;

use crate::latency::Percentiles;
use crate::ledger::audit;
use crate::load::{Load, Loaded, Pace};
use crate::machine::Machine;
use crate::parts::{
    ageing, gateway, growth, http, live, memory, paced, reads, sends, slow_disk, storage, webhooks, wide,
};
use crate::peers;
use crate::report::{DatabaseReport, Report};
use crate::requests::Dialect;
use crate::server::Server;
use crate::store::{Engine, Store};
use crate::usage::Usage;
use crate::{Options, Part};

/// What is sent by each load before it is measured.
pub(crate) const WARM_UP: Duration = Duration::from_secs(1);
const FIRST_CONNECTIONS: usize = 64;
const FIRST_PATIENCE: Duration = Duration::from_secs(300);

/// The run.
#[derive(Debug)]
pub(crate) struct Bench {
    pub(crate) options: Options,
    pub(crate) runtime: Runtime,
    /// Below this everything is written.
    pub(crate) directory: PathBuf,
    progress: ProgressBar,
    runs: u32,
}

/// What a load has shown, with what the server took for it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Measured {
    pub(crate) connections: usize,
    /// Acknowledged messages a second.
    pub(crate) rate: f64,
    pub(crate) latencies: Percentiles,
    /// Seconds of CPU of server and database for 1000 messages.
    pub(crate) cpu_seconds_a_thousand: f64,
    /// Bytes that server and database had written for 1000 messages.
    pub(crate) bytes_a_thousand: f64,
    /// The most memory the server had.
    pub(crate) resident_bytes: u64,
    /// The most the write-ahead log of SQLite had.
    pub(crate) wal_bytes: u64,
    /// How much of a core the load itself took.
    pub(crate) load_cpu: f64,
    /// Messages that were acknowledged, and found in the store when they were read back.
    pub(crate) read_back: usize,
    /// Answers that acknowledged nothing.
    pub(crate) errors: u64,
}

impl Bench {
    pub(crate) fn new(options: Options) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        std::fs::create_dir_all(&options.directory)?;
        let directory = options.directory.canonicalize()?;
        let progress = ProgressBar::new(planned_seconds(&options));
        progress.set_style(ProgressStyle::with_template("{elapsed_precise} [{bar:30}] {percent}% {msg}")?);
        progress.enable_steady_tick(Duration::from_millis(500));
        Ok(Self { options, runtime, directory, progress, runs: 0 })
    }

    /// Everything, and then the reports; if a part fails, with what was measured before it.
    pub(crate) fn run(mut self) -> Result<()> {
        self.step("the disk", 2);
        let machine = Machine::look(&self.directory, Duration::from_secs(2))?;
        let options = self.options.clone();
        let (http, databases, peers) = (Vec::new(), Vec::new(), Vec::new());
        let mut report = Report { options, machine, http, databases, peers };
        let measured = self.measure(&mut report);
        self.progress.finish_and_clear();
        report.write(&self.directory)?;
        measured
    }

    fn measure(&mut self, report: &mut Report) -> Result<()> {
        if self.options.peers {
            report.peers = peers::measure(self)?;
            return Ok(());
        }
        if self.options.has(Part::Http) {
            report.http = http::measure(self)?;
        }
        if !self.options.no_sqlite {
            self.on(&Engine::Sqlite, report)?;
        }
        if !self.options.no_mysql {
            self.on(&Engine::start_mysql(&self.directory, &self.options.mysql_options)?, report)?;
        }
        Ok(())
    }

    fn on(&mut self, engine: &Engine, report: &mut Report) -> Result<()> {
        let http = &report.http;
        report.databases.push(DatabaseReport { name: engine.name().to_owned(), ..DatabaseReport::default() });
        let Some(database) = report.databases.last_mut() else { return Ok(()) };
        if self.options.has(Part::Storage) {
            database.storage = storage::measure(self, engine)?;
        }
        if self.options.has(Part::Sends) {
            database.sends = sends::measure(self, engine, http, database.storage_rate())?;
        }
        if self.options.has(Part::SlowDisk) {
            database.slow_disk = slow_disk::measure(self, engine)?;
        }
        if self.options.has(Part::Paced) {
            database.paced = paced::measure(self, engine, &database.sends)?;
        }
        if self.options.has(Part::Memory) {
            database.memory = memory::measure(self, engine)?;
        }
        if self.options.has(Part::Reads) {
            database.reads = reads::measure(self, engine)?;
        }
        if self.options.has(Part::Wide) {
            database.wide = Some(wide::measure(self, engine)?);
        }
        if self.options.has(Part::Live) {
            database.live = Some(live::measure(self, engine)?);
        }
        if self.options.has(Part::Webhooks) {
            database.webhooks = Some(webhooks::measure(self, engine)?);
        }
        if self.options.has(Part::Gateway) {
            database.gateway = Some(gateway::measure(self, engine)?);
        }
        if self.options.has(Part::Ageing) {
            database.ageing = Some(ageing::measure(self, engine)?);
        }
        if self.options.has(Part::Growth) {
            growth::measure(self, engine, &mut database.growth)?;
        }
        Ok(())
    }

    /// Says what comes next, and that it takes about so many seconds.
    pub(crate) fn step(&self, what: &str, seconds: u64) {
        if self.progress.is_hidden() {
            eprintln!("{what}");
        }
        self.progress.set_message(what.to_owned());
        self.progress.inc(seconds);
    }

    pub(crate) fn store(&self, engine: &Engine, name: &str) -> Result<Store> {
        Store::make(engine, &self.directory, name, (self.options.pairs(), &self.runtime))
    }

    /// A number no run had before.
    pub(crate) fn next_run(&mut self) -> u32 {
        self.runs += 1;
        self.runs
    }

    /// A load on a server, measured as long as the options say.
    pub(crate) fn load(
        &mut self,
        server: &Server,
        store: &Store,
        (dialect, connections, pace): (Dialect, usize, Pace),
    ) -> Load {
        Load {
            address: server.address,
            population: Arc::clone(&store.population),
            dialect,
            connections,
            pace,
            warm_up: WARM_UP,
            time: self.options.time(),
            run: self.next_run(),
        }
    }

    /// The load that brings a server into the state it is in after a while: what it is asked for is in its memory.
    pub(crate) fn first_load(&mut self, server: &Server, store: &Store, dialect: Dialect) -> Load {
        let load = self.load(server, store, (dialect, FIRST_CONNECTIONS, Pace::Once));
        Load { warm_up: Duration::ZERO, time: FIRST_PATIENCE, ..load }
    }

    /// Puts the first load on a server that stores what it acknowledges.
    pub(crate) fn warm_up(&mut self, server: &Server, store: &Store, dialect: Dialect) -> Result<()> {
        let load = self.first_load(server, store, dialect);
        let (loaded, _) = self.audited(load, server, store)?;
        anyhow::ensure!(loaded.errors.is_empty(), "warming up went wrong");
        Ok(())
    }

    /// Puts a load on a server, and reads back every message that was acknowledged.
    pub(crate) fn audited(&self, load: Load, server: &Server, store: &Store) -> Result<(Loaded, Watched)> {
        let (run, not_before) = (load.run, ids_from_now());
        let (loaded, watched) = watched(server, store, || load.run(&self.runtime));
        let loaded = loaded?;
        for (error, count) in &loaded.errors {
            self.progress.suspend(|| eprintln!("{count} requests were not acknowledged: {error}"));
        }
        audit(&loaded.acknowledged, &store.messages_of(run, not_before)?)?;
        Ok((loaded, watched))
    }

    /// The same, with what server and database took for it.
    pub(crate) fn measured(
        &mut self,
        server: &Server,
        engine: &Engine,
        store: &Store,
        load: (Dialect, usize, Pace),
    ) -> Result<Measured> {
        let load = self.load(server, store, load);
        let connections = load.connections;
        let used = || -> Result<Usage> {
            let database = engine.pid().map(Usage::of).transpose()?;
            Ok(server.usage()?.plus(database.unwrap_or_default()))
        };
        let before = used()?;
        let (loaded, watched) = self.audited(load, server, store)?;
        let used = used()?.since(before);
        let thousands = crate::numbers::float(loaded.acknowledged.len().max(1)) / 1000.0;
        Ok(Measured {
            connections,
            rate: loaded.rate,
            latencies: loaded.latencies,
            cpu_seconds_a_thousand: used.cpu_seconds / thousands,
            bytes_a_thousand: crate::numbers::float(usize::try_from(used.written_bytes)?) / thousands,
            resident_bytes: most(&watched.resident),
            wal_bytes: most(&watched.wal),
            load_cpu: loaded.own_cpu,
            read_back: loaded.acknowledged.len(),
            errors: loaded.errors.values().sum(),
        })
    }
}

/// What was seen while something ran, ten times a second, in bytes.
#[derive(Debug, Default)]
pub(crate) struct Watched {
    pub(crate) resident: Vec<u64>,
    wal: Vec<u64>,
}

/// Looks at memory and log of a server while `work` runs.
fn watched<T>(server: &Server, store: &Store, work: impl FnOnce() -> T) -> (T, Watched) {
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let watching = scope.spawn(|| {
            let mut watched = Watched::default();
            while !done.load(Ordering::Relaxed) {
                watched.resident.push(server.resident_bytes().unwrap_or(0));
                watched.wal.push(store.wal_bytes());
                std::thread::sleep(Duration::from_millis(100));
            }
            watched
        });
        let result = work();
        done.store(true, Ordering::Relaxed);
        (result, watching.join().unwrap_or_default())
    })
}

/// The largest of some sizes.
pub(crate) fn most(sizes: &[u64]) -> u64 {
    sizes.iter().copied().max().unwrap_or(0)
}

/// An id below all that are made from now on; two seconds are left for clocks that differ.
pub(crate) fn ids_from_now() -> i64 {
    (SystemClock.now().since(ID_EPOCH) - 2000).max(0) << 12
}

/// About how long everything takes; only the progress bar needs it.
fn planned_seconds(options: &Options) -> u64 {
    let databases = u64::from(!options.no_sqlite) + u64::from(!options.no_mysql);
    let load = options.seconds + WARM_UP.as_secs();
    let planned = |part: Part| match part {
        Part::Http => http::LOADS * load,
        Part::Storage => databases * storage::LOOPS * options.seconds,
        Part::Sends => databases * sends::LOADS * load,
        Part::SlowDisk => slow_disk::LOADS * load,
        Part::Paced => databases * paced::LOADS * load,
        Part::Reads => databases * reads::planned_seconds(options),
        Part::Wide => databases * wide::LOADS * load,
        Part::Ageing => databases * ageing::planned_seconds(options),
        Part::Growth => databases * growth::planned_seconds(options),
        Part::Memory => memory::SECONDS,
        Part::Live => databases * live::SECONDS,
        Part::Webhooks => databases * webhooks::planned_seconds(options),
        Part::Gateway => databases * gateway::SECONDS,
    };
    if options.peers {
        return peers::planned_seconds(load);
    }
    2 + options.only.iter().copied().map(planned).sum::<u64>()
}
