//! Ids made under a lease on a process number (design, chapter 2, word `id`).

use std::sync::{Mutex, MutexGuard, PoisonError};

use sixin_domain::id::IdSequence;
use sixin_domain::time::Millis;

use crate::ports::{Lease, ProcessLeases, StoreResult};

/// How long a lease lasts. It is renewed each third of that.
pub const LEASE_MS: i64 = 15_000;

/// Makes ids as long as this process holds a process number.
#[derive(Debug, Default)]
pub struct LeasedIds {
    held: Mutex<Option<Held>>,
}

#[derive(Debug)]
struct Held {
    lease: Lease,
    sequence: IdSequence,
    /// The database's clock minus ours, when the lease was given.
    offset_ms: i64,
}

impl LeasedIds {
    /// Makes ids under `lease`, which was answered when our clock said `now`.
    pub fn hold(&self, lease: Lease, now: Millis) {
        let offset_ms = lease.granted_at.since(now);
        let mut held = self.held();
        let sequence = match held.take() {
            Some(old) if old.lease.number == lease.number && old.lease.token == lease.token => old.sequence,
            _ => IdSequence::new(lease.number, lease.not_before),
        };
        *held = Some(Held { lease, sequence, offset_ms });
    }

    /// `count` new ids, or `None` if this process holds no valid lease.
    #[must_use]
    pub fn take(&self, now: Millis, count: usize) -> Option<Vec<i64>> {
        let mut held = self.held();
        let held = held.as_mut()?;
        let end = held.lease.ends_at;
        held.sequence.take(now.plus(held.offset_ms), end, count)
    }

    /// The lease as it stands.
    #[must_use]
    pub fn lease(&self) -> Option<Lease> {
        self.held().as_ref().map(|held| held.lease.clone())
    }

    /// Takes a first lease, renews the one held, or takes another if that was lost. `now` is asked after the answer.
    ///
    /// # Errors
    /// If the store could not; the ids of the lease held go on until it ends.
    pub async fn refresh(
        &self,
        leases: &dyn ProcessLeases,
        token: &str,
        now: impl Fn() -> Millis,
    ) -> StoreResult<()> {
        if let Some(lease) = self.lease()
            && let Some(renewed) = leases.renew(&lease, LEASE_MS).await?
        {
            self.hold(renewed, now());
            return Ok(());
        }
        let lease = leases.acquire(token, LEASE_MS).await?;
        self.hold(lease, now());
        Ok(())
    }

    fn held(&self) -> MutexGuard<'_, Option<Held>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::MockProcessLeases;
    use sixin_domain::id::ID_EPOCH;

    fn lease(number: i64, granted: i64, not_before: i64) -> Lease {
        Lease {
            number,
            token: "t".into(),
            granted_at: ID_EPOCH.plus(granted),
            ends_at: ID_EPOCH.plus(granted + LEASE_MS),
            not_before: ID_EPOCH.plus(not_before),
        }
    }

    #[test]
    fn without_a_lease_there_are_no_ids() {
        assert_eq!(LeasedIds::default().take(ID_EPOCH, 1), None);
    }

    #[test]
    fn a_stale_lease_makes_no_ids() {
        let ids = LeasedIds::default();
        ids.hold(lease(1, 1000, 0), ID_EPOCH.plus(1000));
        assert!(ids.take(ID_EPOCH.plus(1000 + LEASE_MS - 1), 1).is_some());
        assert_eq!(ids.take(ID_EPOCH.plus(1000 + LEASE_MS), 1), None);
    }

    #[test]
    fn ids_are_made_on_the_clock_of_the_database() {
        let ids = LeasedIds::default();
        ids.hold(lease(0, 50_000, 0), ID_EPOCH);
        assert_eq!(ids.take(ID_EPOCH, 1), Some(vec![50_000 << 12]));
    }

    #[test]
    fn ids_begin_after_the_high_water_mark_of_the_earlier_holder() {
        let ids = LeasedIds::default();
        ids.hold(lease(0, 1000, 9000), ID_EPOCH.plus(1000));
        assert_eq!(ids.take(ID_EPOCH.plus(1000), 1), Some(vec![9000 << 12]));
    }

    #[test]
    fn a_renewed_lease_goes_on_counting() {
        let ids = LeasedIds::default();
        ids.hold(lease(0, 0, 0), ID_EPOCH);
        let first = ids.take(ID_EPOCH, 1);
        ids.hold(lease(0, 0, 0), ID_EPOCH);
        assert_ne!(ids.take(ID_EPOCH, 1), first);
    }

    #[tokio::test]
    async fn a_lost_lease_is_replaced_by_a_new_one() {
        let mut leases = MockProcessLeases::new();
        leases.expect_renew().once().returning(|_, _| Ok(None));
        leases.expect_acquire().once().returning(|_, _| Ok(lease(7, 0, 0)));
        let ids = LeasedIds::default();
        ids.hold(lease(1, 0, 0), ID_EPOCH);
        ids.refresh(&leases, "t", || ID_EPOCH).await.unwrap();
        assert_eq!(ids.lease().map(|lease| lease.number), Some(7));
    }
}
