//! Who works for which endpoint: leases on the database's clock, shared evenly between the processes that are there.

use diesel::prelude::*;
use sixin_application::webhooks::ports::Holding;
use sixin_domain::id::EndpointId;
use sixin_domain::webhook::endpoint::Endpoint;
use sixin_domain::webhook::sharing::{Share, share};

use super::rows::{EndpointRow, ON, readable};
use crate::connection::connector::AnyConnection;
use crate::operations::leases::database_now;
use crate::schema::{webhook_endpoints as endpoints, webhook_processes as processes};
use crate::sql::composed::{ComposedSql, Spelling};

/// Longer than any process holds an endpoint for.
pub(crate) const LONGEST_MS: i64 = 60_000;

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

/// Who is there and who holds what, at a moment.
struct Scene {
    now: i64,
    processes: Vec<(String, i64)>,
    leases: Vec<(i64, Option<String>, i64)>,
}

impl Scene {
    /// `None` if there is nothing to hold.
    fn look(conn: &mut AnyConnection) -> QueryResult<Option<Self>> {
        let leases: Vec<(i64, Option<String>, i64)> = endpoints::table
            .filter(endpoints::state.eq(ON))
            .order(endpoints::id)
            .select((endpoints::id, endpoints::leased_by, endpoints::leased_until))
            .load(conn)?;
        if leases.is_empty() {
            return Ok(None);
        }
        let processes = processes::table.select((processes::token, processes::ends_at)).load(conn)?;
        Ok(Some(Self { now: database_now(conn)?, processes, leases }))
    }

    /// Whether what ends then holds. What seems to hold for longer than anybody takes something was taken before the database's clock
    /// stepped back.
    fn holds(&self, until: i64) -> bool {
        until > self.now && until <= self.now + LONGEST_MS
    }

    fn share(&self, token: &str) -> Share {
        let alive = self.processes.iter().filter(|(_, until)| self.holds(*until));
        let held: Vec<(EndpointId, Option<&str>)> = self
            .leases
            .iter()
            .map(|(id, holder, until)| {
                // Its own counts until somebody else has taken it.
                let holder = holder.as_deref().filter(|holder| *holder == token || self.holds(*until));
                (EndpointId(*id), holder)
            })
            .collect();
        share(token, alive.map(|(process, _)| process.as_str()), &held)
    }

    /// Whether a process has to say that it is there, or to renew a lease: when a third of it is over.
    fn is_due(&self, token: &str, duration_ms: i64) -> bool {
        let is_late = |until: i64| until <= self.now + duration_ms * 2 / 3 || !self.holds(until);
        let own = self.processes.iter().find(|(process, _)| process == token);
        let mut leases = self.leases.iter().filter(|(_, holder, _)| holder.as_deref() == Some(token));
        own.is_none_or(|(_, until)| is_late(*until)) || leases.any(|(_, _, until)| is_late(*until))
    }
}

/// What a process holds, if there is nothing to write for that.
pub(super) fn held(conn: &mut AnyConnection, token: &str, duration_ms: i64) -> QueryResult<Option<Holding>> {
    let Some(scene) = Scene::look(conn)? else { return Ok(Some(Holding::default())) };
    let Share { take, excess } = scene.share(token);
    if !take.is_empty() || scene.is_due(token, duration_ms) {
        return Ok(None);
    }
    Ok(Some(Holding { endpoints: ours(conn, token)?, excess }))
}

/// Says that a process is there, and takes and renews what is its.
pub(super) fn hold(conn: &mut AnyConnection, token: &str, duration_ms: i64) -> QueryResult<Holding> {
    let Some(scene) = Scene::look(conn)? else { return Ok(Holding::default()) };
    let Share { take, excess } = scene.share(token);
    let (now, until) = (scene.now, scene.now + duration_ms);
    note(conn, token, until)?;
    if scene.processes.iter().any(|(_, until)| !scene.holds(*until)) {
        let is_over = processes::ends_at.le(now).or(processes::ends_at.gt(now + LONGEST_MS));
        diesel::delete(processes::table.filter(is_over)).execute(conn)?;
    }
    let is_on = endpoints::state.eq(ON);
    let lease = (endpoints::leased_by.eq(token), endpoints::leased_until.eq(until));
    diesel::update(endpoints::table.filter(is_on.and(endpoints::leased_by.eq(token))))
        .set(lease)
        .execute(conn)?;
    if !take.is_empty() {
        // Somebody may have been quicker.
        let free = endpoints::leased_by
            .is_null()
            .or(endpoints::leased_until.le(now).nullable())
            .or(endpoints::leased_until.gt(now + LONGEST_MS).nullable());
        let take: Vec<i64> = take.into_iter().map(|id| id.0).collect();
        let taken = endpoints::table.filter(is_on.and(endpoints::id.eq_any(take)).nullable().and(free));
        diesel::update(taken).set(lease).execute(conn)?;
    }
    Ok(Holding { endpoints: ours(conn, token)?, excess })
}

fn note(conn: &mut AnyConnection, token: &str, until: i64) -> QueryResult<()> {
    let spelling = Spelling::of(conn);
    let mut statement = ComposedSql::new("INSERT INTO webhook_processes (token, ends_at) VALUES (");
    statement.opt_text(Some(token)).comma().int(until).sql(")");
    statement.sql(spelling.on_conflict("token"));
    statement.sql(format!("ends_at = {}", spelling.inserted("ends_at")));
    statement.execute(conn).map(drop)
}

/// Whether a process holds anything or is noted.
pub(super) fn is_there(conn: &mut AnyConnection, token: &str) -> QueryResult<bool> {
    use diesel::dsl::exists;
    let holds: bool =
        diesel::select(exists(endpoints::table.filter(endpoints::leased_by.eq(token)))).get_result(conn)?;
    if holds {
        return Ok(true);
    }
    diesel::select(exists(processes::table.find(token))).get_result(conn)
}

/// Gives back one endpoint, or all of them.
pub(super) fn give_back(
    conn: &mut AnyConnection,
    token: &str,
    endpoint: Option<EndpointId>,
) -> QueryResult<()> {
    let free = (endpoints::leased_by.eq(None::<String>), endpoints::leased_until.eq(0));
    let own = endpoints::leased_by.eq(token);
    match endpoint {
        Some(id) => diesel::update(endpoints::table.find(id.0).filter(own)).set(free).execute(conn)?,
        None => {
            diesel::delete(processes::table.find(token)).execute(conn)?;
            diesel::update(endpoints::table.filter(own)).set(free).execute(conn)?
        }
    };
    Ok(())
}
