//! The database: its connection pools, and how blocking work is run.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use diesel::QueryResult;
use r2d2::{Pool, PooledConnection};
use sixin_application::TRACES;
use sixin_application::ports::{StoreError, StoreResult};
use sixin_domain::time::Millis;
use tracing::Instrument;

use crate::commits::{Commits, Events};
use crate::connection::connector::{AnyConnection, Connector, Purpose};
use crate::connection::durability::Durability;
use crate::connection::settings_check;
use crate::connection::sqlite_file::{DatabaseFile, create_file, open_to_others};
use crate::connection::url::DatabaseUrl;
use crate::error::{OpenError, is_conflict, store_error};
use crate::last_write::LastWrite;
use crate::migrations;
use crate::sql::counts::{StatementCounter, StatementCounts};

/// How often a transaction is begun that loses against others.
const WRITE_TRIES: u32 = 8;
/// How long it waits before it is begun again; longer each time.
const WRITE_PAUSE: Duration = Duration::from_millis(5);

/// How long a connection to a server is used: behind an address that leads to whichever server is primary, nobody stays with
/// a former one for longer, not even those who only read.
const CONNECTION_LIVES: Duration = Duration::from_secs(60);

/// How a database is opened.
#[derive(Debug, Clone)]
pub struct DatabaseOptions {
    /// Where it is.
    pub url: DatabaseUrl,
    /// Whether an SQLite file is made if there is none.
    pub creates: bool,
    /// What a crash may cost.
    pub durability: Durability,
    /// Connections that only read.
    pub readers: u32,
    /// Connections that write (MySQL; SQLite has one).
    pub writers: u32,
    /// How long to wait for a connection, and for an answer to a read.
    pub patience: Duration,
    /// The time, of which positions in the log are made. Where it does not move, they only count.
    pub clock: fn() -> Millis,
}

impl DatabaseOptions {
    /// The defaults for a URL.
    #[must_use]
    pub fn new(url: DatabaseUrl) -> Self {
        Self {
            url,
            creates: true,
            durability: Durability::Full,
            readers: 4,
            writers: 3,
            patience: Duration::from_secs(5),
            clock: Millis::default,
        }
    }
}

/// How many connections of a pool are open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolState {
    /// Those that wait for work.
    pub idle: u32,
    /// Those that work.
    pub used: u32,
}

/// An open database. Cheap to clone. Implements every port that has to do with the store.
#[derive(Clone)]
pub struct Database(Arc<Inner>);

struct Inner {
    options: DatabaseOptions,
    reads: Pool<Connector>,
    writes: Pool<Connector>,
    /// Of the pool that reads, and of the one that writes.
    counters: [StatementCounter; 2],
    file: Option<DatabaseFile>,
    last_write: LastWrite,
    commits: Commits,
}

impl Database {
    /// Opens a database; makes an SQLite file if there is none and that is wanted. Changes nothing in it. Blocks.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn open(options: DatabaseOptions) -> Result<Self, OpenError> {
        let writers = match &options.url {
            DatabaseUrl::Sqlite(path) => {
                if !options.creates && !path.exists() {
                    return Err(OpenError::NoSite(options.url.to_string()));
                }
                create_file(path)?;
                1
            }
            DatabaseUrl::Mysql(_) => options.writers,
        };
        let counters = [StatementCounter::default(), StatementCounter::default()];
        let [read_counter, write_counter] = counters.clone();
        let pool = |purpose, size, counter| {
            let (url, durability) = (options.url.clone(), options.durability);
            let manager = Connector { url, purpose, durability, counter };
            Pool::builder()
                .max_size(size)
                .min_idle(Some(1))
                .connection_timeout(options.patience)
                .max_lifetime(matches!(options.url, DatabaseUrl::Mysql(_)).then_some(CONNECTION_LIVES))
                .error_handler(Box::new(LogPoolErrors))
                .build(manager)
                .map_err(|error| OpenError::Connect {
                    url: options.url.to_string(),
                    reason: error.to_string(),
                })
        };
        let writes = pool(Purpose::Write, writers, write_counter)?;
        let reads = pool(Purpose::Read, options.readers, read_counter)?;
        let file = match &options.url {
            DatabaseUrl::Sqlite(path) => Some(DatabaseFile::at(path)?),
            DatabaseUrl::Mysql(_) => None,
        };
        let database = Self(Arc::new(Inner {
            options,
            reads,
            writes,
            counters,
            file,
            last_write: LastWrite::default(),
            commits: Commits::default(),
        }));
        settings_check::check(&database)?;
        Ok(database)
    }

    /// Applies the migrations that are missing and answers their names. Blocks.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn migrate(&self) -> Result<Vec<String>, OpenError> {
        migrations::run(&mut *self.first_writer()?)
    }

    /// How many migrations are missing. Needs no right to change the schema. Blocks.
    ///
    /// # Errors
    /// See [`OpenError`]; among others if a newer version has migrated the database.
    pub fn missing_migrations(&self) -> Result<usize, OpenError> {
        migrations::missing(&mut *self.first_writer()?)
    }

    /// Whether no migration was ever applied: then there is no site in it. Blocks.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn is_empty(&self) -> Result<bool, OpenError> {
        Ok(migrations::checked(&mut *self.first_writer()?)?.is_empty)
    }

    /// A connection that writes, for starting up.
    pub(crate) fn first_writer(&self) -> Result<PooledConnection<Connector>, OpenError> {
        let url = || self.options().url.to_string();
        self.writer().map_err(|error| OpenError::Connect { url: url(), reason: error.to_string() })
    }

    /// How it was opened.
    #[must_use]
    pub fn options(&self) -> &DatabaseOptions {
        &self.0.options
    }

    /// How many statements have been run.
    #[must_use]
    pub fn statements(&self) -> StatementCounts {
        let [reads, writes] = &self.0.counters;
        StatementCounts { reads: reads.total(), writes: writes.total() }
    }

    /// The files of an SQLite database that others than its owner may read or write, each with its mode.
    #[must_use]
    pub fn open_to_others(&self) -> Vec<(PathBuf, u32)> {
        match &self.options().url {
            DatabaseUrl::Sqlite(path) => open_to_others(path),
            DatabaseUrl::Mysql(_) => Vec::new(),
        }
    }

    /// The connections that are open, of the pool that reads and of the one that writes.
    #[must_use]
    pub fn connections(&self) -> [PoolState; 2] {
        [&self.0.reads, &self.0.writes].map(|pool| {
            let state = pool.state();
            let idle = state.idle_connections;
            PoolState { idle, used: state.connections.saturating_sub(idle) }
        })
    }

    pub(crate) fn commits(&self) -> &Commits {
        &self.0.commits
    }

    /// How the last write ended.
    pub(crate) fn last_write(&self) -> &LastWrite {
        &self.0.last_write
    }

    /// A connection that writes. Blocks.
    pub(crate) fn writer(&self) -> StoreResult<PooledConnection<Connector>> {
        self.0.file.as_ref().map_or(Ok(()), DatabaseFile::is_in_place)?;
        self.0.writes.get().map_err(|error| StoreError::Unavailable(error.into()))
    }

    /// A connection that reads. Blocks.
    pub(crate) fn reader(&self) -> StoreResult<PooledConnection<Connector>> {
        self.0.file.as_ref().map_or(Ok(()), DatabaseFile::is_in_place)?;
        self.0.reads.get().map_err(|error| StoreError::Unavailable(error.into()))
    }

    /// Runs a read beside the async threads.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut AnyConnection) -> QueryResult<T> + Send + 'static,
    ) -> StoreResult<T> {
        let database = self.clone();
        let step = tracing::trace_span!(target: TRACES, "read from the database");
        self.blocking(move || work(&mut *database.reader()?).map_err(store_error)).instrument(step).await
    }

    /// Runs a write transaction that changes nothing users are told of: credentials, leases, settings, what is swept away.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        work: impl Fn(&mut AnyConnection) -> QueryResult<T> + Send + 'static,
    ) -> StoreResult<T> {
        self.change(move |conn, _| work(conn)).await
    }

    /// Runs a write transaction beside the async threads, and tells its events. It is begun anew if it loses against others.
    pub(crate) async fn change<T: Send + 'static>(
        &self,
        work: impl Fn(&mut AnyConnection, &mut Events) -> QueryResult<T> + Send + 'static,
    ) -> StoreResult<T> {
        let database = self.clone();
        let step = tracing::trace_span!(target: TRACES, "write to the database");
        self.blocking(move || {
            let mut tries = 0;
            loop {
                let mut conn = database.writer()?;
                let write = database.last_write().begin();
                let written = database.commit(&mut conn, &work).map_err(diesel::result::Error::from);
                drop(conn);
                database.last_write().end(write, written.as_ref().err());
                let error = match written {
                    Ok(value) => return Ok(value),
                    Err(error) => error,
                };
                tries += 1;
                if tries == WRITE_TRIES || !is_conflict(&error) {
                    return Err(store_error(error));
                }
                std::thread::sleep(WRITE_PAUSE * tries);
            }
        })
        .instrument(step)
        .await
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> StoreResult<T> + Send + 'static,
    ) -> StoreResult<T> {
        let span = tracing::Span::current();
        let task = tokio::task::spawn_blocking(move || span.in_scope(work));
        // Waiting for a connection and then for the answer may each take the whole patience.
        match tokio::time::timeout(self.0.options.patience * 2, task).await {
            Ok(Ok(result)) => result,
            Ok(Err(panicked)) => Err(StoreError::Fault(panicked.into())),
            Err(elapsed) => Err(StoreError::Unavailable(elapsed.into())),
        }
    }
}

/// Sends what pools have to say to the log.
#[derive(Debug)]
struct LogPoolErrors;

impl r2d2::HandleError<diesel::r2d2::Error> for LogPoolErrors {
    fn handle_error(&self, error: diesel::r2d2::Error) {
        tracing::warn!(%error, "a database connection failed");
    }
}
