//! Idempotency keys: table `idempotency_keys` (docs/design.md#send-once). A key that another process stores
//! between our look and our write is caught by the primary key, and the batch looks again.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::result::Error;
use diesel::sql_types::{BigInt, Binary, Text};
use sixin_application::access::authenticate_user::hash_token;
use sixin_application::sending::ports::{IdempotencyKey, SendUnit};
use sixin_domain::id::{ConversationId, MessageId, UserId};
use sixin_domain::message::Placed;
use sixin_domain::time::Millis;

use crate::connection::connector::AnyConnection;
use crate::sql::composed::{ComposedSql, Spelling, chunks};

/// App key, sending user and hash of the key: one send and its repeats. Keys may hold what their makers would not want
/// to be read, so only the hash is stored.
pub(crate) type Scope = (i64, i64, [u8; 32]);

/// Where the result of a send with that key is stored.
pub(crate) fn scope(sender: UserId, key: &IdempotencyKey) -> Scope {
    (key.app_key.0, sender.0, hash_token(&key.key))
}

fn scope_of(unit: &SendUnit) -> Option<Scope> {
    unit.idempotency.as_ref().map(|key| scope(unit.envelope.sender, key))
}

/// A stored key.
#[derive(QueryableByName)]
pub(crate) struct Known {
    #[diesel(sql_type = BigInt)]
    app_key_id: i64,
    #[diesel(sql_type = BigInt)]
    user_id: i64,
    #[diesel(sql_type = Binary)]
    key_hash: Vec<u8>,
    #[diesel(sql_type = Binary)]
    fingerprint: Vec<u8>,
    #[diesel(sql_type = Text)]
    result: String,
    #[diesel(sql_type = BigInt)]
    expires_at: i64,
}

impl Known {
    /// Whether it still counts for a send of that time; it may be over and not yet swept.
    pub(crate) fn is_live(&self, accepted_at: Millis) -> bool {
        self.expires_at > accepted_at.0
    }

    /// Where the messages are, or `None` if the key belongs to another request.
    pub(crate) fn result_for(&self, key: &IdempotencyKey) -> QueryResult<Option<Vec<Placed>>> {
        if self.fingerprint != key.fingerprint {
            return Ok(None);
        }
        let entries: Vec<Entry> =
            serde_json::from_str(&self.result).map_err(|error| Error::DeserializationError(error.into()))?;
        Ok(Some(entries.into_iter().map(placed).collect()))
    }
}

/// How a message stands in a result: id, recipient, conversation and seq, sent time.
type Entry = (i64, i64, Option<(i64, i64)>, i64);

fn entry(placed: &Placed) -> Entry {
    let place = placed.place.map(|(conversation, seq)| (conversation.0, seq));
    (placed.id.0, placed.recipient.0, place, placed.sent_at.0)
}

fn placed((id, recipient, place, sent_at): Entry) -> Placed {
    Placed {
        id: MessageId(id),
        recipient: UserId(recipient),
        place: place.map(|(conversation, seq)| (ConversationId(conversation), seq)),
        sent_at: Millis(sent_at),
    }
}

/// The keys of a batch that are stored, live or not.
pub(super) fn of_batch(conn: &mut AnyConnection, units: &[&SendUnit]) -> QueryResult<HashMap<Scope, Known>> {
    let scopes: Vec<Scope> = units.iter().filter_map(|unit| scope_of(unit)).collect();
    known(conn, &scopes)
}

/// Those that are stored, live or not.
pub(crate) fn known(conn: &mut AnyConnection, scopes: &[Scope]) -> QueryResult<HashMap<Scope, Known>> {
    let spelling = Spelling::of(conn);
    let table = spelling.by_index("idempotency_keys", "PRIMARY");
    let mut known = HashMap::new();
    for chunk in chunks(scopes) {
        let mut statement = ComposedSql::new(format!(
            "SELECT app_key_id, user_id, key_hash, fingerprint, result, expires_at FROM {table} \
             WHERE (app_key_id, user_id, key_hash) IN "
        ));
        statement.among(spelling, chunk, |statement, (app_key, user, hash)| {
            statement.int(*app_key).comma().int(*user).comma().bytes(hash);
        });
        for row in statement.load::<Known>(conn)? {
            let Ok(hash) = <[u8; 32]>::try_from(row.key_hash.as_slice()) else { continue };
            known.insert((row.app_key_id, row.user_id, hash), row);
        }
    }
    Ok(known)
}

/// A key to be stored.
struct New<'a> {
    scope: Scope,
    fingerprint: &'a [u8; 32],
    result: String,
    expires_at: Millis,
}

/// Stores the results of units with keys, in the transaction of their messages. `known` holds what was found before;
/// what is there and not live is in the way.
pub(super) fn remember(
    conn: &mut AnyConnection,
    units: &[&SendUnit],
    placed: &[Vec<Placed>],
    known: &HashMap<Scope, Known>,
) -> QueryResult<()> {
    let mut rows = Vec::new();
    for (unit, placed) in units.iter().zip(placed) {
        let (Some(key), Some(scope)) = (&unit.idempotency, scope_of(unit)) else { continue };
        let entries: Vec<Entry> = placed.iter().map(entry).collect();
        rows.push(New {
            scope,
            fingerprint: &key.fingerprint,
            result: serde_json::to_string(&entries)
                .map_err(|error| Error::SerializationError(error.into()))?,
            expires_at: unit.accepted_at.plus(key.lives_ms),
        });
    }
    // All writers take rows in the same order.
    rows.sort_unstable_by_key(|row| row.scope);
    remove_ended(conn, &rows, known)?;
    insert(conn, &rows)
}

/// Only the rows that were seen: one that another process has put there meanwhile ends at another time, stays, and is
/// met by the insert.
fn remove_ended(
    conn: &mut AnyConnection,
    rows: &[New<'_>],
    known: &HashMap<Scope, Known>,
) -> QueryResult<()> {
    let ended: Vec<(Scope, i64)> =
        rows.iter().filter_map(|row| Some((row.scope, known.get(&row.scope)?.expires_at))).collect();
    remove(conn, &ended)
}

/// Removes keys that end at those times.
pub(crate) fn remove(conn: &mut AnyConnection, ended: &[(Scope, i64)]) -> QueryResult<()> {
    let spelling = Spelling::of(conn);
    for chunk in chunks(ended) {
        let mut statement = ComposedSql::new(
            "DELETE FROM idempotency_keys WHERE (app_key_id, user_id, key_hash, expires_at) IN ",
        );
        statement.among(spelling, chunk, |statement, ((app_key, user, hash), expires_at)| {
            statement.int(*app_key).comma().int(*user).comma().bytes(hash).comma().int(*expires_at);
        });
        statement.execute(conn)?;
    }
    Ok(())
}

fn insert(conn: &mut AnyConnection, rows: &[New<'_>]) -> QueryResult<()> {
    for chunk in chunks(rows) {
        let mut statement = ComposedSql::new(
            "INSERT INTO idempotency_keys (app_key_id, user_id, key_hash, fingerprint, result, expires_at) \
             VALUES ",
        );
        statement.rows(chunk, |statement, row| {
            let (app_key, user, hash) = &row.scope;
            statement.int(*app_key).comma().int(*user).comma().bytes(hash).comma();
            statement.bytes(row.fingerprint).comma().opt_text(Some(&row.result)).comma();
            statement.int(row.expires_at.0);
        });
        statement.execute(conn)?;
    }
    Ok(())
}
