//! How far those are who wake devices: the one row of `push_progress`, which looks to them like an endpoint of webhooks. Nothing is ever
//! parked for it: what could not wake somebody in time need not any more.

use async_trait::async_trait;
use diesel::prelude::*;
use sixin_application::ports::StoreResult;
use sixin_application::push::waking::device_endpoint;
use sixin_application::webhooks::ports::{EndpointWork, Held, Holding, ParkedEvent, Progress};
use sixin_domain::id::EndpointId;
use sixin_domain::log::Position;
use sixin_domain::time::Millis;
use sixin_domain::webhook::endpoint::Endpoint;
use sixin_domain::webhook::health::OffReason;
use sixin_domain::webhook::lane::Lane;

use crate::connection::connector::AnyConnection;
use crate::database::Database;
use crate::operations::leases::database_now;
use crate::schema::push_progress as progress;
use crate::webhooks::{LONGEST_MS, is_due};

/// The number of the row.
const ROW: i64 = 1;

/// Who wakes devices, as [`EndpointWork`].
pub struct DeviceWork(pub Database);

fn ours(conn: &mut AnyConnection, token: &str) -> QueryResult<Vec<Endpoint>> {
    let row = progress::table.find(ROW).filter(progress::leased_by.eq(token));
    let cursor: Option<i64> = row.select(progress::cursor_pos).first(conn).optional()?;
    Ok(cursor.and_then(|cursor| device_endpoint(Position(cursor))).into_iter().collect())
}

/// There is one for all, which nobody has to share.
fn of_one(endpoints: Vec<Endpoint>) -> Holding {
    Holding { endpoints, excess: Vec::new() }
}

#[async_trait]
impl EndpointWork for DeviceWork {
    async fn hold(&self, token: &str, duration_ms: i64) -> StoreResult<Holding> {
        let asked = token.to_owned();
        let held = self.0.read(move |conn| {
            let leases = progress::table.select((progress::leased_by, progress::leased_until)).load(conn)?;
            if is_due(conn, &asked, duration_ms, leases)? { Ok(None) } else { ours(conn, &asked).map(Some) }
        });
        if let Some(held) = held.await? {
            return Ok(of_one(held));
        }
        let token = token.to_owned();
        self.0
            .write(move |conn| {
                let now = database_now(conn)?;
                let free = progress::leased_by
                    .is_null()
                    .or(progress::leased_by.eq(Some(token.clone())))
                    .or(progress::leased_until.le(now).nullable())
                    .or(progress::leased_until.gt(now + LONGEST_MS).nullable());
                diesel::update(progress::table.filter(free))
                    .set((progress::leased_by.eq(&token), progress::leased_until.eq(now + duration_ms)))
                    .execute(conn)?;
                ours(conn, &token)
            })
            .await
            .map(of_one)
    }

    async fn give_back(&self, token: &str, _: EndpointId) -> StoreResult<()> {
        self.let_go(token).await
    }

    async fn let_go(&self, token: &str) -> StoreResult<()> {
        let token = token.to_owned();
        self.0
            .write(move |conn| {
                diesel::update(progress::table.filter(progress::leased_by.eq(&token)))
                    .set((progress::leased_by.eq(None::<String>), progress::leased_until.eq(0)))
                    .execute(conn)
                    .map(drop)
            })
            .await
    }

    async fn keep(&self, held: &Held, kept: Progress) -> StoreResult<bool> {
        let (token, cursor) = (held.token.clone(), kept.cursor);
        self.0
            .write(move |conn| {
                diesel::update(progress::table.filter(progress::leased_by.eq(&token)))
                    .set(progress::cursor_pos.eq(cursor.0))
                    .execute(conn)?;
                Ok(!ours(conn, &token)?.is_empty())
            })
            .await
    }

    async fn park(&self, held: &Held, _: &[ParkedEvent], kept: Progress) -> StoreResult<bool> {
        self.keep(held, kept).await
    }

    async fn first_parked(&self, _: EndpointId, _: i64) -> StoreResult<Vec<ParkedEvent>> {
        Ok(Vec::new())
    }

    async fn next_parked(&self, _: EndpointId, _: Lane) -> StoreResult<Option<ParkedEvent>> {
        Ok(None)
    }

    async fn parked_after(&self, _: EndpointId, _: Position, _: i64) -> StoreResult<Vec<Position>> {
        Ok(Vec::new())
    }

    async fn unpark(&self, _: &Held, _: Position) -> StoreResult<bool> {
        Ok(true)
    }

    async fn repark(&self, _: &Held, _: &ParkedEvent) -> StoreResult<bool> {
        Ok(true)
    }

    async fn hurry(&self, _: &Held, _: Millis) -> StoreResult<bool> {
        Ok(true)
    }

    async fn switch_off(&self, _: &Held, _: OffReason, _: Progress) -> StoreResult<bool> {
        // It is one of ours, which says of nothing that it is gone for good.
        Ok(true)
    }

    async fn backlog(&self, after: Position, most: i64) -> StoreResult<i64> {
        EndpointWork::backlog(&self.0, after, most).await
    }

    async fn waiting(&self, _: EndpointId) -> StoreResult<i64> {
        Ok(0)
    }
}
