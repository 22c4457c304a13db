//! Migrations on MySQL, whose schema changes can't be rolled back and commit by themselves, and whose clusters keep locks apart
//! at each node.
//!
//! One row holds who migrates and how far it has come. It is taken in a transaction, so that of two nodes of a cluster one
//! loses; and it is written before each statement, so that a migration which was cut off goes on at that statement.

use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::migration::{Migration, MigrationConnection};
use diesel::mysql::Mysql;
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error};
use diesel::sql_types::{BigInt, Nullable, Text};

use crate::connection::mysql::PureMysql;
use crate::error::is_conflict;
use crate::migrations::version;

type Migrations = [Box<dyn Migration<Mysql>>];

/// How long the row of a process that has not said anything keeps others out, in seconds. A single statement on a large table
/// may take long.
const HOLDS_SECONDS: i64 = 3600;
/// How long others wait for the row.
const PATIENCE: Duration = Duration::from_secs(4 * 3600);
/// How often work is done again that loses against another node.
const TRIES: u32 = 50;
/// The pause between two looks at it.
const PAUSE: Duration = Duration::from_millis(500);

const PROGRESS: &str = "CREATE TABLE IF NOT EXISTS migration_progress (\
    id TINYINT NOT NULL PRIMARY KEY, \
    holder VARCHAR(64) NULL, \
    server VARCHAR(255) NULL, \
    held_until BIGINT NOT NULL DEFAULT 0, \
    version VARCHAR(50) NULL, \
    statement BIGINT NOT NULL DEFAULT 0) ENGINE = InnoDB";

/// What a statement says that had been carried out when its process was cut off: a table, column or key that is there
/// already, or that is gone already.
const DONE_BEFORE: &[&str] = &[
    "already exists",
    "Duplicate column name",
    "Duplicate key name",
    "Multiple primary key defined",
    "check that column/key exists",
    "check that it exists",
];

/// This process, as others see it.
struct Holder {
    /// Names this connection.
    token: String,
    /// Names the server it is connected to.
    server: String,
    /// Whether it holds the server's own lock: whoever else has held the row at this server is gone then.
    has_server_lock: bool,
}

#[derive(QueryableByName)]
struct Identity {
    #[diesel(sql_type = Text)]
    token: String,
    #[diesel(sql_type = Text)]
    server: String,
}

#[derive(QueryableByName)]
struct Locked {
    #[diesel(sql_type = Nullable<BigInt>)]
    locked: Option<i64>,
}

#[derive(QueryableByName)]
struct Progress {
    #[diesel(sql_type = Nullable<Text>)]
    holder: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    server: Option<String>,
    #[diesel(sql_type = BigInt)]
    left: i64,
    #[diesel(sql_type = Nullable<Text>)]
    version: Option<String>,
    #[diesel(sql_type = BigInt)]
    statement: i64,
}

/// Applies what is missing and answers the names of that.
pub(crate) fn run(conn: &mut PureMysql, all: &Migrations) -> QueryResult<Vec<String>> {
    repeated(|| conn.setup())?;
    repeated(|| conn.batch_execute(PROGRESS))?;
    repeated(|| conn.batch_execute("INSERT IGNORE INTO migration_progress (id) VALUES (1)"))?;
    let holder = holder(conn)?;
    let applied = take(conn, &holder).and_then(|()| {
        let applied = apply(conn, all, &holder);
        let released = update(conn, &holder, "holder = NULL, held_until = 0");
        applied.and_then(|applied| released.map(|_| applied))
    });
    if holder.has_server_lock {
        // If even this fails, the connection is lost, and its lock with it.
        let _ = conn.batch_execute("SELECT RELEASE_LOCK('sixin_migrations')");
    }
    applied
}

/// Does what can lose against another node, until it does not.
fn repeated<T>(mut work: impl FnMut() -> QueryResult<T>) -> QueryResult<T> {
    let mut tries = 0;
    loop {
        match work() {
            Err(error) if is_conflict(&error) && tries < TRIES => {
                tries += 1;
                std::thread::sleep(PAUSE / 5);
            }
            result => return result,
        }
    }
}

fn holder(conn: &mut PureMysql) -> QueryResult<Holder> {
    // Some clusters forbid this lock; the row alone keeps processes apart there.
    let locked = diesel::sql_query("SELECT CAST(GET_LOCK('sixin_migrations', 60) AS SIGNED) AS locked")
        .get_result::<Locked>(conn);
    let identity: Identity =
        diesel::sql_query("SELECT CAST(UUID() AS CHAR) AS token, CONCAT(@@hostname, ':', @@port) AS server")
            .get_result(conn)?;
    Ok(Holder {
        token: identity.token,
        server: identity.server,
        has_server_lock: locked.is_ok_and(|row| row.locked == Some(1)),
    })
}

/// Waits until nobody else migrates, and takes the row.
fn take(conn: &mut PureMysql, holder: &Holder) -> QueryResult<()> {
    let begun = Instant::now();
    loop {
        match conn.transaction(|conn| take_if_free(conn, holder)) {
            Ok(true) => return Ok(()),
            Ok(false) => tracing::info!("another process migrates the database; waiting for it"),
            Err(error) if is_conflict(&error) => {}
            Err(error) => return Err(error),
        }
        if begun.elapsed() > PATIENCE {
            return Err(Error::QueryBuilderError("another process has been migrating for hours".into()));
        }
        std::thread::sleep(PAUSE);
    }
}

fn take_if_free(conn: &mut PureMysql, holder: &Holder) -> QueryResult<bool> {
    let progress = progress(conn, " FOR UPDATE")?;
    let is_ours = progress.holder.as_ref() == Some(&holder.token);
    let is_left_here = holder.has_server_lock && progress.server.as_ref() == Some(&holder.server);
    if progress.holder.is_some() && progress.left > 0 && !is_ours && !is_left_here {
        return Ok(false);
    }
    diesel::sql_query(format!(
        "UPDATE migration_progress SET holder = ?, server = ?, held_until = UNIX_TIMESTAMP() + {HOLDS_SECONDS} WHERE id = 1"
    ))
    .bind::<Text, _>(&holder.token)
    .bind::<Text, _>(&holder.server)
    .execute(conn)?;
    Ok(true)
}

fn progress(conn: &mut PureMysql, lock: &str) -> QueryResult<Progress> {
    let sql = format!(
        "SELECT holder, server, CAST(held_until - UNIX_TIMESTAMP() AS SIGNED) AS `left`, version, statement \
         FROM migration_progress WHERE id = 1{lock}"
    );
    diesel::sql_query(sql).get_result(conn)
}

/// Changes the row, as long as it is ours.
fn update(conn: &mut PureMysql, holder: &Holder, change: &str) -> QueryResult<usize> {
    let sql = format!("UPDATE migration_progress SET {change} WHERE id = 1 AND holder = ?");
    repeated(|| diesel::sql_query(&sql).bind::<Text, _>(&holder.token).execute(conn))
}

fn apply(conn: &mut PureMysql, all: &Migrations, holder: &Holder) -> QueryResult<Vec<String>> {
    let mut names = Vec::new();
    for migration in all {
        let version = version(&**migration);
        if is_applied(conn, &version)? {
            continue;
        }
        let script = conn.recorded(|conn| migration.run(conn)).map_err(Error::QueryBuilderError)?;
        let progress = progress(conn, "")?;
        let begun = if progress.version.as_ref() == Some(&version) { progress.statement } else { 0 };
        for (number, statement) in (1..).zip(statements(&script)).skip_while(|(number, _)| *number < begun) {
            carry_out(conn, holder, (&version, number), statement, number == begun)?;
        }
        let applied = "INSERT INTO __diesel_schema_migrations (version) VALUES (?)";
        repeated(|| diesel::sql_query(applied).bind::<Text, _>(&version).execute(conn))?;
        names.push(migration.name().to_string());
    }
    Ok(names)
}

fn is_applied(conn: &mut PureMysql, version: &str) -> QueryResult<bool> {
    diesel::sql_query(
        "SELECT version AS token, version AS server FROM __diesel_schema_migrations WHERE version = ?",
    )
    .bind::<Text, _>(version)
    .load::<Identity>(conn)
    .map(|found| !found.is_empty())
}

/// Carries out one statement. `again`: a process that was cut off had begun it, and it may have been carried out.
fn carry_out(
    conn: &mut PureMysql,
    holder: &Holder,
    (version, number): (&str, i64),
    statement: &str,
    again: bool,
) -> QueryResult<()> {
    let change = format!(
        "version = '{version}', statement = {number}, held_until = UNIX_TIMESTAMP() + {HOLDS_SECONDS}"
    );
    if update(conn, holder, &change)? == 0 {
        return Err(Error::QueryBuilderError("another process has taken over the migration".into()));
    }
    match repeated(|| conn.batch_execute(statement)) {
        Err(error) if again && is_done_before(&error) => Ok(()),
        result => result,
    }
}

fn is_done_before(error: &Error) -> bool {
    match error {
        // Rows that the migration brings along.
        Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _) => true,
        Error::DatabaseError(_, information) => {
            DONE_BEFORE.iter().any(|text| information.message().contains(text))
        }
        _ => false,
    }
}

/// The statements of a script. In ours each ends with a semicolon at the end of a line, and no line within one does.
fn statements(script: &str) -> impl Iterator<Item = &str> {
    let is_code = |line: &str| !line.trim().is_empty() && !line.trim_start().starts_with("--");
    script.split_inclusive(";\n").filter(move |statement| statement.lines().any(is_code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_taken_apart_where_lines_end_with_a_semicolon() {
        let script = "-- What; it does.\n\nCREATE TABLE a (\n    b INT);\n-- More\nINSERT INTO a VALUES (1);\n\n-- End\n";
        let statements: Vec<_> = statements(script).map(str::trim_end).collect();
        assert_eq!(statements.len(), 2);
        assert!(statements[0].ends_with("b INT);") && statements[1].ends_with("VALUES (1);"));
    }
}
