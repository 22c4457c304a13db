//! What one client may take of the server below HTTP: connections, time, and bytes that wait for it.

mod guarded;
mod plain_answer;

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub(crate) use guarded::Guarded;
pub(crate) use plain_answer::plain_answer;

use sixin_domain::network::Network;

/// How many connections there may be, and how much may wait for a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionLimits {
    /// Connections in all; below what the process may open, since databases and files need some too.
    pub in_all: usize,
    /// Connections of one address; trusted proxies have no such limit.
    pub per_address: usize,
    /// Bytes of answers that may wait for one address to be read.
    pub waiting_bytes: usize,
}

impl Default for ConnectionLimits {
    fn default() -> Self {
        Self { in_all: 8192, per_address: 1024, waiting_bytes: 64 * 1024 * 1024 }
    }
}

/// The connections there are.
#[derive(Debug)]
pub(crate) struct Connections {
    limits: ConnectionLimits,
    trusted: Vec<Network>,
    open: AtomicUsize,
    clients: Mutex<HashMap<IpAddr, Share>>,
}

/// What one address has.
#[derive(Debug, Default)]
struct Share {
    connections: usize,
    waiting_bytes: usize,
}

impl Connections {
    pub(crate) fn new(limits: ConnectionLimits, trusted: Vec<Network>) -> Self {
        Self { limits, trusted, open: AtomicUsize::new(0), clients: Mutex::default() }
    }

    /// A place for a connection from that address, or `None` if there are too many.
    pub(crate) fn admit(self: &Arc<Self>, peer: IpAddr) -> Option<Connection> {
        let is_proxy = self.trusted.iter().any(|network| network.has(peer.to_canonical()));
        let peer = counted(peer);
        if self.open.fetch_add(1, Ordering::Relaxed) >= self.limits.in_all {
            self.open.fetch_sub(1, Ordering::Relaxed);
            return None;
        }
        let mut clients = self.clients();
        let share = clients.entry(peer).or_default();
        if share.connections >= self.limits.per_address && !is_proxy {
            drop(clients);
            self.open.fetch_sub(1, Ordering::Relaxed);
            return None;
        }
        share.connections += 1;
        drop(clients);
        Some(Connection::of(Arc::clone(self), peer))
    }

    /// How many there are.
    #[cfg(test)]
    fn open(&self) -> usize {
        self.open.load(Ordering::Relaxed)
    }

    /// Whether so many bytes more may wait for an address; if so, they do.
    fn reserve(&self, address: IpAddr, bytes: usize) -> bool {
        let mut clients = self.clients();
        let share = clients.entry(address).or_default();
        // A single answer always may, whatever its size.
        let fits = share.waiting_bytes == 0 || share.waiting_bytes + bytes <= self.limits.waiting_bytes;
        if fits {
            share.waiting_bytes += bytes;
        }
        fits
    }

    fn change(&self, address: IpAddr, change: impl FnOnce(&mut Share)) {
        let mut clients = self.clients();
        let Some(share) = clients.get_mut(&address) else { return };
        change(share);
        if share.connections == 0 && share.waiting_bytes == 0 {
            clients.remove(&address);
        }
    }

    fn clients(&self) -> MutexGuard<'_, HashMap<IpAddr, Share>> {
        self.clients.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whose share a connection is of: in IPv6 a client has a whole /64.
fn counted(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6((address.to_bits() & !u128::from(u64::MAX)).into()),
        address @ IpAddr::V4(_) => address,
    }
}

/// One connection, as the stream below HTTP and the requests above it share it.
#[derive(Debug)]
pub(crate) struct Connection {
    all: Arc<Connections>,
    peer: IpAddr,
    /// Requests whose head has arrived and whose answer is not made to its end.
    under_way: AtomicUsize,
    /// Answers of ours that were begun.
    answers: AtomicU64,
    /// For whom bytes wait to be read, and how many.
    waiting: Mutex<Vec<(IpAddr, usize)>>,
    is_over: AtomicBool,
}

impl Connection {
    fn of(all: Arc<Connections>, peer: IpAddr) -> Self {
        Self {
            all,
            peer,
            under_way: AtomicUsize::new(0),
            answers: AtomicU64::new(0),
            waiting: Mutex::default(),
            is_over: AtomicBool::new(false),
        }
    }

    /// The head of a request has arrived.
    pub(crate) fn begin(self: &Arc<Self>) -> UnderWay {
        self.under_way.fetch_add(1, Ordering::AcqRel);
        UnderWay(Arc::clone(self))
    }

    /// An answer for a client at that address is about to be written. `false`: too much waits for it already.
    pub(crate) fn answer(&self, address: IpAddr, bytes: usize) -> bool {
        self.answers.fetch_add(1, Ordering::AcqRel);
        let address = counted(address);
        if !self.all.reserve(address, bytes) {
            return false;
        }
        // A proxy may send requests of several clients over one connection.
        self.waiting().push((address, bytes));
        true
    }

    fn is_answering(&self) -> bool {
        self.under_way.load(Ordering::Acquire) > 0
    }

    fn answers(&self) -> u64 {
        self.answers.load(Ordering::Acquire)
    }

    /// Nothing waits any more.
    fn is_read(&self) {
        let read = std::mem::take(&mut *self.waiting());
        for (address, bytes) in read {
            self.all.change(address, |share| share.waiting_bytes = share.waiting_bytes.saturating_sub(bytes));
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<(IpAddr, usize)>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives the place back, once.
    fn leave(&self) {
        self.is_read();
        if !self.is_over.swap(true, Ordering::AcqRel) {
            self.all.open.fetch_sub(1, Ordering::Relaxed);
            self.all.change(self.peer, |share| share.connections = share.connections.saturating_sub(1));
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.leave();
    }
}

/// A request that is under way, until it is dropped.
#[derive(Debug)]
pub(crate) struct UnderWay(Arc<Connection>);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.under_way.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connections(in_all: usize, per_address: usize) -> Arc<Connections> {
        let limits = ConnectionLimits { in_all, per_address, waiting_bytes: 100 };
        let proxies = ["10.0.0.0/8", "2001:db8:9::7"].map(|network| network.parse().unwrap());
        Arc::new(Connections::new(limits, proxies.to_vec()))
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn an_address_has_so_many_connections_and_gets_them_back() {
        let all = connections(10, 2);
        let first = all.admit(ip("192.0.2.1"));
        let second = all.admit(ip("192.0.2.1"));
        assert!(first.is_some() && second.is_some() && all.admit(ip("192.0.2.1")).is_none());
        assert!(all.admit(ip("192.0.2.2")).is_some());
        drop(first);
        assert!(all.admit(ip("192.0.2.1")).is_some());
        drop(second);
        assert_eq!((all.open(), all.clients().len()), (0, 0));
    }

    #[test]
    fn neighbours_in_ipv6_share_and_proxies_have_no_limit_of_their_own() {
        let all = connections(10, 1);
        let _one = all.admit(ip("2001:db8::1"));
        assert!(all.admit(ip("2001:db8::2")).is_none());
        assert!(all.admit(ip("2001:db8:0:1::2")).is_some());
        for proxy in ["10.0.0.1", "2001:db8:9::7"] {
            let held: Vec<_> = (0..5).map(|_| all.admit(ip(proxy))).collect();
            assert!(held.iter().all(Option::is_some), "{proxy}");
        }
    }

    #[test]
    fn there_are_no_more_connections_than_in_all() {
        let all = connections(3, 3);
        let held: Vec<_> = (1..=4).map(|number| all.admit(ip(&format!("192.0.2.{number}")))).collect();
        assert_eq!(held.iter().filter(|place| place.is_some()).count(), 3);
    }

    #[test]
    fn so_many_bytes_wait_for_an_address_over_all_its_connections() {
        let all = connections(10, 10);
        let client = ip("192.0.2.1");
        let (one, other) = (all.admit(client).unwrap(), all.admit(client).unwrap());
        assert!(one.answer(client, 500), "one answer always may");
        assert!(!other.answer(client, 1));
        assert!(other.answer(ip("192.0.2.2"), 1), "those behind a proxy are told apart");
        one.is_read();
        assert!(other.answer(client, 90));
        assert!(
            one.answer(ip("192.0.2.3"), 60) && one.answer(ip("192.0.2.4"), 60),
            "over one connection too"
        );
        one.is_read();
        assert!(one.answer(ip("192.0.2.3"), 100) && one.answer(ip("192.0.2.4"), 100));
        drop(other);
        assert!(one.answer(client, 90));
    }
}
