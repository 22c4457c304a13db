//! A back end reads the log of all messages of an hour, or deletes it (facts: rongcloud 9.3).

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use sixin_domain::conversation::ViewedMessage;
use sixin_domain::id::{MessageId, UserId};
use sixin_domain::log_hour::LogHour;
use sixin_domain::log_link::LogLink;
use sixin_domain::settings::Settings;
use sixin_domain::username::Username;
use thiserror::Error;

use crate::file_links::{FileLinks, SignedLink};
use crate::ports::{Clock, MessageLogs, SettingSource, StoreError, StoreResult, Users};
use crate::turns::{NoTurn, Turn, Turns};

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
    pub turn: Turn,
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
    NoTurn(#[from] NoTurn),
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
    pub logs: Arc<dyn MessageLogs>,
    /// Who sent and got them.
    pub users: Arc<dyn Users>,
    /// The site's clock.
    pub settings: Arc<dyn SettingSource>,
    /// Links to logs.
    pub links: Arc<FileLinks>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// How many logs are read at a time.
    pub turns: Turns,
}

impl LogReading {
    /// Few at a time: each takes a connection and a processor now and then, and the memory of a page.
    #[must_use]
    pub fn usual_turns() -> Turns {
        Turns::new(4, 16, Duration::from_secs(10))
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
        let turn = self.turns.turn().await?;
        if self.is_there(hour).await? { Ok(OpenLog { hour, settings, turn }) } else { Err(LogError::Unknown) }
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
                users.map(|user| (user.id, user.username)).collect()
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
mod tests {
    use super::*;
    use crate::ports::{MockClock, MockMessageLogs, MockSettingSource, MockSignatures, MockUsers};
    use crate::testing::user;
    use sixin_domain::app_key::Secret;
    use sixin_domain::body::Body;
    use sixin_domain::time::Millis;

    /// 2022-11-10 14:20:00 in +8.
    const NOW: Millis = Millis(1_668_061_200_000);
    const LAST_HOUR: &str = "2022111013";

    fn message(id: i64, sender: i64, recipient: i64) -> (ViewedMessage, UserId) {
        let message = ViewedMessage {
            id: MessageId(id),
            seq: 1,
            sender: UserId(sender),
            sent_at: NOW,
            body: Body::Text("hi".into()),
            file: None,
            read_at: None,
            delivery: None,
        };
        (message, UserId(recipient))
    }

    fn reading(logs: MockMessageLogs) -> LogReading {
        let mut users = MockUsers::new();
        users.expect_find_numbered().returning(|ids| {
            let all = [user(1, "ann"), user(2, "bob")];
            Ok(all.into_iter().filter(|user| ids.contains(&user.id)).collect())
        });
        let mut settings = MockSettingSource::new();
        settings.expect_settings().returning(|| Ok(Arc::default()));
        let mut signatures = MockSignatures::new();
        signatures.expect_sign().returning(|_, _| "good".into());
        signatures.expect_verify().returning(|_, _, signature| signature == "good");
        let mut clock = MockClock::new();
        clock.expect_now().return_const(NOW);
        let (signatures, clock) = (Arc::new(signatures), Arc::new(clock));
        let links = FileLinks { secret: Secret::new("s"), signatures, clock: clock.clone() };
        LogReading {
            logs: Arc::new(logs),
            users: Arc::new(users),
            settings: Arc::new(settings),
            links: Arc::new(links),
            clock,
            turns: Turns::new(1, 0, Duration::from_secs(1)),
        }
    }

    /// Logs of an hour in which a message was sent, or none.
    fn logs(messages: usize, is_deleted: bool) -> MockMessageLogs {
        let mut logs = MockMessageLogs::new();
        logs.expect_is_deleted().returning(move |_| Ok(is_deleted));
        logs.expect_made().returning(move |_, limit| {
            assert_eq!(limit, 1);
            Ok(vec![message(7, 1, 2); messages])
        });
        logs
    }

    #[tokio::test]
    async fn there_is_a_link_only_to_a_log_that_is_there() {
        let link = async |date: &str, logs| reading(logs).link(date, "key").await.unwrap();
        let found = link(LAST_HOUR, logs(1, false)).await.unwrap();
        assert_eq!((found.link.date.as_str(), found.link.app_id.as_str()), (LAST_HOUR, "key"));
        assert_eq!(found.signature, "good");
        assert_eq!(link(LAST_HOUR, logs(0, false)).await, None);
        assert_eq!(link(LAST_HOUR, logs(1, true)).await, None);
        for date in ["2022111014", "2022111015", "2022110713", "1999010100"] {
            assert_eq!(link(date, MockMessageLogs::new()).await, None, "{date}");
        }
        assert!(link("2022110714", logs(1, false)).await.is_some());
    }

    #[tokio::test]
    async fn an_hour_that_is_none_is_refused() {
        let reading = reading(MockMessageLogs::new());
        for date in ["9999999999", "202211101", "2022111024"] {
            assert!(matches!(reading.link(date, "key").await, Err(LogError::NoSuchHour)), "{date}");
            assert!(matches!(reading.delete(date).await, Err(LogError::NoSuchHour)), "{date}");
        }
    }

    #[tokio::test]
    async fn only_a_log_that_can_be_had_is_deleted() {
        let mut logs = MockMessageLogs::new();
        let is_it = |hour: &LogHour, at: &Millis| hour.to_string() == LAST_HOUR && *at == NOW;
        logs.expect_delete().once().withf(is_it).returning(|_, _| Ok(()));
        reading(logs).delete(LAST_HOUR).await.unwrap();
        for date in ["2022111014", "2022111015", "2022110713"] {
            reading(MockMessageLogs::new()).delete(date).await.unwrap();
        }
    }

    #[tokio::test]
    async fn only_our_own_links_lead_to_a_log_and_only_to_one_that_is_still_there() {
        let refused = async |logs, change: fn(&mut SignedLink<LogLink>)| {
            let reading = reading(logs);
            let hour = LogHour::parse(LAST_HOUR, 480).unwrap();
            let mut link = reading.links.signed(LogLink::new(hour, "key", &Settings::default(), NOW));
            change(&mut link);
            reading.open(&link).await.err()
        };
        assert!(refused(logs(1, false), |_| ()).await.is_none());
        let nothing = MockMessageLogs::new;
        let forged = refused(nothing(), |link| link.signature = "bad".into()).await;
        assert!(matches!(forged, Some(LogError::LinkWrong)));
        let over = refused(nothing(), |link| link.link.expires = NOW.0 / 1000).await;
        assert!(matches!(over, Some(LogError::LinkWrong)));
        let too_old = refused(nothing(), |link| link.link.date = "2022110713".into()).await;
        assert!(matches!(too_old, Some(LogError::Unknown)));
        assert!(matches!(refused(logs(1, true), |_| ()).await, Some(LogError::Unknown)));
    }

    #[tokio::test(start_paused = true)]
    async fn few_logs_are_read_at_a_time() {
        let reading = reading(logs(1, false));
        let link = reading.link(LAST_HOUR, "key").await.unwrap().unwrap();
        let open = reading.open(&link).await.unwrap();
        assert!(matches!(reading.open(&link).await, Err(LogError::NoTurn(NoTurn::Busy))));
        drop(open);
        assert!(reading.open(&link).await.is_ok());
    }

    #[tokio::test]
    async fn pages_go_on_after_a_message_and_name_both_sides() {
        let hour = LogHour::parse(LAST_HOUR, 480).unwrap();
        let whole = hour.ids();
        let after = whole.start + 5;
        for (from, start) in [(None, whole.start), (Some(MessageId(after)), after + 1)] {
            let mut logs = MockMessageLogs::new();
            let expected = start..whole.end;
            logs.expect_made()
                .once()
                .withf(move |ids, limit| (ids, *limit) == (&expected, PAGE))
                .returning(|_, _| Ok(vec![message(7, 1, 2), message(8, 2, 1)]));
            let page = reading(logs).page(hour, from).await.unwrap();
            let names: Vec<_> =
                page.iter().map(|one| (one.sender.as_str(), one.recipient.as_str())).collect();
            assert_eq!(names, [("ann", "bob"), ("bob", "ann")]);
        }
    }

    #[tokio::test]
    async fn a_message_of_nobody_is_a_fault_and_not_left_out() {
        let hour = LogHour::parse(LAST_HOUR, 480).unwrap();
        let mut logs = MockMessageLogs::new();
        logs.expect_made().returning(|_, _| Ok(vec![message(7, 1, 2), message(8, 1, 3)]));
        assert!(matches!(reading(logs).page(hour, None).await, Err(StoreError::Fault(_))));
    }
}
