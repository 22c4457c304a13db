//! A batch takes few statements, whatever it holds and whoever else is at work.

use sixin_application::ports::{MessageLog, SendUnit};

use super::harness::{TestDatabase, on_mysql};
use super::hot_reads::{checks, run_by};
use super::on_every_database;
use super::shared_content::typed;
use crate::database::{Database, DatabaseOptions};
use crate::statements::Statements;

on_every_database!(
    a_thousand_recipients_of_128_kb_take_three_statements_for_each_64,
    a_batch_of_many_conversations_takes_three_statements_for_each_64,
);

/// Statements over 1000 rows: 15 of 64, one of 32, one of 8.
const PIECES: u64 = 17;

fn a_thousand_recipients_of_128_kb_take_three_statements_for_each_64(db: &TestDatabase) {
    let recipients: Vec<i64> = (2..1002).collect();
    let unit = typed(db, &recipients, "x".repeat(128 * 1024));
    // BEGIN, conversations, a look at them, the content, messages, COMMIT.
    let sent = run_by(db, || assert!(db.database.append(vec![unit])[0].is_ok()));
    assert_eq!(sent, Statements { reads: 0, writes: 3 * PIECES + 3 + checks(db) });
}

fn a_batch_of_many_conversations_takes_three_statements_for_each_64(db: &TestDatabase) {
    let units: Vec<SendUnit> = (0..1000).map(|number| db.unit(1, &[number + 2], "hi")).collect();
    let sent = run_by(db, || assert!(db.database.append(units).iter().all(Result::is_ok)));
    assert_eq!(sent, Statements { reads: 0, writes: 3 * PIECES + 2 + checks(db) });
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
