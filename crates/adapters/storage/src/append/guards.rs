//! What may be used once: nonces of strict app keys, and uploads.
//!
//! Guards look before anything is written, so that a unit they stop costs its neighbours nothing. What another process
//! uses up between the look and the write is caught by the unique key or the row count, and the batch looks again.

use std::collections::HashSet;

use diesel::prelude::*;
use diesel::result::Error;
use diesel::{QueryResult, insert_into};
use sixin_application::authenticate_user::hash_token;
use sixin_application::ports::{AppendError, NonceUse, SendUnit};
use sixin_domain::message::Placed;

use crate::connection::AnyConnection;
use crate::schema::{file_usages, used_nonces};

/// For each unit: why it must not be stored, if so.
pub(super) fn check(conn: &mut AnyConnection, units: &[&SendUnit]) -> QueryResult<Vec<Option<AppendError>>> {
    let mut seen: HashSet<(i64, Vec<u8>)> = HashSet::new();
    let mut uploads: HashSet<i64> = HashSet::new();
    let mut stopped = Vec::with_capacity(units.len());
    for unit in units {
        let mut stop = None;
        if let Some(nonce) = &unit.nonce {
            let key = (nonce.app_key.0, nonce_hash(nonce));
            if is_nonce_used(conn, &key)? || !seen.insert(key) {
                stop = Some(AppendError::NonceUsed);
            }
        }
        if let Some(upload) = unit.upload.filter(|_| stop.is_none())
            && (is_upload_taken(conn, upload.0)? || !uploads.insert(upload.0))
        {
            stop = Some(AppendError::UploadTaken);
        }
        stopped.push(stop);
    }
    Ok(stopped)
}

/// Marks nonces and uploads as used, in the transaction of the messages.
pub(super) fn use_up(
    conn: &mut AnyConnection,
    units: &[&SendUnit],
    placed: &[Vec<Placed>],
) -> QueryResult<()> {
    for (unit, placed) in units.iter().zip(placed) {
        if let Some(nonce) = &unit.nonce {
            insert_into(used_nonces::table)
                .values((
                    used_nonces::app_key_id.eq(nonce.app_key.0),
                    used_nonces::nonce_hash.eq(nonce_hash(nonce)),
                    used_nonces::signed_at.eq(nonce.signed_at.0),
                ))
                .execute(conn)?;
        }
        if let (Some(upload), Some(message)) = (unit.upload, placed.first()) {
            bind_upload(conn, upload.0, message)?;
        }
    }
    Ok(())
}

/// Points an upload to its message (facts: fresns 6.6).
fn bind_upload(conn: &mut AnyConnection, upload: i64, message: &Placed) -> QueryResult<()> {
    let key = message.place.map(|(conversation, _)| format!("Conversation-{conversation}"));
    let free = file_usages::table.filter(file_usages::id.eq(upload).and(file_usages::table_id.is_null()));
    let bound = diesel::update(free)
        .set((file_usages::table_id.eq(message.id.0), file_usages::table_key.eq(key)))
        .execute(conn)?;
    if bound == 1 { Ok(()) } else { Err(Error::NotFound) }
}

fn is_nonce_used(conn: &mut AnyConnection, (app_key, hash): &(i64, Vec<u8>)) -> QueryResult<bool> {
    let found: Option<i64> =
        used_nonces::table.find((app_key, hash)).select(used_nonces::signed_at).first(conn).optional()?;
    Ok(found.is_some())
}

fn is_upload_taken(conn: &mut AnyConnection, upload: i64) -> QueryResult<bool> {
    let free: Option<i64> = file_usages::table
        .filter(file_usages::id.eq(upload).and(file_usages::table_id.is_null()))
        .select(file_usages::id)
        .first(conn)
        .optional()?;
    Ok(free.is_none())
}

/// Nonces are of any length and may be signatures, so only their hash is stored.
fn nonce_hash(nonce: &NonceUse) -> Vec<u8> {
    hash_token(&nonce.nonce).to_vec()
}
