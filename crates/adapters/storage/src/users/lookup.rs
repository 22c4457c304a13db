//! Users: table `users`.

use std::sync::Arc;

use async_trait::async_trait;
use diesel::prelude::*;
use diesel::result::Error;
use sixin_application::operations::ports::{ChangeError, ListedUser, NewUser, SignIn, TakenName, UserAdmin};
use sixin_application::ports::{StoreError, StoreResult, Topic};
use sixin_application::users::ports::Users;
use sixin_domain::access::app_key::Secret;
use sixin_domain::event::{Event, Tie};
use sixin_domain::id::{AccountId, RoleId, UserId};
use sixin_domain::time::Millis;
use sixin_domain::user::User;
use sixin_domain::user::username::{UserRef, Username};

use crate::commits::Events;
use crate::connection::connector::AnyConnection;
use crate::database::Database;
use crate::epochs::bump;
use crate::error::is_taken;
use crate::schema::{accounts, session_tokens, users};
use crate::site::roles;
use crate::users::relations;
use crate::users::rows::{FoundUser, found_users};

#[async_trait]
impl Users for Database {
    async fn find(&self, user: &UserRef) -> StoreResult<Option<Arc<User>>> {
        let wanted = user.clone();
        let found = self
            .read(move |conn| {
                let query = found_users().select(FoundUser::as_select());
                let row: Option<FoundUser> = match &wanted {
                    UserRef::Uid(uid) => query.filter(users::uid.eq(uid.0)).first(conn),
                    UserRef::Username(name) => query.filter(users::username.eq(name.as_str())).first(conn),
                }
                .optional()?;
                row.map(FoundUser::into_user).transpose()
            })
            .await?;
        Ok(found.map(Arc::new))
    }

    async fn find_named(&self, names: &[Username]) -> StoreResult<Vec<Arc<User>>> {
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        self.read(move |conn| {
            let mut found = Vec::with_capacity(names.len());
            for names in names.chunks(500) {
                let rows: Vec<FoundUser> = found_users()
                    .filter(users::username.eq_any(names))
                    .select(FoundUser::as_select())
                    .load(conn)?;
                for row in rows {
                    found.push(Arc::new(row.into_user()?));
                }
            }
            Ok(found)
        })
        .await
    }

    async fn find_numbered(&self, ids: &[UserId]) -> StoreResult<Vec<Arc<User>>> {
        let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
        self.read(move |conn| {
            let rows: Vec<FoundUser> =
                found_users().filter(users::id.eq_any(&ids)).select(FoundUser::as_select()).load(conn)?;
            rows.into_iter().map(|row| row.into_user().map(Arc::new)).collect()
        })
        .await
    }
}

#[async_trait]
impl UserAdmin for Database {
    async fn add(&self, user: &NewUser) -> Result<(), ChangeError> {
        let user = user.clone();
        // Nothing is kept in memory of a user that does not exist, so no epoch moves.
        let added = self
            .write(move |conn| {
                let account = account(conn, &user)?;
                diesel::insert_into(users::table)
                    .values((
                        users::account_id.eq(account),
                        users::uid.eq(user.uid.0),
                        users::username.eq(user.username.as_str()),
                        users::nickname.eq(&user.nickname),
                        users::created_at.eq(user.created_at.0),
                    ))
                    .execute(conn)
                    .map(drop)
            })
            .await;
        // An error takes back what the transaction did before: no account is left behind without its user.
        match added {
            Err(StoreError::Fault(cause)) if cause.downcast_ref::<Error>().is_some_and(is_taken) => {
                Err(ChangeError::Taken)
            }
            added => Ok(added?),
        }
    }

    async fn taken(&self, user: &NewUser) -> StoreResult<Vec<TakenName>> {
        let user = user.clone();
        self.read(move |conn| {
            let others =
                || accounts::table.filter(accounts::aid.ne(&user.aid)).select(accounts::id).into_boxed();
            let mut taken = Vec::new();
            let names = users::table.filter(users::username.eq(user.username.as_str())).select(users::id);
            if names.first::<i64>(conn).optional()?.is_some() {
                taken.push(TakenName::Username);
            }
            let numbers = users::table.filter(users::uid.eq(user.uid.0)).select(users::id);
            if numbers.first::<i64>(conn).optional()?.is_some() {
                taken.push(TakenName::Uid);
            }
            if let Some(email) = &user.sign_in.email
                && others()
                    .filter(accounts::email.eq(email.as_str()))
                    .first::<i64>(conn)
                    .optional()?
                    .is_some()
            {
                taken.push(TakenName::Email);
            }
            if let Some(phone) = &user.sign_in.phone
                && others().filter(accounts::phone.eq(phone.whole())).first::<i64>(conn).optional()?.is_some()
            {
                taken.push(TakenName::Phone);
            }
            Ok(taken)
        })
        .await
    }

    async fn set_password(&self, account: AccountId, hash: &Secret, at: Millis) -> StoreResult<usize> {
        let hash = hash.clone();
        self.change(move |conn, events| {
            events.push(Event::SessionsEnded { account: Some(account), user: None, platform: None });
            let change = (accounts::password.eq(hash.reveal()), accounts::updated_at.eq(at.0));
            diesel::update(accounts::table.find(account.0)).set(change).execute(conn)?;
            let sessions = session_tokens::table.filter(session_tokens::account_id.eq(account.0));
            let ended = diesel::delete(sessions).execute(conn)?;
            bump(conn, Topic::Sessions)?;
            Ok(ended)
        })
        .await
    }

    async fn account_of(&self, user: UserId) -> StoreResult<Option<String>> {
        self.read(move |conn| {
            users::table
                .inner_join(accounts::table.on(accounts::id.eq(users::account_id)))
                .filter(users::id.eq(user.0))
                .select(accounts::aid)
                .first(conn)
                .optional()
        })
        .await
    }

    async fn set_enabled(&self, user: UserId, is_enabled: bool) -> StoreResult<()> {
        self.change(move |conn, events| {
            events.push(Event::UserStateChanged(user));
            diesel::update(users::table.find(user.0)).set(users::is_enable.eq(is_enabled)).execute(conn)?;
            bump(conn, Topic::Users)
        })
        .await
    }

    async fn delete(&self, user: UserId, at: Millis) -> StoreResult<()> {
        self.change(move |conn, events| delete(conn, events, &[user], at)).await
    }

    async fn set_blocked(
        &self,
        owner: UserId,
        blocked: UserId,
        is_blocked: bool,
        at: Millis,
    ) -> StoreResult<()> {
        self.change(move |conn, events| {
            let (tie, other, is_set) = (Tie::Block, blocked, is_blocked);
            events.push(Event::TieSet { tie, owner, other, is_set });
            relations::set_blocked(conn, owner, blocked, is_blocked, at)
        })
        .await
    }

    async fn set_main_role(
        &self,
        user: UserId,
        role: RoleId,
        expired_at: Option<Millis>,
        restore_role: Option<RoleId>,
        at: Millis,
    ) -> StoreResult<()> {
        self.change(move |conn, events| {
            events.push(Event::ProfileChanged(user));
            roles::set_main(conn, user, role, expired_at, restore_role, at)
        })
        .await
    }

    async fn list(&self, after: UserId, limit: i64) -> StoreResult<Vec<ListedUser>> {
        self.read(move |conn| {
            let rows: Vec<(FoundUser, String)> = found_users()
                .inner_join(accounts::table.on(accounts::id.eq(users::account_id)))
                .filter(users::id.gt(after.0))
                .order(users::id)
                .limit(limit)
                .select((FoundUser::as_select(), accounts::aid))
                .load(conn)?;
            rows.into_iter().map(|(row, aid)| Ok(ListedUser { user: row.into_user()?, aid })).collect()
        })
        .await
    }
}

/// The number of the user's account, which is made if it does not exist.
fn account(conn: &mut AnyConnection, user: &NewUser) -> QueryResult<i64> {
    let find = accounts::table.filter(accounts::aid.eq(&user.aid)).select(accounts::id);
    let id: i64 = match find.first(conn).optional()? {
        Some(id) => id,
        None => {
            diesel::insert_into(accounts::table)
                .values((accounts::aid.eq(&user.aid), accounts::created_at.eq(user.created_at.0)))
                .execute(conn)?;
            find.first(conn)?
        }
    };
    set_sign_in(conn, id, &user.sign_in)?;
    Ok(id)
}

fn set_sign_in(conn: &mut AnyConnection, account: i64, sign_in: &SignIn) -> QueryResult<()> {
    let account = accounts::table.find(account);
    if let Some(email) = &sign_in.email {
        diesel::update(account).set(accounts::email.eq(email.as_str())).execute(conn)?;
    }
    if let Some(phone) = &sign_in.phone {
        let number = (
            accounts::country_code.eq(phone.country()),
            accounts::pure_phone.eq(phone.pure()),
            accounts::phone.eq(phone.whole()),
        );
        diesel::update(account).set(number).execute(conn)?;
    }
    if let Some(password) = &sign_in.password {
        diesel::update(account).set(accounts::password.eq(password.reveal())).execute(conn)?;
    }
    Ok(())
}

/// Marks users as deleted, and ends their sessions.
pub(crate) fn delete(
    conn: &mut AnyConnection,
    events: &mut Events,
    gone: &[UserId],
    at: Millis,
) -> QueryResult<()> {
    for user in gone {
        events.push(Event::UserStateChanged(*user));
        events.push(Event::SessionsEnded { account: None, user: Some(*user), platform: None });
    }
    let ids: Vec<i64> = gone.iter().map(|user| user.0).collect();
    let present = users::table.filter(users::id.eq_any(&ids).and(users::deleted_at.is_null()));
    diesel::update(present).set(users::deleted_at.eq(at.0)).execute(conn)?;
    let sessions = session_tokens::table.filter(session_tokens::user_id.eq_any(&ids));
    diesel::delete(sessions).execute(conn)?;
    bump(conn, Topic::Users)?;
    bump(conn, Topic::Sessions)
}
