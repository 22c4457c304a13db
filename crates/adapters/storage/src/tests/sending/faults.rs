//! What can go wrong inside a write transaction: any statement, COMMIT, or the answer to COMMIT. Whatever it is, an
//! acknowledgement is true, nothing is stored twice, and the writer goes on.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use diesel::QueryResult;
use diesel::result::{DatabaseErrorKind, Error};
use sixin_application::sending::ports::{AppendError, MessageStore, SendUnit};

use crate::faults::{Step, pass, under};
use crate::sending::RetryBudget;
use crate::tests::harness::TestDatabase;
use crate::tests::on_every_database;
use crate::tests::operations::hot_reads::run_by;
use crate::tests::sending::acknowledgements::{
    Answer, answers_are_true, batch, repeats_are_stored_once, stored,
};

on_every_database!(
    every_statement_of_a_batch_is_a_step_that_can_fail,
    a_fault_that_passes_costs_no_unit_at_whatever_step_it_strikes,
    a_fault_that_forbids_storing_now_refuses_all_and_stores_nothing,
    a_fault_that_stays_is_answered_truly_and_the_writer_goes_on,
    an_unknown_outcome_is_settled_either_way_once_the_database_can_be_asked,
    an_outcome_that_stays_unknown_is_called_so_and_a_repeat_is_stored_once,
    a_commit_that_is_carried_out_after_the_look_is_not_a_failure,
    a_panic_at_any_step_stores_nothing_and_the_writer_goes_on,
    a_unit_that_can_never_be_stored_fails_alone_wherever_it_stands,
);

/// After these, the same batch succeeds.
const PASSING: [&str; 4] = [
    "Deadlock found when trying to get lock; try restarting transaction",
    "Record has changed since last read in table 'conversations'",
    LOST,
    BROKEN,
];
const DEADLOCK: &str = PASSING[0];
const LOST: &str = "Input/output error: connection reset by peer";
/// Seems to be the fault of a unit.
const BROKEN: &str = "something is wrong with this statement";
const FULL: &str = "database or disk is full";

fn error(text: &str) -> Error {
    Error::DatabaseError(DatabaseErrorKind::Unknown, Box::new(text.to_owned()))
}

/// Fails once, at the n-th step from 0.
fn once_at(n: usize, text: &'static str) -> impl FnMut(Step) -> QueryResult<()> {
    let mut steps = 0..;
    move |_| if steps.next() == Some(n) { Err(error(text)) } else { Ok(()) }
}

/// Fails at the n-th step of every transaction.
fn always_at(n: usize, text: &'static str) -> impl FnMut(Step) -> QueryResult<()> {
    let mut step = 0;
    move |what| {
        step = if what == Step::Begin { 0 } else { step + 1 };
        if step == n { Err(error(text)) } else { Ok(()) }
    }
}

/// How many steps a batch takes if nothing fails.
fn steps(db: &TestDatabase) -> usize {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    let units = batch(db, "counted");
    let count_up = move |_| {
        counted.fetch_add(1, Ordering::Relaxed);
        Ok(())
    };
    assert!(under(count_up, || db.database.append(units)).iter().all(Result::is_ok));
    count.load(Ordering::Relaxed)
}

/// Where a fault can strike: a server whose answer to COMMIT is an error has not committed, so behind COMMIT only the
/// connection can be lost.
fn can_strike(text: &str, steps: usize) -> Range<usize> {
    if text == LOST { 0..steps } else { 0..steps - 1 }
}

fn every_statement_of_a_batch_is_a_step_that_can_fail(db: &TestDatabase) {
    let units = batch(db, "counted");
    let mut count = 0;
    let ran = run_by(db, || {
        let (send, seen) = std::sync::mpsc::channel();
        let report = move |step| {
            send.send(step).unwrap();
            pass(step)
        };
        assert!(under(report, || db.database.append(units)).iter().all(Result::is_ok));
        count = seen.iter().filter(|step| *step != Step::Committed).count();
    });
    assert_eq!(ran.writes, u64::try_from(count).unwrap());
}

fn a_fault_that_passes_costs_no_unit_at_whatever_step_it_strikes(db: &TestDatabase) {
    let (fresh, steps) = (db.another(), steps(db));
    for text in PASSING {
        for n in can_strike(text, steps) {
            let case = format!("step {n}: {text}");
            let units = batch(db, &case);
            let answers = under(once_at(n, text), || db.database.append(units.clone()));
            assert!(answers.iter().all(Result::is_ok), "{case}: {answers:?}");
            answers_are_true(&fresh, &units, &answers, &case);
            repeats_are_stored_once(db, &fresh, &units, &case);
        }
    }
}

fn a_fault_that_forbids_storing_now_refuses_all_and_stores_nothing(db: &TestDatabase) {
    let (fresh, steps) = (db.another(), steps(db));
    for n in 0..steps {
        let case = format!("step {n}");
        let units = batch(db, &case);
        let answers = under(once_at(n, FULL), || db.database.append(units.clone()));
        // The last two are COMMIT and its answer: they are settled.
        assert!(answers.iter().all(|answer| answer.is_ok() == (n + 2 >= steps)), "{case}: {answers:?}");
        answers_are_true(&fresh, &units, &answers, &case);
        repeats_are_stored_once(db, &fresh, &units, &case);
    }
}

fn a_fault_that_stays_is_answered_truly_and_the_writer_goes_on(db: &TestDatabase) {
    let (fresh, steps) = (db.another(), steps(db));
    for text in [DEADLOCK, LOST, BROKEN, FULL] {
        for n in can_strike(text, steps) {
            let case = format!("step {n}, always: {text}");
            let units = batch(db, &case);
            let refer: Vec<&SendUnit> = units.iter().collect();
            let deadline = Instant::now() + Duration::from_millis(30);
            let budget = RetryBudget { deadline, settlements: 1 };
            let answers = under(always_at(n, text), || db.database.store(&refer, budget));
            answers_are_true(&fresh, &units, &answers, &case);
            repeats_are_stored_once(db, &fresh, &units, &case);
        }
    }
}

fn an_unknown_outcome_is_settled_either_way_once_the_database_can_be_asked(db: &TestDatabase) {
    let fresh = db.another();
    for lost_at in [Step::Commit, Step::Committed] {
        let case = format!("{lost_at:?}");
        let units = batch(db, &case);
        let mut begun = 0;
        let plan = move |step| {
            begun += usize::from(step == Step::Begin);
            // The first COMMIT goes unanswered, and the first two looks fail.
            let fails = if begun == 1 { step == lost_at } else { begun <= 3 && step == Step::Begin };
            if fails { Err(error(LOST)) } else { Ok(()) }
        };
        let answers = under(plan, || db.database.append(units.clone()));
        assert!(answers.iter().all(Result::is_ok), "{case}: {answers:?}");
        answers_are_true(&fresh, &units, &answers, &case);
        repeats_are_stored_once(db, &fresh, &units, &case);
    }
}

fn an_outcome_that_stays_unknown_is_called_so_and_a_repeat_is_stored_once(db: &TestDatabase) {
    let fresh = db.another();
    for lost_at in [Step::Commit, Step::Committed] {
        let case = format!("{lost_at:?}, and nothing after it");
        let units = batch(db, &case);
        let refer: Vec<&SendUnit> = units.iter().collect();
        let budget = RetryBudget { deadline: Instant::now() + Duration::from_millis(200), settlements: 3 };
        let mut is_lost = false;
        let plan = move |step| {
            is_lost |= step == lost_at;
            if is_lost { Err(error(LOST)) } else { Ok(()) }
        };
        let answers = under(plan, || db.database.store(&refer, budget));
        let is_unknown = |answer: &Answer| matches!(answer, Err(AppendError::Unknown));
        assert!(answers.iter().all(is_unknown), "{case}: {answers:?}");
        answers_are_true(&fresh, &units, &answers, &case);
        repeats_are_stored_once(db, &fresh, &units, &case);
    }
}

/// A server may still be at it when its client has long lost the connection: the look sees nothing, and what is then
/// stored again is met by the first one's rows.
fn a_commit_that_is_carried_out_after_the_look_is_not_a_failure(db: &TestDatabase) {
    let fresh = db.another();
    let units = batch(db, "late");
    let (server, in_flight) = (fresh.database.clone(), units.clone());
    let mut begun = 0;
    let plan = move |step| {
        begun += usize::from(step == Step::Begin);
        match (begun, step) {
            (1, Step::Commit) => return Err(error(LOST)),
            // The first was the batch, the second the look.
            (3, Step::Begin) => assert!(server.append(in_flight.clone()).iter().all(Result::is_ok)),
            _ => {}
        }
        Ok(())
    };
    let answers = under(plan, || db.database.append(units.clone()));
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    answers_are_true(&fresh, &units, &answers, "late");
    repeats_are_stored_once(db, &fresh, &units, "late");
}

fn a_panic_at_any_step_stores_nothing_and_the_writer_goes_on(db: &TestDatabase) {
    let (fresh, steps) = (db.another(), steps(db));
    for n in 0..steps {
        let case = format!("panic at step {n}");
        let units = batch(db, &case);
        let mut plan = once_at(n, "a panic");
        let panics = move |step| {
            assert!(plan(step).is_ok(), "this panic is wanted");
            Ok(())
        };
        let work = || under(panics, || db.database.append(units.clone()));
        assert!(catch_unwind(AssertUnwindSafe(work)).is_err(), "{case}");
        let there = stored(&fresh);
        let is_there = units.iter().any(|unit| there.contains_key(&unit.messages[0].id));
        // The last one is behind COMMIT.
        assert_eq!(is_there, n + 1 == steps, "{case}");
        repeats_are_stored_once(db, &fresh, &units, &case);
    }
}

fn a_unit_that_can_never_be_stored_fails_alone_wherever_it_stands(db: &TestDatabase) {
    let fresh = db.another();
    let (taken, transient) = (db.unit(1, &[2], "there"), {
        let mut unit = db.unit(1, &[2], "there");
        unit.envelope.effects.is_persisted = false;
        unit
    });
    db.store(taken.clone());
    db.store(transient.clone());
    for bad in 0..batch(db, "length").len() {
        let case = format!("unit {bad}");
        let mut units = batch(db, &case);
        let is_kept = units[bad].envelope.effects.is_persisted;
        // Its last message has an id that exists.
        units[bad].messages.last_mut().unwrap().id =
            if is_kept { taken.messages[0].id } else { transient.messages[0].id };
        let mut answers = db.database.append(units.clone());
        assert!(matches!(answers.remove(bad), Err(AppendError::Store(_))), "{case}");
        units.remove(bad);
        assert!(answers.iter().all(Result::is_ok), "{case}: {answers:?}");
        answers_are_true(&fresh, &units, &answers, &case);
        repeats_are_stored_once(db, &fresh, &units, &case);
    }
}
