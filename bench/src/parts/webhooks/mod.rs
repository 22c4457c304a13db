//! What it takes to tell receivers of webhooks: events a second, what sends cost beside it, and how soon one that was away knows all.

mod receivers;

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use serde::{Deserialize, Serialize};
use sixin_application::delivery::ports::EventLog;
use sixin_application::ports::Clock;
use sixin_application::webhooks::ports::{EndpointAdmin, EndpointChange, NewEndpoint};
use sixin_domain::access::app_key::Secret;
use sixin_domain::id::EndpointId;
use sixin_domain::webhook::endpoint::EndpointKind;
use sixin_domain::webhook::event_type::EventFilter;
use sixin_domain::webhook::receiver_url::ReceiverUrl;
use sixin_storage::Database;

use self::receivers::{Mood, Receivers};
use super::USUAL_CONNECTIONS;
use crate::Options;
use crate::bench::Bench;
use crate::load::Pace;
use crate::numbers::{float, ratio};
use crate::requests::Dialect;
use crate::server::{Program, Server};
use crate::storage_loop::{begin_hub, send_around};
use crate::store::{Engine, Store};
use crate::usage::Usage;

/// To how many receivers events are told.
const RECEIVERS: [usize; 2] = [1, 16];
/// In how many conversations.
const CONVERSATIONS: usize = 1000;
/// Events for each second of a measurement, to all receivers together.
const EVENTS_A_SECOND: u64 = 4_000;
/// And while a receiver was away: 100,000 if each measurement lasts five seconds.
const MISSED_A_SECOND: u64 = 20_000;
/// How often sends are measured in each of their settings, in turn.
const ROUNDS: u64 = 2;
/// A server looks for changes of webhooks every second, and so does whoever tells them.
const TO_NOTICE: Duration = Duration::from_millis(3_000);
/// Tries after which a receiver is taken to be away (docs/webhooks.md#retries).
const TRIES: u64 = 20;
const PATIENCE: Duration = Duration::from_secs(600);
/// A receiver that was away is asked again after a second, or it is the schedule that is measured.
const CONFIGURATION: [(&str, &str); 2] = [
    ("SIXIN__WEBHOOKS__ALLOW", "127.0.0.0/8"),
    ("SIXIN__WEBHOOKS__RETRY_SECONDS", "1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1"),
];

/// Everything.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Webhooks {
    pub(crate) told: Vec<ToldRate>,
    pub(crate) beside: Beside,
    pub(crate) away: Away,
}

/// To so many receivers.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ToldRate {
    pub(crate) receivers: usize,
    /// To each of them.
    pub(crate) events: usize,
    /// Events a second, to all of them together.
    pub(crate) rate: f64,
    /// Seconds of CPU of server and database for 1000 events.
    pub(crate) cpu_seconds_a_thousand: f64,
}

/// Acknowledged messages a second, with one webhook.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Beside {
    /// It is paused.
    pub(crate) without: f64,
    /// Its receiver never answers.
    pub(crate) hanging: f64,
    /// Its receiver takes everything.
    pub(crate) taking: f64,
    pub(crate) hanging_to_without: f64,
    pub(crate) taking_to_without: f64,
}

/// A receiver that comes back.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Away {
    /// Messages that it was not told.
    pub(crate) missed: usize,
    /// How many of them were kept apart for it.
    pub(crate) parked: i64,
    /// Seconds from its return until it had been told everything.
    pub(crate) seconds: f64,
    pub(crate) rate: f64,
}

pub(crate) fn measure(bench: &mut Bench, engine: &Engine) -> Result<Webhooks> {
    let told =
        RECEIVERS.into_iter().map(|receivers| told(bench, engine, receivers)).collect::<Result<_>>()?;
    Ok(Webhooks { told, beside: beside(bench, engine)?, away: away(bench, engine)? })
}

/// About how long everything takes on a database.
pub(crate) fn planned_seconds(options: &Options) -> u64 {
    let settings = 3 * ROUNDS * (options.seconds + 1 + TO_NOTICE.as_secs());
    settings + 12 * options.seconds + 30
}

fn count(bench: &Bench, a_second: u64) -> Result<usize> {
    Ok(usize::try_from(bench.options.seconds * a_second)?)
}

/// A receiver of messages, from now on.
fn add(bench: &Bench, database: &Database, receivers: &Receivers) -> Result<Vec<EndpointId>> {
    let mut added = Vec::new();
    for address in &receivers.addresses {
        let endpoint = NewEndpoint {
            name: String::new(),
            kind: EndpointKind::Standard,
            url: ReceiverUrl::parse(&format!("http://{address}/hook"))?,
            secret: Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLjSw"),
            app_id: None,
            events: EventFilter::parse("message.created")?,
            has_server_messages: false,
            max_in_flight: sixin_application::webhooks::manage::DEFAULT_IN_FLIGHT,
            from: None,
        };
        added.push(bench.runtime.block_on(EndpointAdmin::add(
            database,
            &endpoint,
            sixin::system::SystemClock.now(),
        ))?);
    }
    Ok(added)
}

fn server(bench: &Bench, store: &Store) -> Result<Server> {
    Server::start(Program::Sixin, &store.url, &bench.directory, &CONFIGURATION)
}

/// What server and database have used.
fn used(server: &Server, engine: &Engine) -> Result<Usage> {
    let database = engine.pid().map(Usage::of).transpose()?;
    Ok(server.usage()?.plus(database.unwrap_or_default()))
}

/// What was stored before a server begins is told as fast as it can.
fn told(bench: &mut Bench, engine: &Engine, count_of_receivers: usize) -> Result<ToldRate> {
    let events = count(bench, EVENTS_A_SECOND)? / count_of_receivers;
    bench.step(
        &format!("{}: webhooks, {count_of_receivers} receivers", engine.name()),
        bench.options.seconds * 3,
    );
    let store = bench.store(engine, "webhooks")?;
    let recipients = begin_hub(&store, 0, CONVERSATIONS)?;
    let (database, receivers) = (store.open()?, Receivers::start(count_of_receivers)?);
    add(bench, &database, &receivers)?;
    send_around(&database, &store.population, (0, &recipients), events)?;
    let server = server(bench, &store)?;
    let before = used(&server, engine)?;
    let time = receivers.until_each_has(events, PATIENCE)?;
    let used = used(&server, engine)?.since(before);
    drop((server, database));
    store.remove()?;
    let all = float(events * count_of_receivers);
    Ok(ToldRate {
        receivers: count_of_receivers,
        events,
        rate: all / time.as_secs_f64(),
        cpu_seconds_a_thousand: used.cpu_seconds / (all / 1000.0),
    })
}

/// Sends with a webhook that is paused, that hangs, and that takes what it is told: in turn, at one server, so that a store that grows
/// and a machine that has other things to do bear on all of them alike.
fn beside(bench: &mut Bench, engine: &Engine) -> Result<Beside> {
    let store = bench.store(engine, "webhooks")?;
    let (database, receivers) = (store.open()?, Receivers::start(1)?);
    let ids = add(bench, &database, &receivers)?;
    let server = server(bench, &store)?;
    bench.warm_up(&server, &store, Dialect::RongCloud)?;
    let mut rates = [0.0; 3];
    for _ in 0..ROUNDS {
        for (rate, mood) in rates.iter_mut().zip([None, Some(Mood::Hangs), Some(Mood::Takes)]) {
            let what = mood.map_or_else(|| "paused".to_owned(), |mood| format!("{mood:?}"));
            bench.step(
                &format!("{}: sends beside a webhook, {what}", engine.name()),
                bench.options.seconds + 4,
            );
            prepare(bench, &database, &ids, &receivers, mood)?;
            let load = (Dialect::RongCloud, USUAL_CONNECTIONS, Pace::Closed);
            *rate += bench.measured(&server, engine, &store, load)?.rate / float(usize::try_from(ROUNDS)?);
        }
    }
    let [without, hanging, taking] = rates;
    drop((server, database));
    store.remove()?;
    Ok(Beside {
        without,
        hanging,
        taking,
        hanging_to_without: ratio(hanging, without),
        taking_to_without: ratio(taking, without),
    })
}

/// Has the webhook paused, or go on from now with receivers of that mood.
fn prepare(
    bench: &Bench,
    database: &Database,
    ids: &[EndpointId],
    receivers: &Receivers,
    mood: Option<Mood>,
) -> Result<()> {
    receivers.are(mood.unwrap_or(Mood::Takes));
    let head = bench.runtime.block_on(EventLog::head(database))?.position;
    for id in ids {
        let change = |change| bench.runtime.block_on(EndpointAdmin::change(database, *id, &change));
        // What came in another setting is not told in this one.
        change(EndpointChange::Replay(head))?;
        change(if mood.is_some() { EndpointChange::Resume } else { EndpointChange::Pause })?;
    }
    std::thread::sleep(TO_NOTICE);
    Ok(())
}

/// A receiver hangs up until it is taken to be away, misses messages, and comes back.
fn away(bench: &mut Bench, engine: &Engine) -> Result<Away> {
    let missed = count(bench, MISSED_A_SECOND)?;
    bench.step(&format!("{}: a receiver that was away", engine.name()), bench.options.seconds * 6);
    let store = bench.store(engine, "webhooks")?;
    let recipients = begin_hub(&store, 0, CONVERSATIONS)?;
    let (database, receivers) = (store.open()?, Receivers::start(1)?);
    receivers.are(Mood::Away);
    let ids = add(bench, &database, &receivers)?;
    let server = server(bench, &store)?;
    let first = missed / 10;
    send_around(&database, &store.population, (0, &recipients), first)?;
    let begun = Instant::now();
    while receivers.hung_up() < TRIES {
        ensure!(begun.elapsed() < PATIENCE, "nobody has noticed that a receiver is away");
        std::thread::sleep(Duration::from_millis(20));
    }
    send_around(&database, &store.population, (0, &recipients), missed - first)?;
    std::thread::sleep(TO_NOTICE);
    let mut parked = 0;
    for id in ids {
        parked += bench.runtime.block_on(EndpointAdmin::parked(&database, id))?.waiting;
    }
    receivers.forget();
    let back = Instant::now();
    receivers.are(Mood::Takes);
    let time = receivers.until_each_has(missed, PATIENCE)?;
    let seconds = back.elapsed().as_secs_f64();
    drop((server, database));
    store.remove()?;
    Ok(Away { missed, parked, seconds, rate: float(missed) / time.as_secs_f64() })
}
