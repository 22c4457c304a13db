//! Messages as streams show them: those of many conversations at once, by id.

use diesel::sql_types::{BigInt, Bool, Nullable, SmallInt};
use diesel::{QueryResult, QueryableByName};
use sixin_application::delivery::ports::DeliveredMessage;
use sixin_domain::id::{ConversationId, UserId};

use crate::connection::connector::AnyConnection;
use crate::conversations::messages::{Row as MessageRow, with_files};
use crate::messages::recalls::recall;
use crate::sql::composed::{ComposedSql, chunks};

/// What both kinds of message have, in the order of neither.
const COMMON: &str = "m.id, m.send_user_id, m.receive_user_id, m.created_at, m.message_type, m.message_file_id, \
    m.object_name, COALESCE(m.message_text, c.message_text) AS message_text, \
    COALESCE(m.content, c.content) AS content, COALESCE(m.delivery, c.delivery) AS delivery, \
    m.is_counted, m.sender_visible";

/// Who deletes what a recall has left has not deleted the message: its other devices still hear of the recall.
const KEPT: &str = "m.seq, m.receive_read_at, m.edited_at, m.conversation_id, m.is_enable, m.recall_marks, \
    CASE WHEN m.send_deleted_at IS NULL OR m.send_deleted_at >= m.recalled_at THEN 0 ELSE 1 END AS sender_deleted, \
    CASE WHEN m.receive_deleted_at IS NULL OR m.receive_deleted_at >= m.recalled_at THEN 0 ELSE 1 END AS recipient_deleted, \
    CASE WHEN v.a_user_id = m.send_user_id THEN v.a_cleared_seq ELSE v.b_cleared_seq END AS sender_cleared, \
    CASE WHEN v.a_user_id = m.send_user_id THEN v.b_cleared_seq ELSE v.a_cleared_seq END AS recipient_cleared, \
    CASE WHEN v.a_user_id = m.send_user_id THEN v.b_read_seq ELSE v.a_read_seq END AS recipient_read \
    FROM conversation_messages AS m JOIN conversations AS v ON v.id = m.conversation_id";

const TRANSIENT: &str = "0 AS seq, NULL AS receive_read_at, NULL AS edited_at, 0 AS conversation_id, 1 AS is_enable, NULL AS recall_marks, \
    0 AS sender_deleted, 0 AS recipient_deleted, -1 AS sender_cleared, -1 AS recipient_cleared, \
    -1 AS recipient_read FROM transient_messages AS m";

#[derive(QueryableByName)]
struct Row {
    #[diesel(embed)]
    message: MessageRow,
    #[diesel(sql_type = BigInt)]
    conversation_id: i64,
    #[diesel(sql_type = Bool)]
    sender_visible: bool,
    #[diesel(sql_type = Bool)]
    is_enable: bool,
    #[diesel(sql_type = Nullable<SmallInt>)]
    recall_marks: Option<i16>,
    #[diesel(sql_type = BigInt)]
    sender_deleted: i64,
    #[diesel(sql_type = BigInt)]
    recipient_deleted: i64,
    #[diesel(sql_type = BigInt)]
    sender_cleared: i64,
    #[diesel(sql_type = BigInt)]
    recipient_cleared: i64,
    #[diesel(sql_type = BigInt)]
    recipient_read: i64,
}

/// The messages with these ids, in any order.
pub(crate) fn messages(
    conn: &mut AnyConnection,
    kept: &[i64],
    transient: &[i64],
) -> QueryResult<Vec<DeliveredMessage>> {
    let mut rows = load(conn, KEPT, kept)?;
    rows.extend(load(conn, TRANSIENT, transient)?);
    let (messages, sides): (Vec<MessageRow>, Vec<Sides>) = rows.into_iter().map(split).unzip();
    let messages = with_files(conn, messages)?;
    let delivered = messages.into_iter().zip(sides).map(|(message, sides)| DeliveredMessage {
        recipient: sides.recipient,
        conversation: sides.conversation,
        is_read: message.read_at.is_some() || message.seq <= sides.recipient_read,
        is_enabled: sides.is_enabled,
        recall: sides.recall_marks.map(|marks| recall(marks, message.sender, sides.recipient)),
        sender_visible: sides.sender_visible,
        is_gone_for_sender: sides.sender_deleted || message.seq <= sides.sender_cleared,
        is_gone_for_recipient: sides.recipient_deleted || message.seq <= sides.recipient_cleared,
        message,
    });
    Ok(delivered.collect())
}

/// What a row says beside the message itself.
struct Sides {
    recipient: UserId,
    conversation: Option<ConversationId>,
    is_enabled: bool,
    recall_marks: Option<i16>,
    sender_visible: bool,
    sender_deleted: bool,
    recipient_deleted: bool,
    sender_cleared: i64,
    recipient_cleared: i64,
    recipient_read: i64,
}

fn split(row: Row) -> (MessageRow, Sides) {
    let sides = Sides {
        recipient: UserId(row.message.receive_user_id),
        conversation: Some(row.conversation_id).filter(|id| *id != 0).map(ConversationId),
        is_enabled: row.is_enable,
        recall_marks: row.recall_marks,
        sender_visible: row.sender_visible,
        sender_deleted: row.sender_deleted != 0,
        recipient_deleted: row.recipient_deleted != 0,
        sender_cleared: row.sender_cleared,
        recipient_cleared: row.recipient_cleared,
        recipient_read: row.recipient_read,
    };
    (row.message, sides)
}

fn load(conn: &mut AnyConnection, source: &str, ids: &[i64]) -> QueryResult<Vec<Row>> {
    let mut rows = Vec::with_capacity(ids.len());
    for chunk in chunks(ids) {
        let mut statement = ComposedSql::new(format!(
            "SELECT {COMMON}, {source} LEFT JOIN message_contents AS c ON c.id = m.content_id WHERE m.id IN ("
        ));
        for (number, id) in chunk.iter().enumerate() {
            statement.sql(if number == 0 { "" } else { ", " }).int(*id);
        }
        statement.sql(")");
        rows.extend(statement.load::<Row>(conn)?);
    }
    Ok(rows)
}
