//! What those who answer from memory rely on: epochs, and the count of statements.

use std::collections::HashMap;

use sixin_application::operations::ports::{
    AppKeyAdmin, NewAppKey, RoleAdmin, SessionAdmin, SettingAdmin, UserAdmin,
};
use sixin_application::ports::{CacheEpochs, Topic};
use sixin_application::sending::ports::MessageStore;
use sixin_application::site::ports::{BlockWordAdmin, BlockWordRow};
use sixin_application::site::ports::{SensitiveWord, SensitiveWords, SettingSource};
use sixin_application::users::ports::{
    BackEndUsers, ListKind, ListSet, Relations, Restriction, ShownAs, UserLists, UserRestrictions,
};
use sixin_domain::access::app_key::{Dialect, Secret};
use sixin_domain::id::{RoleId, UserId};
use sixin_domain::site::block_words::WordMode;
use sixin_domain::site::settings::check;

use crate::database::{Database, DatabaseOptions};
use crate::sql::counts::StatementCounts;
use crate::tests::harness::{NOW, TestDatabase};
use crate::tests::on_every_database;

on_every_database!(
    every_topic_has_an_epoch_and_every_change_moves_it,
    a_change_that_is_undone_moves_no_epoch,
    another_process_sees_the_epoch_and_the_change,
    topics_of_a_newer_version_are_passed_over,
    statements_are_counted_by_pool,
    how_somebody_stands_to_others_is_one_statement,
    a_lone_text_is_seven_statements_of_the_writer_and_none_of_the_readers,
);

fn epochs(database: &Database, db: &TestDatabase) -> HashMap<Topic, i64> {
    db.wait(CacheEpochs::read(database)).unwrap().into_iter().collect()
}

/// The topics that moved while `change` ran.
fn moved<T>(db: &TestDatabase, change: impl FnOnce() -> T) -> Vec<Topic> {
    let before = epochs(&db.database, db);
    let _ = change();
    let after = epochs(&db.database, db);
    Topic::ALL.into_iter().filter(|topic| before[topic] != after[topic]).collect()
}

fn every_topic_has_an_epoch_and_every_change_moves_it(db: &TestDatabase) {
    let database = &db.database;
    let (ann, bob) = (db.user("ann").id, db.user("bob").id);
    let key = NewAppKey {
        app_id: "Key".into(),
        secret: Secret::new("first"),
        dialect: Dialect::Fresns,
        platform: 5,
        is_strict: false,
        name: String::new(),
        sends_per_minute: None,
    };
    let word =
        BlockWordRow { word: "darn".into(), conversation_mode: 3, replace_word: None, is_whole: false };
    assert_eq!(moved(db, || db.wait(AppKeyAdmin::add(database, &key)).unwrap()), [Topic::AppKeys]);
    let rotated = moved(db, || {
        db.wait(database.rotate("Key", &Secret::new("second"), NOW)).unwrap();
    });
    assert_eq!(rotated, [Topic::AppKeys]);
    let disabled = moved(db, || {
        db.wait(AppKeyAdmin::set_enabled(database, "Key", false)).unwrap();
    });
    assert_eq!(disabled, [Topic::AppKeys]);
    let mut cid = None;
    assert_eq!(moved(db, || cid = Some(db.user("cid").id)), [], "nothing is kept of who does not exist");
    let cid = cid.unwrap();
    let muted = moved(db, || db.wait(database.restrict(&[cid], Restriction::Muted(true), NOW)).unwrap());
    assert_eq!(muted, [Topic::Users]);
    let shown = ShownAs { nickname: Some("Cid".into()), portrait: None };
    assert_eq!(moved(db, || db.wait(BackEndUsers::show(database, cid, shown, NOW)).unwrap()), [Topic::Users]);
    for kind in [ListKind::Black, ListKind::White] {
        let set = ListSet { kind, owner: bob, others: vec![cid], is_listed: true, most: 9 };
        assert_eq!(moved(db, || db.wait(UserLists::set(database, set, NOW)).unwrap()), [Topic::Relations]);
    }
    assert_eq!(moved(db, || db.wait(UserAdmin::set_enabled(database, ann, false)).unwrap()), [Topic::Users]);
    let revoked = moved(db, || db.wait(SessionAdmin::revoke(database, ann, None)).unwrap());
    assert_eq!(revoked, [Topic::Sessions]);
    let deleted = moved(db, || db.wait(UserAdmin::delete(database, ann, NOW)).unwrap());
    assert_eq!(deleted, [Topic::Sessions, Topic::Users]);
    let blocked = moved(db, || db.wait(database.set_blocked(bob, ann, true, NOW)).unwrap());
    assert_eq!(blocked, [Topic::Relations]);
    let given = moved(db, || db.wait(database.set_main_role(bob, RoleId(2), None, None, NOW)).unwrap());
    assert_eq!(given, [Topic::Roles]);
    let role = moved(db, || {
        db.wait(RoleAdmin::set(database, RoleId(2), Some("Quiet"), None, None, NOW)).unwrap();
    });
    assert_eq!(role, [Topic::Roles]);
    let known = check("site_mode", "private").unwrap();
    let set = moved(db, || db.wait(SettingAdmin::set(database, known, "private", NOW)).unwrap());
    assert_eq!(set, [Topic::Settings]);
    assert_eq!(
        moved(db, || db.wait(BlockWordAdmin::put(database, &[word], NOW)).unwrap()),
        [Topic::BlockWords]
    );
    assert_eq!(moved(db, || db.wait(BlockWordAdmin::remove(database, "darn")).unwrap()), [Topic::BlockWords]);
    let words = vec![SensitiveWord { word: "heck".into(), mode: WordMode::Refuse }];
    let put = moved(db, || db.wait(SensitiveWords::put(database, words, 9, NOW)).unwrap());
    assert_eq!(put, [Topic::BlockWords]);
    let removed = moved(db, || db.wait(SensitiveWords::remove(database, &["heck".into()], NOW)).unwrap());
    assert_eq!(removed, [Topic::BlockWords]);
}

fn a_change_that_is_undone_moves_no_epoch(db: &TestDatabase) {
    let undone = moved(db, || {
        let mut conn = db.database.writer().unwrap();
        let result = conn.write(|conn| {
            crate::epochs::bump(conn, Topic::Users)?;
            Err::<(), _>(diesel::result::Error::RollbackTransaction)
        });
        assert!(result.is_err());
    });
    assert_eq!(undone, []);
}

fn another_process_sees_the_epoch_and_the_change(db: &TestDatabase) {
    let other = Database::open(DatabaseOptions::new(db.url.clone())).unwrap();
    let known = check("site_mode", "private").unwrap();
    let mut seen = epochs(&other, db);
    for mode in ["private", "public", "private"] {
        db.wait(SettingAdmin::set(&db.database, known.clone(), mode, NOW)).unwrap();
        let present = epochs(&other, db);
        assert_ne!(present[&Topic::Settings], seen[&Topic::Settings]);
        assert_eq!(db.wait(other.settings()).unwrap().text("site_mode"), mode);
        seen = present;
    }
}

fn topics_of_a_newer_version_are_passed_over(db: &TestDatabase) {
    db.execute("INSERT INTO cache_epochs (topic, epoch) VALUES ('moods', 7)");
    assert_eq!(epochs(&db.database, db).len(), Topic::ALL.len());
}

/// What `work` ran, by pool.
pub(crate) fn run_by(db: &TestDatabase, work: impl FnOnce()) -> StatementCounts {
    let before = db.database.statements();
    work();
    let after = db.database.statements();
    StatementCounts { reads: after.reads - before.reads, writes: after.writes - before.writes }
}

fn statements_are_counted_by_pool(db: &TestDatabase) {
    let read = run_by(db, || drop(epochs(&db.database, db)));
    assert_eq!(read, StatementCounts { reads: 1, writes: 0 });
    let known = check("site_mode", "private").unwrap();
    // BEGIN, the update, the insert, the epoch, COMMIT.
    let written = run_by(db, || db.wait(SettingAdmin::set(&db.database, known, "private", NOW)).unwrap());
    assert_eq!(written, StatementCounts { reads: 0, writes: 5 });
}

fn how_somebody_stands_to_others_is_one_statement(db: &TestDatabase) {
    let others: Vec<UserId> = (2..=41).map(UserId).collect();
    let read = run_by(db, || drop(db.wait(Relations::between(&db.database, UserId(1), &others)).unwrap()));
    assert_eq!(read, StatementCounts { reads: 1, writes: 0 });
}

fn a_lone_text_is_seven_statements_of_the_writer_and_none_of_the_readers(db: &TestDatabase) {
    for _ in 0..3 {
        let unit = db.unit(1, &[2], "hi");
        // BEGIN, the conversation, a look at it, the head of the log and a look at that, the message, COMMIT.
        let sent = run_by(db, || assert!(db.database.append(vec![unit])[0].is_ok()));
        assert_eq!(sent, StatementCounts { reads: 0, writes: 7 });
    }
}

#[test]
fn a_row_that_is_changed_by_hand_moves_its_epoch_on_sqlite() {
    crate::tests::harness::on_sqlite(|db| {
        let tables = [
            "session_keys",
            "accounts",
            "session_tokens",
            "users",
            "roles",
            "user_roles",
            "configs",
            "user_follows",
            "user_blocks",
            "user_restrictions",
            "user_whitelists",
            "block_words",
        ];
        for table in tables {
            let triggers = format!(
                "SELECT COUNT(*) AS number FROM sqlite_master WHERE type = 'trigger' AND tbl_name = '{table}'"
            );
            assert_eq!(
                db.number(&triggers),
                if ["accounts", "users"].contains(&table) { 2 } else { 3 },
                "{table}"
            );
        }
        let before = epochs(&db.database, db);
        let ann = db.user("ann").id;
        db.execute(&format!(
            "INSERT INTO user_restrictions (user_id, muted_at, updated_at) VALUES ({ann}, 1, 1)"
        ));
        db.execute("UPDATE users SET conversation_limit = 4; DELETE FROM block_words; DELETE FROM configs;");
        let after = epochs(&db.database, db);
        assert!(after[&Topic::Users] > before[&Topic::Users] + 1);
        assert!(after[&Topic::Settings] > before[&Topic::Settings]);
        assert_eq!(after[&Topic::BlockWords], before[&Topic::BlockWords]);
    });
}
