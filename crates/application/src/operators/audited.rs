//! Nothing is done without being written down.

use std::future::Future;

use sixin_domain::operator::audit::NewAuditRow;

use crate::operators::ports::AuditLog;
use crate::ports::StoreError;

/// Writes a row, then does the work. So there may be a row of something that did not come about, and never the other way round. If the
/// work fails, a second row says so and names the first.
///
/// # Errors
/// What the work says, or that the row could not be written; then nothing was done.
pub async fn audited<T, E>(
    audit: &dyn AuditLog,
    row: NewAuditRow,
    work: impl Future<Output = Result<T, E>>,
) -> Result<T, E>
where
    E: From<StoreError>,
{
    let id = audit.append(&row).await?;
    let result = work.await;
    if result.is_err() {
        let mut failed = row;
        failed.details.insert("failed", id.to_string());
        // Whoever asked learns why the work failed; that this row is missing is worth a line in the log and no more.
        if let Err(error) = audit.append(&failed).await {
            tracing::warn!(%error, row = id, "that something audited was not done could not be written down");
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operators::ports::MockAuditLog;
    use mockall::Sequence;
    use sixin_domain::operator::audit::{Action, Actor, Details};
    use sixin_domain::time::Millis;
    use std::sync::atomic::{AtomicBool, Ordering};

    fn row() -> NewAuditRow {
        NewAuditRow {
            at: Millis(1),
            actor: Actor::CommandLine,
            action: Action::UserDelete,
            target: "ann".into(),
            details: Details::new(),
            address: None,
        }
    }

    #[tokio::test]
    async fn what_can_not_be_written_down_is_not_done() {
        let mut audit = MockAuditLog::new();
        audit.expect_append().once().returning(|_| Err(StoreError::Unavailable("gone".into())));
        let is_done = AtomicBool::new(false);
        let work = async {
            is_done.store(true, Ordering::Relaxed);
            Ok::<_, StoreError>(())
        };
        assert!(audited(&audit, row(), work).await.is_err());
        assert!(!is_done.load(Ordering::Relaxed));
    }

    #[tokio::test]
    async fn what_failed_has_a_second_row_that_names_the_first() {
        let (mut audit, mut order) = (MockAuditLog::new(), Sequence::new());
        audit
            .expect_append()
            .once()
            .in_sequence(&mut order)
            .withf(|row| row.details.is_empty())
            .returning(|_| Ok(7));
        audit
            .expect_append()
            .once()
            .in_sequence(&mut order)
            .withf(|row| row.details.get("failed").map(String::as_str) == Some("7"))
            .returning(|_| Ok(8));
        let work = async { Err::<(), _>(StoreError::Unavailable("gone".into())) };
        assert!(audited(&audit, row(), work).await.is_err());
    }

    #[tokio::test]
    async fn what_was_done_has_one_row() {
        let mut audit = MockAuditLog::new();
        audit.expect_append().once().returning(|_| Ok(7));
        assert_eq!(audited(&audit, row(), async { Ok::<_, StoreError>(3) }).await.unwrap(), 3);
    }
}
