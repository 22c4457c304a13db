//! Users: table `users`.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error};
use sixin_application::ports::{
    ChangeError, ListedUser, NewUser, SignIn, StoreError, StoreResult, Topic, UserAdmin, Users,
};
use sixin_domain::id::{AccountId, RoleId, UserId};
use sixin_domain::time::Millis;
use sixin_domain::user::{ConversationLimit, Profile, User};
use sixin_domain::username::{Uid, UserRef, Username};

use crate::connection::AnyConnection;
use crate::database::Database;
use crate::epochs::bump;
use crate::error::is_taken;
use crate::repositories::{relations, roles};
use crate::schema::{accounts, session_tokens, users};

#[derive(Queryable, Selectable)]
#[diesel(table_name = users)]
struct UserRow {
    id: i64,
    account_id: i64,
    uid: i64,
    username: String,
    nickname: String,
    password: Option<String>,
    avatar_file_url: Option<String>,
    banner_file_url: Option<String>,
    gender: i16,
    birthday: Option<i64>,
    bio: Option<String>,
    location: Option<String>,
    verified_status: i16,
    verified_desc: Option<String>,
    verified_at: Option<i64>,
    conversation_limit: i16,
    comment_limit: i16,
    timezone: Option<String>,
    expired_at: Option<i64>,
    last_post_at: Option<i64>,
    last_comment_at: Option<i64>,
    last_username_at: Option<i64>,
    last_nickname_at: Option<i64>,
    rank_state: i16,
    is_enable: bool,
    wait_delete: bool,
    wait_delete_at: Option<i64>,
    created_at: i64,
    deleted_at: Option<i64>,
}

impl UserRow {
    fn into_user(self) -> QueryResult<User> {
        let time = |at: Option<i64>| at.map(Millis);
        let username = Username::new(self.username).map_err(|error| {
            Error::DatabaseError(
                DatabaseErrorKind::Unknown,
                Box::new(format!("user {}: username {error}", self.id)),
            )
        })?;
        Ok(User {
            id: UserId(self.id),
            account: AccountId(self.account_id),
            uid: Uid(self.uid),
            username,
            conversation_limit: ConversationLimit::from_number(self.conversation_limit.into()),
            is_verified: self.verified_status == 1,
            is_enabled: self.is_enable,
            expired_at: time(self.expired_at),
            deleted_at: time(self.deleted_at),
            profile: Profile {
                nickname: self.nickname,
                avatar_file_url: self.avatar_file_url,
                banner_file_url: self.banner_file_url,
                gender: self.gender.into(),
                birthday: time(self.birthday),
                bio: self.bio,
                location: self.location,
                verified_desc: self.verified_desc,
                verified_at: time(self.verified_at),
                comment_limit: self.comment_limit.into(),
                timezone: self.timezone,
                last_post_at: time(self.last_post_at),
                last_comment_at: time(self.last_comment_at),
                last_username_at: time(self.last_username_at),
                last_nickname_at: time(self.last_nickname_at),
                rank_state: self.rank_state.into(),
                has_password: self.password.is_some(),
                wait_delete: self.wait_delete,
                wait_delete_at: time(self.wait_delete_at),
                created_at: Millis(self.created_at),
            },
        })
    }
}

#[async_trait]
impl Users for Database {
    async fn find(&self, user: &UserRef) -> StoreResult<Option<User>> {
        let wanted = user.clone();
        let found = self
            .read(move |conn| {
                let query = users::table.select(UserRow::as_select());
                let row: Option<UserRow> = match &wanted {
                    UserRef::Uid(uid) => query.filter(users::uid.eq(uid.0)).first(conn),
                    UserRef::Username(name) => query.filter(users::username.eq(name.as_str())).first(conn),
                }
                .optional()?;
                row.map(UserRow::into_user).transpose()
            })
            .await?;
        Ok(found)
    }

    async fn find_named(&self, names: &[Username]) -> StoreResult<Vec<User>> {
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        self.read(move |conn| {
            let mut found = Vec::with_capacity(names.len());
            for names in names.chunks(500) {
                let rows: Vec<UserRow> = users::table
                    .filter(users::username.eq_any(names))
                    .select(UserRow::as_select())
                    .load(conn)?;
                for row in rows {
                    found.push(row.into_user()?);
                }
            }
            Ok(found)
        })
        .await
    }

    async fn find_numbered(&self, ids: &[UserId]) -> StoreResult<Vec<User>> {
        let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
        self.read(move |conn| {
            let rows: Vec<UserRow> =
                users::table.filter(users::id.eq_any(&ids)).select(UserRow::as_select()).load(conn)?;
            rows.into_iter().map(UserRow::into_user).collect()
        })
        .await
    }
}

#[async_trait]
impl UserAdmin for Database {
    async fn add(&self, user: &NewUser) -> Result<(), ChangeError> {
        let user = user.clone();
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
                    .execute(conn)?;
                bump(conn, Topic::Users)
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
        self.write(move |conn| {
            diesel::update(users::table.find(user.0)).set(users::is_enable.eq(is_enabled)).execute(conn)?;
            bump(conn, Topic::Users)
        })
        .await
    }

    async fn delete(&self, user: UserId, at: Millis) -> StoreResult<()> {
        self.write(move |conn| {
            let present = users::table.filter(users::id.eq(user.0).and(users::deleted_at.is_null()));
            diesel::update(present).set(users::deleted_at.eq(at.0)).execute(conn)?;
            let sessions = session_tokens::table.filter(session_tokens::user_id.eq(user.0));
            diesel::delete(sessions).execute(conn)?;
            bump(conn, Topic::Users)?;
            bump(conn, Topic::Sessions)
        })
        .await
    }

    async fn set_blocked(
        &self,
        owner: UserId,
        blocked: UserId,
        is_blocked: bool,
        at: Millis,
    ) -> StoreResult<()> {
        self.write(move |conn| relations::set_blocked(conn, owner, blocked, is_blocked, at)).await
    }

    async fn set_main_role(
        &self,
        user: UserId,
        role: RoleId,
        expired_at: Option<Millis>,
        restore_role: Option<RoleId>,
        at: Millis,
    ) -> StoreResult<()> {
        self.write(move |conn| roles::set_main(conn, user, role, expired_at, restore_role, at)).await
    }

    async fn list(&self, after: UserId, limit: i64) -> StoreResult<Vec<ListedUser>> {
        self.read(move |conn| {
            let rows: Vec<(UserRow, String)> = users::table
                .inner_join(accounts::table.on(accounts::id.eq(users::account_id)))
                .filter(users::id.gt(after.0))
                .order(users::id)
                .limit(limit)
                .select((UserRow::as_select(), accounts::aid))
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
