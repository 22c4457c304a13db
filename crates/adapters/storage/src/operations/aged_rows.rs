//! What is too old, and how it goes (docs/people.md#retention).

use std::collections::HashSet;
use std::sync::Arc;

use async_trait::async_trait;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable};
use sixin_application::operations::ports::{AgedRows, Counted, NamedUpload, Naming, Removed};
use sixin_application::ports::StoreResult;
use sixin_domain::id::{FileId, MessageId, first_id_at};
use sixin_domain::retention::Aging;
use sixin_domain::time::Millis;

use super::{aged_files, aged_messages};
use crate::connection::connector::AnyConnection;
use crate::database::Database;
use crate::operations::sweep::{STEP, is_full};
use crate::schema::{audit_log as audit, message_revisions as revisions};
use crate::sql::composed::ComposedSql;

/// Rows that one look counts at most.
const LOOK: i64 = 10_000;

#[async_trait]
impl AgedRows for Database {
    async fn remove(&self, what: Aging, before: Millis, now: Millis) -> StoreResult<Removed> {
        self.change(move |conn, events| match what {
            Aging::Messages => aged_messages::remove(conn, events, before, now),
            Aging::Revisions => remove_revisions(conn, before),
            Aging::Audit => remove_audit(conn, before),
            Aging::Files => Ok(Removed::default()),
        })
        .await
    }

    async fn count(&self, what: Aging, before: Millis, after: i64) -> StoreResult<Counted> {
        self.read(move |conn| {
            let Some(statement) = look(what, before, after) else { return Ok(Counted::default()) };
            let Looked { number, last } = statement.load::<Looked>(conn)?.pop().unwrap_or_default();
            Ok(Counted { count: number.try_into().unwrap_or(0), next: last.filter(|_| number >= LOOK) })
        })
        .await
    }

    async fn named_uploads(&self, before: Millis, after: FileId) -> StoreResult<Vec<NamedUpload>> {
        self.read(move |conn| aged_files::named_uploads(conn, before, after)).await
    }

    async fn naming(&self, fids: Arc<HashSet<String>>, after: MessageId) -> StoreResult<Naming> {
        self.read(move |conn| aged_files::naming(conn, &fids, after)).await
    }

    async fn give_up_named(&self, uploads: &[NamedUpload], now: Millis) -> StoreResult<u64> {
        let ids: Vec<i64> = uploads.iter().map(|upload| upload.file.0).collect();
        self.write(move |conn| aged_files::give_up_named(conn, &ids, now)).await
    }
}

/// What a look has found.
#[derive(QueryableByName, Default)]
struct Looked {
    #[diesel(sql_type = BigInt)]
    number: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    last: Option<i64>,
}

/// Counts what is old among the first rows behind one. The database counts: to bring it
/// ten thousand rows took MariaDB fifteen times as long.
fn look(what: Aging, before: Millis, after: i64) -> Option<ComposedSql<'static>> {
    let mut statement = ComposedSql::new("SELECT COUNT(*) AS number, MAX(id) AS last FROM (SELECT id, ");
    let (written, table) = match what {
        Aging::Messages => ("created_at", "conversation_messages"),
        Aging::Revisions => ("replaced_at", "message_revisions"),
        Aging::Audit => ("written_at", "audit_log"),
        Aging::Files => return None,
    };
    statement.sql(format!("{written} AS written FROM {table} WHERE id > ")).int(after);
    if what == Aging::Messages {
        // Ids hold the time.
        statement.sql(" AND id < ").int(first_id_at(before)).sql(" AND created_at < ").int(before.0);
    }
    statement.sql(" ORDER BY id LIMIT ").int(LOOK).sql(") AS looked WHERE written < ").int(before.0);
    Some(statement)
}

/// The first rows of a table behind one, each with its time. Their numbers grow with time, so the old ones come first.
type Timed = Vec<(i64, i64)>;

fn revised(conn: &mut AnyConnection, after: i64, limit: i64) -> QueryResult<Timed> {
    let rows = revisions::table.filter(revisions::id.gt(after)).order(revisions::id).limit(limit);
    rows.select((revisions::id, revisions::replaced_at)).load(conn)
}

fn audited(conn: &mut AnyConnection, after: i64, limit: i64) -> QueryResult<Timed> {
    let rows = audit::table.filter(audit::id.gt(after)).order(audit::id).limit(limit);
    rows.select((audit::id, audit::written_at)).load(conn)
}

fn old(rows: Timed, before: Millis) -> Vec<i64> {
    rows.into_iter().filter(|(_, at)| *at < before.0).map(|(id, _)| id).collect()
}

fn remove_revisions(conn: &mut AnyConnection, before: Millis) -> QueryResult<Removed> {
    let ids = old(revised(conn, 0, STEP)?, before);
    diesel::delete(revisions::table.filter(revisions::id.eq_any(&ids))).execute(conn)?;
    Ok(removed(&ids))
}

/// The one thing that removes rows of the audit; how old they have to be says a file on the machine, which no operator changes over the
/// network.
fn remove_audit(conn: &mut AnyConnection, before: Millis) -> QueryResult<Removed> {
    let ids = old(audited(conn, 0, STEP)?, before);
    diesel::delete(audit::table.filter(audit::id.eq_any(&ids))).execute(conn)?;
    Ok(removed(&ids))
}

fn removed(ids: &[i64]) -> Removed {
    Removed { count: ids.len() as u64, has_more: is_full(ids) }
}
