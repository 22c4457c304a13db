//! Those who are connected to this process, and how they are woken.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use sixin_domain::id::{AccountId, UserId};
use tokio::sync::Notify;

use super::ports::DeliveredMessage;

/// So many signals wait for one connection; of more the oldest go.
const MOST_SIGNALS: usize = 64;

/// What is live only: it has no position, and who is not connected never hears of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signal {
    /// Somebody is writing to the user.
    Typing {
        /// Who.
        from: UserId,
    },
    /// A status message.
    Status(Arc<DeliveredMessage>),
    /// Somebody whom the user watches came or went.
    Presence {
        /// Who.
        user: UserId,
        /// Whether it is there now.
        is_online: bool,
    },
}

/// How one connection is woken, and why.
#[derive(Debug, Default)]
pub(crate) struct Waker {
    pub(crate) news: Notify,
    must_check: AtomicBool,
    is_replaced: AtomicBool,
    signals: Mutex<VecDeque<Signal>>,
}

impl Waker {
    /// Whether what it was let in by has to be looked at again; asked once.
    pub(crate) fn must_check(&self) -> bool {
        self.must_check.swap(false, Ordering::AcqRel)
    }

    /// Whether newer connections of the user took its place.
    pub(crate) fn is_replaced(&self) -> bool {
        self.is_replaced.load(Ordering::Acquire)
    }

    /// The signals that came since the last time.
    pub(crate) fn take_signals(&self) -> Vec<Signal> {
        self.signals.lock().unwrap_or_else(PoisonError::into_inner).drain(..).collect()
    }

    fn signal(&self, signal: Signal) {
        let mut signals = self.signals.lock().unwrap_or_else(PoisonError::into_inner);
        if signals.len() == MOST_SIGNALS {
            signals.pop_front();
        }
        signals.push_back(signal);
        drop(signals);
        self.news.notify_one();
    }
}

struct Listener {
    number: u64,
    account: AccountId,
    waker: Arc<Waker>,
    /// Whose coming and going it wants to hear of.
    watches: Box<[UserId]>,
}

/// That a connection watches somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Watch {
    owner: UserId,
    number: u64,
    /// Whom.
    pub(crate) user: UserId,
}

/// The connections of this process by user.
#[derive(Default)]
pub(crate) struct Listeners {
    by_user: HashMap<UserId, Vec<Listener>>,
    /// Those who watch somebody: owner and number of each connection.
    watchers: HashMap<UserId, Vec<(UserId, u64)>>,
    /// Those who have begun to watch somebody and do not know yet how that is.
    untold: Vec<Watch>,
    next: u64,
    count: usize,
}

impl Listeners {
    /// Adds a connection of a user; of more than `most` of them the oldest are told to go.
    pub(crate) fn add(&mut self, user: UserId, account: AccountId, most: usize) -> (u64, Arc<Waker>) {
        let (number, waker) = (self.next, Arc::new(Waker::default()));
        self.next += 1;
        self.count += 1;
        let own = self.by_user.entry(user).or_default();
        own.push(Listener { number, account, waker: Arc::clone(&waker), watches: Box::default() });
        let beyond = own.len().saturating_sub(most);
        for replaced in own.iter().take(beyond) {
            replaced.waker.is_replaced.store(true, Ordering::Release);
            replaced.waker.news.notify_one();
        }
        (number, waker)
    }

    /// Takes one away.
    pub(crate) fn remove(&mut self, user: UserId, number: u64) {
        self.watch(user, number, Vec::new());
        let Some(own) = self.by_user.get_mut(&user) else { return };
        let before = own.len();
        own.retain(|listener| listener.number != number);
        self.count -= before - own.len();
        if own.is_empty() {
            self.by_user.remove(&user);
        }
    }

    /// Has a connection hear of the coming and going of these, and of nobody else.
    pub(crate) fn watch(&mut self, owner: UserId, number: u64, users: Vec<UserId>) {
        let own = self.by_user.get_mut(&owner).into_iter().flatten();
        let Some(listener) = own.into_iter().find(|listener| listener.number == number) else { return };
        let before = std::mem::replace(&mut listener.watches, users.clone().into_boxed_slice());
        let fresh = users.iter().filter(|user| !before.contains(user));
        self.untold.extend(fresh.map(|user| Watch { owner, number, user: *user }));
        for user in before {
            if let Some(watchers) = self.watchers.get_mut(&user) {
                watchers.retain(|watcher| *watcher != (owner, number));
                if watchers.is_empty() {
                    self.watchers.remove(&user);
                }
            }
        }
        for user in users {
            self.watchers.entry(user).or_default().push((owner, number));
        }
    }

    /// Whom somebody watches, and who has begun to since this was asked.
    pub(crate) fn watched(&mut self) -> (Vec<UserId>, Vec<Watch>) {
        (self.watchers.keys().copied().collect(), std::mem::take(&mut self.untold))
    }

    /// They do not know it yet after all.
    pub(crate) fn not_told(&mut self, watches: Vec<Watch>) {
        self.untold.extend(watches);
    }

    /// Tells one that has begun to watch a user whether that is online.
    pub(crate) fn tell_first(&self, Watch { owner, number, user }: Watch, is_online: bool) {
        let own = self.by_user.get(&owner).into_iter().flatten();
        for listener in own.filter(|listener| listener.number == number && listener.watches.contains(&user)) {
            listener.waker.signal(Signal::Presence { user, is_online });
        }
    }

    /// Tells those who watch a user whether it is online.
    pub(crate) fn tell_presence(&self, user: UserId, is_online: bool) {
        for (owner, number) in self.watchers.get(&user).into_iter().flatten() {
            let own = self.by_user.get(owner).into_iter().flatten();
            for listener in own.filter(|listener| listener.number == *number) {
                listener.waker.signal(Signal::Presence { user, is_online });
            }
        }
    }

    /// The users that are connected.
    pub(crate) fn users(&self) -> HashSet<UserId> {
        self.by_user.keys().copied().collect()
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// Whether a user has any.
    pub(crate) fn has(&self, user: UserId) -> bool {
        self.by_user.contains_key(&user)
    }

    /// Wakes those of a user.
    pub(crate) fn wake(&self, user: UserId) {
        for listener in self.by_user.get(&user).into_iter().flatten() {
            listener.waker.news.notify_one();
        }
    }

    /// Wakes all.
    pub(crate) fn wake_all(&self) {
        self.by_user.values().flatten().for_each(|listener| listener.waker.news.notify_one());
    }

    /// Has those of a user, or where none is named of an account, look whether they are still let in.
    pub(crate) fn check(&self, user: Option<UserId>, account: Option<AccountId>) {
        let check = |listener: &Listener| {
            listener.waker.must_check.store(true, Ordering::Release);
            listener.waker.news.notify_one();
        };
        match (user, account) {
            (Some(user), _) => self.by_user.get(&user).into_iter().flatten().for_each(check),
            (None, Some(account)) => {
                let all = self.by_user.values().flatten();
                all.filter(|listener| listener.account == account).for_each(check);
            }
            (None, None) => {}
        }
    }

    /// Sends a signal to those of a user.
    pub(crate) fn signal(&self, user: UserId, signal: &Signal) {
        for listener in self.by_user.get(&user).into_iter().flatten() {
            listener.waker.signal(signal.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCOUNT: AccountId = AccountId(9);

    #[test]
    fn the_oldest_of_too_many_connections_of_a_user_is_told_to_go() {
        let mut listeners = Listeners::default();
        let wakers: Vec<_> = (0..4).map(|_| listeners.add(UserId(1), ACCOUNT, 2)).collect();
        let replaced: Vec<_> = wakers.iter().map(|(_, waker)| waker.is_replaced()).collect();
        assert_eq!(replaced, [true, true, false, false]);
        for (number, _) in &wakers {
            listeners.remove(UserId(1), *number);
        }
        assert!(listeners.count() == 0 && !listeners.has(UserId(1)));
    }

    #[test]
    fn an_account_without_a_named_user_means_all_its_users() {
        let mut listeners = Listeners::default();
        let (_, one) = listeners.add(UserId(1), ACCOUNT, 9);
        let (_, other) = listeners.add(UserId(2), AccountId(8), 9);
        listeners.check(None, Some(ACCOUNT));
        assert!(one.must_check() && !one.must_check() && !other.must_check());
        listeners.check(Some(UserId(2)), None);
        assert!(other.must_check() && !one.must_check());
    }

    #[test]
    fn of_too_many_signals_the_oldest_go() {
        let mut listeners = Listeners::default();
        let (_, waker) = listeners.add(UserId(1), ACCOUNT, 9);
        for from in 0..100 {
            listeners.signal(UserId(1), &Signal::Typing { from: UserId(from) });
        }
        let signals = waker.take_signals();
        assert_eq!(signals.len(), MOST_SIGNALS);
        assert_eq!(signals.last(), Some(&Signal::Typing { from: UserId(99) }));
        assert!(waker.take_signals().is_empty());
    }
}
