//! Migrations: two trees with the same names, embedded in the binary.

pub(crate) mod filling;
mod mysql;

use diesel::backend::Backend;
use diesel::migration::{Migration, MigrationSource};
use diesel::mysql::Mysql;
use diesel::prelude::*;
use diesel::result::Error;
use diesel::sql_types::Text;
use diesel::sqlite::Sqlite;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::connection::connector::AnyConnection;
use crate::error::OpenError;

const SQLITE: EmbeddedMigrations = embed_migrations!("../../../migrations/sqlite");
const MYSQL: EmbeddedMigrations = embed_migrations!("../../../migrations/mysql");

/// What a database has, against what this binary knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct State {
    /// Versions that are known and not applied.
    pub(crate) missing: Vec<String>,
    /// Whether none was ever applied.
    pub(crate) is_empty: bool,
    /// Versions that are applied and not known: those of a newer binary.
    pub(crate) unknown: Vec<String>,
}

/// Applies what is missing and answers the names of that. Processes may do so at the same time, on MySQL also at several
/// nodes of a cluster.
pub(crate) fn run(conn: &mut AnyConnection) -> Result<Vec<String>, OpenError> {
    // Who has nothing to do needs no right to change the schema.
    if checked(conn)?.missing.is_empty() {
        return Ok(Vec::new());
    }
    run_all(conn)
}

/// Applies what is missing to a store that may be half filled.
pub(crate) fn run_all(conn: &mut AnyConnection) -> Result<Vec<String>, OpenError> {
    run_if(conn, |_| true)
}

/// Applies those of `versions` that are missing.
pub(crate) fn run_those(conn: &mut AnyConnection, versions: &[String]) -> Result<Vec<String>, OpenError> {
    run_if(conn, |version| versions.iter().any(|wanted| wanted == version))
}

fn run_if(conn: &mut AnyConnection, is_wanted: impl Fn(&str) -> bool) -> Result<Vec<String>, OpenError> {
    match conn {
        AnyConnection::Sqlite(conn) => conn
            .immediate_transaction(|conn| {
                let pending = conn.pending_migrations(SQLITE).map_err(Error::QueryBuilderError)?;
                let wanted: Vec<_> = pending.into_iter().filter(|one| is_wanted(&version(&**one))).collect();
                let applied = conn.run_migrations(&wanted).map_err(Error::QueryBuilderError)?;
                Ok(applied.iter().map(ToString::to_string).collect())
            })
            .map_err(OpenError::Migration),
        AnyConnection::Mysql(conn) => {
            let all = MigrationSource::<Mysql>::migrations(&MYSQL).map_err(Error::QueryBuilderError);
            let applied = all.and_then(|mut all| {
                all.retain(|one| is_wanted(&version(&**one)));
                mysql::run(conn, &all)
            });
            applied.map_err(OpenError::Migration)
        }
    }
}

/// How many migrations are missing; only reads.
pub(crate) fn missing(conn: &mut AnyConnection) -> Result<usize, OpenError> {
    checked(conn).map(|state| state.missing.len())
}

/// The state, unless a newer binary has made it.
pub(crate) fn checked(conn: &mut AnyConnection) -> Result<State, OpenError> {
    let state = state(conn).map_err(OpenError::Migration)?;
    match state.unknown.last() {
        Some(mark) if mark == filling::MARK => Err(OpenError::HalfFilled),
        Some(newest) => Err(OpenError::Newer(newest.clone())),
        None => Ok(state),
    }
}

/// Whether every migration of this version has been applied; only reads.
pub(crate) fn is_complete(conn: &mut AnyConnection) -> QueryResult<bool> {
    state(conn).map(|state| state.missing.is_empty())
}

fn state(conn: &mut AnyConnection) -> QueryResult<State> {
    let known: Vec<String> = match conn {
        AnyConnection::Sqlite(_) => versions::<Sqlite>(SQLITE)?,
        AnyConnection::Mysql(_) => versions::<Mysql>(MYSQL)?,
    };
    let applied = if has_table(conn)? { applied(conn)? } else { Vec::new() };
    Ok(State {
        missing: known.iter().filter(|version| !applied.contains(version)).cloned().collect(),
        is_empty: applied.is_empty(),
        unknown: applied.iter().filter(|version| !known.contains(version)).cloned().collect(),
    })
}

#[derive(QueryableByName)]
struct Named {
    #[diesel(sql_type = Text)]
    name: String,
}

/// Whether diesel's table of migrations is there. Making it, as diesel would, needs a right that not every user has.
fn has_table(conn: &mut AnyConnection) -> QueryResult<bool> {
    let sql = match conn {
        AnyConnection::Sqlite(_) => {
            "SELECT name FROM sqlite_master WHERE name = '__diesel_schema_migrations'"
        }
        AnyConnection::Mysql(_) => {
            "SELECT table_name AS name FROM information_schema.tables \
             WHERE table_schema = DATABASE() AND table_name = '__diesel_schema_migrations'"
        }
    };
    diesel::sql_query(sql).load::<Named>(conn).map(|found| !found.is_empty())
}

pub(crate) fn applied(conn: &mut AnyConnection) -> QueryResult<Vec<String>> {
    let sql = "SELECT version AS name FROM __diesel_schema_migrations ORDER BY version";
    diesel::sql_query(sql).load::<Named>(conn).map(|rows| rows.into_iter().map(|row| row.name).collect())
}

fn versions<DB: Backend>(source: EmbeddedMigrations) -> QueryResult<Vec<String>> {
    let migrations = MigrationSource::<DB>::migrations(&source).map_err(Error::QueryBuilderError)?;
    Ok(migrations.iter().map(|migration| version(&**migration)).collect())
}

/// The version of a migration, as it stands in the table of migrations.
pub(crate) fn version<DB: Backend>(migration: &dyn Migration<DB>) -> String {
    migration.name().version().to_string()
}
