//! Which conversations stand first in a user's list, as back ends say it.

use async_trait::async_trait;
use diesel::prelude::*;
use sixin_application::conversations::ports::{ConversationPins, Pin};
use sixin_application::ports::StoreResult;
use sixin_domain::event::Event;
use sixin_domain::id::UserId;
use sixin_domain::time::Millis;

use crate::conversations::counters::prefix;
use crate::database::Database;
use crate::schema::conversations;
use crate::sql::composed::{ComposedSql, Spelling};

#[async_trait]
impl ConversationPins for Database {
    async fn set(&self, pin: Pin, at: Millis) -> StoreResult<()> {
        let Some(side) = pin.pair.side_of(pin.owner) else { return Ok(()) };
        let other = if pin.owner == pin.pair.a() { pin.pair.b() } else { pin.pair.a() };
        let s = prefix(side);
        self.change(move |conn, events| {
            let (a, b) = (pin.pair.a().0, pin.pair.b().0);
            events.push(Event::ConversationPinned { owner: pin.owner, other, is_pinned: pin.is_pinned });
            if !pin.is_pinned {
                let mut statement =
                    ComposedSql::new(format!("UPDATE conversations SET {s}_is_pin = 0, updated_at = "));
                statement.int(at.0).sql(" WHERE a_user_id = ").int(a).sql(" AND b_user_id = ").int(b);
                return statement.execute(conn).map(drop);
            }
            let spelling = Spelling::of(conn);
            let mut statement = ComposedSql::new(format!(
                "INSERT INTO conversations (id, a_user_id, b_user_id, {s}_is_pin, created_at, updated_at) VALUES ("
            ));
            statement.int(pin.id_if_new.0).comma().int(a).comma().int(b).comma().int(1);
            statement.comma().int(at.0).comma().int(at.0).sql(")");
            statement.sql(spelling.on_conflict("a_user_id, b_user_id"));
            statement.sql(format!("{s}_is_pin = 1, updated_at = {}", spelling.inserted("updated_at")));
            statement.execute(conn).map(drop)
        })
        .await
    }

    async fn pinned(&self, owner: UserId, most: i64) -> StoreResult<Vec<UserId>> {
        self.read(move |conn| {
            let mut others: Vec<i64> = conversations::table
                .filter(conversations::a_user_id.eq(owner.0).and(conversations::a_is_pin.eq(true)))
                .limit(most)
                .select(conversations::b_user_id)
                .load(conn)?;
            let of_b: Vec<i64> = conversations::table
                .filter(conversations::b_user_id.eq(owner.0).and(conversations::b_is_pin.eq(true)))
                .limit(most)
                .select(conversations::a_user_id)
                .load(conn)?;
            others.extend(of_b);
            others.truncate(usize::try_from(most).unwrap_or(usize::MAX));
            Ok(others.into_iter().map(UserId).collect())
        })
        .await
    }
}
