//! sixin under that load: everybody is connected, and apps send.

use anyhow::Result;

use super::{CONNECTED, PeerRow, SENDING};
use crate::bench::{Bench, WARM_UP};
use crate::door::Door;
use crate::followers::Followers;
use crate::load::Pace;
use crate::numbers::float;
use crate::requests::Dialect;
use crate::server::{Program, Server};
use crate::store::Engine;

pub(super) fn measure(bench: &mut Bench, engine: &Engine) -> Result<Vec<PeerRow>> {
    let store = bench.store(engine, "peers")?;
    let server = Server::start(Program::Sixin, &store.url, &bench.directory, &[])?;
    bench.warm_up(&server, &store, Dialect::Fresns)?;
    let before = server.resident_bytes()?;
    let followers = Followers::begin(&store.population, CONNECTED, server.address, Door::Events)?;
    let more = server.resident_bytes()?.saturating_sub(before);
    let connection_bytes = float(usize::try_from(more)?) / float(CONNECTED);
    let mut rows = Vec::new();
    for sending in SENDING {
        let name = format!("sixin on {}", engine.name());
        bench.step(&format!("{name}, {sending} sending"), bench.options.seconds + WARM_UP.as_secs());
        let load = bench.load(&server, &store, (Dialect::Fresns, sending, Pace::Closed));
        let heard = followers.hear(bench, load, &server, &store)?;
        rows.push(PeerRow {
            name,
            keeps: "the message, WAL or log flushed at each commit".to_owned(),
            sending,
            rate: heard.loaded.rate,
            acknowledged: heard.loaded.latencies,
            arrived: heard.arrived,
            lacking: heard.lacking,
            connection_bytes,
        });
    }
    drop(followers);
    drop(server);
    store.remove()?;
    Ok(rows)
}
