//! One connection type for both databases, and how connections are made and set up.

use std::path::Path;

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::r2d2::R2D2Connection;
use diesel::sql_types::BigInt;
use diesel::sqlite::SqliteConnection;
use diesel::{Connection, ConnectionError, QueryResult, QueryableByName, RunQueryDsl};

use crate::connection::durability::Durability;
use crate::connection::mysql::PureMysql;
use crate::connection::url::DatabaseUrl;
use crate::error::is_read_only;
use crate::sql::counts::StatementCounter;

/// A connection to either database. The derive's own `establish` is never used: it hides errors and takes a
/// mistyped URL for a file name.
#[derive(diesel::MultiConnection)]
#[expect(unreachable_pub, reason = "the derive makes public items that name it")]
pub enum AnyConnection {
    /// A server.
    Mysql(PureMysql),
    /// A file.
    Sqlite(SqliteConnection),
}

/// How a write transaction ended.
#[derive(Debug)]
pub(crate) enum TransactionError {
    /// Nothing was committed.
    RolledBack(diesel::result::Error),
    /// COMMIT answered with an error; it may have been carried out all the same.
    Commit(diesel::result::Error),
}

impl From<TransactionError> for diesel::result::Error {
    fn from(error: TransactionError) -> Self {
        match error {
            TransactionError::RolledBack(error) | TransactionError::Commit(error) => error,
        }
    }
}

type Manager = <AnyConnection as Connection>::TransactionManager;

impl AnyConnection {
    /// Runs a transaction that writes. On SQLite it takes the write lock at once: a transaction that begins by
    /// reading can't wait for it later, it fails.
    pub(crate) fn write<T>(
        &mut self,
        work: impl FnOnce(&mut Self) -> QueryResult<T>,
    ) -> Result<T, TransactionError> {
        #[cfg(test)]
        crate::faults::pass(crate::faults::Step::Begin).map_err(TransactionError::RolledBack)?;
        let begun = match self {
            Self::Sqlite(conn) => AnsiTransactionManager::begin_transaction_sql(conn, "BEGIN IMMEDIATE"),
            Self::Mysql(_) => Manager::begin_transaction(self),
        };
        begun.map_err(TransactionError::RolledBack)?;
        match work(self) {
            Ok(value) => self.commit().map(|()| value).map_err(TransactionError::Commit),
            Err(error) => {
                // If even this fails, the connection is broken and the pool drops it, which rolls back too.
                let _ = Manager::rollback_transaction(self);
                if matches!(self, Self::Mysql(_)) && is_read_only(&error) {
                    // The primary may be another server by now: the pool drops a broken connection and makes another.
                    Manager::transaction_manager_status_mut(self).set_in_error();
                }
                Err(TransactionError::RolledBack(error))
            }
        }
    }

    fn commit(&mut self) -> QueryResult<()> {
        #[cfg(test)]
        if let Err(error) = crate::faults::pass(crate::faults::Step::Commit) {
            return Manager::rollback_transaction(self).and(Err(error));
        }
        Manager::commit_transaction(self)?;
        #[cfg(test)]
        crate::faults::pass(crate::faults::Step::Committed)?;
        Ok(())
    }
}

/// Whether a connection writes or only reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    Read,
    Write,
}

/// Makes connections for a pool.
#[derive(Debug)]
pub(crate) struct Connector {
    pub(crate) url: DatabaseUrl,
    pub(crate) purpose: Purpose,
    pub(crate) durability: Durability,
    pub(crate) counter: StatementCounter,
}

impl Connector {
    /// Makes one.
    pub(crate) fn open(&self) -> Result<AnyConnection, diesel::r2d2::Error> {
        let opened = match &self.url {
            DatabaseUrl::Sqlite(path) => self.open_sqlite(path),
            DatabaseUrl::Mysql(url) => Self::open_mysql(url),
        };
        let mut conn = opened.map_err(diesel::r2d2::Error::ConnectionError)?;
        conn.set_instrumentation(self.counter.clone());
        Ok(conn)
    }

    fn open_sqlite(&self, path: &Path) -> Result<AnyConnection, ConnectionError> {
        let path = path
            .to_str()
            .ok_or_else(|| ConnectionError::InvalidConnectionUrl("the path is not UTF-8".to_owned()))?;
        let mut conn = SqliteConnection::establish(&existing(path))?;
        let synchronous = match self.durability {
            Durability::Full => "FULL",
            Durability::Weak => "NORMAL",
        };
        // Kilobytes of pages each connection keeps.
        let cache = match self.purpose {
            Purpose::Write => 32768,
            Purpose::Read => 8192,
        };
        // The time-out comes first: switching to WAL needs a lock too. The size of pages is that of a new file; an older one
        // keeps its own.
        let mut setup = format!(
            "PRAGMA busy_timeout = 5000; PRAGMA page_size = {NEW_PAGE_SIZE}; PRAGMA journal_mode = WAL; \
             PRAGMA synchronous = {synchronous}; PRAGMA foreign_keys = ON; PRAGMA journal_size_limit = {LOG_BYTES}; \
             PRAGMA cache_size = -{cache}; PRAGMA temp_store = MEMORY;"
        );
        if self.purpose == Purpose::Read {
            setup.push_str(" PRAGMA query_only = ON;");
        }
        conn.batch_execute(&setup).map_err(ConnectionError::CouldntSetupConfiguration)?;
        checkpoint_at(&mut conn, LOG_BYTES).map_err(ConnectionError::CouldntSetupConfiguration)?;
        Ok(AnyConnection::Sqlite(conn))
    }

    /// The host of the URL is what is connected to, never the server's local socket instead. Messages are in English, since
    /// conflicts are told by them.
    fn open_mysql(url: &str) -> Result<AnyConnection, ConnectionError> {
        let separator = if url.contains('?') { '&' } else { '?' };
        // Without probes, a server that vanished without a word would keep a connection waiting for hours. The driver
        // keeps 32 statements by itself, which are fewer than a batch has.
        let mut conn = PureMysql::establish(&format!(
            "{url}{separator}tcp_keepalive=10000&stmt_cache_size=256&prefer_socket=false"
        ))?;
        conn.batch_execute(
            "SET SESSION sql_mode = 'STRICT_TRANS_TABLES,ONLY_FULL_GROUP_BY,NO_ZERO_DATE,NO_ZERO_IN_DATE,\
             ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION', time_zone = '+00:00', \
             innodb_lock_wait_timeout = 5, lc_messages = 'en_US'; \
             SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
        )
        .map_err(ConnectionError::CouldntSetupConfiguration)?;
        Ok(AnyConnection::Mysql(conn))
    }
}

/// Bytes of a page of a new SQLite file. A message touches a few rows on pages of their own, and each page is written whole:
/// pages of 4096 bytes wrote nearly twice as much a message.
const NEW_PAGE_SIZE: i64 = 2048;
/// The write-ahead log goes back into the file when it has so many bytes (measured: a quarter more messages a second than with
/// 4 MB), since a page that many messages touched meanwhile is written there once.
const LOG_BYTES: i64 = 64 << 20;

#[derive(QueryableByName)]
struct PageSize {
    #[diesel(sql_type = BigInt)]
    page_size: i64,
}

/// SQLite counts the log in pages.
fn checkpoint_at(conn: &mut SqliteConnection, bytes: i64) -> QueryResult<()> {
    let PageSize { page_size } = diesel::sql_query("PRAGMA page_size").get_result(conn)?;
    conn.batch_execute(&format!("PRAGMA wal_autocheckpoint = {}", bytes / page_size.max(512)))
}

/// The URI of a file that is there. A connection that is made while the file is away must not make an empty one in its place:
/// it would go on with that when the file is back.
fn existing(path: &str) -> String {
    let escaped = path.replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    format!("file:{escaped}?mode=rw")
}

impl r2d2::ManageConnection for Connector {
    type Connection = AnyConnection;
    type Error = diesel::r2d2::Error;

    fn connect(&self) -> Result<AnyConnection, Self::Error> {
        self.open()
    }

    fn is_valid(&self, conn: &mut AnyConnection) -> Result<(), Self::Error> {
        match conn {
            // A file does not go away between two statements; asking would only cost time.
            AnyConnection::Sqlite(_) => Ok(()),
            // Whoever only reads may be told that it failed; what is to be written is not lost to a connection that was.
            AnyConnection::Mysql(conn) if self.purpose == Purpose::Read && conn.is_surely_there() => Ok(()),
            AnyConnection::Mysql(conn) => {
                let answered = conn.ping().map_err(diesel::r2d2::Error::QueryError);
                self.counter.leave_out_one();
                answered
            }
        }
    }

    fn has_broken(&self, conn: &mut AnyConnection) -> bool {
        std::thread::panicking() || conn.is_broken()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connection::url::DatabaseUrl;
    use crate::database::DatabaseOptions;

    fn connector(path: &Path) -> Connector {
        let options = DatabaseOptions::new(DatabaseUrl::Sqlite(path.to_path_buf()));
        Connector {
            url: options.url,
            purpose: Purpose::Read,
            durability: options.durability,
            counter: StatementCounter::default(),
        }
    }

    #[test]
    fn a_connection_makes_no_file_and_takes_any_name_of_one() {
        let directory = tempfile::tempdir().unwrap();
        for name in ["plain.db", "100% #1?.db", "你好 .db"] {
            let path = directory.path().join(name);
            assert!(connector(&path).open().is_err() && !path.exists(), "{name}");
            std::fs::write(&path, "").unwrap();
            assert!(connector(&path).open().is_ok(), "{name}");
        }
    }

    #[derive(QueryableByName)]
    struct Checkpoint {
        #[diesel(sql_type = BigInt)]
        wal_autocheckpoint: i64,
    }

    fn setup_of(path: &Path) -> (i64, i64) {
        let AnyConnection::Sqlite(mut conn) = connector(path).open().unwrap() else { panic!() };
        let PageSize { page_size } = diesel::sql_query("PRAGMA page_size").get_result(&mut conn).unwrap();
        let checkpoint: Checkpoint =
            diesel::sql_query("PRAGMA wal_autocheckpoint").get_result(&mut conn).unwrap();
        (page_size, checkpoint.wal_autocheckpoint * page_size)
    }

    #[test]
    fn a_new_file_has_small_pages_an_older_one_keeps_its_own_and_the_log_is_as_long_in_either() {
        let directory = tempfile::tempdir().unwrap();
        let (new, old) = (directory.path().join("new.db"), directory.path().join("old.db"));
        std::fs::write(&new, "").unwrap();
        let mut before = SqliteConnection::establish(old.to_str().unwrap()).unwrap();
        before.batch_execute("PRAGMA page_size = 4096; CREATE TABLE some (id INTEGER)").unwrap();
        drop(before);
        assert_eq!(setup_of(&new), (NEW_PAGE_SIZE, LOG_BYTES));
        assert_eq!(setup_of(&old), (4096, LOG_BYTES));
    }
}
