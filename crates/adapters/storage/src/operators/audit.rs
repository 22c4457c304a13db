//! What was done: table `audit_log`. Rows are added and read, and nothing else.

use std::collections::BTreeMap;

use async_trait::async_trait;
use diesel::prelude::*;
use sixin_application::operators::ports::{AuditLog, AuditQuery};
use sixin_application::ports::StoreResult;
use sixin_domain::id::OperatorId;
use sixin_domain::operator::audit::{AuditRow, NewAuditRow};
use sixin_domain::time::Millis;

use super::last_id;
use crate::database::Database;
use crate::schema::audit_log as audit;

/// Characters of a target that are kept.
const TARGET_CHARS: usize = 255;
/// Characters of each detail that are kept: a setting may hold 64 KB, and what it was set to is known from its beginning.
const DETAIL_CHARS: usize = 1000;

fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = audit)]
struct StoredRow {
    id: i64,
    written_at: i64,
    operator_id: Option<i64>,
    who: String,
    action: String,
    target: String,
    details: String,
    address: Option<String>,
}

impl From<StoredRow> for AuditRow {
    fn from(row: StoredRow) -> Self {
        Self {
            id: row.id,
            at: Millis(row.written_at),
            operator: row.operator_id.map(OperatorId),
            who: row.who,
            action: row.action,
            target: row.target,
            details: row.details,
            address: row.address,
        }
    }
}

#[async_trait]
impl AuditLog for Database {
    async fn append(&self, row: &NewAuditRow) -> StoreResult<i64> {
        let row = row.clone();
        self.write(move |conn| {
            let (operator, who) = row.actor.named();
            let target = cut(&row.target, TARGET_CHARS);
            let details: BTreeMap<_, _> =
                row.details.iter().map(|(name, value)| (name, cut(value, DETAIL_CHARS))).collect();
            let details = serde_json::to_string(&details).unwrap_or_else(|_| "{}".to_owned());
            diesel::insert_into(audit::table)
                .values((
                    audit::written_at.eq(row.at.0),
                    audit::operator_id.eq(operator.map(|id| id.0)),
                    audit::who.eq(who),
                    audit::action.eq(row.action.word()),
                    audit::target.eq(target),
                    audit::details.eq(details),
                    audit::address.eq(row.address.as_deref()),
                ))
                .execute(conn)?;
            last_id(conn)
        })
        .await
    }

    async fn page(&self, query: &AuditQuery, limit: i64) -> StoreResult<Vec<AuditRow>> {
        let AuditQuery { who, action, target, before } = query.clone();
        self.read(move |conn| {
            let mut rows =
                audit::table.order(audit::id.desc()).limit(limit).select(StoredRow::as_select()).into_boxed();
            if let Some(who) = who {
                rows = rows.filter(audit::who.eq(who));
            }
            if let Some(action) = action {
                // Words are plain ASCII, so all that begin so stand before the one with the last letter of all behind it.
                let end = format!("{action}~");
                rows = rows.filter(audit::action.ge(action).and(audit::action.lt(end)));
            }
            if let Some(target) = target {
                rows = rows.filter(audit::target.eq(target));
            }
            if let Some(before) = before {
                rows = rows.filter(audit::id.lt(before));
            }
            Ok(rows.load(conn)?.into_iter().map(AuditRow::from).collect())
        })
        .await
    }
}
