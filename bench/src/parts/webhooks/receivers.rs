//! Receivers on this machine, on a thread of their own: the load has none of its time taken.

use std::collections::HashSet;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};

/// What receivers do with what comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Mood {
    /// They take it.
    Takes,
    /// They never answer.
    Hangs,
    /// They hang up.
    Away,
}

/// What one of them was told: each event once.
#[derive(Debug, Default)]
struct Told {
    ids: Mutex<HashSet<String>>,
    /// The first that came, and the last that was new.
    times: Mutex<Option<(Instant, Instant)>>,
}

#[derive(Debug, Default)]
struct Shared {
    mood: AtomicU8,
    hung_up: AtomicU64,
}

/// Some receivers.
#[derive(Debug)]
pub(super) struct Receivers {
    pub(super) addresses: Vec<SocketAddr>,
    told: Vec<Arc<Told>>,
    shared: Arc<Shared>,
}

impl Receivers {
    /// So many of them, until the process ends.
    pub(super) fn start(count: usize) -> Result<Self> {
        let (shared, mut told, mut addresses, mut listeners) =
            (Arc::new(Shared::default()), Vec::new(), Vec::new(), Vec::new());
        for _ in 0..count {
            let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
            listener.set_nonblocking(true)?;
            addresses.push(listener.local_addr()?);
            told.push(Arc::new(Told::default()));
            listeners.push(listener);
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (serving, noting) = (Arc::clone(&shared), told.clone());
        std::thread::spawn(move || {
            runtime.block_on(async {
                for (listener, told) in listeners.into_iter().zip(noting) {
                    tokio::spawn(listen(listener, told, Arc::clone(&serving)));
                }
                std::future::pending::<()>().await;
            });
        });
        Ok(Self { addresses, told, shared })
    }

    /// From now on.
    pub(super) fn are(&self, mood: Mood) {
        self.shared.mood.store(mood as u8, Ordering::SeqCst);
    }

    /// How often they have hung up.
    pub(super) fn hung_up(&self) -> u64 {
        self.shared.hung_up.load(Ordering::SeqCst)
    }

    /// Forgets what came.
    pub(super) fn forget(&self) {
        for told in &self.told {
            told.ids.lock().unwrap_or_else(PoisonError::into_inner).clear();
            *told.times.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
    }

    /// Waits until each has so many events, and answers how long that took from the first that came.
    pub(super) fn until_each_has(&self, count: usize, patience: Duration) -> Result<Duration> {
        let begun = Instant::now();
        let of = |told: &Arc<Told>| told.ids.lock().unwrap_or_else(PoisonError::into_inner).len();
        while let Some(least) = self.told.iter().map(of).min().filter(|least| *least < count) {
            ensure!(begun.elapsed() < patience, "a receiver has {least} of {count} events");
            std::thread::sleep(Duration::from_millis(5));
        }
        let times: Vec<(Instant, Instant)> = self
            .told
            .iter()
            .filter_map(|told| *told.times.lock().unwrap_or_else(PoisonError::into_inner))
            .collect();
        let first = times.iter().map(|(first, _)| *first).min().context("nothing came")?;
        let last = times.iter().map(|(_, last)| *last).max().context("nothing came")?;
        Ok(last - first)
    }
}

async fn listen(listener: std::net::TcpListener, told: Arc<Told>, shared: Arc<Shared>) {
    let Ok(listener) = TcpListener::from_std(listener) else { return };
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(serve(stream, Arc::clone(&told), Arc::clone(&shared)));
    }
}

async fn serve(stream: TcpStream, told: Arc<Told>, shared: Arc<Shared>) {
    // A connection that breaks is the server's to mend.
    let _ = stream.set_nodelay(true);
    let service = service_fn(|request| take(request, &told, &shared));
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

/// Ends the connection.
#[derive(Debug, thiserror::Error)]
#[error("the receiver is away")]
struct IsAway;

async fn take(
    request: Request<Incoming>,
    told: &Told,
    shared: &Shared,
) -> Result<Response<Full<Bytes>>, IsAway> {
    let mood = shared.mood.load(Ordering::SeqCst);
    if mood == Mood::Away as u8 {
        shared.hung_up.fetch_add(1, Ordering::SeqCst);
        return Err(IsAway);
    }
    if mood == Mood::Hangs as u8 {
        return never().await;
    }
    let id =
        request.headers().get("webhook-id").and_then(|id| id.to_str().ok()).unwrap_or_default().to_owned();
    if request.into_body().collect().await.is_err() {
        return Err(IsAway);
    }
    let now = Instant::now();
    if told.ids.lock().unwrap_or_else(PoisonError::into_inner).insert(id) {
        let mut times = told.times.lock().unwrap_or_else(PoisonError::into_inner);
        *times = Some((times.map_or(now, |(first, _)| first), now));
    }
    Ok(Response::new(Full::default()))
}

async fn never() -> Result<Response<Full<Bytes>>, IsAway> {
    let nothing: Result<Infallible, IsAway> = std::future::pending().await;
    nothing.map(|never| match never {})
}
