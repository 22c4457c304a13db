//! What a conversation's row says of each view, kept true when messages change or go.
//!
//! Counters live in the conversation's row, and whoever sends changes them too. So every change first updates that row,
//! which locks it on either database, and only then looks at what it is to count.

use diesel::prelude::*;
use sixin_application::conversations::ports::{MessageQuery, Order};
use sixin_domain::conversation::pair::Side;
use sixin_domain::conversation::visibility::Visibility;
use sixin_domain::conversation::{View, ViewedMessage};
use sixin_domain::id::UserId;
use sixin_domain::time::Millis;

use crate::connection::connector::AnyConnection;
use crate::conversations::messages::messages as viewed;
use crate::schema::{conversation_messages as messages, conversations};
use crate::sql::composed::ComposedSql;

/// How columns of a side begin.
pub(crate) fn prefix(side: Side) -> &'static str {
    match side {
        Side::A => "a",
        Side::B => "b",
    }
}

/// Locks conversations until the end of the transaction.
pub(crate) fn lock(conn: &mut AnyConnection, ids: &[i64], at: Millis) -> QueryResult<()> {
    diesel::update(conversations::table.filter(conversations::id.eq_any(ids)))
        .set(conversations::updated_at.eq(at.0))
        .execute(conn)
        .map(drop)
}

/// A message as far as counters look at it.
#[derive(Queryable, Selectable)]
#[diesel(table_name = messages)]
pub(crate) struct Touched {
    pub(crate) id: i64,
    pub(crate) conversation_id: i64,
    pub(crate) seq: i64,
    pub(crate) send_user_id: i64,
    is_counted: bool,
    sender_visible: bool,
    pub(crate) is_enable: bool,
    send_deleted_at: Option<i64>,
    receive_deleted_at: Option<i64>,
    receive_read_at: Option<i64>,
}

impl Touched {
    /// What decides where it shows.
    pub(crate) fn visibility(&self) -> Visibility {
        Visibility {
            seq: self.seq,
            sender: UserId(self.send_user_id),
            is_enabled: self.is_enable,
            is_counted: self.is_counted,
            sender_visible: self.sender_visible,
            is_deleted_by_sender: self.send_deleted_at.is_some(),
            is_deleted_by_recipient: self.receive_deleted_at.is_some(),
            is_marked: self.receive_read_at.is_some(),
        }
    }
}

/// Takes so many off counters of a side: those of unread messages, and of messages at all.
pub(crate) fn subtract(
    conn: &mut AnyConnection,
    view: &View<'_>,
    unread: i64,
    shown: i64,
) -> QueryResult<()> {
    let s = prefix(view.side);
    let mut statement = ComposedSql::new("UPDATE conversations SET ");
    // The status comes first: MySQL lets later assignments see what earlier ones did.
    statement.sql(format!("{s}_status = CASE WHEN {s}_unread > ")).int(unread).sql(" THEN 1 ELSE 2 END, ");
    statement.sql(format!("{s}_unread = {s}_unread - ")).int(unread).sql(", ");
    statement.sql(format!("{s}_message_count = {s}_message_count - ")).int(shown);
    statement.sql(" WHERE id = ").int(view.conversation.id.0);
    statement.execute(conn).map(drop)
}

/// The newest message that shows in a view now, of those after `after`.
pub(crate) fn newest(
    conn: &mut AnyConnection,
    view: &View<'_>,
    after: i64,
) -> QueryResult<Option<ViewedMessage>> {
    let query = MessageQuery {
        conversation: view.conversation.id,
        user: view.user,
        after,
        before: i64::MAX,
        order: Order::Newest,
        offset: 0,
        limit: 1,
    };
    Ok(viewed(conn, query)?.pop())
}

/// The hour of a time in milliseconds, by which lists are found.
pub(crate) fn hour(time: i64) -> i64 {
    time / 3_600_000
}

/// Without a message the time stays, so that the conversation keeps its place in the list.
pub(crate) fn set_latest(
    conn: &mut AnyConnection,
    view: &View<'_>,
    message: Option<&ViewedMessage>,
) -> QueryResult<()> {
    let s = prefix(view.side);
    let brief = message.map(|message| message.body.brief());
    let mut statement = ComposedSql::new(format!("UPDATE conversations SET {s}_latest_message_id = "));
    statement.opt_int(message.map(|message| message.id.0));
    statement.sql(format!(", {s}_latest_message_brief = ")).opt_text(brief.as_deref());
    if let Some(message) = message {
        statement.sql(format!(", {s}_latest_message_time = ")).int(message.sent_at.0);
        statement.sql(format!(", {s}_latest_hour = ")).int(hour(message.sent_at.0));
    }
    statement.sql(" WHERE id = ").int(view.conversation.id.0);
    statement.execute(conn).map(drop)
}
