//! The migrated database is the one `schema.rs` describes.

use diesel::prelude::*;

use super::harness::TestDatabase;
use super::on_every_database;
use crate::database::{Database, DatabaseOptions};
use crate::schema;

on_every_database!(
    every_table_and_column_of_the_schema_exists,
    migrating_twice_and_at_the_same_time_changes_nothing,
    a_migration_that_is_missing_is_noticed,
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
        conversation_messages,
        message_contents,
        message_expansions,
        message_revisions,
        deleted_message_logs,
        transient_messages
    );
}

fn migrating_twice_and_at_the_same_time_changes_nothing(db: &TestDatabase) {
    assert_eq!(db.database.migrate().unwrap(), 0);
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
        "conversation_messages",
        "message_contents",
        "message_expansions",
        "message_revisions",
        "deleted_message_logs",
        "transient_messages",
    ] {
        db.execute(&format!("DROP TABLE {table}"));
    }
    let migrate = || {
        let database = Database::open(DatabaseOptions::new(db.url.clone())).unwrap();
        database.migrate().unwrap()
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
    assert!(!db.wait(sixin_application::ports::StoreHealth::is_ready(&db.database)).unwrap());
}
