//! Migrations: two trees with the same names, embedded in the binary.

use diesel::backend::Backend;
use diesel::connection::SimpleConnection;
use diesel::migration::MigrationSource;
use diesel::mysql::Mysql;
use diesel::prelude::*;
use diesel::result::Error;
use diesel::sql_types::Text;
use diesel::sqlite::Sqlite;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::connection::AnyConnection;
use crate::error::OpenError;

const SQLITE: EmbeddedMigrations = embed_migrations!("../../../migrations/sqlite");
const MYSQL: EmbeddedMigrations = embed_migrations!("../../../migrations/mysql");

/// Applies what is missing and answers how many that were. Two processes may do so at the same time.
pub(crate) fn run(conn: &mut AnyConnection) -> Result<usize, OpenError> {
    match conn {
        AnyConnection::Sqlite(conn) => conn
            .immediate_transaction(|conn| apply(conn, SQLITE))
            .map_err(|error: MigrationFailure| OpenError::Migration(error.0)),
        AnyConnection::Mysql(conn) => {
            // Schema changes commit by themselves in MySQL, so a transaction can't keep two processes apart.
            let failed = |error: Error| OpenError::Migration(error.to_string());
            conn.batch_execute("SELECT GET_LOCK('sixin_migrations', 60)").map_err(failed)?;
            let applied = apply(conn, MYSQL);
            conn.batch_execute("SELECT RELEASE_LOCK('sixin_migrations')").map_err(failed)?;
            applied.map_err(|error| OpenError::Migration(error.0))
        }
    }
}

/// How many migrations are missing.
pub(crate) fn missing(conn: &mut AnyConnection) -> Result<usize, OpenError> {
    let pending = match conn {
        AnyConnection::Sqlite(conn) => conn.pending_migrations(SQLITE).map(|pending| pending.len()),
        AnyConnection::Mysql(conn) => conn.pending_migrations(MYSQL).map(|pending| pending.len()),
    };
    pending.map_err(|error| OpenError::Migration(error.to_string()))
}

/// Whether every migration of this version has been applied; only reads.
pub(crate) fn is_complete(conn: &mut AnyConnection) -> QueryResult<bool> {
    let names: Vec<String> = match conn {
        AnyConnection::Sqlite(_) => versions::<Sqlite>(SQLITE)?,
        AnyConnection::Mysql(_) => versions::<Mysql>(MYSQL)?,
    };
    let applied =
        diesel::sql_query("SELECT version FROM __diesel_schema_migrations").load::<Applied>(conn)?;
    Ok(names.iter().all(|name| applied.iter().any(|applied| applied.version == *name)))
}

#[derive(QueryableByName)]
struct Applied {
    #[diesel(sql_type = Text)]
    version: String,
}

fn versions<DB: Backend>(source: EmbeddedMigrations) -> QueryResult<Vec<String>> {
    let migrations = MigrationSource::<DB>::migrations(&source).map_err(Error::QueryBuilderError)?;
    Ok(migrations.iter().map(|migration| migration.name().version().to_string()).collect())
}

struct MigrationFailure(String);

impl From<Error> for MigrationFailure {
    fn from(error: Error) -> Self {
        Self(error.to_string())
    }
}

fn apply<DB, C>(conn: &mut C, source: impl MigrationSource<DB>) -> Result<usize, MigrationFailure>
where
    DB: Backend,
    C: MigrationHarness<DB>,
{
    conn.run_pending_migrations(source)
        .map(|applied| applied.len())
        .map_err(|error| MigrationFailure(error.to_string()))
}
