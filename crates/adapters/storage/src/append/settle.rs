//! An unknown outcome is settled, not reported (design, chapter 3): look for the messages by their ids; those that are
//! there were committed, the others are stored now.

use std::collections::HashMap;
use std::time::Instant;

use diesel::prelude::*;
use diesel::result::Error;
use sixin_application::ports::{SendUnit, StoreError, StoreResult};
use sixin_domain::id::{ConversationId, MessageId, UserId};
use sixin_domain::message::Placed;
use sixin_domain::time::Millis;

use super::Answer;
use crate::connection::AnyConnection;
use crate::database::Database;
use crate::error::store_error;
use crate::schema::{conversation_messages, transient_messages};

impl Database {
    /// Finds out what became of a batch whose COMMIT was not answered, and stores what was not.
    pub(crate) fn settle(&self, units: &[&SendUnit], cause: Error, deadline: Instant) -> Vec<Answer> {
        tracing::warn!(error = %cause, units = units.len(), "the outcome of a batch is unknown, settling it");
        metrics::counter!("sixin_batches_settled_total").increment(1);
        let found = loop {
            match self.committed(units) {
                Ok(found) => break found,
                Err(error) if Instant::now() >= deadline => {
                    tracing::error!(%error, units = units.len(), "the outcome of a batch stays unknown");
                    let unknown = || StoreError::Unavailable("the outcome is unknown".into());
                    return units.iter().map(|_| Err(unknown().into())).collect();
                }
                Err(_) => std::thread::sleep(std::time::Duration::from_millis(50)),
            }
        };
        let missing: Vec<&SendUnit> =
            units.iter().zip(&found).filter(|(_, found)| found.is_none()).map(|(unit, _)| *unit).collect();
        let stored = if missing.is_empty() { Vec::new() } else { self.store(&missing, deadline) };
        let mut stored = stored.into_iter();
        found
            .into_iter()
            .map(|found| match found {
                Some(placed) => Ok(placed),
                None => stored
                    .next()
                    .unwrap_or_else(|| Err(StoreError::Fault("a unit went unanswered".into()).into())),
            })
            .collect()
    }

    /// For each unit where its messages are, or `None` if they are not in the store. A writing connection is asked:
    /// its transaction sees everything that was committed before.
    fn committed(&self, units: &[&SendUnit]) -> StoreResult<Vec<Option<Vec<Placed>>>> {
        let ids: Vec<i64> =
            units.iter().flat_map(|unit| &unit.messages).map(|message| message.id.0).collect();
        let mut conn = self.writer()?;
        let rows = conn.write(|conn| load(conn, &ids)).map_err(|error| store_error(error.into()))?;
        let find =
            |unit: &&SendUnit| unit.messages.iter().map(|message| rows.get(&message.id).copied()).collect();
        Ok(units.iter().map(find).collect())
    }
}

fn load(conn: &mut AnyConnection, ids: &[i64]) -> QueryResult<HashMap<MessageId, Placed>> {
    use conversation_messages as kept;
    use transient_messages as transient;

    let mut found = HashMap::new();
    for ids in ids.chunks(500) {
        let rows: Vec<(i64, i64, i64, i64, i64)> = kept::table
            .filter(kept::id.eq_any(ids))
            .select((kept::id, kept::receive_user_id, kept::conversation_id, kept::seq, kept::created_at))
            .load(conn)?;
        for (id, recipient, conversation, seq, sent_at) in rows {
            let place = Some((ConversationId(conversation), seq));
            add(&mut found, id, recipient, place, sent_at);
        }
        let rows: Vec<(i64, i64, i64)> = transient::table
            .filter(transient::id.eq_any(ids))
            .select((transient::id, transient::receive_user_id, transient::created_at))
            .load(conn)?;
        for (id, recipient, sent_at) in rows {
            add(&mut found, id, recipient, None, sent_at);
        }
    }
    Ok(found)
}

fn add(
    found: &mut HashMap<MessageId, Placed>,
    id: i64,
    recipient: i64,
    place: Option<(ConversationId, i64)>,
    sent_at: i64,
) {
    let placed = Placed { id: MessageId(id), recipient: UserId(recipient), place, sent_at: Millis(sent_at) };
    found.insert(placed.id, placed);
}
