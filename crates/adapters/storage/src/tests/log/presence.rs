//! Who is connected counts as long as the lease of the process does.

use sixin_application::delivery::ports::{PresenceStore, PresenceWatches};
use sixin_application::sending::ports::ProcessLeases;
use sixin_domain::id::UserId;

use crate::tests::harness::{NOW, TestDatabase};
use crate::tests::on_every_database;

on_every_database!(
    who_is_connected_to_a_process_is_online_as_long_as_its_lease_holds,
    watches_end_by_themselves_and_are_no_more_than_may_be,
);

fn watches_end_by_themselves_and_are_no_more_than_may_be(db: &TestDatabase) {
    let (ann, bob, cid, dan) = (UserId(1), UserId(2), UserId(3), UserId(4));
    let watch = |users: &[UserId], ends_at: i64, at: i64| {
        db.wait(db.database.watch(ann, users, NOW.plus(ends_at), 2, NOW.plus(at))).unwrap()
    };
    let watched = |at| {
        let watched = db.wait(db.database.watched(ann, NOW.plus(at))).unwrap();
        watched.iter().map(|one| (one.user, one.since.since(NOW), one.ends_at.since(NOW))).collect::<Vec<_>>()
    };
    assert!(watch(&[bob, cid], 100, 0));
    assert!(watch(&[cid], 200, 10), "those that are watched already take no place");
    assert!(!watch(&[dan], 300, 20));
    assert_eq!(watched(20), [(bob, 0, 100), (cid, 10, 200)]);
    assert_eq!(watched(100), [(cid, 10, 200)]);
    assert!(watch(&[dan], 300, 100), "the place of one that has ended is free");
    assert_eq!(watched(100), [(cid, 10, 200), (dan, 100, 300)]);
    db.wait(db.database.unwatch(ann, &[cid, bob])).unwrap();
    assert_eq!(watched(100), [(dan, 100, 300)]);
    assert!(watch(&[], 300, 100) && db.wait(db.database.watched(bob, NOW)).unwrap().is_empty());
}

fn who_is_connected_to_a_process_is_online_as_long_as_its_lease_holds(db: &TestDatabase) {
    let users = [1, 2, 3].map(UserId);
    let online = || {
        let mut online = db.wait(db.database.online(&users)).unwrap();
        online.sort_unstable();
        online
    };
    let note = |token: &str, came: &[UserId], left: &[UserId]| {
        db.wait(PresenceStore::note(&db.database, token, came, left, NOW)).unwrap();
    };
    let lease = |token: &str| db.wait(db.database.acquire(token, 60_000)).unwrap();
    let (one, _other) = (lease("one"), lease("other"));
    note("one", &users[..2], &[]);
    note("one", &users[..1], &[]);
    note("other", &users[1..2], &[]);
    note("of nobody", &users[2..], &[]);
    assert_eq!(online(), users[..2]);
    note("other", &[], &users[1..2]);
    assert_eq!(online(), users[..2], "still connected to one");
    // A process that died: its lease ends by itself, and nobody sweeps for that.
    db.execute("UPDATE process_leases SET ends_at = 1 WHERE token = 'one'");
    assert_eq!(online(), []);
    db.wait(db.database.sweep(NOW)).unwrap();
    assert_eq!(db.number("SELECT COUNT(*) AS number FROM live_presence"), 0);
    note("other", &users, &[]);
    db.wait(db.database.leave("other")).unwrap();
    assert_eq!(online(), []);
    drop(one);
}
