//! Ids made under a lease on a process number (docs/design.md#ids).

use std::sync::{Mutex, MutexGuard, PoisonError};

use sixin_domain::id::IdSequence;
use sixin_domain::time::Millis;

use crate::ports::StoreResult;
use crate::sending::ports::{Lease, ProcessLeases};

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
    /// The database's clock minus our steady one, when the lease was given.
    offset_ms: i64,
}

impl LeasedIds {
    /// Makes ids under `lease`, which was answered when our steady clock said `now`.
    pub fn hold(&self, lease: Lease, now: Millis) {
        let offset_ms = lease.granted_at.since(now);
        let mut held = self.held();
        let sequence = match held.take() {
            Some(old) if old.lease.number == lease.number && old.lease.token == lease.token => old.sequence,
            _ => IdSequence::new(lease.number, lease.not_before),
        };
        *held = Some(Held { lease, sequence, offset_ms });
    }

    /// `count` new ids at `now` of our steady clock, or `None` if this process holds no valid lease.
    #[must_use]
    pub fn take(&self, now: Millis, count: usize) -> Option<Vec<i64>> {
        let mut held = self.held();
        let held = held.as_mut()?;
        let end = held.lease.ids_end;
        held.sequence.take(now.plus(held.offset_ms), end, count)
    }

    /// Whether ids can be made at `now` of our steady clock.
    #[must_use]
    pub fn is_ready(&self, now: Millis) -> bool {
        let held = self.held();
        held.as_ref().is_some_and(|held| held.sequence.has_room(now.plus(held.offset_ms), held.lease.ids_end))
    }

    /// The lease as it stands.
    #[must_use]
    pub fn lease(&self) -> Option<Lease> {
        self.held().as_ref().map(|held| held.lease.clone())
    }

    /// Takes a first lease, renews the one held, or takes another if that was lost. `now` is our steady clock, asked after
    /// the answer.
    ///
    /// # Errors
    /// If the store could not; the ids of the lease held go on until it ends.
    pub async fn refresh(
        &self,
        leases: &dyn ProcessLeases,
        token: &str,
        now: impl Fn() -> Millis,
    ) -> StoreResult<()> {
        let held = self.held().as_ref().map(|held| (held.lease.clone(), held.sequence.used()));
        if let Some((lease, used)) = held
            && let Some(renewed) = leases.renew(&lease, used, LEASE_MS).await?
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
    use crate::sending::ports::MockProcessLeases;
    use sixin_domain::id::ID_EPOCH;

    fn lease(number: i64, granted: i64, not_before: i64) -> Lease {
        Lease {
            number,
            token: "t".into(),
            granted_at: ID_EPOCH.plus(granted),
            ids_end: ID_EPOCH.plus(granted.max(not_before) + LEASE_MS),
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
    async fn sends_go_on_with_new_ids_when_the_clock_of_the_database_steps_back() {
        let hour = 3_600_000;
        let ids = LeasedIds::default();
        ids.hold(lease(0, hour, 0), ID_EPOCH);
        let before = ids.take(ID_EPOCH.plus(10), 1).unwrap();
        let mut leases = MockProcessLeases::new();
        // An hour back; the number is ours up to what was used, and on from there.
        leases
            .expect_renew()
            .withf(move |_, used, _| used.since(ID_EPOCH) == hour + 11)
            .once()
            .returning(move |_, used, _| Ok(Some(Lease { ids_end: used.plus(LEASE_MS), ..lease(0, 20, 0) })));
        ids.refresh(&leases, "t", || ID_EPOCH.plus(20)).await.unwrap();
        assert!(ids.is_ready(ID_EPOCH.plus(21)));
        assert!(ids.take(ID_EPOCH.plus(21), 1).unwrap() > before);
    }

    #[tokio::test]
    async fn a_lost_lease_is_replaced_by_a_new_one() {
        let mut leases = MockProcessLeases::new();
        leases.expect_renew().once().returning(|_, _, _| Ok(None));
        leases.expect_acquire().once().returning(|_, _| Ok(lease(7, 0, 0)));
        let ids = LeasedIds::default();
        ids.hold(lease(1, 0, 0), ID_EPOCH);
        ids.refresh(&leases, "t", || ID_EPOCH).await.unwrap();
        assert_eq!(ids.lease().map(|lease| lease.number), Some(7));
    }
}
