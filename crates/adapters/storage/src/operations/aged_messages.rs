//! Messages that are too old. In every conversation they are the first ones, since sent times grow with `seq`; a step takes those that
//! are oldest over all conversations, and each conversation goes on being whole behind what it has lost (`gone_messages`).
//!
//! Both sides' watermarks move up to there too, as if both had cleared their history: so whatever reads a view knows nothing of this.

use std::collections::{BTreeMap, HashMap};

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use sixin_application::operations::ports::Removed;
use sixin_domain::id::{MessageId, first_id_at};
use sixin_domain::time::Millis;

use super::aged_files;
use super::aged_views::{Shortened, follow, subtract};
use crate::commits::Events;
use crate::connection::connector::AnyConnection;
use crate::conversations::counters::{Touched, lock};
use crate::conversations::rows::conversations_of;
use crate::messages::changes::follow_latest;
use crate::schema::{conversation_messages as messages, conversations, gone_messages as gone};
use crate::sql::composed::{ComposedSql, Spelling, chunks};

/// Messages that one step takes at most: few, since sends wait for it (docs/performance.md). With 50 the p99 of sends on MariaDB was three
/// times what it is while nothing goes.
const STEP: i64 = 20;
/// A content is shared by messages of one send, whose ids are made at once: so far apart they are at most.
const SHARED_WITHIN_MS: i64 = 1_000;
/// What has a row of its own for a message.
const HANGING_ON: [&str; 3] = ["message_revisions", "message_expansions", "growing_messages"];

/// A message that goes.
#[derive(Queryable, Selectable)]
#[diesel(table_name = messages)]
pub(super) struct Old {
    #[diesel(embed)]
    pub(super) touched: Touched,
    created_at: i64,
    message_file_id: Option<i64>,
    content_id: Option<i64>,
}

/// Removes the oldest of those from before `before`.
pub(super) fn remove(
    conn: &mut AnyConnection,
    events: &mut Events,
    before: Millis,
    now: Millis,
) -> QueryResult<Removed> {
    let oldest = oldest(conn, before)?;
    let has_more = oldest.values().sum::<i64>() >= STEP;
    if oldest.is_empty() {
        return Ok(Removed::default());
    }
    let ids: Vec<i64> = oldest.keys().copied().collect();
    lock(conn, &ids, now)?;
    let found = conversations_of(conn, &ids)?;
    // Another process may have been here in between, so it is looked again behind the lock.
    let by_conversation = first(conn, &oldest, before)?;
    let all: Vec<&Old> = by_conversation.values().flatten().collect();
    let count = all.len() as u64;
    drop_rows(conn, &all, now)?;
    keep_floors(conn, &by_conversation)?;
    let lasts = latest(conn, &ids)?;
    let both = |conversation| Shortened::of(conversation, by_conversation.get(&conversation.id.0)?);
    let shortened: Vec<Shortened<'_>> = found.iter().filter_map(both).collect();
    subtract(conn, &shortened)?;
    follow(conn, events, &shortened)?;
    for conversation in &found {
        let (old, last) = (by_conversation.get(&conversation.id.0), lasts.get(&conversation.id.0));
        if let Some((old, last)) = old.zip(last)
            && old.iter().any(|old| old.touched.id == *last)
        {
            follow_latest(conn, conversation, MessageId(*last))?;
        }
    }
    Ok(Removed { count, has_more: has_more && count > 0 })
}

#[derive(QueryableByName)]
struct OldestRow {
    #[diesel(sql_type = BigInt)]
    conversation: i64,
    #[diesel(sql_type = BigInt)]
    number: i64,
}

/// How many of the oldest messages each conversation has. Ids are ordered by time, so they are the first of the primary key.
fn oldest(conn: &mut AnyConnection, before: Millis) -> QueryResult<BTreeMap<i64, i64>> {
    let table = Spelling::of(conn).by_index("conversation_messages", "PRIMARY");
    let mut statement = ComposedSql::new(format!(
        "SELECT conversation_id AS conversation, COUNT(*) AS number FROM (SELECT conversation_id FROM {table} WHERE id < "
    ));
    statement.int(first_id_at(before)).sql(" AND created_at < ").int(before.0);
    statement.sql(" ORDER BY id LIMIT ").int(STEP).sql(") AS oldest GROUP BY conversation_id");
    let rows = statement.load::<OldestRow>(conn)?;
    Ok(rows.into_iter().map(|row| (row.conversation, row.number)).collect())
}

/// So many of the first messages of each conversation, by `seq`; none that is too young.
fn first(
    conn: &mut AnyConnection,
    numbers: &BTreeMap<i64, i64>,
    before: Millis,
) -> QueryResult<BTreeMap<i64, Vec<Old>>> {
    let ids: Vec<i64> = numbers.keys().copied().collect();
    let gone: HashMap<i64, i64> =
        gone::table.filter(gone::conversation_id.eq_any(&ids)).load(conn)?.into_iter().collect();
    let mut places = Vec::new();
    for (conversation, number) in numbers {
        let gone = gone.get(conversation).copied().unwrap_or(0);
        places.extend((gone + 1..=gone.saturating_add(*number)).map(|seq| (*conversation, seq)));
    }
    let mut found: BTreeMap<i64, Vec<Old>> = BTreeMap::new();
    for chunk in chunks(&places) {
        for old in at(conn, chunk)? {
            if old.created_at < before.0 {
                found.entry(old.touched.conversation_id).or_default().push(old);
            }
        }
    }
    Ok(found)
}

#[derive(QueryableByName)]
struct IdRow {
    #[diesel(sql_type = BigInt)]
    id: i64,
}

fn at(conn: &mut AnyConnection, places: &[(i64, i64)]) -> QueryResult<Vec<Old>> {
    let spelling = Spelling::of(conn);
    let table = spelling.by_index("conversation_messages", "conversation_messages_seq");
    let mut statement = ComposedSql::new(format!("SELECT id FROM {table} WHERE (conversation_id, seq) IN "));
    statement.among(spelling, places, |statement, (conversation, seq)| {
        statement.int(*conversation).comma().int(*seq);
    });
    let ids: Vec<i64> = statement.load::<IdRow>(conn)?.into_iter().map(|row| row.id).collect();
    messages::table.filter(messages::id.eq_any(ids)).select(Old::as_select()).load(conn)
}

/// Takes messages away, and all that hangs on them.
fn drop_rows(conn: &mut AnyConnection, all: &[&Old], now: Millis) -> QueryResult<()> {
    let ids: Vec<i64> = all.iter().map(|old| old.touched.id).collect();
    for table in HANGING_ON {
        delete(conn, table, "message_id", &ids)?;
    }
    delete(conn, "conversation_messages", "id", &ids)?;
    let mut contents: Vec<i64> = all.iter().filter_map(|old| old.content_id).collect();
    contents.sort_unstable();
    contents.dedup();
    let mut unshared = Vec::new();
    for content in contents {
        if !is_shared(conn, content)? {
            unshared.push(content);
        }
    }
    delete(conn, "message_contents", "id", &unshared)?;
    let files: Vec<i64> = all.iter().filter_map(|old| old.message_file_id).collect();
    aged_files::unsent(conn, &ids, &files, now)
}

fn delete(conn: &mut AnyConnection, table: &str, column: &str, ids: &[i64]) -> QueryResult<()> {
    for chunk in chunks(ids) {
        let mut statement = ComposedSql::new(format!("DELETE FROM {table} WHERE 1 = 1"));
        statement.any_of(column, chunk);
        statement.execute(conn)?;
    }
    Ok(())
}

/// Whether a message says what that row says. Its id is that of the first of them.
fn is_shared(conn: &mut AnyConnection, content: i64) -> QueryResult<bool> {
    let beyond = content.saturating_add(first_id_at(sixin_domain::id::ID_EPOCH.plus(SHARED_WITHIN_MS)));
    let sharing = messages::table
        .filter(messages::id.ge(content).and(messages::id.lt(beyond)))
        .filter(messages::content_id.eq(content));
    diesel::select(diesel::dsl::exists(sharing)).get_result(conn)
}

/// Up to where each conversation has lost its messages.
fn keep_floors(conn: &mut AnyConnection, by_conversation: &BTreeMap<i64, Vec<Old>>) -> QueryResult<()> {
    let last = |old: &[Old]| old.iter().map(|old| old.touched.seq).max();
    let floors: Vec<(i64, i64)> =
        by_conversation.iter().filter_map(|(id, old)| Some((*id, last(old)?))).collect();
    let spelling = Spelling::of(conn);
    for chunk in chunks(&floors) {
        let mut statement = ComposedSql::new("INSERT INTO gone_messages (conversation_id, seq) VALUES ");
        statement.rows(chunk, |statement, (conversation, last)| {
            statement.int(*conversation).comma().int(*last);
        });
        statement
            .sql(spelling.on_conflict("conversation_id") + &format!("seq = {}", spelling.inserted("seq")));
        statement.execute(conn)?;
    }
    Ok(())
}

/// The previews of conversations themselves.
fn latest(conn: &mut AnyConnection, ids: &[i64]) -> QueryResult<HashMap<i64, i64>> {
    let rows: Vec<(i64, Option<i64>)> = conversations::table
        .filter(conversations::id.eq_any(ids))
        .select((conversations::id, conversations::latest_message_id))
        .load(conn)?;
    Ok(rows.into_iter().filter_map(|(id, latest)| Some((id, latest?))).collect())
}
