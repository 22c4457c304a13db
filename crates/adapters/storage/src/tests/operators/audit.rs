//! What is written down.

use sixin_application::operations::ports::UserErasure;
use sixin_application::operators::ports::{AuditLog, AuditQuery};
use sixin_domain::id::{OperatorId, UserId};
use sixin_domain::operator::OperatorName;
use sixin_domain::operator::audit::{Action, Actor, AuditRow, Details, NewAuditRow};

use crate::tests::harness::{NOW, TestDatabase};
use crate::tests::on_every_database;

on_every_database!(
    rows_come_back_newest_first_and_as_they_were_written,
    rows_are_found_by_who_what_and_whom,
    what_is_too_long_is_cut,
    who_was_erased_is_named_no_longer_and_others_are,
);

fn append(db: &TestDatabase, actor: Actor, action: Action, target: &str) -> i64 {
    let details = Details::from([("reason", "it's \"so\" 语".to_owned())]);
    let address = Some("2001:db8::1".to_owned());
    let row = NewAuditRow { at: NOW, actor, action, target: target.to_owned(), details, address };
    db.wait(db.database.append_row(&row)).unwrap()
}

/// Both the audit and the store of messages append.
trait AppendRow {
    async fn append_row(&self, row: &NewAuditRow) -> sixin_application::ports::StoreResult<i64>;
}

impl AppendRow for crate::database::Database {
    async fn append_row(&self, row: &NewAuditRow) -> sixin_application::ports::StoreResult<i64> {
        AuditLog::append(self, row).await
    }
}

fn ann() -> Actor {
    Actor::Operator(OperatorId(3), OperatorName::new("ann").unwrap())
}

fn page(db: &TestDatabase, query: AuditQuery, limit: i64) -> Vec<AuditRow> {
    db.wait(AuditLog::page(&db.database, &query, limit)).unwrap()
}

fn rows_come_back_newest_first_and_as_they_were_written(db: &TestDatabase) {
    let first = append(db, ann(), Action::UserBan, "bob");
    let second = append(db, Actor::CommandLine, Action::SettingSet, &"语".repeat(300));
    let rows = page(db, AuditQuery::default(), 10);
    assert_eq!(rows.iter().map(|row| row.id).collect::<Vec<_>>(), [second, first]);
    let row = &rows[1];
    assert_eq!((row.at, row.operator, row.who.as_str()), (NOW, Some(OperatorId(3)), "ann"));
    assert_eq!((row.action.as_str(), row.target.as_str()), ("user.ban", "bob"));
    assert_eq!(row.details, r#"{"reason":"it's \"so\" 语"}"#);
    assert_eq!(row.address.as_deref(), Some("2001:db8::1"));
    assert_eq!((rows[0].operator, rows[0].who.as_str()), (None, "command line"));
    assert_eq!(rows[0].target.chars().count(), 255, "what is too long for its column is cut");
}

fn who_was_erased_is_named_no_longer_and_others_are(db: &TestDatabase) {
    let name = "b%b";
    for user in [name, "bxb", "b%by"] {
        db.user(user);
    }
    for target in [name, "bxb", "b%by"] {
        append(db, ann(), Action::UserBan, target);
    }
    append(db, ann(), Action::ConversationRead, "b%b b%by");
    append(db, ann(), Action::MessageSearch, "b%by b%b");
    let details = Details::from([("blocked", name.to_owned()), ("note", "b%b and more".to_owned())]);
    let row = NewAuditRow {
        at: NOW,
        actor: ann(),
        action: Action::UserBlock,
        target: "bxb".into(),
        details,
        address: None,
    };
    db.wait(db.database.append_row(&row)).unwrap();
    db.wait(UserErasure::begin(&db.database, UserId(1), NOW)).unwrap();
    let rows = page(db, AuditQuery::default(), 10);
    let targets: Vec<&str> = rows.iter().rev().map(|row| row.target.as_str()).collect();
    assert_eq!(targets, ["[erased]1", "bxb", "b%by", "[erased]1 b%by", "b%by [erased]1", "bxb"]);
    assert_eq!(rows[0].details, r#"{"blocked":"[erased]1","note":"b%b and more"}"#);
    assert_eq!((rows[5].who.as_str(), rows[5].action.as_str()), ("ann", "user.ban"), "what was done stays");
}

fn rows_are_found_by_who_what_and_whom(db: &TestDatabase) {
    let all = [
        append(db, ann(), Action::UserBan, "bob"),
        append(db, Actor::CommandLine, Action::UserUnban, "bob"),
        append(db, ann(), Action::SignIn, "ann"),
        append(db, Actor::Nobody, Action::SignInFailed, "ann"),
    ];
    let found = |query: AuditQuery| page(db, query, 10).iter().map(|row| row.id).collect::<Vec<_>>();
    let text = |text: &str| Some(text.to_owned());
    let query = AuditQuery::default;
    assert_eq!(found(AuditQuery { who: text("ann"), ..query() }), [all[2], all[0]]);
    assert_eq!(found(AuditQuery { action: text("user."), ..query() }), [all[1], all[0]]);
    assert_eq!(found(AuditQuery { action: text("sign-in"), ..query() }), [all[3], all[2]]);
    assert_eq!(found(AuditQuery { target: text("bob"), who: text("command line"), ..query() }), [all[1]]);
    assert_eq!(found(AuditQuery { before: Some(all[2]), ..query() }), [all[1], all[0]]);
    assert_eq!(page(db, query(), 1).len(), 1);
}

fn what_is_too_long_is_cut(db: &TestDatabase) {
    let row = NewAuditRow {
        at: NOW,
        actor: Actor::CommandLine,
        action: Action::SettingSet,
        target: "site_intro".into(),
        details: Details::from([("value", "语".repeat(60_000))]),
        address: None,
    };
    db.wait(db.database.append_row(&row)).unwrap();
    let kept = page(db, AuditQuery::default(), 1).remove(0).details;
    assert_eq!(kept.matches('语').count(), 1000);
}
