//! Process numbers.

use std::collections::BTreeSet;

use sixin_application::ports::{ProcessLeases, StoreError};

use super::harness::TestDatabase;
use super::on_every_database;

on_every_database!(
    every_process_gets_a_number_of_its_own_until_all_are_taken,
    a_lease_is_renewed_by_its_holder_only,
    a_released_or_ended_number_is_given_again_above_its_high_water_mark,
);

fn every_process_gets_a_number_of_its_own_until_all_are_taken(db: &TestDatabase) {
    let acquire = |n: i32| db.wait(db.database.acquire(&format!("process {n}"), 60_000));
    let numbers: BTreeSet<i64> = (0..32).map(|n| acquire(n).unwrap().number).collect();
    assert_eq!(numbers, (0..32).collect());
    assert!(matches!(acquire(32), Err(StoreError::Unavailable(_))));
}

fn a_lease_is_renewed_by_its_holder_only(db: &TestDatabase) {
    let lease = db.wait(db.database.acquire("ours", 1000)).unwrap();
    assert_eq!(lease.ends_at.since(lease.granted_at), 1000);
    let renewed = db.wait(db.database.renew(&lease, 60_000)).unwrap().unwrap();
    assert!(renewed.ends_at > lease.ends_at);
    let stranger = sixin_application::ports::Lease { token: "theirs".into(), ..lease };
    assert_eq!(db.wait(db.database.renew(&stranger, 60_000)).unwrap(), None);
}

fn a_released_or_ended_number_is_given_again_above_its_high_water_mark(db: &TestDatabase) {
    let leases: Vec<_> =
        (0..32).map(|n| db.wait(db.database.acquire(&format!("{n}"), 60_000)).unwrap()).collect();
    db.wait(db.database.release(&leases[7])).unwrap();
    let again = db.wait(db.database.acquire("again", 60_000)).unwrap();
    assert_eq!((again.number, again.not_before), (leases[7].number, leases[7].ends_at));
    db.execute("UPDATE process_leases SET ends_at = 1 WHERE number = 3");
    let ended = db.wait(db.database.acquire("next", 60_000)).unwrap();
    assert_eq!((ended.number, ended.not_before), (3, leases[3].ends_at));
}
