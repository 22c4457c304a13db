use super::*;
use crate::operations::ports::{Counted, MockAgedRows, NamedUpload, Naming};
use crate::ports::MockClock;
use mockall::Sequence;
use mockall::predicate::eq;
use sixin_domain::id::{FileId, MessageId};
use sixin_domain::retention::DAY_MS;

const NOW: Millis = Millis(1000 * DAY_MS);

fn retention(ages: Ages, rows: MockAgedRows) -> Retention {
    let mut clock = MockClock::new();
    clock.expect_now().return_const(NOW);
    Retention { ages, rows: Arc::new(rows), clock: Arc::new(clock) }
}

fn removed(count: u64, has_more: bool) -> Removed {
    Removed { count, has_more }
}

#[tokio::test(start_paused = true)]
async fn what_has_no_age_is_not_touched_and_the_rest_goes_step_by_step() {
    let (mut rows, mut order) = (MockAgedRows::new(), Sequence::new());
    for (what, days, answer) in [
        (Aging::Messages, 90, removed(100, true)),
        (Aging::Messages, 90, removed(7, false)),
        (Aging::Audit, 365, removed(0, false)),
    ] {
        rows.expect_remove()
            .once()
            .in_sequence(&mut order)
            .with(eq(what), eq(NOW.plus(-days * DAY_MS)), eq(NOW))
            .returning(move |_, _, _| Ok(answer));
    }
    let ages = Ages { messages: 90, audit: 365, ..Ages::default() };
    let ran = retention(ages, rows).run(Effort::Whole).await.unwrap();
    let counts: Vec<u64> = ran.removed.each().map(|(_, count)| count).collect();
    assert_eq!((counts, ran.has_more), (vec![107, 0, 0, 0], false));
    assert!(
        retention(Ages::default(), MockAgedRows::new())
            .run(Effort::Whole)
            .await
            .unwrap()
            .removed
            .is_nothing()
    );
}

#[tokio::test(start_paused = true)]
async fn most_of_the_time_is_left_to_others() {
    let mut rows = MockAgedRows::new();
    let mut left = 10;
    rows.expect_remove().times(10).returning(move |_, _, _| {
        left -= 1;
        Ok(removed(100, left > 0))
    });
    let begun = Instant::now();
    let ages = Ages { messages: 1, ..Ages::default() };
    retention(ages, rows).run(Effort::Whole).await.unwrap();
    assert!(begun.elapsed() >= SHORTEST_PAUSE * 10);
    assert_eq!(pause_after(Duration::from_millis(20)), Duration::from_millis(160));
    assert_eq!(pause_after(Duration::from_secs(9)), LONGEST_PAUSE);
}

#[tokio::test(start_paused = true)]
async fn a_run_that_has_no_time_left_says_that_there_is_more() {
    let mut rows = MockAgedRows::new();
    rows.expect_remove().returning(|_, _, _| Ok(removed(1, true)));
    let ages = Ages { messages: 1, audit: 30, ..Ages::default() };
    let ran = retention(ages, rows).run(Effort::Rows(Duration::from_millis(50))).await.unwrap();
    assert!(ran.has_more && !ran.removed.is_nothing());
}

fn upload(file: i64) -> NamedUpload {
    NamedUpload { file: FileId(file), fid: format!("f{file}") }
}

/// Three uploads of which messages name the second, and a late one the third.
fn uploads() -> MockAgedRows {
    let mut rows = MockAgedRows::new();
    rows.expect_named_uploads().returning(|_, after| {
        Ok(if after == FileId(0) { vec![upload(1), upload(2), upload(3)] } else { Vec::new() })
    });
    rows
}

#[tokio::test(start_paused = true)]
async fn an_upload_goes_only_if_no_message_names_it_nor_one_that_came_meanwhile() {
    let mut rows = uploads();
    let late = first_id_of_days(2);
    rows.expect_naming().times(3).returning(move |fids, after| {
        Ok(match after {
            MessageId(0) => Naming { fids: vec!["f2".into()], next: Some(MessageId(late)) },
            MessageId(at) if at == late => Naming { fids: Vec::new(), next: None },
            // Read again from a minute before, for those that are left.
            MessageId(at) => {
                assert!(at < late && at > first_id_of_days(1) && !fids.contains("f2"));
                Naming { fids: vec!["f3".into()], next: None }
            }
        })
    });
    rows.expect_give_up_named()
        .once()
        .withf(|uploads, now| uploads == [upload(1)] && *now == NOW)
        .returning(|uploads, _| Ok(uploads.len() as u64));
    let ages = Ages { files: 30, ..Ages::default() };
    let ran = retention(ages, rows).run(Effort::Files).await.unwrap();
    assert_eq!(ran.removed.each().find(|(what, _)| *what == Aging::Files), Some((Aging::Files, 1)));
}

fn first_id_of_days(days: i64) -> i64 {
    sixin_domain::id::first_id_at(sixin_domain::id::ID_EPOCH.plus(days * DAY_MS))
}

#[tokio::test(start_paused = true)]
async fn what_would_go_is_counted_in_parts_and_no_further_than_asked() {
    let mut rows = uploads();
    rows.expect_naming().returning(|_, _| Ok(Naming { fids: vec!["f2".into()], next: None }));
    rows.expect_count().returning(|what, _, after| {
        let next = (what == Aging::Messages || after == 0).then_some(after + 10);
        Ok(Counted { count: 10, next })
    });
    let ages = Ages { messages: 90, files: 30, audit: 365, ..Ages::default() };
    let due = retention(ages, rows).due(3).await.unwrap();
    let told: Vec<_> = due.iter().map(|due| (due.what, due.days, due.count, due.is_whole)).collect();
    let expected =
        [(Aging::Messages, 90, 30, false), (Aging::Files, 30, 2, true), (Aging::Audit, 365, 20, true)];
    assert_eq!(told, expected);
}
