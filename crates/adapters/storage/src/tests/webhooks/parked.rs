//! What could not be told, and what waits behind it.

use sixin_application::webhooks::ports::{
    EndpointAdmin, EndpointChange, EndpointWork, Held, ParkedEvent, Progress,
};
use sixin_domain::id::UserId;
use sixin_domain::log::Position;

use sixin_domain::webhook::health::Health;
use sixin_domain::webhook::lane::Lane;

use super::endpoints::{add, held};
use crate::tests::harness::{NOW, TestDatabase};
use crate::tests::on_every_database;

on_every_database!(
    the_first_of_each_lane_waits_for_its_time_and_the_others_behind_it,
    an_event_is_parked_once_and_with_the_cursor,
    what_is_dead_is_listed_revived_and_forgotten,
    a_replay_forgets_what_is_dead_after_it_and_nothing_else,
    what_is_behind_a_cursor_is_counted_up_to_a_limit,
);

const PROGRESS: Progress = Progress {
    cursor: Position(50),
    health: Health { failures: 0, failing_since: None, probes: 0, next_probe: None },
};

fn event(position: i64, user: i64) -> ParkedEvent {
    ParkedEvent {
        position: Position(position),
        lane: Lane { a: UserId(user), b: UserId(99) },
        tries: 1,
        next_at: NOW,
        first_failed_at: Some(NOW),
        last_failure: "it answered 500".into(),
        is_dead: false,
    }
}

fn park(db: &TestDatabase, held: &Held, events: &[ParkedEvent]) {
    assert!(db.wait(db.database.park(held, events, PROGRESS)).unwrap());
}

fn firsts(db: &TestDatabase, held: &Held) -> Vec<ParkedEvent> {
    db.wait(db.database.first_parked(held.endpoint, 100)).unwrap()
}

fn the_first_of_each_lane_waits_for_its_time_and_the_others_behind_it(db: &TestDatabase) {
    let ours = held(db, add(db), "one");
    park(db, &ours, &[event(10, 1), event(11, 2), event(12, 1), event(13, 1)]);
    assert_eq!(firsts(db, &ours), [event(10, 1), event(11, 2)]);
    let next = || db.wait(db.database.next_parked(ours.endpoint, event(0, 1).lane)).unwrap();
    assert_eq!(next(), Some(event(10, 1)));
    let again = ParkedEvent { tries: 2, next_at: NOW.plus(9), last_failure: "late".into(), ..event(10, 1) };
    assert!(db.wait(db.database.repark(&ours, &again)).unwrap());
    assert_eq!(next(), Some(again));
    assert!(db.wait(db.database.hurry(&ours, NOW.plus(3))).unwrap());
    assert_eq!(next().map(|event| event.next_at), Some(NOW.plus(3)));
    assert!(db.wait(db.database.unpark(&ours, Position(10))).unwrap());
    assert_eq!(next(), Some(event(12, 1)));
    let after = db.wait(db.database.parked_after(ours.endpoint, Position(11), 1)).unwrap();
    assert_eq!((after, db.wait(db.database.waiting(ours.endpoint)).unwrap()), (vec![Position(12)], 3));
    let stranger = Held { token: "other".into(), ..ours };
    assert!(!db.wait(db.database.unpark(&stranger, Position(12))).unwrap());
    assert!(!db.wait(db.database.park(&stranger, &[event(20, 1)], PROGRESS)).unwrap());
    assert_eq!(db.number("SELECT COUNT(*) AS number FROM webhook_parked"), 3);
}

fn an_event_is_parked_once_and_with_the_cursor(db: &TestDatabase) {
    let ours = held(db, add(db), "one");
    park(db, &ours, &[event(10, 1)]);
    park(db, &ours, &[ParkedEvent { tries: 7, ..event(10, 1) }, event(11, 2)]);
    assert_eq!(firsts(db, &ours), [event(10, 1), event(11, 2)]);
    assert_eq!(db.number("SELECT cursor_pos AS number FROM webhook_endpoints"), 50);
}

fn what_is_dead_is_listed_revived_and_forgotten(db: &TestDatabase) {
    let id = add(db);
    let ours = held(db, id, "one");
    let dead = ParkedEvent { is_dead: true, tries: 8, ..event(10, 1) };
    park(db, &ours, &[event(10, 1), event(12, 1)]);
    assert!(db.wait(db.database.repark(&ours, &dead)).unwrap());
    assert_eq!(firsts(db, &ours), [event(12, 1)], "it holds nobody up");
    assert_eq!(db.wait(db.database.dead(id, 10)).unwrap(), [dead]);
    let parked = db.wait(EndpointAdmin::parked(&db.database, id)).unwrap();
    assert_eq!((parked.waiting, parked.dead), (1, 1));
    assert_eq!(parked.last_failure.as_deref(), Some("it answered 500"));
    assert_eq!(db.wait(db.database.revive(id, NOW.plus(1))).unwrap(), 1);
    // The endpoint has another generation now.
    let ours = held(db, id, "one");
    let revived = ParkedEvent { tries: 0, next_at: NOW.plus(1), ..event(10, 1) };
    assert_eq!(firsts(db, &ours), [revived]);
    let dead = ParkedEvent { is_dead: true, ..event(10, 1) };
    assert!(db.wait(db.database.repark(&ours, &dead)).unwrap());
    assert!(db.wait(db.database.tell_again(id, &event(10, 1))).unwrap());
    assert_eq!(db.wait(db.database.dead(id, 10)).unwrap(), []);
    let ours = held(db, id, "one");
    assert!(db.wait(db.database.repark(&ours, &dead)).unwrap());
    assert_eq!(db.wait(db.database.forget_dead(id)).unwrap(), 1);
    let parked = db.wait(EndpointAdmin::parked(&db.database, id)).unwrap();
    assert_eq!((parked.waiting, parked.dead), (1, 0));
    assert!(db.wait(EndpointAdmin::remove(&db.database, id)).unwrap());
    assert_eq!(db.number("SELECT COUNT(*) AS number FROM webhook_parked"), 0);
}

fn a_replay_forgets_what_is_dead_after_it_and_nothing_else(db: &TestDatabase) {
    let id = add(db);
    let ours = held(db, id, "one");
    let dead = |position, user| ParkedEvent { is_dead: true, ..event(position, user) };
    park(db, &ours, &[dead(10, 1), dead(20, 2), event(30, 3)]);
    let replay = EndpointChange::Replay(Position(15));
    assert!(db.wait(EndpointAdmin::change(&db.database, id, &replay)).unwrap());
    let left = db.lines("SELECT CONCAT(pos, '') AS line FROM webhook_parked ORDER BY pos");
    assert_eq!(left, ["10", "30"]);
}

fn what_is_behind_a_cursor_is_counted_up_to_a_limit(db: &TestDatabase) {
    for _ in 0..5 {
        db.store(db.unit(1, &[2], "hi"));
    }
    let backlog = |after, most| db.wait(db.database.backlog(after, most)).unwrap();
    assert_eq!((backlog(Position(0), 100), backlog(Position(0), 3)), (5, 3));
    assert_eq!(backlog(Position(i64::MAX), 100), 0);
}
