use std::ops::Range;

use async_trait::async_trait;
use sixin_domain::conversation::ViewedMessage;
use sixin_domain::id::UserId;
use sixin_domain::message::log_hour::LogHour;
use sixin_domain::time::Millis;

use crate::ports::StoreResult;

/// The messages of everybody, by when they were made.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait HourlyLogs: Send + Sync {
    /// The first `limit` messages with these ids, by id, each with its recipient. Recalled ones and those that are only for
    /// the moment ([`sixin_domain::message::object_name::MOMENTARY`]) MUST NOT be among them. MUST NOT take longer the more messages
    /// there are outside.
    async fn made(&self, ids: Range<i64>, limit: i64) -> StoreResult<Vec<(ViewedMessage, UserId)>>;

    /// Whether the log of an hour has been deleted.
    async fn is_deleted(&self, hour: LogHour) -> StoreResult<bool>;

    /// The log of an hour is deleted; the messages stay. Doing it again MUST change nothing.
    async fn delete(&self, hour: LogHour, at: Millis) -> StoreResult<()>;
}
