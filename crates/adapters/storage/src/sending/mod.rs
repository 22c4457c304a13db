//! Storing messages: what is written, and in which transaction (docs/design.md#transaction).
//!
//! [`transaction`] is the recipe: what may be used once, one upsert of the conversations, one look at them, the
//! messages, the keys of their repeats. Around it stand retrying, bisecting and settling, so that each unit gets the answer that is true of it.

mod conversations;
mod deduplication;
pub(crate) mod delivery_json;
mod fold;
mod idempotency;
pub(crate) mod keys;
pub(crate) mod messages;
pub(crate) mod nonces;
mod settle;
mod uploads;

use std::time::{Duration, Instant};

use diesel::QueryResult;
use diesel::result::Error;
use sixin_application::ports::StoreError;
use sixin_application::sending::ports::{AppendError, MessageStore, SendUnit, Stored};
use sixin_domain::log::Position;
use sixin_domain::message::Placed;

use self::deduplication::{Decision, Deduplication};
use crate::commits::Events;
use crate::connection::connector::{AnyConnection, TransactionError};
use crate::database::Database;
use crate::error::{is_conflict, is_lost, is_not_now, is_taken, store_error};
use crate::messages::growing;

type Answer = Result<Stored, AppendError>;

/// How long a batch that loses against other transactions, or whose outcome is unknown, is tried again.
const PATIENCE: Duration = Duration::from_secs(8);
/// How often a batch is stored again whose COMMIT failed; a disk that is full fails every time.
const SETTLEMENTS: usize = 3;
/// How often a batch is tried that met a nonce, an upload or a key that another process took in between, or that lost
/// its connection before COMMIT.
const TRIES: usize = 3;
/// The pause before a lost batch is tried again; doubles up to thirty-two times that.
const FIRST_PAUSE: Duration = Duration::from_millis(2);

impl MessageStore for Database {
    fn append(&self, units: Vec<SendUnit>) -> Vec<Answer> {
        let units: Vec<&SendUnit> = units.iter().collect();
        self.store(&units, RetryBudget { deadline: Instant::now() + PATIENCE, settlements: SETTLEMENTS })
    }
}

/// How long and how often a batch is tried again.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RetryBudget {
    /// Until when.
    pub(crate) deadline: Instant,
    /// How often an unknown outcome may still be settled by storing again what is not there.
    pub(crate) settlements: usize,
}

/// How an attempt at a batch failed as a whole.
enum Failure {
    /// Nothing of it was committed.
    Nothing(StoreError, Blame),
    /// It may have been committed.
    Unknown(Error),
}

/// Whose fault a failure is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Blame {
    /// One of the units can't be stored; which, is found by halves.
    AUnit,
    /// The database can't store anything now.
    TheDatabase,
}

impl Database {
    /// Stores a batch; if that fails because of a unit, its halves.
    pub(crate) fn store(&self, units: &[&SendUnit], budget: RetryBudget) -> Vec<Answer> {
        let (error, blame) = match self.attempt(units, budget.deadline) {
            Ok(answers) => return answers,
            Err(Failure::Unknown(error)) => return self.settle(units, error, budget),
            Err(Failure::Nothing(error, blame)) => (error, blame),
        };
        if blame == Blame::AUnit && units.len() > 1 {
            tracing::warn!(%error, units = units.len(), "a batch can't be stored, trying its halves");
            metrics::counter!("sixin_batches_halved_total").increment(1);
            let (one, other) = units.split_at(units.len() / 2);
            let mut answers = self.store(one, budget);
            answers.extend(self.store(other, budget));
            return answers;
        }
        // Those who answer log it, with the request it belongs to.
        let error = error.repeated();
        units.iter().map(|_| Err(error().into())).collect()
    }

    /// One transaction over the batch, run again as long as it only loses against others.
    fn attempt(&self, units: &[&SendUnit], deadline: Instant) -> Result<Vec<Answer>, Failure> {
        let mut pause = FIRST_PAUSE;
        let mut tries = 0;
        loop {
            let mut conn = self.writer().map_err(|error| Failure::Nothing(error, Blame::TheDatabase))?;
            let write = self.last_write().begin();
            let error =
                match self.commit(&mut conn, |conn, events| transaction(conn, units, self.now(), events)) {
                    Ok(answers) => {
                        self.last_write().end(write, None);
                        return Ok(answers);
                    }
                    Err(TransactionError::Commit(error)) if !is_conflict(&error) => {
                        self.last_write().end(write, Some(&error));
                        return Err(Failure::Unknown(error));
                    }
                    Err(TransactionError::Commit(error) | TransactionError::RolledBack(error)) => error,
                };
            drop(conn);
            self.last_write().end(write, Some(&error));
            // Taken: another process used the same nonce, upload or key between our look and our write, which the next look
            // sees. If it does not, a unit brings a value that can't be stored.
            let is_taken = is_taken(&error) || matches!(error, Error::NotFound);
            tries += usize::from(!is_conflict(&error));
            let again = is_conflict(&error) || ((is_taken || is_lost(&error)) && tries < TRIES);
            if !again || Instant::now() >= deadline {
                let blame = if is_not_now(&error) { Blame::TheDatabase } else { Blame::AUnit };
                return Err(Failure::Nothing(store_error(error), blame));
            }
            metrics::counter!("sixin_batches_retried_total").increment(1);
            std::thread::sleep(pause);
            pause = (pause * 2).min(FIRST_PAUSE * 32);
        }
    }
}

/// The transaction. Units that are stopped, or that repeat others, are answered and not written; an error undoes
/// everything.
pub(crate) fn transaction(
    conn: &mut AnyConnection,
    units: &[&SendUnit],
    now: Position,
    events: &mut Events,
) -> QueryResult<Vec<Answer>> {
    let mut deduplication = Deduplication::of(conn, units)?;
    let decisions = deduplication.decide(units)?;
    let with = |wanted: fn(&Decision) -> bool| {
        units.iter().zip(&decisions).filter(move |(_, decision)| wanted(decision)).map(|(unit, _)| *unit)
    };
    let passed: Vec<&SendUnit> = with(|decision| matches!(decision, Decision::Write)).collect();
    let kept: Vec<&SendUnit> =
        passed.iter().filter(|unit| unit.envelope.effects.is_persisted).copied().collect();
    let deltas = fold::fold(&kept);
    conversations::upsert(conn, &deltas)?;
    let mut places = conversations::places(conn, &deltas)?;
    let placed = passed
        .iter()
        .map(|unit| messages::place(unit, &mut places))
        .collect::<Option<Vec<_>>>()
        .ok_or(Error::NotFound)?;
    uploads::bind(conn, &passed, &placed)?;
    let count = placed.iter().map(Vec::len).sum();
    if count > 0 {
        // The last lock: from here on there are only inserts.
        let first = events.place_messages(conn, now, count)?;
        messages::insert(conn, &passed, &placed, first)?;
        growing::begin(conn, &passed, &placed)?;
    }
    keys::remember(conn, &passed, &placed, &deduplication.known)?;
    for (unit, placed) in passed.iter().zip(&placed) {
        for (message, placed) in unit.messages.iter().zip(placed) {
            events.stored(&unit.envelope, message, *placed);
        }
    }
    nonces::use_up(conn, with(Decision::is_accepted))?;
    Ok(answers(decisions, placed))
}

/// The answer to each unit; `placed` holds the places of those that were written, in order.
fn answers(decisions: Vec<Decision>, placed: Vec<Vec<Placed>>) -> Vec<Answer> {
    let mut placed = placed.into_iter();
    let mut answers: Vec<Answer> = Vec::with_capacity(decisions.len());
    for decision in decisions {
        let answer = match decision {
            Decision::Write => Ok(Stored::new(placed.next().unwrap_or_default())),
            Decision::Stop(error) => Err(error),
            Decision::Repeat(placed) => Ok(Stored::replayed(placed)),
            // The first one stands before its duplicate and was written.
            Decision::Duplicate(first) => match answers.get(first) {
                Some(Ok(stored)) => Ok(Stored::replayed(stored.placed.clone())),
                _ => Err(StoreError::Fault("a repeat lost its first one".into()).into()),
            },
        };
        answers.push(answer);
    }
    answers
}
