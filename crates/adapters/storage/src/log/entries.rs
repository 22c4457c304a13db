//! Reading the log: everybody's entries for those who follow it, one user's for those who were away.
//!
//! Messages are read from the index over their positions alone.

use diesel::sql_types::{BigInt, Bool};
use diesel::{QueryResult, QueryableByName};
use sixin_application::delivery::ports::LogPage;
use sixin_domain::id::{MessageId, UserId};
use sixin_domain::log::{LogEntry, Logged, LoggedMessage, Position};

use super::changes;
use crate::connection::connector::AnyConnection;
use crate::sql::composed::{ComposedSql, Spelling};

/// A part of the log: after the first position, up to the second and with it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Part {
    pub(crate) after: Position,
    pub(crate) until: Position,
}

#[derive(QueryableByName)]
struct MessageRow {
    #[diesel(sql_type = BigInt)]
    pos: i64,
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = BigInt)]
    send_user_id: i64,
    #[diesel(sql_type = BigInt)]
    receive_user_id: i64,
    #[diesel(sql_type = Bool)]
    is_kept: bool,
}

/// The columns of messages; all of them are in the index.
fn selected(is_kept: bool) -> String {
    // Spelled as a comparison, which both databases read as a flag.
    let is_kept = if is_kept { "1 = 1" } else { "1 = 0" };
    format!("SELECT pos, id, send_user_id, receive_user_id, {is_kept} AS is_kept FROM ")
}

impl From<MessageRow> for LogEntry {
    fn from(row: MessageRow) -> Self {
        let message = LoggedMessage {
            id: MessageId(row.id),
            sender: UserId(row.send_user_id),
            recipient: UserId(row.receive_user_id),
            is_kept: row.is_kept,
        };
        Self { position: Position(row.pos), what: Logged::Message(message) }
    }
}

fn load(conn: &mut AnyConnection, statement: ComposedSql<'_>) -> QueryResult<Vec<LogEntry>> {
    Ok(statement.load::<MessageRow>(conn)?.into_iter().map(LogEntry::from).collect())
}

fn within(statement: &mut ComposedSql<'_>, part: Part) {
    statement.sql("pos > ").int(part.after.0).sql(" AND pos <= ").int(part.until.0);
}

/// The first entries of a part, in order, each once.
pub(crate) fn first(mut entries: Vec<LogEntry>, limit: i64) -> Vec<LogEntry> {
    entries.sort_unstable_by_key(|entry| entry.position);
    // What users send to themselves is found as sent and as received.
    entries.dedup_by_key(|entry| entry.position);
    // A table that was read up to the limit has so many entries before whatever it did not give.
    entries.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    entries
}

/// The first entries of a part, whoever hears of them.
pub(crate) fn of_all(conn: &mut AnyConnection, part: Part, limit: i64) -> QueryResult<LogPage> {
    let (mut entries, mut until) = (Vec::new(), part.until);
    // A table that was read up to the limit is known as far as its last row.
    let is_full = |rows: usize| i64::try_from(rows).is_ok_and(|rows| rows >= limit);
    for (table, is_kept) in [("conversation_messages", true), ("transient_messages", false)] {
        let found = messages(conn, table, is_kept, part, None, limit)?;
        if let Some(last) = found.last().filter(|_| is_full(found.len())) {
            until = until.min(last.position);
        }
        entries.extend(found);
    }
    let mut statement = ComposedSql::new(format!("SELECT {} FROM log_changes WHERE ", changes::COLUMNS));
    within(&mut statement, part);
    statement.sql(" ORDER BY pos LIMIT ").int(limit);
    let rows = statement.load::<changes::Row>(conn)?;
    if let Some(last) = rows.last().filter(|_| is_full(rows.len())) {
        until = until.min(Position(last.pos));
    }
    entries.extend(changes::entries(rows));
    entries.retain(|entry| entry.position <= until);
    Ok(LogPage { entries: first(entries, i64::MAX), until })
}

/// The first entries of a part that a user may hear of, by a walk over everybody's messages.
pub(crate) fn of_user(
    conn: &mut AnyConnection,
    user: UserId,
    part: Part,
    limit: i64,
) -> QueryResult<Vec<LogEntry>> {
    let mut entries = messages(conn, "conversation_messages", true, part, Some(user), limit)?;
    entries.extend(transient_of(conn, user, part, limit)?);
    entries.extend(changes_of(conn, user, part, limit)?);
    Ok(first(entries, limit))
}

fn messages(
    conn: &mut AnyConnection,
    table: &str,
    is_kept: bool,
    part: Part,
    user: Option<UserId>,
    limit: i64,
) -> QueryResult<Vec<LogEntry>> {
    let indexed = Spelling::of(conn).by_index(table, &format!("{table}_pos"));
    let mut statement = ComposedSql::new(selected(is_kept) + &indexed + " WHERE ");
    within(&mut statement, part);
    if let Some(user) = user {
        statement.sql(" AND (receive_user_id = ").int(user.0).sql(" OR send_user_id = ").int(user.0).sql(")");
    }
    statement.sql(" ORDER BY pos LIMIT ").int(limit);
    load(conn, statement)
}

/// A user's messages that are kept in no conversation.
pub(crate) fn transient_of(
    conn: &mut AnyConnection,
    user: UserId,
    part: Part,
    limit: i64,
) -> QueryResult<Vec<LogEntry>> {
    let mut entries = Vec::new();
    for (column, index) in [("receive_user_id", "recipient"), ("send_user_id", "sender")] {
        let table = Spelling::of(conn).by_index("transient_messages", &format!("transient_messages_{index}"));
        let mut statement = ComposedSql::new(selected(false) + &table + " WHERE ");
        statement.sql(format!("{column} = ")).int(user.0).sql(" AND ");
        within(&mut statement, part);
        statement.sql(" ORDER BY pos LIMIT ").int(limit);
        entries.extend(load(conn, statement)?);
    }
    Ok(entries)
}

/// The changes a user may hear of.
pub(crate) fn changes_of(
    conn: &mut AnyConnection,
    user: UserId,
    part: Part,
    limit: i64,
) -> QueryResult<Vec<LogEntry>> {
    let mut rows = Vec::new();
    for who in ["user", "peer"] {
        let table = Spelling::of(conn).by_index("log_changes", &format!("log_changes_{who}"));
        let mut statement = ComposedSql::new(format!("SELECT {} FROM {table} WHERE ", changes::COLUMNS));
        statement.sql(format!("{who}_id = ")).int(user.0).sql(" AND ");
        within(&mut statement, part);
        statement.sql(" ORDER BY pos LIMIT ").int(limit);
        rows.extend(statement.load::<changes::Row>(conn)?);
    }
    Ok(changes::entries(rows))
}

/// A user's messages of one conversation, from the newest backwards, until there are `limit` of a part.
pub(crate) fn of_conversation(
    conn: &mut AnyConnection,
    conversation: i64,
    part: Part,
    limit: i64,
) -> QueryResult<Vec<LogEntry>> {
    /// How many are read at once.
    const PAGE: i64 = 64;
    let (mut entries, mut before) = (Vec::new(), i64::MAX);
    loop {
        let table = Spelling::of(conn).by_index("conversation_messages", "conversation_messages_seq");
        let mut statement = ComposedSql::new(format!(
            "SELECT pos, id, send_user_id, receive_user_id, 1 = 1 AS is_kept, seq FROM {table} WHERE conversation_id = "
        ));
        statement.int(conversation).sql(" AND seq < ").int(before).sql(" ORDER BY seq DESC LIMIT ").int(PAGE);
        let rows = statement.load::<SeqRow>(conn)?;
        let read = rows.len();
        // Within a conversation the order of seq is that of positions.
        let reached = rows.iter().any(|row| row.message.pos <= part.after.0);
        before = rows.last().map_or(0, |row| row.seq);
        let wanted = rows.into_iter().map(|row| row.message);
        let wanted = wanted.filter(|row| row.pos > part.after.0 && row.pos <= part.until.0);
        entries.extend(wanted.map(LogEntry::from));
        let is_full = i64::try_from(entries.len()).is_ok_and(|count| count >= limit);
        if reached || is_full || i64::try_from(read).is_ok_and(|read| read < PAGE) {
            return Ok(entries);
        }
    }
}

#[derive(QueryableByName)]
struct SeqRow {
    #[diesel(embed)]
    message: MessageRow,
    #[diesel(sql_type = BigInt)]
    seq: i64,
}
