//! What is too old: how much there is of it, and a run that removes it now.

use std::time::Duration;

use sixin_domain::operator::audit::Action;
use sixin_domain::operator::permission::Permission;
use sixin_domain::retention::{Ages, Aging};

use super::{AdminError, Deed, Desk};
use crate::bulkhead::Bulkhead;
use crate::operations::retention::{Due, Effort, Ran, Retention};
use crate::operators::caller::Caller;

/// How far is counted what would go, so that nobody waits for long: looks at so many thousand rows of each.
const LOOKS: usize = 20;
/// How long a run may take that somebody waits for. Servers go on with what is left.
const WAITED_FOR: Duration = Duration::from_secs(5);

/// Looks after what is too old.
pub struct AdministerRetention {
    /// What is written down.
    pub desk: Desk,
    /// Removes it.
    pub retention: Retention,
    /// One run at a time.
    pub place: Bulkhead,
}

/// The place for a run.
#[must_use]
pub fn place() -> Bulkhead {
    Bulkhead::new(1, 1, Duration::from_secs(5))
}

impl AdministerRetention {
    /// How long things are kept, as the configuration says.
    ///
    /// # Errors
    /// See [`AdminError`].
    pub fn ages(&self, caller: &Caller) -> Result<Ages, AdminError> {
        caller.need(Permission::SeeSite)?;
        Ok(self.retention.ages)
    }

    /// What would go now.
    ///
    /// # Errors
    /// See [`AdminError`].
    pub async fn due(&self, caller: &Caller) -> Result<Vec<Due>, AdminError> {
        caller.need(Permission::SeeSite)?;
        let _permit = self.place.permit().await?;
        Ok(self.retention.due(LOOKS).await?)
    }

    /// Removes some of it now. Uploads that only contents name are left to servers, who have the time to read all messages.
    ///
    /// # Errors
    /// See [`AdminError`].
    pub async fn run(&self, caller: &Caller) -> Result<Ran, AdminError> {
        caller.need(Permission::RunRetention)?;
        let _permit = self.place.permit().await?;
        let mut deed = Deed::new(Permission::RunRetention, Action::RetentionRun, "");
        for what in Aging::ALL {
            if let Some(days) = self.retention.ages.days(what) {
                deed = deed.with(what.name(), days);
            }
        }
        self.desk.carry_out(caller, deed, self.retention.run(Effort::Rows(WAITED_FOR))).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::administration::testing::{NOW, caller, desk};
    use crate::operations::ports::{Counted, MockAgedRows, Removed};
    use sixin_domain::operator::OperatorRole;
    use std::sync::Arc;

    fn retention(rows: MockAgedRows) -> (AdministerRetention, crate::administration::testing::Written) {
        let (desk, written) = desk();
        let ages = Ages { messages: 90, audit: 365, ..Ages::default() };
        let retention = Retention { ages, rows: Arc::new(rows), clock: Arc::clone(&desk.clock) };
        (AdministerRetention { desk, retention, place: place() }, written)
    }

    #[tokio::test]
    async fn a_run_is_for_administrators_and_is_one_row_that_says_how_old_things_may_be() {
        let mut rows = MockAgedRows::new();
        rows.expect_remove().times(2).withf(|_, _, now| *now == NOW).returning(|what, _, _| {
            Ok(Removed { count: if what == Aging::Messages { 3 } else { 0 }, has_more: false })
        });
        let (retention, written) = retention(rows);
        for role in [OperatorRole::Viewer, OperatorRole::Support] {
            assert!(matches!(retention.run(&caller(role)).await, Err(AdminError::Forbidden(_))));
        }
        assert_eq!(written.take(), [] as [String; 0]);
        let ran = retention.run(&caller(OperatorRole::Administrator)).await.unwrap();
        assert_eq!((ran.removed.each().next(), ran.has_more), (Some((Aging::Messages, 3)), false));
        assert_eq!(written.take(), ["retention.run  audit=365 messages=90"]);
    }

    #[tokio::test]
    async fn what_would_go_is_counted_for_whoever_sees_the_site_and_no_further_than_is_quick() {
        let mut rows = MockAgedRows::new();
        rows.expect_count()
            .times(2 * LOOKS)
            .returning(|_, _, after| Ok(Counted { count: 10_000, next: Some(after + 10_000) }));
        let (retention, written) = retention(rows);
        let viewer = caller(OperatorRole::Viewer);
        assert_eq!(retention.ages(&viewer).unwrap().messages, 90);
        let due = retention.due(&viewer).await.unwrap();
        assert!(due.iter().all(|due| due.count == 200_000 && !due.is_whole), "{due:?}");
        assert_eq!(written.take(), [] as [String; 0]);
    }
}
