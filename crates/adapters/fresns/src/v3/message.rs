//! The message and the conversation of 3.x (docs/wire/fresns3.md#conversations).

use serde::Serialize;
use utoipa::ToSchema;

use crate::conversations::conversation_info::{ConversationInfo, LatestMessage};
use crate::conversations::message_info::MessageInfo;
use crate::key_filter::Written;
use crate::v3::file::File;
use crate::v3::user::User;

/// What a message holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = Fresns3MessageType)]
pub(crate) enum MessageType {
    Text,
    File,
}

impl MessageType {
    /// That of the number of 2.x.
    fn of(number: i64) -> Self {
        if number == 2 { Self::File } else { Self::Text }
    }
}

/// A message, as one of its two users sees it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Fresns3Message)]
pub(crate) struct Message {
    /// Id of the message.
    #[schema(example = "5021")]
    cmid: String,
    /// Who sent it.
    #[schema(required = true, value_type = Option<User>)]
    user: Option<Written>,
    /// Whether the caller sent it.
    is_me: bool,
    r#type: MessageType,
    /// The text, or what stands for a message that is neither text nor file; null for a file.
    #[schema(required = true)]
    content: Option<String>,
    /// The file; null for a text.
    #[schema(required = true)]
    file: Option<File>,
    /// When it was sent, in the caller's time zone and language.
    #[schema(example = "2024-05-10 14:20:00")]
    datetime: String,
    /// The same, shorter the nearer it is.
    #[schema(example = "14:20")]
    datetime_format: String,
    /// How long ago it was sent.
    #[schema(example = "3 min ago")]
    time_ago: String,
    /// Whether the recipient has read it.
    read_status: bool,
    /// Its place in the conversation, without gaps from 1; null of a message that is in none.
    #[schema(required = true, minimum = 1, maximum = 9_007_199_254_740_991_i64)]
    seq: Option<i64>,
    /// Whether it adds to the unread count of its recipient.
    is_counted: bool,
}

impl From<MessageInfo> for Message {
    fn from(message: MessageInfo) -> Self {
        Self {
            cmid: message.id.to_string(),
            user: message.user,
            is_me: message.is_me,
            r#type: MessageType::of(message.r#type),
            content: message.content,
            file: message.file.map(Into::into),
            datetime: message.datetime,
            datetime_format: message.datetime_format,
            time_ago: message.time_ago,
            read_status: message.read_status,
            seq: message.seq,
            is_counted: message.is_counted,
        }
    }
}

/// A conversation in the list. It has no number: the other user is its key.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Fresns3Conversation)]
pub(crate) struct Conversation {
    /// The other user.
    #[schema(required = true, value_type = Option<User>)]
    pub(super) user: Option<Written>,
    /// The newest message; without id and text if none is left.
    latest_message: Latest,
    /// Whether the caller has pinned it.
    pinned: bool,
    /// How many messages the caller sees in it.
    #[schema(minimum = 0)]
    pub(super) message_count: i64,
    /// How many of them the caller has not read.
    #[schema(minimum = 0)]
    pub(super) unread_count: i64,
}

/// What a list shows of the newest message.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Fresns3LatestMessage)]
struct Latest {
    #[schema(required = true)]
    cmid: Option<String>,
    r#type: MessageType,
    /// At most 255 characters of its text, or what stands for a file: `[image]`, `[video]`, `[audio]`, `[document]`.
    message: String,
    #[schema(required = true)]
    datetime: Option<String>,
    #[schema(required = true)]
    datetime_format: Option<String>,
    #[schema(required = true)]
    time_ago: Option<String>,
}

impl From<LatestMessage> for Latest {
    fn from(latest: LatestMessage) -> Self {
        Self {
            cmid: latest.id.map(|id| id.to_string()),
            r#type: MessageType::of(latest.r#type),
            message: latest.message,
            datetime: latest.datetime,
            datetime_format: latest.datetime_format,
            time_ago: latest.time_ago,
        }
    }
}

impl From<ConversationInfo> for Conversation {
    fn from(conversation: ConversationInfo) -> Self {
        Self {
            user: conversation.user,
            latest_message: conversation.latest_message.into(),
            pinned: conversation.pinned,
            message_count: conversation.message_count,
            unread_count: conversation.unread_count,
        }
    }
}
