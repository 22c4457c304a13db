//! A batch takes few statements, whatever it holds and whoever else is at work.

use std::sync::{Arc, Mutex};

use diesel::Connection;
use diesel::connection::InstrumentationEvent;
use sixin_application::sending::ports::{MessageStore, NonceUse, SendUnit};
use sixin_domain::id::AppKeyId;

use crate::commits::Events;
use crate::database::{Database, DatabaseOptions};
use crate::sending::transaction;
use crate::sql::counts::StatementCounts;
use crate::tests::harness::{NOW, TestDatabase, on_mysql};
use crate::tests::on_every_database;
use crate::tests::operations::hot_reads::run_by;
use crate::tests::sending::send_once::key;
use crate::tests::sending::shared_content::{typed, with_own};

on_every_database!(
    a_thousand_recipients_of_128_kb_take_three_statements_for_each_64,
    a_thousand_recipients_with_contents_of_their_own_take_no_more_statements,
    a_batch_of_many_conversations_takes_three_statements_for_each_64,
);

/// StatementCounts over 1000 rows: 15 of 64, one of 40.
const PIECES: u64 = 16;

fn a_thousand_recipients_of_128_kb_take_three_statements_for_each_64(db: &TestDatabase) {
    let recipients: Vec<i64> = (2..1002).collect();
    let unit = typed(db, &recipients, "x".repeat(128 * 1024));
    // BEGIN, conversations, a look at them, the content, two of the head of the log, messages, COMMIT.
    let sent = run_by(db, || assert!(db.database.append(vec![unit])[0].is_ok()));
    assert_eq!(sent, StatementCounts { reads: 0, writes: 3 * PIECES + 5 });
}

fn a_thousand_recipients_with_contents_of_their_own_take_no_more_statements(db: &TestDatabase) {
    let recipients: Vec<i64> = (2..1002).collect();
    let unit = with_own(db, &recipients, &"x".repeat(2000));
    let sent = run_by(db, || assert!(db.database.append(vec![unit])[0].is_ok()));
    assert_eq!(sent, StatementCounts { reads: 0, writes: 3 * PIECES + 5 });
}

fn a_batch_of_many_conversations_takes_three_statements_for_each_64(db: &TestDatabase) {
    let units: Vec<SendUnit> = (0..1000).map(|number| db.unit(1, &[number + 2], "hi")).collect();
    let sent = run_by(db, || assert!(db.database.append(units).iter().all(Result::is_ok)));
    assert_eq!(sent, StatementCounts { reads: 0, writes: 3 * PIECES + 4 });
}

/// Two processes that write to the same conversations wait for each other, but make each other begin anew so rarely
/// that their statements are those of two processes that do not meet.
#[test]
fn two_processes_on_one_mysql_take_hardly_more_statements_than_they_would_alone() {
    on_mysql(|db| {
        const ROUNDS: i64 = 30;
        let second = Database::open(DatabaseOptions::new(db.url.clone())).unwrap();
        let batch = |from: i64| -> Vec<SendUnit> {
            (0..64).map(|number| db.unit(from, &[100 + (number * 7 + from) % 32], "hi")).collect()
        };
        let statements = || db.database.statements().writes + second.statements().writes;
        db.database.append(batch(1));
        let before = statements();
        db.database.append(batch(1));
        let alone = statements() - before;
        let before = statements();
        std::thread::scope(|scope| {
            for database in [&db.database, &second] {
                scope.spawn(move || {
                    for _ in 0..ROUNDS {
                        assert!(database.append(batch(1)).iter().all(Result::is_ok));
                    }
                });
            }
        });
        let together = statements() - before;
        let expected = alone * 2 * u64::try_from(ROUNDS).unwrap();
        assert!(together <= expected + expected / 5, "{together} statements instead of {expected}");
        let stored = db.number("SELECT COUNT(*) AS number FROM conversation_messages");
        assert_eq!(stored, 64 * (2 + 2 * ROUNDS));
    });
}

/// MariaDB decides anew each time whether it looks rows up or reads the whole table; measured in a growing table of 10,000
/// conversations, it read on average 6000 of them for a batch of 16.
#[test]
fn what_a_batch_looks_up_in_mysql_it_looks_up_by_a_named_index() {
    on_mysql(|db| {
        let nonce = NonceUse { app_key: AppKeyId(1), nonce: "n".into(), signed_at: NOW };
        let unit = SendUnit { idempotency: Some(key("k", 1)), nonce: Some(nonce), ..db.unit(1, &[2], "hi") };
        let seen = Arc::new(Mutex::new(Vec::new()));
        let mut conn = db.database.writer().unwrap();
        let collector = Arc::clone(&seen);
        conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
            if let InstrumentationEvent::StartQuery { query, .. } = event {
                collector.lock().unwrap().push(query.to_string());
            }
        });
        let mut events = Events::default();
        let now = db.database.now();
        assert!(conn.write(|conn| transaction(conn, &[&unit], now, &mut events)).unwrap()[0].is_ok());
        let seen = seen.lock().unwrap();
        // The head of the log is one row.
        let is_look = |query: &&String| query.starts_with("SELECT") && !query.contains("FROM log_heads");
        let looks: Vec<_> = seen.iter().filter(is_look).collect();
        assert_eq!(looks.len(), 3, "{seen:?}");
        assert!(looks.iter().all(|query| query.contains(" FORCE INDEX (")), "{looks:?}");
    });
}
