//! What operators do with endpoints.

use async_trait::async_trait;
use diesel::prelude::*;
use sixin_application::ports::StoreResult;
use sixin_application::webhooks::ports::{EndpointAdmin, EndpointChange, NewEndpoint, Parked, ParkedEvent};
use sixin_domain::id::EndpointId;
use sixin_domain::log::{LogEntry, Position};
use sixin_domain::time::Millis;
use sixin_domain::webhook::endpoint::Endpoint;

use super::rows::{EndpointRow, ON, PAUSED, ParkedRow, move_on, park, readable};
use crate::connection::connector::AnyConnection;
use crate::database::Database;
use crate::log::entries::{self, Part};
use crate::log::head;
use crate::schema::{webhook_endpoints as endpoints, webhook_parked as parked};

fn apply(conn: &mut AnyConnection, id: i64, change: &EndpointChange) -> QueryResult<()> {
    let row = endpoints::table.find(id);
    match change {
        EndpointChange::Secret(secret, until) => {
            let present: String = row.select(endpoints::secret).first(conn)?;
            let set = (
                endpoints::secret.eq(secret.reveal()),
                endpoints::former_secret.eq(present),
                endpoints::former_until.eq(until.0),
            );
            diesel::update(row).set(set).execute(conn)?;
        }
        EndpointChange::Pause => {
            diesel::update(row).set(endpoints::state.eq(PAUSED)).execute(conn)?;
        }
        EndpointChange::Resume => {
            let set = (
                endpoints::state.eq(ON),
                endpoints::off_reason.eq(None::<String>),
                endpoints::failures.eq(0),
                endpoints::failing_since.eq(None::<i64>),
                endpoints::probes.eq(0),
                endpoints::next_probe_at.eq(None::<i64>),
                // Whoever is still at it must not say again that it fails.
                endpoints::replays.eq(endpoints::replays + 1),
            );
            diesel::update(row).set(set).execute(conn)?;
        }
        EndpointChange::Replay(position) => {
            let set = (endpoints::cursor_pos.eq(position.0), endpoints::replays.eq(endpoints::replays + 1));
            diesel::update(row).set(set).execute(conn)?;
            let dead = parked::endpoint_id.eq(id).and(parked::is_dead.eq(true));
            diesel::delete(parked::table.filter(dead.and(parked::pos.gt(position.0)))).execute(conn)?;
        }
    }
    Ok(())
}

#[async_trait]
impl EndpointAdmin for Database {
    async fn add(&self, endpoint: &NewEndpoint, at: Millis) -> StoreResult<EndpointId> {
        let endpoint = endpoint.clone();
        self.write(move |conn| {
            let cursor = match endpoint.from {
                Some(position) => position,
                None => head::read(conn)?.position,
            };
            let (url, secret) = (endpoint.url.reveal(), endpoint.secret.reveal());
            diesel::insert_into(endpoints::table)
                .values((
                    endpoints::name.eq(&endpoint.name),
                    endpoints::kind.eq(endpoint.kind.name()),
                    endpoints::url.eq(url),
                    endpoints::secret.eq(secret),
                    endpoints::app_id.eq(&endpoint.app_id),
                    endpoints::events.eq(endpoint.events.text()),
                    endpoints::has_server_messages.eq(endpoint.has_server_messages),
                    endpoints::max_in_flight.eq(i64::try_from(endpoint.max_in_flight).unwrap_or(1)),
                    endpoints::cursor_pos.eq(cursor.0),
                    endpoints::created_at.eq(at.0),
                ))
                .execute(conn)?;
            // Whoever adds the same at the same moment has another secret.
            let added = endpoints::url.eq(url).and(endpoints::secret.eq(secret));
            let id = endpoints::table.filter(added).order(endpoints::id.desc()).select(endpoints::id);
            id.first(conn).map(EndpointId)
        })
        .await
    }

    async fn list(&self) -> StoreResult<Vec<Endpoint>> {
        self.read(|conn| {
            let rows = endpoints::table.order(endpoints::id).select(EndpointRow::as_select());
            rows.load(conn).map(readable)
        })
        .await
    }

    async fn find(&self, id: EndpointId) -> StoreResult<Option<Endpoint>> {
        self.read(move |conn| {
            let row = endpoints::table.find(id.0).select(EndpointRow::as_select()).first(conn);
            Ok(row.optional()?.and_then(EndpointRow::into_endpoint))
        })
        .await
    }

    async fn change(&self, id: EndpointId, change: &EndpointChange) -> StoreResult<bool> {
        let change = change.clone();
        self.write(move |conn| {
            let is_there = move_on(conn, id.0)?;
            if is_there {
                apply(conn, id.0, &change)?;
            }
            Ok(is_there)
        })
        .await
    }

    async fn remove(&self, id: EndpointId) -> StoreResult<bool> {
        self.write(move |conn| {
            let removed = diesel::delete(endpoints::table.find(id.0)).execute(conn)?;
            diesel::delete(parked::table.filter(parked::endpoint_id.eq(id.0))).execute(conn)?;
            Ok(removed > 0)
        })
        .await
    }

    async fn tell_again(&self, id: EndpointId, event: &ParkedEvent) -> StoreResult<bool> {
        let event = event.clone();
        self.write(move |conn| {
            let is_there = move_on(conn, id.0)?;
            if is_there {
                diesel::delete(parked::table.find((id.0, event.position.0))).execute(conn)?;
                park(conn, id.0, std::slice::from_ref(&event))?;
            }
            Ok(is_there)
        })
        .await
    }

    async fn dead(&self, id: EndpointId, limit: i64) -> StoreResult<Vec<ParkedEvent>> {
        self.read(move |conn| {
            let dead = parked::endpoint_id.eq(id.0).and(parked::is_dead.eq(true));
            let rows = parked::table.filter(dead).order(parked::pos).limit(limit);
            let rows: Vec<ParkedRow> = rows.select(ParkedRow::as_select()).load(conn)?;
            Ok(rows.into_iter().map(ParkedEvent::from).collect())
        })
        .await
    }

    async fn revive(&self, id: EndpointId, now: Millis) -> StoreResult<i64> {
        self.write(move |conn| {
            move_on(conn, id.0)?;
            let dead = parked::endpoint_id.eq(id.0).and(parked::is_dead.eq(true));
            let set = (parked::is_dead.eq(false), parked::tries.eq(0), parked::next_at.eq(now.0));
            let revived = diesel::update(parked::table.filter(dead)).set(set).execute(conn)?;
            Ok(i64::try_from(revived).unwrap_or(i64::MAX))
        })
        .await
    }

    async fn forget_dead(&self, id: EndpointId) -> StoreResult<i64> {
        self.write(move |conn| {
            let dead = parked::endpoint_id.eq(id.0).and(parked::is_dead.eq(true));
            let forgotten = diesel::delete(parked::table.filter(dead)).execute(conn)?;
            Ok(i64::try_from(forgotten).unwrap_or(i64::MAX))
        })
        .await
    }

    async fn parked(&self, id: EndpointId) -> StoreResult<Parked> {
        self.read(move |conn| {
            let mut count = |is_dead: bool| {
                let of = parked::endpoint_id.eq(id.0).and(parked::is_dead.eq(is_dead));
                parked::table.filter(of).count().get_result(conn)
            };
            let (waiting, dead) = (count(false)?, count(true)?);
            let tried = parked::endpoint_id.eq(id.0).and(parked::last_failure.ne(""));
            let newest = (parked::first_failed_at.desc(), parked::pos.desc());
            let last = parked::table.filter(tried).order(newest).select(parked::last_failure).first(conn);
            Ok(Parked { waiting, dead, last_failure: last.optional()? })
        })
        .await
    }

    async fn entry(&self, position: Position) -> StoreResult<Option<LogEntry>> {
        self.read(move |conn| {
            let part = Part { after: position.plus(-1), until: position };
            Ok(entries::of_all(conn, part, 1)?.entries.pop())
        })
        .await
    }
}
