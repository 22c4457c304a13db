//! Friends are users who follow each other.

use sixin_application::conversations::ports::Order;
use sixin_application::operations::ports::UserAdmin;
use sixin_application::users::ports::{Befriended, FriendChange, Friends, Mark, RelationChanges, Remarks};
use sixin_domain::id::UserId;
use sixin_domain::time::Millis;
use sixin_domain::user::friend::FriendPermission;

use crate::tests::harness::{NOW, TestDatabase};
use crate::tests::on_every_database;

on_every_database!(
    users_become_friends_as_the_other_permits,
    a_friendship_ends_on_both_sides_with_what_was_kept,
    friends_are_listed_by_since_when_they_are,
);

fn befriend(db: &TestDatabase, user: UserId, other: UserId, is_direct: bool, at: i64) -> Befriended {
    db.wait(db.database.befriend(user, other, is_direct, 3, Millis(NOW.0 + at))).unwrap()
}

fn are_friends(db: &TestDatabase, user: UserId, other: UserId) -> bool {
    let found = |one, other| db.wait(db.database.among(one, &[other])).unwrap().contains(&other);
    assert_eq!(found(user, other), found(other, user));
    found(user, other)
}

fn names(db: &TestDatabase, user: UserId, order: Order, offset: usize) -> (Vec<String>, usize) {
    let (found, total) = db.wait(Friends::page(&db.database, user, order, offset, 2)).unwrap();
    (found.iter().map(|friend| friend.username.to_string()).collect(), total)
}

fn users_become_friends_as_the_other_permits(db: &TestDatabase) {
    let [ann, bob, cid, dan, eve] = ["ann", "bob", "cid", "dan", "eve"].map(|name| db.user(name).id);
    for _ in 0..2 {
        assert_eq!(befriend(db, ann, bob, false, 0), Befriended::Friends);
    }
    assert!(are_friends(db, ann, bob));
    db.wait(db.database.permit(&[cid, ann, cid], FriendPermission::Asked, NOW)).unwrap();
    db.wait(db.database.permit(&[dan], FriendPermission::Nobody, NOW)).unwrap();
    let set = db.wait(db.database.permissions(&[ann, bob, dan])).unwrap();
    assert_eq!(set, [(ann, FriendPermission::Asked), (dan, FriendPermission::Nobody)].into());
    assert_eq!(befriend(db, bob, cid, false, 0), Befriended::Asked);
    assert!(!are_friends(db, bob, cid));
    // Whoever asks back agrees, whatever the first one wants of others.
    db.wait(db.database.permit(&[bob], FriendPermission::Nobody, NOW)).unwrap();
    assert_eq!(befriend(db, cid, bob, false, 0), Befriended::Friends);
    assert!(are_friends(db, bob, cid));
    assert_eq!(befriend(db, ann, dan, false, 0), Befriended::Refused);
    assert_eq!(befriend(db, ann, dan, true, 0), Befriended::Friends);
    // A follow in an app agrees too.
    assert_eq!(befriend(db, eve, ann, false, 0), Befriended::Asked);
    db.wait(db.database.toggle(Mark::Follow, ann, eve, 10, NOW)).unwrap();
    assert!(are_friends(db, ann, eve));
    assert_eq!(befriend(db, cid, ann, true, 0), Befriended::TooMany);
    assert!(!are_friends(db, ann, cid));
}

fn a_friendship_ends_on_both_sides_with_what_was_kept(db: &TestDatabase) {
    let [ann, bob, cid] = ["ann", "bob", "cid"].map(|name| db.user(name).id);
    befriend(db, ann, bob, true, 0);
    let change = |remark: &str, profile: &str| FriendChange {
        remark: Some(remark.into()),
        profile: Some(profile.into()),
    };
    let describe =
        |who: UserId, change: FriendChange| db.wait(db.database.describe(ann, who, change, NOW)).unwrap();
    let kept = || {
        let friend = db.wait(Friends::page(&db.database, ann, Order::Oldest, 0, 9)).unwrap().0.remove(0);
        (friend.remark, friend.profile)
    };
    assert!(!describe(cid, change("c", "{}")));
    assert!(describe(bob, change("Bobby", "{\"ext_a\":\"b\"}")));
    assert!(describe(bob, FriendChange::default()));
    assert_eq!(kept(), (Some("Bobby".into()), Some("{\"ext_a\":\"b\"}".into())));
    assert_eq!(db.wait(Remarks::page(&db.database, ann, 0, 9)).unwrap().total, 1);
    assert!(describe(bob, change("", "")));
    assert_eq!(kept(), (None, None));
    describe(bob, change("Bobby", "{\"ext_a\":\"b\"}"));
    db.wait(db.database.part(ann, Some(vec![bob, cid]), NOW)).unwrap();
    assert!(!are_friends(db, ann, bob));
    befriend(db, bob, ann, true, 0);
    // What somebody is called is no matter of friends alone.
    assert_eq!(kept(), (Some("Bobby".into()), None));
    befriend(db, ann, cid, true, 0);
    db.wait(db.database.part(ann, None, NOW)).unwrap();
    assert_eq!(names(db, ann, Order::Oldest, 0), (vec![], 0));
    // A follow that nobody returned is withdrawn by its own user alone.
    db.wait(db.database.toggle(Mark::Follow, bob, cid, 10, NOW)).unwrap();
    db.wait(db.database.part(cid, Some(vec![bob]), NOW)).unwrap();
    let relation = db.wait(sixin_application::users::ports::Relations::between(&db.database, bob, &[cid]));
    assert!(relation.unwrap()[&cid].sender_follows_recipient);
}

fn friends_are_listed_by_since_when_they_are(db: &TestDatabase) {
    let [ann, bob, cid, dan] = ["ann", "bob", "cid", "dan"].map(|name| db.user(name).id);
    db.wait(db.database.permit(&[bob], FriendPermission::Asked, NOW)).unwrap();
    befriend(db, ann, bob, false, 0);
    befriend(db, ann, cid, true, 1);
    befriend(db, dan, ann, true, 2);
    befriend(db, bob, ann, false, 3);
    let all = |order| [names(db, ann, order, 0), names(db, ann, order, 2)];
    let page = |names: &[&str]| (names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>(), 3);
    assert_eq!(all(Order::Oldest), [page(&["cid", "dan"]), page(&["bob"])]);
    assert_eq!(all(Order::Newest), [page(&["bob", "dan"]), page(&["cid"])]);
    db.wait(UserAdmin::delete(&db.database, dan, NOW)).unwrap();
    assert_eq!(names(db, ann, Order::Newest, 0), (vec!["bob".into(), "cid".into()], 2));
}
