//! Settings: table `configs`.

use std::sync::Arc;

use async_trait::async_trait;
use diesel::prelude::*;
use sixin_application::operations::ports::SettingAdmin;
use sixin_application::ports::{StoreResult, Topic};
use sixin_application::site::ports::SettingSource;
use sixin_domain::site::settings::{Accepted, Settings};
use sixin_domain::time::Millis;

use crate::database::Database;
use crate::epochs::bump;
use crate::schema::configs;

#[async_trait]
impl SettingSource for Database {
    async fn settings(&self) -> StoreResult<Arc<Settings>> {
        let rows: Vec<(String, Option<String>)> = self
            .read(|conn| {
                configs::table
                    .filter(configs::deleted_at.is_null())
                    .select((configs::item_key, configs::item_value))
                    .load(conn)
            })
            .await?;
        let rows = rows.into_iter().map(|(key, value)| (key, value.unwrap_or_default()));
        Ok(Arc::new(Settings::new(rows.collect())))
    }
}

#[async_trait]
impl SettingAdmin for Database {
    async fn set(&self, setting: Accepted, value: &str, at: Millis) -> StoreResult<()> {
        let Accepted { key, kind, is_public } = setting;
        let kind = kind.name();
        let value = value.to_owned();
        self.write(move |conn| {
            let change = (
                configs::item_value.eq(&value),
                configs::updated_at.eq(at.0),
                configs::deleted_at.eq(None::<i64>),
            );
            let row = configs::table.filter(configs::item_key.eq(&key));
            if diesel::update(row).set(change).execute(conn)? == 0 {
                diesel::insert_into(configs::table)
                    .values((
                        configs::item_key.eq(&key),
                        configs::item_value.eq(&value),
                        configs::item_type.eq(kind),
                        configs::is_api.eq(is_public),
                        configs::created_at.eq(at.0),
                    ))
                    .execute(conn)?;
            }
            bump(conn, Topic::Settings)
        })
        .await
    }

    async fn reset(&self, setting: Accepted) -> StoreResult<bool> {
        self.write(move |conn| {
            let rows = configs::table.filter(configs::item_key.eq(&setting.key));
            let removed = diesel::delete(rows).execute(conn)?;
            bump(conn, Topic::Settings)?;
            Ok(removed > 0)
        })
        .await
    }
}
