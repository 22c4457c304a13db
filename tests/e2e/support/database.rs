//! The test's own way into the database, beside the server.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use diesel_async::AsyncMysqlConnection;
use diesel_async::async_connection_wrapper::AsyncConnectionWrapper;

type Mysql = AsyncConnectionWrapper<AsyncMysqlConnection>;

/// A database that belongs to one test.
pub(crate) enum TestDatabase {
    Sqlite { directory: tempfile::TempDir },
    Mysql { server: String, name: String },
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

impl TestDatabase {
    pub(crate) fn sqlite() -> Self {
        Self::Sqlite { directory: tempfile::tempdir().unwrap() }
    }

    /// `None` where the suite was told to do without MySQL.
    pub(crate) fn mysql() -> Option<Self> {
        let Ok(server) = std::env::var("SIXIN_TEST_MYSQL_URL") else {
            assert!(
                std::env::var("SIXIN_TEST_NO_MYSQL").is_ok(),
                "no MySQL to test on: run `cargo xtask test`, or set SIXIN_TEST_MYSQL_URL, or SIXIN_TEST_NO_MYSQL=1"
            );
            return None;
        };
        Some(Self::on_mysql_server(&server))
    }

    /// Whether the suite was told to do without MySQL.
    pub(crate) fn is_mysql_left_out() -> bool {
        std::env::var("SIXIN_TEST_MYSQL_URL").is_err() && std::env::var("SIXIN_TEST_NO_MYSQL").is_ok()
    }

    /// A database on that server.
    pub(crate) fn on_mysql_server(server: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("sixin_e2e_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let mut admin = Mysql::establish(server).unwrap();
        admin.batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
        Self::Mysql { server: server.to_owned(), name }
    }

    /// The file of an SQLite database.
    pub(crate) fn file(&self) -> PathBuf {
        match self {
            Self::Sqlite { directory } => directory.path().join("sixin.db"),
            Self::Mysql { .. } => panic!("MySQL has no file"),
        }
    }

    pub(crate) fn url(&self) -> String {
        match self {
            Self::Sqlite { .. } => format!("sqlite://{}", self.file().display()),
            Self::Mysql { server, name } => {
                let (place, options) = server.split_once('?').map_or((server.as_str(), ""), |(p, o)| (p, o));
                let host = place.strip_prefix("mysql://").unwrap().split('/').next().unwrap();
                let options = if options.is_empty() { String::new() } else { format!("?{options}") };
                format!("mysql://{host}/{name}{options}")
            }
        }
    }

    pub(crate) fn execute(&self, sql: &str) {
        match self {
            Self::Sqlite { .. } => self.open_sqlite().batch_execute(sql).unwrap(),
            Self::Mysql { .. } => Mysql::establish(&self.url()).unwrap().batch_execute(sql).unwrap(),
        }
    }

    /// The single number a query answers as `number`.
    pub(crate) fn number(&self, sql: &str) -> i64 {
        let query = diesel::sql_query(sql);
        match self {
            Self::Sqlite { .. } => query.get_result::<Number>(&mut self.open_sqlite()).unwrap().number,
            Self::Mysql { .. } => {
                query.get_result::<Number>(&mut Mysql::establish(&self.url()).unwrap()).unwrap().number
            }
        }
    }

    /// The texts a query answers as `line`.
    pub(crate) fn lines(&self, sql: &str) -> Vec<String> {
        let query = diesel::sql_query(sql);
        let rows = match self {
            Self::Sqlite { .. } => query.load::<Line>(&mut self.open_sqlite()).unwrap(),
            Self::Mysql { .. } => query.load::<Line>(&mut Mysql::establish(&self.url()).unwrap()).unwrap(),
        };
        rows.into_iter().map(|row| row.line).collect()
    }

    pub(crate) fn open_sqlite(&self) -> SqliteConnection {
        let mut conn = SqliteConnection::establish(self.file().to_str().unwrap()).unwrap();
        conn.batch_execute("PRAGMA busy_timeout = 10000").unwrap();
        conn
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if let Self::Mysql { server, name } = self
            && let Ok(mut admin) = Mysql::establish(server)
        {
            let _ = admin.batch_execute(&format!("DROP DATABASE IF EXISTS {name}"));
        }
    }
}
