//! Follows and blocks: tables `user_follows` and `user_blocks`.

use std::collections::HashMap;

use async_trait::async_trait;
use diesel::prelude::*;
use sixin_application::ports::{Relations, StoreResult, Topic};
use sixin_domain::id::UserId;
use sixin_domain::time::Millis;
use sixin_domain::user::Relation;

use crate::connection::AnyConnection;
use crate::database::Database;
use crate::epochs::bump;
use crate::schema::{user_blocks as blocks, user_follows as follows};

/// `follow_type` and `block_type` of users (facts: fresns 12.13).
const USER: i16 = 1;

#[async_trait]
impl Relations for Database {
    async fn between(&self, sender: UserId, recipients: &[UserId]) -> StoreResult<HashMap<UserId, Relation>> {
        let recipients: Vec<i64> = recipients.iter().map(|id| id.0).collect();
        self.read(move |conn| {
            let mut found: HashMap<UserId, Relation> = HashMap::new();
            for recipients in recipients.chunks(500) {
                for id in blockers(conn, sender, recipients)? {
                    found.entry(UserId(id)).or_default().recipient_blocked_sender = true;
                }
                for id in blocked(conn, sender, recipients)? {
                    found.entry(UserId(id)).or_default().sender_blocked_recipient = true;
                }
                for id in followers(conn, sender, recipients)? {
                    found.entry(UserId(id)).or_default().recipient_follows_sender = true;
                }
                for id in followed(conn, sender, recipients)? {
                    found.entry(UserId(id)).or_default().sender_follows_recipient = true;
                }
            }
            Ok(found)
        })
        .await
    }
}

fn blockers(conn: &mut AnyConnection, sender: UserId, among: &[i64]) -> QueryResult<Vec<i64>> {
    blocks::table
        .filter(blocks::user_id.eq_any(among).and(blocks::block_id.eq(sender.0)))
        .filter(blocks::block_type.eq(USER).and(blocks::deleted_at.is_null()))
        .select(blocks::user_id)
        .load(conn)
}

fn blocked(conn: &mut AnyConnection, sender: UserId, among: &[i64]) -> QueryResult<Vec<i64>> {
    blocks::table
        .filter(blocks::user_id.eq(sender.0).and(blocks::block_id.eq_any(among)))
        .filter(blocks::block_type.eq(USER).and(blocks::deleted_at.is_null()))
        .select(blocks::block_id)
        .load(conn)
}

fn followers(conn: &mut AnyConnection, sender: UserId, among: &[i64]) -> QueryResult<Vec<i64>> {
    follows::table
        .filter(follows::user_id.eq_any(among).and(follows::follow_id.eq(sender.0)))
        .filter(follows::follow_type.eq(USER).and(follows::deleted_at.is_null()))
        .select(follows::user_id)
        .load(conn)
}

fn followed(conn: &mut AnyConnection, sender: UserId, among: &[i64]) -> QueryResult<Vec<i64>> {
    follows::table
        .filter(follows::user_id.eq(sender.0).and(follows::follow_id.eq_any(among)))
        .filter(follows::follow_type.eq(USER).and(follows::deleted_at.is_null()))
        .select(follows::follow_id)
        .load(conn)
}

/// Makes or withdraws a block. The unique key holds withdrawn rows too, so a row is taken up again (facts: fresns
/// 12.13).
pub(super) fn set_blocked(
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
            diesel::update(blocks::table.find(id)).set(blocks::deleted_at.eq(withdrawn)).execute(conn)?;
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
