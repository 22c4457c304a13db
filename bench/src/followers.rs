//! People who follow what happens through one of the doors, on a thread of their own, and come back when they are cut off.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use bytes::BytesMut;
use futures_util::{SinkExt, StreamExt};
use http_body_util::BodyExt;
use hyper::StatusCode;
use serde::Deserialize;
use serde_json::json;
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::LocalSet;
use tokio_tungstenite::client_async;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{self, Message};

use crate::bench::Bench;
use crate::door::Door;
use crate::gateway_client::{Client, PING_EVERY};
use crate::latency::{Latencies, Percentiles};
use crate::load::{Load, Loaded, connect};
use crate::population::Population;
use crate::requests::{Dialect, read};
use crate::server::Server;
use crate::store::Store;
use crate::text;
use sixin::system::SystemClock;
use sixin_application::ports::Clock;

/// Short objects: what is measured is how they arrive, not how long they are.
const EVENTS: &str = "/live/events?whitelistKeys=username";
const SOCKET: &str = "/live/ws?whitelistKeys=username";
/// How long everybody may take to be there.
const PATIENCE: Duration = Duration::from_secs(120);
/// How long the last messages may take to arrive.
pub(crate) const LATEST: Duration = Duration::from_secs(10);
/// How many come at once in the beginning, as the server lets in without telling anybody to come back.
const A_SECOND: u32 = 180;

/// Those who follow, until this is dropped.
pub(crate) struct Followers {
    heard: Arc<Heard>,
    count: usize,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<Result<()>>>,
}

/// A load whose messages were followed.
pub(crate) struct Arrived {
    pub(crate) loaded: Loaded,
    /// From when a message was sent, or was to be, until it was on every stream that shows it.
    pub(crate) arrived: Percentiles,
    /// How often a message that was acknowledged was to arrive and had not, ten seconds after the last acknowledgement.
    pub(crate) lacking: usize,
}

/// What they tell.
#[derive(Default)]
struct Heard {
    /// The run whose messages they note.
    run: AtomicU32,
    arrivals: Mutex<Vec<(u64, Instant)>>,
    /// How many are connected and have caught up.
    present: AtomicUsize,
    /// How often a server that was there has told one to come back later.
    turned_away: AtomicUsize,
}

impl Followers {
    /// The first so many people begin to follow at a server; answers when all of them do.
    pub(crate) fn begin(
        population: &Arc<Population>,
        count: usize,
        address: SocketAddr,
        door: Door,
    ) -> Result<Self> {
        let (heard, population) = (Arc::new(Heard::default()), Arc::clone(population));
        let (stop, stopped) = oneshot::channel::<()>();
        let theirs = Arc::clone(&heard);
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            let local = LocalSet::new();
            for place in 0..count {
                let follower = Follower {
                    heard: Arc::clone(&theirs),
                    population: Arc::clone(&population),
                    place,
                    address,
                    door,
                    cursor: String::new(),
                    retry: Duration::from_secs(1),
                    known: (0, String::new()),
                    is_present: false,
                };
                let delay = Duration::from_secs(1) * u32::try_from(place)? / A_SECOND;
                local.spawn_local(async move {
                    tokio::time::sleep(delay).await;
                    follower.follow().await;
                });
            }
            runtime.block_on(local.run_until(async move {
                let _ = stopped.await;
            }));
            Ok(())
        });
        let followers = Self { heard, count, stop: Some(stop), thread: Some(thread) };
        followers.wait_until_all_are_there()?;
        Ok(followers)
    }

    /// Waits until everybody is connected and has caught up; answers how long that took.
    pub(crate) fn wait_until_all_are_there(&self) -> Result<Duration> {
        let begun = Instant::now();
        while self.present() < self.count {
            ensure!(begun.elapsed() < PATIENCE, "{} of {} follow", self.present(), self.count);
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(begun.elapsed())
    }

    fn present(&self) -> usize {
        self.heard.present.load(Ordering::SeqCst)
    }

    /// How often one was told to come back later.
    pub(crate) fn turned_away(&self) -> usize {
        self.heard.turned_away.load(Ordering::SeqCst)
    }

    /// Puts a load on a server, and waits until its messages have arrived.
    pub(crate) fn hear(&self, bench: &Bench, load: Load, server: &Server, store: &Store) -> Result<Arrived> {
        self.heard.run.store(load.run, Ordering::SeqCst);
        self.heard.arrivals().clear();
        // An app's message shows on the sender's own stream too.
        let streams = if load.dialect == Dialect::Fresns { 2 } else { 1 };
        let (loaded, _) = bench.audited(load, server, store)?;
        let (expected, last) = (streams * loaded.acknowledged.len(), Instant::now());
        while self.heard.arrivals().len() < expected && last.elapsed() < LATEST {
            std::thread::sleep(Duration::from_millis(20));
        }
        let (mut latencies, arrivals) = (Latencies::new()?, self.heard.arrivals());
        for (number, at) in arrivals.iter() {
            if let Some(since) = loaded.measured.get(number) {
                latencies.record(at.saturating_duration_since(*since));
            }
        }
        let lacking = expected.saturating_sub(arrivals.len());
        Ok(Arrived { arrived: latencies.percentiles(), lacking, loaded })
    }
}

impl Drop for Followers {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Heard {
    fn arrivals(&self) -> MutexGuard<'_, Vec<(u64, Instant)>> {
        self.arrivals.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes the message that an event shows, if it is one of the run.
    fn note(&self, event: &str, known: &mut (u32, String)) {
        let run = self.run.load(Ordering::Relaxed);
        if known.0 != run {
            *known = (run, format!("\"{}", text::prefix(run)));
        }
        let number = event.split_once(known.1.as_str()).and_then(|(_, rest)| text::number(rest));
        if let Some(number) = number {
            self.arrivals().push((number, Instant::now()));
        }
    }
}

#[derive(Deserialize)]
struct SocketFrame {
    #[serde(rename = "e")]
    event: String,
    #[serde(rename = "c")]
    cursor: Option<String>,
}

/// One of them.
struct Follower {
    heard: Arc<Heard>,
    population: Arc<Population>,
    place: usize,
    address: SocketAddr,
    door: Door,
    /// Where to go on.
    cursor: String,
    /// When to come back, as the server has said.
    retry: Duration,
    /// How messages of the run begin.
    known: (u32, String),
    is_present: bool,
}

impl Follower {
    /// As an `EventSource` does it: comes back after the time that it was told, to where it was.
    async fn follow(mut self) {
        loop {
            // An error is a connection that broke or was not made.
            let ended = match self.door {
                Door::Events => self.events().await,
                Door::Socket => self.socket().await,
                Door::Gateway => self.gateway().await,
            };
            let is_busy = |error: anyhow::Error| match error.downcast_ref() {
                Some(tungstenite::Error::Http(answer)) => answer.status() == StatusCode::SERVICE_UNAVAILABLE,
                _ => false,
            };
            if ended.err().is_some_and(is_busy) {
                self.heard.turned_away.fetch_add(1, Ordering::SeqCst);
            }
            self.is_there(false);
            tokio::time::sleep(self.retry).await;
        }
    }

    async fn socket(&mut self) -> Result<()> {
        let mut request = format!("ws://{}{SOCKET}", self.address).into_client_request()?;
        request.headers_mut().extend(read(&self.population, self.place, SOCKET)?.headers().clone());
        let (mut stream, _) = client_async(request, TcpStream::connect(self.address).await?).await?;
        let since = if self.cursor.is_empty() {
            json!({"t": "since"})
        } else {
            json!({"t": "since", "c": self.cursor})
        };
        stream.send(Message::Text(since.to_string().into())).await?;
        while let Some(frame) = stream.next().await {
            let Message::Text(text) = frame? else { continue };
            let frame: SocketFrame = serde_json::from_str(&text)?;
            if let Some(cursor) = frame.cursor {
                self.cursor = cursor;
            }
            match &*frame.event {
                "message" => self.heard.note(&text, &mut self.known),
                "caught_up" => self.is_there(true),
                _ => {}
            }
        }
        Ok(())
    }

    /// As the SDK does it: is told that there is something, and pulls.
    async fn gateway(&mut self) -> Result<()> {
        let mut client = Client::enter(self.address, &self.population, self.place).await?;
        let mut position = self.cursor.parse().unwrap_or_else(|_| SystemClock.now().0);
        loop {
            let page = client.pull(position).await?;
            for message in &page.list {
                self.heard.note(&message.content, &mut self.known);
            }
            position = page.until;
            self.cursor = position.to_string();
            if page.is_last {
                self.is_there(true);
                loop {
                    match tokio::time::timeout(PING_EVERY, client.told()).await {
                        Ok(told) => break told?,
                        Err(_) => client.ping().await?,
                    }
                }
            }
        }
    }

    async fn events(&mut self) -> Result<()> {
        let mut connection = connect(self.address).await?;
        let mut request = read(&self.population, self.place, EVENTS)?;
        if !self.cursor.is_empty() {
            request.headers_mut().insert("last-event-id", self.cursor.parse()?);
        }
        let answer = connection.send_request(request).await?;
        ensure!(answer.status() == StatusCode::OK, "{}", answer.status());
        let (mut body, mut gathered) = (answer.into_body(), BytesMut::new());
        while let Some(frame) = body.frame().await {
            gathered.extend_from_slice(frame?.data_ref().map_or(&[][..], |data| data));
            while let Some(end) = gathered.windows(2).position(|bytes| bytes == b"\n\n") {
                let event = gathered.split_to(end + 2);
                self.take(&String::from_utf8_lossy(&event));
            }
        }
        Ok(())
    }

    fn take(&mut self, event: &str) {
        let field = |name| event.lines().find_map(|line: &str| line.strip_prefix(name));
        if let Some(cursor) = field("id: ") {
            cursor.clone_into(&mut self.cursor);
        }
        if let Some(retry) = field("retry: ").and_then(|ms| ms.parse().ok()) {
            self.retry = Duration::from_millis(retry);
        }
        match field("event: ") {
            Some("message") => self.heard.note(event, &mut self.known),
            Some("caught_up") => self.is_there(true),
            Some("bye") if event.contains("busy") => {
                self.heard.turned_away.fetch_add(1, Ordering::SeqCst);
            }
            _ => {}
        }
    }

    fn is_there(&mut self, now: bool) {
        match (self.is_present, now) {
            (false, true) => self.heard.present.fetch_add(1, Ordering::SeqCst),
            (true, false) => self.heard.present.fetch_sub(1, Ordering::SeqCst),
            _ => return,
        };
        self.is_present = now;
    }
}
