//! What a side changes about its own view of its conversations.

use std::collections::BTreeMap;

use async_trait::async_trait;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable};
use sixin_application::conversations::ports::ConversationChanges;
use sixin_application::ports::StoreResult;
use sixin_domain::conversation::pair::Side;
use sixin_domain::conversation::{Conversation, Seat, View};
use sixin_domain::event::Event;
use sixin_domain::id::{ConversationId, MessageId, UserId};
use sixin_domain::time::Millis;

use crate::connection::connector::AnyConnection;
use crate::conversations::counters::{Touched, lock, newest, prefix, set_latest, subtract};
use crate::conversations::rows::conversations_of;
use crate::conversations::visible::{is_unread, shows};
use crate::database::Database;
use crate::schema::{conversation_messages as messages, conversations};
use crate::sql::composed::{ComposedSql, Spelling};

#[async_trait]
impl ConversationChanges for Database {
    async fn mark_read(&self, seat: Seat, at: Millis) -> StoreResult<()> {
        let s = prefix(seat.side);
        let changes = format!("{s}_read_seq = last_seq, {s}_unread = 0, {s}_status = 2");
        self.change(move |conn, events| {
            update(conn, seat.conversation, &changes, at)?;
            events.push(Event::ConversationRead { seat, read_seq: last_seq(conn, seat.conversation)? });
            Ok(())
        })
        .await
    }

    async fn mark_read_until(
        &self,
        id: ConversationId,
        reader: UserId,
        last: i64,
        at: Millis,
    ) -> StoreResult<()> {
        self.change(move |conn, events| {
            lock(conn, &[id.0], at)?;
            let found = conversations_of(conn, &[id.0])?.pop();
            match found.as_ref().map(|found| found.seen_by(reader)) {
                Some(Ok(view)) if last > view.own.read_seq => {
                    let read_seq = last.min(view.conversation.last_seq);
                    read_until(conn, &view, read_seq)?;
                    events.push(Event::ConversationRead { seat: view.seat(), read_seq });
                    Ok(())
                }
                _ => Ok(()),
            }
        })
        .await
    }

    async fn mark_messages_read(&self, reader: UserId, ids: &[MessageId], at: Millis) -> StoreResult<()> {
        let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
        self.change(move |conn, events| {
            for (conversation, touched) in touched(conn, reader, &ids, at)? {
                let Ok(view) = conversation.seen_by(reader) else { continue };
                let marked = mark_some(conn, &view, &touched, at)?;
                if !marked.is_empty() {
                    events.push(Event::MessagesRead(view.seat(), marked));
                }
            }
            Ok(())
        })
        .await
    }

    async fn toggle_pin(&self, seat: Seat, at: Millis) -> StoreResult<()> {
        let s = prefix(seat.side);
        let changes = format!("{s}_is_pin = NOT {s}_is_pin");
        self.change(move |conn, events| {
            update(conn, seat.conversation, &changes, at)?;
            let row = conversations::table.find(seat.conversation.0);
            let is_pinned = match seat.side {
                Side::A => row.select(conversations::a_is_pin).first(conn)?,
                Side::B => row.select(conversations::b_is_pin).first(conn)?,
            };
            events.push(Event::ConversationPinned { owner: seat.owner, other: seat.other, is_pinned });
            Ok(())
        })
        .await
    }

    async fn delete(&self, seat: Seat, at: Millis) -> StoreResult<()> {
        let s = prefix(seat.side);
        // How far the side has read stays, which is what the other side sees.
        let changes = format!(
            "{s}_cleared_seq = last_seq, {s}_unread = 0, {s}_status = 2, \
             {s}_message_count = 0, {s}_is_display = 0, \
             {s}_latest_message_id = NULL, {s}_latest_message_time = NULL, {s}_latest_hour = NULL, \
             {s}_latest_message_brief = NULL"
        );
        self.change(move |conn, events| {
            update(conn, seat.conversation, &changes, at)?;
            events.push(Event::ConversationDeleted { seat, cleared_seq: last_seq(conn, seat.conversation)? });
            Ok(())
        })
        .await
    }

    async fn clear(&self, id: ConversationId, owner: UserId, last: i64, at: Millis) -> StoreResult<()> {
        self.change(move |conn, events| {
            lock(conn, &[id.0], at)?;
            let found = conversations_of(conn, &[id.0])?.pop();
            match found.as_ref().map(|found| found.seen_by(owner)) {
                Some(Ok(view)) if last > view.own.cleared_seq => {
                    let last = last.min(view.conversation.last_seq);
                    clear(conn, &view, last)?;
                    events.push(Event::HistoryCleared(view.seat(), last));
                    Ok(())
                }
                _ => Ok(()),
            }
        })
        .await
    }

    async fn delete_messages(&self, owner: UserId, ids: &[MessageId], at: Millis) -> StoreResult<()> {
        let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
        self.change(move |conn, events| {
            for (conversation, touched) in touched(conn, owner, &ids, at)? {
                let Ok(view) = conversation.seen_by(owner) else { continue };
                let gone = delete_some(conn, &view, &touched, at)?;
                if !gone.is_empty() {
                    events.push(Event::MessagesDeleted(view.seat(), gone));
                }
            }
            Ok(())
        })
        .await
    }
}

/// Changes one conversation, in one statement.
fn update(conn: &mut AnyConnection, id: ConversationId, changes: &str, at: Millis) -> QueryResult<()> {
    let mut statement = ComposedSql::new(format!("UPDATE conversations SET {changes}, updated_at = "));
    statement.int(at.0).sql(" WHERE id = ").int(id.0);
    statement.execute(conn).map(drop)
}

/// How far a conversation has come; its row is locked already.
fn last_seq(conn: &mut AnyConnection, id: ConversationId) -> QueryResult<i64> {
    conversations::table
        .filter(conversations::id.eq(id.0))
        .select(conversations::last_seq)
        .first(conn)
        .optional()
        .map(Option::unwrap_or_default)
}

/// The messages with these ids that are the user's, by conversation, after the conversations have been locked. Ids of
/// others and ids nobody has are passed over (docs/wire/fresns.md#targets).
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
    lock(conn, &locked, at)?;
    let rows: Vec<Touched> = own().select(Touched::as_select()).load(conn)?;
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

/// Marks those of the messages that are new to the reader, and answers which.
fn mark_some(
    conn: &mut AnyConnection,
    view: &View<'_>,
    touched: &[Touched],
    at: Millis,
) -> QueryResult<Vec<MessageId>> {
    let marked: Vec<&Touched> =
        touched.iter().filter(|message| message.visibility().is_new_in(view)).collect();
    let ids: Vec<i64> = marked.iter().map(|message| message.id).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    diesel::update(messages::table.filter(messages::id.eq_any(&ids)))
        .set(messages::receive_read_at.eq(at.0))
        .execute(conn)?;
    let counted: Vec<&Touched> =
        marked.into_iter().filter(|message| message.visibility().is_unread_in(view)).collect();
    subtract(conn, view, count(&counted), 0)?;
    Ok(ids.into_iter().map(MessageId).collect())
}

/// Deletes those of the messages that show in a view, and answers which.
fn delete_some(
    conn: &mut AnyConnection,
    view: &View<'_>,
    touched: &[Touched],
    at: Millis,
) -> QueryResult<Vec<MessageId>> {
    let belonging: Vec<&Touched> =
        touched.iter().filter(|message| message.visibility().belongs_in(view)).collect();
    if belonging.is_empty() {
        return Ok(Vec::new());
    }
    let is_sent = |message: &&&Touched| message.send_user_id == view.user.0;
    let (sent, received): (Vec<&Touched>, Vec<&Touched>) = belonging.iter().partition(is_sent);
    let ids = |messages: &[&Touched]| -> Vec<i64> { messages.iter().map(|message| message.id).collect() };
    diesel::update(messages::table.filter(messages::id.eq_any(ids(&sent))))
        .set(messages::send_deleted_at.eq(at.0))
        .execute(conn)?;
    diesel::update(messages::table.filter(messages::id.eq_any(ids(&received))))
        .set(messages::receive_deleted_at.eq(at.0))
        .execute(conn)?;
    // Of a recalled one only the notice was left, which no counter holds.
    let gone: Vec<&Touched> = belonging.into_iter().filter(|message| message.is_enable).collect();
    let unread: Vec<&Touched> =
        received.into_iter().filter(|message| message.visibility().is_unread_in(view)).collect();
    subtract(conn, view, count(&unread), count(&gone))?;
    let latest = view.own.latest.as_ref().and_then(|latest| latest.id);
    if gone.iter().any(|message| Some(MessageId(message.id)) == latest) {
        let newest = newest(conn, view, view.own.cleared_seq)?;
        set_latest(conn, view, newest.as_ref())?;
    }
    Ok(gone.iter().map(|message| MessageId(message.id)).collect())
}

#[derive(QueryableByName)]
struct Cleared {
    #[diesel(sql_type = BigInt)]
    shown: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    unread: Option<i64>,
}

fn clear(conn: &mut AnyConnection, view: &View<'_>, last: i64) -> QueryResult<()> {
    // Those that are left are counted if all are to go, so that this costs nothing then.
    let gone = if last >= view.conversation.last_seq {
        Cleared { shown: view.own.message_count, unread: Some(view.own.unread) }
    } else {
        counted(conn, view, last)?
    };
    subtract(conn, view, gone.unread.unwrap_or(0), gone.shown)?;
    let s = prefix(view.side);
    let mut statement = ComposedSql::new(format!("UPDATE conversations SET {s}_cleared_seq = "));
    statement.int(last).sql(" WHERE id = ").int(view.conversation.id.0);
    statement.execute(conn)?;
    let newest = newest(conn, view, last)?;
    set_latest(conn, view, newest.as_ref())
}

fn read_until(conn: &mut AnyConnection, view: &View<'_>, last: i64) -> QueryResult<()> {
    let is_all = last >= view.conversation.last_seq;
    let read = if is_all { Some(view.own.unread) } else { counted(conn, view, last)?.unread };
    subtract(conn, view, read.unwrap_or(0), 0)?;
    let s = prefix(view.side);
    let mut statement = ComposedSql::new(format!("UPDATE conversations SET {s}_read_seq = "));
    statement.int(last).sql(" WHERE id = ").int(view.conversation.id.0);
    statement.execute(conn).map(drop)
}

/// What a view shows from its watermark up to `last`.
fn counted(conn: &mut AnyConnection, view: &View<'_>, last: i64) -> QueryResult<Cleared> {
    let table = Spelling::of(conn).by_index("conversation_messages AS m", "conversation_messages_seq");
    let mut statement = ComposedSql::new("SELECT COUNT(*) AS shown, CAST(SUM(CASE WHEN ");
    is_unread(&mut statement, view.user, view.own.read_seq);
    statement
        .sql(format!(" THEN 1 ELSE 0 END) AS SIGNED) AS unread FROM {table} WHERE m.conversation_id = "));
    statement.int(view.conversation.id.0).sql(" AND m.seq > ").int(view.own.cleared_seq);
    statement.sql(" AND m.seq <= ").int(last).sql(" AND ");
    shows(&mut statement, view.user);
    let rows = statement.load(conn)?;
    Ok(rows.into_iter().next().unwrap_or(Cleared { shown: 0, unread: None }))
}
