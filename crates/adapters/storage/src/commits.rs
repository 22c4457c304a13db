//! The one place where a commit is heard.
//!
//! Every change that a user can see runs through [`Database::commit`] with its events. While it holds its locks it takes a
//! number; after COMMIT events are handed over in the order of these numbers. Two transactions that touch the same
//! conversation wait for each other's locks, so for each conversation that is the order of their commits.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use diesel::QueryResult;
use sixin_application::delivery::ports::CommitListener;
use sixin_domain::event::Event;

use crate::connection::connector::{AnyConnection, TransactionError};
use crate::database::Database;

/// What a transaction has changed so far, to be told after its COMMIT.
pub(crate) type Events = Vec<Event>;

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
    ended: BTreeMap<u64, Events>,
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
        Ticket { commits: self, number, events: Events::new() }
    }

    /// The transaction with that number has ended, with these events or without.
    fn end(&self, number: u64, events: Events) {
        let mut order = self.order();
        order.ended.insert(number, events);
        // Told under the lock: whoever ends next waits, which keeps the order.
        loop {
            let open = order.open;
            let Some(events) = order.ended.remove(&open) else { return };
            order.open += 1;
            if let (Some(listener), false) = (self.listener.get(), events.is_empty()) {
                listener.committed(&events);
            }
        }
    }
}

/// The place of a transaction in the order. Dropped, whatever came of it, it lets later ones pass.
struct Ticket<'a> {
    commits: &'a Commits,
    number: u64,
    events: Events,
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        self.commits.end(self.number, std::mem::take(&mut self.events));
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
        let (mut ticket, mut events) = (None, Events::new());
        let committed = conn.write(|conn| {
            let value = work(conn, &mut events)?;
            if !events.is_empty() {
                ticket = Some(self.commits().ticket());
            }
            Ok(value)
        });
        if let (Ok(_), Some(ticket)) = (&committed, &mut ticket) {
            ticket.events = events;
        }
        committed
    }

    /// Tells what was committed earlier and only now is known to be.
    pub(crate) fn committed_before(&self, events: Events) {
        if !events.is_empty() {
            self.commits().ticket().events = events;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sixin_domain::id::UserId;

    #[derive(Default)]
    struct Heard(Mutex<Vec<i64>>);

    impl CommitListener for Heard {
        fn committed(&self, events: &[Event]) {
            let users = events.iter().map(|event| match event {
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

    fn changed(user: i64) -> Events {
        vec![Event::ProfileChanged(UserId(user))]
    }

    #[test]
    fn events_are_told_in_the_order_of_numbers_whoever_is_back_first() {
        let order = heard(|commits| {
            let (mut first, mut second) = (commits.ticket(), commits.ticket());
            second.events = changed(2);
            drop(second);
            assert!(commits.order().ended.len() == 1, "it waits for the first");
            first.events = changed(1);
        });
        assert_eq!(order, [1, 2]);
    }

    #[test]
    fn what_was_rolled_back_is_not_told_and_holds_nobody_up() {
        let order = heard(|commits| {
            let (rolled_back, mut second) = (commits.ticket(), commits.ticket());
            second.events = changed(2);
            drop(second);
            drop(rolled_back);
            commits.ticket().events = changed(3);
            assert!(commits.order().ended.is_empty());
        });
        assert_eq!(order, [2, 3]);
    }
}
