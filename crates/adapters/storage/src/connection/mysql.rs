//! MySQL without a C library: diesel-async's pure-Rust connection behind diesel's synchronous traits.
//!
//! [`PureMysql`] exists because the wrapper is generic and lives in another crate, so `MultiConnection` can't take it
//! as an arm and we can't give it the helper trait it lacks. Replacing this file by `diesel::MysqlConnection` would
//! change nothing else.

use std::future::Future;
use std::time::{Duration, Instant};

use diesel::connection::{
    CacheSize, Connection, Instrumentation, LoadConnection, SimpleConnection, TransactionManager,
    TransactionManagerStatus,
};
use diesel::expression::QueryMetadata;
use diesel::internal::derives::multiconnection::{ConnectionSealed, MultiConnectionHelper};
use diesel::migration::MigrationConnection;
use diesel::mysql::Mysql;
use diesel::query_builder::{Query, QueryFragment, QueryId};
use diesel::r2d2::R2D2Connection;
use diesel::sql_types::TypeMetadata;
use diesel::{ConnectionResult, QueryResult};
use diesel_async::AsyncMysqlConnection;
use diesel_async::async_connection_wrapper::{AsyncConnectionWrapper, BlockOn};
use tokio::runtime::Runtime;

use super::mysql_tls;

pub(super) type Wrapper = AsyncConnectionWrapper<AsyncMysqlConnection, OwnRuntime>;
type WrapperTransactions = <Wrapper as Connection>::TransactionManager;

/// A connection to a server that speaks MySQL's protocol. Must not be used on a thread that drives async tasks.
///
pub struct PureMysql {
    wrapper: Wrapper,
    /// The script that is recorded instead of being run.
    recorded: Option<String>,
    /// When the server last answered; nothing after an error, whatever it was.
    answered: Option<Instant>,
}

/// A connection that answered so short a time ago is there. Asking costs as much as most of what is read.
const SURELY_THERE: Duration = Duration::from_secs(1);

/// A runtime for one connection: its socket is polled by the very thread that waits for it.
pub struct OwnRuntime(Option<Runtime>);

impl BlockOn for OwnRuntime {
    fn block_on<F: Future>(&self, future: F) -> F::Output {
        match &self.0 {
            Some(runtime) => runtime.block_on(future),
            None => Self::get_runtime().block_on(future),
        }
    }

    fn get_runtime() -> Self {
        if let Some(runtime) = mysql_tls::made_with() {
            return runtime;
        }
        // Building fails only while the process is out of file descriptors, and the trait leaves no way to say so.
        // Waiting here is bounded for callers by the time-out of the connection pool.
        loop {
            match tokio::runtime::Builder::new_current_thread().enable_all().build() {
                Ok(runtime) => return Self(Some(runtime)),
                Err(error) => {
                    tracing::warn!(%error, "no runtime for a database connection yet");
                    std::thread::sleep(Duration::from_millis(100));
                }
            }
        }
    }
}

impl Drop for OwnRuntime {
    fn drop(&mut self) {
        // An ordinary drop panics on a thread that drives async tasks, which is where pools are dropped at shutdown.
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

impl PureMysql {
    /// Whether the server need not be asked if it is there.
    pub(crate) fn is_surely_there(&self) -> bool {
        self.answered.is_some_and(|at| at.elapsed() < SURELY_THERE)
    }

    fn noted<T>(&mut self, result: QueryResult<T>) -> QueryResult<T> {
        self.answered = result.is_ok().then(Instant::now);
        result
    }

    /// The script that some work would run. Diesel runs migrations, and does not show them.
    pub(crate) fn recorded<E>(&mut self, work: impl FnOnce(&mut Self) -> Result<(), E>) -> Result<String, E> {
        self.recorded = Some(String::new());
        let worked = work(self);
        let script = self.recorded.take().unwrap_or_default();
        worked.map(|()| script)
    }
}

impl SimpleConnection for PureMysql {
    fn batch_execute(&mut self, query: &str) -> QueryResult<()> {
        match &mut self.recorded {
            Some(script) => {
                script.push_str(query);
                Ok(())
            }
            None => {
                let result = self.wrapper.batch_execute(query);
                self.noted(result)
            }
        }
    }
}

impl ConnectionSealed for PureMysql {}

impl Connection for PureMysql {
    type Backend = Mysql;
    type TransactionManager = Transactions;

    fn establish(database_url: &str) -> ConnectionResult<Self> {
        let made = mysql_tls::establish(database_url).unwrap_or_else(|| Wrapper::establish(database_url));
        made.map(|wrapper| Self { wrapper, recorded: None, answered: None })
    }

    fn execute_returning_count<T>(&mut self, source: &T) -> QueryResult<usize>
    where
        T: QueryFragment<Mysql> + QueryId,
    {
        let result = self.wrapper.execute_returning_count(source);
        self.noted(result)
    }

    fn transaction_state(&mut self) -> &mut <Transactions as TransactionManager<Self>>::TransactionStateData {
        self.wrapper.transaction_state()
    }

    fn instrumentation(&mut self) -> &mut dyn Instrumentation {
        self.wrapper.instrumentation()
    }

    fn set_instrumentation(&mut self, instrumentation: impl Instrumentation) {
        self.wrapper.set_instrumentation(instrumentation);
    }

    fn set_prepared_statement_cache_size(&mut self, size: CacheSize) {
        self.wrapper.set_prepared_statement_cache_size(size);
    }
}

impl LoadConnection for PureMysql {
    type Cursor<'conn, 'query> = <Wrapper as LoadConnection>::Cursor<'conn, 'query>;
    type Row<'conn, 'query> = <Wrapper as LoadConnection>::Row<'conn, 'query>;

    fn load<'conn, 'query, T>(&'conn mut self, source: T) -> QueryResult<Self::Cursor<'conn, 'query>>
    where
        T: Query + QueryFragment<Mysql> + QueryId + 'query,
        Mysql: QueryMetadata<T::SqlType>,
    {
        self.answered = None;
        let cursor = LoadConnection::load(&mut self.wrapper, source)?;
        self.answered = Some(Instant::now());
        Ok(cursor)
    }
}

impl MultiConnectionHelper for PureMysql {
    fn to_any<'a>(lookup: &mut <Mysql as TypeMetadata>::MetadataLookup) -> &mut (dyn std::any::Any + 'a) {
        lookup
    }

    fn from_any(lookup: &mut dyn std::any::Any) -> Option<&mut <Mysql as TypeMetadata>::MetadataLookup> {
        lookup.downcast_mut()
    }
}

impl R2D2Connection for PureMysql {
    fn ping(&mut self) -> QueryResult<()> {
        let result = self.wrapper.ping();
        self.noted(result)
    }

    fn is_broken(&mut self) -> bool {
        self.wrapper.is_broken()
    }
}

impl MigrationConnection for PureMysql {
    fn setup(&mut self) -> QueryResult<usize> {
        self.wrapper.setup()
    }
}

/// The wrapper's transaction manager, under our connection's name.
pub struct Transactions;

impl TransactionManager<PureMysql> for Transactions {
    type TransactionStateData = <WrapperTransactions as TransactionManager<Wrapper>>::TransactionStateData;

    fn begin_transaction(conn: &mut PureMysql) -> QueryResult<()> {
        WrapperTransactions::begin_transaction(&mut conn.wrapper)
    }

    fn rollback_transaction(conn: &mut PureMysql) -> QueryResult<()> {
        WrapperTransactions::rollback_transaction(&mut conn.wrapper)
    }

    fn commit_transaction(conn: &mut PureMysql) -> QueryResult<()> {
        WrapperTransactions::commit_transaction(&mut conn.wrapper)
    }

    fn transaction_manager_status_mut(conn: &mut PureMysql) -> &mut TransactionManagerStatus {
        WrapperTransactions::transaction_manager_status_mut(&mut conn.wrapper)
    }

    fn is_broken_transaction_manager(conn: &mut PureMysql) -> bool {
        WrapperTransactions::is_broken_transaction_manager(&mut conn.wrapper)
    }
}
