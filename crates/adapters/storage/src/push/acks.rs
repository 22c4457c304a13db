//! What devices have acknowledged.

use async_trait::async_trait;
use diesel::prelude::*;
use sixin_application::ports::StoreResult;
use sixin_application::push::ports::PushAcks;
use sixin_domain::id::UserId;
use sixin_domain::log::Position;

use super::asking::with_devices;
use crate::connection::connector::AnyConnection;
use crate::database::Database;
use crate::sql::composed::{ComposedSql, Spelling, chunks};
use crate::webhooks::tells_pushes;

/// Those acknowledgements that anybody will ask for, in the order of their users.
fn wanted(
    conn: &mut AnyConnection,
    mut acks: Vec<(UserId, Position)>,
) -> QueryResult<Vec<(UserId, Position)>> {
    acks.sort_unstable();
    if tells_pushes(conn)? {
        return Ok(acks);
    }
    let users: Vec<UserId> = acks.iter().map(|(user, _)| *user).collect();
    let having = with_devices(conn, &users)?;
    acks.retain(|(user, _)| having.contains(user));
    Ok(acks)
}

#[async_trait]
impl PushAcks for Database {
    async fn note(&self, acks: &[(UserId, Position)]) -> StoreResult<()> {
        let acks = acks.to_vec();
        let acks = self.read(move |conn| wanted(conn, acks)).await?;
        if acks.is_empty() {
            return Ok(());
        }
        self.write(move |conn| {
            let spelling = Spelling::of(conn);
            for acks in chunks(&acks) {
                let mut statement = ComposedSql::new("INSERT INTO push_acks (user_id, pos) VALUES ");
                statement.rows(acks, |row, (user, position)| {
                    row.int(user.0).comma().int(position.0);
                });
                let new = spelling.inserted("pos");
                statement.sql(spelling.on_conflict("user_id"));
                statement
                    .sql(format!("pos = CASE WHEN {new} > push_acks.pos THEN {new} ELSE push_acks.pos END"));
                statement.execute(conn)?;
            }
            Ok(())
        })
        .await
    }
}
