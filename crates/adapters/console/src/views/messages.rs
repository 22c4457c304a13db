//! Messages as they are stored, with what became of them.

use super::UserInfo;
use serde::Serialize;
use sixin_application::administration::messages::{Found, ReviewedConversation, ShownMessage};
use sixin_application::administration::ports::ReviewedMessage;
use sixin_domain::id::UserId;
use sixin_domain::message::body::Body;
use sixin_domain::time::Millis;
use utoipa::ToSchema;

/// What a message said before it was edited.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminRevision)]
pub(crate) struct RevisionInfo {
    /// Its text, or its content if it has no text.
    pub(crate) text: String,
    /// When something else took its place.
    pub(crate) replaced_at: i64,
}

/// A message as it is stored.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminMessage)]
pub(crate) struct MessageInfo {
    /// Its id.
    pub(crate) id: i64,
    /// Its position in the conversation.
    pub(crate) seq: i64,
    /// Who sent it; null if that user is not there any more.
    pub(crate) from: Option<String>,
    /// Who got it; null if that user is not there any more.
    pub(crate) to: Option<String>,
    /// When.
    pub(crate) sent_at: i64,
    /// `text`, `file`, or the type of its content.
    #[serde(rename = "type")]
    #[schema(rename = "type")]
    pub(crate) kind: String,
    /// What it says: its text, the name of its file, or its content.
    pub(crate) text: String,
    /// When it was recalled, or null.
    pub(crate) recalled_at: Option<i64>,
    /// Whether its sender has deleted it.
    pub(crate) deleted_by_sender: bool,
    /// Whether its recipient has deleted it.
    pub(crate) deleted_by_recipient: bool,
    /// What it said before it was edited, the oldest first.
    pub(crate) revisions: Vec<RevisionInfo>,
}

impl MessageInfo {
    fn of(reviewed: &ReviewedMessage, name: impl Fn(UserId) -> Option<String>) -> Self {
        let message = &reviewed.message;
        let (kind, text) = match &message.body {
            Body::Text(text) => ("text".to_owned(), text.clone()),
            Body::File { .. } => {
                let file = message.file.as_ref().map(|file| file.name.clone());
                ("file".to_owned(), file.unwrap_or_default())
            }
            Body::Typed { object_name, content, text } => {
                (object_name.as_str().to_owned(), text.clone().unwrap_or_else(|| content.clone()))
            }
        };
        let revisions = reviewed.revisions.iter().map(|revision| RevisionInfo {
            text: revision.text.clone().or_else(|| revision.content.clone()).unwrap_or_default(),
            replaced_at: revision.replaced_at.0,
        });
        Self {
            id: message.id.0,
            seq: message.seq,
            from: name(message.sender),
            to: name(reviewed.recipient),
            sent_at: message.sent_at.0,
            kind,
            text,
            recalled_at: reviewed.recalled_at.map(|at| at.0),
            deleted_by_sender: reviewed.visibility.is_deleted_by_sender,
            deleted_by_recipient: reviewed.visibility.is_deleted_by_recipient,
            revisions: revisions.collect(),
        }
    }
}

/// A message in both sides' views.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminViewedMessage)]
pub(crate) struct ViewedInfo {
    /// The message.
    pub(crate) message: MessageInfo,
    /// Whether the first user sees it.
    pub(crate) first_sees: bool,
    /// Whether the second user sees it.
    pub(crate) second_sees: bool,
    /// Whether its recipient has read it.
    pub(crate) read: bool,
}

/// A part of what two users wrote to each other.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminConversation)]
pub(crate) struct ConversationInfo {
    /// The first user.
    pub(crate) first: UserInfo,
    /// The second user.
    pub(crate) second: UserInfo,
    /// How many messages there are in the conversation, removed ones included; 0: they have written nothing to each other.
    pub(crate) messages_stored: i64,
    /// How many messages the first user has not read.
    pub(crate) first_unread: i64,
    /// How many messages the second user has not read.
    pub(crate) second_unread: i64,
    /// The messages, the latest first.
    pub(crate) messages: Vec<ViewedInfo>,
    /// What to give as `before` for the next part, or null.
    pub(crate) next: Option<i64>,
}

impl ConversationInfo {
    pub(crate) fn of(read: &ReviewedConversation, now: Millis) -> Self {
        let [first, second] = &read.users;
        let name = |id| read.users.iter().find(|user| user.id == id).map(|user| user.username.to_string());
        let viewed = |shown: &ShownMessage| ViewedInfo {
            message: MessageInfo::of(&shown.reviewed, name),
            first_sees: shown.shows[0],
            second_sees: shown.shows[1],
            read: shown.is_read,
        };
        let unread = |id| {
            let conversation = read.conversation.as_ref()?;
            conversation.seen_by(id).ok().map(|view| view.own.unread)
        };
        Self {
            first: UserInfo::of(first, now),
            second: UserInfo::of(second, now),
            messages_stored: read.stored,
            first_unread: unread(first.id).unwrap_or(0),
            second_unread: unread(second.id).unwrap_or(0),
            messages: read.messages.iter().map(viewed).collect(),
            next: read.next,
        }
    }
}

/// What a search has found.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminFound)]
pub(crate) struct FoundInfo {
    /// The messages, the latest first.
    pub(crate) messages: Vec<MessageInfo>,
    /// How many messages were looked at.
    pub(crate) looked_at: usize,
    /// Since when all messages were looked at; null: none was.
    pub(crate) covered_since: Option<i64>,
    /// What to give as `before` to search further; null: everything was looked at.
    pub(crate) next: Option<i64>,
}

impl FoundInfo {
    pub(crate) fn of(found: &Found) -> Self {
        let name = |id: UserId| found.users.get(&id).map(|user| user.username.to_string());
        Self {
            messages: found.messages.iter().map(|message| MessageInfo::of(message, name)).collect(),
            looked_at: found.looked_at,
            covered_since: found.covered_since.map(|at| at.0),
            next: found.next,
        }
    }
}
