//! How much of the server clients may use.

use std::time::Duration;

use crate::connections::ConnectionLimits;
use sixin_domain::network::Network;

/// Bounds of the HTTP server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpLimits {
    /// Largest body in bytes; larger ones are answered with 413.
    pub body_bytes: usize,
    /// How long a body may take to arrive; slower ones are answered with 408.
    pub body_timeout: Duration,
    /// How long a form with a file may take to arrive; `body_timeout` is then the longest pause.
    pub upload_timeout: Duration,
    /// How fast it has to be.
    pub upload_speed: LeastSpeed,
    /// How long the head of a request may take to arrive.
    pub head_timeout: Duration,
    /// How long an idle connection is kept.
    pub keep_alive: Duration,
    /// How long requests may take to finish once the server stops.
    pub shutdown_timeout: Duration,
    /// Threads that handle requests.
    pub workers: usize,
    /// Origins browsers may call from; `*` stands for all, nothing for none.
    pub cors_origins: Vec<String>,
    /// Proxies that are believed when they say from whom they got a request.
    pub trusted_proxies: Vec<Network>,
    /// How many connections there may be.
    pub connections: ConnectionLimits,
    /// Whether the API is described at `/docs/` and `/openapi.json`.
    pub docs: bool,
}

impl Default for HttpLimits {
    fn default() -> Self {
        Self {
            body_bytes: 2 * 1024 * 1024,
            body_timeout: Duration::from_secs(10),
            upload_timeout: Duration::from_secs(300),
            upload_speed: LeastSpeed::default(),
            head_timeout: Duration::from_secs(5),
            keep_alive: Duration::from_secs(75),
            shutdown_timeout: Duration::from_secs(30),
            workers: std::thread::available_parallelism().map_or(2, std::num::NonZero::get),
            cors_origins: Vec::new(),
            trusted_proxies: Vec::new(),
            connections: ConnectionLimits::default(),
            docs: true,
        }
    }
}

/// How fast an upload has to be, on average; slower ones are answered with 408.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeastSpeed {
    /// Bytes a second; 0 for none.
    pub bytes_a_second: u64,
    /// How long it may take until that counts.
    pub slow_start: Duration,
}

impl Default for LeastSpeed {
    fn default() -> Self {
        Self { bytes_a_second: 4096, slow_start: Duration::from_secs(10) }
    }
}
