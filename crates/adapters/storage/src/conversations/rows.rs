//! A row of `conversations` as the domain has it.

use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error};
use sixin_domain::conversation::pair::Pair;
use sixin_domain::conversation::{Conversation, Latest, SideState};
use sixin_domain::id::{ConversationId, MessageId, UserId};
use sixin_domain::time::Millis;

use crate::connection::connector::AnyConnection;
use crate::schema::conversations;

#[derive(Queryable, Selectable)]
#[diesel(table_name = conversations)]
pub(crate) struct ConversationRow {
    id: i64,
    a_user_id: i64,
    b_user_id: i64,
    last_seq: i64,
    a_is_display: bool,
    a_is_pin: bool,
    a_read_seq: i64,
    a_cleared_seq: i64,
    a_unread: i64,
    a_message_count: i64,
    a_latest_message_id: Option<i64>,
    a_latest_message_time: Option<i64>,
    a_latest_message_brief: Option<String>,
    b_is_display: bool,
    b_is_pin: bool,
    b_read_seq: i64,
    b_cleared_seq: i64,
    b_unread: i64,
    b_message_count: i64,
    b_latest_message_id: Option<i64>,
    b_latest_message_time: Option<i64>,
    b_latest_message_brief: Option<String>,
}

impl ConversationRow {
    fn into_conversation(self) -> QueryResult<Conversation> {
        let pair = Pair::of(UserId(self.a_user_id), UserId(self.b_user_id)).ok_or_else(|| {
            let message = format!("conversation {}: both sides are one user", self.id);
            Error::DatabaseError(DatabaseErrorKind::Unknown, Box::new(message))
        })?;
        Ok(Conversation {
            id: ConversationId(self.id),
            pair,
            last_seq: self.last_seq,
            a: SideState {
                is_display: self.a_is_display,
                is_pin: self.a_is_pin,
                read_seq: self.a_read_seq,
                cleared_seq: self.a_cleared_seq,
                unread: self.a_unread,
                message_count: self.a_message_count,
                latest: latest(
                    self.a_latest_message_id,
                    self.a_latest_message_time,
                    self.a_latest_message_brief,
                ),
            },
            b: SideState {
                is_display: self.b_is_display,
                is_pin: self.b_is_pin,
                read_seq: self.b_read_seq,
                cleared_seq: self.b_cleared_seq,
                unread: self.b_unread,
                message_count: self.b_message_count,
                latest: latest(
                    self.b_latest_message_id,
                    self.b_latest_message_time,
                    self.b_latest_message_brief,
                ),
            },
        })
    }
}

fn latest(id: Option<i64>, time: Option<i64>, brief: Option<String>) -> Option<Latest> {
    Some(Latest { id: id.map(MessageId), brief: brief.unwrap_or_default(), time: Millis(time?) })
}

/// The conversations with these ids, in any order.
pub(crate) fn conversations_of(conn: &mut AnyConnection, ids: &[i64]) -> QueryResult<Vec<Conversation>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<ConversationRow> = conversations::table
        .filter(conversations::id.eq_any(ids))
        .select(ConversationRow::as_select())
        .load(conn)?;
    rows.into_iter().map(ConversationRow::into_conversation).collect()
}

/// The conversation of a pair.
pub(crate) fn conversation_of(conn: &mut AnyConnection, pair: Pair) -> QueryResult<Option<Conversation>> {
    let row: Option<ConversationRow> = conversations::table
        .filter(conversations::a_user_id.eq(pair.a().0).and(conversations::b_user_id.eq(pair.b().0)))
        .select(ConversationRow::as_select())
        .first(conn)
        .optional()?;
    row.map(ConversationRow::into_conversation).transpose()
}
