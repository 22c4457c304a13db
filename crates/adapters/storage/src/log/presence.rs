//! Who is connected to which process: table `live_presence`.

use async_trait::async_trait;
use diesel::prelude::*;
use sixin_application::delivery::ports::PresenceStore;
use sixin_application::ports::StoreResult;
use sixin_domain::id::UserId;
use sixin_domain::time::Millis;

use crate::connection::connector::AnyConnection;
use crate::database::Database;
use crate::operations::leases::database_now;
use crate::schema::{live_presence as presence, process_leases as leases};
use crate::sql::composed::{ComposedSql, Spelling, chunks};

#[async_trait]
impl PresenceStore for Database {
    async fn note(&self, token: &str, came: &[UserId], left: &[UserId], at: Millis) -> StoreResult<()> {
        let (token, came, left) = (token.to_owned(), came.to_vec(), left.to_vec());
        self.write(move |conn| {
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
            Ok(())
        })
        .await
    }

    async fn leave(&self, token: &str) -> StoreResult<()> {
        let token = token.to_owned();
        self.write(move |conn| {
            diesel::delete(presence::table.filter(presence::token.eq(&token))).execute(conn).map(drop)
        })
        .await
    }

    async fn online(&self, users: &[UserId]) -> StoreResult<Vec<UserId>> {
        let users: Vec<i64> = users.iter().map(|user| user.0).collect();
        self.read(move |conn| {
            let alive = alive(conn)?;
            let mut online = Vec::new();
            for users in users.chunks(500) {
                let found = presence::user_id.eq_any(users).and(presence::token.eq_any(&alive));
                online.extend(
                    presence::table.filter(found).select(presence::user_id).distinct().load::<i64>(conn)?,
                );
            }
            Ok(online.into_iter().map(UserId).collect())
        })
        .await
    }
}

/// The tokens of processes whose leases hold.
fn alive(conn: &mut AnyConnection) -> QueryResult<Vec<String>> {
    let now = database_now(conn)?;
    let held = leases::table.filter(leases::ends_at.gt(now)).select(leases::token);
    Ok(held.load::<Option<String>>(conn)?.into_iter().flatten().collect())
}

/// Removes what processes have said that have died.
pub(crate) fn sweep(conn: &mut AnyConnection) -> QueryResult<()> {
    let alive = alive(conn)?;
    diesel::delete(presence::table.filter(presence::token.ne_all(alive))).execute(conn).map(drop)
}
