//! The lists of users that back ends keep: blocks are rows of `user_blocks`, who is let through stands in
//! `user_whitelists`.

use async_trait::async_trait;
use diesel::prelude::*;
use sixin_application::ports::{StoreResult, Topic};
use sixin_application::users::ports::{ListKind, ListPlace, ListSet, ListedName, UserLists};
use sixin_domain::event::{Event, Tie};
use sixin_domain::id::UserId;
use sixin_domain::time::Millis;

use crate::connection::connector::AnyConnection;
use crate::database::Database;
use crate::epochs::bump;
use crate::schema::{user_blocks as blocks, user_whitelists as whitelists, users};
use crate::users::relations::{USER, block_count, blocked, set_blocked};
use crate::users::rows::readable;

#[async_trait]
impl UserLists for Database {
    async fn set(&self, set: ListSet, at: Millis) -> StoreResult<bool> {
        self.change(move |conn, events| {
            // First, as in every change of relations: they come one after the other.
            bump(conn, Topic::Relations)?;
            let ids: Vec<i64> = set.others.iter().map(|id| id.0).collect();
            let known = listed(conn, set.kind, set.owner, &ids)?;
            let mut changed: Vec<i64> =
                ids.into_iter().filter(|id| known.contains(id) != set.is_listed).collect();
            changed.sort_unstable();
            changed.dedup();
            let added = if set.is_listed { i64::try_from(changed.len()).unwrap_or(i64::MAX) } else { 0 };
            if added > 0 && count(conn, set.kind, set.owner)?.saturating_add(added) > set.most {
                return Ok(false);
            }
            for other in changed {
                let tie = match set.kind {
                    ListKind::Black => Tie::Block,
                    ListKind::White => Tie::Whitelist,
                };
                let (owner, is_set) = (set.owner, set.is_listed);
                events.push(Event::TieSet { tie, owner, other: UserId(other), is_set });
                match set.kind {
                    ListKind::Black => set_blocked(conn, set.owner, UserId(other), set.is_listed, at)?,
                    ListKind::White => set_whitelisted(conn, set.owner, other, set.is_listed, at)?,
                }
            }
            Ok(true)
        })
        .await
    }

    async fn part(
        &self,
        kind: ListKind,
        owner: UserId,
        after: Option<ListPlace>,
        limit: i64,
    ) -> StoreResult<Vec<ListedName>> {
        let after = after.unwrap_or(ListPlace { since: Millis(i64::MAX), number: i64::MAX });
        self.read(move |conn| {
            let rows = match kind {
                ListKind::Black => black(conn, owner, after, limit)?,
                ListKind::White => white(conn, owner, after, limit)?,
            };
            let user = |(since, number, username): (i64, i64, String)| {
                let place = ListPlace { since: Millis(since), number };
                Ok(ListedName { username: readable(username)?, place })
            };
            rows.into_iter().map(user).collect()
        })
        .await
    }
}

type Row = (i64, i64, String);

fn black(conn: &mut AnyConnection, owner: UserId, after: ListPlace, limit: i64) -> QueryResult<Vec<Row>> {
    let earlier = blocks::created_at.lt(after.since.0);
    let same_time = blocks::created_at.eq(after.since.0).and(blocks::id.lt(after.number));
    blocks::table
        .inner_join(users::table.on(users::id.eq(blocks::block_id)))
        .filter(blocks::user_id.eq(owner.0).and(blocks::block_type.eq(USER)))
        .filter(blocks::deleted_at.is_null())
        .filter(earlier.or(same_time))
        .order((blocks::created_at.desc(), blocks::id.desc()))
        .limit(limit)
        .select((blocks::created_at, blocks::id, users::username))
        .load(conn)
}

fn white(conn: &mut AnyConnection, owner: UserId, after: ListPlace, limit: i64) -> QueryResult<Vec<Row>> {
    let earlier = whitelists::created_at.lt(after.since.0);
    let same_time = whitelists::created_at.eq(after.since.0).and(whitelists::id.lt(after.number));
    whitelists::table
        .inner_join(users::table.on(users::id.eq(whitelists::listed_id)))
        .filter(whitelists::user_id.eq(owner.0))
        .filter(earlier.or(same_time))
        .order((whitelists::created_at.desc(), whitelists::id.desc()))
        .limit(limit)
        .select((whitelists::created_at, whitelists::id, users::username))
        .load(conn)
}

fn listed(conn: &mut AnyConnection, kind: ListKind, owner: UserId, among: &[i64]) -> QueryResult<Vec<i64>> {
    match kind {
        ListKind::Black => blocked(conn, owner, among),
        ListKind::White => whitelists::table
            .filter(whitelists::user_id.eq(owner.0).and(whitelists::listed_id.eq_any(among)))
            .select(whitelists::listed_id)
            .load(conn),
    }
}

fn count(conn: &mut AnyConnection, kind: ListKind, owner: UserId) -> QueryResult<i64> {
    match kind {
        ListKind::Black => block_count(conn, owner),
        ListKind::White => whitelists::table.filter(whitelists::user_id.eq(owner.0)).count().get_result(conn),
    }
}

fn set_whitelisted(
    conn: &mut AnyConnection,
    owner: UserId,
    other: i64,
    is_listed: bool,
    at: Millis,
) -> QueryResult<()> {
    if is_listed {
        let row = (
            whitelists::user_id.eq(owner.0),
            whitelists::listed_id.eq(other),
            whitelists::created_at.eq(at.0),
        );
        return diesel::insert_into(whitelists::table).values(row).execute(conn).map(drop);
    }
    let row = whitelists::table.filter(whitelists::user_id.eq(owner.0).and(whitelists::listed_id.eq(other)));
    diesel::delete(row).execute(conn).map(drop)
}
