//! Users as back ends show and list them, and the tokens of their devices: tables `users` and `device_tokens`.

use async_trait::async_trait;
use diesel::prelude::*;
use sixin_application::access::ports::TokenHash;
use sixin_application::conversations::ports::Order;
use sixin_application::delivery::ports::DeviceTokenOwners;
use sixin_application::ports::{StoreResult, Topic};
use sixin_application::users::ports::{BackEndUsers, DeviceTokens, NewDeviceToken, ShownAs, UserPage};
use sixin_domain::event::Event;
use sixin_domain::id::UserId;
use sixin_domain::time::Millis;

use crate::database::Database;
use crate::epochs::bump;
use crate::schema::{device_tokens as tokens, users};
use crate::users::rows::{FoundUser, found_users};

/// Columns that are `None` stay as they are.
#[derive(AsChangeset)]
#[diesel(table_name = users)]
struct Shown {
    nickname: Option<String>,
    avatar_file_url: Option<String>,
    last_nickname_at: Option<i64>,
    updated_at: i64,
}

#[async_trait]
impl BackEndUsers for Database {
    async fn show(&self, user: UserId, shown: ShownAs, at: Millis) -> StoreResult<()> {
        self.change(move |conn, events| {
            events.push(Event::ProfileChanged(user));
            let ShownAs { nickname, portrait } = shown.clone();
            let last_nickname_at = nickname.as_ref().map(|_| at.0);
            let change = Shown { nickname, avatar_file_url: portrait, last_nickname_at, updated_at: at.0 };
            diesel::update(users::table.find(user.0)).set(change).execute(conn)?;
            bump(conn, Topic::Users)
        })
        .await
    }

    async fn page(&self, order: Order, offset: i64, limit: i64) -> StoreResult<UserPage> {
        self.read(move |conn| {
            let total = users::table.filter(users::deleted_at.is_null()).count().get_result(conn)?;
            let wanted = found_users()
                .filter(users::deleted_at.is_null())
                .limit(limit)
                .offset(offset)
                .select(FoundUser::as_select());
            // Numbers are given out in the order in which users are made.
            let rows: Vec<FoundUser> = match order {
                Order::Newest => wanted.order(users::id.desc()).load(conn)?,
                Order::Oldest => wanted.order(users::id.asc()).load(conn)?,
            };
            let users = rows.into_iter().map(FoundUser::into_user).collect::<QueryResult<_>>()?;
            Ok(UserPage { users, total })
        })
        .await
    }
}

#[async_trait]
impl DeviceTokenOwners for Database {
    async fn owner(&self, token: &TokenHash) -> StoreResult<Option<UserId>> {
        let token = *token;
        self.read(move |conn| {
            let row = tokens::table.find(token.as_slice()).select(tokens::user_id);
            Ok(row.first(conn).optional()?.map(UserId))
        })
        .await
    }
}

#[async_trait]
impl DeviceTokens for Database {
    async fn add(&self, token: &NewDeviceToken, most: i64) -> StoreResult<()> {
        let token = token.clone();
        self.write(move |conn| {
            diesel::insert_into(tokens::table)
                .values((
                    tokens::token_hash.eq(token.hash.as_slice()),
                    tokens::user_id.eq(token.user.0),
                    tokens::created_at.eq(token.created_at.0),
                ))
                .execute(conn)?;
            let beyond: Vec<Vec<u8>> = tokens::table
                .filter(tokens::user_id.eq(token.user.0).and(tokens::token_hash.ne(token.hash.as_slice())))
                .order((tokens::created_at.desc(), tokens::token_hash))
                .offset(most.saturating_sub(1))
                .limit(most)
                .select(tokens::token_hash)
                .load(conn)?;
            if !beyond.is_empty() {
                diesel::delete(tokens::table.filter(tokens::token_hash.eq_any(beyond))).execute(conn)?;
            }
            Ok(())
        })
        .await
    }

    async fn expire(&self, users: &[UserId], before: Millis) -> StoreResult<()> {
        let ids: Vec<i64> = users.iter().map(|id| id.0).collect();
        self.change(move |conn, events| {
            events.extend(ids.iter().map(|&id| Event::DeviceTokensExpired { user: UserId(id), before }));
            let ended = tokens::user_id.eq_any(&ids).and(tokens::created_at.lt(before.0));
            diesel::delete(tokens::table.filter(ended)).execute(conn).map(drop)
        })
        .await
    }
}
