//! Files whose messages are gone. Those that were sent as messages have a row that says so; of those whose address stands in contents only
//! the contents tell.

use std::collections::HashSet;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};
use sixin_application::operations::ports::{NamedUpload, Naming};
use sixin_domain::file::Keeping;
use sixin_domain::file::named::named_in;
use sixin_domain::id::{FileId, MessageId};
use sixin_domain::time::Millis;

use crate::connection::connector::AnyConnection;
use crate::files::stored::{CONTENTS, is_for_conversations};
use crate::schema::{file_usages as usages, files};
use crate::sql::composed::ComposedSql;

/// Uploads that are looked for at once.
const UPLOADS: i64 = 2_000;
/// Messages that are read at once.
const MESSAGES: i64 = 500;

/// Messages with these ids are gone; so are those of the files that nothing else uses.
pub(super) fn unsent(
    conn: &mut AnyConnection,
    messages: &[i64],
    named: &[i64],
    now: Millis,
) -> QueryResult<()> {
    if named.is_empty() {
        return Ok(());
    }
    let theirs = is_for_conversations().and(usages::file_id.eq_any(named));
    // Few: a file is sent once.
    let rows: Vec<(i64, Option<i64>)> =
        usages::table.filter(theirs).select((usages::id, usages::table_id)).load(conn)?;
    let is_theirs = |message: &Option<i64>| message.is_some_and(|message| messages.contains(&message));
    let over: Vec<i64> = rows.iter().filter(|(_, message)| is_theirs(message)).map(|(id, _)| *id).collect();
    diesel::delete(usages::table.filter(usages::id.eq_any(over))).execute(conn)?;
    drop_unused(conn, named, now).map(drop)
}

/// Gives up those of the files that nothing uses any more; answers how many. Bytes that are kept here are swept then; of a file that is
/// kept elsewhere there is nothing but the row.
fn drop_unused(conn: &mut AnyConnection, named: &[i64], now: Millis) -> QueryResult<usize> {
    let used: Vec<i64> =
        usages::table.filter(usages::file_id.eq_any(named)).select(usages::file_id).distinct().load(conn)?;
    let unused: Vec<i64> = named.iter().copied().filter(|file| !used.contains(file)).collect();
    let gone = files::table.filter(files::id.eq_any(&unused).and(files::deleted_at.is_null()));
    let elsewhere = files::keeping.eq(Keeping::Elsewhere.number());
    let dropped = diesel::delete(
        files::table.filter(files::id.eq_any(&unused).and(files::deleted_at.is_null()).and(elsewhere)),
    );
    let dropped = dropped.execute(conn)?;
    Ok(dropped + diesel::update(gone).set(files::deleted_at.eq(now.0)).execute(conn)?)
}

/// Uploads for contents from before `before`, behind a file.
pub(super) fn named_uploads(
    conn: &mut AnyConnection,
    before: Millis,
    after: FileId,
) -> QueryResult<Vec<NamedUpload>> {
    let rows: Vec<(i64, String)> = files::table
        .inner_join(usages::table.on(usages::file_id.eq(files::id)))
        .filter(files::id.gt(after.0).and(files::deleted_at.is_null()))
        .filter(files::keeping.eq(Keeping::Kept.number()).and(files::created_at.lt(before.0)))
        .filter(usages::table_column.eq(CONTENTS))
        .order(files::id)
        .limit(UPLOADS)
        .select((files::id, files::fid))
        .load(conn)?;
    Ok(rows.into_iter().map(|(id, fid)| NamedUpload { file: FileId(id), fid }).collect())
}

#[derive(QueryableByName)]
struct Content {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = Nullable<Text>)]
    content: Option<String>,
}

/// Which of the files some messages name, behind a message.
pub(super) fn naming(
    conn: &mut AnyConnection,
    fids: &HashSet<String>,
    after: MessageId,
) -> QueryResult<Naming> {
    let mut rows = Vec::new();
    for table in ["conversation_messages", "transient_messages"] {
        let mut statement = ComposedSql::new(format!(
            "SELECT m.id, CASE WHEN m.message_type = 3 THEN COALESCE(m.content, c.content) END AS content FROM {table} \
             AS m LEFT JOIN message_contents AS c ON c.id = m.content_id WHERE m.id > "
        ));
        statement.int(after.0).sql(" ORDER BY m.id LIMIT ").int(MESSAGES);
        rows.extend(statement.load::<Content>(conn)?);
    }
    rows.sort_unstable_by_key(|row| row.id);
    let most = usize::try_from(MESSAGES).unwrap_or(usize::MAX);
    let is_full = rows.len() >= most;
    rows.truncate(most);
    let next = rows.last().filter(|_| is_full).map(|row| MessageId(row.id));
    let named = rows.iter().filter_map(|row| row.content.as_deref());
    Ok(Naming { fids: named.flat_map(|content| named_in(content, fids)).map(str::to_owned).collect(), next })
}

/// Gives up uploads for contents; answers how many.
pub(super) fn give_up_named(conn: &mut AnyConnection, ids: &[i64], now: Millis) -> QueryResult<u64> {
    let mut given_up = 0;
    for ids in ids.chunks(500) {
        let theirs = usages::file_id.eq_any(ids).and(usages::table_column.eq(CONTENTS));
        diesel::delete(usages::table.filter(theirs)).execute(conn)?;
        given_up += drop_unused(conn, ids, now)? as u64;
    }
    Ok(given_up)
}
