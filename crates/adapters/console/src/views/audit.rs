//! What was done.

use serde::Serialize;
use serde_json::{Map, Value};
use sixin_domain::operator::audit::AuditRow;
use utoipa::ToSchema;

/// A row of the audit.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminAuditRow)]
pub(crate) struct AuditInfo {
    /// Its number.
    pub(crate) id: i64,
    /// When.
    pub(crate) at: i64,
    /// The name of the operator, `command line`, or empty for somebody who failed to sign in.
    pub(crate) who: String,
    /// What, as one word.
    pub(crate) action: String,
    /// To whom or what.
    pub(crate) target: String,
    /// What else is known.
    #[schema(value_type = Object)]
    pub(crate) details: Map<String, Value>,
    /// From which address, or null.
    pub(crate) address: Option<String>,
}

impl AuditInfo {
    pub(crate) fn of(row: AuditRow) -> Self {
        Self {
            id: row.id,
            at: row.at.0,
            who: row.who,
            action: row.action,
            target: row.target,
            details: serde_json::from_str(&row.details).unwrap_or_default(),
            address: row.address,
        }
    }

    /// The details in one line.
    pub(crate) fn detail_text(&self) -> String {
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let parts = self.details.iter().map(|(name, value)| format!("{name}: {}", text(value)));
        parts.collect::<Vec<_>>().join(", ")
    }
}

/// A part of the audit.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminAudit)]
pub(crate) struct AuditPage {
    /// The rows, the latest first.
    pub(crate) rows: Vec<AuditInfo>,
    /// What to give as `before` for the next part, or null.
    pub(crate) next: Option<i64>,
}
