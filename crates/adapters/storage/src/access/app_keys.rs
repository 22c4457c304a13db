//! App keys: table `session_keys`.

use async_trait::async_trait;
use diesel::prelude::*;
use sixin_application::access::ports::AppKeys;
use sixin_application::operations::ports::{AppKeyAdmin, ChangeError, NewAppKey};
use sixin_application::ports::{StoreError, StoreResult, Topic};
use sixin_domain::access::app_key::{AppKey, Dialect, Secret};
use sixin_domain::id::AppKeyId;
use sixin_domain::time::Millis;

use crate::database::Database;
use crate::epochs::bump;
use crate::error::is_taken;
use crate::schema::session_keys;
use crate::schema::session_keys as keys;

#[derive(Queryable, Selectable)]
#[diesel(table_name = session_keys)]
struct KeyRow {
    id: i64,
    dialect: String,
    platform_id: i16,
    name: String,
    type_: i16,
    app_id: String,
    app_secret: String,
    former_secret: Option<String>,
    former_until: Option<i64>,
    is_strict: bool,
    is_enable: bool,
    sends_per_minute: Option<i32>,
}

impl KeyRow {
    /// `None` for a dialect this version does not know.
    fn into_key(self) -> Option<AppKey> {
        let former = self.former_secret.zip(self.former_until);
        Some(AppKey {
            id: AppKeyId(self.id),
            app_id: self.app_id,
            dialect: Dialect::from_name(&self.dialect)?,
            platform: self.platform_id.into(),
            kind: self.type_.into(),
            secret: Secret::new(self.app_secret),
            former: former.map(|(secret, until)| (Secret::new(secret), Millis(until))),
            is_enabled: self.is_enable,
            is_strict: self.is_strict,
            name: self.name,
            sends_per_minute: self.sends_per_minute.map(|sends| u32::try_from(sends).unwrap_or(0)),
        })
    }
}

#[async_trait]
impl AppKeys for Database {
    async fn find(&self, app_id: &str) -> StoreResult<Option<AppKey>> {
        let wanted = app_id.to_owned();
        let row = self
            .read(move |conn| {
                keys::table
                    .filter(keys::app_id.eq(wanted).and(keys::deleted_at.is_null()))
                    .select(KeyRow::as_select())
                    .first(conn)
                    .optional()
            })
            .await?;
        // MySQL's comparison pads with spaces; ids are equal byte for byte or not at all.
        Ok(row.and_then(KeyRow::into_key).filter(|key| key.app_id == app_id))
    }
}

#[async_trait]
impl AppKeyAdmin for Database {
    async fn add(&self, key: &NewAppKey) -> Result<(), ChangeError> {
        let key = key.clone();
        let added = self
            .write(move |conn| {
                let inserted = diesel::insert_into(keys::table)
                    .values((
                        keys::dialect.eq(key.dialect.name()),
                        keys::platform_id.eq(i16::try_from(key.platform).unwrap_or_default()),
                        keys::name.eq(&key.name),
                        keys::app_id.eq(&key.app_id),
                        keys::app_secret.eq(key.secret.reveal()),
                        keys::is_strict.eq(key.is_strict),
                        keys::sends_per_minute.eq(stored_rate(key.sends_per_minute)),
                    ))
                    .execute(conn);
                if inserted.as_ref().is_err_and(is_taken) {
                    return Ok(false);
                }
                inserted?;
                bump(conn, Topic::AppKeys)?;
                Ok(true)
            })
            .await?;
        if added { Ok(()) } else { Err(ChangeError::Taken) }
    }

    async fn rotate(&self, app_id: &str, secret: &Secret, former_until: Millis) -> StoreResult<bool> {
        let (app_id, secret) = (app_id.to_owned(), secret.clone());
        self.write(move |conn| {
            let key = keys::table.filter(keys::app_id.eq(app_id.as_str()).and(keys::deleted_at.is_null()));
            let present: Option<(i64, String)> =
                key.select((keys::id, keys::app_secret)).first(conn).optional()?;
            let Some((id, present)) = present else { return Ok(false) };
            diesel::update(keys::table.find(id))
                .set((
                    keys::app_secret.eq(secret.reveal()),
                    keys::former_secret.eq(present),
                    keys::former_until.eq(former_until.0),
                ))
                .execute(conn)?;
            bump(conn, Topic::AppKeys)?;
            Ok(true)
        })
        .await
    }

    async fn set_enabled(&self, app_id: &str, is_enabled: bool) -> StoreResult<bool> {
        let app_id = app_id.to_owned();
        self.write(move |conn| {
            let key = keys::table.filter(keys::app_id.eq(app_id.as_str()).and(keys::deleted_at.is_null()));
            let changed = diesel::update(key).set(keys::is_enable.eq(is_enabled)).execute(conn)?;
            bump(conn, Topic::AppKeys)?;
            Ok(changed > 0)
        })
        .await
    }

    async fn set_rate(&self, app_id: &str, sends_per_minute: Option<u32>) -> StoreResult<bool> {
        let app_id = app_id.to_owned();
        self.write(move |conn| {
            let key = keys::table.filter(keys::app_id.eq(app_id.as_str()).and(keys::deleted_at.is_null()));
            let rate = keys::sends_per_minute.eq(stored_rate(sends_per_minute));
            let changed = diesel::update(key).set(rate).execute(conn)?;
            bump(conn, Topic::AppKeys)?;
            Ok(changed > 0)
        })
        .await
    }

    async fn list(&self) -> StoreResult<Vec<AppKey>> {
        let rows = self
            .read(|conn| {
                keys::table
                    .filter(keys::deleted_at.is_null())
                    .order(keys::id)
                    .select(KeyRow::as_select())
                    .load(conn)
            })
            .await?;
        rows.into_iter()
            .map(|row| {
                row.into_key().ok_or_else(|| StoreError::Fault("an app key of an unknown dialect".into()))
            })
            .collect()
    }
}

fn stored_rate(sends_per_minute: Option<u32>) -> Option<i32> {
    sends_per_minute.map(|sends| i32::try_from(sends).unwrap_or(i32::MAX))
}
