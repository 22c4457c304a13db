//! Who tells receivers of webhooks in a running server.

use std::sync::Arc;
use std::time::Duration;

use actix_web::rt::task::JoinHandle;
use sixin_application::files::links::FileLinks;
use sixin_application::messages::read_history::ReadHistory;
use sixin_application::push::gathering::PushTeller;
use sixin_application::webhooks::ports::{FileAddresses, Poster};
use sixin_application::webhooks::supervisor::{WebhookParts, Webhooks};
use sixin_application::webhooks::telling::Teller;
use sixin_application::webhooks::waking::WebhookBell;
use sixin_cache::Caches;
use sixin_domain::file::StoredFile;
use sixin_domain::site::settings::Settings;
use sixin_signature::HttpSignatures;
use sixin_storage::Database;
use sixin_web::files::address::address;
use sixin_webhooks::{ClientError, HttpPoster};
use tokio::sync::watch;

use crate::config::Config;
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

/// What reaches receivers.
pub(crate) fn poster(config: &Config) -> Result<Arc<dyn Poster>, ClientError> {
    Ok(Arc::new(HttpPoster::new(config.address_policy(), Arc::new(HttpSignatures))?))
}

/// Files as the dialects show them. Receivers have sent no request, so it is the site's settings that know its address.
struct SiteFiles(Arc<FileLinks>);

impl FileAddresses for SiteFiles {
    fn address(&self, file: &StoredFile, settings: &Settings) -> String {
        address(file, settings, settings.text("system_url").trim_end_matches('/'), &self.0)
    }
}

/// Those who tell receivers.
pub(crate) struct Telling {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Telling {
    /// Tells from now on.
    pub(crate) fn start(parts: TellingParts<'_>) -> Result<Self, ClientError> {
        let TellingParts { config, database, caches, history, links, bell, token } = parts;
        let store = Arc::new(database.clone());
        let teller = Teller {
            log: store.clone(),
            history,
            users: caches.users.clone(),
            fresh_users: store.clone(),
            settings: caches.settings.clone(),
            addresses: Arc::new(SiteFiles(links)),
        };
        let pushes = PushTeller {
            log: store.clone(),
            users: store.clone(),
            store: store.clone(),
            settings: caches.settings.clone(),
            burst: config.burst(),
            has_only_devices: false,
        };
        let webhooks = Webhooks::new(WebhookParts {
            log: store.clone(),
            work: store,
            keys: caches.app_keys.clone(),
            teller,
            pushes,
            poster: poster(config)?,
            clock: Arc::new(SystemClock),
            secrets: Arc::new(SystemSecrets),
            schedule: config.retry_schedule(),
            bell,
            token: token.to_owned(),
        });
        let (stop, stopped) = watch::channel(false);
        let task = actix_web::rt::spawn(webhooks.run(stopped));
        Ok(Self { stop, task })
    }

    /// Ends; what is under way may finish, for a moment.
    pub(crate) async fn stop(self) {
        self.stop.send_replace(true);
        if tokio::time::timeout(TO_END, self.task).await.is_err() {
            tracing::warn!("webhooks did not stop in time; some events are sent again");
        }
    }
}
