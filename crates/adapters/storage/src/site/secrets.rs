//! Secrets that all processes share: table `site_secrets`.

use async_trait::async_trait;
use diesel::prelude::*;
use sixin_application::ports::StoreResult;
use sixin_application::site::ports::SiteSecrets;
use sixin_domain::time::Millis;

use crate::database::Database;
use crate::error::is_taken;
use crate::schema::site_secrets::dsl::{created_at, name, site_secrets, value};

#[async_trait]
impl SiteSecrets for Database {
    async fn get_or_set(&self, key: &str, fresh: &str, now: Millis) -> StoreResult<String> {
        let (key, fresh) = (key.to_owned(), fresh.to_owned());
        self.write(move |conn| {
            let found = site_secrets.find(&key).select(value).first(conn).optional()?;
            if let Some(found) = found {
                return Ok(found);
            }
            let row = (name.eq(&key), value.eq(&fresh), created_at.eq(now.0));
            match diesel::insert_into(site_secrets).values(row).execute(conn) {
                Ok(_) => Ok(fresh.clone()),
                // Another process was first.
                Err(error) if is_taken(&error) => site_secrets.find(&key).select(value).first(conn),
                Err(error) => Err(error),
            }
        })
        .await
    }
}
