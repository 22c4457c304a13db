//! What was done: table `audit_log`. Rows are added and read, and nothing else, but that they name nobody who was erased.

use std::collections::BTreeMap;

use async_trait::async_trait;
use diesel::prelude::*;
use sixin_application::operators::ports::{AuditLog, AuditQuery};
use sixin_application::ports::StoreResult;
use sixin_domain::id::OperatorId;
use sixin_domain::operator::audit::{Action, AuditRow, NewAuditRow};
use sixin_domain::time::Millis;

use super::last_id;
use crate::connection::connector::AnyConnection;
use crate::database::Database;
use crate::schema::audit_log as audit;
use crate::users::search::holding;

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

/// Actions whose target is two users, with a space between them.
const OF_TWO: [Action; 2] = [Action::ConversationRead, Action::MessageSearch];

/// Names a user who is erased by what is left of it; that something was done, by whom and when stays.
pub(crate) fn unname(conn: &mut AnyConnection, name: &str, left: &str) -> QueryResult<()> {
    let as_json = |text: &str| serde_json::Value::from(text).to_string();
    let (in_details, left_there) = (as_json(name), as_json(left));
    let is_named = audit::target
        .like(holding(name))
        .escape('!')
        .or(audit::details.like(holding(&in_details)).escape('!'));
    let rows: Vec<(i64, String, String, String)> = audit::table
        .filter(is_named)
        .select((audit::id, audit::action, audit::target, audit::details))
        .load(conn)?;
    for (id, action, target, details) in rows {
        let is_of_two = OF_TWO.iter().any(|of_two| of_two.word() == action);
        let row = audit::table.find(id);
        let set = (
            audit::target.eq(renamed(&target, (name, left), is_of_two)),
            audit::details.eq(details.replace(&in_details, &left_there)),
        );
        diesel::update(row).set(set).execute(conn)?;
    }
    Ok(())
}

fn renamed(target: &str, (name, left): (&str, &str), is_of_two: bool) -> String {
    if target == name {
        return left.to_owned();
    }
    let mut renamed = target.to_owned();
    if is_of_two {
        if let Some(other) = renamed.strip_prefix(name).filter(|rest| rest.starts_with(' ')) {
            renamed = format!("{left}{other}");
        }
        if let Some(other) = renamed.strip_suffix(name).filter(|rest| rest.ends_with(' ')) {
            renamed = format!("{other}{left}");
        }
    }
    renamed
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
