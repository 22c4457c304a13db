//! Whose devices are to be woken by what was read of the log, and what they are to show.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use sixin_domain::event::Event;
use sixin_domain::id::{MessageId, UserId};
use sixin_domain::log::{LogEntry, Logged};
use sixin_domain::push::{Burst, Matter, News, Push, PushDevice, Recipient, Skip, Words, decide};
use sixin_domain::site::settings::{Settings, offset_minutes};
use sixin_domain::time::Millis;
use sixin_domain::user::User;
use sixin_domain::webhook::event_type::EventType;

use super::ports::{Direction, PushLookup, Wishes};
use crate::delivery::ports::{DeliveredMessage, EventLog};
use crate::ports::StoreResult;
use crate::site::ports::SettingSource;
use crate::users::ports::Users;
use crate::webhooks::telling::Telling;

/// That somebody's devices are to be woken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestedPush {
    /// What they show.
    pub push: Push,
    /// The message it is about.
    pub message: Arc<DeliveredMessage>,
    /// The devices.
    pub devices: Vec<PushDevice>,
    /// The language of the site, for devices that have named none.
    pub language: String,
}

impl RequestedPush {
    /// The text that a device shows.
    #[must_use]
    pub fn text_on(&self, device: &PushDevice) -> String {
        let own = &device.spec.language;
        let language = if own.is_empty() { &self.language } else { own };
        self.push.text(language, device.spec.hides_text)
    }
}

/// What comes of the entries of a conversation that came in one go.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// What is to be told, if anybody is to be woken.
    pub(crate) told: Option<Telling>,
    /// What goes the other way and wakes somebody too: it is looked at next.
    pub(crate) left: Vec<LogEntry>,
}

/// Gathers whose devices are to be woken.
pub struct PushTeller {
    /// The log.
    pub log: Arc<dyn EventLog>,
    /// The users. Not from memory: a ban holds at once.
    pub users: Arc<dyn Users>,
    /// What else has to be known.
    pub store: Arc<dyn PushLookup>,
    /// The site's settings.
    pub settings: Arc<dyn SettingSource>,
    /// For how long it is waited.
    pub burst: Burst,
    /// Whether only those are of interest who have devices here.
    pub has_only_devices: bool,
}

/// What has happened with a message, and where that stands.
struct Happened<'a> {
    entry: &'a LogEntry,
    news: News,
    message: &'a Arc<DeliveredMessage>,
}

impl Happened<'_> {
    fn direction(&self) -> Direction {
        (self.message.recipient, self.message.message.sender)
    }
}

/// What is known of those whom a batch concerns.
struct Known {
    users: HashMap<UserId, Arc<User>>,
    devices: HashMap<UserId, Vec<PushDevice>>,
    wishes: HashMap<Direction, Wishes>,
    unread: HashMap<UserId, i64>,
    settings: Arc<Settings>,
}

impl PushTeller {
    /// Those entries that may wake somebody: of messages and recalls, and where only devices count of users that have some.
    ///
    /// # Errors
    /// If the store can't be read.
    pub(crate) async fn of_interest(&self, mut entries: Vec<LogEntry>) -> StoreResult<Vec<LogEntry>> {
        if !self.has_only_devices || entries.is_empty() {
            return Ok(entries);
        }
        let asked: HashSet<UserId> = entries.iter().flat_map(|entry| woken(&entry.what)).collect();
        let having = self.store.with_devices(&asked.into_iter().collect::<Vec<_>>()).await?;
        entries.retain(|entry| woken(&entry.what).any(|user| having.contains(&user)));
        Ok(entries)
    }

    /// What comes of each burst: entries of one conversation, in their order.
    ///
    /// # Errors
    /// If the store can't be read.
    pub(crate) async fn gather(&self, bursts: &[Vec<LogEntry>], now: Millis) -> StoreResult<Vec<Outcome>> {
        let messages = self.messages(bursts).await?;
        let happened: Vec<Vec<Happened<'_>>> =
            bursts.iter().map(|burst| happened(burst, &messages)).collect();
        let mut directions: Vec<Direction> = happened.iter().flatten().map(Happened::direction).collect();
        directions.sort_unstable();
        directions.dedup();
        let known = self.known(directions, now).await?;
        Ok(happened.into_iter().map(|happened| outcome(happened, &known, now)).collect())
    }

    async fn messages(
        &self,
        bursts: &[Vec<LogEntry>],
    ) -> StoreResult<HashMap<MessageId, Arc<DeliveredMessage>>> {
        let (mut kept, mut transient) = (Vec::new(), Vec::new());
        for entry in bursts.iter().flatten() {
            match message_of(&entry.what) {
                Some((id, _, true)) => kept.push(id),
                Some((id, _, false)) => transient.push(id),
                None => {}
            }
        }
        kept.sort_unstable();
        kept.dedup();
        if kept.is_empty() && transient.is_empty() {
            return Ok(HashMap::new());
        }
        let found = self.log.messages(&kept, &transient).await?;
        Ok(found.into_iter().map(|found| (found.message.id, Arc::new(found))).collect())
    }

    async fn known(&self, mut directions: Vec<Direction>, now: Millis) -> StoreResult<Known> {
        let recipients = |directions: &[Direction]| {
            let mut users: Vec<UserId> = directions.iter().map(|(recipient, _)| *recipient).collect();
            users.dedup();
            users
        };
        let mut known = Known {
            users: HashMap::new(),
            devices: HashMap::new(),
            wishes: HashMap::new(),
            unread: HashMap::new(),
            settings: self.settings.settings().await?,
        };
        if directions.is_empty() {
            return Ok(known);
        }
        known.devices = self.store.devices(&recipients(&directions), now).await?;
        if self.has_only_devices {
            directions.retain(|(recipient, _)| known.devices.contains_key(recipient));
        }
        if directions.is_empty() {
            return Ok(known);
        }
        let mut users: Vec<UserId> =
            directions.iter().flat_map(|(recipient, sender)| [*recipient, *sender]).collect();
        users.sort_unstable();
        users.dedup();
        let found = self.users.find_numbered(&users).await?;
        known.users = found.into_iter().map(|user| (user.id, user)).collect();
        known.wishes = self.store.wishes(&directions).await?;
        known.unread = self.store.unread(&recipients(&directions)).await?;
        Ok(known)
    }
}

/// The message an entry is about, what has happened with it, and whether it is kept in a conversation.
fn message_of(what: &Logged) -> Option<(MessageId, News, bool)> {
    match what {
        Logged::Message(message) => Some((message.id, News::Message, message.is_kept)),
        Logged::Change(event) => match &**event {
            Event::MessageRecalled(changed) => Some((changed.id, News::Recall, true)),
            _ => None,
        },
    }
}

/// Those whom an entry may wake.
fn woken(what: &Logged) -> impl Iterator<Item = UserId> {
    let (one, other) = match what {
        Logged::Message(message) => (Some(message.recipient), None),
        Logged::Change(event) => match &**event {
            // Who has sent it stands with the message.
            Event::MessageRecalled(changed) => (Some(changed.pair.a()), Some(changed.pair.b())),
            _ => (None, None),
        },
    };
    one.into_iter().chain(other)
}

/// What has happened in a burst. What was sent and taken back in one go was never shown, so there is nothing to take the place of.
fn happened<'a>(
    burst: &'a [LogEntry],
    messages: &'a HashMap<MessageId, Arc<DeliveredMessage>>,
) -> Vec<Happened<'a>> {
    let about = |entry: &'a LogEntry| {
        let (id, news, _) = message_of(&entry.what)?;
        Some(Happened { entry, news, message: messages.get(&id)? })
    };
    let all: Vec<Happened<'_>> = burst.iter().filter_map(about).collect();
    let sent: HashSet<MessageId> = all
        .iter()
        .filter(|happened| happened.news == News::Message)
        .map(|happened| happened.message.message.id)
        .collect();
    let is_news = |happened: &Happened<'_>| {
        happened.news == News::Message || !sent.contains(&happened.message.message.id)
    };
    all.into_iter().filter(is_news).collect()
}

/// What comes of it: of each direction what is newest, messages before recalls.
fn outcome(happened: Vec<Happened<'_>>, known: &Known, now: Millis) -> Outcome {
    let mut directions: BTreeMap<Direction, Vec<Happened<'_>>> = BTreeMap::new();
    for happened in happened {
        directions.entry(happened.direction()).or_default().push(happened);
    }
    let mut outcome = Outcome::default();
    for (direction, mut happened) in directions {
        happened.sort_by_key(|happened| {
            (happened.news == News::Recall, std::cmp::Reverse(happened.entry.position))
        });
        let Some((newest, push)) = happened.iter().find_map(|it| Some((it, decided(it, known, now)?))) else {
            continue;
        };
        if outcome.told.is_some() {
            outcome.left = happened.iter().map(|happened| happened.entry.clone()).collect();
            outcome.left.sort_unstable_by_key(|entry| entry.position);
            continue;
        }
        let users = [direction.0, direction.1].into_iter();
        let users = users.filter_map(|id| Some((id, Arc::clone(known.users.get(&id)?)))).collect();
        let requested = RequestedPush {
            push,
            message: Arc::clone(newest.message),
            devices: known.devices.get(&direction.0).cloned().unwrap_or_default(),
            language: known.settings.text("default_language").to_owned(),
        };
        outcome.told = Some(Telling {
            entry: newest.entry.clone(),
            event: EventType::PushRequested,
            message: None,
            push: Some(Arc::new(requested)),
            users,
        });
    }
    outcome
}

/// What devices show because of it; `None`, and a count of why, if they are not woken.
fn decided(happened: &Happened<'_>, known: &Known, now: Millis) -> Option<Push> {
    let (recipient, sender) = happened.direction();
    // Of those who are not there any longer, and where only devices count of those without, nothing is known.
    let wishes = known.wishes.get(&(recipient, sender))?;
    let (user, sender) = (known.users.get(&recipient)?, known.users.get(&sender)?);
    let zone = user.profile.timezone.as_deref().and_then(offset_minutes);
    let wants = Recipient {
        user,
        acknowledged: wishes.acknowledged,
        blocks_sender: wishes.blocks_sender,
        level_here: wishes.level_here,
        level_everywhere: wishes.level_everywhere,
        period: wishes.period,
        zone_minutes: zone.unwrap_or_else(|| known.settings.zone()),
        remark: wishes.remark.as_deref(),
        unread: known.unread.get(&recipient).copied().unwrap_or(0),
    };
    let nickname = sender.profile.nickname.trim();
    let name = if nickname.is_empty() { sender.username.as_str() } else { nickname };
    match decide(matter(happened, sender), &wants, name, now) {
        Ok(push) => Some(push),
        Err(why) => {
            count(why);
            None
        }
    }
}

fn matter<'a>(happened: &'a Happened<'_>, sender: &User) -> Matter<'a> {
    let (delivered, message) = (happened.message, &happened.message.message);
    let collapse = match delivered.conversation {
        Some(conversation) => format!("c{}", conversation.0),
        None => format!("u{}", sender.uid.0),
    };
    Matter {
        news: happened.news,
        position: happened.entry.position,
        words: Words::of(&message.body, message.file.as_ref()),
        delivery: message.delivery.as_ref(),
        is_counted: message.is_counted,
        is_enabled: delivered.is_enabled,
        is_read: delivered.is_read,
        is_deleted: delivered.is_gone_for_recipient,
        collapse,
    }
}

fn count(why: Skip) {
    metrics::counter!("sixin_push_skipped_total", "reason" => why.name()).increment(1);
}

#[cfg(test)]
mod tests;
