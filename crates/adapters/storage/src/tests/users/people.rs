//! Users, relations and roles.

use std::sync::Arc;

use sixin_application::operations::ports::{ChangeError, NewUser, RoleAdmin, SignIn, TakenName, UserAdmin};
use sixin_application::site::ports::Roles;
use sixin_application::users::ports::{
    ListKind, ListSet, Mark, RelationChanges, Relations, Toggled, UserChanges, UserLists, Users,
};
use sixin_domain::access::app_key::Secret;
use sixin_domain::id::{RoleId, UserId};
use sixin_domain::site::role::CONVERSATION;
use sixin_domain::user::contact::{Email, Phone};
use sixin_domain::user::profile_edit::ProfileEdit;
use sixin_domain::user::username::{Uid, UserRef, Username};
use sixin_domain::user::{ConversationLimit, Relation};

use crate::tests::harness::{NOW, TestDatabase};
use crate::tests::on_every_database;

on_every_database!(
    a_user_is_found_by_uid_and_by_name_also_when_deleted_or_disabled,
    a_taken_name_or_number_is_refused_also_after_deletion,
    an_account_keeps_what_it_signs_in_with_and_no_other_gets_it,
    many_users_are_found_at_once,
    a_user_changes_what_it_names_and_nothing_else,
    blocks_and_follows_count_until_withdrawn,
    marks_are_toggled_up_to_a_limit_and_follows_know_whether_they_are_mutual,
    a_list_is_kept_once_a_user_and_read_in_parts_the_newest_first,
    a_list_that_would_get_too_long_stays_as_it_is,
    marks_made_at_the_same_moment_are_all_counted,
    a_fresh_database_has_four_roles,
    a_user_has_one_main_role_at_a_time,
    a_role_is_made_and_changed,
    users_are_listed_in_pages,
);

fn find(db: &TestDatabase, name: &str) -> Option<Arc<sixin_domain::user::User>> {
    db.wait(Users::find(&db.database, &UserRef::parse(name).unwrap())).unwrap()
}

fn a_user_is_found_by_uid_and_by_name_also_when_deleted_or_disabled(db: &TestDatabase) {
    let ann = db.user("ann");
    assert_eq!(find(db, &ann.uid.to_string()).as_ref(), Some(&ann));
    assert_eq!(find(db, "nobody"), None);
    assert_eq!(find(db, "1"), None);
    assert_eq!(
        (ann.conversation_limit, ann.is_enabled, ann.deleted_at),
        (ConversationLimit::Everybody, true, None)
    );
    db.wait(db.database.set_enabled(ann.id, false)).unwrap();
    assert!(!find(db, "ann").unwrap().is_enabled);
    db.wait(db.database.delete(ann.id, NOW)).unwrap();
    db.wait(db.database.delete(ann.id, NOW.plus(5))).unwrap();
    assert_eq!(find(db, "ann").unwrap().deleted_at, Some(NOW));
}

fn a_taken_name_or_number_is_refused_also_after_deletion(db: &TestDatabase) {
    let ann = db.user("ann");
    db.wait(db.database.delete(ann.id, NOW)).unwrap();
    let add = |name: &str, uid| {
        let user = NewUser {
            username: Username::new(name).unwrap(),
            uid,
            nickname: name.to_owned(),
            aid: "aidnew".into(),
            sign_in: SignIn::default(),
            created_at: NOW,
        };
        let added = db.wait(UserAdmin::add(&db.database, &user));
        (added, db.wait(UserAdmin::taken(&db.database, &user)).unwrap())
    };
    let (by_name, by_number) = (add("ann", Uid(77)), add("bob", ann.uid));
    assert_eq!((by_name.1, by_number.1), (vec![TakenName::Username], vec![TakenName::Uid]));
    assert!(matches!(by_name.0, Err(ChangeError::Taken)));
    assert!(matches!(by_number.0, Err(ChangeError::Taken)));
    assert_eq!(db.number("SELECT COUNT(*) AS number FROM accounts WHERE aid = 'aidnew'"), 0);
    assert!(add("bob", Uid(77)).0.is_ok());
}

fn an_account_keeps_what_it_signs_in_with_and_no_other_gets_it(db: &TestDatabase) {
    let add = |name: &str, uid: i64, aid: &str, sign_in: SignIn| {
        let user = NewUser {
            username: Username::new(name).unwrap(),
            uid: Uid(uid),
            nickname: name.to_owned(),
            aid: aid.to_owned(),
            sign_in,
            created_at: NOW,
        };
        db.wait(UserAdmin::add(&db.database, &user)).map_err(|error| {
            assert!(matches!(error, ChangeError::Taken), "{error}");
            db.wait(UserAdmin::taken(&db.database, &user)).unwrap()
        })
    };
    let by_email = || SignIn { email: Email::parse("ann@example.org"), ..SignIn::default() };
    let by_phone = || SignIn { phone: Phone::parse("+4915112345678"), ..SignIn::default() };
    // An Argon2id hash is longer than one of bcrypt.
    let hash = SignIn { password: Some(Secret::new("h".repeat(255))), ..by_phone() };
    add("ann", 1, "one", by_email()).unwrap();
    add("ann2", 2, "one", hash).unwrap();
    let account = "SELECT CONCAT_WS(' ', email, country_code, pure_phone, phone, LENGTH(password)) AS line FROM accounts WHERE aid = 'one'";
    assert_eq!(db.lines(account), ["ann@example.org 49 15112345678 4915112345678 255"]);
    for (taken, name) in [(by_email(), TakenName::Email), (by_phone(), TakenName::Phone)] {
        assert_eq!(add("bob", 3, "two", taken), Err(vec![name]));
    }
    assert_eq!(db.number("SELECT COUNT(*) AS number FROM accounts"), 1);
    // Those who have neither are not each other's.
    add("bob", 3, "two", SignIn::default()).unwrap();
    add("cid", 4, "three", SignIn::default()).unwrap();
}

fn many_users_are_found_at_once(db: &TestDatabase) {
    let rows: Vec<String> = (0..1200).map(|n| format!("(1, {}, 'u{n}', 'u{n}')", 50_000 + n)).collect();
    for rows in rows.chunks(200) {
        db.execute(&format!(
            "INSERT INTO users (account_id, uid, username, nickname) VALUES {}",
            rows.join(", ")
        ));
    }
    let names: Vec<Username> = (0..1300).map(|n| Username::new(format!("u{n}")).unwrap()).collect();
    assert_eq!(db.wait(db.database.find_named(&names)).unwrap().len(), 1200);
    assert!(db.wait(db.database.find_named(&[])).unwrap().is_empty());
}

fn blocks_and_follows_count_until_withdrawn(db: &TestDatabase) {
    let [ann, bob, cid] = ["ann", "bob", "cid"].map(|name| db.user(name).id);
    let between =
        |from, to: UserId| db.wait(db.database.between(from, &[to, cid])).unwrap().get(&to).copied();
    let block = |is_blocked| db.wait(db.database.set_blocked(bob, ann, is_blocked, NOW)).unwrap();
    assert_eq!(between(ann, bob), None);
    for _ in 0..2 {
        block(true);
        let blocked = Relation { recipient_blocked_sender: true, ..Relation::default() };
        assert_eq!(between(ann, bob), Some(blocked));
        let other_way = Relation { sender_blocked_recipient: true, ..Relation::default() };
        assert_eq!(between(bob, ann), Some(other_way));
        block(false);
        assert_eq!(between(ann, bob), None);
    }
    db.execute(&format!("INSERT INTO user_follows (user_id, follow_type, follow_id) VALUES ({bob}, 1, {ann}), ({ann}, 2, {bob})"));
    let followed = Relation { recipient_follows_sender: true, ..Relation::default() };
    assert_eq!(between(ann, bob), Some(followed));
    let other_way = Relation { sender_follows_recipient: true, ..Relation::default() };
    assert_eq!(between(bob, ann), Some(other_way));
    db.execute("UPDATE user_follows SET deleted_at = 1");
    assert_eq!(between(ann, bob), None);
}

fn a_fresh_database_has_four_roles(db: &TestDatabase) {
    let book = db.wait(db.database.book()).unwrap();
    let granted: Vec<_> =
        book.0.iter().map(|role| (role.id.0, role.is_enabled, role.grants(CONVERSATION))).collect();
    assert_eq!(granted, [(1, true, true), (2, true, false), (3, true, false), (4, true, true)]);
    assert_eq!(book.0.iter().map(|role| role.kind).collect::<Vec<_>>(), [1, 2, 2, 3]);
    assert!(book.0.iter().all(|role| role.is_enabled && !role.is_deleted));
    db.execute("UPDATE roles SET deleted_at = 1 WHERE id = 4");
    let book = db.wait(db.database.book()).unwrap();
    assert!(book.0.iter().any(|role| role.id.0 == 4 && role.is_deleted && !role.is_enabled));
}

fn a_user_has_one_main_role_at_a_time(db: &TestDatabase) {
    let ann = db.user("ann").id;
    assert!(db.wait(db.database.of(ann)).unwrap().is_empty());
    db.wait(db.database.set_main_role(ann, RoleId(2), None, None, NOW)).unwrap();
    db.wait(db.database.set_main_role(ann, RoleId(3), Some(NOW), Some(RoleId(4)), NOW)).unwrap();
    let roles = db.wait(db.database.of(ann)).unwrap();
    assert_eq!(roles.len(), 1);
    assert_eq!(
        (roles[0].role, roles[0].expired_at, roles[0].restore_role),
        (RoleId(3), Some(NOW), Some(RoleId(4)))
    );
    assert!(roles[0].is_main);
}

fn a_role_is_made_and_changed(db: &TestDatabase) {
    let set = |name, permission, enabled| {
        db.wait(RoleAdmin::set(&db.database, RoleId(9), name, permission, enabled, NOW)).unwrap();
    };
    let role =
        || db.wait(db.database.book()).unwrap().0.iter().find(|role| role.id == RoleId(9)).unwrap().clone();
    set(Some("Guest"), Some((CONVERSATION, "true")), None);
    assert!(role().grants(CONVERSATION) && role().is_enabled);
    set(None, Some((CONVERSATION, "false")), Some(false));
    assert!(!role().grants(CONVERSATION) && !role().is_enabled);
    assert_eq!(role().name, "Guest");
    set(None, Some(("image_max_size", "5")), Some(true));
    assert_eq!(role().permissions.len(), 2);
}

fn users_are_listed_in_pages(db: &TestDatabase) {
    let users = ["ann", "bob", "cid"].map(|name| db.user(name));
    let page = |after| db.wait(UserAdmin::list(&db.database, after, 2)).unwrap();
    let names = |after| page(after).iter().map(|row| row.user.username.to_string()).collect::<Vec<_>>();
    assert_eq!(names(UserId(0)), ["ann", "bob"]);
    assert_eq!(names(users[1].id), ["cid"]);
    assert!(page(UserId(0))[0].aid.starts_with("aid"));
}

fn marks_are_toggled_up_to_a_limit_and_follows_know_whether_they_are_mutual(db: &TestDatabase) {
    let [ann, bob, cid] = ["ann", "bob", "cid"].map(|name| db.user(name).id);
    let toggle = |mark, from, to| db.wait(db.database.toggle(mark, from, to, 1, NOW)).unwrap();
    let mutual = || {
        db.number("SELECT COUNT(*) AS number FROM user_follows WHERE is_mutual = 1 AND deleted_at IS NULL")
    };
    for _ in 0..2 {
        assert_eq!((toggle(Mark::Follow, ann, bob), mutual()), (Toggled::On, 0));
        assert_eq!((toggle(Mark::Follow, bob, ann), mutual()), (Toggled::On, 2));
        assert_eq!(toggle(Mark::Follow, ann, cid), Toggled::TooMany);
        assert_eq!((toggle(Mark::Follow, ann, bob), mutual()), (Toggled::Off, 0));
        assert_eq!(toggle(Mark::Follow, bob, ann), Toggled::Off);
        assert_eq!(toggle(Mark::Block, ann, bob), Toggled::On);
        assert_eq!(toggle(Mark::Block, ann, cid), Toggled::TooMany);
        assert_eq!(toggle(Mark::Block, ann, bob), Toggled::Off);
    }
    assert_eq!(db.number("SELECT COUNT(*) AS number FROM user_follows"), 2, "rows are taken up again");
    assert_eq!(db.number("SELECT COUNT(*) AS number FROM user_blocks"), 1);
}

fn marks_made_at_the_same_moment_are_all_counted(db: &TestDatabase) {
    let users: Vec<UserId> = (0..6).map(|number| db.user(&format!("user{number}")).id).collect();
    let other = db.another();
    std::thread::scope(|scope| {
        for (db, from) in [(db, 0), (&other, 1)] {
            let users = &users;
            scope.spawn(move || {
                for round in 0..10 {
                    for to in [1 - from, 2 + round % 4] {
                        let toggle = RelationChanges::toggle(
                            &db.database,
                            Mark::Follow,
                            users[from],
                            users[to],
                            3,
                            NOW,
                        );
                        db.wait(toggle).unwrap();
                    }
                }
            });
        }
    });
    let both = "SELECT COUNT(*) AS number FROM user_follows a JOIN user_follows b ON b.user_id = a.follow_id \
                AND b.follow_id = a.user_id WHERE a.deleted_at IS NULL AND b.deleted_at IS NULL";
    let mutual = "SELECT COUNT(*) AS number FROM user_follows WHERE is_mutual = 1 AND deleted_at IS NULL";
    assert_eq!(db.number(mutual), db.number(both));
    let most = "SELECT COALESCE(MAX(made), 0) AS number FROM (SELECT COUNT(*) AS made FROM user_follows \
                WHERE deleted_at IS NULL GROUP BY user_id) AS counts";
    assert!(db.number(most) <= 3);
}

fn a_user_changes_what_it_names_and_nothing_else(db: &TestDatabase) {
    let ann = db.user("ann");
    let read =
        || db.wait(Users::find(&db.database, &UserRef::Username(ann.username.clone()))).unwrap().unwrap();
    let edit = |edit: &ProfileEdit| db.wait(UserChanges::edit(&db.database, ann.id, edit, NOW)).unwrap();
    let said = ProfileEdit { bio: Some("hi".into()), gender: Some(2), ..ProfileEdit::default() };
    edit(&said);
    let changed = read();
    assert_eq!((changed.profile.bio.as_deref(), changed.profile.gender), (Some("hi"), 3));
    assert_eq!(changed.profile.nickname, ann.profile.nickname);
    let closed = ProfileEdit {
        nickname: Some("Annie".into()),
        bio: Some(String::new()),
        timezone: Some("+8".into()),
        conversation_limit: Some(ConversationLimit::Nobody),
        ..ProfileEdit::default()
    };
    edit(&closed);
    let changed = read();
    assert_eq!((&changed.profile.bio, changed.profile.gender), (&None, 3));
    assert_eq!(
        (changed.profile.nickname.as_str(), changed.conversation_limit),
        ("Annie", ConversationLimit::Nobody)
    );
}

fn set_listed(
    db: &TestDatabase,
    kind: ListKind,
    owner: UserId,
    others: &[UserId],
    (on, at): (bool, i64),
) -> bool {
    let set = ListSet { kind, owner, others: others.to_vec(), is_listed: on, most: 3 };
    db.wait(UserLists::set(&db.database, set, NOW.plus(at))).unwrap()
}

fn a_list_is_kept_once_a_user_and_read_in_parts_the_newest_first(db: &TestDatabase) {
    let [ann, bob, cid, dan] = ["ann", "bob", "cid", "dan"].map(|name| db.user(name).id);
    for kind in [ListKind::Black, ListKind::White] {
        let set = |others: &[UserId], on, at| assert!(set_listed(db, kind, ann, others, (on, at)));
        let part = |after, limit| db.wait(UserLists::part(&db.database, kind, ann, after, limit)).unwrap();
        let all = || part(None, 100).into_iter().map(|user| user.username.to_string()).collect::<Vec<_>>();
        set(&[bob, cid, bob], true, 0);
        set(&[dan, bob], true, 1);
        assert_eq!(all(), ["dan", "cid", "bob"]);
        let first = part(None, 2);
        let rest = part(Some(first[1].place), 2);
        assert_eq!((first.len(), rest.len(), rest[0].username.as_str()), (2, 1, "bob"));
        set(&[bob, cid], false, 2);
        set(&[cid], false, 3);
        assert_eq!(all(), ["dan"]);
        // Taken up again it is the newest.
        set(&[bob], true, 4);
        assert_eq!(all(), ["bob", "dan"]);
        assert!(db.wait(UserLists::part(&db.database, kind, bob, None, 9)).unwrap().is_empty());
    }
    let relation = db.wait(db.database.between(bob, &[ann])).unwrap()[&ann];
    assert!(relation.recipient_blocked_sender && relation.recipient_lists_sender);
    let relation = db.wait(db.database.between(ann, &[bob])).unwrap()[&bob];
    assert!(relation.sender_blocked_recipient && !relation.recipient_lists_sender);
    // The user's toggle and the blacklist are the same blocks.
    assert_eq!(db.wait(db.database.toggle(Mark::Block, ann, dan, 9, NOW.plus(5))).unwrap(), Toggled::Off);
    let black = db.wait(UserLists::part(&db.database, ListKind::Black, ann, None, 9)).unwrap();
    assert_eq!(black.iter().map(|user| user.username.as_str()).collect::<Vec<_>>(), ["bob"]);
}

fn a_list_that_would_get_too_long_stays_as_it_is(db: &TestDatabase) {
    let ids = ["ann", "bob", "cid", "dan", "eve"].map(|name| db.user(name).id);
    let (ann, others) = ids.split_first().unwrap();
    for kind in [ListKind::Black, ListKind::White] {
        assert!(set_listed(db, kind, *ann, &others[..2], (true, 0)));
        assert!(!set_listed(db, kind, *ann, others, (true, 1)));
        assert_eq!(db.wait(UserLists::part(&db.database, kind, *ann, None, 9)).unwrap().len(), 2);
        assert!(set_listed(db, kind, *ann, &others[..3], (true, 2)));
        assert!(!set_listed(db, kind, *ann, &others[3..], (true, 3)));
        assert!(set_listed(db, kind, *ann, &others[..1], (true, 4)), "who is on it already takes no room");
        assert!(set_listed(db, kind, *ann, others, (false, 5)));
    }
}
