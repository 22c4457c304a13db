//! The messages of one view by `seq`, and those of everybody by id.

use crate::conversations::visible::shows;
use crate::sending::delivery_json::from_json;
use std::collections::HashMap;
use std::ops::Range;

use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error};
use diesel::sql_types::{BigInt, Bool, Nullable, SmallInt, Text};
use sixin_application::conversations::ports::{MessageQuery, Order};
use sixin_domain::conversation::ViewedMessage;
use sixin_domain::file::{FileKind, StoredFile};
use sixin_domain::id::{FileId, MessageId, UserId};
use sixin_domain::message::body::Body;
use sixin_domain::message::growing::text_in;
use sixin_domain::message::object_name::{MOMENTARY, ObjectName, STREAM};
use sixin_domain::time::Millis;

use crate::connection::connector::AnyConnection;
use crate::files::stored::stored_files;
use crate::sql::composed::{ComposedSql, Spelling};

/// A message as it was read.
#[derive(QueryableByName)]
pub(crate) struct Row {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = BigInt)]
    seq: i64,
    #[diesel(sql_type = BigInt)]
    send_user_id: i64,
    #[diesel(sql_type = BigInt)]
    pub(crate) receive_user_id: i64,
    #[diesel(sql_type = BigInt)]
    created_at: i64,
    #[diesel(sql_type = SmallInt)]
    message_type: i16,
    #[diesel(sql_type = Nullable<Text>)]
    message_text: Option<String>,
    #[diesel(sql_type = Nullable<BigInt>)]
    message_file_id: Option<i64>,
    #[diesel(sql_type = Nullable<Text>)]
    object_name: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    content: Option<String>,
    #[diesel(sql_type = Nullable<BigInt>)]
    receive_read_at: Option<i64>,
    #[diesel(sql_type = Bool)]
    is_counted: bool,
    #[diesel(sql_type = Nullable<Text>)]
    delivery: Option<String>,
    #[diesel(sql_type = Nullable<BigInt>)]
    edited_at: Option<i64>,
}

/// What `query` asks for: one statement, and one more if files are among it.
pub(crate) fn messages(conn: &mut AnyConnection, query: MessageQuery) -> QueryResult<Vec<ViewedMessage>> {
    let rows = statement(Spelling::of(conn), query).load(conn)?;
    with_files(conn, rows)
}

/// The message with that id, whoever sees it.
pub(crate) fn message(conn: &mut AnyConnection, id: i64) -> QueryResult<Option<ViewedMessage>> {
    let mut statement = selected("conversation_messages AS m", OPTIONS);
    statement.sql("m.id = ").int(id);
    let rows = statement.load(conn)?;
    Ok(with_files(conn, rows)?.pop())
}

/// The bodies of the messages with these ids.
pub(crate) fn bodies(conn: &mut AnyConnection, ids: &[i64]) -> QueryResult<Vec<(MessageId, Body)>> {
    let Some((first, others)) = ids.split_first() else { return Ok(Vec::new()) };
    let mut statement = selected("conversation_messages AS m", "NULL");
    statement.sql("m.id IN (").int(*first);
    for id in others {
        statement.sql(", ").int(*id);
    }
    statement.sql(")");
    let rows = statement.load(conn)?;
    Ok(with_files(conn, rows)?.into_iter().map(|message| (message.id, message.body)).collect())
}

/// The first messages with these ids for a log, each with its recipient.
pub(crate) fn made(
    conn: &mut AnyConnection,
    ids: &Range<i64>,
    limit: i64,
) -> QueryResult<Vec<(ViewedMessage, UserId)>> {
    let table = Spelling::of(conn).by_index("conversation_messages AS m", "PRIMARY");
    // A log does not show the options, which may be long.
    let mut statement = selected(&table, "NULL");
    statement.sql("m.id >= ").int(ids.start).sql(" AND m.id < ").int(ids.end);
    statement.sql(" AND m.is_enable = 1 AND (m.object_name IS NULL OR m.object_name NOT IN (");
    for (number, name) in MOMENTARY.into_iter().enumerate() {
        statement.sql(if number == 0 { "" } else { ", " }).opt_text(Some(name));
    }
    statement.sql(")) ORDER BY m.id LIMIT ").int(limit);
    with_recipients(conn, statement)
}

/// The messages of a conversation before a place, the latest first, whoever sees them, each with its recipient.
pub(crate) fn stored_before(
    conn: &mut AnyConnection,
    conversation: i64,
    before: i64,
    limit: i64,
) -> QueryResult<Vec<(ViewedMessage, UserId)>> {
    let table = Spelling::of(conn).by_index("conversation_messages AS m", "conversation_messages_seq");
    let mut statement = selected(&table, "NULL");
    statement.sql("m.conversation_id = ").int(conversation).sql(" AND m.seq < ").int(before);
    statement.sql(" ORDER BY m.seq DESC LIMIT ").int(limit);
    with_recipients(conn, statement)
}

/// The messages with these ids, the latest first, whoever sees them, each with its recipient.
pub(crate) fn stored_between(
    conn: &mut AnyConnection,
    ids: Range<i64>,
    limit: i64,
) -> QueryResult<Vec<(ViewedMessage, UserId)>> {
    let table = Spelling::of(conn).by_index("conversation_messages AS m", "PRIMARY");
    let mut statement = selected(&table, "NULL");
    statement.sql("m.id >= ").int(ids.start).sql(" AND m.id < ").int(ids.end);
    statement.sql(" ORDER BY m.id DESC LIMIT ").int(limit);
    with_recipients(conn, statement)
}

fn with_recipients(
    conn: &mut AnyConnection,
    statement: ComposedSql<'_>,
) -> QueryResult<Vec<(ViewedMessage, UserId)>> {
    let rows: Vec<Row> = statement.load(conn)?;
    let recipients: Vec<UserId> = rows.iter().map(|row| UserId(row.receive_user_id)).collect();
    Ok(with_files(conn, rows)?.into_iter().zip(recipients).collect())
}

/// Rows as messages, in the same order, with one statement more if there are files among them.
pub(crate) fn with_files(conn: &mut AnyConnection, rows: Vec<Row>) -> QueryResult<Vec<ViewedMessage>> {
    let ids: Vec<i64> = rows.iter().filter_map(|row| row.message_file_id).collect();
    let files: HashMap<FileId, StoredFile> = if ids.is_empty() {
        HashMap::new()
    } else {
        stored_files(conn, &ids)?.into_iter().map(|file| (file.id, file)).collect()
    };
    rows.into_iter().map(|row| row.into_message(&files)).collect()
}

/// The options a message was published with.
const OPTIONS: &str = "COALESCE(m.delivery, c.delivery)";

/// A statement for rows of `table` with these options; what follows is its condition.
fn selected(table: &str, options: &str) -> ComposedSql<'static> {
    ComposedSql::new(format!(
        "SELECT m.id, m.seq, m.send_user_id, m.receive_user_id, m.created_at, m.message_type, m.message_file_id, \
         m.object_name, m.receive_read_at, m.is_counted, m.edited_at, COALESCE(m.message_text, c.message_text) AS message_text, \
         COALESCE(m.content, c.content) AS content, {options} AS delivery \
         FROM {table} LEFT JOIN message_contents AS c ON c.id = m.content_id WHERE "
    ))
}

fn statement(spelling: Spelling, query: MessageQuery) -> ComposedSql<'static> {
    let table = spelling.by_index("conversation_messages AS m", "conversation_messages_seq");
    let mut statement = selected(&table, OPTIONS);
    statement.sql("m.conversation_id = ").int(query.conversation.0).sql(" AND m.seq > ").int(query.after);
    statement.sql(" AND m.seq < ").int(query.before).sql(" AND ");
    shows(&mut statement, query.user);
    statement.sql(" ORDER BY m.seq");
    statement.sql(match query.order {
        Order::Newest => " DESC LIMIT ",
        Order::Oldest => " LIMIT ",
    });
    statement.int(query.limit).sql(" OFFSET ").int(query.offset);
    statement
}

impl Row {
    fn into_message(mut self, files: &HashMap<FileId, StoredFile>) -> QueryResult<ViewedMessage> {
        let delivery = self.delivery.take().map(|text| from_json(&text)).transpose().map_err(|error| {
            let message = format!("message {}: delivery {error}", self.id);
            Error::DatabaseError(DatabaseErrorKind::Unknown, Box::new(message))
        })?;
        let file = self.message_file_id.and_then(|id| files.get(&FileId(id)).cloned());
        Ok(ViewedMessage {
            id: MessageId(self.id),
            seq: self.seq,
            sender: UserId(self.send_user_id),
            sent_at: Millis(self.created_at),
            read_at: self.receive_read_at.map(Millis),
            is_counted: self.is_counted,
            edited_at: self.edited_at.map(Millis),
            delivery,
            body: self.into_body(file.as_ref())?,
            file,
        })
    }

    fn into_body(self, file: Option<&StoredFile>) -> QueryResult<Body> {
        Ok(match (self.message_type, self.message_file_id) {
            (2, Some(id)) => {
                Body::File { file: FileId(id), kind: file.map_or(FileKind::Document, |file| file.kind) }
            }
            (3, _) => {
                let name = ObjectName::new(self.object_name.unwrap_or_default()).map_err(|error| {
                    let message = format!("message {}: object name {error}", self.id);
                    Error::DatabaseError(DatabaseErrorKind::Unknown, Box::new(message))
                })?;
                let content = self.content.unwrap_or_default();
                let is_stream = self.message_text.is_none() && name.as_str() == STREAM;
                let text = if is_stream {
                    text_in(&content).filter(|text| !text.is_empty())
                } else {
                    self.message_text
                };
                Body::Typed { object_name: name, content, text }
            }
            _ => Body::Text(self.message_text.unwrap_or_default()),
        })
    }
}
