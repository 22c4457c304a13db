//! What reading costs in a large store: the first page of a user's conversations and of one conversation's messages, and
//! the page of the same length with which a back end begins to read that conversation, over HTTP and as the bare query, in
//! a small store and in one with many messages, where that user has 10,000 conversations.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use http_body_util::Full;
use hyper::Request;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sixin_application::conversations::ports::{ConversationViews, ListQuery, ListStart, MessageQuery, Order};
use sixin_domain::conversation::Conversation;
use sixin_domain::conversation::pair::Pair;
use sixin_domain::id::UserId;
use sixin_domain::time::Millis;
use sixin_storage::Database;
use tokio::task::LocalSet;

use super::growth::fill;
use crate::Options;
use crate::bench::Bench;
use crate::latency::{Latencies, Percentiles};
use crate::load::{connect, exchange};
use crate::requests::{ask, read};
use crate::server::{Program, Server};
use crate::storage_loop::begin_hub;
use crate::store::{Engine, Store};

/// Messages of the small store: enough for a full page of each conversation.
const FEW_MESSAGES: u64 = 300_000;
/// Messages of the large store.
const MESSAGES: u64 = 10_000_000;
const MESSAGES_IF_QUICK: u64 = 1_000_000;
/// Conversations of the user that has many.
const CONVERSATIONS: usize = 10_000;
/// Entries of a page, if a client does not say otherwise (docs/wire/fresns.md#pages).
const PAGE: i64 = 15;
/// Where a back end reads.
const HISTORY: &str = "/v3/message/private/query.json";
/// Who reads, by its place among the people, and in the conversation with whom.
const READER: usize = 0;
const OTHER: usize = 1;

/// What is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Call {
    List,
    Messages,
    History,
}

impl Call {
    const ALL: [Self; 3] = [Self::List, Self::Messages, Self::History];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::List => "conversation/list",
            Self::Messages => "conversation/{id}/messages",
            Self::History => HISTORY,
        }
    }
}

/// One call in one store.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Reads {
    pub(crate) call: Call,
    /// Messages that were added to the store, beside one a conversation.
    pub(crate) messages: u64,
    pub(crate) sixin: Percentiles,
    pub(crate) bare: Percentiles,
}

pub(crate) fn planned_seconds(options: &Options) -> u64 {
    12 * options.seconds + if options.quick { 90 } else { 620 }
}

pub(crate) fn measure(bench: &mut Bench, engine: &Engine) -> Result<Vec<Reads>> {
    let messages = if bench.options.quick { MESSAGES_IF_QUICK } else { MESSAGES };
    let small = bench.store(engine, "reads_small")?;
    ensure!(fill(bench, engine, &small, FEW_MESSAGES)?, "the messages were not stored in time");
    let mut rows = rows(bench, &small, FEW_MESSAGES)?;
    small.remove()?;
    let large = bench.store(engine, "reads_large")?;
    begin_hub(&large, READER, CONVERSATIONS)?;
    if fill(bench, engine, &large, messages)? {
        rows.extend(self::rows(bench, &large, messages)?);
    } else {
        eprintln!("{messages} messages were not stored in time; reads are told of the small store only");
    }
    large.remove()?;
    Ok(rows)
}

/// All calls, each over HTTP and bare.
fn rows(bench: &Bench, store: &Store, messages: u64) -> Result<Vec<Reads>> {
    bench.step(&format!("reads with {messages} messages"), 6 * bench.options.seconds);
    let database = store.open()?;
    let reader = Reader::find(bench, store, &database)?;
    let server = Server::start(Program::Sixin, &store.url, &bench.directory, &[])?;
    let row = |call| {
        let sixin = over_http(bench, &server, || reader.request(store, call))?;
        Ok(Reads { call, messages, sixin, bare: reader.bare(bench, &database, call)? })
    };
    Call::ALL.into_iter().map(row).collect()
}

/// Who reads, and in which conversation.
struct Reader {
    user: UserId,
    conversation: Conversation,
}

impl Reader {
    fn find(bench: &Bench, store: &Store, database: &Database) -> Result<Self> {
        let (user, other) = (store.population.person(READER)?.id, store.population.person(OTHER)?.id);
        let pair = Pair::of(user, other).context("they are two")?;
        let found = bench.runtime.block_on(ConversationViews::of_pair(database, pair))?;
        Ok(Self { user, conversation: found.context("they have a conversation")? })
    }

    fn request(&self, store: &Store, call: Call) -> Result<Request<Full<Bytes>>> {
        let people = &store.population;
        match call {
            Call::List => read(people, READER, "/api/v2/conversation/list"),
            Call::Messages => {
                let path = format!("/api/v2/conversation/{}/messages", self.conversation.id);
                read(people, READER, &path)
            }
            Call::History => {
                let body = json!({
                    "userId": people.person(READER)?.username, "targetId": people.person(OTHER)?.username,
                    "startTime": 0, "endTime": i64::MAX, "pageSize": PAGE,
                });
                ask(people, HISTORY, &body)
            }
        }
    }

    /// The same answers from the storage adapter, with nothing around it.
    fn bare(&self, bench: &Bench, database: &Database, call: Call) -> Result<Percentiles> {
        let list = ListQuery { user: self.user, pinned: None, start: ListStart::Offset(0), limit: PAGE + 1 };
        let messages = MessageQuery {
            conversation: self.conversation.id,
            user: self.user,
            after: 0,
            before: i64::MAX,
            order: Order::Newest,
            offset: 0,
            limit: PAGE,
        };
        let first = MessageQuery { order: Order::Oldest, ..messages };
        timed(bench.options.time(), || {
            bench.runtime.block_on(async {
                match call {
                    Call::List => {
                        database.list(list).await?;
                        database.totals(self.user, None).await?;
                    }
                    Call::Messages => {
                        ConversationViews::find(database, self.conversation.id).await?;
                        database.messages(messages).await?;
                    }
                    Call::History => {
                        ConversationViews::of_pair(database, self.conversation.pair).await?;
                        for time in [Millis(0), Millis(i64::MAX)] {
                            database.seq_at(&self.conversation, time).await?;
                        }
                        database.messages(first).await?;
                    }
                }
                Ok(())
            })
        })
    }
}

/// How long something takes that is done again and again; the first second is not measured.
fn timed(time: Duration, mut work: impl FnMut() -> Result<()>) -> Result<Percentiles> {
    let mut latencies = Latencies::new()?;
    let measured_from = Instant::now() + crate::bench::WARM_UP;
    loop {
        let begun = Instant::now();
        if begun >= measured_from + time {
            return Ok(latencies.percentiles());
        }
        work()?;
        if begun >= measured_from {
            latencies.record(begun.elapsed());
        }
    }
}

/// One connection that asks again once it was answered.
fn over_http(
    bench: &Bench,
    server: &Server,
    request: impl Fn() -> Result<Request<Full<Bytes>>>,
) -> Result<Percentiles> {
    let local = LocalSet::new();
    let mut connection = local.block_on(&bench.runtime, connect(server.address))?;
    timed(bench.options.time(), || {
        let answer = local.block_on(&bench.runtime, exchange(&mut connection, request()?))?;
        let is_fine = [&b"{\"code\":0,"[..], b"{\"code\":200,"].iter().any(|begin| answer.starts_with(begin));
        ensure!(is_fine, "{}", String::from_utf8_lossy(&answer));
        Ok(())
    })
}
