//! Rows of both tables.

use diesel::prelude::*;
use sixin_application::webhooks::ports::{ParkedEvent, Progress};
use sixin_domain::access::app_key::Secret;
use sixin_domain::id::{EndpointId, UserId};
use sixin_domain::log::Position;
use sixin_domain::time::Millis;
use sixin_domain::webhook::endpoint::{Endpoint, EndpointKind, EndpointState};
use sixin_domain::webhook::event_type::EventFilter;
use sixin_domain::webhook::health::{Health, OffReason};
use sixin_domain::webhook::lane::Lane;
use sixin_domain::webhook::receiver_url::ReceiverUrl;

use crate::connection::connector::AnyConnection;
use crate::schema::webhook_endpoints as endpoints;
use crate::schema::{webhook_endpoints, webhook_parked};
use crate::sql::composed::{ComposedSql, Spelling, chunks};

/// Column `state`.
pub(super) const ON: i16 = 0;
pub(super) const PAUSED: i16 = 1;
pub(super) const OFF: i16 = 2;

#[derive(Queryable, Selectable)]
#[diesel(table_name = webhook_endpoints)]
pub(super) struct EndpointRow {
    id: i64,
    name: String,
    kind: String,
    url: String,
    secret: String,
    former_secret: Option<String>,
    former_until: Option<i64>,
    app_id: Option<String>,
    events: String,
    has_server_messages: bool,
    max_in_flight: i64,
    state: i16,
    off_reason: Option<String>,
    failures: i64,
    failing_since: Option<i64>,
    probes: i64,
    next_probe_at: Option<i64>,
    cursor_pos: i64,
    generation: i64,
    replays: i64,
}

impl EndpointRow {
    /// `None`, and a word about it, of what this version can't read: an endpoint of a newer one, or changed by hand.
    pub(super) fn into_endpoint(self) -> Option<Endpoint> {
        let id = self.id;
        let endpoint = self.read();
        if endpoint.is_none() {
            tracing::warn!(endpoint = id, "a webhook can't be read; it is passed over");
        }
        endpoint
    }

    fn read(self) -> Option<Endpoint> {
        let former = self.former_secret.map(Secret::new).zip(self.former_until.map(Millis));
        let reason = self.off_reason.as_deref().and_then(OffReason::from_name);
        Some(Endpoint {
            id: EndpointId(self.id),
            name: self.name,
            kind: EndpointKind::from_name(&self.kind)?,
            url: ReceiverUrl::parse(&self.url).ok()?,
            secret: Secret::new(self.secret),
            former,
            app_id: self.app_id,
            events: EventFilter::parse(&self.events).ok()?,
            has_server_messages: self.has_server_messages,
            max_in_flight: usize::try_from(self.max_in_flight).unwrap_or(1).max(1),
            state: match self.state {
                ON => EndpointState::On,
                PAUSED => EndpointState::Paused,
                _ => EndpointState::Off(reason.unwrap_or(OffReason::Failing)),
            },
            health: Health {
                failures: u32::try_from(self.failures).unwrap_or(u32::MAX),
                failing_since: self.failing_since.map(Millis),
                probes: u32::try_from(self.probes).unwrap_or(u32::MAX),
                next_probe: self.next_probe_at.map(Millis),
            },
            cursor: Position(self.cursor_pos),
            generation: self.generation,
            replays: self.replays,
        })
    }
}

/// How far an endpoint is, as columns.
#[derive(AsChangeset)]
#[diesel(table_name = webhook_endpoints, treat_none_as_null = true)]
pub(super) struct ProgressColumns {
    cursor_pos: i64,
    failures: i64,
    failing_since: Option<i64>,
    probes: i64,
    next_probe_at: Option<i64>,
}

impl From<Progress> for ProgressColumns {
    fn from(Progress { cursor, health }: Progress) -> Self {
        Self { cursor_pos: cursor.0, ..Self::of(health) }
    }
}

impl ProgressColumns {
    fn of(health: Health) -> Self {
        Self {
            cursor_pos: 0,
            failures: health.failures.into(),
            failing_since: health.failing_since.map(|since| since.0),
            probes: health.probes.into(),
            next_probe_at: health.next_probe.map(|at| at.0),
        }
    }
}

#[derive(Queryable, Selectable, QueryableByName)]
#[diesel(table_name = webhook_parked)]
pub(super) struct ParkedRow {
    pos: i64,
    a_user_id: i64,
    b_user_id: i64,
    tries: i64,
    next_at: i64,
    first_failed_at: Option<i64>,
    last_failure: String,
    is_dead: bool,
}

impl From<ParkedRow> for ParkedEvent {
    fn from(row: ParkedRow) -> Self {
        Self {
            position: Position(row.pos),
            lane: Lane { a: UserId(row.a_user_id), b: UserId(row.b_user_id) },
            tries: u32::try_from(row.tries).unwrap_or(u32::MAX),
            next_at: Millis(row.next_at),
            first_failed_at: row.first_failed_at.map(Millis),
            last_failure: row.last_failure,
            is_dead: row.is_dead,
        }
    }
}

/// Parks events; one that is there already stays as it is.
pub(super) fn park(conn: &mut AnyConnection, endpoint: i64, events: &[ParkedEvent]) -> QueryResult<()> {
    let spelling = Spelling::of(conn);
    for chunk in chunks(events) {
        let mut statement = ComposedSql::new(
            "INSERT INTO webhook_parked (endpoint_id, pos, a_user_id, b_user_id, tries, next_at, first_failed_at, \
             last_failure, is_dead) VALUES ",
        );
        statement.rows(chunk, |statement, event| {
            statement.int(endpoint).comma().int(event.position.0).comma();
            statement.int(event.lane.a.0).comma().int(event.lane.b.0).comma();
            statement.int(event.tries).comma().int(event.next_at.0).comma();
            statement.opt_int(event.first_failed_at.map(|at| at.0)).comma();
            statement.opt_text(Some(&event.last_failure)).comma().int(event.is_dead);
        });
        statement.sql(spelling.on_conflict("endpoint_id, pos"));
        statement.sql(format!("pos = {}", spelling.inserted("pos")));
        statement.execute(conn)?;
    }
    Ok(())
}

/// The endpoints of a query, those left out that can't be read.
pub(super) fn readable(rows: Vec<EndpointRow>) -> Vec<Endpoint> {
    rows.into_iter().filter_map(EndpointRow::into_endpoint).collect()
}

/// Moves the generation of an endpoint on; answers whether there is one.
pub(super) fn move_on(conn: &mut AnyConnection, id: i64) -> QueryResult<bool> {
    let moved =
        diesel::update(endpoints::table.find(id)).set(endpoints::generation.eq(endpoints::generation + 1));
    moved.execute(conn).map(|rows| rows > 0)
}
