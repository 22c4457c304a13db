//! Process numbers.

use std::collections::BTreeSet;

use sixin_application::ports::StoreError;
use sixin_application::sending::ports::ProcessLeases;

use crate::tests::harness::TestDatabase;
use crate::tests::on_every_database;

on_every_database!(
    every_process_gets_a_number_of_its_own_until_all_are_taken,
    a_lease_is_renewed_by_its_holder_only,
    a_released_or_ended_number_is_given_again_above_its_high_water_mark,
    a_high_water_mark_never_falls_although_the_clock_steps_back,
    a_number_that_a_clock_ahead_has_given_away_is_free,
);

fn every_process_gets_a_number_of_its_own_until_all_are_taken(db: &TestDatabase) {
    let acquire = |n: i32| db.wait(db.database.acquire(&format!("process {n}"), 60_000));
    let numbers: BTreeSet<i64> = (0..32).map(|n| acquire(n).unwrap().number).collect();
    assert_eq!(numbers, (0..32).collect());
    assert!(matches!(acquire(32), Err(StoreError::Unavailable(_))));
}

fn a_lease_is_renewed_by_its_holder_only(db: &TestDatabase) {
    let lease = db.wait(db.database.acquire("ours", 1000)).unwrap();
    assert_eq!(lease.ids_end.since(lease.granted_at), 1000);
    let renewed = db.wait(db.database.renew(&lease, lease.granted_at, 60_000)).unwrap().unwrap();
    assert!(renewed.ids_end > lease.ids_end);
    let stranger = sixin_application::sending::ports::Lease { token: "theirs".into(), ..lease };
    assert_eq!(db.wait(db.database.renew(&stranger, stranger.granted_at, 60_000)).unwrap(), None);
}

fn a_released_or_ended_number_is_given_again_above_its_high_water_mark(db: &TestDatabase) {
    let leases: Vec<_> =
        (0..32).map(|n| db.wait(db.database.acquire(&format!("{n}"), 60_000)).unwrap()).collect();
    db.wait(db.database.release(&leases[7])).unwrap();
    let again = db.wait(db.database.acquire("again", 60_000)).unwrap();
    assert_eq!((again.number, again.not_before), (leases[7].number, leases[7].ids_end));
    db.execute("UPDATE process_leases SET ends_at = 1 WHERE number = 3");
    let ended = db.wait(db.database.acquire("next", 60_000)).unwrap();
    assert_eq!((ended.number, ended.not_before), (3, leases[3].ids_end));
}

/// What a clock that was an hour ahead has left behind.
const AHEAD_MS: i64 = 3_600_000;

fn a_high_water_mark_never_falls_although_the_clock_steps_back(db: &TestDatabase) {
    let lease = db.wait(db.database.acquire("ours", 15_000)).unwrap();
    db.execute(&format!(
        "UPDATE process_leases SET high_water = high_water + {AHEAD_MS} WHERE token = 'ours'"
    ));
    let mark = lease.ids_end.plus(AHEAD_MS);
    // Of what is ours up to the mark, nothing was used yet.
    let renewed = db.wait(db.database.renew(&lease, lease.granted_at, 15_000)).unwrap().unwrap();
    assert_eq!(renewed.ids_end, mark);
    // All of it was: there is room again.
    let renewed = db.wait(db.database.renew(&lease, mark, 15_000)).unwrap().unwrap();
    assert_eq!(renewed.ids_end, mark.plus(15_000));
    db.wait(db.database.release(&renewed)).unwrap();
    db.execute(&format!(
        "UPDATE process_leases SET high_water = {0} WHERE number <> {1}",
        i64::MAX / 2,
        lease.number
    ));
    let next = db.wait(db.database.acquire("next", 15_000)).unwrap();
    assert_eq!((next.number, next.not_before), (lease.number, renewed.ids_end));
    assert_eq!(next.ids_end, next.not_before.plus(15_000), "there is room for the next one's ids too");
}

fn a_number_that_a_clock_ahead_has_given_away_is_free(db: &TestDatabase) {
    let leases: Vec<_> =
        (0..32).map(|n| db.wait(db.database.acquire(&format!("{n}"), 15_000)).unwrap()).collect();
    db.execute(&format!("UPDATE process_leases SET ends_at = ends_at + {AHEAD_MS} WHERE number = 5"));
    let taken = db.wait(db.database.acquire("now", 15_000)).unwrap();
    assert_eq!((taken.number, taken.not_before), (5, leases[5].ids_end));
    assert_eq!(db.wait(db.database.renew(&leases[5], leases[5].granted_at, 15_000)).unwrap(), None);
}
