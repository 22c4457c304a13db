//! MySQL without a C library: diesel-async's pure-Rust connection behind diesel's synchronous traits.
//!
//! [`PureMysql`] exists because the wrapper is generic and lives in another crate, so `MultiConnection` can't take it
//! as an arm and we can't give it the helper trait it lacks. Replacing this file by `diesel::MysqlConnection` would
//! change nothing else.

use std::future::Future;

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

type Wrapper = AsyncConnectionWrapper<AsyncMysqlConnection, OwnRuntime>;
type WrapperTransactions = <Wrapper as Connection>::TransactionManager;

/// A connection to a server that speaks MySQL's protocol. Must not be used on a thread that drives async tasks.
///
/// Beside it, the script that is recorded instead of being run.
pub struct PureMysql(Wrapper, Option<String>);

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
        // Building fails only while the process is out of file descriptors, and the trait leaves no way to say so.
        // Waiting here is bounded for callers by the time-out of the connection pool.
        loop {
            match tokio::runtime::Builder::new_current_thread().enable_all().build() {
                Ok(runtime) => return Self(Some(runtime)),
                Err(error) => {
                    tracing::warn!(%error, "no runtime for a database connection yet");
                    std::thread::sleep(std::time::Duration::from_millis(100));
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
    /// The script that some work would run. Diesel runs migrations, and does not show them.
    pub(crate) fn recorded<E>(&mut self, work: impl FnOnce(&mut Self) -> Result<(), E>) -> Result<String, E> {
        self.1 = Some(String::new());
        let worked = work(self);
        let script = self.1.take().unwrap_or_default();
        worked.map(|()| script)
    }
}

impl SimpleConnection for PureMysql {
    fn batch_execute(&mut self, query: &str) -> QueryResult<()> {
        match &mut self.1 {
            Some(script) => {
                script.push_str(query);
                Ok(())
            }
            None => self.0.batch_execute(query),
        }
    }
}

impl ConnectionSealed for PureMysql {}

impl Connection for PureMysql {
    type Backend = Mysql;
    type TransactionManager = Transactions;

    fn establish(database_url: &str) -> ConnectionResult<Self> {
        Wrapper::establish(database_url).map(|wrapper| Self(wrapper, None))
    }

    fn execute_returning_count<T>(&mut self, source: &T) -> QueryResult<usize>
    where
        T: QueryFragment<Mysql> + QueryId,
    {
        self.0.execute_returning_count(source)
    }

    fn transaction_state(&mut self) -> &mut <Transactions as TransactionManager<Self>>::TransactionStateData {
        self.0.transaction_state()
    }

    fn instrumentation(&mut self) -> &mut dyn Instrumentation {
        self.0.instrumentation()
    }

    fn set_instrumentation(&mut self, instrumentation: impl Instrumentation) {
        self.0.set_instrumentation(instrumentation);
    }

    fn set_prepared_statement_cache_size(&mut self, size: CacheSize) {
        self.0.set_prepared_statement_cache_size(size);
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
        LoadConnection::load(&mut self.0, source)
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
        self.0.ping()
    }

    fn is_broken(&mut self) -> bool {
        self.0.is_broken()
    }
}

impl MigrationConnection for PureMysql {
    fn setup(&mut self) -> QueryResult<usize> {
        self.0.setup()
    }
}

/// The wrapper's transaction manager, under our connection's name.
pub struct Transactions;

impl TransactionManager<PureMysql> for Transactions {
    type TransactionStateData = <WrapperTransactions as TransactionManager<Wrapper>>::TransactionStateData;

    fn begin_transaction(conn: &mut PureMysql) -> QueryResult<()> {
        WrapperTransactions::begin_transaction(&mut conn.0)
    }

    fn rollback_transaction(conn: &mut PureMysql) -> QueryResult<()> {
        WrapperTransactions::rollback_transaction(&mut conn.0)
    }

    fn commit_transaction(conn: &mut PureMysql) -> QueryResult<()> {
        WrapperTransactions::commit_transaction(&mut conn.0)
    }

    fn transaction_manager_status_mut(conn: &mut PureMysql) -> &mut TransactionManagerStatus {
        WrapperTransactions::transaction_manager_status_mut(&mut conn.0)
    }

    fn is_broken_transaction_manager(conn: &mut PureMysql) -> bool {
        WrapperTransactions::is_broken_transaction_manager(&mut conn.0)
    }
}
