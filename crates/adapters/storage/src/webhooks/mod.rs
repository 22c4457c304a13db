//! Endpoints of webhooks, and what is parked for them: tables `webhook_endpoints`, `webhook_parked` and
//! `webhook_processes`.

mod admin;
mod holding;
mod rows;
mod work;

use diesel::prelude::*;
use sixin_domain::event::Event;
use sixin_domain::id::UserId;
use sixin_domain::log::Logged;
use sixin_domain::webhook::endpoint::{Endpoint, EndpointState};

pub(crate) use self::holding::{LONGEST_MS, is_due};
use crate::connection::connector::AnyConnection;
use crate::schema::webhook_endpoints as endpoints;

/// Whether any webhook wants to hear who comes and goes. The row of the first of them is locked then: so nobody else looks who is
/// online at the same time, and of two that say that somebody has left, one is the last.
pub(crate) fn lock_if_wanted(conn: &mut AnyConnection) -> QueryResult<bool> {
    let rows = endpoints::table.order(endpoints::id).select(rows::EndpointRow::as_select()).load(conn)?;
    let what = Logged::Change(Box::new(Event::PresenceChanged { user: UserId(0), is_online: true }));
    let wants =
        |endpoint: &Endpoint| !matches!(endpoint.state, EndpointState::Off(_)) && endpoint.wants(&what);
    let Some(first) = rows::readable(rows).into_iter().find(wants) else { return Ok(false) };
    // The same as before, for the lock.
    diesel::update(endpoints::table.find(first.id.0))
        .set(endpoints::name.eq(endpoints::name))
        .execute(conn)?;
    Ok(true)
}

/// Whether any webhook is told whose devices are to be woken.
pub(crate) fn tells_pushes(conn: &mut AnyConnection) -> QueryResult<bool> {
    let rows = endpoints::table.select(rows::EndpointRow::as_select()).load(conn)?;
    let is_told =
        |endpoint: &Endpoint| !matches!(endpoint.state, EndpointState::Off(_)) && endpoint.is_of_pushes();
    Ok(rows::readable(rows).iter().any(is_told))
}
