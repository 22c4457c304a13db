//! Devices, and until when each counts.

use sixin_application::operations::ports::{NewSession, SessionAdmin};
use sixin_application::push::ports::{NewDevice, PushDevices, PushLookup};
use sixin_application::users::ports::{DeviceTokens, NewDeviceToken};
use sixin_domain::id::UserId;
use sixin_domain::push::{DeviceKeys, DeviceSpec, PushPlatform, PushToken};
use sixin_domain::time::Millis;

use crate::tests::harness::{NOW, TestDatabase};
use crate::tests::on_every_database;

on_every_database!(
    a_device_is_kept_as_it_was_registered_and_a_token_is_one_device,
    a_session_has_one_device_of_an_app_and_a_shared_token_many,
    of_too_many_those_seen_least_recently_go,
    a_device_ends_with_what_it_was_registered_with,
    a_device_that_is_gone_is_forgotten_unless_it_came_back,
);

pub(super) fn spec(token: &str) -> DeviceSpec {
    DeviceSpec {
        platform: PushPlatform::WebPush,
        token: PushToken::kept(format!("https://push.example/{token}")),
        keys: Some(DeviceKeys { public: vec![4; 65], secret: vec![7; 16] }),
        app: "org.example".into(),
        language: "zh-Hans".into(),
        hides_text: true,
    }
}

fn new(user: UserId, token: u8, proof: u8, at: Millis) -> NewDevice {
    let spec = spec(&token.to_string());
    NewDevice { user, spec, token_hash: [token; 32], proof: [proof; 32], is_only: false, at }
}

/// Makes a token of a device that proves the user.
pub(super) fn prove(db: &TestDatabase, user: UserId, proof: u8) {
    let token = NewDeviceToken { user, hash: [proof; 32], created_at: NOW };
    db.wait(DeviceTokens::add(&db.database, &token, 100)).unwrap();
}

pub(super) fn register(db: &TestDatabase, device: &NewDevice) -> i64 {
    db.wait(PushDevices::register(&db.database, device, 3)).unwrap()
}

pub(super) fn device(db: &TestDatabase, user: UserId, number: u8) -> i64 {
    prove(db, user, number);
    register(db, &new(user, number, number, NOW))
}

fn ids(db: &TestDatabase, user: UserId, now: Millis) -> Vec<i64> {
    db.wait(PushDevices::list(&db.database, user, now)).unwrap().iter().map(|device| device.id).collect()
}

fn a_device_is_kept_as_it_was_registered_and_a_token_is_one_device(db: &TestDatabase) {
    let (ann, bob) = (db.user("ann").id, db.user("bob").id);
    assert!(!db.wait(db.database.has_devices()).unwrap());
    let id = device(db, ann, 1);
    let found = db.wait(PushDevices::list(&db.database, ann, NOW)).unwrap().remove(0);
    assert_eq!((found.id, found.user, found.spec), (id, ann, spec("1")));
    assert_eq!((found.created_at, found.seen_at), (NOW, NOW));
    assert!(db.wait(db.database.has_devices()).unwrap());
    // The telephone changes hands.
    prove(db, bob, 2);
    let moved = new(bob, 1, 2, NOW.plus(5));
    assert_eq!(register(db, &moved), id);
    assert_eq!((ids(db, ann, NOW), ids(db, bob, NOW)), (vec![], vec![id]));
    assert!(!db.wait(PushDevices::forget(&db.database, ann, id)).unwrap());
    assert!(db.wait(PushDevices::forget(&db.database, bob, id)).unwrap());
    assert!(ids(db, bob, NOW).is_empty());
}

fn a_session_has_one_device_of_an_app_and_a_shared_token_many(db: &TestDatabase) {
    let ann = db.user("ann").id;
    prove(db, ann, 9);
    let only = |token| NewDevice { is_only: true, ..new(ann, token, 9, NOW) };
    let first = register(db, &only(1));
    let renewed = register(db, &only(2));
    assert_ne!(first, renewed);
    assert_eq!(ids(db, ann, NOW), [renewed]);
    let shared = register(db, &new(ann, 3, 9, NOW));
    assert_eq!(ids(db, ann, NOW), [renewed, shared]);
}

fn of_too_many_those_seen_least_recently_go(db: &TestDatabase) {
    let ann = db.user("ann").id;
    prove(db, ann, 9);
    let at = |token: u8, ms| register(db, &new(ann, token, 9, NOW.plus(ms)));
    let (one, two, three) = (at(1, 10), at(2, 20), at(3, 30));
    assert_eq!(at(1, 40), one);
    let four = at(4, 35);
    assert_eq!(ids(db, ann, NOW), [one, three, four], "{two} was seen least recently");
}

fn a_device_ends_with_what_it_was_registered_with(db: &TestDatabase) {
    let user = db.user("ann");
    let ann = user.id;
    let session = NewSession {
        account: user.account,
        user: Some(ann),
        platform: 5,
        token: [1; 32],
        expired_at: Some(NOW.plus(1_000)),
        created_at: NOW,
    };
    db.wait(SessionAdmin::add(&db.database, &session)).unwrap();
    let of_session = register(db, &new(ann, 1, 1, NOW));
    let of_token = device(db, ann, 2);
    assert_eq!(ids(db, ann, NOW.plus(1_000)), [of_session, of_token]);
    assert_eq!(ids(db, ann, NOW.plus(1_001)), [of_token], "the session has run out");
    db.wait(DeviceTokens::expire(&db.database, &[ann], NOW.plus(1))).unwrap();
    assert_eq!(ids(db, ann, NOW), [of_session]);
    while db.wait(db.database.sweep(NOW)).unwrap() {}
    assert_eq!(db.number("SELECT COUNT(*) AS number FROM push_devices"), 1, "what does not count is swept");
    // Signing out.
    db.wait(db.database.revoke(ann, Some(5))).unwrap();
    assert!(ids(db, ann, NOW).is_empty());
    // What proves somebody else proves nothing here.
    prove(db, db.user("bob").id, 1);
    assert!(ids(db, ann, NOW).is_empty());
}

fn a_device_that_is_gone_is_forgotten_unless_it_came_back(db: &TestDatabase) {
    let ann = db.user("ann").id;
    let id = device(db, ann, 1);
    let known = db.wait(PushDevices::list(&db.database, ann, NOW)).unwrap().remove(0);
    register(db, &new(ann, 1, 1, NOW.plus(5)));
    db.wait(db.database.forget_gone(&known)).unwrap();
    assert_eq!(ids(db, ann, NOW), [id]);
    let known = db.wait(PushDevices::list(&db.database, ann, NOW)).unwrap().remove(0);
    db.wait(db.database.forget_gone(&known)).unwrap();
    assert!(ids(db, ann, NOW).is_empty());
}
