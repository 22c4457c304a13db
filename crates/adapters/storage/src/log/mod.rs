//! The log: where it ends, what is in it, and what a user has missed (docs/design.md#delivery).

pub(crate) mod catch_up;
pub(crate) mod changes;
pub(crate) mod delivered;
pub(crate) mod entries;
pub(crate) mod head;
pub(crate) mod presence;
pub(crate) mod watches;

use async_trait::async_trait;
use sixin_application::delivery::ports::{DeliveredMessage, EventLog, LogPage, Missed};
use sixin_application::operations::ports::LogAdmin;
use sixin_application::ports::StoreResult;
use sixin_domain::id::{MessageId, UserId};
use sixin_domain::log::{Cursor, LogEntry, Position};

use self::catch_up::Most;
use self::entries::Part;
use crate::database::Database;

/// A reader that has missed more is told to begin anew: it would wait longer for the events than for the lists.
const MOST: Most = Most { conversations: 500, entries: 5_000 };

/// Of more than this the first ones are found by a walk, which ends where enough were found.
const MOST_AT_ALL: Most = Most { conversations: 5_000, entries: 50_000 };

#[async_trait]
impl LogAdmin for Database {
    async fn begin_epoch(&self, epoch: &str) -> StoreResult<()> {
        let epoch = epoch.to_owned();
        self.write(move |conn| head::rename(conn, &epoch)).await
    }
}

#[async_trait]
impl EventLog for Database {
    async fn head(&self) -> StoreResult<Cursor> {
        self.read(head::read).await
    }

    async fn entries(&self, after: Position, until: Position, limit: i64) -> StoreResult<LogPage> {
        self.read(move |conn| entries::of_all(conn, Part { after, until }, limit)).await
    }

    async fn missed(&self, user: UserId, after: Position, until: Position) -> StoreResult<Missed> {
        self.read(move |conn| {
            let part = Part { after, until };
            let found = if catch_up::walk_is_cheaper(conn, user, part)? {
                let found = entries::of_user(conn, user, part, MOST.entries + 1)?;
                (found.len() <= usize::try_from(MOST.entries).unwrap_or(usize::MAX)).then_some(found)
            } else {
                catch_up::by_conversations(conn, user, part, MOST)?
            };
            Ok(found.map_or(Missed::TooMuch, Missed::Entries))
        })
        .await
    }

    async fn first(
        &self,
        user: UserId,
        after: Position,
        until: Position,
        limit: i64,
    ) -> StoreResult<Vec<LogEntry>> {
        self.read(move |conn| {
            let part = Part { after, until };
            if !catch_up::walk_is_cheaper(conn, user, part)?
                && let Some(mut found) = catch_up::by_conversations(conn, user, part, MOST_AT_ALL)?
            {
                found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
                return Ok(found);
            }
            entries::of_user(conn, user, part, limit)
        })
        .await
    }

    async fn first_changes(
        &self,
        user: UserId,
        after: Position,
        until: Position,
        limit: i64,
    ) -> StoreResult<Vec<LogEntry>> {
        self.read(move |conn| {
            let found = entries::changes_of(conn, user, Part { after, until }, limit)?;
            Ok(entries::first(found, limit))
        })
        .await
    }

    async fn messages(
        &self,
        kept: &[MessageId],
        transient: &[MessageId],
    ) -> StoreResult<Vec<DeliveredMessage>> {
        let ids = |ids: &[MessageId]| -> Vec<i64> { ids.iter().map(|id| id.0).collect() };
        let (kept, transient) = (ids(kept), ids(transient));
        self.read(move |conn| delivered::messages(conn, &kept, &transient)).await
    }
}
