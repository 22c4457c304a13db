//! Who is connected to which process: table `live_presence`. That somebody came or went is an event of the log only where a webhook
//! wants to hear of it: live streams hear of it in another way.

use std::collections::HashSet;

use async_trait::async_trait;
use diesel::prelude::*;
use sixin_application::delivery::ports::PresenceStore;
use sixin_application::ports::StoreResult;
use sixin_domain::event::Event;
use sixin_domain::id::UserId;
use sixin_domain::time::Millis;

use crate::commits::Events;
use crate::connection::connector::AnyConnection;
use crate::database::Database;
use crate::operations::leases::database_now;
use crate::schema::{live_presence as presence, process_leases as leases};
use crate::sql::composed::{ComposedSql, Spelling, chunks};
use crate::webhooks::lock_if_wanted;

#[async_trait]
impl PresenceStore for Database {
    async fn note(&self, token: &str, came: &[UserId], left: &[UserId], at: Millis) -> StoreResult<()> {
        let (token, came, left) = (token.to_owned(), came.to_vec(), left.to_vec());
        self.change(move |conn, events| {
            let is_wanted = lock_if_wanted(conn)?;
            let before = if is_wanted { elsewhere(conn, &came, &token)? } else { HashSet::new() };
            for chunk in chunks(&came) {
                let spelling = Spelling::of(conn);
                let mut statement =
                    ComposedSql::new("INSERT INTO live_presence (user_id, token, since) VALUES ");
                statement.rows(chunk, |statement, user| {
                    statement.int(user.0).comma().opt_text(Some(&token)).comma().int(at.0);
                });
                statement.sql(spelling.on_conflict("user_id, token"));
                statement.sql(format!("since = {}", spelling.inserted("since")));
                statement.execute(conn)?;
            }
            let left: Vec<i64> = left.iter().map(|user| user.0).collect();
            for chunk in left.chunks(500) {
                let gone = presence::token.eq(&token).and(presence::user_id.eq_any(chunk));
                diesel::delete(presence::table.filter(gone)).execute(conn)?;
            }
            if is_wanted {
                events.extend(changed(came.iter().filter(|user| !before.contains(user)), true));
                let left: Vec<UserId> = left.into_iter().map(UserId).collect();
                let still = elsewhere(conn, &left, &token)?;
                events.extend(changed(left.iter().filter(|user| !still.contains(user)), false));
            }
            Ok(())
        })
        .await
    }

    async fn leave(&self, token: &str) -> StoreResult<()> {
        let token = token.to_owned();
        self.change(move |conn, events| {
            let own = presence::table.filter(presence::token.eq(&token));
            if lock_if_wanted(conn)? {
                let left: Vec<i64> = own.select(presence::user_id).load(conn)?;
                let left: Vec<UserId> = left.into_iter().map(UserId).collect();
                let still = elsewhere(conn, &left, &token)?;
                events.extend(changed(left.iter().filter(|user| !still.contains(user)), false));
            }
            diesel::delete(own).execute(conn).map(drop)
        })
        .await
    }

    async fn online(&self, users: &[UserId]) -> StoreResult<Vec<UserId>> {
        let users = users.to_vec();
        self.read(move |conn| {
            let alive = alive(conn)?;
            online(conn, &users, &alive)
        })
        .await
    }
}

/// Those of the users that are connected to one of these processes.
fn online(conn: &mut AnyConnection, users: &[UserId], tokens: &[String]) -> QueryResult<Vec<UserId>> {
    let users: Vec<i64> = users.iter().map(|user| user.0).collect();
    let mut online = Vec::new();
    for users in users.chunks(500) {
        let found = presence::user_id.eq_any(users).and(presence::token.eq_any(tokens));
        online.extend(presence::table.filter(found).select(presence::user_id).distinct().load::<i64>(conn)?);
    }
    Ok(online.into_iter().map(UserId).collect())
}

/// Those of the users that are connected to another process.
fn elsewhere(conn: &mut AnyConnection, users: &[UserId], token: &str) -> QueryResult<HashSet<UserId>> {
    if users.is_empty() {
        return Ok(HashSet::new());
    }
    let mut others = alive(conn)?;
    others.retain(|other| other != token);
    Ok(online(conn, users, &others)?.into_iter().collect())
}

fn changed<'a>(users: impl Iterator<Item = &'a UserId>, is_online: bool) -> Vec<Event> {
    users.map(|user| Event::PresenceChanged { user: *user, is_online }).collect()
}

/// The tokens of processes whose leases hold.
fn alive(conn: &mut AnyConnection) -> QueryResult<Vec<String>> {
    let now = database_now(conn)?;
    let held = leases::table.filter(leases::ends_at.gt(now)).select(leases::token);
    Ok(held.load::<Option<String>>(conn)?.into_iter().flatten().collect())
}

/// Removes what processes have said that have died.
pub(crate) fn sweep(conn: &mut AnyConnection, events: &mut Events) -> QueryResult<()> {
    let alive = alive(conn)?;
    let of_dead = || presence::table.filter(presence::token.ne_all(&alive));
    let gone: Vec<i64> = of_dead().select(presence::user_id).distinct().load(conn)?;
    if gone.is_empty() {
        return Ok(());
    }
    if lock_if_wanted(conn)? {
        let gone: Vec<UserId> = gone.into_iter().map(UserId).collect();
        let still: HashSet<UserId> = online(conn, &gone, &alive)?.into_iter().collect();
        events.extend(changed(gone.iter().filter(|user| !still.contains(user)), false));
    }
    diesel::delete(of_dead()).execute(conn).map(drop)
}
