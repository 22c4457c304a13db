//! The migrated database is the one `schema.rs` describes.

use diesel::prelude::*;
use sixin_application::messages::ports::MessageChanges;
use sixin_domain::message::body::Body;

use crate::connection::url::DatabaseUrl;
use crate::database::{Database, DatabaseOptions};
use crate::schema;
use crate::tests::conversations::changes::conversation;
use crate::tests::harness::{NOW, TestDatabase};
use crate::tests::on_every_database;

on_every_database!(
    every_table_and_column_of_the_schema_exists,
    migrating_twice_and_at_the_same_time_changes_nothing,
    a_migration_that_is_missing_is_noticed,
    a_database_of_a_newer_version_is_refused,
    a_migration_that_was_cut_off_goes_on,
    messages_that_were_edited_before_there_was_a_mark_get_one,
    an_empty_database_is_told_apart_without_changing_it,
);

macro_rules! load_nothing {
    ($conn:expr, $($table:ident),+) => {
        $({
            let rows = schema::$table::table.select(schema::$table::all_columns).limit(0);
            let count = rows.execute($conn);
            assert!(count.is_ok(), "{}: {count:?}", stringify!($table));
        })+
    };
}

fn every_table_and_column_of_the_schema_exists(db: &TestDatabase) {
    let mut conn = db.database.writer().unwrap();
    load_nothing!(
        &mut *conn,
        accounts,
        users,
        roles,
        user_roles,
        user_follows,
        user_blocks,
        user_restrictions,
        user_whitelists,
        user_remarks,
        device_tokens,
        push_periods,
        notification_levels,
        configs,
        block_words,
        cache_epochs,
        session_keys,
        session_tokens,
        login_failures,
        used_nonces,
        idempotency_keys,
        process_leases,
        files,
        file_usages,
        site_secrets,
        conversations,
        gone_messages,
        conversation_messages,
        message_contents,
        message_expansions,
        growing_messages,
        conversation_tags,
        tagged_conversations,
        user_profiles,
        friend_permissions,
        friend_profiles,
        message_revisions,
        deleted_message_logs,
        log_heads,
        log_changes,
        live_presence,
        webhook_endpoints,
        webhook_parked,
        webhook_processes,
        push_devices,
        push_acks,
        push_progress,
        hooks,
        hook_decisions,
        presence_watches,
        erased_users,
        operators,
        operator_sessions,
        operator_tokens,
        audit_log,
        transient_messages
    );
}

fn migrating_twice_and_at_the_same_time_changes_nothing(db: &TestDatabase) {
    assert_eq!(db.database.migrate().unwrap(), Vec::<String>::new());
    db.execute("DROP TABLE __diesel_schema_migrations");
    for table in [
        "accounts",
        "users",
        "roles",
        "user_roles",
        "user_follows",
        "user_blocks",
        "user_restrictions",
        "user_whitelists",
        "user_remarks",
        "device_tokens",
        "push_periods",
        "notification_levels",
        "configs",
        "block_words",
        "cache_epochs",
        "session_keys",
        "session_tokens",
        "login_failures",
        "used_nonces",
        "idempotency_keys",
        "process_leases",
        "files",
        "file_usages",
        "site_secrets",
        "conversations",
        "gone_messages",
        "conversation_messages",
        "message_contents",
        "message_expansions",
        "growing_messages",
        "conversation_tags",
        "tagged_conversations",
        "user_profiles",
        "friend_permissions",
        "friend_profiles",
        "message_revisions",
        "deleted_message_logs",
        "log_heads",
        "log_changes",
        "live_presence",
        "webhook_endpoints",
        "webhook_parked",
        "webhook_processes",
        "push_devices",
        "push_acks",
        "push_progress",
        "hooks",
        "hook_decisions",
        "presence_watches",
        "erased_users",
        "operators",
        "operator_sessions",
        "operator_tokens",
        "audit_log",
        "transient_messages",
    ] {
        db.execute(&format!("DROP TABLE {table}"));
    }
    let migrate = || {
        let database = Database::open(DatabaseOptions::new(db.url.clone())).unwrap();
        database.migrate().unwrap().len()
    };
    let applied: usize = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..3).map(|_| scope.spawn(migrate)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    let there = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../migrations/sqlite"));
    assert_eq!(applied, there.unwrap().count());
    assert_eq!(db.number("SELECT COUNT(*) AS number FROM roles"), 4);
}

fn a_migration_that_is_missing_is_noticed(db: &TestDatabase) {
    assert_eq!(db.database.missing_migrations().unwrap(), 0);
    db.execute("DELETE FROM __diesel_schema_migrations WHERE version = (SELECT v FROM (SELECT MAX(version) AS v FROM __diesel_schema_migrations) AS newest)");
    assert_eq!(db.database.missing_migrations().unwrap(), 1);
    assert!(!db.wait(sixin_application::operations::ports::StoreHealth::is_ready(&db.database)).unwrap());
}

fn a_database_of_a_newer_version_is_refused(db: &TestDatabase) {
    db.execute("INSERT INTO __diesel_schema_migrations (version) VALUES ('29990101000001')");
    let refused = [
        db.database.migrate().map(drop),
        db.database.missing_migrations().map(drop),
        db.database.is_empty().map(drop),
    ];
    for refused in refused {
        assert!(refused.unwrap_err().to_string().contains("29990101000001"));
    }
}

/// SQLite rolls back what was begun, so there is nothing to go on with there.
fn a_migration_that_was_cut_off_goes_on(db: &TestDatabase) {
    if !matches!(db.url, DatabaseUrl::Mysql(_)) {
        return;
    }
    let version = "20261124000010";
    let forget = format!("DELETE FROM __diesel_schema_migrations WHERE version = '{version}'");
    // Cut off at its third statement, which was carried out, and before it was said that it was.
    db.execute(&forget);
    db.execute(&format!(
        "UPDATE migration_progress SET version = '{version}', statement = 3, holder = 'gone', server = 'elsewhere:1', held_until = 1"
    ));
    assert_eq!(db.database.migrate().unwrap().len(), 1);
    // Cut off before its third statement was carried out.
    db.execute(&forget);
    db.execute("DROP TABLE login_failures");
    db.execute(&format!("UPDATE migration_progress SET version = '{version}', statement = 3"));
    assert_eq!(db.database.migrate().unwrap().len(), 1);
    assert_eq!(db.number("SELECT COUNT(*) AS number FROM login_failures"), 0);
    // What was never begun is in somebody's way: that is told.
    db.execute(&forget);
    db.execute("UPDATE migration_progress SET version = NULL, statement = 0");
    assert!(db.database.migrate().is_err());
}

/// What was edited by an older version is marked too, as long as it is kept what it said before.
fn messages_that_were_edited_before_there_was_a_mark_get_one(db: &TestDatabase) {
    let (_, ids) = conversation(db, 2);
    for at in [NOW, NOW.plus(5)] {
        db.wait(db.database.rewrite(ids[1], &Body::Text("else".into()), at)).unwrap();
    }
    db.execute("ALTER TABLE conversation_messages DROP COLUMN edited_at");
    db.execute("DELETE FROM __diesel_schema_migrations WHERE version = '20261130000150'");
    if matches!(db.url, DatabaseUrl::Mysql(_)) {
        db.execute("UPDATE migration_progress SET version = NULL, statement = 0");
    }
    assert_eq!(db.database.migrate().unwrap().len(), 1);
    let marks = "SELECT CONCAT(COALESCE(edited_at, 0), '') AS line FROM conversation_messages ORDER BY id";
    assert_eq!(db.lines(marks), ["0".to_owned(), NOW.plus(5).0.to_string()]);
}

fn an_empty_database_is_told_apart_without_changing_it(db: &TestDatabase) {
    assert!(!db.database.is_empty().unwrap());
    db.execute("DROP TABLE __diesel_schema_migrations");
    assert!(db.database.is_empty().unwrap());
    let all = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../migrations/sqlite")).unwrap();
    assert_eq!(db.database.missing_migrations().unwrap(), all.count());
    assert!(db.database.is_empty().unwrap(), "asking makes no table");
}
