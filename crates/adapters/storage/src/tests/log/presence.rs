//! Who is connected counts as long as the lease of the process does.

use sixin_application::delivery::ports::PresenceStore;
use sixin_application::sending::ports::ProcessLeases;
use sixin_domain::id::UserId;

use crate::tests::harness::{NOW, TestDatabase};
use crate::tests::on_every_database;

on_every_database!(who_is_connected_to_a_process_is_online_as_long_as_its_lease_holds);

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
