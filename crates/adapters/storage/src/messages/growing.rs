//! Messages that grow: table `growing_messages`, which has a row for each until it is whole.

use async_trait::async_trait;
use diesel::prelude::*;
use sixin_application::messages::ports::GrowingMessages;
use sixin_application::ports::StoreResult;
use sixin_application::sending::ports::SendUnit;
use sixin_domain::conversation::Conversation;
use sixin_domain::event::Event;
use sixin_domain::id::MessageId;
use sixin_domain::message::Placed;
use sixin_domain::message::body::Body;
use sixin_domain::message::growing::{Growing, Grown, GrowthRefusal, Piece, begins};
use sixin_domain::message::object_name::{ObjectName, STREAM};
use sixin_domain::time::Millis;

use crate::connection::connector::AnyConnection;
use crate::conversations::messages::message;
use crate::database::Database;
use crate::messages::changes::{changed, locked, say};
use crate::schema::growing_messages as growing;
use crate::sql::composed::{ComposedSql, chunks};

#[async_trait]
impl GrowingMessages for Database {
    async fn so_far(&self, id: MessageId) -> StoreResult<Option<Growing>> {
        self.read(move |conn| found(conn, id)).await
    }

    async fn add(
        &self,
        id: MessageId,
        piece: &Piece,
        at: Millis,
        most_bytes: usize,
    ) -> StoreResult<Result<bool, GrowthRefusal>> {
        let piece = piece.clone();
        self.change(move |conn, events| {
            // Whoever adds to a message waits here, so that no piece comes twice.
            let Some((conversation, _)) = locked(conn, id, at)? else {
                return Ok(Err(GrowthRefusal::Recalled));
            };
            let Some(growing) = found(conn, id)? else { return Ok(Err(GrowthRefusal::Over)) };
            Ok(match growing.add(piece.clone(), at, most_bytes) {
                Err(refusal) => Err(refusal),
                Ok(Grown::Known) => Ok(false),
                Ok(Grown::Kept(kept)) => {
                    keep(conn, id, &kept)?;
                    Ok(true)
                }
                Ok(Grown::Told(told)) => {
                    events.push(tell(conn, &conversation, id, &told)?);
                    Ok(false)
                }
            })
        })
        .await
    }

    async fn due(&self, now: Millis, patience_ms: i64, limit: i64) -> StoreResult<Vec<MessageId>> {
        let silent_since = now.plus(-patience_ms);
        self.read(move |conn| {
            // Two looks, since each has an index of its own.
            let mut due: Vec<i64> = growing::table
                .filter(growing::tell_at.le(now.0))
                .order(growing::tell_at)
                .limit(limit)
                .select(growing::message_id)
                .load(conn)?;
            let silent = growing::table.filter(growing::grown_at.le(silent_since.0));
            due.extend(
                silent.order(growing::grown_at).limit(limit).select(growing::message_id).load::<i64>(conn)?,
            );
            due.sort_unstable();
            due.dedup();
            Ok(due.into_iter().map(MessageId).collect())
        })
        .await
    }

    async fn settle(&self, id: MessageId, now: Millis, patience_ms: i64) -> StoreResult<()> {
        self.change(move |conn, events| {
            let Some((conversation, _)) = locked(conn, id, now)? else { return forget(conn, id) };
            if let Some(told) = found(conn, id)?.and_then(|growing| growing.settled(now, patience_ms)) {
                events.push(tell(conn, &conversation, id, &told)?);
            }
            Ok(())
        })
        .await
    }

    async fn waits(&self) -> StoreResult<bool> {
        self.read(|conn| {
            let waiting = growing::table.filter(growing::tell_at.is_not_null()).select(growing::message_id);
            Ok(waiting.first::<i64>(conn).optional()?.is_some())
        })
        .await
    }
}

/// Rows for the messages of a batch that are going to grow. It only inserts.
pub(crate) fn begin(
    conn: &mut AnyConnection,
    units: &[&SendUnit],
    placed: &[Vec<Placed>],
) -> QueryResult<()> {
    let mut rows = Vec::new();
    for (unit, placed) in units.iter().zip(placed) {
        if !unit.envelope.effects.is_persisted {
            continue;
        }
        for (message, placed) in unit.messages.iter().zip(placed) {
            let body = message.own.as_deref().map_or(&unit.envelope.body, |own| &own.body);
            if let Body::Typed { object_name, content, .. } = body
                && let Some(seq) = begins(object_name, content)
            {
                rows.push((placed.id, seq, placed.sent_at));
            }
        }
    }
    for chunk in chunks(&rows) {
        let mut statement = ComposedSql::new(
            "INSERT INTO growing_messages (message_id, seq, untold, grown_at, told_at) VALUES ",
        );
        statement.rows(chunk, |statement, (id, seq, at)| {
            statement.int(id.0).comma().int(*seq).comma().opt_text(Some("")).comma();
            statement.int(at.0).comma().int(at.0);
        });
        statement.execute(conn)?;
    }
    Ok(())
}

/// What has become of a message; `None` if there is none of that type.
fn found(conn: &mut AnyConnection, id: MessageId) -> QueryResult<Option<Growing>> {
    let Some(found) = message(conn, id.0)? else { return Ok(None) };
    let Body::Typed { object_name, content, .. } = found.body else { return Ok(None) };
    if object_name.as_str() != STREAM {
        return Ok(None);
    }
    let row: Option<(i64, String, i64, i64)> = growing::table
        .find(id.0)
        .select((growing::seq, growing::untold, growing::grown_at, growing::told_at))
        .first(conn)
        .optional()?;
    Ok(Some(match row {
        None => Growing::ended(content, found.sent_at),
        Some((seq, untold, grown_at, told_at)) => {
            let (grown_at, told_at) = (Millis(grown_at), Millis(told_at));
            Growing { content, seq, untold, grown_at, told_at, is_over: false }
        }
    }))
}

fn keep(conn: &mut AnyConnection, id: MessageId, kept: &Growing) -> QueryResult<()> {
    let tell_at = (!kept.untold.is_empty()).then(|| kept.tell_at().0);
    let mut statement = ComposedSql::new("UPDATE growing_messages SET seq = ");
    statement.int(kept.seq).sql(", untold = ").opt_text(Some(&kept.untold));
    statement.sql(", grown_at = ").int(kept.grown_at.0).sql(", told_at = ").int(kept.told_at.0);
    statement.sql(", tell_at = ").opt_int(tell_at).sql(" WHERE message_id = ").int(id.0);
    statement.execute(conn).map(drop)
}

/// Has both sides read what there is; what they hear of it.
fn tell(
    conn: &mut AnyConnection,
    conversation: &Conversation,
    id: MessageId,
    told: &Growing,
) -> QueryResult<Event> {
    let text = Some(told.text()).filter(|text| !text.is_empty());
    let body = Body::Typed { object_name: ObjectName::stream(), content: told.content.clone(), text };
    say(conn, conversation, id, &body)?;
    if told.is_over {
        forget(conn, id)?;
    } else {
        keep(conn, id, told)?;
    }
    Ok(Event::MessageGrown { message: changed(conversation, id), is_over: told.is_over })
}

fn forget(conn: &mut AnyConnection, id: MessageId) -> QueryResult<()> {
    diesel::delete(growing::table.find(id.0)).execute(conn).map(drop)
}
