//! Endpoints, and who holds them.

use sixin_application::delivery::ports::{EventLog, PresenceStore};
use sixin_application::sending::ports::ProcessLeases;
use sixin_application::webhooks::ports::{
    EndpointAdmin, EndpointChange, EndpointWork, Held, Holding, NewEndpoint, Progress,
};
use sixin_domain::access::app_key::Secret;
use sixin_domain::event::Event;
use sixin_domain::id::{EndpointId, UserId};
use sixin_domain::log::{Logged, Position};
use sixin_domain::time::Millis;
use sixin_domain::webhook::endpoint::{EndpointKind, EndpointState};
use sixin_domain::webhook::event_type::EventFilter;
use sixin_domain::webhook::health::{Health, OffReason};
use sixin_domain::webhook::receiver_url::ReceiverUrl;

use crate::tests::harness::{NOW, TestDatabase};
use crate::tests::on_every_database;

on_every_database!(
    an_endpoint_is_kept_as_it_was_added_and_begins_where_the_log_ends,
    one_process_holds_an_endpoint_until_its_lease_ends,
    processes_share_endpoints_evenly_and_those_of_one_that_ends_are_for_the_others,
    a_process_that_holds_nothing_is_counted_and_forgotten_when_it_is_gone,
    a_lease_of_a_clock_that_was_ahead_is_free,
    a_site_without_endpoints_is_not_written_to,
    what_is_not_held_or_begins_somewhere_else_is_not_written,
    changes_of_operators_are_kept_and_move_the_generation_on,
    an_endpoint_that_is_switched_off_is_an_event_and_held_by_nobody,
    who_comes_and_goes_is_an_event_where_a_webhook_wants_it,
);

const MINUTE: i64 = 60_000;

pub(in crate::tests) fn new(kind: EndpointKind, events: &str) -> NewEndpoint {
    NewEndpoint {
        name: "the app".into(),
        kind,
        url: ReceiverUrl::parse("https://me:secret@app.example/hook?a=b").unwrap(),
        secret: Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLjSw"),
        app_id: None,
        events: EventFilter::parse(events).unwrap(),
        has_server_messages: true,
        max_in_flight: 7,
        from: None,
    }
}

pub(super) fn add(db: &TestDatabase) -> EndpointId {
    db.wait(EndpointAdmin::add(&db.database, &new(EndpointKind::Standard, ""), NOW)).unwrap()
}

pub(super) fn held(db: &TestDatabase, id: EndpointId, token: &str) -> Held {
    let endpoints = db.wait(db.database.hold(token, MINUTE)).unwrap().endpoints;
    let endpoint = endpoints.into_iter().find(|endpoint| endpoint.id == id).unwrap();
    Held { endpoint: id, token: token.to_owned(), replays: endpoint.replays }
}

/// What a process holds, and what of that is too much.
fn hold(db: &TestDatabase, token: &str) -> (Vec<EndpointId>, Vec<EndpointId>) {
    let Holding { endpoints, excess } = db.wait(db.database.hold(token, MINUTE)).unwrap();
    (endpoints.into_iter().map(|endpoint| endpoint.id).collect(), excess)
}

fn end_leases_of(db: &TestDatabase, token: &str) {
    db.execute(&format!("UPDATE webhook_endpoints SET leased_until = 1 WHERE leased_by = '{token}'"));
    db.execute(&format!("UPDATE webhook_processes SET ends_at = 1 WHERE token = '{token}'"));
}

fn find(db: &TestDatabase, id: EndpointId) -> sixin_domain::webhook::endpoint::Endpoint {
    db.wait(EndpointAdmin::find(&db.database, id)).unwrap().unwrap()
}

fn an_endpoint_is_kept_as_it_was_added_and_begins_where_the_log_ends(db: &TestDatabase) {
    db.store(db.unit(1, &[2], "before"));
    let head = db.wait(db.database.head()).unwrap().position;
    let (id, asked) = (add(db), new(EndpointKind::Standard, ""));
    let found = find(db, id);
    assert_eq!((found.name, found.url, found.secret), (asked.name, asked.url, asked.secret));
    assert_eq!((found.max_in_flight, found.has_server_messages, found.cursor), (7, true, head));
    assert_eq!((found.state, found.health), (EndpointState::On, Health::default()));
    let from = NewEndpoint { from: Some(Position(5)), ..new(EndpointKind::RongRoute, "") };
    let second = db.wait(EndpointAdmin::add(&db.database, &from, NOW)).unwrap();
    assert_eq!(find(db, second).cursor, Position(5));
    let all = db.wait(EndpointAdmin::list(&db.database)).unwrap();
    assert_eq!(all.iter().map(|endpoint| endpoint.id).collect::<Vec<_>>(), [id, second]);
    assert!(db.wait(EndpointAdmin::remove(&db.database, id)).unwrap());
    assert!(!db.wait(EndpointAdmin::remove(&db.database, id)).unwrap());
}

fn one_process_holds_an_endpoint_until_its_lease_ends(db: &TestDatabase) {
    let id = add(db);
    let hold = |token: &str| hold(db, token).0;
    assert_eq!((hold("one"), hold("other"), hold("one")), (vec![id], vec![], vec![id]));
    end_leases_of(db, "one");
    assert_eq!((hold("other"), hold("one")), (vec![id], vec![]));
    db.wait(db.database.let_go("one")).unwrap();
    assert_eq!(hold("one"), []);
    db.wait(db.database.let_go("other")).unwrap();
    assert_eq!(hold("one"), [id]);
}

fn processes_share_endpoints_evenly_and_those_of_one_that_ends_are_for_the_others(db: &TestDatabase) {
    let ids: Vec<EndpointId> = (0..5).map(|_| add(db)).collect();
    assert_eq!(hold(db, "one"), (ids.clone(), vec![]));
    assert_eq!(hold(db, "two"), (vec![], vec![]), "nothing is free yet");
    assert_eq!(hold(db, "one"), (ids.clone(), ids[3..].to_vec()), "and nothing is let go that is worked for");
    for id in &ids[3..] {
        db.wait(db.database.give_back("two", *id)).unwrap();
        db.wait(db.database.give_back("one", *id)).unwrap();
    }
    assert_eq!(hold(db, "two"), (ids[3..].to_vec(), vec![]));
    assert_eq!(hold(db, "one"), (ids[..3].to_vec(), vec![]));
    let sixth = add(db);
    assert_eq!(hold(db, "one").0.len(), 3, "it has its share");
    assert_eq!(hold(db, "two").0, [ids[3], ids[4], sixth]);
    end_leases_of(db, "one");
    assert_eq!(hold(db, "two").0.len(), 6);
    db.wait(db.database.let_go("two")).unwrap();
    assert_eq!(db.number("SELECT COUNT(*) AS number FROM webhook_processes"), 0);
}

fn a_process_that_holds_nothing_is_counted_and_forgotten_when_it_is_gone(db: &TestDatabase) {
    add(db);
    hold(db, "one");
    hold(db, "two");
    let processes = || db.number("SELECT COUNT(*) AS number FROM webhook_processes");
    assert_eq!(processes(), 2);
    let before = db.database.statements().writes;
    assert_eq!(hold(db, "two"), (vec![], vec![]));
    assert_eq!(db.database.statements().writes, before, "what is said is not said again");
    end_leases_of(db, "one");
    assert_eq!(hold(db, "two").0.len(), 1);
    assert_eq!(processes(), 1);
}

fn a_lease_of_a_clock_that_was_ahead_is_free(db: &TestDatabase) {
    let id = add(db);
    held(db, id, "one");
    db.execute("UPDATE webhook_endpoints SET leased_until = leased_until + 3600000");
    db.execute("UPDATE webhook_processes SET ends_at = ends_at + 3600000");
    assert_eq!(hold(db, "other").0.len(), 1);
}

fn a_site_without_endpoints_is_not_written_to(db: &TestDatabase) {
    let before = db.database.statements().writes;
    assert_eq!(hold(db, "one"), (vec![], vec![]));
    db.wait(db.database.let_go("one")).unwrap();
    assert_eq!(db.database.statements().writes, before);
    // Nor is one that is held and not due.
    add(db);
    db.wait(db.database.hold("one", MINUTE)).unwrap();
    let before = db.database.statements().writes;
    assert_eq!(hold(db, "one").0.len(), 1);
    assert_eq!(db.database.statements().writes, before);
}

fn what_is_not_held_or_begins_somewhere_else_is_not_written(db: &TestDatabase) {
    let id = add(db);
    let ours = held(db, id, "one");
    let health = Health { failures: 3, failing_since: Some(NOW), probes: 1, next_probe: Some(NOW.plus(5)) };
    let progress = Progress { cursor: Position(77), health };
    let keep = |held: &Held| db.wait(db.database.keep(held, progress)).unwrap();
    assert!(!keep(&Held { token: "other".into(), ..ours.clone() }));
    assert!(!keep(&Held { replays: 9, ..ours.clone() }));
    assert_ne!(find(db, id).cursor, Position(77));
    assert!(keep(&ours) && keep(&ours), "also when nothing changes");
    assert_eq!((find(db, id).cursor, find(db, id).health), (Position(77), health));
    let well = Progress { health: Health::default(), ..progress };
    assert!(db.wait(db.database.keep(&ours, well)).unwrap());
    assert_eq!(find(db, id).health, Health::default(), "what is over is forgotten");
    let change = |change| db.wait(EndpointAdmin::change(&db.database, id, &change)).unwrap();
    assert!(change(EndpointChange::Pause));
    assert!(keep(&ours), "how far it came before the pause");
    for anew in [EndpointChange::Resume, EndpointChange::Replay(Position(5))] {
        assert!(change(anew));
        assert!(!keep(&ours));
    }
}

fn changes_of_operators_are_kept_and_move_the_generation_on(db: &TestDatabase) {
    let id = add(db);
    let change = |change: EndpointChange| db.wait(EndpointAdmin::change(&db.database, id, &change)).unwrap();
    let former = find(db, id).secret;
    assert!(change(EndpointChange::Secret(Secret::new("whsec_another"), Millis(9))));
    let found = find(db, id);
    assert_eq!((found.secret, found.former), (Secret::new("whsec_another"), Some((former, Millis(9)))));
    assert!(change(EndpointChange::Pause));
    assert_eq!((find(db, id).state, hold(db, "one").0), (EndpointState::Paused, vec![]));
    assert!(change(EndpointChange::Resume));
    assert_eq!(find(db, id).state, EndpointState::On);
    assert!(change(EndpointChange::Replay(Position(4))));
    assert_eq!((find(db, id).cursor, find(db, id).generation), (Position(4), 4));
    let nobody = EndpointAdmin::change(&db.database, EndpointId(99), &EndpointChange::Pause);
    assert!(!db.wait(nobody).unwrap());
}

/// The changes in the log, in order.
fn events(db: &TestDatabase) -> Vec<Event> {
    let head = db.wait(db.database.head()).unwrap().position;
    let page = db.wait(db.database.entries(Position(0), head, 1000)).unwrap();
    let event = |what| match what {
        Logged::Change(event) => Some(*event),
        Logged::Message(_) => None,
    };
    page.entries.into_iter().filter_map(|entry| event(entry.what)).collect()
}

fn an_endpoint_that_is_switched_off_is_an_event_and_held_by_nobody(db: &TestDatabase) {
    let id = add(db);
    let ours = held(db, id, "one");
    let progress = Progress { cursor: Position(77), health: Health::default() };
    let off = |held: &Held| db.wait(db.database.switch_off(held, OffReason::Gone, progress)).unwrap();
    assert!(!off(&Held { token: "other".into(), ..ours.clone() }));
    assert_eq!(events(db), []);
    assert!(off(&ours));
    assert_eq!(events(db), [Event::EndpointDisabled(id)]);
    assert_eq!(
        (find(db, id).state, find(db, id).cursor),
        (EndpointState::Off(OffReason::Gone), Position(77))
    );
    assert_eq!(hold(db, "one"), (vec![], vec![]));
    assert!(db.wait(EndpointAdmin::change(&db.database, id, &EndpointChange::Resume)).unwrap());
    assert_eq!(find(db, id).state, EndpointState::On);
}

fn who_comes_and_goes_is_an_event_where_a_webhook_wants_it(db: &TestDatabase) {
    let (alice, bob) = (UserId(1), UserId(2));
    let note = |token: &str, came: &[UserId], left: &[UserId]| {
        db.wait(PresenceStore::note(&db.database, token, came, left, NOW)).unwrap();
    };
    for token in ["one", "other"] {
        db.wait(db.database.acquire(token, MINUTE)).unwrap();
    }
    note("one", &[bob], &[]);
    note("one", &[], &[bob]);
    assert_eq!(events(db), [], "nobody wants it");
    let wanting = new(EndpointKind::Standard, "user.online,user.offline");
    db.wait(EndpointAdmin::add(&db.database, &wanting, NOW)).unwrap();
    let changed = |user, is_online| Event::PresenceChanged { user, is_online };
    note("one", &[alice], &[]);
    note("other", &[alice, bob], &[]);
    assert_eq!(events(db), [changed(alice, true), changed(bob, true)], "once, wherever");
    note("one", &[], &[alice]);
    assert_eq!(events(db).len(), 2, "still there elsewhere");
    note("other", &[], &[alice]);
    assert_eq!(events(db)[2..], [changed(alice, false)]);
    // A process that has died: whoever sweeps tells it.
    db.execute("UPDATE process_leases SET ends_at = 1 WHERE token = 'other'");
    db.wait(db.database.sweep(Millis(0))).unwrap();
    assert_eq!(events(db)[3..], [changed(bob, false)]);
    note("one", &[bob], &[]);
    db.wait(db.database.leave("one")).unwrap();
    assert_eq!(events(db)[4..], [changed(bob, true), changed(bob, false)]);
}
