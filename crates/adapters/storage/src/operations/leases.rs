//! The numbers of running processes: table `process_leases`. Everything here is on the database's clock.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use sixin_application::ports::{StoreError, StoreResult};
use sixin_application::sending::ports::{Lease, ProcessLeases};
use sixin_domain::time::Millis;

use crate::connection::connector::AnyConnection;
use crate::database::Database;
use crate::schema::process_leases as leases;

/// Longer than any process takes a number for.
const LONGEST_MS: i64 = 120_000;

#[derive(QueryableByName)]
struct Now {
    #[diesel(sql_type = BigInt)]
    now: i64,
}

/// The database's time in milliseconds.
pub(crate) fn database_now(conn: &mut AnyConnection) -> QueryResult<i64> {
    let sql = match conn {
        AnyConnection::Mysql(_) => "SELECT CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED) AS now",
        AnyConnection::Sqlite(_) => "SELECT CAST(unixepoch('subsec') * 1000 AS INTEGER) AS now",
    };
    diesel::sql_query(sql).get_result::<Now>(conn).map(|row| row.now)
}

#[async_trait]
impl ProcessLeases for Database {
    async fn acquire(&self, token: &str, duration_ms: i64) -> StoreResult<Lease> {
        let token = token.to_owned();
        let lease = self.write(move |conn| take_free(conn, &token, duration_ms)).await?;
        lease.ok_or_else(|| StoreError::Unavailable("all 32 process numbers are taken".into()))
    }

    async fn renew(&self, lease: &Lease, used: Millis, duration_ms: i64) -> StoreResult<Option<Lease>> {
        let lease = lease.clone();
        self.write(move |conn| {
            let now = database_now(conn)?;
            let ours = || {
                leases::table
                    .filter(leases::number.eq(number(&lease)))
                    .filter(leases::token.eq(lease.token.clone()))
            };
            let marked: Option<i64> = ours().select(leases::high_water).first(conn).optional()?;
            let Some(marked) = marked else { return Ok(None) };
            let mark = marked.max(now.max(used.0) + duration_ms);
            let renewed = diesel::update(ours())
                .set((leases::ends_at.eq(now + duration_ms), leases::high_water.eq(mark)))
                .execute(conn)?;
            let lease = || Lease { granted_at: Millis(now), ids_end: Millis(mark), ..lease.clone() };
            Ok((renewed > 0).then(lease))
        })
        .await
    }

    async fn release(&self, lease: &Lease) -> StoreResult<()> {
        let lease = lease.clone();
        self.write(move |conn| {
            let ours = leases::table
                .filter(leases::number.eq(number(&lease)))
                .filter(leases::token.eq(&lease.token));
            let free = (leases::token.eq(None::<String>), leases::ends_at.eq(0));
            diesel::update(ours).set(free).execute(conn).map(drop)
        })
        .await
    }
}

fn number(lease: &Lease) -> i16 {
    i16::try_from(lease.number).unwrap_or(-1)
}

/// Takes the free number that was free for longest, so that high-water marks lie behind. The update holds only if
/// nobody took the number since we looked. A number that seems to be taken for longer than anybody takes one was taken
/// before the database's clock stepped back, and is free: marks keep ids apart even if its holder still lives.
fn take_free(conn: &mut AnyConnection, token: &str, duration_ms: i64) -> QueryResult<Option<Lease>> {
    let now = database_now(conn)?;
    let free: Vec<(i16, i64, i64)> = leases::table
        .filter(leases::ends_at.le(now).or(leases::ends_at.gt(now + LONGEST_MS.max(duration_ms))))
        .order((leases::high_water, leases::number))
        .select((leases::number, leases::high_water, leases::ends_at))
        .load(conn)?;
    let ends_at = now + duration_ms;
    for (number, high_water, ended_at) in free {
        let still_free = leases::table.filter(leases::number.eq(number).and(leases::ends_at.eq(ended_at)));
        let mark = now.max(high_water) + duration_ms;
        let taken = diesel::update(still_free)
            .set((leases::token.eq(token), leases::ends_at.eq(ends_at), leases::high_water.eq(mark)))
            .execute(conn)?;
        if taken > 0 {
            return Ok(Some(Lease {
                number: number.into(),
                token: token.to_owned(),
                granted_at: Millis(now),
                ids_end: Millis(mark),
                not_before: Millis(high_water),
            }));
        }
    }
    Ok(None)
}
