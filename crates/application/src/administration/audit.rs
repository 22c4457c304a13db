//! Reading what was done.

use sixin_domain::operator::audit::AuditRow;
use sixin_domain::operator::permission::Permission;

use super::{AdminError, Desk};
use crate::operators::caller::Caller;
use crate::operators::ports::AuditQuery;

/// Reads what was done.
pub struct ReadAudit {
    /// Where it is written.
    pub desk: Desk,
}

impl ReadAudit {
    /// Rows, the newest first.
    ///
    /// # Errors
    /// See [`AdminError`].
    pub async fn page(
        &self,
        caller: &Caller,
        query: &AuditQuery,
        limit: i64,
    ) -> Result<Vec<AuditRow>, AdminError> {
        caller.need(Permission::ReadAudit)?;
        Ok(self.desk.audit.page(query, limit).await?)
    }
}
