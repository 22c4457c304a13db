//! Whether a store is in order: what every commit leaves true is looked up in the rows.

use diesel::sql_types::BigInt;
use diesel::{QueryResult, QueryableByName};
use sixin_application::operations::ports::{Finding, StoreCheck, StoreReport};
use sixin_application::ports::StoreResult;

use crate::connection::connector::AnyConnection;
use crate::database::Database;
use crate::error::store_error;
use crate::log::head;
use crate::sql::composed::ComposedSql;

/// So many rows are named of those that break a rule.
const NAMED: i64 = 10;

/// A rule, and the query for the rows that break it.
const RULES: [(&str, &str); 7] = [
    (
        "the seq of messages is dense in every conversation",
        // The oldest may be gone, and it is known how many (docs/people.md#retention).
        "SELECT m.conversation_id AS number FROM conversation_messages AS m LEFT JOIN gone_messages AS g \
         ON g.conversation_id = m.conversation_id GROUP BY m.conversation_id, g.seq \
         HAVING MIN(m.seq) <> COALESCE(g.seq, 0) + 1 OR MAX(m.seq) <> COALESCE(g.seq, 0) + COUNT(*)",
    ),
    (
        "a conversation knows its last seq and when its last message was sent",
        "SELECT c.id AS number FROM conversations AS c LEFT JOIN (SELECT conversation_id, MAX(seq) AS seq, \
         MAX(created_at) AS sent FROM conversation_messages GROUP BY conversation_id) AS m ON m.conversation_id = c.id \
         LEFT JOIN gone_messages AS g ON g.conversation_id = c.id \
         WHERE c.last_seq <> COALESCE(m.seq, g.seq, 0) OR c.last_sent_at < COALESCE(m.sent, 0)",
    ),
    (
        "a message is between the two users of a conversation",
        "SELECT m.id AS number FROM conversation_messages AS m \
         LEFT JOIN conversations AS c ON c.id = m.conversation_id WHERE c.id IS NULL OR c.a_user_id >= c.b_user_id \
         OR NOT (m.send_user_id = c.a_user_id AND m.receive_user_id = c.b_user_id \
         OR m.send_user_id = c.b_user_id AND m.receive_user_id = c.a_user_id)",
    ),
    (
        "sent times and positions increase strictly in every conversation",
        "SELECT n.id AS number FROM conversation_messages AS m \
         JOIN conversation_messages AS n ON n.conversation_id = m.conversation_id AND n.seq = m.seq + 1 \
         WHERE n.created_at <= m.created_at OR n.pos <= m.pos AND m.pos > 0",
    ),
    (
        "a position is taken once",
        "SELECT pos AS number FROM (SELECT pos FROM conversation_messages WHERE pos > 0 \
         UNION ALL SELECT pos FROM transient_messages WHERE pos > 0 UNION ALL SELECT pos FROM log_changes) AS taken \
         GROUP BY pos HAVING COUNT(*) > 1",
    ),
    (
        "no position is beyond the head of the log",
        "SELECT h.pos AS number FROM log_heads AS h WHERE h.pos < (SELECT COALESCE(MAX(pos), 0) FROM \
         conversation_messages) OR h.pos < (SELECT COALESCE(MAX(pos), 0) FROM transient_messages) \
         OR h.pos < (SELECT COALESCE(MAX(pos), 0) FROM log_changes)",
    ),
    (
        "a conversation's own preview is one of its messages",
        "SELECT c.id AS number FROM conversations AS c LEFT JOIN conversation_messages AS m \
         ON m.id = c.latest_message_id WHERE c.latest_message_id IS NOT NULL \
         AND (m.id IS NULL OR m.conversation_id <> c.id OR m.created_at <> c.latest_message_time)",
    ),
];

/// What shows in a side's view.
const SHOWS: &str = "m.seq > c.{s}_cleared_seq AND m.is_enable = 1 AND (m.send_user_id = c.{s}_user_id AND m.sender_visible = 1 \
    AND m.send_deleted_at IS NULL OR m.receive_user_id = c.{s}_user_id AND m.receive_deleted_at IS NULL)";

/// The same for either side of a conversation, called `{s}`.
const SIDE_RULES: [(&str, &str); 4] = [
    (
        "a view counts the messages that show in it, and those that are unread",
        "SELECT c.id AS number FROM conversations AS c LEFT JOIN conversation_messages AS m \
         ON m.conversation_id = c.id AND {shows} GROUP BY c.id, c.{s}_message_count, c.{s}_unread \
         HAVING c.{s}_message_count <> COUNT(m.id) OR c.{s}_unread <> SUM(CASE WHEN m.id IS NOT NULL \
         AND m.is_counted = 1 AND m.receive_read_at IS NULL AND m.seq > c.{s}_read_seq \
         AND m.receive_user_id = c.{s}_user_id THEN 1 ELSE 0 END)",
    ),
    (
        "the status of a view says whether anything is unread",
        "SELECT c.id AS number FROM conversations AS c \
         WHERE c.{s}_status <> CASE WHEN c.{s}_unread > 0 THEN 1 ELSE 2 END",
    ),
    (
        "the preview of a view is a message that shows in it",
        "SELECT c.id AS number FROM conversations AS c LEFT JOIN conversation_messages AS m \
         ON m.id = c.{s}_latest_message_id WHERE c.{s}_latest_message_id IS NOT NULL AND (m.id IS NULL \
         OR m.conversation_id <> c.id OR m.created_at <> c.{s}_latest_message_time OR NOT ({shows}))",
    ),
    (
        "the hour of a view is that of its time",
        "SELECT c.id AS number FROM conversations AS c WHERE c.{s}_latest_hour * 3600000 > c.{s}_latest_message_time \
         OR (c.{s}_latest_hour + 1) * 3600000 <= c.{s}_latest_message_time \
         OR (c.{s}_latest_hour IS NULL) <> (c.{s}_latest_message_time IS NULL)",
    ),
];

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

impl StoreCheck for Database {
    fn check(&self) -> StoreResult<StoreReport> {
        report(&mut *self.reader()?).map_err(store_error)
    }
}

fn report(conn: &mut AnyConnection) -> QueryResult<StoreReport> {
    let mut findings: Vec<Finding> = Vec::new();
    let mut look = |conn: &mut AnyConnection, rule, sql: String| -> QueryResult<()> {
        let rows = broken(conn, &sql)?;
        if rows.is_empty() {
            return Ok(());
        }
        match findings.iter_mut().find(|finding| finding.rule == rule) {
            Some(finding) => finding.rows.extend(rows),
            None => findings.push(Finding { rule, rows }),
        }
        Ok(())
    };
    for (rule, sql) in RULES {
        look(conn, rule, sql.to_owned())?;
    }
    for (rule, sql) in SIDE_RULES {
        for side in ["a", "b"] {
            look(conn, rule, sql.replace("{shows}", SHOWS).replace("{s}", side))?;
        }
    }
    Ok(StoreReport {
        conversations: count(conn, "conversations")?,
        messages: count(conn, "conversation_messages")?,
        head: head::read(conn)?.position.0,
        findings,
    })
}

/// The rows that a query for what breaks a rule finds.
fn broken(conn: &mut AnyConnection, sql: &str) -> QueryResult<Vec<String>> {
    let mut statement = ComposedSql::new(sql);
    statement.sql(" LIMIT ").int(NAMED);
    Ok(statement.load::<Number>(conn)?.into_iter().map(|row| row.number.to_string()).collect())
}

fn count(conn: &mut AnyConnection, table: &str) -> QueryResult<i64> {
    let statement = ComposedSql::new(format!("SELECT COUNT(*) AS number FROM {table}"));
    Ok(statement.load::<Number>(conn)?.pop().map_or(0, |row| row.number))
}
