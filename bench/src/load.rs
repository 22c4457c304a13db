//! The load: connections that send signed requests, as fast as they are answered or at a given rate.
//!
//! One thread, so that the server keeps the other cores. Connections are those of the `hyper` library; what hyper has
//! no notion of, when to send and what to count, is here.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::task::{JoinSet, LocalSet};

use crate::latency::{Latencies, Percentiles};
use crate::ledger::Acknowledged;
use crate::population::Population;
use crate::requests::Dialect;
use crate::usage::Usage;

/// How long the answers to the last requests may take after the time is over.
const GRACE: Duration = Duration::from_secs(30);
/// How much of an answer that acknowledges nothing is kept.
const ERROR_CHARS: usize = 160;

/// What is to be sent, and where.
#[derive(Debug, Clone)]
pub(crate) struct Load {
    pub(crate) address: SocketAddr,
    pub(crate) population: Arc<Population>,
    pub(crate) dialect: Dialect,
    pub(crate) connections: usize,
    pub(crate) pace: Pace,
    /// What is sent before this has passed is not measured, only audited.
    pub(crate) warm_up: Duration,
    pub(crate) time: Duration,
    pub(crate) run: u32,
}

/// When a connection sends its next request.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Pace {
    /// When the last one was answered.
    Closed,
    /// When one is due, of so many a second on all connections. The answer is waited for from then on, so that a server
    /// that is late can't hide it.
    Open(f64),
    /// When the last one was answered, until there was one in each direction of each conversation: after that a server
    /// has in memory what it will be asked for.
    Once,
}

/// What came of it.
#[derive(Debug)]
pub(crate) struct Loaded {
    /// Since when the acknowledgements were waited for that are measured, by number.
    pub(crate) measured: HashMap<u64, Instant>,
    pub(crate) acknowledged: Vec<Acknowledged>,
    /// Acknowledgements a second while it was measured.
    pub(crate) rate: f64,
    pub(crate) latencies: Percentiles,
    /// Other answers, and how often each came.
    pub(crate) errors: BTreeMap<String, u64>,
    /// The part of one core that the load itself took; near 1 it, and not the server, was what is measured.
    pub(crate) own_cpu: f64,
}

impl Load {
    /// Sends until the time is over and everything is answered.
    pub(crate) fn run(self, runtime: &tokio::runtime::Runtime) -> Result<Loaded> {
        let (whole, seconds) = (self.warm_up + self.time + GRACE, self.time.as_secs_f64());
        let (before, begun) = (Usage::of(std::process::id())?, Instant::now());
        let sending = async { tokio::time::timeout(whole, send(self)).await };
        let shared = LocalSet::new().block_on(runtime, sending).context("answers did not come in time")??;
        let used = Usage::of(std::process::id())?.since(before);
        let latencies = shared.latencies.borrow().percentiles();
        Ok(Loaded {
            measured: shared.sent.take(),
            acknowledged: shared.acknowledged.take(),
            rate: crate::numbers::float(shared.measured.get()) / seconds,
            latencies,
            errors: shared.errors.take(),
            own_cpu: used.cpu_seconds / begun.elapsed().as_secs_f64(),
        })
    }
}

async fn send(load: Load) -> Result<Rc<Shared>> {
    let connections = load.connections;
    let shared = Rc::new(Shared::new(load)?);
    shared.give_the_pace();
    let mut tasks = JoinSet::new();
    for _ in 0..connections {
        tasks.spawn_local(work(Rc::clone(&shared)));
    }
    while let Some(ended) = tasks.join_next().await {
        ended??;
    }
    Ok(shared)
}

pub(crate) type Connection = SendRequest<Full<Bytes>>;

/// A connection, whose end is seen by whoever waits for an answer. Only within a `LocalSet`.
pub(crate) async fn connect(address: SocketAddr) -> Result<Connection> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (sender, connection) = handshake(TokioIo::new(stream)).await?;
    tokio::task::spawn_local(async move { drop(connection.await) });
    Ok(sender)
}

/// One connection, which is used as soon as it is there: the server gives none up to those that keep it waiting.
async fn work(shared: Rc<Shared>) -> Result<()> {
    let mut connection = connect(shared.load.address).await?;
    while let Some((number, since)) = shared.next().await? {
        let load = &shared.load;
        let pairs = load.population.pairs;
        let pair = if let Pace::Once = load.pace { pairs.each(number) } else { pairs.any() };
        let request = load.dialect.request(&load.population, load.run, number, pair)?;
        match exchange(&mut connection, request).await {
            Ok(answer) => shared.note(number, since, &answer),
            Err(error) => {
                shared.error(&error.to_string());
                connection = connect(load.address).await?;
            }
        }
    }
    Ok(())
}

/// Sends a request and reads its answer.
pub(crate) async fn exchange(
    connection: &mut Connection,
    request: Request<Full<Bytes>>,
) -> hyper::Result<Bytes> {
    connection.ready().await?;
    Ok(connection.send_request(request).await?.into_body().collect().await?.to_bytes())
}

/// What the connections of a load share; all of them live on one thread.
struct Shared {
    load: Load,
    begun: Instant,
    /// Numbers given to requests so far.
    given: Cell<u64>,
    /// Requests of an open load that are due and not taken yet.
    due: Arc<Semaphore>,
    acknowledged: RefCell<Vec<Acknowledged>>,
    latencies: RefCell<Latencies>,
    sent: RefCell<HashMap<u64, Instant>>,
    measured: Cell<usize>,
    errors: RefCell<BTreeMap<String, u64>>,
}

impl Shared {
    fn new(load: Load) -> Result<Self> {
        Ok(Self {
            load,
            begun: Instant::now(),
            given: Cell::new(0),
            due: Arc::new(Semaphore::new(0)),
            acknowledged: RefCell::default(),
            latencies: RefCell::new(Latencies::new()?),
            sent: RefCell::default(),
            measured: Cell::new(0),
            errors: RefCell::default(),
        })
    }

    fn measured_from(&self) -> Instant {
        self.begun + self.load.warm_up
    }

    fn end(&self) -> Instant {
        self.measured_from() + self.load.time
    }

    /// For an open load, makes requests due from a thread of its own, whose sleep is finer than that of the runtime.
    fn give_the_pace(&self) {
        let Pace::Open(rate) = self.load.pace else { return };
        let (due, begun, whole) = (Arc::clone(&self.due), self.begun, self.load.warm_up + self.load.time);
        let connections = self.load.connections;
        std::thread::spawn(move || {
            let (gap, mut made) = (Duration::from_secs_f64(1.0 / rate.max(1.0)), 0_u32);
            while gap * made < whole {
                std::thread::sleep((begun + gap * made).saturating_duration_since(Instant::now()));
                let before = made;
                while gap * made < whole && begun + gap * made <= Instant::now() {
                    made += 1;
                }
                due.add_permits(usize::try_from(made - before).unwrap_or(0));
            }
            // So that everybody who waits sees that nothing is due any more.
            due.add_permits(connections);
        });
    }

    /// The next request's number, and since when its answer is waited for; `None` once the time is over.
    async fn next(&self) -> Result<Option<(u64, Instant)>> {
        let since = match self.load.pace {
            Pace::Once if self.given.get() >= self.load.population.pairs.directions() => return Ok(None),
            Pace::Closed | Pace::Once => Instant::now(),
            Pace::Open(rate) => {
                self.due.acquire().await?.forget();
                let gap = Duration::from_secs_f64(1.0 / rate.max(1.0));
                self.begun + gap * u32::try_from(self.given.get())?
            }
        };
        let number = self.given.get();
        self.given.set(number + 1);
        Ok((since < self.end()).then_some((number, since)))
    }

    fn note(&self, number: u64, since: Instant, answer: &[u8]) {
        let id = match self.load.dialect.acknowledged(answer) {
            Ok(id) => id,
            Err(error) => return self.error(&error.to_string()),
        };
        self.acknowledged.borrow_mut().push((number, id));
        let now = Instant::now();
        if since >= self.measured_from() {
            self.latencies.borrow_mut().record(now - since);
            self.sent.borrow_mut().insert(number, since);
        }
        if (self.measured_from()..self.end()).contains(&now) {
            self.measured.set(self.measured.get() + 1);
        }
    }

    fn error(&self, text: &str) {
        let text = text.chars().take(ERROR_CHARS).collect();
        *self.errors.borrow_mut().entry(text).or_default() += 1;
    }
}
