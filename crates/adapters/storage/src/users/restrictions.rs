//! What back ends keep users from: table `user_restrictions`.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use sixin_application::ports::{StoreResult, Topic};
use sixin_application::users::ports::{BannedUser, NamePage, Restriction, UserRestrictions};
use sixin_domain::event::Event;
use sixin_domain::id::UserId;
use sixin_domain::time::Millis;

use crate::connection::connector::AnyConnection;
use crate::database::Database;
use crate::epochs::bump;
use crate::schema::{user_restrictions as restrictions, users};
use crate::sql::composed::{ComposedSql, Spelling, chunks};
use crate::users::lookup::delete;
use crate::users::rows::{found_users, readable};

#[async_trait]
impl UserRestrictions for Database {
    async fn restrict(&self, users: &[UserId], restriction: Restriction, at: Millis) -> StoreResult<()> {
        let mut ids: Vec<i64> = users.iter().map(|id| id.0).collect();
        // In one order, so that two changes of the same users never wait for each other.
        ids.sort_unstable();
        ids.dedup();
        self.change(move |conn, events| {
            events.extend(ids.iter().map(|&id| Event::UserStateChanged(UserId(id))));
            for ids in chunks(&ids) {
                match Column::of(restriction, at) {
                    (column, Some(value)) => set(conn, column, ids, value, at)?,
                    (column, None) => lift(conn, column, ids, at)?,
                }
            }
            bump(conn, Topic::Users)
        })
        .await
    }

    async fn delete(&self, users: &[UserId], at: Millis) -> StoreResult<()> {
        let mut gone = users.to_vec();
        gone.sort_unstable();
        gone.dedup();
        self.change(move |conn, events| delete(conn, events, &gone, at)).await
    }

    async fn banned(&self, now: Millis, offset: i64, limit: i64) -> StoreResult<Vec<BannedUser>> {
        self.read(move |conn| {
            let rows: Vec<(String, Option<i64>)> = found_users()
                .filter(restrictions::banned_until.gt(now.0).and(users::deleted_at.is_null()))
                .order((restrictions::banned_until.desc(), restrictions::user_id.desc()))
                .limit(limit)
                .offset(offset)
                .select((users::username, restrictions::banned_until.nullable()))
                .load(conn)?;
            let banned = |(username, until): (String, Option<i64>)| {
                Ok(BannedUser { username: readable(username)?, until: Millis(until.unwrap_or(now.0)) })
            };
            rows.into_iter().map(banned).collect()
        })
        .await
    }

    async fn muted(&self, offset: i64, limit: i64) -> StoreResult<NamePage> {
        self.read(move |conn| page(conn, "muted_at", offset, limit)).await
    }

    async fn deactivated(&self, offset: i64, limit: i64) -> StoreResult<NamePage> {
        self.read(move |conn| page(conn, "deactivated_at", offset, limit)).await
    }
}

#[derive(QueryableByName)]
struct Named {
    #[diesel(sql_type = Text)]
    username: String,
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    total: i64,
}

/// Users with a value in that column, the newest first.
fn page(conn: &mut AnyConnection, column: &str, offset: i64, limit: i64) -> QueryResult<NamePage> {
    let restricted = format!(
        "FROM user_restrictions AS r JOIN users AS u ON u.id = r.user_id \
         WHERE r.{column} IS NOT NULL AND u.deleted_at IS NULL"
    );
    let counted = ComposedSql::new(format!("SELECT COUNT(*) AS total {restricted}")).load::<Counted>(conn)?;
    let mut names = ComposedSql::new(format!("SELECT u.username {restricted}"));
    names.sql(format!(" ORDER BY r.{column} DESC, r.user_id DESC LIMIT ")).int(limit);
    names.sql(" OFFSET ").int(offset);
    let names = names.load::<Named>(conn)?;
    Ok(NamePage {
        names: names.into_iter().map(|row| readable(row.username)).collect::<QueryResult<_>>()?,
        total: counted.first().map_or(0, |row| row.total),
    })
}

/// A column, and whether a user who is restricted already keeps the older value.
#[derive(Clone, Copy)]
struct Column {
    name: &'static str,
    keeps_older: bool,
}

impl Column {
    fn of(restriction: Restriction, at: Millis) -> (Self, Option<i64>) {
        let since = |is_on: bool| is_on.then_some(at.0);
        let column = |name, keeps_older| Self { name, keeps_older };
        match restriction {
            Restriction::BannedUntil(end) => (column("banned_until", false), end.map(|end| end.0)),
            Restriction::Muted(is_on) => (column("muted_at", true), since(is_on)),
            Restriction::Deactivated(is_on) => (column("deactivated_at", true), since(is_on)),
        }
    }
}

fn set(conn: &mut AnyConnection, column: Column, ids: &[i64], value: i64, at: Millis) -> QueryResult<()> {
    let (spelling, name) = (Spelling::of(conn), column.name);
    let new = spelling.inserted(name);
    let mut statement =
        ComposedSql::new(format!("INSERT INTO user_restrictions (user_id, {name}, updated_at) VALUES "));
    statement.rows(ids, |row, id| {
        row.int(*id).comma().int(value).comma().int(at.0);
    });
    statement.sql(spelling.on_conflict("user_id"));
    statement.sql(if column.keeps_older {
        format!("{name} = COALESCE({name}, {new})")
    } else {
        format!("{name} = {new}")
    });
    statement.sql(format!(", updated_at = {}", spelling.inserted("updated_at")));
    statement.execute(conn).map(drop)
}

fn lift(conn: &mut AnyConnection, column: Column, ids: &[i64], at: Millis) -> QueryResult<()> {
    let mut statement =
        ComposedSql::new(format!("UPDATE user_restrictions SET {} = NULL, updated_at = ", column.name));
    statement.int(at.0).sql(" WHERE user_id IN (");
    for (number, id) in ids.iter().enumerate() {
        statement.sql(if number == 0 { "" } else { ", " }).int(*id);
    }
    statement.sql(")");
    statement.execute(conn).map(drop)
}
