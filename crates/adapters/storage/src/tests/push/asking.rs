//! What is asked before devices are woken.

use std::collections::{HashMap, HashSet};

use sixin_application::push::ports::{PushAcks, PushLookup, Wishes};
use sixin_application::users::ports::{Mark, PushPreferences, RelationChanges, Remarks};
use sixin_application::webhooks::ports::EndpointAdmin;
use sixin_domain::conversation::pair::Pair;
use sixin_domain::id::UserId;
use sixin_domain::log::Position;
use sixin_domain::user::push_preferences::{NotificationLevel, PushPeriod};
use sixin_domain::webhook::endpoint::EndpointKind;

use super::devices::device;
use crate::tests::harness::{NOW, TestDatabase};
use crate::tests::on_every_database;
use crate::tests::webhooks::endpoints::new as new_endpoint;

on_every_database!(
    what_each_recipient_wants_of_each_sender_is_asked_with_one_statement,
    what_is_unread_is_summed_over_both_sides,
    acknowledgements_are_kept_only_for_those_whom_somebody_would_wake_and_only_grow,
);

fn what_each_recipient_wants_of_each_sender_is_asked_with_one_statement(db: &TestDatabase) {
    let (ann, bob, eve) = (db.user("ann").id, db.user("bob").id, db.user("eve").id);
    let level = |number| NotificationLevel::new(number).unwrap();
    let period = PushPeriod::new("22:00:00", 480, Some(5)).ok();
    let store = &db.database;
    db.wait(store.set_level(ann, Some(bob), level(5), NOW)).unwrap();
    db.wait(store.set_level(ann, None, level(-1), NOW)).unwrap();
    db.wait(store.set_period(ann, period, NOW)).unwrap();
    db.wait(Remarks::set(store, ann, vec![(bob, "Bobby".into())], 9, NOW)).unwrap();
    db.wait(store.toggle(Mark::Block, bob, eve, 9, NOW)).unwrap();
    // A block that was withdrawn is none.
    for _ in 0..2 {
        db.wait(store.toggle(Mark::Block, ann, eve, 9, NOW)).unwrap();
    }
    device(db, ann, 1);
    db.wait(store.note(&[(ann, Position(77))])).unwrap();
    let asked = [(ann, bob), (ann, eve), (bob, eve), (eve, ann)];
    let found = db.wait(store.wishes(&asked)).unwrap();
    let of_ann =
        Wishes { acknowledged: Position(77), level_everywhere: level(-1), period, ..Wishes::default() };
    let of_bob = Wishes { level_here: level(5), remark: Some("Bobby".into()), ..of_ann.clone() };
    let expected = HashMap::from([
        ((ann, bob), of_bob),
        ((ann, eve), of_ann),
        ((bob, eve), Wishes { blocks_sender: true, ..Wishes::default() }),
        ((eve, ann), Wishes::default()),
    ]);
    assert_eq!(found, expected);
    let many: Vec<_> = (1..=150).map(|number| (UserId(number), UserId(number + 1))).collect();
    assert_eq!(db.wait(store.wishes(&many)).unwrap().len(), 150);
}

fn what_is_unread_is_summed_over_both_sides(db: &TestDatabase) {
    let (ann, bob, eve) = (db.user("ann").id, db.user("bob").id, db.user("eve").id);
    for (from, to, count) in [(ann, bob, 2), (eve, bob, 3), (bob, ann, 1)] {
        for _ in 0..count {
            db.store(db.unit(from.0, &[to.0], "hi"));
        }
    }
    let unread = db.wait(db.database.unread(&[ann, bob, eve])).unwrap();
    assert!(Pair::of(ann, bob).is_some());
    let of = |user| unread.get(&user).copied().unwrap_or(0);
    assert_eq!((of(ann), of(bob), of(eve)), (1, 5, 0));
}

fn acknowledgements_are_kept_only_for_those_whom_somebody_would_wake_and_only_grow(db: &TestDatabase) {
    let (ann, bob) = (db.user("ann").id, db.user("bob").id);
    device(db, ann, 1);
    assert_eq!(db.wait(db.database.with_devices(&[ann, bob])).unwrap(), HashSet::from([ann]));
    let note = |acks: &[(UserId, Position)]| db.wait(db.database.note(acks)).unwrap();
    let kept = || db.lines("SELECT CONCAT(user_id, ':', pos) AS line FROM push_acks ORDER BY user_id");
    let of = |user: UserId, position: i64| format!("{}:{position}", user.0);
    note(&[(ann, Position(9)), (bob, Position(9))]);
    assert_eq!(kept(), [of(ann, 9)]);
    let before = db.database.statements().writes;
    note(&[(bob, Position(10))]);
    assert_eq!(db.database.statements().writes, before, "nothing is written for whom nobody wakes");
    note(&[(ann, Position(5))]);
    assert_eq!(kept(), [of(ann, 9)]);
    // A gateway may know devices that are not registered here.
    let told = new_endpoint(EndpointKind::Standard, "push.requested");
    db.wait(EndpointAdmin::add(&db.database, &told, NOW)).unwrap();
    note(&[(bob, Position(11)), (ann, Position(12))]);
    assert_eq!(kept(), [of(ann, 12), of(bob, 11)]);
}
