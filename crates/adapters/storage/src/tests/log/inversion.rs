//! A reader that follows the log while others write sees everything, in order (docs/design.md#delivery).

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use diesel::connection::SimpleConnection;
use sixin_application::delivery::ports::EventLog;
use sixin_application::sending::ports::MessageStore;
use sixin_domain::log::Position;

use crate::tests::harness::{TestDatabase, on_mysql};
use crate::tests::on_every_database;

on_every_database!(
    four_writers_and_a_reader_lose_nothing,
    an_id_made_before_the_queue_is_no_cursor,
    positions_follow_the_clock_and_never_go_back,
);

const WRITERS: usize = 4;

/// Runs the writers beside a reader, which goes on as long as they do; both answer numbers of what they wrote and saw.
fn beside_each_other(
    write: impl Fn(usize) -> Vec<i64> + Sync,
    mut look: impl FnMut() -> Vec<i64> + Send,
) -> (Vec<i64>, Vec<i64>) {
    let at_work = AtomicUsize::new(WRITERS);
    std::thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS)
            .map(|number| {
                let (write, at_work) = (&write, &at_work);
                scope.spawn(move || {
                    let written = write(number);
                    at_work.fetch_sub(1, Ordering::SeqCst);
                    written
                })
            })
            .collect();
        let mut seen = Vec::new();
        loop {
            let is_last = at_work.load(Ordering::SeqCst) == 0;
            seen.extend(look());
            if is_last {
                break;
            }
        }
        (writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect(), seen)
    })
}

fn four_writers_and_a_reader_lose_nothing(db: &TestDatabase) {
    let reader = db.another();
    let mut last = Position(0);
    let (written, seen) = beside_each_other(
        |number| {
            let batch = |at: i64| {
                let from = i64::try_from(number).unwrap() * 10 + 1;
                let units = (0..5).map(|to| db.unit(from + at % 3, &[from + 4 + to], "hi")).collect();
                db.database.append(units)
            };
            let answers = (0..30).flat_map(batch);
            answers.flat_map(|answer| answer.unwrap().placed).map(|placed| placed.id.0).collect()
        },
        || {
            let head = reader.wait(reader.database.head()).unwrap().position;
            let entries = reader.wait(reader.database.entries(last, head, 100_000)).unwrap().entries;
            let positions: Vec<_> = entries.iter().map(|entry| entry.position).collect();
            assert!(positions.is_sorted_by(|one, next| one < next), "strictly increasing");
            assert!(positions.iter().all(|position| *position > last && *position <= head));
            last = head;
            entries.into_iter().map(|entry| id_of(&entry)).collect()
        },
    );
    assert_eq!(seen.len(), written.len());
    assert_eq!(seen.into_iter().collect::<BTreeSet<_>>(), written.into_iter().collect());
}

fn id_of(entry: &sixin_domain::log::LogEntry) -> i64 {
    match &entry.what {
        sixin_domain::log::Logged::Message(message) => message.id.0,
        other => panic!("{other:?}"),
    }
}

/// The same test on a counter that is handed out before the commit. It loses rows, which shows that the test above can fail.
#[test]
fn a_reader_of_an_auto_increment_loses_rows() {
    on_mysql(|db| {
        db.execute(
            "CREATE TABLE probes (id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, writer BIGINT NOT NULL)",
        );
        let reader = db.another();
        let mut last = 0;
        let (written, seen) = beside_each_other(
            |number| {
                let mut conn = db.database.writer().unwrap();
                for at in 0..20_u64 {
                    conn.batch_execute("BEGIN").unwrap();
                    conn.batch_execute(&format!("INSERT INTO probes (writer) VALUES ({number})")).unwrap();
                    std::thread::sleep(Duration::from_millis((at * 7 + u64::try_from(number).unwrap()) % 5));
                    conn.batch_execute("COMMIT").unwrap();
                }
                vec![i64::try_from(number).unwrap(); 20]
            },
            || {
                let sql =
                    format!("SELECT CAST(id AS CHAR) AS line FROM probes WHERE id > {last} ORDER BY id");
                let rows: Vec<i64> = reader.lines(&sql).iter().map(|line| line.parse().unwrap()).collect();
                last = rows.last().copied().unwrap_or(last);
                rows
            },
        );
        assert!(seen.len() < written.len(), "all {} rows were seen: the test proves nothing", seen.len());
    });
}

fn an_id_made_before_the_queue_is_no_cursor(db: &TestDatabase) {
    let (early, late) = (db.unit(1, &[2], "made first"), db.unit(3, &[4], "stored first"));
    let stored_first = db.store(late)[0].id.0;
    let head = db.wait(db.database.head()).unwrap().position;
    let stored_second = db.store(early)[0].id.0;
    // By ids the second is never seen by who has seen the first; by positions it is.
    let by_id = format!("SELECT COUNT(*) AS number FROM conversation_messages WHERE id > {stored_first}");
    assert_eq!(db.number(&by_id), 0);
    let later = db.wait(db.database.entries(head, Position(i64::MAX), 10)).unwrap().entries;
    assert_eq!(later.iter().map(id_of).collect::<Vec<_>>(), [stored_second]);
}

fn positions_follow_the_clock_and_never_go_back(db: &TestDatabase) {
    let mut conn = db.database.writer().unwrap();
    let mut take = |now, places| {
        conn.write(|conn| crate::log::head::take(conn, Position(now), places))
            .map(|span| (span.previous.0, span.last.0))
            .unwrap()
    };
    assert_eq!(take(1_000_000, 2), (0, 1_000_002));
    assert_eq!(take(500, 3), (1_000_002, 1_000_005), "a clock that went back only counts");
    assert_eq!(take(2_000_000, 1), (1_000_005, 2_000_001));
}
