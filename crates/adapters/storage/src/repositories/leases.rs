//! The numbers of running processes: table `process_leases`. Everything here is on the database's clock.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use sixin_application::ports::{Lease, ProcessLeases, StoreError, StoreResult};
use sixin_domain::time::Millis;

use crate::connection::AnyConnection;
use crate::database::Database;
use crate::schema::process_leases as leases;

#[derive(QueryableByName)]
struct Now {
    #[diesel(sql_type = BigInt)]
    now: i64,
}

/// The database's time in milliseconds.
pub(super) fn database_now(conn: &mut AnyConnection) -> QueryResult<i64> {
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

    async fn renew(&self, lease: &Lease, duration_ms: i64) -> StoreResult<Option<Lease>> {
        let lease = lease.clone();
        self.write(move |conn| {
            let now = database_now(conn)?;
            let ends_at = now + duration_ms;
            let ours = leases::table
                .filter(leases::number.eq(number(&lease)))
                .filter(leases::token.eq(&lease.token));
            let renewed = diesel::update(ours)
                .set((leases::ends_at.eq(ends_at), leases::high_water.eq(ends_at)))
                .execute(conn)?;
            Ok((renewed > 0).then_some(Lease { granted_at: Millis(now), ends_at: Millis(ends_at), ..lease }))
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
/// nobody took the number since we looked.
fn take_free(conn: &mut AnyConnection, token: &str, duration_ms: i64) -> QueryResult<Option<Lease>> {
    let now = database_now(conn)?;
    let free: Vec<(i16, i64)> = leases::table
        .filter(leases::ends_at.le(now))
        .order((leases::high_water, leases::number))
        .select((leases::number, leases::high_water))
        .load(conn)?;
    let ends_at = now + duration_ms;
    for (number, high_water) in free {
        let still_free = leases::table.filter(leases::number.eq(number).and(leases::ends_at.le(now)));
        let mark = ends_at.max(high_water);
        let taken = diesel::update(still_free)
            .set((leases::token.eq(token), leases::ends_at.eq(ends_at), leases::high_water.eq(mark)))
            .execute(conn)?;
        if taken > 0 {
            return Ok(Some(Lease {
                number: number.into(),
                token: token.to_owned(),
                granted_at: Millis(now),
                ends_at: Millis(ends_at),
                not_before: Millis(high_water),
            }));
        }
    }
    Ok(None)
}
