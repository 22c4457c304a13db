//! Operators, their sessions and their tokens.

use sixin_application::operations::ports::ChangeError;
use sixin_application::operators::ports::{
    NewOperator, NewOperatorSession, NewOperatorToken, OperatorChange, OperatorSessions, OperatorTokens,
    Operators,
};
use sixin_domain::access::app_key::Secret;
use sixin_domain::id::OperatorId;
use sixin_domain::operator::permission::Scopes;
use sixin_domain::operator::session::{IDLE_MS, SessionTimes};
use sixin_domain::operator::{OperatorName, OperatorRole};

use crate::tests::harness::{NOW, TestDatabase};
use crate::tests::on_every_database;

on_every_database!(
    an_operator_is_kept_as_it_was_made_and_its_name_is_its_own,
    a_session_is_found_until_it_ends,
    a_new_password_and_being_switched_off_end_all_sessions_of_that_operator_alone,
    a_token_is_found_until_it_is_revoked_by_its_operator,
);

pub(super) fn name(text: &str) -> OperatorName {
    OperatorName::new(text).unwrap()
}

pub(super) fn add(db: &TestDatabase, called: &str) -> Result<OperatorId, ChangeError> {
    let new = NewOperator {
        name: name(called),
        role: OperatorRole::Support,
        password: Secret::new("hash"),
        created_at: NOW,
    };
    db.wait(Operators::add(&db.database, &new))
}

fn begin(db: &TestDatabase, operator: OperatorId, token: u8, at: i64) {
    let new = NewOperatorSession { operator, token: [token; 32], began_at: NOW.plus(at) };
    db.wait(db.database.begin(&new)).unwrap();
}

fn times(db: &TestDatabase, token: u8) -> Option<SessionTimes> {
    db.wait(OperatorSessions::find(&db.database, &[token; 32])).unwrap().map(|(_, times)| times)
}

fn an_operator_is_kept_as_it_was_made_and_its_name_is_its_own(db: &TestDatabase) {
    let (bob, ann) = (add(db, "bob").unwrap(), add(db, "ann").unwrap());
    assert!(matches!(add(db, "Bob"), Err(ChangeError::Taken)) && bob != ann);
    let names: Vec<String> =
        db.wait(Operators::list(&db.database)).unwrap().iter().map(|one| one.name.to_string()).collect();
    assert_eq!(names, ["ann", "bob"]);
    let find = || db.wait(Operators::find(&db.database, &name("bob"))).unwrap().unwrap();
    let (found, hash) = find();
    assert_eq!(
        (found.id, found.role, found.is_enabled, hash.reveal()),
        (bob, OperatorRole::Support, true, "hash")
    );
    assert_eq!((found.created_at, found.signed_in_at), (NOW, None));
    for change in [
        OperatorChange::Role(OperatorRole::Administrator),
        OperatorChange::Password(Secret::new("other")),
        OperatorChange::Enabled(false),
    ] {
        db.wait(Operators::change(&db.database, bob, &change)).unwrap();
    }
    let (found, hash) = find();
    assert_eq!((found.role, found.is_enabled, hash.reveal()), (OperatorRole::Administrator, false, "other"));
    assert!(db.wait(Operators::find(&db.database, &name("carol"))).unwrap().is_none());
}

fn a_session_is_found_until_it_ends(db: &TestDatabase) {
    let ann = add(db, "ann").unwrap();
    begin(db, ann, 1, 0);
    assert_eq!(times(db, 1), Some(SessionTimes { began_at: NOW, used_at: NOW }));
    db.wait(db.database.note(&[1; 32], NOW.plus(60_000))).unwrap();
    db.wait(db.database.note(&[1; 32], NOW.plus(30_000))).unwrap();
    assert_eq!(times(db, 1).unwrap().used_at, NOW.plus(60_000), "a use is never moved back");
    let (operator, _) = db.wait(Operators::find(&db.database, &name("ann"))).unwrap().unwrap();
    assert_eq!(operator.signed_in_at, Some(NOW));
    // Whoever signs in later leaves none of the former ones that are over.
    begin(db, ann, 2, 60_000 + IDLE_MS);
    assert!(times(db, 1).is_none() && times(db, 2).is_some());
    db.wait(OperatorSessions::end(&db.database, &[2; 32])).unwrap();
    assert!(times(db, 2).is_none());
}

fn a_new_password_and_being_switched_off_end_all_sessions_of_that_operator_alone(db: &TestDatabase) {
    let (ann, bob) = (add(db, "ann").unwrap(), add(db, "bob").unwrap());
    begin(db, bob, 9, 0);
    for (token, change, holds) in [
        (1, OperatorChange::Password(Secret::new("new")), false),
        (2, OperatorChange::Enabled(false), false),
        (3, OperatorChange::Enabled(true), true),
        (4, OperatorChange::Role(OperatorRole::Viewer), true),
    ] {
        begin(db, ann, token, 0);
        db.wait(Operators::change(&db.database, ann, &change)).unwrap();
        assert_eq!(times(db, token).is_some(), holds, "{change:?}");
    }
    assert!(times(db, 9).is_some());
}

fn a_token_is_found_until_it_is_revoked_by_its_operator(db: &TestDatabase) {
    let (ann, bob) = (add(db, "ann").unwrap(), add(db, "bob").unwrap());
    let new = NewOperatorToken {
        operator: ann,
        name: "ci 语".into(),
        token: [7; 32],
        scopes: Scopes::parse("users,audit").unwrap(),
        ends_at: Some(NOW.plus(5)),
        created_at: NOW,
    };
    let id = db.wait(OperatorTokens::add(&db.database, &new)).unwrap();
    let find = || db.wait(OperatorTokens::find(&db.database, &[7; 32])).unwrap();
    let (operator, token) = find().unwrap();
    assert_eq!(
        (operator.id, token.id, token.ends_at, token.name.as_str()),
        (ann, id, Some(NOW.plus(5)), "ci 语")
    );
    assert_eq!(token.scopes, new.scopes);
    assert_eq!(db.wait(OperatorTokens::list(&db.database, ann)).unwrap(), [token]);
    assert!(!db.wait(db.database.revoke(bob, id)).unwrap(), "it is not his");
    assert!(find().is_some());
    assert!(db.wait(db.database.revoke(ann, id)).unwrap() && find().is_none());
}
