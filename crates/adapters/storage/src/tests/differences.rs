//! Where the two databases would differ if we let them.

use diesel::prelude::*;
use sixin_application::operations::ports::SettingAdmin;
use sixin_application::ports::Topic;
use sixin_application::users::ports::Users;
use sixin_domain::site::settings::check;
use sixin_domain::user::username::UserRef;

use crate::connection::connector::AnyConnection;
use crate::connection::url::DatabaseUrl;
use crate::database::{Database, DatabaseOptions};
use crate::epochs::bump;
use crate::schema::{cache_epochs, configs};
use crate::sql::composed::{ComposedSql, chunks};
use crate::tests::harness::{NOW, TestDatabase};
use crate::tests::on_every_database;

on_every_database!(
    writers_that_read_first_wait_for_each_other_instead_of_failing,
    names_that_differ_in_case_or_accent_are_different_names,
    an_update_that_changes_nothing_still_found_its_row,
    a_value_bound_in_a_select_list_is_read_back,
    a_batch_of_rows_is_one_statement_and_an_empty_one_is_none,
    times_keep_their_milliseconds_and_ids_their_53_bits,
    a_transaction_that_fails_leaves_nothing_behind,
    each_session_is_set_up_as_designed,
    a_server_that_is_not_there_is_named_without_its_password,
);

fn epoch_of_users(conn: &mut AnyConnection) -> QueryResult<i64> {
    cache_epochs::table.find("users").select(cache_epochs::epoch).first(conn)
}

fn writers_that_read_first_wait_for_each_other_instead_of_failing(db: &TestDatabase) {
    db.execute("UPDATE cache_epochs SET epoch = 0");
    let add = || {
        for _ in 0..25 {
            let mut conn = Database::writer(&db.database).unwrap();
            conn.write(|conn| {
                let _: i64 = epoch_of_users(conn)?;
                bump(conn, Topic::Users)
            })
            .unwrap();
        }
    };
    // A second pool is another process.
    let other = Database::open(DatabaseOptions::new(db.url.clone())).unwrap();
    let add_there = || {
        for _ in 0..25 {
            let mut conn = other.writer().unwrap();
            conn.write(|conn| {
                let _: i64 = epoch_of_users(conn)?;
                bump(conn, Topic::Users)
            })
            .unwrap();
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(add);
            scope.spawn(add_there);
        }
    });
    assert_eq!(db.number("SELECT epoch AS number FROM cache_epochs WHERE topic = 'users'"), 200);
}

fn names_that_differ_in_case_or_accent_are_different_names(db: &TestDatabase) {
    let names = ["ann", "Ann", "ANN", "änn", "ａｎｎ"];
    let ids: Vec<_> = names.iter().map(|name| db.user(name).id).collect();
    for (name, id) in names.iter().zip(ids) {
        let found = db.wait(Users::find(&db.database, &UserRef::parse(name).unwrap())).unwrap();
        assert_eq!(found.map(|user| user.id), Some(id), "{name}");
    }
}

fn an_update_that_changes_nothing_still_found_its_row(db: &TestDatabase) {
    let mut conn = db.database.writer().unwrap();
    for _ in 0..2 {
        let row = configs::table.filter(configs::item_key.eq("default_role"));
        assert_eq!(diesel::update(row).set(configs::item_value.eq("4")).execute(&mut *conn), Ok(1));
    }
}

fn a_value_bound_in_a_select_list_is_read_back(db: &TestDatabase) {
    use diesel::sql_types::{BigInt, Text as SqlText};
    let mut conn = db.database.writer().unwrap();
    let both = (7_i64.into_sql::<BigInt>(), "seven".into_sql::<SqlText>());
    assert_eq!(diesel::select(both).get_result(&mut *conn), Ok((7_i64, "seven".to_owned())));
}

/// A batch that diesel runs row by row would keep the rows before the one that fails.
fn a_batch_of_rows_is_one_statement_and_an_empty_one_is_none(db: &TestDatabase) {
    let insert = |ids: &[i64]| {
        let mut conn = db.database.writer().unwrap();
        let mut done = 0;
        for ids in chunks(ids) {
            let mut statement = ComposedSql::new("INSERT INTO message_contents (id) VALUES ");
            statement.rows(ids, |statement, id| {
                statement.int(*id);
            });
            done += statement.execute(&mut conn)?;
        }
        QueryResult::Ok(done)
    };
    assert_eq!(insert(&[]), Ok(0));
    assert_eq!(insert(&[1, 2, 3, 4]), Ok(4));
    assert!(insert(&[5, 6, 7, 1]).is_err());
    assert_eq!(db.number("SELECT COUNT(*) AS number FROM message_contents"), 4);
}

fn times_keep_their_milliseconds_and_ids_their_53_bits(db: &TestDatabase) {
    let at = NOW.plus(123);
    db.wait(SettingAdmin::set(&db.database, check("site_name", "x").unwrap(), "x", at)).unwrap();
    assert_eq!(db.number("SELECT created_at AS number FROM configs WHERE item_key = 'site_name'"), at.0);
    db.execute("INSERT INTO message_contents (id) VALUES (9007199254740991)");
    assert_eq!(db.number("SELECT id AS number FROM message_contents"), sixin_domain::id::MAX_SAFE_INTEGER);
}

fn a_transaction_that_fails_leaves_nothing_behind(db: &TestDatabase) {
    let mut conn = db.database.writer().unwrap();
    let failed: Result<(), _> = conn.write(|conn| {
        bump(conn, Topic::Users)?;
        Err(diesel::result::Error::NotFound)
    });
    assert!(failed.is_err());
    drop(conn);
    assert_eq!(db.number("SELECT epoch AS number FROM cache_epochs WHERE topic = 'users'"), 0);
}

#[derive(QueryableByName)]
struct Text {
    #[diesel(sql_type = diesel::sql_types::Text)]
    line: String,
}

fn each_session_is_set_up_as_designed(db: &TestDatabase) {
    let mut conn = db.database.writer().unwrap();
    let mut line = |sql: &str| diesel::sql_query(sql).get_result::<Text>(&mut *conn).unwrap().line;
    if db.url.scheme() == "sqlite" {
        let pragma = |name: &str| format!("SELECT CAST({name} AS TEXT) AS line FROM pragma_{name}");
        assert_eq!(line(&pragma("journal_mode")), "wal");
        // 2 is FULL: the WAL is on disk before COMMIT answers.
        assert_eq!(line(&pragma("synchronous")), "2");
        assert_eq!(line(&pragma("foreign_keys")), "1");
    } else {
        let mode = line("SELECT @@SESSION.sql_mode AS line");
        assert!(mode.contains("STRICT_TRANS_TABLES") && mode.contains("ONLY_FULL_GROUP_BY"), "{mode}");
        assert_eq!(line("SELECT @@SESSION.time_zone AS line"), "+00:00");
        assert_eq!(line("SELECT CAST(@@SESSION.innodb_lock_wait_timeout AS CHAR) AS line"), "5");
        let isolation = "SELECT VARIABLE_VALUE AS line FROM information_schema.SESSION_VARIABLES WHERE VARIABLE_NAME IN ('tx_isolation', 'transaction_isolation') LIMIT 1";
        let performance = "SELECT VARIABLE_VALUE AS line FROM performance_schema.session_variables WHERE VARIABLE_NAME = 'transaction_isolation'";
        let is_mariadb = line("SELECT VERSION() AS line").contains("MariaDB");
        assert_eq!(line(if is_mariadb { isolation } else { performance }), "READ-COMMITTED");
    }
}

fn a_server_that_is_not_there_is_named_without_its_password(db: &TestDatabase) {
    let (url, named) = if db.url.scheme() == "sqlite" {
        ("sqlite:///proc/nowhere/sixin.db", "/proc/nowhere/sixin.db")
    } else {
        ("mysql://someone:hunter2@127.0.0.1:1/db", "mysql://127.0.0.1:1/db")
    };
    let options = DatabaseOptions {
        patience: std::time::Duration::from_millis(300),
        ..DatabaseOptions::new(DatabaseUrl::parse(url).unwrap())
    };
    let error = Database::open(options).err().unwrap().to_string();
    assert!(error.contains(named) && !error.contains("hunter2"), "{error}");
}

#[test]
fn a_reading_connection_to_sqlite_cannot_write() {
    crate::tests::harness::on_sqlite(|db| {
        let refused = db.wait(db.database.read(|conn| bump(conn, Topic::Users)));
        assert!(matches!(refused, Err(sixin_application::ports::StoreError::Unavailable(_))));
        assert!(matches!(*db.database.writer().unwrap(), AnyConnection::Sqlite(_)));
    });
}
