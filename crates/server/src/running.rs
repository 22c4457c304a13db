//! A server that runs: opened, started, and stopped without losing what it accepted.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use actix_web::dev::ServerHandle;
use sixin_application::files::links::FileLinks;
use sixin_application::files::sweep::FileSweeping;
use sixin_application::messages::grow_messages::GrowthTelling;
use sixin_application::ports::{Clock, SecretSource};
use sixin_application::sending::committer::Committer;
use sixin_application::sending::ids::{LEASE_MS, LeasedIds};
use sixin_application::sending::ports::{MessageStore, ProcessLeases};
use sixin_files::PlaceError;
use sixin_storage::{Database, DatabaseOptions, OpenError};
use sixin_web::{AccessLog, Tls};
use thiserror::Error;
use tokio::net::TcpSocket;

use crate::api::{Apis, operators_alone};
use crate::background;
use crate::config::{Config, ConfigError};
use crate::following::Following;
use crate::machine::descriptors;
use crate::machine::disks::Places;
use crate::machine::vitals::Watch;
use crate::receivers::hooks::Hooks;
use crate::receivers::pushing::pushing;
use crate::receivers::telling::{Telling, TellingParts};
use crate::system::{SystemClock, SystemSecrets};
use crate::telemetry;
use crate::tls::tls;
use crate::wiring::{Base, apis, caches, console, lanes, retention};

/// Why the server does not start.
#[derive(Debug, Error)]
pub(crate) enum StartError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Database(#[from] OpenError),
    #[error("can't listen on {0}: {1}")]
    Listen(SocketAddr, #[source] std::io::Error),
    #[error("the server could not be started")]
    Run(#[from] std::io::Error),
    #[error("the database could not answer")]
    Store(#[from] sixin_application::ports::StoreError),
    #[error(transparent)]
    Files(#[from] PlaceError),
    #[error(transparent)]
    Webhooks(#[from] crate::receivers::reach::ReachError),
    #[error(transparent)]
    Push(#[from] crate::receivers::pushing::PushError),
    #[error(transparent)]
    Tls(#[from] crate::tls::TlsError),
    #[error("traces can't be collected: {0}")]
    Traces(#[from] opentelemetry_otlp::ExporterBuildError),
    #[error("metrics could not be set up: {0}")]
    Metrics(#[from] metrics_exporter_prometheus::BuildError),
}

/// A database that was made ready to serve a site.
pub(crate) struct Prepared {
    /// The database.
    pub(crate) database: Database,
    /// Whether there was no site in it before.
    pub(crate) is_new: bool,
    /// The migrations that were missing.
    pub(crate) applied: Vec<String>,
}

/// Opens the configured database and, where configured, migrates it; makes a site where there is none. Blocks; not to be
/// called from async code.
pub(crate) fn prepare_database(config: &Config) -> Result<Prepared, StartError> {
    let database = Database::open(config.database_options()?)?;
    for (file, mode) in database.open_to_others() {
        let mode = format!("{mode:04o}");
        tracing::warn!(file = %file.display(), mode, "this file is open to others on this machine; chmod 600 closes it");
    }
    database.compare_clocks()?;
    let is_new = database.is_empty()?;
    if !config.database.migrate_at_start {
        return migrated(database).map(|database| Prepared { database, is_new, applied: Vec::new() });
    }
    let applied = database.migrate()?;
    let url = &database.options().url;
    if is_new {
        tracing::info!(database = %url, "made a new site");
    } else if !applied.is_empty() {
        tracing::info!(database = %url, applied = applied.join(", "), "migrated the database");
    }
    Ok(Prepared { database, is_new, applied })
}

/// Opens the configured database with the site that is in it. Makes and changes nothing. Blocks; not to be called from async
/// code.
pub(crate) fn open_database(config: &Config) -> Result<Database, StartError> {
    let database = Database::open(DatabaseOptions { creates: false, ..config.database_options()? })?;
    if database.is_empty()? {
        return Err(OpenError::NoSite(database.options().url.to_string()).into());
    }
    migrated(database)
}

/// The database, if no migration is missing.
pub(crate) fn migrated(database: Database) -> Result<Database, StartError> {
    match database.missing_migrations()? {
        0 => Ok(database),
        missing => Err(OpenError::Unmigrated(missing).into()),
    }
}

/// A server that serves.
pub(crate) struct Running {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// Where metrics are served.
    pub(crate) metrics: Option<SocketAddr>,
    /// Where the console is served, if it has a listener of its own.
    pub(crate) console: Option<SocketAddr>,
    /// What both speak TLS with, if they do.
    pub(crate) tls: Option<Tls>,
    /// Which requests leave a line in the log.
    pub(crate) access: Arc<AccessLog>,
    servers: Vec<ServerHandle>,
    committer: Arc<Committer>,
    ids: Arc<LeasedIds>,
    database: Database,
    background: background::Tasks,
    following: Following,
    telling: Telling,
    hooks: Hooks,
    watch: Watch,
}

impl Running {
    /// Starts serving, with what `exchange` makes of the API.
    pub(crate) async fn start(
        config: &Config,
        database: Database,
        exchange: impl FnOnce(Apis) -> Apis,
    ) -> Result<Self, StartError> {
        // First of all: what is counted before is not seen.
        let metrics = telemetry::metrics()?;
        descriptors::raise();
        let tls = tls(config)?;
        let listener = listen(config.server.listen)?;
        let address = listener.local_addr()?;
        let ids = Arc::new(LeasedIds::default());
        let token = SystemSecrets.alphanumeric(32);
        first_lease(&ids, &database, &token).await?;
        let log: Arc<dyn MessageStore> = Arc::new(database.clone());
        let lanes = lanes(config, &database);
        let committer = Arc::new(Committer::start(&log, lanes, config.committer_limits())?);
        let caches = Arc::new(caches(config, &database));
        caches.refresh(&database).await?;
        let following = Following::start(config, &database, &caches, &token).await?;
        let files = Arc::new(config.kept_files()?);
        let link_secret = FileLinks::shared_secret(&database, &SystemSecrets, &SystemClock).await?;
        let pushing = pushing(config)?;
        let hooks = Hooks::start(config, &database)?;
        let untold = Arc::default();
        let growing = GrowthTelling {
            growing: Arc::new(database.clone()),
            settings: caches.settings.clone(),
            clock: Arc::new(SystemClock),
            untold: Arc::clone(&untold),
        };
        let base = Base {
            config,
            database: &database,
            caches: &caches,
            ids: &ids,
            committer: &committer,
            files: &files,
            link_secret,
            streams: Arc::clone(&following.streams),
            gate: Arc::clone(&following.gate),
            presence: following.presence.clone(),
            acks: following.acks.clone(),
            browser_key: pushing.browser_key,
            signals: Arc::clone(&following.signals),
            rates: following.rates.clone(),
            asker: Arc::clone(&hooks.asker),
            decisions: Arc::clone(&hooks.decisions),
            untold: Arc::clone(&untold),
        };
        let api = apis(base);
        let parts = TellingParts {
            config,
            database: &database,
            caches: &caches,
            history: Arc::clone(&api.rongcloud.read_history),
            links: Arc::clone(&api.rongcloud.file_links),
            bell: Arc::clone(&following.bell),
            token: &token,
        };
        let telling = Telling::start(&parts, pushing.services)?;
        let mut api = exchange(api);
        let sweeping = FileSweeping { files: Arc::new(database.clone()), bytes: files.clone() };
        let mut servers = Vec::new();
        let mut metrics_address = None;
        if let Some(address) = config.metrics_listen()? {
            let listener = listen(address)?;
            let (looked_at, rendered, places) =
                (database.clone(), metrics.clone(), Places::of(config, &database));
            let render = move || {
                telemetry::refresh(&looked_at, &places);
                rendered.render()
            };
            metrics_address = Some(listener.local_addr()?);
            servers.push(spawn(sixin_web::start_metrics(listener, Arc::new(render))?));
        }
        let access = Arc::clone(&api.shared.access);
        let watch = Watch::start(&database, Places::of(config, &database), &metrics, &api.shared);
        let mut console_address = None;
        if config.console.enabled {
            let console = console(config, &database, &files, watch.vitals())?;
            match config.console_listen()? {
                Some(address) => {
                    let listener = listen(address)?;
                    console_address = Some(listener.local_addr()?);
                    let alone = operators_alone(console, api.shared.clone());
                    servers.push(spawn(sixin_web::start(alone, listener, tls.clone())?));
                }
                None => api.console = Some(console),
            }
        }
        servers.push(spawn(sixin_web::start(api.into(), listener, tls.clone())?));
        let background = background::Tasks::start(
            &database,
            &ids,
            token,
            metrics,
            (sweeping, retention(config, &database), config.sweep_pause()),
            growing,
            (caches, config.cache_poll()),
        );
        let following = following.run();
        Ok(Self {
            address,
            metrics: metrics_address,
            console: console_address,
            tls,
            access,
            servers,
            committer,
            ids,
            database,
            background,
            following,
            telling,
            hooks,
            watch,
        })
    }

    /// Finishes what was accepted, then stops.
    pub(crate) async fn stop(self) {
        // Streams end first: the server would wait for them until its time-out.
        self.following.drain().await;
        for server in self.servers.iter().rev() {
            server.stop(true).await;
        }
        self.telling.stop().await;
        self.hooks.stop().await;
        self.background.stop();
        self.watch.stop();
        self.following.stop().await;
        let committer = Arc::clone(&self.committer);
        if actix_web::rt::task::spawn_blocking(move || committer.drain()).await.is_err() {
            tracing::error!("the writers did not finish");
        }
        if let Some(lease) = self.ids.lease()
            && let Err(error) = self.database.release(&lease).await
        {
            tracing::warn!(%error, "the process number could not be given back; it ends by itself");
        }
    }
}

/// Takes a process number. Servers that were killed hold theirs until it ends by itself, so a machine on which servers
/// die quickly may have to wait for one.
async fn first_lease(ids: &LeasedIds, database: &Database, token: &str) -> Result<(), StartError> {
    let mut left = LEASE_MS / 500 + 4;
    loop {
        match ids.refresh(database, token, || SystemClock.steady()).await {
            Ok(()) => return Ok(()),
            Err(error) if left == 0 => return Err(error.into()),
            Err(error) => tracing::warn!(%error, "no process number yet"),
        }
        left -= 1;
        actix_web::rt::time::sleep(std::time::Duration::from_millis(500)).await;
    }
}

/// How many connections may wait to be taken. With the 128 of the standard library, of a thousand clients that come back
/// at once (after a restart, say) many are turned away by the kernel and try again a second later.
const WAITING_CONNECTIONS: u32 = 4096;

fn listen(address: SocketAddr) -> Result<TcpListener, StartError> {
    let listener = || {
        let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
        // As the standard library does: a server that was just stopped must not keep its successor waiting.
        #[cfg(not(windows))]
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        socket.listen(WAITING_CONNECTIONS)?.into_std()
    };
    listener().map_err(|error| StartError::Listen(address, error))
}

fn spawn(server: actix_web::dev::Server) -> ServerHandle {
    let handle = server.handle();
    actix_web::rt::spawn(server);
    handle
}
