//! What a receiver is told of an entry of the log, gathered but not written yet.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use sixin_domain::event::Event;
use sixin_domain::id::{MessageId, UserId};
use sixin_domain::log::{LogEntry, Logged};
use sixin_domain::message::is_of_back_end;
use sixin_domain::message::typed::typed;
use sixin_domain::user::User;
use sixin_domain::webhook::event_type::EventType;
use sixin_domain::webhook::lane::Lane;

use super::ports::FileAddresses;
use crate::delivery::ports::{DeliveredMessage, EventLog};
use crate::messages::read_history::{HistoryError, ReadHistory};
use crate::ports::StoreResult;
use crate::push::gathering::RequestedPush;
use crate::site::ports::SettingSource;
use crate::users::ports::Users;

/// A message as receivers are told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToldMessage {
    /// The message, as it stands now.
    pub delivered: Arc<DeliveredMessage>,
    /// The type of its content.
    pub object_name: String,
    /// Its content, by its type.
    pub content: String,
    /// The pairs it carries, if it can carry any.
    pub pairs: Option<BTreeMap<String, String>>,
}

impl ToldMessage {
    /// Whether a back end published it, and not an app.
    #[must_use]
    pub fn is_of_server(&self) -> bool {
        let message = &self.delivered.message;
        is_of_back_end(&message.body, message.delivery.as_ref())
    }
}

/// An entry with all that is needed to tell it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Telling {
    /// The entry.
    pub entry: LogEntry,
    /// What it is called.
    pub event: EventType,
    /// The message it is about, if that is one.
    pub message: Option<ToldMessage>,
    /// Whose devices are to be woken, if it is about that.
    pub push: Option<Arc<RequestedPush>>,
    /// Those it is about; who was deleted for good is missing.
    pub users: HashMap<UserId, Arc<User>>,
}

/// Gathers what receivers are told.
pub struct Teller {
    /// The log.
    pub log: Arc<dyn EventLog>,
    /// What messages carry.
    pub history: Arc<dyn ReadHistory>,
    /// The users; what never changes of them is enough.
    pub users: Arc<dyn Users>,
    /// The users as they stand now.
    pub fresh_users: Arc<dyn Users>,
    /// The site's settings.
    pub settings: Arc<dyn SettingSource>,
    /// Where files are.
    pub addresses: Arc<dyn FileAddresses>,
}

impl Teller {
    /// What there is to tell of each of these, in their order; `None` of what is not there any longer.
    ///
    /// # Errors
    /// If the store can't be read.
    pub async fn gather(&self, entries: &[LogEntry]) -> StoreResult<Vec<Option<Telling>>> {
        let messages = self.messages(entries).await?;
        let mut named: Vec<UserId> = entries.iter().flat_map(|entry| users_of(&entry.what)).collect();
        named.sort_unstable();
        named.dedup();
        // How somebody stands must not be older than the event that says it has changed.
        let is_state = |entry: &LogEntry| EventType::of(&entry.what) == Some(EventType::UserBanned);
        let users = if entries.iter().any(is_state) { &self.fresh_users } else { &self.users };
        let found = users.find_numbered(&named).await?;
        let users: HashMap<UserId, Arc<User>> = found.into_iter().map(|user| (user.id, user)).collect();
        let told = |entry: &LogEntry| {
            let message = match message_of(&entry.what) {
                None => None,
                Some((id, _)) => Some(messages.get(&id)?.clone()),
            };
            let about = users_of(&entry.what).into_iter();
            let users = about.filter_map(|user| Some((user, Arc::clone(users.get(&user)?)))).collect();
            let event = EventType::of(&entry.what)?;
            Some(Telling { entry: entry.clone(), event, message, push: None, users })
        };
        Ok(entries.iter().map(told).collect())
    }

    async fn messages(&self, entries: &[LogEntry]) -> StoreResult<HashMap<MessageId, ToldMessage>> {
        let of = |is_kept: bool| -> Vec<MessageId> {
            let ids = entries.iter().filter_map(|entry| message_of(&entry.what));
            let mut ids: Vec<_> = ids.filter(|(_, kept)| *kept == is_kept).map(|(id, _)| id).collect();
            ids.sort_unstable();
            ids.dedup();
            ids
        };
        let (kept, transient) = (of(true), of(false));
        if kept.is_empty() && transient.is_empty() {
            return Ok(HashMap::new());
        }
        let found = self.log.messages(&kept, &transient).await?;
        let viewed = found.iter().map(|found| found.message.clone()).collect();
        // Nobody's view in particular.
        let shown = self.history.shown_to(UserId(0), viewed).await.map_err(HistoryError::of_store)?;
        let settings = self.settings.settings().await?;
        let told = found.into_iter().zip(shown).map(|(found, shown)| {
            let address = |file: &_| self.addresses.address(file, &settings);
            let (object_name, content) = typed(shown.message.body, shown.message.file.as_ref(), address);
            let pairs = shown.expansion.map(|expansion| {
                let present = expansion.present().into_iter();
                present.map(|(key, (value, _))| (key.to_owned(), value.to_owned())).collect()
            });
            (found.message.id, ToldMessage { delivered: Arc::new(found), object_name, content, pairs })
        });
        Ok(told.collect())
    }
}

/// The message an entry is about, and whether it is kept in a conversation.
fn message_of(what: &Logged) -> Option<(MessageId, bool)> {
    match what {
        Logged::Message(message) => Some((message.id, message.is_kept)),
        Logged::Change(event) => match &**event {
            Event::MessageRecalled(changed)
            | Event::MessageEdited(changed)
            | Event::MessageExpanded(changed)
            | Event::MessageGrown { message: changed, .. } => Some((changed.id, true)),
            _ => None,
        },
    }
}

/// Those an entry is about.
fn users_of(what: &Logged) -> Vec<UserId> {
    let Lane { a, b } = Lane::of(what);
    [a, b].into_iter().filter(|user| user.0 != 0).collect()
}
