//! What those do with endpoints who tell receivers.

use async_trait::async_trait;
use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use sixin_application::ports::StoreResult;
use sixin_application::webhooks::ports::{EndpointWork, Held, Holding, ParkedEvent, Progress};
use sixin_domain::event::Event;
use sixin_domain::id::EndpointId;
use sixin_domain::log::Position;
use sixin_domain::time::Millis;
use sixin_domain::webhook::health::OffReason;
use sixin_domain::webhook::lane::Lane;

use super::holding;
use super::rows::{OFF, ParkedRow, ProgressColumns, park};
use crate::connection::connector::AnyConnection;
use crate::database::Database;
use crate::schema::{webhook_endpoints as endpoints, webhook_parked as parked};
use crate::sql::composed::{ComposedSql, Spelling};

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
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
    async fn hold(&self, token: &str, duration_ms: i64) -> StoreResult<Holding> {
        let asked = token.to_owned();
        if let Some(held) = self.read(move |conn| holding::held(conn, &asked, duration_ms)).await? {
            return Ok(held);
        }
        let token = token.to_owned();
        self.write(move |conn| holding::hold(conn, &token, duration_ms)).await
    }

    async fn give_back(&self, token: &str, endpoint: EndpointId) -> StoreResult<()> {
        let token = token.to_owned();
        self.write(move |conn| holding::give_back(conn, &token, Some(endpoint))).await
    }

    async fn let_go(&self, token: &str) -> StoreResult<()> {
        let (asked, token) = (token.to_owned(), token.to_owned());
        // A site without endpoints is not written to.
        if !self.read(move |conn| holding::is_there(conn, &asked)).await? {
            return Ok(());
        }
        self.write(move |conn| holding::give_back(conn, &token, None)).await
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
