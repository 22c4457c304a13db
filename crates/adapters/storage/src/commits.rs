//! The one place where a commit is heard.
//!
//! Every change that a user can see runs through [`Database::commit`] with its events. While it holds its locks it takes a
//! number; after COMMIT events are handed over in the order of these numbers. Every transaction with events moves the head of the log as
//! its last lock, so that is the order of their commits, and that of their positions.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use diesel::QueryResult;
use sixin_application::delivery::ports::CommitListener;
use sixin_domain::event::Event;
use sixin_domain::log::{Commit, Position, Span};
use sixin_domain::message::delivered::DeliveredMessage;
use sixin_domain::message::{Envelope, NewMessage, Placed};

use crate::connection::connector::{AnyConnection, TransactionError};
use crate::database::Database;
use crate::log::{changes, head};

/// What a transaction has changed so far, to be told after its COMMIT.
#[derive(Default)]
pub(crate) struct Events {
    list: Vec<Event>,
    /// The places they have in the log already.
    span: Option<Span>,
    /// Messages among them that somebody is to be shown at once.
    messages: Vec<Arc<DeliveredMessage>>,
    /// Who hears of them.
    listener: Option<Arc<dyn CommitListener>>,
}

impl Events {
    /// Adds a message that was stored.
    pub(crate) fn stored(&mut self, envelope: &Envelope, message: &NewMessage, placed: Placed) {
        self.list.push(stored(envelope, placed));
        let awaits = |user| self.listener.as_ref().is_some_and(|listener| listener.awaits(user));
        if awaits(placed.recipient) || (envelope.effects.sender_visible && awaits(envelope.sender)) {
            self.messages.extend(DeliveredMessage::stored(envelope, message, &placed).map(Arc::new));
        }
    }

    /// Adds one.
    pub(crate) fn push(&mut self, event: Event) {
        self.list.push(event);
    }

    /// Adds several.
    pub(crate) fn extend(&mut self, events: impl IntoIterator<Item = Event>) {
        self.list.extend(events);
    }

    /// Takes places for messages, whose rows say where they stand, so they are no rows of the log's own. The first of the places
    /// is answered. All events of the transaction are to be these messages; and what follows in it only inserts.
    pub(crate) fn place_messages(
        &mut self,
        conn: &mut AnyConnection,
        now: Position,
        messages: usize,
    ) -> QueryResult<Position> {
        let count = i64::try_from(messages).unwrap_or(i64::MAX);
        let span = head::take(conn, now, count)?;
        self.span = Some(span);
        Ok(span.last.plus(1 - count))
    }

    /// Gives those a place in the log that have none.
    fn place(&mut self, conn: &mut AnyConnection, now: Position) -> QueryResult<()> {
        if self.list.is_empty() || self.span.is_some() {
            return Ok(());
        }
        let span = head::take(conn, now, i64::try_from(self.list.len()).unwrap_or(i64::MAX))?;
        self.span = Some(span);
        changes::insert(conn, span, &self.list)
    }
}

/// What others hear of a message that was stored.
pub(crate) fn stored(envelope: &Envelope, placed: Placed) -> Event {
    let sender_visible = envelope.effects.sender_visible;
    Event::MessageStored { sender: envelope.sender, placed, sender_visible }
}

/// Hands events over in order.
#[derive(Default)]
pub(crate) struct Commits {
    listener: OnceLock<Arc<dyn CommitListener>>,
    order: Mutex<Order>,
}

#[derive(Default)]
struct Order {
    /// The number of the next transaction.
    next: u64,
    /// The first number whose transaction has not ended.
    open: u64,
    /// Later ones that have ended already.
    ended: BTreeMap<u64, Option<Commit>>,
}

impl Commits {
    fn order(&self) -> MutexGuard<'_, Order> {
        self.order.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A number for a transaction that holds its locks and is about to commit.
    fn ticket(&self) -> Ticket<'_> {
        let mut order = self.order();
        let number = order.next;
        order.next += 1;
        Ticket { commits: self, number, commit: None }
    }

    /// The transaction with that number has ended, committed or not.
    fn end(&self, number: u64, commit: Option<Commit>) {
        let mut order = self.order();
        order.ended.insert(number, commit);
        // Told under the lock: whoever ends next waits, which keeps the order.
        loop {
            let open = order.open;
            let Some(commit) = order.ended.remove(&open) else { return };
            order.open += 1;
            if let (Some(listener), Some(commit)) = (self.listener.get(), commit) {
                listener.committed(&commit);
            }
        }
    }
}

/// The place of a transaction in the order. Dropped, whatever came of it, it lets later ones pass.
struct Ticket<'a> {
    commits: &'a Commits,
    number: u64,
    commit: Option<Commit>,
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        self.commits.end(self.number, self.commit.take());
    }
}

impl Database {
    /// Has a listener hear every commit from now on. There is one; a second is not taken.
    pub fn hear(&self, listener: Arc<dyn CommitListener>) {
        if self.commits().listener.set(listener).is_err() {
            tracing::error!("a second listener for commits was not taken");
        }
    }

    /// Runs a change and tells its events once it is committed. Every change that a user can see goes through here.
    pub(crate) fn commit<T>(
        &self,
        conn: &mut AnyConnection,
        work: impl FnOnce(&mut AnyConnection, &mut Events) -> QueryResult<T>,
    ) -> Result<T, TransactionError> {
        let listener = self.commits().listener.get().cloned();
        let (mut ticket, mut events) = (None, Events { listener, ..Events::default() });
        let committed = conn.write(|conn| {
            let value = work(conn, &mut events)?;
            events.place(conn, self.now())?;
            // The head of the log is locked: numbers are in the order of positions.
            if events.span.is_some() {
                ticket = Some(self.commits().ticket());
            }
            Ok(value)
        });
        if let (Ok(_), Some(ticket)) = (&committed, &mut ticket) {
            let Events { span, list: events, messages, .. } = events;
            ticket.commit = Some(Commit { span, events, messages });
        }
        committed
    }

    /// Tells what was committed earlier and only now is known to be.
    pub(crate) fn committed_before(&self, events: Vec<Event>) {
        if !events.is_empty() {
            self.commits().ticket().commit = Some(Commit { span: None, events, messages: Vec::new() });
        }
    }

    /// The earliest place in the log that an event may have now.
    pub(crate) fn now(&self) -> Position {
        Position::at((self.options().clock)())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sixin_domain::id::UserId;

    #[derive(Default)]
    struct Heard(Mutex<Vec<i64>>);

    impl CommitListener for Heard {
        fn committed(&self, commit: &Commit) {
            let users = commit.events.iter().map(|event| match event {
                Event::ProfileChanged(user) => user.0,
                other => panic!("{other:?}"),
            });
            self.0.lock().unwrap().extend(users);
        }
    }

    fn heard(end: impl FnOnce(&Commits)) -> Vec<i64> {
        let (heard, commits) = (Arc::new(Heard::default()), Commits::default());
        commits.listener.set(heard.clone()).ok().unwrap();
        end(&commits);
        heard.0.lock().unwrap().clone()
    }

    fn changed(user: i64) -> Option<Commit> {
        Some(Commit { span: None, events: vec![Event::ProfileChanged(UserId(user))], messages: Vec::new() })
    }

    #[test]
    fn events_are_told_in_the_order_of_numbers_whoever_is_back_first() {
        let order = heard(|commits| {
            let (mut first, mut second) = (commits.ticket(), commits.ticket());
            second.commit = changed(2);
            drop(second);
            assert!(commits.order().ended.len() == 1, "it waits for the first");
            first.commit = changed(1);
        });
        assert_eq!(order, [1, 2]);
    }

    #[test]
    fn what_was_rolled_back_is_not_told_and_holds_nobody_up() {
        let order = heard(|commits| {
            let (rolled_back, mut second) = (commits.ticket(), commits.ticket());
            second.commit = changed(2);
            drop(second);
            drop(rolled_back);
            commits.ticket().commit = changed(3);
            assert!(commits.order().ended.is_empty());
        });
        assert_eq!(order, [2, 3]);
    }
}
