//! What follows the log in a running server, and how its streams end.

use std::sync::Arc;
use std::time::Duration;

use actix_web::rt::task::JoinHandle;
use actix_web::rt::time::sleep;
use sixin_application::delivery::counted_commits::CountedCommits;
use sixin_application::delivery::follower::Follower;
use sixin_application::delivery::loading::{LoaderWork, MessageLoader};
use sixin_application::delivery::neighbours::SignalsEverywhere;
use sixin_application::delivery::ports::{CommitListener, LiveSignals};
use sixin_application::delivery::presence::Presence;
use sixin_application::delivery::stream::LiveStreams;
use sixin_application::ports::{Clock, SecretSource};
use sixin_application::push::acks::AckLog;
use sixin_application::sending::rate::SharedRates;
use sixin_application::site::ports::SiteSecrets;
use sixin_application::webhooks::waking::WebhookBell;
use sixin_cache::Caches;
use sixin_redis::{Place, Redis, RedisWork};
use sixin_storage::Database;
use sixin_web::live::Gate;

use crate::config::Config;
use crate::running::StartError;
use crate::system::{SystemClock, SystemSecrets};

/// How many look messages up at a time.
const LOADERS: usize = 2;
/// How long streams have to end, beyond the time over which they are told to.
const TO_END: Duration = Duration::from_secs(3);
/// How often it is looked whether they have.
const LOOK: Duration = Duration::from_millis(50);

/// By what name the site is known in Redis: no other site that uses the same one can guess it.
const SITE_NAME: &str = "redis_site";
const NAME_CHARS: usize = 16;

/// What follows the log.
pub(crate) struct Following {
    pub(crate) streams: Arc<LiveStreams>,
    pub(crate) gate: Arc<Gate>,
    pub(crate) presence: Arc<Presence>,
    /// What devices have acknowledged.
    pub(crate) acks: Arc<AckLog>,
    ack_pause: Duration,
    /// Wakes those who tell webhooks.
    pub(crate) bell: Arc<WebhookBell>,
    /// Who is connected, wherever that can be told.
    pub(crate) signals: Arc<dyn LiveSignals>,
    /// What counts over all processes, where they reach each other.
    pub(crate) rates: Option<Arc<dyn SharedRates>>,
    redis: Option<RedisWork>,
    work: Arc<LoaderWork>,
    tasks: Vec<JoinHandle<()>>,
}

impl Following {
    /// Begins where the log ends, and hears of every commit from now on.
    pub(crate) async fn start(
        config: &Config,
        database: &Database,
        caches: &Arc<Caches>,
        token: &str,
    ) -> Result<Self, StartError> {
        let (log, relations) = (Arc::new(database.clone()), caches.relations.clone());
        let limits = config.follower_limits();
        let follower = Follower::start(log.clone(), caches.clone(), Arc::new(SystemClock), limits).await?;
        let follower = Arc::new(follower);
        let bell = Arc::new(WebhookBell::default());
        let mut listeners: Vec<Arc<dyn CommitListener>> =
            vec![Arc::new(CountedCommits), follower.clone(), bell.clone()];
        let mut signals: Arc<dyn LiveSignals> = follower.clone();
        let (redis, work) = neighbours(config, database).await?.unzip();
        if let Some(redis) = redis.clone().map(Arc::new) {
            listeners.push(redis.clone());
            signals = Arc::new(SignalsEverywhere { here: Arc::clone(&follower), neighbours: redis });
        }
        let rates = redis.map(|redis| -> Arc<dyn SharedRates> { Arc::new(redis) });
        database.hear(Arc::new(listeners));
        let presence = Presence::new(
            Arc::clone(&follower),
            log.clone(),
            relations,
            Arc::new(SystemClock),
            token.to_owned(),
        );
        let acks = Arc::new(AckLog::new(follower.clone(), log.clone(), Arc::new(SystemClock)));
        let ack_pause = config.ack_pause();
        let (loader, loader_work) = MessageLoader::new(log);
        let streams =
            LiveStreams { follower, loader: Arc::new(loader), has_receipts: config.live.read_receipts };
        let gate = Arc::new(Gate::new(config.live_limits()));
        let (streams, presence) = (Arc::new(streams), Arc::new(presence));
        let (work, redis, tasks) = (Arc::new(loader_work), work, Vec::new());
        Ok(Self { streams, gate, presence, acks, ack_pause, bell, signals, rates, redis, work, tasks })
    }

    /// Follows from now on.
    pub(crate) fn run(mut self) -> Self {
        let follower = Arc::clone(&self.streams.follower);
        self.tasks.push(actix_web::rt::spawn(async move { follower.follow().await }));
        let presence = Arc::clone(&self.presence);
        self.tasks.push(actix_web::rt::spawn(async move { presence.keep().await }));
        let (acks, pause) = (Arc::clone(&self.acks), self.ack_pause);
        self.tasks.push(actix_web::rt::spawn(async move { acks.keep(pause).await }));
        if let Some(redis) = self.redis.take() {
            let listener = self.streams.follower.clone();
            self.tasks.push(actix_web::rt::spawn(async move { redis.run(listener).await }));
        }
        for _ in 0..LOADERS {
            let work = Arc::clone(&self.work);
            self.tasks.push(actix_web::rt::spawn(async move { work.run().await }));
        }
        self
    }

    /// Has all streams end and waits for it, but not for ever.
    pub(crate) async fn drain(&self) {
        let follower = &self.streams.follower;
        let spread = self.gate.drain(follower.connections());
        let mut left = (spread + TO_END).as_millis() / LOOK.as_millis();
        while left > 0 && follower.connections() > 0 {
            sleep(LOOK).await;
            left -= 1;
        }
    }

    /// Ends the tasks; nobody is online here any longer.
    pub(crate) async fn stop(&self) {
        for task in &self.tasks {
            task.abort();
        }
        if let Err(error) = self.acks.write().await {
            tracing::warn!(%error, "what devices have acknowledged last could not be noted");
        }
        if let Err(error) = self.presence.leave().await {
            tracing::warn!(%error, "that nobody is online here could not be noted; it ends with the lease");
        }
    }
}

/// The other processes of the site, if they are to be reached.
async fn neighbours(config: &Config, database: &Database) -> Result<Option<(Redis, RedisWork)>, StartError> {
    let Some(address) = config.redis()? else { return Ok(None) };
    let fresh = |chars| SystemSecrets.alphanumeric(chars);
    let site = database.get_or_set(SITE_NAME, &fresh(NAME_CHARS), SystemClock.now()).await?;
    Ok(Some(Redis::new(address, Place { site, process: fresh(NAME_CHARS) })))
}
