//! Counters by which other processes learn that something has changed (design, chapter 3, hot reads).

use diesel::QueryResult;
use diesel::prelude::*;

use crate::connection::AnyConnection;
use crate::schema::cache_epochs;

/// What can change.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Topic {
    AppKeys,
    Sessions,
    Users,
    Roles,
    Settings,
    Relations,
    BlockWords,
}

impl Topic {
    fn name(self) -> &'static str {
        match self {
            Self::AppKeys => "app_keys",
            Self::Sessions => "sessions",
            Self::Users => "users",
            Self::Roles => "roles",
            Self::Settings => "settings",
            Self::Relations => "relations",
            Self::BlockWords => "block_words",
        }
    }
}

/// Says that a topic has changed, in the transaction that changes it.
pub(crate) fn bump(conn: &mut AnyConnection, topic: Topic) -> QueryResult<()> {
    diesel::update(cache_epochs::table.find(topic.name()))
        .set(cache_epochs::epoch.eq(cache_epochs::epoch + 1))
        .execute(conn)
        .map(drop)
}

/// The present counter of a topic.
pub(crate) fn current(conn: &mut AnyConnection, topic: Topic) -> QueryResult<i64> {
    cache_epochs::table.find(topic.name()).select(cache_epochs::epoch).first(conn)
}
