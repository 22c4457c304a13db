//! Who tells receivers of webhooks in a running server.

use std::sync::Arc;
use std::time::Duration;

use actix_web::rt::task::JoinHandle;
use sixin_application::files::links::FileLinks;
use sixin_application::hooks::manage::ManageHooks;
use sixin_application::messages::read_history::ReadHistory;
use sixin_application::push::gathering::PushTeller;
use sixin_application::push::waking::DevicePoster;
use sixin_application::webhooks::manage::ManageWebhooks;
use sixin_application::webhooks::ports::{EndpointWork, FileAddresses, Poster};
use sixin_application::webhooks::supervisor::{WebhookParts, Webhooks};
use sixin_application::webhooks::telling::Teller;
use sixin_application::webhooks::waking::WebhookBell;
use sixin_cache::Caches;
use sixin_domain::file::StoredFile;
use sixin_domain::site::settings::Settings;
use sixin_signature::HttpSignatures;
use sixin_storage::{Database, DeviceWork};
use sixin_web::files::address::address;
use sixin_webhooks::HttpPoster;
use tokio::sync::watch;

use crate::config::Config;
use crate::receivers::pushing::Services;
use crate::receivers::reach::{ReachError, reach};
use crate::system::{SystemClock, SystemSecrets};

/// How long those who tell have to end.
const TO_END: Duration = Duration::from_secs(5);

/// What telling takes of a server.
pub(crate) struct TellingParts<'a> {
    pub(crate) config: &'a Config,
    pub(crate) database: &'a Database,
    pub(crate) caches: &'a Caches,
    pub(crate) history: Arc<dyn ReadHistory>,
    pub(crate) links: Arc<FileLinks>,
    pub(crate) bell: Arc<WebhookBell>,
    pub(crate) token: &'a str,
}

/// What reaches receivers, whether they are told or asked.
pub(crate) fn poster(config: &Config) -> Result<Arc<HttpPoster>, ReachError> {
    Ok(Arc::new(HttpPoster::new(reach(config)?, Arc::new(HttpSignatures))?))
}

/// What operators do with webhooks.
pub(crate) fn manage_webhooks(config: &Config, database: &Database) -> Result<ManageWebhooks, ReachError> {
    let store = Arc::new(database.clone());
    Ok(ManageWebhooks {
        endpoints: store.clone(),
        keys: store,
        poster: poster(config)?,
        secrets: Arc::new(SystemSecrets),
        clock: Arc::new(SystemClock),
        policy: config.address_policy(),
    })
}

/// What operators do with hooks.
pub(crate) fn manage_hooks(config: &Config, database: &Database) -> Result<ManageHooks, ReachError> {
    let store = Arc::new(database.clone());
    Ok(ManageHooks {
        hooks: store.clone(),
        decisions: store.clone(),
        keys: store,
        asker: poster(config)?,
        secrets: Arc::new(SystemSecrets),
        clock: Arc::new(SystemClock),
        policy: config.address_policy(),
    })
}

/// Files as the dialects show them. Receivers have sent no request, so it is the site's settings that know its address.
pub(crate) struct SiteFiles(pub(crate) Arc<FileLinks>);

impl FileAddresses for SiteFiles {
    fn address(&self, file: &StoredFile, settings: &Settings) -> String {
        address(file, settings, settings.text("system_url").trim_end_matches('/'), &self.0)
    }
}

/// Those who tell receivers, and those who wake devices.
pub(crate) struct Telling {
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

impl Telling {
    /// Tells from now on.
    pub(crate) fn start(parts: &TellingParts<'_>, services: Services) -> Result<Self, ReachError> {
        let told = webhooks(parts, (Arc::new(parts.database.clone()), poster(parts.config)?), false);
        let (stop, stopped) = watch::channel(false);
        let mut tasks = vec![actix_web::rt::spawn(told.run(stopped.clone()))];
        if !services.is_empty() {
            let devices = Arc::new(parts.database.clone());
            let poster = Arc::new(DevicePoster::new(services, devices, Arc::new(SystemClock)));
            let work = Arc::new(DeviceWork(parts.database.clone()));
            tasks.push(actix_web::rt::spawn(webhooks(parts, (work, poster), true).run(stopped)));
        }
        Ok(Self { stop, tasks })
    }

    /// Ends; what is under way may finish, for a moment.
    pub(crate) async fn stop(self) {
        self.stop.send_replace(true);
        for task in self.tasks {
            if tokio::time::timeout(TO_END, task).await.is_err() {
                tracing::warn!("webhooks did not stop in time; some events are sent again");
            }
        }
    }
}

/// Those who tell receivers of one kind: those of the operator, or all devices.
fn webhooks(
    parts: &TellingParts<'_>,
    (work, poster): (Arc<dyn EndpointWork>, Arc<dyn Poster>),
    has_only_devices: bool,
) -> Webhooks {
    let TellingParts { config, database, caches, history, links, bell, token } = parts;
    let store = Arc::new((*database).clone());
    let teller = Teller {
        log: store.clone(),
        history: Arc::clone(history),
        users: caches.users.clone(),
        fresh_users: store.clone(),
        settings: caches.settings.clone(),
        addresses: Arc::new(SiteFiles(Arc::clone(links))),
    };
    let pushes = PushTeller {
        log: store.clone(),
        users: store.clone(),
        store: store.clone(),
        settings: caches.settings.clone(),
        burst: config.burst(),
        has_only_devices,
    };
    Webhooks::new(WebhookParts {
        log: store,
        work,
        keys: caches.app_keys.clone(),
        teller,
        pushes,
        poster,
        clock: Arc::new(SystemClock),
        secrets: Arc::new(SystemSecrets),
        schedule: config.retry_schedule(),
        bell: Arc::clone(bell),
        token: (*token).to_owned(),
    })
}
