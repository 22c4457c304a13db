//! What they said.

use async_trait::async_trait;
use diesel::prelude::*;
use sixin_application::hooks::ports::{Decision, HookDecisions};
use sixin_application::ports::StoreResult;
use sixin_domain::hook::verdict::Outcome;
use sixin_domain::id::{HookId, MessageId, UserId};
use sixin_domain::time::Millis;

use crate::connection::connector::AnyConnection;
use crate::database::Database;
use crate::operations::sweep::{STEP, is_full};
use crate::schema::hook_decisions as decisions;
use crate::sql::composed::{ComposedSql, chunks};

/// For how long they are kept: 30 days.
const KEPT_MS: i64 = 30 * 24 * 60 * 60 * 1000;

#[derive(Queryable, Selectable)]
#[diesel(table_name = decisions)]
struct DecisionRow {
    hook_id: i64,
    decided_at: i64,
    sender_id: i64,
    recipient_id: i64,
    recipients: i64,
    message_id: Option<i64>,
    outcome: String,
    took_ms: i64,
    reason: String,
}

impl DecisionRow {
    fn read(self) -> Option<Decision> {
        Some(Decision {
            hook: HookId(self.hook_id),
            at: Millis(self.decided_at),
            sender: UserId(self.sender_id),
            recipient: UserId(self.recipient_id),
            recipients: usize::try_from(self.recipients).unwrap_or(0),
            message: self.message_id.map(MessageId),
            outcome: Outcome::from_name(&self.outcome)?,
            took_ms: self.took_ms,
            reason: self.reason,
        })
    }
}

fn insert(conn: &mut AnyConnection, all: &[Decision]) -> QueryResult<()> {
    for chunk in chunks(all) {
        let mut statement = ComposedSql::new(
            "INSERT INTO hook_decisions (hook_id, decided_at, sender_id, recipient_id, recipients, message_id, outcome, \
             took_ms, reason) VALUES ",
        );
        statement.rows(chunk, |statement, decision| {
            let recipients = i64::try_from(decision.recipients).unwrap_or(i64::MAX);
            statement.int(decision.hook.0).comma().int(decision.at.0).comma();
            statement.int(decision.sender.0).comma().int(decision.recipient.0).comma();
            statement.int(recipients).comma().opt_int(decision.message.map(|id| id.0)).comma();
            statement.opt_text(Some(decision.outcome.name())).comma().int(decision.took_ms).comma();
            statement.opt_text(Some(&decision.reason));
        });
        statement.execute(conn)?;
    }
    Ok(())
}

#[async_trait]
impl HookDecisions for Database {
    async fn keep(&self, all: &[Decision]) -> StoreResult<()> {
        let all = all.to_vec();
        self.write(move |conn| insert(conn, &all)).await
    }

    async fn latest(&self, hook: Option<HookId>, limit: i64) -> StoreResult<Vec<Decision>> {
        self.read(move |conn| {
            let mut rows = decisions::table
                .order(decisions::id.desc())
                .limit(limit)
                .select(DecisionRow::as_select())
                .into_boxed();
            if let Some(hook) = hook {
                rows = rows.filter(decisions::hook_id.eq(hook.0));
            }
            let rows: Vec<DecisionRow> = rows.load(conn)?;
            Ok(rows.into_iter().filter_map(DecisionRow::read).collect())
        })
        .await
    }
}

/// Removes some of those that are too old; answers whether there are more.
pub(crate) fn sweep(conn: &mut AnyConnection, now: Millis) -> QueryResult<bool> {
    let old: Vec<i64> = decisions::table
        .filter(decisions::decided_at.lt(now.plus(-KEPT_MS).0))
        .order(decisions::decided_at)
        .limit(STEP)
        .select(decisions::id)
        .load(conn)?;
    diesel::delete(decisions::table.filter(decisions::id.eq_any(&old))).execute(conn)?;
    Ok(is_full(&old))
}
