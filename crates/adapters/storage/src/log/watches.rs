//! Whose coming and going users want to hear of: table `presence_watches`.

use async_trait::async_trait;
use diesel::prelude::*;
use sixin_application::delivery::ports::{PresenceWatches, Watched};
use sixin_application::ports::StoreResult;
use sixin_domain::id::UserId;
use sixin_domain::time::Millis;

use crate::database::Database;
use crate::schema::presence_watches as watches;
use crate::sql::composed::{ComposedSql, Spelling, chunks};

#[async_trait]
impl PresenceWatches for Database {
    async fn watch(
        &self,
        owner: UserId,
        users: &[UserId],
        ends_at: Millis,
        most: i64,
        at: Millis,
    ) -> StoreResult<bool> {
        let users: Vec<i64> = users.iter().map(|user| user.0).collect();
        self.write(move |conn| {
            let own = || watches::table.filter(watches::user_id.eq(owner.0));
            diesel::delete(own().filter(watches::ends_at.le(at.0))).execute(conn)?;
            let others: i64 = own().filter(watches::watched_id.ne_all(&users)).count().get_result(conn)?;
            if others.saturating_add(i64::try_from(users.len()).unwrap_or(i64::MAX)) > most {
                return Ok(false);
            }
            let spelling = Spelling::of(conn);
            for users in chunks(&users) {
                let mut statement = ComposedSql::new(
                    "INSERT INTO presence_watches (user_id, watched_id, since, ends_at) VALUES ",
                );
                statement.rows(users, |row, user| {
                    row.int(owner.0).comma().int(*user).comma().int(at.0).comma().int(ends_at.0);
                });
                statement.sql(spelling.on_conflict("user_id, watched_id"));
                let new =
                    ["since", "ends_at"].map(|column| format!("{column} = {}", spelling.inserted(column)));
                statement.sql(new.join(", "));
                statement.execute(conn)?;
            }
            Ok(true)
        })
        .await
    }

    async fn unwatch(&self, owner: UserId, users: &[UserId]) -> StoreResult<()> {
        let users: Vec<i64> = users.iter().map(|user| user.0).collect();
        self.write(move |conn| {
            let gone = watches::user_id.eq(owner.0).and(watches::watched_id.eq_any(&users));
            diesel::delete(watches::table.filter(gone)).execute(conn).map(drop)
        })
        .await
    }

    async fn watched(&self, owner: UserId, at: Millis) -> StoreResult<Vec<Watched>> {
        self.read(move |conn| {
            let rows: Vec<(i64, i64, i64)> = watches::table
                .filter(watches::user_id.eq(owner.0).and(watches::ends_at.gt(at.0)))
                .order(watches::watched_id)
                .select((watches::watched_id, watches::since, watches::ends_at))
                .load(conn)?;
            let watched = |(user, since, ends_at)| Watched {
                user: UserId(user),
                since: Millis(since),
                ends_at: Millis(ends_at),
            };
            Ok(rows.into_iter().map(watched).collect())
        })
        .await
    }
}
