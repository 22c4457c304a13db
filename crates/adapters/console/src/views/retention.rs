//! What is too old, as it is shown.

use serde::Serialize;
use sixin_application::operations::retention::{Due, Ran};
use sixin_domain::retention::{Ages, Aging};
use utoipa::ToSchema;

/// How long something is kept.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminAge)]
pub(crate) struct AgeInfo {
    /// `messages`, `revisions` (what messages said before they were edited), `files` (uploads that no message names any more) or `audit`.
    pub(crate) what: &'static str,
    /// For how many days; null: for ever.
    pub(crate) days: Option<i64>,
    /// What is older than this is to go; null: nothing is.
    pub(crate) before: Option<i64>,
    /// How much would go now, as far as was counted.
    pub(crate) due: u64,
    /// Whether all of it was counted.
    pub(crate) counted: bool,
}

/// How long things are kept.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminRetention)]
pub(crate) struct RetentionInfo {
    /// Each of them.
    pub(crate) kept: Vec<AgeInfo>,
}

impl RetentionInfo {
    /// With what was counted of them.
    pub(crate) fn of(ages: Ages, due: &[Due]) -> Self {
        let age = |what: Aging| {
            let due = due.iter().find(|due| due.what == what);
            AgeInfo {
                what: what.name(),
                days: ages.days(what),
                before: due.map(|due| due.before.0),
                due: due.map_or(0, |due| due.count),
                counted: due.is_none_or(|due| due.is_whole),
            }
        };
        Self { kept: Aging::ALL.map(age).into() }
    }
}

/// What a run has removed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminRemoved)]
pub(crate) struct RemovedInfo {
    /// `messages`, `revisions`, `files` or `audit`.
    pub(crate) what: &'static str,
    /// How much.
    pub(crate) count: u64,
}

/// What a run has done.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminRetentionRun)]
pub(crate) struct RanInfo {
    /// How much of each has gone.
    pub(crate) removed: Vec<RemovedInfo>,
    /// Whether there may be more that is to go.
    pub(crate) more: bool,
}

impl RanInfo {
    pub(crate) fn of(ran: &Ran) -> Self {
        let removed = ran.removed.each().map(|(what, count)| RemovedInfo { what: what.name(), count });
        Self { removed: removed.collect(), more: ran.has_more }
    }
}
