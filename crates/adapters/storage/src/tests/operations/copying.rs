//! A store is copied whole, as it was at one moment, from either database into either.

use std::collections::BTreeSet;
use std::path::Path;

use diesel::connection::SimpleConnection;
use sixin_application::operations::backup::move_store;
use sixin_application::operations::ports::{
    ColumnKind, CopiedRow, CopiedTable, CopiedValue, CopyError, RowSource, StoreCopying, StoreShape,
};
use sixin_application::sending::ports::ProcessLeases;

use crate::connection::url::DatabaseUrl;
use crate::copying::tables::{COPIED, LEFT_BEHIND, known};
use crate::database::{Database, DatabaseOptions};
use crate::migrations;
use crate::tests::harness::{TestDatabase, with_mysql, with_sqlite};
use crate::tests::on_every_database;

on_every_database!(
    every_table_and_column_has_its_place_in_a_copy,
    what_is_written_later_is_not_in_a_snapshot,
    a_store_that_is_used_is_not_moved,
    a_site_is_not_overwritten,
);

/// So many rows of each table; more than are read at first.
const ROWS: i64 = 60;

fn every_table_and_column_has_its_place_in_a_copy(db: &TestDatabase) {
    let columns = match db.url {
        DatabaseUrl::Sqlite(_) => db.lines(
            "SELECT m.name || '.' || p.name AS line FROM sqlite_master AS m JOIN pragma_table_info(m.name) AS p \
             WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'",
        ),
        // A column that is made of others can't be written.
        DatabaseUrl::Mysql(_) => db.lines(
            "SELECT CONCAT(table_name, '.', column_name) AS line FROM information_schema.columns \
             WHERE table_schema = DATABASE() AND COALESCE(generation_expression, '') = ''",
        ),
    };
    let is_of_the_site = |column: &String| {
        let table = column.split('.').next().unwrap();
        !LEFT_BEHIND.contains(&table)
            && !["__diesel_schema_migrations", "migration_progress"].contains(&table)
    };
    let there: BTreeSet<String> = columns.into_iter().filter(is_of_the_site).collect();
    let copied = COPIED.iter().map(|table| table.copied(None)).flat_map(|table| {
        table.columns.into_iter().map(move |column| format!("{}.{}", table.name, column.name))
    });
    assert_eq!(copied.collect::<BTreeSet<_>>(), there, "a new table needs a line in copying/tables.rs");
}

fn what_is_written_later_is_not_in_a_snapshot(db: &TestDatabase) {
    let scratch = tempfile::tempdir().unwrap();
    let (alice, bob) = (db.user("alice"), db.user("bob"));
    db.store(db.unit(alice.id.0, &[bob.id.0], "before"));
    let held = [None, Some(scratch.path())].map(|scratch| db.database.snapshot(scratch).unwrap());
    db.store(db.unit(alice.id.0, &[bob.id.0], "after"));
    db.user("carol");
    for mut snapshot in held {
        assert_eq!(all_of(&mut *snapshot, "conversation_messages").len(), 1);
        assert_eq!(all_of(&mut *snapshot, "users").len(), 2);
    }
    assert_eq!(std::fs::read_dir(scratch.path()).unwrap().count(), 0, "the copy is gone with the snapshot");
}

fn a_store_that_is_used_is_not_moved(db: &TestDatabase) {
    with_sqlite(|url| {
        let lease = db.wait(db.database.acquire("somebody", 15_000)).unwrap();
        let to = Database::open(DatabaseOptions::new(url)).unwrap();
        assert!(matches!(move_store(&db.database, &to), Err(CopyError::InUse(1))));
        assert!(to.is_empty().unwrap());
        db.wait(db.database.release(&lease)).unwrap();
        move_store(&db.database, &to).unwrap();
        assert!(!to.is_empty().unwrap());
    });
}

fn a_site_is_not_overwritten(db: &TestDatabase) {
    db.user("alice");
    with_sqlite(|url| {
        let from = TestDatabase::open(url);
        let refused = move_store(&from.database, &db.database);
        assert!(matches!(refused, Err(CopyError::NotEmpty(_))), "{refused:?}");
    });
    assert_eq!(db.number("SELECT COUNT(*) AS number FROM users"), 1);
}

#[test]
fn a_store_with_rows_in_every_table_goes_to_the_other_database_and_back() {
    with_sqlite(|url| {
        let first = filled(url);
        with_mysql(|url| {
            let second = moved(&first, url);
            assert_same(&first, &second);
            with_sqlite(|url| assert_same(&first, &moved(&second, url)));
        });
        with_sqlite(|url| assert_same(&first, &moved(&first, url)));
    });
}

#[test]
fn numbers_of_rows_that_are_gone_are_not_given_again() {
    let check = |url: DatabaseUrl| {
        with_sqlite(|first| {
            let from = TestDatabase::open(first);
            let (_, last) = (from.user("alice"), from.user("bob"));
            from.execute("DELETE FROM users WHERE username = 'bob'; DELETE FROM login_failures");
            let to = moved(&from, url);
            assert!(to.user("90417").id > last.id);
            let lease = to.wait(to.database.acquire("somebody", 15_000)).unwrap();
            assert!(lease.not_before > lease.granted_at, "ids go on behind those a server may have given");
        });
    };
    with_sqlite(check);
    with_mysql(check);
}

#[test]
fn a_store_that_was_not_filled_to_its_end_is_refused() {
    let check = |url: DatabaseUrl| {
        with_sqlite(|first| {
            let from = TestDatabase::open(first);
            let to = Database::open(DatabaseOptions::new(url)).unwrap();
            let shape = from.database.snapshot(None).unwrap().shape().clone();
            drop(to.fill(&shape).unwrap());
            for refused in
                [to.migrate().map(drop), to.is_empty().map(drop), to.missing_migrations().map(drop)]
            {
                assert!(refused.unwrap_err().to_string().contains("being filled"));
            }
        });
    };
    with_sqlite(check);
    with_mysql(check);
}

#[test]
fn what_a_newer_version_has_written_is_refused_and_an_older_store_is_brought_up_to_date() {
    with_sqlite(|first| {
        let from = TestDatabase::open(first);
        from.user("alice");
        let mut shape = from.database.snapshot(None).unwrap().shape().clone();
        with_sqlite(|url| {
            let to = Database::open(DatabaseOptions::new(url)).unwrap();
            shape.migrations.push("29990101000001".to_owned());
            assert!(matches!(to.fill(&shape), Err(CopyError::Newer(version)) if version == "29990101000001"));
            assert!(to.is_empty().unwrap(), "nothing was changed");
            shape.migrations.pop();
            as_it_was(&mut shape, "20261127000101");
            to.fill(&shape).unwrap().finish(None).unwrap();
            assert_eq!(to.missing_migrations().unwrap(), 0);
        });
    });
}

/// What a store was made of when that migration was the last.
fn as_it_was(shape: &mut StoreShape, last: &str) {
    shape.migrations.retain(|version| version.as_str() <= last);
    with_sqlite(|url| {
        let old = Database::open(DatabaseOptions::new(url)).unwrap();
        let mut conn = old.first_writer().unwrap();
        migrations::run_those(&mut conn, &shape.migrations).unwrap();
        let all = shape.tables.len();
        let mut is_there =
            |table: &str| conn.batch_execute(&format!("SELECT 1 FROM {table} LIMIT 0")).is_ok();
        shape.tables.retain(|table| is_there(&table.name));
        assert!(shape.tables.len() < all, "later versions have more tables");
    });
}

/// A store in which every table has rows.
fn filled(url: DatabaseUrl) -> TestDatabase {
    with_shape(|mut shape| {
        for table in &mut shape.tables {
            table.last_number = None;
        }
        let database = Database::open(DatabaseOptions::new(url.clone())).unwrap();
        let mut filling = database.fill(&shape).unwrap();
        for table in &shape.tables {
            filling.add(table, &rows_of(table)).unwrap();
        }
        filling.finish(None).unwrap();
    });
    TestDatabase::open(url)
}

fn with_shape(work: impl FnOnce(StoreShape)) {
    with_sqlite(|url| work(TestDatabase::open(url).database.snapshot(None).unwrap().shape().clone()));
}

/// Rows that differ in every column; keys of several columns share their first ones.
fn rows_of(table: &CopiedTable) -> Vec<CopiedRow> {
    let key = known(&table.name).unwrap().key;
    let row = |row: i64| {
        let value = |column: &sixin_application::operations::ports::CopiedColumn| {
            let place = key.iter().position(|name| *name == column.name);
            let number = match place {
                None => row + 1,
                Some(place) => {
                    let upper = row / 5_i64.pow(u32::try_from(key.len() - 1 - place).unwrap());
                    1 + if place == 0 { upper } else { upper % 5 }
                }
            };
            match column.kind {
                ColumnKind::Number => CopiedValue::Number(number),
                ColumnKind::Text => CopiedValue::Text(format!("{number}\"é\n\\好")),
                ColumnKind::Bytes => CopiedValue::Bytes(vec![0, 255, u8::try_from(number).unwrap(), 10]),
            }
        };
        table.columns.iter().map(value).collect()
    };
    (0..ROWS).map(row).collect()
}

fn moved(from: &TestDatabase, url: DatabaseUrl) -> TestDatabase {
    from.execute("UPDATE process_leases SET token = NULL");
    let to = Database::open(DatabaseOptions::new(url.clone())).unwrap();
    move_store(&from.database, &to).unwrap();
    TestDatabase::open(url)
}

fn assert_same(one: &TestDatabase, other: &TestDatabase) {
    let mut sides = [one, other].map(|db| db.database.snapshot(None::<&Path>).unwrap());
    assert_eq!(sides[0].shape().migrations, sides[1].shape().migrations);
    for table in COPIED.iter().map(|table| table.name).filter(|table| *table != "process_leases") {
        let [one, other] = sides.each_mut().map(|side| all_of(&mut **side, table));
        assert_eq!(one.len(), usize::try_from(ROWS).unwrap(), "{table}");
        // Texts that are keys may be in another order.
        let sorted =
            |rows: Vec<CopiedRow>| rows.iter().map(|row| format!("{row:?}")).collect::<BTreeSet<String>>();
        assert_eq!(sorted(one), sorted(other), "{table}");
    }
}

fn all_of(snapshot: &mut (impl RowSource + ?Sized), table: &str) -> Vec<CopiedRow> {
    let table = snapshot.shape().tables.iter().find(|one| one.name == table).unwrap().clone();
    let mut all = Vec::new();
    loop {
        let page = snapshot.next(&table).unwrap();
        if page.is_empty() {
            return all;
        }
        all.extend(page);
    }
}
