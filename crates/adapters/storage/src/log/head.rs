//! The head of the log: one row, moved on as the last lock of each transaction that has events (docs/design.md#delivery).

use diesel::result::Error;
use diesel::sql_types::{BigInt, Text};
use diesel::{QueryResult, QueryableByName};
use sixin_domain::log::{Cursor, Position, Span};

use crate::connection::connector::AnyConnection;
use crate::sql::composed::ComposedSql;

/// Takes so many places at the end of the log. The row is locked from here to the end of the transaction, so whoever calls this has
/// every other lock already, and only inserts afterwards.
pub(crate) fn take(conn: &mut AnyConnection, now: Position, places: i64) -> QueryResult<Span> {
    // MySQL lets later assignments see what earlier ones did, so the old place is kept first.
    let mut statement = ComposedSql::new("UPDATE log_heads SET previous = pos, pos = CASE WHEN pos < ");
    statement.int(now.0).sql(" THEN ").int(now.0).sql(" ELSE pos END + ").int(places).sql(" WHERE shard = 0");
    statement.execute(conn)?;
    let row = load(conn)?;
    Ok(Span { previous: Position(row.previous), last: Position(row.pos) })
}

/// Gives the history another name.
pub(crate) fn rename(conn: &mut AnyConnection, epoch: &str) -> QueryResult<()> {
    let mut statement = ComposedSql::new("UPDATE log_heads SET epoch = ");
    statement.opt_text(Some(epoch));
    statement.execute(conn).map(drop)
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    epoch: String,
    #[diesel(sql_type = BigInt)]
    pos: i64,
    #[diesel(sql_type = BigInt)]
    previous: i64,
}

fn load(conn: &mut AnyConnection) -> QueryResult<Row> {
    let statement = ComposedSql::new("SELECT epoch, pos, previous FROM log_heads WHERE shard = 0");
    statement.load::<Row>(conn)?.pop().ok_or(Error::NotFound)
}

/// Where the log ends. What later statements of the same connection read is complete up to here.
pub(crate) fn read(conn: &mut AnyConnection) -> QueryResult<Cursor> {
    load(conn).map(|row| Cursor { epoch: row.epoch, position: Position(row.pos) })
}
