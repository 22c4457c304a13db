//! One run of the benchmark: its parts in order, and what they have in common.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
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
use crate::load::{Load, Pace};
use crate::machine::Machine;
use crate::parts::{growth, http, memory, paced, sends, storage};
use crate::report::{DatabaseReport, Report};
use crate::requests::Dialect;
use crate::server::Server;
use crate::store::{Engine, Store};
use crate::usage::Usage;
use crate::{Options, Part};

/// What is sent by each load before it is measured.
pub(crate) const WARM_UP: Duration = Duration::from_secs(1);
const WARM_UP_CONNECTIONS: usize = 64;
const WARM_UP_PATIENCE: Duration = Duration::from_secs(60);

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
#[derive(Debug, Clone, Serialize, Deserialize)]
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
        let mut report = Report { options, machine, http: Vec::new(), databases: Vec::new() };
        let measured = self.measure(&mut report);
        self.progress.finish_and_clear();
        report.write(&self.directory)?;
        measured
    }

    fn measure(&mut self, report: &mut Report) -> Result<()> {
        if self.options.has(Part::Http) {
            report.http = http::measure(self)?;
        }
        if !self.options.no_sqlite {
            self.on(&Engine::Sqlite, report)?;
        }
        if !self.options.no_mysql {
            self.on(&Engine::start_mysql(&self.directory)?, report)?;
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
        if self.options.has(Part::Paced) {
            database.paced = paced::measure(self, engine, &database.sends)?;
        }
        if self.options.has(Part::Memory) {
            database.memory = memory::measure(self, engine)?;
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
        Store::make(engine, &self.directory, name, &self.runtime)
    }

    /// A number no run had before.
    pub(crate) fn next_run(&mut self) -> u32 {
        self.runs += 1;
        self.runs
    }

    /// Says which answers acknowledged nothing.
    pub(crate) fn tell(&self, errors: &BTreeMap<String, u64>) {
        for (error, count) in errors {
            self.progress.suspend(|| eprintln!("{count} requests were not acknowledged: {error}"));
        }
    }

    /// Brings a server into the state it is in after a while: what it is asked for is in its memory.
    pub(crate) fn warm_up(&mut self, server: &Server, store: &Store, dialect: Dialect) -> Result<()> {
        let load = Load {
            address: server.address,
            population: Arc::clone(&store.population),
            dialect,
            connections: WARM_UP_CONNECTIONS,
            pace: Pace::Once,
            warm_up: Duration::ZERO,
            time: WARM_UP_PATIENCE,
            run: self.next_run(),
        };
        let loaded = load.run(&self.runtime)?;
        anyhow::ensure!(loaded.errors.is_empty(), "warming up went wrong: {:?}", loaded.errors);
        Ok(())
    }

    /// Puts a load on a server, and reads back every message that was acknowledged.
    pub(crate) fn load(
        &mut self,
        server: &Server,
        engine: &Engine,
        store: &Store,
        (dialect, connections, pace): (Dialect, usize, Pace),
    ) -> Result<Measured> {
        let run = self.next_run();
        let load = Load {
            address: server.address,
            population: Arc::clone(&store.population),
            dialect,
            connections,
            pace,
            warm_up: WARM_UP,
            time: self.options.time(),
            run,
        };
        let not_before = ids_from_now();
        let used = || -> Result<Usage> {
            let database = engine.pid().map(Usage::of).transpose()?;
            Ok(server.usage()?.plus(database.unwrap_or_default()))
        };
        let before = used()?;
        let (loaded, peaks) = watched(server, store, || load.run(&self.runtime));
        let loaded = loaded?;
        let used = used()?.since(before);
        let audited = audit(&loaded.acknowledged, &store.messages_of(run, not_before)?)?;
        let thousands = crate::numbers::float(loaded.acknowledged.len().max(1)) / 1000.0;
        let errors: u64 = loaded.errors.values().sum();
        self.tell(&loaded.errors);
        Ok(Measured {
            connections,
            rate: loaded.rate,
            latencies: loaded.latencies,
            cpu_seconds_a_thousand: used.cpu_seconds / thousands,
            bytes_a_thousand: crate::numbers::float(usize::try_from(used.written_bytes)?) / thousands,
            resident_bytes: peaks.resident.load(Ordering::Relaxed),
            wal_bytes: peaks.wal.load(Ordering::Relaxed),
            load_cpu: loaded.own_cpu,
            read_back: audited.acknowledged,
            errors,
        })
    }
}

/// The most that was seen while something ran.
#[derive(Debug, Default)]
struct Peaks {
    resident: AtomicU64,
    wal: AtomicU64,
}

/// Looks at memory and log of a server ten times a second while `work` runs.
fn watched<T>(server: &Server, store: &Store, work: impl FnOnce() -> T) -> (T, Peaks) {
    let (peaks, done) = (Peaks::default(), AtomicBool::new(false));
    let result = std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                peaks.resident.fetch_max(server.resident_bytes().unwrap_or(0), Ordering::Relaxed);
                peaks.wal.fetch_max(store.wal_bytes(), Ordering::Relaxed);
                std::thread::sleep(Duration::from_millis(100));
            }
        });
        let result = work();
        done.store(true, Ordering::Relaxed);
        result
    });
    (result, peaks)
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
        Part::Paced => databases * paced::LOADS * load,
        Part::Growth => databases * growth::planned_seconds(options),
        Part::Memory => memory::SECONDS,
    };
    2 + options.only.iter().copied().map(planned).sum::<u64>()
}
