//! A publish to a thousand recipients at once, in the same words to all of them and in other words to each.

use std::time::Instant;

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::task::LocalSet;

use crate::bench::{Bench, WARM_UP, ids_from_now};
use crate::latency::{Latencies, Percentiles};
use crate::load::{connect, exchange};
use crate::numbers::{float, ratio};
use crate::requests::ask;
use crate::server::{Program, Server};
use crate::store::{Engine, Store};
use crate::text::text;

/// How many loads that takes.
pub(crate) const LOADS: u64 = 2;
/// Recipients of a call, as many as one may have.
pub(crate) const RECIPIENTS: usize = 1000;
/// Who publishes, by its place among the people.
const SENDER: usize = 0;
/// What stands for a name in a template; as long as the names of the added users, so that both calls store as much.
const KEY: &str = "{name}";

/// Both ways to publish.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Wide {
    pub(crate) same: WideRate,
    pub(crate) each: WideRate,
    /// The rate of the second to that of the first.
    pub(crate) to_same: f64,
}

/// One of them.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct WideRate {
    /// Acknowledged messages a second.
    pub(crate) rate: f64,
    /// Of a call.
    pub(crate) latencies: Percentiles,
}

pub(crate) fn measure(bench: &mut Bench, engine: &Engine) -> Result<Wide> {
    let same = in_a_fresh_store(bench, engine, "/message/private/publish.json")?;
    let each = in_a_fresh_store(bench, engine, "/message/private/publish_template.json")?;
    Ok(Wide { same, each, to_same: ratio(each.rate, same.rate) })
}

/// Each in a store of its own: one that has grown is slower.
fn in_a_fresh_store(bench: &mut Bench, engine: &Engine, path: &'static str) -> Result<WideRate> {
    let store = bench.store(engine, "wide")?;
    let names: Vec<String> =
        store.add_users(RECIPIENTS)?.into_iter().map(|id| format!("added-{}", id.0)).collect();
    let server = Server::start(Program::Sixin, &store.url, &bench.directory, &[])?;
    let rate = calls(bench, &server, &store, &Call { path, names: &names })?;
    drop(server);
    store.remove()?;
    Ok(rate)
}

struct Call<'a> {
    path: &'static str,
    names: &'a [String],
}

impl Call<'_> {
    /// The call of that number. A plain publish knows no `values` and leaves the key in its text.
    fn body(&self, store: &Store, run: u32, number: u64) -> Result<Value> {
        let values: Vec<Value> = self.names.iter().map(|name| json!({ KEY: name })).collect();
        let content = json!({ "content": format!("{} {KEY}", text(run, number)) }).to_string();
        Ok(json!({
            "fromUserId": store.population.person(SENDER)?.username, "toUserId": self.names,
            "objectName": "RC:TxtMsg", "content": content, "values": values,
        }))
    }
}

/// One connection that calls again once it was answered; and every message that was acknowledged is there, once.
fn calls(bench: &mut Bench, server: &Server, store: &Store, call: &Call<'_>) -> Result<WideRate> {
    bench.step(call.path, bench.options.seconds + WARM_UP.as_secs());
    let (run, not_before) = (bench.next_run(), ids_from_now());
    let (mut latencies, mut number, mut measured) = (Latencies::new()?, 0, 0);
    let local = LocalSet::new();
    let mut connection = local.block_on(&bench.runtime, connect(server.address))?;
    let measured_from = Instant::now() + WARM_UP;
    let end = measured_from + bench.options.time();
    while Instant::now() < end {
        let request = ask(&store.population, call.path, &call.body(store, run, number)?)?;
        let begun = Instant::now();
        let answer = local.block_on(&bench.runtime, exchange(&mut connection, request))?;
        let answer: Value = serde_json::from_slice(&answer)?;
        let acknowledged = answer.get("messageUIDs").and_then(Value::as_array);
        let acknowledged = acknowledged.with_context(|| answer.to_string())?.len();
        ensure!(acknowledged == RECIPIENTS, "{answer}");
        number += 1;
        if begun >= measured_from {
            latencies.record(begun.elapsed());
            measured += acknowledged;
        }
    }
    let seconds = measured_from.elapsed().as_secs_f64();
    let stored = store.messages_of(run, not_before)?.len();
    ensure!(
        u64::try_from(stored)? == number * u64::try_from(RECIPIENTS)?,
        "{stored} messages for {number} calls"
    );
    Ok(WideRate { rate: float(measured) / seconds, latencies: latencies.percentiles() })
}
