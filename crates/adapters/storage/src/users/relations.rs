//! Follows and blocks: tables `user_follows` and `user_blocks`.

use std::collections::HashMap;

use async_trait::async_trait;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use sixin_application::ports::{StoreResult, Topic};
use sixin_application::users::ports::{Mark, RelationChanges, Relations, Toggled};
use sixin_domain::event::{Event, Tie};
use sixin_domain::id::UserId;
use sixin_domain::time::Millis;
use sixin_domain::user::Relation;

use crate::connection::connector::AnyConnection;
use crate::database::Database;
use crate::epochs::bump;
use crate::schema::{user_blocks as blocks, user_follows as follows};
use crate::sql::composed::{ComposedSql, chunks};

/// `follow_type` and `block_type` of users (docs/wire/fresns.md#relation-rows).
pub(crate) const USER: i16 = 1;

#[async_trait]
impl Relations for Database {
    async fn between(&self, sender: UserId, recipients: &[UserId]) -> StoreResult<HashMap<UserId, Relation>> {
        let recipients: Vec<i64> = recipients.iter().map(|id| id.0).collect();
        self.read(move |conn| {
            let mut found: HashMap<UserId, Relation> = HashMap::new();
            for recipients in chunks(&recipients) {
                for row in ties(conn, sender, recipients)? {
                    let relation = found.entry(UserId(row.other)).or_default();
                    match row.tie {
                        tie::BLOCKED_BY => relation.recipient_blocked_sender = true,
                        tie::BLOCKS => relation.sender_blocked_recipient = true,
                        tie::FOLLOWED_BY => relation.recipient_follows_sender = true,
                        tie::FOLLOWS => relation.sender_follows_recipient = true,
                        _ => relation.recipient_lists_sender = true,
                    }
                }
            }
            Ok(found)
        })
        .await
    }
}

/// What stands between a user and another one.
mod tie {
    pub(super) const BLOCKED_BY: i64 = 0;
    pub(super) const BLOCKS: i64 = 1;
    pub(super) const FOLLOWED_BY: i64 = 2;
    pub(super) const FOLLOWS: i64 = 3;
    pub(super) const LISTED_BY: i64 = 4;
}

#[derive(QueryableByName)]
struct TieRow {
    #[diesel(sql_type = BigInt)]
    tie: i64,
    #[diesel(sql_type = BigInt)]
    other: i64,
}

/// What stands between a user and each of some others. One statement: this is asked of every pair that writes to each other
/// for the first time since the process began.
fn ties(conn: &mut AnyConnection, sender: UserId, among: &[i64]) -> QueryResult<Vec<TieRow>> {
    let mut sql = ComposedSql::default();
    let of_users = |kind: &str| format!(" AND {kind} = {USER} AND deleted_at IS NULL");
    let both = [
        (tie::BLOCKED_BY, tie::BLOCKS, "user_blocks", "block_id", of_users("block_type")),
        (tie::FOLLOWED_BY, tie::FOLLOWS, "user_follows", "follow_id", of_users("follow_type")),
    ];
    for (theirs, own, table, other, more) in both {
        sql.sql(format!("SELECT {theirs} AS tie, user_id AS other FROM {table} WHERE {other} = "))
            .int(sender.0);
        sql.sql(more.clone()).any_of("user_id", among);
        sql.sql(format!(" UNION ALL SELECT {own}, {other} FROM {table} WHERE user_id = ")).int(sender.0);
        sql.sql(more).any_of(other, among).sql(" UNION ALL ");
    }
    sql.sql(format!("SELECT {}, user_id FROM user_whitelists WHERE listed_id = ", tie::LISTED_BY))
        .int(sender.0);
    sql.any_of("user_id", among);
    sql.load(conn)
}

#[async_trait]
impl RelationChanges for Database {
    async fn toggle(
        &self,
        mark: Mark,
        from: UserId,
        to: UserId,
        most: i64,
        at: Millis,
    ) -> StoreResult<Toggled> {
        self.change(move |conn, events| {
            // First: the row of the epoch is locked by it, so that changes of relations come one after the other, and
            // two users who follow each other at the same moment both learn of it.
            bump(conn, Topic::Relations)?;
            let (is_on, made) = match mark {
                Mark::Follow => (!followed(conn, from, &[to.0])?.is_empty(), follow_count(conn, from)?),
                Mark::Block => (!blocked(conn, from, &[to.0])?.is_empty(), block_count(conn, from)?),
            };
            if !is_on && made >= most {
                return Ok(Toggled::TooMany);
            }
            let tie = match mark {
                Mark::Follow => Tie::Follow,
                Mark::Block => Tie::Block,
            };
            match mark {
                Mark::Follow => set_followed(conn, from, to, !is_on, at)?,
                Mark::Block => set_blocked(conn, from, to, !is_on, at)?,
            }
            events.push(Event::TieSet { tie, owner: from, other: to, is_set: !is_on });
            Ok(if is_on { Toggled::Off } else { Toggled::On })
        })
        .await
    }
}

pub(crate) fn follow_count(conn: &mut AnyConnection, from: UserId) -> QueryResult<i64> {
    follows::table
        .filter(follows::user_id.eq(from.0).and(follows::follow_type.eq(USER)))
        .filter(follows::deleted_at.is_null())
        .count()
        .get_result(conn)
}

pub(crate) fn block_count(conn: &mut AnyConnection, from: UserId) -> QueryResult<i64> {
    blocks::table
        .filter(blocks::user_id.eq(from.0).and(blocks::block_type.eq(USER)))
        .filter(blocks::deleted_at.is_null())
        .count()
        .get_result(conn)
}

/// Makes or withdraws a follow, and tells the other's row whether it is mutual now. A withdrawn row is taken up again.
pub(crate) fn set_followed(
    conn: &mut AnyConnection,
    from: UserId,
    to: UserId,
    is_followed: bool,
    at: Millis,
) -> QueryResult<()> {
    let row = |from: UserId, to: UserId| {
        follows::user_id.eq(from.0).and(follows::follow_id.eq(to.0)).and(follows::follow_type.eq(USER))
    };
    let is_back = !followed(conn, to, &[from.0])?.is_empty();
    let is_mutual = is_followed && is_back;
    let withdrawn = (!is_followed).then_some(at.0);
    let changed = diesel::update(follows::table.filter(row(from, to)))
        .set((
            follows::deleted_at.eq(withdrawn),
            follows::is_mutual.eq(is_mutual),
            follows::updated_at.eq(at.0),
        ))
        .execute(conn)?;
    if changed == 0 && is_followed {
        diesel::insert_into(follows::table)
            .values((
                follows::user_id.eq(from.0),
                follows::follow_type.eq(USER),
                follows::follow_id.eq(to.0),
                follows::is_mutual.eq(is_mutual),
                follows::created_at.eq(at.0),
            ))
            .execute(conn)?;
    }
    if is_back {
        let back = diesel::update(follows::table.filter(row(to, from)));
        back.set(follows::is_mutual.eq(is_mutual)).execute(conn)?;
    }
    Ok(())
}

pub(crate) fn blocked(conn: &mut AnyConnection, sender: UserId, among: &[i64]) -> QueryResult<Vec<i64>> {
    blocks::table
        .filter(blocks::user_id.eq(sender.0).and(blocks::block_id.eq_any(among)))
        .filter(blocks::block_type.eq(USER).and(blocks::deleted_at.is_null()))
        .select(blocks::block_id)
        .load(conn)
}

pub(crate) fn followed(conn: &mut AnyConnection, sender: UserId, among: &[i64]) -> QueryResult<Vec<i64>> {
    follows::table
        .filter(follows::user_id.eq(sender.0).and(follows::follow_id.eq_any(among)))
        .filter(follows::follow_type.eq(USER).and(follows::deleted_at.is_null()))
        .select(follows::follow_id)
        .load(conn)
}

/// Makes or withdraws a block. The unique key holds withdrawn rows too, so a row is taken up again
/// (docs/wire/fresns.md#relation-rows).
pub(crate) fn set_blocked(
    conn: &mut AnyConnection,
    owner: UserId,
    blocked: UserId,
    is_blocked: bool,
    at: Millis,
) -> QueryResult<()> {
    let row = blocks::table
        .filter(blocks::user_id.eq(owner.0).and(blocks::block_id.eq(blocked.0)))
        .filter(blocks::block_type.eq(USER));
    let id: Option<i64> = row.select(blocks::id).first(conn).optional()?;
    match id {
        Some(id) => {
            let withdrawn = (!is_blocked).then_some(at.0);
            let row = diesel::update(blocks::table.find(id));
            if is_blocked {
                // Taken up again it is as new as any other.
                row.set((blocks::deleted_at.eq(withdrawn), blocks::created_at.eq(at.0))).execute(conn)?;
            } else {
                row.set(blocks::deleted_at.eq(withdrawn)).execute(conn)?;
            }
        }
        None if is_blocked => {
            diesel::insert_into(blocks::table)
                .values((
                    blocks::user_id.eq(owner.0),
                    blocks::block_type.eq(USER),
                    blocks::block_id.eq(blocked.0),
                    blocks::created_at.eq(at.0),
                ))
                .execute(conn)?;
        }
        None => {}
    }
    bump(conn, Topic::Relations)
}
