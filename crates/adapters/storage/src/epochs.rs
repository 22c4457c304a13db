//! Counters by which other processes learn that something has changed (docs/design.md#epochs).

use async_trait::async_trait;
use diesel::QueryResult;
use diesel::prelude::*;
use sixin_application::ports::{CacheEpochs, StoreResult, Topic};

use crate::connection::connector::AnyConnection;
use crate::database::Database;
use crate::schema::cache_epochs;

/// The name of a topic in the table.
fn name(topic: Topic) -> &'static str {
    match topic {
        Topic::AppKeys => "app_keys",
        Topic::Sessions => "sessions",
        Topic::Users => "users",
        Topic::Roles => "roles",
        Topic::Settings => "settings",
        Topic::Relations => "relations",
        Topic::BlockWords => "block_words",
        Topic::Hooks => "hooks",
    }
}

/// Says that a topic has changed, in the transaction that changes it.
pub(crate) fn bump(conn: &mut AnyConnection, topic: Topic) -> QueryResult<()> {
    diesel::update(cache_epochs::table.find(name(topic)))
        .set(cache_epochs::epoch.eq(cache_epochs::epoch + 1))
        .execute(conn)
        .map(drop)
}

#[async_trait]
impl CacheEpochs for Database {
    async fn read(&self) -> StoreResult<Vec<(Topic, i64)>> {
        let rows: Vec<(String, i64)> = self
            .read(|conn| cache_epochs::table.select((cache_epochs::topic, cache_epochs::epoch)).load(conn))
            .await?;
        // Topics of a newer version are no concern of ours.
        let known = |(topic, epoch): (String, i64)| {
            Topic::ALL.into_iter().find(|&known| name(known) == topic).map(|known| (known, epoch))
        };
        Ok(rows.into_iter().filter_map(known).collect())
    }
}
