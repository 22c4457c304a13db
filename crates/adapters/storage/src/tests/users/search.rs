//! Looking for users.

use sixin_application::administration::ports::UserSearch;
use sixin_application::operations::ports::UserAdmin;
use sixin_application::users::ports::{BackEndUsers, ShownAs};
use sixin_domain::id::UserId;

use crate::tests::harness::{NOW, TestDatabase};
use crate::tests::on_every_database;

on_every_database!(
    users_are_found_by_number_and_by_part_of_either_name,
    a_search_goes_on_after_a_user_and_finds_those_who_left,
);

fn found(db: &TestDatabase, text: &str, after: i64, limit: i64) -> Vec<String> {
    let users = db.wait(UserSearch::search(&db.database, text, UserId(after), limit)).unwrap();
    users.iter().map(|user| user.username.to_string()).collect()
}

fn users_are_found_by_number_and_by_part_of_either_name(db: &TestDatabase) {
    let ann = db.user("Ann");
    db.user("100%");
    db.user("9100");
    db.user("b_b");
    let shown = ShownAs { nickname: Some("小安 Annie".into()), portrait: None };
    db.wait(db.database.show(ann.id, shown, NOW)).unwrap();
    assert_eq!(found(db, "", 0, 10), ["Ann", "100%", "9100", "b_b"]);
    for (text, who) in [
        ("ANN", &["Ann"][..]),
        ("安", &["Ann"]),
        ("nnie", &["Ann"]),
        ("0%", &["100%"]),
        ("_", &["b_b"]),
        ("100", &["100%", "9100"]),
        ("9100", &["9100"]),
        ("!", &[]),
        ("' OR 1=1", &[]),
    ] {
        assert_eq!(found(db, text, 0, 10), who, "{text}");
    }
    assert_eq!(found(db, &ann.uid.to_string(), 0, 10), ["Ann"]);
}

fn a_search_goes_on_after_a_user_and_finds_those_who_left(db: &TestDatabase) {
    let users: Vec<_> = ["a1", "a2", "b", "a3"].into_iter().map(|name| db.user(name)).collect();
    db.wait(UserAdmin::delete(&db.database, users[1].id, NOW)).unwrap();
    assert_eq!(found(db, "a", 0, 2), ["a1", "a2"]);
    assert_eq!(found(db, "a", users[1].id.0, 2), ["a3"]);
}
