//! What a side changes about its own view of its conversations.
//!
//! Counters live in the conversation's row, and whoever sends changes them too. So every change first updates that row,
//! which locks it on either database, and only then looks at what it is to count.

use std::collections::BTreeMap;

use async_trait::async_trait;
use diesel::prelude::*;
use sixin_application::ports::{ConversationChanges, MessageQuery, Order, StoreResult};
use sixin_domain::conversation::{Conversation, View, ViewedMessage};
use sixin_domain::id::{ConversationId, MessageId, UserId};
use sixin_domain::pair::Side;
use sixin_domain::time::Millis;

use super::conversation_messages::messages as viewed;
use super::conversation_rows::conversations_of;
use crate::connection::AnyConnection;
use crate::database::Database;
use crate::schema::{conversation_messages as messages, conversations};
use crate::statement::Statement;

/// How columns of a side begin.
fn prefix(side: Side) -> &'static str {
    match side {
        Side::A => "a",
        Side::B => "b",
    }
}

#[async_trait]
impl ConversationChanges for Database {
    async fn mark_read(&self, conversation: ConversationId, side: Side, at: Millis) -> StoreResult<()> {
        let s = prefix(side);
        self.update(conversation, at, format!("{s}_read_seq = last_seq, {s}_unread = 0, {s}_status = 2"))
            .await
    }

    async fn mark_messages_read(&self, reader: UserId, ids: &[MessageId], at: Millis) -> StoreResult<()> {
        let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
        self.change(move |conn| {
            for (conversation, touched) in touched(conn, reader, &ids, at)? {
                let Ok(view) = conversation.seen_by(reader) else { continue };
                mark_some(conn, &view, &touched, at)?;
            }
            Ok(())
        })
        .await
    }

    async fn toggle_pin(&self, conversation: ConversationId, side: Side, at: Millis) -> StoreResult<()> {
        let s = prefix(side);
        self.update(conversation, at, format!("{s}_is_pin = NOT {s}_is_pin")).await
    }

    async fn delete(&self, conversation: ConversationId, side: Side, at: Millis) -> StoreResult<()> {
        let s = prefix(side);
        let changes = format!(
            "{s}_cleared_seq = last_seq, {s}_read_seq = last_seq, {s}_unread = 0, {s}_status = 2, \
             {s}_message_count = 0, {s}_is_display = 0, \
             {s}_latest_message_id = NULL, {s}_latest_message_time = NULL, {s}_latest_message_brief = NULL"
        );
        self.update(conversation, at, changes).await
    }

    async fn delete_messages(&self, owner: UserId, ids: &[MessageId], at: Millis) -> StoreResult<()> {
        let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
        self.change(move |conn| {
            for (conversation, touched) in touched(conn, owner, &ids, at)? {
                let Ok(view) = conversation.seen_by(owner) else { continue };
                delete_some(conn, &view, &touched, at)?;
            }
            Ok(())
        })
        .await
    }
}

impl Database {
    /// Changes one conversation, in one statement.
    async fn update(&self, conversation: ConversationId, at: Millis, changes: String) -> StoreResult<()> {
        self.change(move |conn| {
            let mut statement = Statement::new(format!("UPDATE conversations SET {changes}, updated_at = "));
            statement.int(at.0).sql(" WHERE id = ").int(conversation.0);
            statement.execute(conn).map(drop)
        })
        .await
    }
}

/// A message as far as counters look at it.
#[derive(Queryable)]
struct Touched {
    id: i64,
    conversation_id: i64,
    seq: i64,
    send_user_id: i64,
    is_counted: bool,
    sender_visible: bool,
    is_enable: bool,
    send_deleted_at: Option<i64>,
    receive_deleted_at: Option<i64>,
    receive_read_at: Option<i64>,
}

impl Touched {
    /// Whether it shows in a view.
    fn shows_in(&self, view: &View<'_>) -> bool {
        let is_mine = self.send_user_id == view.user.0;
        let is_deleted = if is_mine { self.send_deleted_at } else { self.receive_deleted_at }.is_some();
        let is_hidden = is_mine && !self.sender_visible;
        self.is_enable && !is_deleted && !is_hidden && self.seq > view.own.cleared_seq
    }

    /// Whether it adds to the unread count of a view.
    fn is_unread_in(&self, view: &View<'_>) -> bool {
        self.send_user_id != view.user.0
            && self.is_counted
            && self.receive_read_at.is_none()
            && self.seq > view.own.read_seq
            && self.shows_in(view)
    }
}

/// The messages with these ids that are the user's, by conversation, after the conversations have been locked. Ids of
/// others and ids nobody has are passed over (facts: fresns 7.4).
fn touched(
    conn: &mut AnyConnection,
    user: UserId,
    ids: &[i64],
    at: Millis,
) -> QueryResult<Vec<(Conversation, Vec<Touched>)>> {
    let own = || {
        messages::table
            .filter(messages::id.eq_any(ids))
            .filter(messages::send_user_id.eq(user.0).or(messages::receive_user_id.eq(user.0)))
    };
    let locked: Vec<i64> = own().select(messages::conversation_id).distinct().load(conn)?;
    if locked.is_empty() {
        return Ok(Vec::new());
    }
    diesel::update(conversations::table.filter(conversations::id.eq_any(&locked)))
        .set(conversations::updated_at.eq(at.0))
        .execute(conn)?;
    let rows: Vec<Touched> = own()
        .select((
            messages::id,
            messages::conversation_id,
            messages::seq,
            messages::send_user_id,
            messages::is_counted,
            messages::sender_visible,
            messages::is_enable,
            messages::send_deleted_at,
            messages::receive_deleted_at,
            messages::receive_read_at,
        ))
        .load(conn)?;
    let mut by_conversation: BTreeMap<i64, Vec<Touched>> = BTreeMap::new();
    for row in rows {
        by_conversation.entry(row.conversation_id).or_default().push(row);
    }
    let found = conversations_of(conn, &locked)?.into_iter();
    Ok(found
        .filter_map(|found| by_conversation.remove(&found.id.0).map(|touched| (found, touched)))
        .collect())
}

fn count(messages: &[&Touched]) -> i64 {
    i64::try_from(messages.len()).unwrap_or(i64::MAX)
}

/// Takes so many off counters of a side: those of unread messages, and of messages at all.
fn subtract(conn: &mut AnyConnection, view: &View<'_>, unread: i64, shown: i64) -> QueryResult<()> {
    let s = prefix(view.side);
    let mut statement = Statement::new("UPDATE conversations SET ");
    // The status comes first: MySQL lets later assignments see what earlier ones did.
    statement.sql(format!("{s}_status = CASE WHEN {s}_unread > ")).int(unread).sql(" THEN 1 ELSE 2 END, ");
    statement.sql(format!("{s}_unread = {s}_unread - ")).int(unread).sql(", ");
    statement.sql(format!("{s}_message_count = {s}_message_count - ")).int(shown);
    statement.sql(" WHERE id = ").int(view.conversation.id.0);
    statement.execute(conn).map(drop)
}

fn mark_some(conn: &mut AnyConnection, view: &View<'_>, touched: &[Touched], at: Millis) -> QueryResult<()> {
    let received = |message: &&Touched| message.send_user_id != view.user.0 && message.shows_in(view);
    let unread = |message: &&Touched| message.receive_read_at.is_none() && message.seq > view.own.read_seq;
    let marked: Vec<&Touched> = touched.iter().filter(received).filter(unread).collect();
    if marked.is_empty() {
        return Ok(());
    }
    let ids = marked.iter().map(|message| message.id);
    diesel::update(messages::table.filter(messages::id.eq_any(ids)))
        .set(messages::receive_read_at.eq(at.0))
        .execute(conn)?;
    let counted: Vec<&Touched> = marked.into_iter().filter(|message| message.is_unread_in(view)).collect();
    subtract(conn, view, count(&counted), 0)
}

fn delete_some(
    conn: &mut AnyConnection,
    view: &View<'_>,
    touched: &[Touched],
    at: Millis,
) -> QueryResult<()> {
    let gone: Vec<&Touched> = touched.iter().filter(|message| message.shows_in(view)).collect();
    if gone.is_empty() {
        return Ok(());
    }
    let (sent, received): (Vec<&Touched>, Vec<&Touched>) =
        gone.iter().partition(|message| message.send_user_id == view.user.0);
    let ids = |messages: &[&Touched]| -> Vec<i64> { messages.iter().map(|message| message.id).collect() };
    diesel::update(messages::table.filter(messages::id.eq_any(ids(&sent))))
        .set(messages::send_deleted_at.eq(at.0))
        .execute(conn)?;
    diesel::update(messages::table.filter(messages::id.eq_any(ids(&received))))
        .set(messages::receive_deleted_at.eq(at.0))
        .execute(conn)?;
    let unread: Vec<&Touched> = received.into_iter().filter(|message| message.is_unread_in(view)).collect();
    subtract(conn, view, count(&unread), count(&gone))?;
    let latest = view.own.latest.as_ref().and_then(|latest| latest.id);
    if gone.iter().any(|message| Some(MessageId(message.id)) == latest) {
        let newest = newest(conn, view)?;
        set_latest(conn, view, newest.as_ref())?;
    }
    Ok(())
}

/// The newest message that shows in a view now.
fn newest(conn: &mut AnyConnection, view: &View<'_>) -> QueryResult<Option<ViewedMessage>> {
    let query = MessageQuery {
        conversation: view.conversation.id,
        user: view.user,
        after: view.own.cleared_seq,
        before: i64::MAX,
        order: Order::Newest,
        offset: 0,
        limit: 1,
    };
    Ok(viewed(conn, query)?.pop())
}

/// Without a message the time stays, so that the conversation keeps its place in the list.
fn set_latest(conn: &mut AnyConnection, view: &View<'_>, message: Option<&ViewedMessage>) -> QueryResult<()> {
    let s = prefix(view.side);
    let brief = message.map(|message| message.body.brief());
    let mut statement = Statement::new(format!("UPDATE conversations SET {s}_latest_message_id = "));
    statement.opt_int(message.map(|message| message.id.0));
    statement.sql(format!(", {s}_latest_message_brief = ")).opt_text(brief.as_deref());
    if let Some(message) = message {
        statement.sql(format!(", {s}_latest_message_time = ")).int(message.sent_at.0);
    }
    statement.sql(" WHERE id = ").int(view.conversation.id.0);
    statement.execute(conn).map(drop)
}
