//! Nonces of strict app keys. What another process uses up between our look and our write is caught by the primary
//! key, and the batch looks again.

use std::collections::HashSet;

use diesel::prelude::*;
use diesel::result::DatabaseErrorKind;
use diesel::sql_types::{BigInt, Binary};
use sixin_application::access::authenticate_user::hash_token;
use sixin_application::sending::ports::{NonceUse, SendUnit};

use crate::connection::connector::AnyConnection;
use crate::sql::composed::{ComposedSql, Spelling, chunks};

/// An app key and the hash of a nonce. Nonces are of any length and may be signatures, so only their hash is stored.
pub(crate) type NonceId = (i64, [u8; 32]);

/// How a nonce is stored.
pub(crate) fn id(nonce: &NonceUse) -> NonceId {
    (nonce.app_key.0, hash_token(&nonce.nonce))
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    app_key_id: i64,
    #[diesel(sql_type = Binary)]
    nonce_hash: Vec<u8>,
}

/// Those that have been used.
pub(crate) fn used(conn: &mut AnyConnection, ids: &[NonceId]) -> QueryResult<HashSet<NonceId>> {
    let spelling = Spelling::of(conn);
    let table = spelling.by_index("used_nonces", "PRIMARY");
    let mut used = HashSet::new();
    for chunk in chunks(ids) {
        let mut statement = ComposedSql::new(format!(
            "SELECT app_key_id, nonce_hash FROM {table} WHERE (app_key_id, nonce_hash) IN "
        ));
        statement.among(spelling, chunk, |statement, (key, hash)| {
            statement.int(*key).comma().bytes(hash);
        });
        let rows = statement.load::<Row>(conn)?;
        used.extend(
            rows.into_iter().filter_map(|row| Some((row.app_key_id, row.nonce_hash.try_into().ok()?))),
        );
    }
    Ok(used)
}

/// Marks the nonces of these units as used, in the transaction of their messages.
pub(super) fn use_up<'a>(
    conn: &mut AnyConnection,
    units: impl Iterator<Item = &'a SendUnit>,
) -> QueryResult<()> {
    let mut rows: Vec<(NonceId, i64)> =
        units.filter_map(|unit| unit.nonce.as_ref()).map(|nonce| (id(nonce), nonce.signed_at.0)).collect();
    // All writers take rows in the same order.
    rows.sort_unstable();
    insert(conn, &rows)
}

/// Marks a nonce as used; `false` if it was used before.
pub(crate) fn use_one(conn: &mut AnyConnection, id: NonceId, signed_at: i64) -> QueryResult<bool> {
    if !used(conn, &[id])?.is_empty() {
        return Ok(false);
    }
    match insert(conn, &[(id, signed_at)]) {
        Err(diesel::result::Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => Ok(false),
        inserted => inserted.map(|()| true),
    }
}

fn insert(conn: &mut AnyConnection, rows: &[(NonceId, i64)]) -> QueryResult<()> {
    for chunk in chunks(rows) {
        let mut statement =
            ComposedSql::new("INSERT INTO used_nonces (app_key_id, nonce_hash, signed_at) VALUES ");
        statement.rows(chunk, |statement, ((key, hash), signed_at)| {
            statement.int(*key).comma().bytes(hash).comma().int(*signed_at);
        });
        statement.execute(conn)?;
    }
    Ok(())
}
