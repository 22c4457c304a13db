//! The messages of everybody by when they were made, and the logs that were deleted: table `deleted_message_logs`.

use std::ops::Range;

use async_trait::async_trait;
use diesel::prelude::*;
use sixin_application::messages::ports::HourlyLogs;
use sixin_application::ports::StoreResult;
use sixin_domain::conversation::ViewedMessage;
use sixin_domain::id::UserId;
use sixin_domain::message::log_hour::LogHour;
use sixin_domain::time::Millis;

use crate::conversations::messages::made;
use crate::database::Database;
use crate::error::is_taken;
use crate::schema::deleted_message_logs::dsl::{deleted_at, deleted_message_logs, starts_at};

#[async_trait]
impl HourlyLogs for Database {
    async fn made(&self, ids: Range<i64>, limit: i64) -> StoreResult<Vec<(ViewedMessage, UserId)>> {
        self.read(move |conn| made(conn, &ids, limit)).await
    }

    async fn is_deleted(&self, hour: LogHour) -> StoreResult<bool> {
        self.read(move |conn| {
            let found: Option<i64> =
                deleted_message_logs.find(hour.start().0).select(starts_at).first(conn).optional()?;
            Ok(found.is_some())
        })
        .await
    }

    async fn delete(&self, hour: LogHour, at: Millis) -> StoreResult<()> {
        self.write(move |conn| {
            let row = (starts_at.eq(hour.start().0), deleted_at.eq(at.0));
            match diesel::insert_into(deleted_message_logs).values(row).execute(conn) {
                // Somebody was first.
                Err(error) if is_taken(&error) => Ok(()),
                done => done.map(drop),
            }
        })
        .await
    }
}
