//! What the processes of a site tell each other through Redis: that something was committed, what is live only, and how much
//! each user has sent (docs/design.md#delivery). Nothing is kept there that is not elsewhere: without Redis, or with one that
//! has forgotten everything, all of it comes later or is counted by each process for itself.

mod address;
mod outbox;
mod rates;
mod running;
#[cfg(any(test, feature = "testing"))]
#[expect(clippy::expect_used, reason = "for tests")]
pub mod testing;
mod wire;

pub use address::{AddressError, RedisAddress};
pub use running::RedisWork;

use std::sync::{Arc, PoisonError, RwLock};

use redis::aio::MultiplexedConnection;
use sixin_application::delivery::Signal;
use sixin_application::delivery::neighbours::{Hint, Neighbours};
use sixin_application::delivery::ports::CommitListener;
use sixin_domain::id::UserId;
use sixin_domain::log::Commit;
use tokio::sync::Notify;

use crate::outbox::Outbox;

/// Which process this is, of which site.
#[derive(Debug, Clone)]
pub struct Place {
    /// Known to all processes of the site, and of no other one.
    pub site: String,
    /// Known to no other process.
    pub process: String,
}

impl Place {
    fn channel(&self, of: &str) -> String {
        format!("sixin:{}:{of}", self.site)
    }

    /// Where commits are told.
    fn log_channel(&self) -> String {
        self.channel("log")
    }

    /// Where is told what is live only.
    fn signal_channel(&self) -> String {
        self.channel("signals")
    }
}

/// The other processes of the site, reached through Redis while [`RedisWork::run`] runs.
#[derive(Clone)]
pub struct Redis(Arc<Shared>);

struct Shared {
    address: RedisAddress,
    place: Place,
    /// While there is one.
    connection: RwLock<Option<MultiplexedConnection>>,
    /// What waits to be told.
    outbox: Outbox,
    /// Somebody has met a connection that does not work.
    is_lost: Notify,
    rates: rates::Slowness,
}

impl Redis {
    /// Does nothing yet.
    #[must_use]
    pub fn new(address: RedisAddress, place: Place) -> (Self, RedisWork) {
        let shared = Arc::new(Shared {
            address,
            place,
            connection: RwLock::default(),
            outbox: Outbox::default(),
            is_lost: Notify::new(),
            rates: rates::Slowness::default(),
        });
        (Self(Arc::clone(&shared)), RedisWork(shared))
    }
}

impl Shared {
    fn connection(&self) -> Option<MultiplexedConnection> {
        self.connection.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set_connection(&self, connection: Option<MultiplexedConnection>) {
        *self.connection.write().unwrap_or_else(PoisonError::into_inner) = connection;
    }
}

impl CommitListener for Redis {
    fn committed(&self, commit: &Commit) {
        if self.are_reached() {
            self.0.outbox.hint(Hint::of(commit));
        }
    }
}

impl Neighbours for Redis {
    fn are_reached(&self) -> bool {
        self.0.connection.read().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    fn signal(&self, users: &[UserId], signal: &Signal) {
        if self.are_reached()
            && let Some(text) = wire::signal_text(&self.0.place.process, users, signal)
        {
            self.0.outbox.signal(text);
        }
    }
}

#[cfg(test)]
mod tests;
