//! Faults for tests: what a write transaction passes on its way, where a test may make it fail. Compiled for tests
//! only.

use std::cell::RefCell;

use diesel::QueryResult;

/// What is about to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    Begin,
    Statement,
    Commit,
    /// COMMIT has been carried out, and its answer is on the way.
    Committed,
}

type Plan = Box<dyn FnMut(Step) -> QueryResult<()>>;

thread_local! {
    static PLAN: RefCell<Option<Plan>> = const { RefCell::new(None) };
}

/// Passes a step, unless this thread's plan says that it fails.
pub(crate) fn pass(step: Step) -> QueryResult<()> {
    // Taken out meanwhile: a plan may use the database itself, and may panic.
    let Some(mut plan) = PLAN.take() else { return Ok(()) };
    let passed = plan(step);
    PLAN.set(Some(plan));
    passed
}

/// Does some work under a plan.
pub(crate) fn under<T>(plan: impl FnMut(Step) -> QueryResult<()> + 'static, work: impl FnOnce() -> T) -> T {
    PLAN.set(Some(Box::new(plan)));
    let done = work();
    PLAN.set(None);
    done
}
