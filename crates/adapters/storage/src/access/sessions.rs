//! Sessions: tables `accounts` and `session_tokens`.

use async_trait::async_trait;
use diesel::prelude::*;
use sixin_application::access::ports::{FoundSession, Sessions, TokenHash};
use sixin_application::operations::ports::{ListedSession, NewSession, SessionAdmin};
use sixin_application::ports::{StoreResult, Topic};
use sixin_domain::access::session::Session;
use sixin_domain::event::Event;
use sixin_domain::id::{AccountId, UserId};
use sixin_domain::time::Millis;
use sixin_domain::user::username::{Uid, Username};

use crate::connection::connector::AnyConnection;
use crate::database::Database;
use crate::epochs::bump;
use crate::schema::{accounts, session_tokens as tokens, users};

type SessionRow = (Option<i64>, i16, Option<i64>);

#[derive(Queryable, Selectable)]
#[diesel(table_name = tokens)]
struct ListedRow {
    id: i64,
    #[diesel(select_expression = accounts::aid)]
    aid: String,
    #[diesel(select_expression = users::uid.nullable())]
    uid: Option<i64>,
    #[diesel(select_expression = users::username.nullable())]
    username: Option<String>,
    platform_id: i16,
    created_at: i64,
    expired_at: Option<i64>,
}

impl ListedRow {
    fn into_session(self) -> ListedSession {
        let username = self.username.and_then(|name| Username::new(name).ok());
        ListedSession {
            number: self.id,
            aid: self.aid,
            user: self.uid.map(Uid).zip(username),
            platform: self.platform_id.into(),
            created_at: Millis(self.created_at),
            expired_at: self.expired_at.map(Millis),
        }
    }
}

#[async_trait]
impl Sessions for Database {
    async fn find(&self, aid: &str, token: &TokenHash) -> StoreResult<FoundSession> {
        let (aid, token) = (aid.to_owned(), token.to_vec());
        self.read(move |conn| {
            let account: Option<(i64, String)> = accounts::table
                .filter(accounts::aid.eq(&aid))
                .filter(accounts::is_enable.eq(true).and(accounts::deleted_at.is_null()))
                .select((accounts::id, accounts::aid))
                .first(conn)
                .optional()?;
            let Some((account, _)) = account.filter(|(_, found)| *found == aid) else {
                return Ok(FoundSession::default());
            };
            let session: Option<SessionRow> = tokens::table
                .filter(tokens::account_id.eq(account).and(tokens::token_hash.eq(token)))
                .filter(tokens::deleted_at.is_null())
                .select((tokens::user_id, tokens::platform_id, tokens::expired_at))
                .first(conn)
                .optional()?;
            let session = session.map(|(user, platform, expired_at)| Session {
                account: AccountId(account),
                user: user.map(UserId),
                platform: platform.into(),
                expired_at: expired_at.map(Millis),
            });
            Ok(FoundSession { account: Some(AccountId(account)), session })
        })
        .await
    }
}

#[async_trait]
impl SessionAdmin for Database {
    async fn add(&self, session: &NewSession) -> StoreResult<()> {
        let session = session.clone();
        self.change(move |conn, events| {
            let platform = i16::try_from(session.platform).unwrap_or_default();
            // First of all, so that whoever signs in to the same account at the same time waits here.
            diesel::update(accounts::table.find(session.account.0))
                .set(accounts::last_login_at.eq(session.created_at.0))
                .execute(conn)?;
            if remove(conn, session.account, session.user, platform)? > 0 {
                events.push(ended(session.account, session.user, platform));
            }
            diesel::insert_into(tokens::table)
                .values((
                    tokens::platform_id.eq(platform),
                    tokens::account_id.eq(session.account.0),
                    tokens::user_id.eq(session.user.map(|user| user.0)),
                    tokens::token_hash.eq(session.token.to_vec()),
                    tokens::expired_at.eq(session.expired_at.map(|at| at.0)),
                    tokens::created_at.eq(session.created_at.0),
                ))
                .execute(conn)?;
            bump(conn, Topic::Sessions)
        })
        .await
    }

    async fn revoke(&self, user: UserId, platform: Option<i64>) -> StoreResult<usize> {
        self.change(move |conn, events| {
            events.push(Event::SessionsEnded { account: None, user: Some(user), platform });
            let mut all = tokens::table.filter(tokens::user_id.eq(user.0)).select(tokens::id).into_boxed();
            if let Some(platform) = platform {
                all = all.filter(tokens::platform_id.eq(i16::try_from(platform).unwrap_or_default()));
            }
            let ids: Vec<i64> = all.load(conn)?;
            diesel::delete(tokens::table.filter(tokens::id.eq_any(&ids))).execute(conn)?;
            bump(conn, Topic::Sessions)?;
            Ok(ids.len())
        })
        .await
    }

    async fn list(
        &self,
        account: Option<AccountId>,
        after: i64,
        limit: i64,
    ) -> StoreResult<Vec<ListedSession>> {
        self.read(move |conn| {
            let mut all = tokens::table
                .inner_join(accounts::table.on(accounts::id.eq(tokens::account_id)))
                .left_join(users::table.on(tokens::user_id.eq(users::id.nullable())))
                .filter(tokens::deleted_at.is_null().and(tokens::id.gt(after)))
                .order(tokens::id)
                .limit(limit)
                .select(ListedRow::as_select())
                .into_boxed();
            if let Some(account) = account {
                all = all.filter(tokens::account_id.eq(account.0));
            }
            Ok(all.load(conn)?.into_iter().map(ListedRow::into_session).collect())
        })
        .await
    }

    async fn end(&self, account: AccountId, user: Option<UserId>, platform: i64) -> StoreResult<()> {
        self.change(move |conn, events| {
            let platform = i16::try_from(platform).unwrap_or_default();
            remove(conn, account, None, platform)?;
            events.push(ended(account, None, platform));
            if user.is_some() {
                remove(conn, account, user, platform)?;
                events.push(ended(account, user, platform));
            }
            bump(conn, Topic::Sessions)
        })
        .await
    }
}

fn ended(account: AccountId, user: Option<UserId>, platform: i16) -> Event {
    Event::SessionsEnded { account: Some(account), user, platform: Some(platform.into()) }
}

/// Removes the session of an account or of one of its users on a platform; answers how many there were.
fn remove(
    conn: &mut AnyConnection,
    account: AccountId,
    user: Option<UserId>,
    platform: i16,
) -> QueryResult<usize> {
    let of_account = tokens::table
        .filter(tokens::account_id.eq(account.0).and(tokens::platform_id.eq(platform)))
        .select(tokens::id)
        .into_boxed();
    let ids: Vec<i64> = match user {
        Some(user) => of_account.filter(tokens::user_id.eq(user.0)).load(conn)?,
        None => of_account.filter(tokens::user_id.is_null()).load(conn)?,
    };
    diesel::delete(tokens::table.filter(tokens::id.eq_any(&ids))).execute(conn)
}
