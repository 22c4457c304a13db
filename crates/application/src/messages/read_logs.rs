//! A back end reads the log of all messages of an hour, or deletes it (docs/wire/rongcloud.md#hourly-log).

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use sixin_domain::conversation::ViewedMessage;
use sixin_domain::id::{MessageId, UserId};
use sixin_domain::message::log_hour::LogHour;
use sixin_domain::message::log_link::LogLink;
use sixin_domain::site::settings::Settings;
use sixin_domain::user::username::Username;
use thiserror::Error;

use crate::bulkhead::{Bulkhead, Overload, Permit};
use crate::files::links::{FileLinks, SignedLink};
use crate::messages::ports::HourlyLogs;
use crate::ports::{Clock, StoreError, StoreResult};
use crate::site::ports::SettingSource;
use crate::users::ports::Users;

/// Messages that are read at a time.
const PAGE: i64 = 100;

/// A message of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedMessage {
    /// The message.
    pub message: ViewedMessage,
    /// Who sent it.
    pub sender: Username,
    /// Who got it.
    pub recipient: Username,
}

/// A log that is being read.
#[derive(Debug)]
pub struct OpenLog {
    /// Of which hour.
    pub hour: LogHour,
    /// The site's settings.
    pub settings: Arc<Settings>,
    /// To be held as long as it is read: few logs are at a time.
    pub permit: Permit,
}

/// Why there is no log.
#[derive(Debug, Error)]
pub enum LogError {
    /// There is no such hour.
    #[error("there is no such hour")]
    NoSuchHour,
    /// The link is not ours, or over.
    #[error("the link is wrong or over")]
    LinkWrong,
    /// There is none, or none any more.
    #[error("there is no such log")]
    Unknown,
    /// Too many are read already.
    #[error(transparent)]
    Overload(#[from] Overload),
    /// The store could not.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Hands logs out.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait ReadLogs: Send + Sync {
    /// A link to the log of an hour, `yyyyMMddHH` by the site's clock, for the back end with that app key. `None` if there is
    /// no log: the hour is not over or too long ago, nothing was sent in it, or its log was deleted.
    async fn link(&self, date: &str, app_id: &str) -> Result<Option<SignedLink<LogLink>>, LogError>;

    /// Deletes the log of an hour. That there is none is no error.
    async fn delete(&self, date: &str) -> Result<(), LogError>;

    /// What a link leads to.
    async fn open(&self, link: &SignedLink<LogLink>) -> Result<OpenLog, LogError>;

    /// Some messages of an hour, in the order of their ids: the first ones, or those after that one. None if there are no
    /// more.
    async fn page(&self, hour: LogHour, after: Option<MessageId>) -> StoreResult<Vec<LoggedMessage>>;
}

/// [`ReadLogs`] over the ports.
pub struct LogReading {
    /// The messages, and which logs are deleted.
    pub logs: Arc<dyn HourlyLogs>,
    /// Who sent and got them.
    pub users: Arc<dyn Users>,
    /// The site's clock.
    pub settings: Arc<dyn SettingSource>,
    /// Links to logs.
    pub links: Arc<FileLinks>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// How many logs are read at a time.
    pub bulkhead: Bulkhead,
}

impl LogReading {
    /// Few at a time: each takes a connection and a processor now and then, and the memory of a page.
    #[must_use]
    pub fn usual_bulkhead() -> Bulkhead {
        Bulkhead::new(4, 16, Duration::from_secs(10))
    }

    async fn hour(&self, date: &str) -> Result<(LogHour, Arc<Settings>), LogError> {
        let settings = self.settings.settings().await?;
        let hour = LogHour::parse(date, settings.zone()).ok_or(LogError::NoSuchHour)?;
        Ok((hour, settings))
    }

    async fn is_there(&self, hour: LogHour) -> StoreResult<bool> {
        if !hour.is_kept(self.clock.now()) || self.logs.is_deleted(hour).await? {
            return Ok(false);
        }
        Ok(!self.logs.made(hour.ids(), 1).await?.is_empty())
    }
}

#[async_trait]
impl ReadLogs for LogReading {
    async fn link(&self, date: &str, app_id: &str) -> Result<Option<SignedLink<LogLink>>, LogError> {
        let (hour, settings) = self.hour(date).await?;
        let link = || self.links.signed(LogLink::new(hour, app_id, &settings, self.clock.now()));
        Ok(self.is_there(hour).await?.then(link))
    }

    async fn delete(&self, date: &str) -> Result<(), LogError> {
        let (hour, _) = self.hour(date).await?;
        let now = self.clock.now();
        // What is not there yet must come all the same.
        if hour.is_kept(now) {
            self.logs.delete(hour, now).await?;
        }
        Ok(())
    }

    async fn open(&self, link: &SignedLink<LogLink>) -> Result<OpenLog, LogError> {
        self.links.works_for(link).ok_or(LogError::LinkWrong)?;
        let (hour, settings) = self.hour(&link.link.date).await?;
        let permit = self.bulkhead.permit().await?;
        if self.is_there(hour).await? {
            Ok(OpenLog { hour, settings, permit })
        } else {
            Err(LogError::Unknown)
        }
    }

    async fn page(&self, hour: LogHour, after: Option<MessageId>) -> StoreResult<Vec<LoggedMessage>> {
        let mut ids = hour.ids();
        if let Some(MessageId(last)) = after {
            ids.start = last.saturating_add(1);
        }
        let found = self.logs.made(ids, PAGE).await?;
        let mut people: Vec<UserId> =
            found.iter().flat_map(|(message, recipient)| [message.sender, *recipient]).collect();
        people.sort_unstable();
        people.dedup();
        let names: HashMap<UserId, Username> = match people.is_empty() {
            true => HashMap::new(),
            false => {
                let users = self.users.find_numbered(&people).await?.into_iter();
                users.map(|user| (user.id, user.username.clone())).collect()
            }
        };
        let named = |(message, recipient): (ViewedMessage, UserId)| {
            let name = |id| names.get(&id).cloned().ok_or_else(|| nameless(message.id));
            Ok(LoggedMessage { sender: name(message.sender)?, recipient: name(recipient)?, message })
        };
        found.into_iter().map(named).collect()
    }
}

/// Rows of users are never removed, so something is very wrong.
fn nameless(message: MessageId) -> StoreError {
    StoreError::Fault(format!("message {message} is of a user that is not there").into())
}

#[cfg(test)]
mod tests;
