//! Who wakes devices, and how far that is.

use sixin_application::push::waking::DEVICES;
use sixin_application::webhooks::ports::{EndpointWork, Held, Progress};
use sixin_domain::log::Position;
use sixin_domain::webhook::health::Health;

use crate::push::DeviceWork;
use crate::tests::harness::TestDatabase;
use crate::tests::on_every_database;

on_every_database!(one_process_wakes_devices_and_another_goes_on_where_it_was);

const MINUTE: i64 = 60_000;

fn one_process_wakes_devices_and_another_goes_on_where_it_was(db: &TestDatabase) {
    let work = DeviceWork(db.database.clone());
    let hold = |token: &str| db.wait(work.hold(token, MINUTE)).unwrap().endpoints;
    let keep = |token: &str, position| {
        let held = Held { endpoint: DEVICES, token: token.to_owned(), replays: 0 };
        let progress = Progress { cursor: Position(position), health: Health::default() };
        db.wait(work.keep(&held, progress)).unwrap()
    };
    let first = hold("one");
    assert_eq!((first.len(), first[0].id, first[0].cursor), (1, DEVICES, Position(0)));
    assert!(first[0].is_of_pushes());
    assert!(hold("other").is_empty() && keep("one", 5) && !keep("other", 9));
    let before = db.database.statements().writes;
    assert_eq!(hold("one").len(), 1);
    assert_eq!(db.database.statements().writes, before, "what holds still is not written again");
    db.execute("UPDATE push_progress SET leased_until = 1");
    assert_eq!(hold("other")[0].cursor, Position(5));
    assert!(!keep("one", 7) && hold("one").is_empty());
    db.wait(work.let_go("other")).unwrap();
    assert_eq!(hold("one")[0].cursor, Position(5));
}
