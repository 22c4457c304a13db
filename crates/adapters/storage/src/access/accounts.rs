//! Accounts, and who failed to sign in to them: tables `accounts` and `login_failures`.

use async_trait::async_trait;
use diesel::prelude::*;
use sixin_application::access::ports::{
    Account, Accounts, Contact, FailureKey, LoginFailures, PasswordOwner,
};
use sixin_application::ports::{StoreResult, Topic};
use sixin_domain::access::app_key::Secret;
use sixin_domain::id::{AccountId, UserId};
use sixin_domain::time::Millis;
use sixin_domain::user::contact::{Email, Phone};

use crate::database::Database;
use crate::epochs::bump;
use crate::schema::{accounts, login_failures as failures, users};

#[derive(Queryable, Selectable)]
#[diesel(table_name = accounts)]
struct AccountRow {
    id: i64,
    aid: String,
    email: Option<String>,
    country_code: Option<String>,
    pure_phone: Option<String>,
    password: Option<String>,
    is_enable: bool,
    created_at: i64,
    deleted_at: Option<i64>,
}

impl From<AccountRow> for Account {
    fn from(row: AccountRow) -> Self {
        Self {
            id: AccountId(row.id),
            aid: row.aid,
            // What was written by hand and can't be an address or a number is none.
            email: row.email.as_deref().and_then(Email::parse),
            phone: row.country_code.zip(row.pure_phone).and_then(|(code, pure)| Phone::of(&code, &pure)),
            password: row.password.map(Secret::new),
            is_enabled: row.is_enable,
            created_at: Millis(row.created_at),
            deleted_at: row.deleted_at.map(Millis),
        }
    }
}

#[async_trait]
impl Accounts for Database {
    async fn find(&self, contact: &Contact) -> StoreResult<Option<Account>> {
        let contact = contact.clone();
        self.read(move |conn| {
            let query = accounts::table.select(AccountRow::as_select());
            let row: Option<AccountRow> = match &contact {
                Contact::Email(email) => query.filter(accounts::email.eq(email.as_str())).first(conn),
                Contact::Phone(phone) => query.filter(accounts::phone.eq(phone.whole())).first(conn),
            }
            .optional()?;
            Ok(row.map(Account::from))
        })
        .await
    }

    async fn numbered(&self, id: AccountId) -> StoreResult<Option<Account>> {
        self.read(move |conn| {
            let query = accounts::table.find(id.0).select(AccountRow::as_select());
            let row: Option<AccountRow> = query.first(conn).optional()?;
            Ok(row.map(Account::from))
        })
        .await
    }

    async fn users_of(&self, id: AccountId, most: i64) -> StoreResult<Vec<UserId>> {
        self.read(move |conn| {
            let ids: Vec<i64> = users::table
                .filter(users::account_id.eq(id.0).and(users::deleted_at.is_null()))
                .order(users::id)
                .limit(most)
                .select(users::id)
                .load(conn)?;
            Ok(ids.into_iter().map(UserId).collect())
        })
        .await
    }

    async fn password_of(&self, user: UserId) -> StoreResult<Option<Secret>> {
        let hash: Option<Option<String>> = self
            .read(move |conn| users::table.find(user.0).select(users::password).first(conn).optional())
            .await?;
        Ok(hash.flatten().map(Secret::new))
    }

    async fn replace_password(
        &self,
        owner: PasswordOwner,
        former: &Secret,
        hash: &Secret,
        at: Millis,
    ) -> StoreResult<()> {
        let (former, hash) = (former.clone(), hash.clone());
        self.write(move |conn| match owner {
            PasswordOwner::Account(id) => {
                let row = accounts::table.find(id.0).filter(accounts::password.eq(former.reveal()));
                let change = (accounts::password.eq(hash.reveal()), accounts::updated_at.eq(at.0));
                diesel::update(row).set(change).execute(conn).map(drop)
            }
            PasswordOwner::User(id) => {
                let row = users::table.find(id.0).filter(users::password.eq(former.reveal()));
                let change = (users::password.eq(hash.reveal()), users::updated_at.eq(at.0));
                diesel::update(row).set(change).execute(conn)?;
                bump(conn, Topic::Users)
            }
        })
        .await
    }
}

#[async_trait]
impl LoginFailures for Database {
    async fn count(&self, keys: &[(FailureKey, Millis)]) -> StoreResult<Vec<i64>> {
        let keys = keys.to_vec();
        self.read(move |conn| {
            let count = |(key, after): &(FailureKey, Millis)| {
                failures::table
                    .filter(failures::key_hash.eq(key.to_vec()).and(failures::failed_at.gt(after.0)))
                    .count()
                    .get_result(&mut *conn)
            };
            keys.iter().map(count).collect()
        })
        .await
    }

    async fn add(&self, keys: &[FailureKey], at: Millis) -> StoreResult<()> {
        let keys = keys.to_vec();
        self.write(move |conn| {
            for key in &keys {
                diesel::insert_into(failures::table)
                    .values((failures::key_hash.eq(key.to_vec()), failures::failed_at.eq(at.0)))
                    .execute(conn)?;
            }
            Ok(())
        })
        .await
    }

    async fn withdraw(&self, keys: &[FailureKey], at: Millis) -> StoreResult<()> {
        let keys = keys.to_vec();
        self.write(move |conn| {
            let mut ids: Vec<i64> = Vec::new();
            for key in &keys {
                let added = failures::table
                    .filter(failures::key_hash.eq(key.to_vec()).and(failures::failed_at.eq(at.0)));
                ids.extend(added.select(failures::id).first::<i64>(conn).optional()?);
            }
            // In the order in which they were made, as everybody takes them.
            ids.sort_unstable();
            diesel::delete(failures::table.filter(failures::id.eq_any(&ids))).execute(conn).map(drop)
        })
        .await
    }

    async fn clear(&self, key: &FailureKey) -> StoreResult<()> {
        let key = key.to_vec();
        self.write(move |conn| {
            // By primary key: a range that is deleted locks gaps others insert into.
            let ids: Vec<i64> =
                failures::table.filter(failures::key_hash.eq(&key)).select(failures::id).load(conn)?;
            diesel::delete(failures::table.filter(failures::id.eq_any(&ids))).execute(conn).map(drop)
        })
        .await
    }
}
