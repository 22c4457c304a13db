//! What a store that has grown costs: rate and p99 of sixin and of D's loop, by the number of stored messages.

use std::time::{Duration, Instant};

use anyhow::Result;
use serde::{Deserialize, Serialize};

use super::USUAL_CONNECTIONS;
use super::storage::audited_loop;
use crate::Options;
use crate::bench::{Bench, WARM_UP};
use crate::load::Pace;
use crate::requests::Dialect;
use crate::server::{Program, Server};
use crate::storage_loop::{self, FULL_BATCH, Supply};
use crate::store::{Engine, Store};

/// Stored messages at which it is measured.
const SIZES: [u64; 3] = [0, 1_000_000, 10_000_000];
/// How often each is measured; the median is told, since machines are noisy.
const ROUNDS: u64 = 3;
/// How long a store may take to grow to the next size.
const PATIENCE: Duration = Duration::from_secs(15 * 60);

/// A store with so many messages.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Growth {
    pub(crate) messages: u64,
    pub(crate) sixin: Point,
    pub(crate) storage: Point,
}

/// Messages a second, and milliseconds.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Point {
    pub(crate) rate: f64,
    pub(crate) p99: f64,
}

pub(crate) fn planned_seconds(options: &Options) -> u64 {
    let measuring = ROUNDS * (2 * options.seconds + WARM_UP.as_secs());
    if options.quick { 2 * measuring + 60 } else { 3 * measuring + 560 }
}

/// Adds a row for each size as soon as it is measured.
pub(crate) fn measure(bench: &mut Bench, engine: &Engine, rows: &mut Vec<Growth>) -> Result<()> {
    let store = bench.store(engine, "growth")?;
    let sizes = if bench.options.quick { SIZES.get(..2).unwrap_or_default() } else { &SIZES };
    let mut stored = 0;
    for &messages in sizes {
        if !fill(bench, engine, &store, messages - stored)? {
            eprintln!("{messages} messages were not stored within {PATIENCE:?}; the growth ends before");
            break;
        }
        stored = messages;
        bench.step(
            &format!("{} with {messages} messages", engine.name()),
            ROUNDS * (2 * bench.options.seconds + WARM_UP.as_secs()),
        );
        rows.push(row(bench, engine, &store, messages)?);
    }
    store.remove()
}

/// Whether the store has so many messages more.
pub(super) fn fill(bench: &Bench, engine: &Engine, store: &Store, messages: u64) -> Result<bool> {
    let (database, begun, mut told) = (store.open()?, Instant::now(), 0);
    while told < messages {
        let part = (messages - told).min(250_000);
        storage_loop::fill(&database, &store.population, part)?;
        told += part;
        bench.step(&format!("{}: {told} of {messages} messages more", engine.name()), 14);
        if begun.elapsed() > PATIENCE {
            return Ok(false);
        }
    }
    Ok(true)
}

/// In turns, so that what disturbs the machine disturbs both.
fn row(bench: &mut Bench, engine: &Engine, store: &Store, messages: u64) -> Result<Growth> {
    let (mut sixin, mut storage) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let (rate, latencies) = audited_loop(bench, store, Supply::Always(FULL_BATCH))?;
        storage.push(Point { rate, p99: latencies.p99 });
        let server = Server::start(Program::Sixin, &store.url, &bench.directory, &[])?;
        bench.warm_up(&server, store, Dialect::RongCloud)?;
        let load = (Dialect::RongCloud, USUAL_CONNECTIONS, Pace::Closed);
        let measured = bench.measured(&server, engine, store, load)?;
        sixin.push(Point { rate: measured.rate, p99: measured.latencies.p99 });
    }
    Ok(Growth { messages, sixin: median(&sixin), storage: median(&storage) })
}

fn median(points: &[Point]) -> Point {
    let middle = |value: fn(&Point) -> f64| {
        let mut values: Vec<f64> = points.iter().map(value).collect();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied().unwrap_or(0.0)
    };
    Point { rate: middle(|point| point.rate), p99: middle(|point| point.p99) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rate_and_p99_have_each_their_own_median() {
        let points = [(1.0, 9.0), (3.0, 7.0), (2.0, 8.0)].map(|(rate, p99)| Point { rate, p99 });
        let median = median(&points);
        assert_eq!((median.rate, median.p99), (2.0, 8.0));
    }
}
