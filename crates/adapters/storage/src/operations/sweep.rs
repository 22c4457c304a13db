//! Removing what is kept only for a time, in small steps that never hold up a send for long.

use diesel::prelude::*;
use sixin_application::ports::StoreResult;
use sixin_domain::access::app_key::LATER_CLOCK_SKEW_MS;
use sixin_domain::id::first_id_at;
use sixin_domain::log::Position;
use sixin_domain::message::log_hour::LogHour;
use sixin_domain::time::Millis;

use crate::connection::connector::AnyConnection;
use crate::database::Database;
use crate::operations::aged_files;
use crate::schema::{
    deleted_message_logs, idempotency_keys, log_changes, login_failures, message_contents,
    transient_messages, used_nonces,
};
use crate::sending::keys;

/// How long messages that are not kept in a conversation wait for the device gateway (docs/design.md#transient).
const TRANSIENT_MS: i64 = 7 * 24 * 60 * 60 * 1000;
/// How long changes stay in the log (docs/design.md#delivery): who asks for older ones begins anew.
const CHANGES_MS: i64 = sixin_domain::log::KEPT_MS;
/// For how long a failure to sign in counts (docs/wire/fresns.md#sign-in-lock).
const FAILURE_MS: i64 = 60 * 60 * 1000;
/// Rows that one step removes at most.
pub(crate) const STEP: i64 = 500;

impl Database {
    /// Removes some of what is too old at `now`; answers whether there is more.
    ///
    /// # Errors
    /// If the database could not.
    pub async fn sweep(&self, now: Millis) -> StoreResult<bool> {
        self.change(move |conn, events| {
            let messages = sweep_transient(conn, now)?;
            let changes = sweep_changes(conn, now)?;
            let nonces = sweep_nonces(conn, now)?;
            let keys = sweep_keys(conn, now)?;
            let failures = sweep_failures(conn, now)?;
            sweep_deleted_logs(conn, now)?;
            crate::log::presence::sweep(conn, events)?;
            let devices = crate::push::sweep(conn, now)?;
            let decisions = crate::hooks::sweep(conn, now)?;
            Ok(messages || changes || nonces || keys || failures || devices || decisions)
        })
        .await
    }
}

/// Ids are ordered by time, so the old rows are the first ones of the primary key.
fn sweep_transient(conn: &mut AnyConnection, now: Millis) -> QueryResult<bool> {
    let oldest_kept = first_id_at(now.plus(-TRANSIENT_MS));
    let rows: Vec<(i64, Option<i64>)> = transient_messages::table
        .filter(transient_messages::id.lt(oldest_kept))
        .order(transient_messages::id)
        .limit(STEP)
        .select((transient_messages::id, transient_messages::message_file_id))
        .load(conn)?;
    let (old, files): (Vec<i64>, Vec<Option<i64>>) = rows.into_iter().unzip();
    let files: Vec<i64> = files.into_iter().flatten().collect();
    aged_files::unsent(conn, &old, &files, now)?;
    diesel::delete(transient_messages::table.filter(transient_messages::id.eq_any(&old))).execute(conn)?;
    let contents: Vec<i64> = message_contents::table
        .filter(message_contents::id.lt(oldest_kept).and(message_contents::is_transient.eq(true)))
        .order(message_contents::id)
        .limit(STEP)
        .select(message_contents::id)
        .load(conn)?;
    diesel::delete(message_contents::table.filter(message_contents::id.eq_any(&contents))).execute(conn)?;
    Ok(is_full(&old) || is_full(&contents))
}

/// Positions hold the time, so the old rows are the first ones of the primary key.
fn sweep_changes(conn: &mut AnyConnection, now: Millis) -> QueryResult<bool> {
    let oldest_kept = Position::at(now.plus(-CHANGES_MS));
    let old: Vec<i64> = log_changes::table
        .filter(log_changes::pos.lt(oldest_kept.0))
        .order(log_changes::pos)
        .limit(STEP)
        .select(log_changes::pos)
        .load(conn)?;
    diesel::delete(log_changes::table.filter(log_changes::pos.eq_any(&old))).execute(conn)?;
    Ok(is_full(&old))
}

/// A nonce need not be remembered longer than its time stamp is accepted, on either side of now.
fn sweep_nonces(conn: &mut AnyConnection, now: Millis) -> QueryResult<bool> {
    let stale = used_nonces::signed_at.lt(now.plus(-2 * LATER_CLOCK_SKEW_MS).0);
    let old: Vec<(i64, Vec<u8>)> = used_nonces::table
        .filter(stale)
        .limit(STEP)
        .select((used_nonces::app_key_id, used_nonces::nonce_hash))
        .load(conn)?;
    for (key, hash) in &old {
        diesel::delete(used_nonces::table.find((key, hash))).execute(conn)?;
    }
    Ok(is_full(&old))
}

/// A key is free again at its end, swept or not; so this is only about room.
fn sweep_keys(conn: &mut AnyConnection, now: Millis) -> QueryResult<bool> {
    let old: Vec<(i64, i64, Vec<u8>, i64)> = idempotency_keys::table
        .filter(idempotency_keys::expires_at.le(now.0))
        .order(idempotency_keys::expires_at)
        .limit(STEP)
        .select((
            idempotency_keys::app_key_id,
            idempotency_keys::user_id,
            idempotency_keys::key_hash,
            idempotency_keys::expires_at,
        ))
        .load(conn)?;
    let is_full = is_full(&old);
    let ended = |(app_key, user, hash, expires_at): (i64, i64, Vec<u8>, i64)| {
        Some(((app_key, user, hash.try_into().ok()?), expires_at))
    };
    let mut ended: Vec<(keys::Scope, i64)> = old.into_iter().filter_map(ended).collect();
    // The order in which sends take them.
    ended.sort_unstable();
    keys::remove(conn, &ended)?;
    Ok(is_full)
}

fn sweep_failures(conn: &mut AnyConnection, now: Millis) -> QueryResult<bool> {
    let old: Vec<i64> = login_failures::table
        .filter(login_failures::failed_at.le(now.plus(-FAILURE_MS).0))
        .order(login_failures::failed_at)
        .limit(STEP)
        .select(login_failures::id)
        .load(conn)?;
    diesel::delete(login_failures::table.filter(login_failures::id.eq_any(&old))).execute(conn)?;
    Ok(is_full(&old))
}

/// There are never many: an hour has one row.
fn sweep_deleted_logs(conn: &mut AnyConnection, now: Millis) -> QueryResult<()> {
    let is_old = deleted_message_logs::starts_at.le(LogHour::oldest_kept(now).0);
    diesel::delete(deleted_message_logs::table.filter(is_old)).execute(conn).map(drop)
}

pub(crate) fn is_full<T>(rows: &[T]) -> bool {
    i64::try_from(rows.len()).is_ok_and(|count| count >= STEP)
}
