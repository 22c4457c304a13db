//! An unknown outcome is settled, not reported (docs/design.md#unknown-outcome): look for the messages by their ids;
//! those that are there were committed, the others are stored now.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use diesel::prelude::*;
use diesel::result::Error;
use sixin_application::ports::{StoreError, StoreResult};
use sixin_application::sending::ports::{AppendError, SendUnit, Stored};
use sixin_domain::id::{ConversationId, MessageId, UserId};
use sixin_domain::message::Placed;
use sixin_domain::time::Millis;

use super::{Answer, RetryBudget};
use crate::commits::stored;
use crate::connection::connector::AnyConnection;
use crate::database::Database;
use crate::error::{is_lost, store_error};
use crate::schema::{conversation_messages, transient_messages};

/// The pause before looking or storing again.
const PAUSE: Duration = Duration::from_millis(50);

impl Database {
    /// Finds out what became of a batch whose COMMIT was not answered or failed, and stores what is not there.
    pub(crate) fn settle(&self, units: &[&SendUnit], cause: Error, budget: RetryBudget) -> Vec<Answer> {
        tracing::warn!(error = %cause, units = units.len(), "the outcome of a batch is unknown, settling it");
        metrics::counter!("sixin_batches_settled_total").increment(1);
        let Some(found) = self.look(units, budget.deadline) else {
            return units.iter().map(|_| Err(AppendError::Unknown)).collect();
        };
        self.tell_found(units, &found);
        let missing: Vec<&SendUnit> =
            units.iter().zip(&found).filter(|(_, found)| found.is_none()).map(|(unit, _)| *unit).collect();
        let stored = self.store_missing(&missing, &cause, budget);
        let mut stored = self.look_behind(&missing, stored, &cause, budget.deadline).into_iter();
        let mut answer = |found: Option<Vec<Placed>>| match found {
            Some(placed) => Ok(Stored::new(placed)),
            None => stored.next().unwrap_or_else(|| Err(unavailable("a unit went unanswered"))),
        };
        found.into_iter().map(&mut answer).collect()
    }

    /// Tells of units that were committed without our knowing.
    fn tell_found(&self, units: &[&SendUnit], found: &[Option<Vec<Placed>>]) {
        let known = units.iter().zip(found).filter_map(|(unit, found)| Some((unit, found.as_ref()?)));
        let told = known.flat_map(|(unit, found)| found.iter().map(|placed| stored(&unit.envelope, *placed)));
        self.committed_before(told.collect());
    }

    /// Looks until the database answers; `None` if it does not in time.
    fn look(&self, units: &[&SendUnit], deadline: Instant) -> Option<Vec<Option<Vec<Placed>>>> {
        loop {
            match self.committed(units) {
                Ok(found) => return Some(found),
                Err(error) if Instant::now() >= deadline => {
                    tracing::error!(%error, units = units.len(), "the outcome of a batch stays unknown");
                    return None;
                }
                Err(_) => std::thread::sleep(PAUSE),
            }
        }
    }

    /// What was looked for and not found was not committed, so it is stored now; not for ever, though.
    fn store_missing(&self, missing: &[&SendUnit], cause: &Error, budget: RetryBudget) -> Vec<Answer> {
        if missing.is_empty() {
            return Vec::new();
        }
        if budget.settlements == 0 || Instant::now() >= budget.deadline {
            return missing.iter().map(|_| Err(unavailable(&cause.to_string()))).collect();
        }
        std::thread::sleep(PAUSE);
        self.store(missing, RetryBudget { settlements: budget.settlements - 1, ..budget })
    }

    /// The first COMMIT may have been under way on the server while we looked. Units that then met what it stored (a
    /// row of the same id, their own nonce, upload or key) are looked for once more.
    fn look_behind(
        &self,
        units: &[&SendUnit],
        answers: Vec<Answer>,
        cause: &Error,
        deadline: Instant,
    ) -> Vec<Answer> {
        let met_something = |answer: &Answer| answer.as_ref().map_or(true, |stored| stored.replayed);
        if !answers.iter().any(met_something) {
            return answers;
        }
        let Some(found) = self.look(units, deadline) else {
            return answers.into_iter().map(|answer| answer.map_err(|_| AppendError::Unknown)).collect();
        };
        let late: Vec<Option<Vec<Placed>>> = answers
            .iter()
            .zip(&found)
            .map(|(answer, found)| found.clone().filter(|_| met_something(answer)))
            .collect();
        self.tell_found(units, &late);
        let own = |(answer, found): (Answer, Option<Vec<Placed>>)| match (answer, found) {
            (answer, Some(placed)) if met_something(&answer) => Ok(Stored::new(placed)),
            // What kept us from storing may be that COMMIT, still under way.
            (Err(AppendError::Store(StoreError::Unavailable(_))), None) if is_lost(cause) => {
                Err(AppendError::Unknown)
            }
            (answer, _) => answer,
        };
        answers.into_iter().zip(found).map(own).collect()
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

fn unavailable(text: &str) -> AppendError {
    StoreError::Unavailable(text.into()).into()
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
