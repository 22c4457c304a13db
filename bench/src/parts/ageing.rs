//! What sends feel while old messages are removed.

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::USUAL_CONNECTIONS;
use super::growth::fill;
use crate::Options;
use crate::bench::{Bench, WARM_UP};
use crate::latency::Percentiles;
use crate::load::Pace;
use crate::numbers::ratio;
use crate::requests::Dialect;
use crate::server::{Program, Server};
use crate::store::{Engine, Store};

/// Old messages: more than are removed while it is measured.
const OLD: u64 = 400_000;
/// How old they are, and how long messages are kept, in days.
const AGE: i64 = 400;
const KEPT: &str = "30";
/// How often each is measured, in turns; told is the round with the median p99.
const ROUNDS: usize = 3;

/// Sends at half the top rate of the store.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Ageing {
    /// Messages a second that came.
    pub(crate) offered: f64,
    /// While nothing is removed.
    pub(crate) without: Percentiles,
    /// While old messages are.
    pub(crate) with: Percentiles,
    pub(crate) p50_to_without: f64,
    pub(crate) p99_to_without: f64,
    /// Sends a second of those who send as soon as they are answered.
    pub(crate) rate_without: f64,
    pub(crate) rate_with: f64,
    pub(crate) rate_to_without: f64,
    /// Old messages that went a second, beside those at half the rate.
    pub(crate) removed_a_second: f64,
}

/// What one server has shown.
struct Round {
    latencies: Percentiles,
    rate: f64,
    removed_a_second: f64,
}

pub(crate) fn planned_seconds(options: &Options) -> u64 {
    let load = options.seconds + WARM_UP.as_secs();
    60 + (4 * ROUNDS as u64 + 1) * load
}

pub(crate) fn measure(bench: &mut Bench, engine: &Engine) -> Result<Ageing> {
    let store = bench.store(engine, "ageing")?;
    fill(bench, engine, &store, OLD)?;
    store.age(AGE)?;
    let load = bench.options.seconds + WARM_UP.as_secs();
    bench.step(&format!("{}: the top rate beside old messages", engine.name()), load);
    let server = started(bench, &store, false)?;
    let offered =
        bench.measured(&server, engine, &store, (Dialect::RongCloud, USUAL_CONNECTIONS, Pace::Closed))?.rate
            / 2.0;
    drop(server);
    let (mut without, mut with) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        for (removes, rounds) in [(false, &mut without), (true, &mut with)] {
            let what = if removes { "while old messages go" } else { "while they stay" };
            bench.step(&format!("{}: sends {what}", engine.name()), 2 * load);
            rounds.push(round(bench, engine, &store, (removes, offered))?);
        }
    }
    store.remove()?;
    let (without, with) = (middle(without)?, middle(with)?);
    Ok(Ageing {
        offered,
        p50_to_without: ratio(with.latencies.p50, without.latencies.p50),
        p99_to_without: ratio(with.latencies.p99, without.latencies.p99),
        rate_to_without: ratio(with.rate, without.rate),
        without: without.latencies,
        with: with.latencies,
        rate_without: without.rate,
        rate_with: with.rate,
        removed_a_second: with.removed_a_second,
    })
}

/// A server on the store, which removes what is too old or does not.
fn started(bench: &mut Bench, store: &Store, removes: bool) -> Result<Server> {
    let kept = [("SIXIN__RETENTION__MESSAGES", KEPT)];
    let server =
        Server::start(Program::Sixin, &store.url, &bench.directory, if removes { &kept } else { &[] })?;
    bench.warm_up(&server, store, Dialect::RongCloud)?;
    Ok(server)
}

fn round(
    bench: &mut Bench,
    engine: &Engine,
    store: &Store,
    (removes, offered): (bool, f64),
) -> Result<Round> {
    let server = started(bench, store, removes)?;
    let before = store.older_than(AGE / 2)?;
    let load = (Dialect::RongCloud, 4 * USUAL_CONNECTIONS, Pace::Open(offered));
    let begun = std::time::Instant::now();
    let latencies = bench.measured(&server, engine, store, load)?.latencies;
    let gone = before - store.older_than(AGE / 2)?;
    let seconds = begun.elapsed().as_secs_f64();
    anyhow::ensure!((gone > 0) == removes, "{gone} old messages have gone");
    let load = (Dialect::RongCloud, USUAL_CONNECTIONS, Pace::Closed);
    let rate = bench.measured(&server, engine, store, load)?.rate;
    anyhow::ensure!(
        !removes || store.older_than(AGE / 2)? > 0,
        "all old messages are gone: what was measured last is not beside their going"
    );
    Ok(Round { latencies, rate, removed_a_second: crate::numbers::float(usize::try_from(gone)?) / seconds })
}

/// The round with the median p99.
fn middle(mut rounds: Vec<Round>) -> Result<Round> {
    rounds.sort_by(|one, other| one.latencies.p99.total_cmp(&other.latencies.p99));
    let half = rounds.len() / 2;
    rounds.into_iter().nth(half).context("there was no round")
}
