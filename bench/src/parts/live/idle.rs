//! What a connection costs that waits.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use http_body_util::Full;
use hyper::Request;
use serde::{Deserialize, Serialize};

use crate::bench::Bench;
use crate::door::Door;
use crate::gateway_client;
use crate::numbers::float;
use crate::pairs::USERS;
use crate::population::Population;
use crate::requests::{Dialect, read};
use crate::server::{Program, Server};
use crate::store::Engine;

/// The cost of one is reckoned between so many connections of each person,
const FEW: usize = 1;
/// and so many.
const MANY: usize = 6;
/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// So many begin a second that all are there before the first has to answer a ping.
const IN_HASTE: [(&str, &str); 1] = [("SIXIN__LIVE__NEW_PER_SECOND", "1000000")];
/// What settles after the last has begun.
const SETTLING: Duration = Duration::from_secs(3);

/// Connections through a door.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Idle {
    pub(crate) door: Door,
    /// Between so many
    pub(crate) from: usize,
    /// and so many connections
    pub(crate) to: usize,
    /// each costs so many bytes of the whole process.
    pub(crate) bytes: f64,
}

pub(crate) fn measure(bench: &mut Bench, engine: &Engine, doors: &[Door]) -> Result<Vec<Idle>> {
    let store = bench.store(engine, "live")?;
    bench.runtime.block_on(store.population.let_devices_in(&store.open()?))?;
    let mut rows = Vec::new();
    for &door in doors {
        bench.step(&format!("live: idle connections, {}", door.name()), 45);
        let server = Server::start(Program::Sixin, &store.url, &bench.directory, &IN_HASTE)?;
        bench.warm_up(&server, &store, Dialect::RongCloud)?;
        let mut connections = Vec::new();
        let mut resident = |rounds: usize| -> Result<u64> {
            for _ in 0..rounds {
                for place in 0..USERS {
                    connections.push(open(&store.population, place, door, server.address)?);
                }
            }
            std::thread::sleep(SETTLING);
            server.resident_bytes()
        };
        let (few, many) = (resident(FEW)?, resident(MANY - FEW)?);
        let more = float(usize::try_from(many.saturating_sub(few))?);
        let (from, to) = (USERS * FEW, USERS * MANY);
        rows.push(Idle { door, from, to, bytes: more / float(to - from) });
    }
    store.remove()?;
    Ok(rows)
}

/// A connection on which nothing but the beginning is read.
fn open(population: &Population, place: usize, door: Door, address: SocketAddr) -> Result<TcpStream> {
    let upgrade = "connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
                   sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    let (path, more) = match door {
        Door::Events => ("/live/events".to_owned(), ""),
        Door::Socket => ("/live/ws?since=".to_owned(), upgrade),
        Door::Gateway => (gateway_client::path(population, place)?, upgrade),
    };
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(head(&read(population, place, &path)?, more)?.as_bytes())?;
    let (mut answer, mut buffer) = (Vec::new(), [0; 512]);
    while !answer.windows(4).any(|bytes| bytes == b"\r\n\r\n") {
        let count = stream.read(&mut buffer)?;
        ensure!(count > 0, "a stream ended before it began");
        answer.extend_from_slice(buffer.get(..count).context("what was read")?);
    }
    let answer = String::from_utf8_lossy(&answer);
    ensure!(answer.starts_with("HTTP/1.1 200") || answer.starts_with("HTTP/1.1 101"), "{answer}");
    Ok(stream)
}

fn head(request: &Request<Full<Bytes>>, more: &str) -> Result<String> {
    let mut head = format!("GET {} HTTP/1.1\r\n", request.uri());
    for (name, value) in request.headers() {
        head += &format!("{name}: {}\r\n", value.to_str()?);
    }
    Ok(head + more + "\r\n")
}
