//! What those do with endpoints who tell receivers. Leases are on the database's clock.

use async_trait::async_trait;
use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use sixin_application::ports::StoreResult;
use sixin_application::webhooks::ports::{EndpointWork, Held, ParkedEvent, Progress};
use sixin_domain::event::Event;
use sixin_domain::id::EndpointId;
use sixin_domain::log::Position;
use sixin_domain::time::Millis;
use sixin_domain::webhook::endpoint::Endpoint;
use sixin_domain::webhook::health::OffReason;
use sixin_domain::webhook::lane::Lane;

use super::rows::{EndpointRow, OFF, ON, ParkedRow, ProgressColumns, park, readable};
use crate::connection::connector::AnyConnection;
use crate::database::Database;
use crate::operations::leases::database_now;
use crate::schema::{webhook_endpoints as endpoints, webhook_parked as parked};
use crate::sql::composed::{ComposedSql, Spelling};

/// Longer than any process holds an endpoint for.
pub(crate) const LONGEST_MS: i64 = 60_000;

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

/// Whether one of these leases, by their holders and ends, can be taken or has to be renewed: when a third of it is over.
pub(crate) fn is_due(
    conn: &mut AnyConnection,
    token: &str,
    duration_ms: i64,
    leases: Vec<(Option<String>, i64)>,
) -> QueryResult<bool> {
    if leases.is_empty() {
        return Ok(false);
    }
    let now = database_now(conn)?;
    Ok(leases.into_iter().any(|(holder, until)| {
        let least = if holder.as_deref() == Some(token) { now + duration_ms * 2 / 3 } else { now };
        holder.is_none() || until <= least || until > now + LONGEST_MS
    }))
}

fn ours(conn: &mut AnyConnection, token: &str) -> QueryResult<Vec<Endpoint>> {
    let ours = endpoints::state.eq(ON).and(endpoints::leased_by.eq(token));
    let rows = endpoints::table.filter(ours).order(endpoints::id).select(EndpointRow::as_select());
    rows.load(conn).map(readable)
}

/// Whether a process still works for an endpoint as it was. Asked after an update that holds only then, its row is locked.
fn is_held(conn: &mut AnyConnection, held: &Held) -> QueryResult<bool> {
    let row = endpoints::table
        .find(held.endpoint.0)
        .filter(endpoints::leased_by.eq(&held.token).and(endpoints::replays.eq(held.replays)));
    diesel::select(exists(row)).get_result(conn)
}

fn keep(conn: &mut AnyConnection, held: &Held, progress: Progress) -> QueryResult<bool> {
    let row = endpoints::table
        .find(held.endpoint.0)
        .filter(endpoints::leased_by.eq(&held.token).and(endpoints::replays.eq(held.replays)));
    diesel::update(row).set(ProgressColumns::from(progress)).execute(conn)?;
    is_held(conn, held)
}

#[async_trait]
impl EndpointWork for Database {
    async fn hold(&self, token: &str, duration_ms: i64) -> StoreResult<Vec<Endpoint>> {
        let asked = token.to_owned();
        let held = self
            .read(move |conn| {
                let leases = endpoints::table
                    .filter(endpoints::state.eq(ON))
                    .select((endpoints::leased_by, endpoints::leased_until))
                    .load(conn)?;
                if is_due(conn, &asked, duration_ms, leases)? {
                    Ok(None)
                } else {
                    ours(conn, &asked).map(Some)
                }
            })
            .await?;
        if let Some(held) = held {
            return Ok(held);
        }
        let token = token.to_owned();
        self.write(move |conn| {
            let now = database_now(conn)?;
            let free = endpoints::leased_by
                .is_null()
                .or(endpoints::leased_by.eq(Some(token.clone())))
                .or(endpoints::leased_until.le(now).nullable())
                .or(endpoints::leased_until.gt(now + LONGEST_MS).nullable());
            diesel::update(endpoints::table.filter(endpoints::state.eq(ON).nullable().and(free)))
                .set((endpoints::leased_by.eq(&token), endpoints::leased_until.eq(now + duration_ms)))
                .execute(conn)?;
            ours(conn, &token)
        })
        .await
    }

    async fn let_go(&self, token: &str) -> StoreResult<()> {
        let token = token.to_owned();
        let mine = token.clone();
        // A site without endpoints is not written to.
        let has_any: bool = self
            .read(move |conn| {
                diesel::select(exists(endpoints::table.filter(endpoints::leased_by.eq(&mine))))
                    .get_result(conn)
            })
            .await?;
        if !has_any {
            return Ok(());
        }
        self.write(move |conn| {
            diesel::update(endpoints::table.filter(endpoints::leased_by.eq(&token)))
                .set((endpoints::leased_by.eq(None::<String>), endpoints::leased_until.eq(0)))
                .execute(conn)
                .map(drop)
        })
        .await
    }

    async fn keep(&self, held: &Held, progress: Progress) -> StoreResult<bool> {
        let held = held.clone();
        self.write(move |conn| keep(conn, &held, progress)).await
    }

    async fn park(&self, held: &Held, events: &[ParkedEvent], progress: Progress) -> StoreResult<bool> {
        let (held, events) = (held.clone(), events.to_vec());
        self.write(move |conn| {
            let is_ours = keep(conn, &held, progress)?;
            if is_ours {
                park(conn, held.endpoint.0, &events)?;
            }
            Ok(is_ours)
        })
        .await
    }

    async fn first_parked(&self, endpoint: EndpointId, limit: i64) -> StoreResult<Vec<ParkedEvent>> {
        self.read(move |conn| {
            let mut statement = ComposedSql::new(
                "SELECT p.pos, p.a_user_id, p.b_user_id, p.tries, p.next_at, p.first_failed_at, p.last_failure, \
                 p.is_dead FROM webhook_parked AS p JOIN (SELECT MIN(pos) AS pos FROM webhook_parked \
                 WHERE is_dead = 0 AND endpoint_id = ",
            );
            statement.int(endpoint.0).sql(" GROUP BY a_user_id, b_user_id) AS f ON f.pos = p.pos");
            statement.sql(" WHERE p.endpoint_id = ").int(endpoint.0).sql(" ORDER BY p.pos LIMIT ").int(limit);
            let rows = statement.load::<ParkedRow>(conn)?;
            Ok(rows.into_iter().map(ParkedEvent::from).collect())
        })
        .await
    }

    async fn next_parked(&self, endpoint: EndpointId, lane: Lane) -> StoreResult<Option<ParkedEvent>> {
        self.read(move |conn| {
            let row = parked::table
                .filter(parked::endpoint_id.eq(endpoint.0).and(parked::is_dead.eq(false)))
                .filter(parked::a_user_id.eq(lane.a.0).and(parked::b_user_id.eq(lane.b.0)))
                .order(parked::pos)
                .select(ParkedRow::as_select())
                .first(conn);
            Ok(row.optional()?.map(ParkedEvent::from))
        })
        .await
    }

    async fn parked_after(
        &self,
        endpoint: EndpointId,
        after: Position,
        limit: i64,
    ) -> StoreResult<Vec<Position>> {
        self.read(move |conn| {
            let rows = parked::table.filter(parked::endpoint_id.eq(endpoint.0).and(parked::pos.gt(after.0)));
            let positions = rows.order(parked::pos).limit(limit).select(parked::pos).load(conn)?;
            Ok(positions.into_iter().map(Position).collect())
        })
        .await
    }

    async fn unpark(&self, held: &Held, position: Position) -> StoreResult<bool> {
        let held = held.clone();
        self.write(move |conn| {
            let is_ours = is_held(conn, &held)?;
            if is_ours {
                diesel::delete(parked::table.find((held.endpoint.0, position.0))).execute(conn)?;
            }
            Ok(is_ours)
        })
        .await
    }

    async fn repark(&self, held: &Held, event: &ParkedEvent) -> StoreResult<bool> {
        let (held, event) = (held.clone(), event.clone());
        self.write(move |conn| {
            let is_ours = is_held(conn, &held)?;
            if is_ours {
                diesel::update(parked::table.find((held.endpoint.0, event.position.0)))
                    .set((
                        parked::tries.eq(i64::from(event.tries)),
                        parked::next_at.eq(event.next_at.0),
                        parked::first_failed_at.eq(event.first_failed_at.map(|at| at.0)),
                        parked::last_failure.eq(&event.last_failure),
                        parked::is_dead.eq(event.is_dead),
                    ))
                    .execute(conn)?;
            }
            Ok(is_ours)
        })
        .await
    }

    async fn hurry(&self, held: &Held, now: Millis) -> StoreResult<bool> {
        let held = held.clone();
        self.write(move |conn| {
            let is_ours = is_held(conn, &held)?;
            if is_ours {
                let late = parked::next_at.gt(now.0).and(parked::is_dead.eq(false));
                let waiting = parked::table.filter(parked::endpoint_id.eq(held.endpoint.0).and(late));
                diesel::update(waiting).set(parked::next_at.eq(now.0)).execute(conn)?;
            }
            Ok(is_ours)
        })
        .await
    }

    async fn switch_off(&self, held: &Held, reason: OffReason, progress: Progress) -> StoreResult<bool> {
        let held = held.clone();
        self.change(move |conn, events| {
            let is_ours = keep(conn, &held, progress)?;
            if is_ours {
                // One that was paused meanwhile is off too.
                diesel::update(endpoints::table.find(held.endpoint.0))
                    .set((endpoints::state.eq(OFF), endpoints::off_reason.eq(reason.name())))
                    .execute(conn)?;
                events.push(Event::EndpointDisabled(held.endpoint));
            }
            Ok(is_ours)
        })
        .await
    }

    async fn backlog(&self, after: Position, most: i64) -> StoreResult<i64> {
        self.read(move |conn| {
            let mut count = 0;
            for (table, index) in [
                ("conversation_messages", "conversation_messages_pos"),
                ("transient_messages", "transient_messages_pos"),
                ("log_changes", "PRIMARY"),
            ] {
                let table = Spelling::of(conn).by_index(table, index);
                let mut statement = ComposedSql::new(format!(
                    "SELECT COUNT(*) AS number FROM (SELECT pos FROM {table} WHERE pos > "
                ));
                statement.int(after.0).sql(" LIMIT ").int(most).sql(") AS counted");
                count += statement.load::<Number>(conn)?.pop().map_or(0, |row| row.number);
            }
            Ok(count.min(most))
        })
        .await
    }

    async fn waiting(&self, endpoint: EndpointId) -> StoreResult<i64> {
        self.read(move |conn| {
            let waiting = parked::endpoint_id.eq(endpoint.0).and(parked::is_dead.eq(false));
            parked::table.filter(waiting).count().get_result(conn)
        })
        .await
    }
}
