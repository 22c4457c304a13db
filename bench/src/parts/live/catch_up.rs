//! What it costs to catch up, over HTTP and as the bare query.

use std::time::Instant;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sixin_application::delivery::ports::{EventLog, Missed};
use sixin_domain::id::{MessageId, UserId};
use sixin_domain::log::{Cursor, Logged};
use sixin_storage::Database;
use tokio::task::LocalSet;

use crate::bench::Bench;
use crate::latency::Latencies;
use crate::load::{connect, exchange};
use crate::requests::read;
use crate::server::{Program, Server};
use crate::storage_loop::{begin_hub, send_around};
use crate::store::{Engine, Store};

/// How much was missed.
const MISSED: [u64; 3] = [1, 1000, 100_000];
/// Who has missed it: a person with a score of conversations, of which ten went on;
const FEW: usize = 0;
/// and one with ten thousand, all of which went on as far as there was enough.
const MANY: usize = 500;
const CONVERSATIONS: usize = 10_000;
/// How often each is measured.
const ROUNDS: u32 = 20;
/// Events of an answer, as many as one may have.
const PAGE: usize = 200;

/// One who comes back.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct CatchUp {
    /// How many conversations they have, about.
    pub(crate) conversations: usize,
    pub(crate) missed: u64,
    /// How many events they were told; none if they are to read the lists anew.
    pub(crate) told: usize,
    /// Milliseconds through `GET /live/poll`, all pages, p50.
    pub(crate) sixin: f64,
    /// Milliseconds of the queries, p50.
    pub(crate) bare: f64,
}

pub(crate) fn measure(bench: &mut Bench, engine: &Engine) -> Result<Vec<CatchUp>> {
    bench.step("live: catching up", 60);
    let store = bench.store(engine, "live")?;
    let database = store.open()?;
    let recipients = begin_hub(&store, MANY, CONVERSATIONS)?;
    let neighbours: Vec<UserId> =
        store.population.people.iter().skip(FEW + 1).take(10).map(|person| person.id).collect();
    let mut rows = Vec::new();
    for (who, conversations, with) in [(FEW, 20, &neighbours), (MANY, CONVERSATIONS, &recipients)] {
        let begins = missed(bench, &store, &database, (who, with))?;
        // What it has in memory are the events of its own time, of which there are none: so all are read from the store.
        let server = Server::start(Program::Sixin, &store.url, &bench.directory, &[])?;
        for (missed, since) in MISSED.into_iter().zip(begins) {
            let (told, sixin) = median(|| over_http(bench, &store, &server, (who, &since)))?;
            let (_, bare) = median(|| bare(bench, &store, &database, (who, &since)))?;
            rows.push(CatchUp { conversations, missed, told, sixin, bare });
        }
    }
    store.remove()?;
    Ok(rows)
}

/// Where those are in the log who have missed each number of messages.
fn missed(
    bench: &Bench,
    store: &Store,
    database: &Database,
    sends: (usize, &Vec<UserId>),
) -> Result<Vec<Cursor>> {
    let mut begins = Vec::new();
    for count in MISSED.into_iter().rev() {
        begins.push(bench.runtime.block_on(EventLog::head(database))?);
        // What those have missed who missed less is missed by all.
        let less = MISSED.into_iter().rev().find(|less| *less < count).unwrap_or(0);
        send_around(database, &store.population, (sends.0, sends.1), usize::try_from(count - less)?)?;
    }
    begins.reverse();
    Ok(begins)
}

/// Asks until there is nothing more; answers how many events that were.
fn over_http(bench: &Bench, store: &Store, server: &Server, (who, since): (usize, &Cursor)) -> Result<usize> {
    let local = LocalSet::new();
    local.block_on(&bench.runtime, async {
        let mut connection = connect(server.address).await?;
        let (mut since, mut told) = (since.to_string(), 0);
        loop {
            let path = format!("/live/poll?wait=0&limit={PAGE}&whitelistKeys=username&since={since}");
            let answer = exchange(&mut connection, read(&store.population, who, &path)?).await?;
            let news: News = serde_json::from_slice(&answer)
                .with_context(|| String::from_utf8_lossy(&answer).into_owned())?;
            if news.reset {
                return Ok(0);
            }
            told += news.events.len();
            since = news.cursor;
            if news.events.is_empty() {
                return Ok(told);
            }
        }
    })
}

#[derive(Deserialize)]
struct News {
    cursor: String,
    reset: bool,
    events: Vec<Value>,
}

/// The same from the storage adapter, with nothing around it.
fn bare(bench: &Bench, store: &Store, database: &Database, (who, since): (usize, &Cursor)) -> Result<usize> {
    let user = store.population.person(who)?.id;
    bench.runtime.block_on(async {
        let head = EventLog::head(database).await?;
        let Missed::Entries(entries) = database.missed(user, since.position, head.position).await? else {
            return Ok(0);
        };
        let ids: Vec<MessageId> = entries
            .iter()
            .filter_map(|entry| match &entry.what {
                Logged::Message(message) => Some(message.id),
                Logged::Change(_) => None,
            })
            .collect();
        for some in ids.chunks(PAGE) {
            EventLog::messages(database, some, &[]).await?;
        }
        Ok(entries.len())
    })
}

/// How many events it was, and the p50 of the milliseconds it took.
fn median(mut work: impl FnMut() -> Result<usize>) -> Result<(usize, f64)> {
    let (mut latencies, mut count) = (Latencies::new()?, 0);
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        count = work()?;
        latencies.record(begun.elapsed());
    }
    Ok((count, latencies.percentiles().p50))
}
