//! Adapters into use cases, a constructor per subject.

mod access;
mod console;
mod conversations;
mod files;
mod gateway;
mod live;
mod messages;
mod sending;
mod site;
mod users;

use std::sync::Arc;

use sixin_application::access::ports::Signatures;
use sixin_application::delivery::ports::LiveSignals;
use sixin_application::delivery::presence::ShowPresence;
use sixin_application::delivery::stream::LiveStreams;
use sixin_application::files::links::FileLinks;
use sixin_application::hooks::decisions::DecisionLog;
use sixin_application::hooks::ports::HookAsker;
use sixin_application::operations::health::HealthCheck;
use sixin_application::ports::Clock;
use sixin_application::push::acks::Acknowledge;
use sixin_application::sending::back_end_texts::BackEndTexts;
use sixin_application::sending::committer::{Committer, Lanes};
use sixin_application::sending::ids::LeasedIds;
use sixin_application::sending::rate::SharedRates;
use sixin_application::users::profiles::Profiles;
use sixin_cache::{Caches, Dropping, Stores};
use sixin_domain::access::app_key::Secret;
use sixin_files::KeptFiles;
use sixin_fresns::FresnsApi;
use sixin_rongcloud::RongCloudApi;
use sixin_signature::HttpSignatures;
use sixin_storage::{Database, DatabaseUrl};
use sixin_web::live::Gate;
use sixin_web::{AccessLog, Shared};
use tokio::sync::Notify;

pub(crate) use self::console::{console, retention};
use crate::api::Apis;
use crate::config::Config;
use crate::system::{SystemClock, SystemSecrets};

/// SQLite has one writer. On MySQL every writing connection but one serves a lane of its own, and the last one units
/// with several recipients.
pub(crate) fn lanes(config: &Config, database: &Database) -> Lanes {
    match database.options().url {
        DatabaseUrl::Sqlite(_) => Lanes { narrow: 1, wide: false },
        DatabaseUrl::Mysql(_) => {
            let writers = usize::try_from(config.database.writers).unwrap_or(1);
            Lanes { narrow: writers.saturating_sub(2).max(1), wide: writers > 2 }
        }
    }
}

/// What is kept in memory, over the database.
pub(crate) fn caches(config: &Config, database: &Database) -> Caches {
    let store = Arc::new(database.clone());
    let stores = Stores {
        app_keys: store.clone(),
        sessions: store.clone(),
        users: store.clone(),
        relations: store.clone(),
        roles: store.clone(),
        settings: store.clone(),
        block_words: store.clone(),
        hooks: store,
    };
    Caches::new(stores, config.cache_limits())
}

/// What a running server has, before any use case.
pub(crate) struct Base<'a> {
    pub(crate) config: &'a Config,
    pub(crate) database: &'a Database,
    pub(crate) caches: &'a Arc<Caches>,
    pub(crate) ids: &'a Arc<LeasedIds>,
    pub(crate) committer: &'a Arc<Committer>,
    pub(crate) files: &'a Arc<KeptFiles>,
    /// Signs links to files.
    pub(crate) link_secret: Secret,
    /// Live streams, and how many begin.
    pub(crate) streams: Arc<LiveStreams>,
    pub(crate) gate: Arc<Gate>,
    pub(crate) presence: Arc<dyn ShowPresence>,
    pub(crate) acks: Arc<dyn Acknowledge>,
    /// What browsers subscribe to pushes with.
    pub(crate) browser_key: Option<Arc<str>>,
    pub(crate) signals: Arc<dyn LiveSignals>,
    pub(crate) rates: Option<Arc<dyn SharedRates>>,
    /// Asks before messages are stored, and keeps what was decided.
    pub(crate) asker: Arc<dyn HookAsker>,
    pub(crate) decisions: Arc<DecisionLog>,
    /// Woken when a message has grown.
    pub(crate) untold: Arc<Notify>,
}

/// What the use cases of several subjects are made of.
struct Parts<'a> {
    config: &'a Config,
    store: Arc<Database>,
    caches: Arc<Caches>,
    ids: Arc<LeasedIds>,
    committer: Arc<Committer>,
    files: Arc<KeptFiles>,
    clock: Arc<dyn Clock>,
    signatures: Arc<dyn Signatures>,
    profiles: Arc<Profiles>,
    file_links: Arc<FileLinks>,
    texts: Arc<BackEndTexts>,
    streams: Arc<LiveStreams>,
    gate: Arc<Gate>,
    presence: Arc<dyn ShowPresence>,
    acks: Arc<dyn Acknowledge>,
    browser_key: Option<Arc<str>>,
    signals: Arc<dyn LiveSignals>,
    rates: Option<Arc<dyn SharedRates>>,
    asker: Arc<dyn HookAsker>,
    decisions: Arc<DecisionLog>,
    untold: Arc<Notify>,
}

impl<'a> Parts<'a> {
    fn new(base: Base<'a>) -> Self {
        let Base { config, database, caches, ids, committer, files, link_secret, .. } = base;
        let Base {
            streams, gate, presence, acks, browser_key, signals, rates, asker, decisions, untold, ..
        } = base;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let signatures: Arc<dyn Signatures> = Arc::new(HttpSignatures);
        let profiles = Profiles {
            users: caches.users.clone(),
            roles: caches.roles.clone(),
            relations: caches.relations.clone(),
            clock: Arc::clone(&clock),
        };
        let file_links =
            FileLinks { secret: link_secret, signatures: Arc::clone(&signatures), clock: Arc::clone(&clock) };
        let texts = BackEndTexts {
            settings: caches.settings.clone(),
            block_words: caches.block_words.clone(),
            limits: config.limits(),
        };
        Self {
            config,
            store: Arc::new(database.clone()),
            caches: Arc::clone(caches),
            ids: Arc::clone(ids),
            committer: Arc::clone(committer),
            files: Arc::clone(files),
            clock,
            signatures,
            profiles: Arc::new(profiles),
            file_links: Arc::new(file_links),
            texts: Arc::new(texts),
            streams,
            gate,
            presence,
            acks,
            browser_key,
            signals,
            rates,
            asker,
            decisions,
            untold,
        }
    }
}

impl Parts<'_> {
    /// The store as a port of writing that drops from memory what it changes.
    fn dropping(&self) -> Arc<Dropping<Database>> {
        Arc::new(Dropping::new(Arc::clone(&self.store), Arc::clone(&self.caches)))
    }
}

/// Everything that is served.
pub(crate) fn apis(base: Base<'_>) -> Apis {
    let parts = Parts::new(base);
    let access = access::Access::new(&parts);
    let sending = sending::Sending::new(&parts);
    let messages = messages::Messages::new(&parts);
    let conversations = conversations::Conversations::new(&parts);
    let users = users::Users::new(&parts);
    let files = files::Files::new(&parts);
    let site = site::Site::new(&parts);
    let live = live::live(&parts, &sending, &conversations);
    let gateway = gateway::gateway(&parts, &live, (&sending, &messages), (&conversations, &users), &files);
    let Parts { config, store, caches, ids, committer, clock, file_links, profiles, streams, .. } = parts;
    let check_health = HealthCheck { store: store.clone(), committer, ids, clock: Arc::clone(&clock) };
    Apis {
        rongcloud: RongCloudApi {
            authenticate_back_end: access.authenticate_back_end,
            publish_message: sending.publish_message,
            change_messages: messages.change_messages,
            grow_messages: messages.grow_messages,
            expand_messages: messages.expand_messages,
            read_history: messages.read_history,
            read_logs: messages.read_logs,
            live_passes: Arc::clone(&live.passes),
            presence: Arc::clone(&live.presence),
            users: caches.users.clone(),
            keep_users: users.keep_users,
            keep_user_lists: users.keep_user_lists,
            restrict_users: users.restrict_users,
            keep_preferences: users.keep_preferences,
            keep_friends: users.keep_friends,
            keep_profiles: users.keep_profiles,
            keep_tags: conversations.keep_tags,
            keep_sensitive_words: site.keep_sensitive_words,
            file_links: Arc::clone(&file_links),
            settings: caches.settings.clone(),
            secrets: Arc::new(SystemSecrets),
            limits: config.limits(),
            keys_live_ms: config.keys_live_ms(),
            http: config.http_limits(),
        },
        fresns: FresnsApi {
            authenticate_user: access.authenticate_user,
            sign_in: access.sign_in,
            login_tokens: access.login_tokens,
            devices: Arc::clone(&live.devices),
            send_message: sending.send_message,
            read_conversations: conversations.read_conversations,
            change_conversations: conversations.change_conversations,
            show_user: users.show_user,
            profiles,
            log_head: streams.follower.clone(),
            edit_user: users.edit_user,
            mark_user: users.mark_user,
            upload_file: files.upload_file,
            read_file: Arc::clone(&files.read_file),
            file_links,
            block_words: caches.block_words.clone(),
            listed_words: store,
            roles: caches.roles.clone(),
            settings: caches.settings.clone(),
            clock,
            limits: config.limits(),
            keys_live_ms: config.keys_live_ms(),
            http: config.http_limits(),
        },
        gateway,
        console: None,
        shared: Shared {
            read_file: files.read_file,
            check_health: Arc::new(check_health),
            secrets: Arc::new(SystemSecrets),
            http: config.http_limits(),
            access: Arc::new(AccessLog::new(config.log.access_rule())),
        },
        live: Some(live),
        filled_in: None,
        pages: Vec::new(),
    }
}
