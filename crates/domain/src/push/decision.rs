//! Whether a message wakes the devices of its recipient, and what they show then.

use super::{PushExtension, Words};
use crate::log::Position;
use crate::message::delivery::DeliveryOptions;
use crate::time::Millis;
use crate::user::User;
use crate::user::push_preferences::{NotificationLevel, PushPeriod};

/// After so many milliseconds nobody is woken any more because of what happened: whoever was not reached until then finds it when it
/// looks.
pub const LIVES_MS: i64 = 10 * 60 * 1000;

/// What has happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News {
    /// A message was stored.
    Message,
    /// One was taken back, after it may have been shown on devices.
    Recall,
}

/// The message it is about, as it stands now.
#[derive(Debug, Clone)]
pub struct Matter<'a> {
    /// What has happened with it.
    pub news: News,
    /// Where that stands in the log.
    pub position: Position,
    /// What stands for its content; `None`: nothing does.
    pub words: Option<Words>,
    /// How its sender wanted it to reach devices.
    pub delivery: Option<&'a DeliveryOptions>,
    /// Whether it adds to the unread count.
    pub is_counted: bool,
    /// Whether it is there still: it was not recalled.
    pub is_enabled: bool,
    /// Whether its recipient has read it.
    pub is_read: bool,
    /// Whether its recipient has deleted it.
    pub is_deleted: bool,
    /// What stands for its conversation on devices: what is newer takes the place of what is shown.
    pub collapse: String,
}

/// Whoever got it, as far as it wants to be woken.
#[derive(Debug, Clone)]
pub struct Recipient<'a> {
    /// The user.
    pub user: &'a User,
    /// Up to here one of its devices has what happened.
    pub acknowledged: Position,
    /// Whether it has blocked the sender.
    pub blocks_sender: bool,
    /// What of this conversation notifies.
    pub level_here: NotificationLevel,
    /// What of all conversations does, where nothing is said of this one.
    pub level_everywhere: NotificationLevel,
    /// When its devices stay silent.
    pub period: Option<PushPeriod>,
    /// By so many minutes its clocks are ahead of UTC.
    pub zone_minutes: i32,
    /// What it calls the sender.
    pub remark: Option<&'a str>,
    /// Its unread messages, of all conversations.
    pub unread: i64,
}

/// Why nobody is woken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Skip {
    /// The recipient is disabled, deleted or banned.
    Closed,
    /// It has blocked the sender.
    Blocked,
    /// The sender does not want it.
    Disabled,
    /// It was too long ago.
    Expired,
    /// The message was taken back.
    Recalled,
    /// The recipient has deleted it.
    Deleted,
    /// It has read it.
    Read,
    /// One of its devices has it.
    Acknowledged,
    /// It counts nowhere, and its sender has given no text for it.
    NotCounted,
    /// The conversation is muted, or all are.
    Muted,
    /// It is the time at which devices stay silent.
    Quiet,
    /// There is no text for such a message.
    Wordless,
}

impl Skip {
    /// A name for metrics.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Blocked => "blocked",
            Self::Disabled => "disabled",
            Self::Expired => "expired",
            Self::Recalled => "recalled",
            Self::Deleted => "deleted",
            Self::Read => "read",
            Self::Acknowledged => "acknowledged",
            Self::NotCounted => "not_counted",
            Self::Muted => "muted",
            Self::Quiet => "quiet",
            Self::Wordless => "wordless",
        }
    }
}

/// What devices show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Push {
    /// Whose message it is, as its recipient calls them.
    pub title: String,
    /// What it says.
    pub words: Words,
    /// Data for the app, as the sender gave them.
    pub data: Option<String>,
    /// The number on the app; `None`: it stays as it is.
    pub badge: Option<i64>,
    /// Takes the place of what is shown under the same.
    pub collapse: String,
    /// When it need not arrive any more.
    pub expires: Millis,
    /// Whether it takes the place of what was taken back, and makes no sound.
    pub is_replacement: bool,
    /// Whether the app is to be given time to fetch something.
    pub wakes_app: bool,
    /// What else the sender wants of push services.
    pub extension: PushExtension,
}

impl Push {
    /// The text that a device shows.
    #[must_use]
    pub fn text(&self, language: &str, hides_text: bool) -> String {
        let is_hidden = hides_text && !self.extension.is_always_shown && !self.is_replacement;
        if is_hidden { Words::Something.spelled(language) } else { self.words.spelled(language) }
    }
}

/// Decides. `sender_name` is what the sender calls itself.
///
/// # Errors
/// Why nobody is woken.
pub fn decide(
    matter: Matter<'_>,
    recipient: &Recipient<'_>,
    sender_name: &str,
    now: Millis,
) -> Result<Push, Skip> {
    let nothing = DeliveryOptions::default();
    let options = matter.delivery.unwrap_or(&nothing);
    let given = options.push_content.as_deref().filter(|text| !text.trim().is_empty());
    whether(&matter, (options, given), recipient, now)?;
    let extension = options.push_ext.as_deref().map(PushExtension::parse).unwrap_or_default();
    let is_recall = matter.news == News::Recall;
    let words = match (matter.news, given) {
        (News::Recall, _) => Some(Words::Recalled),
        (News::Message, Some(text)) => Some(Words::Said(text.to_owned())),
        (News::Message, None) => matter.words,
    };
    let remark = recipient.remark.filter(|remark| !remark.trim().is_empty());
    let named = remark.unwrap_or(sender_name).to_owned();
    let expires = matter.position.time().plus(LIVES_MS);
    Ok(Push {
        title: extension.title.clone().filter(|_| !is_recall).unwrap_or(named),
        words: words.ok_or(Skip::Wordless)?,
        data: options.push_data.clone().filter(|data| !data.is_empty() && !is_recall),
        badge: match options.badge {
            Some(badge) if !is_recall => Some(badge).filter(|badge| *badge >= 0),
            _ => Some(recipient.unread.max(0)),
        },
        collapse: matter.collapse,
        expires,
        is_replacement: is_recall,
        wakes_app: options.content_available == Some(true),
        extension,
    })
}

/// Whether anybody is woken at all.
fn whether(
    matter: &Matter<'_>,
    (options, given): (&DeliveryOptions, Option<&str>),
    recipient: &Recipient<'_>,
    now: Millis,
) -> Result<(), Skip> {
    let is_recall = matter.news == News::Recall;
    let user = recipient.user;
    let here = recipient.level_here;
    // What is said of this conversation outranks what is said of all.
    let level = if here == NotificationLevel::default() { recipient.level_everywhere } else { here };
    let checks = [
        (user.stands().is_err() || user.restrictions.is_banned(now), Skip::Closed),
        (recipient.blocks_sender, Skip::Blocked),
        (options.disable_push == Some(true), Skip::Disabled),
        (now.since(matter.position.time()) > LIVES_MS, Skip::Expired),
        (!matter.is_enabled && !is_recall, Skip::Recalled),
        (matter.is_deleted, Skip::Deleted),
        (matter.is_read, Skip::Read),
        (recipient.acknowledged >= matter.position, Skip::Acknowledged),
        (!matter.is_counted && given.is_none(), Skip::NotCounted),
        (level.is_muted(), Skip::Muted),
        (recipient.period.is_some_and(|period| period.silences(now, recipient.zone_minutes)), Skip::Quiet),
        (given.is_none() && matter.words.is_none(), Skip::Wordless),
    ];
    match checks.into_iter().find(|(is_so, _)| *is_so) {
        Some((_, why)) => Err(why),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
