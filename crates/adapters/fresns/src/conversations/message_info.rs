//! The message object (docs/wire/fresns.md#message-object).

use std::sync::Arc;

use serde::Serialize;
use sixin_application::ports::StoreResult;
use sixin_application::sending::send_message::SentMessage;
use sixin_application::site::block_words::shown;
use sixin_domain::conversation::ViewedMessage;
use sixin_domain::file::StoredFile;
use sixin_domain::file::outside::outside_file;
use sixin_domain::id::UserId;
use sixin_domain::message::body::Body;
use sixin_domain::site::block_words::BlockWordFilter;
use sixin_domain::time::Millis;
use utoipa::ToSchema;

use crate::admission::Locale;
use crate::files::file_info::{FileInfo, file_info};
use crate::files::outside_file_info::outside_file_info;
use crate::key_filter::{Filtered, Written};
use crate::shape::Shape;
use crate::users::user_info::UserInfo;
use crate::users::user_view::Subject;

/// A message, as one of its two users sees it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FresnsMessage)]
pub(crate) struct MessageInfo {
    /// Id of the message.
    #[schema(minimum = 1, maximum = 9_007_199_254_740_991_i64)]
    pub(crate) id: i64,
    /// Who sent it.
    #[schema(required = true, value_type = Option<UserInfo>)]
    pub(crate) user: Option<Written>,
    /// Whether the sender has left.
    pub(crate) user_is_deactivate: bool,
    /// Whether the caller sent it.
    pub(crate) is_me: bool,
    /// 1 text, 2 file.
    #[schema(minimum = 1, maximum = 2)]
    pub(crate) r#type: i64,
    /// The text, or what stands for a message that is neither text nor file; null for a file.
    #[schema(required = true)]
    pub(crate) content: Option<String>,
    /// The file; null for a text.
    #[schema(required = true)]
    pub(crate) file: Option<FileInfo>,
    /// When it was sent, in the caller's time zone and language.
    #[schema(example = "2022-11-10 14:20:00")]
    pub(crate) datetime: String,
    /// The same, shorter the nearer it is.
    #[schema(example = "14:20")]
    pub(crate) datetime_format: String,
    /// How long ago it was sent.
    #[schema(example = "3 min ago")]
    pub(crate) time_ago: String,
    /// Whether the recipient has read it.
    pub(crate) read_status: bool,
    /// Its place in the conversation, without gaps from 1; null of a message that is in none.
    #[schema(required = true, minimum = 1, maximum = 9_007_199_254_740_991_i64)]
    pub(crate) seq: Option<i64>,
    /// Whether it adds to the unread count of its recipient.
    pub(crate) is_counted: bool,
}

/// What a body shows: type, content and file.
struct Shown {
    kind: i64,
    content: Option<String>,
    file: Option<FileInfo>,
}

impl Shown {
    fn of(body: &Body, file: Option<&StoredFile>, locale: &Locale) -> Self {
        let text = |text: String| Self { kind: 1, content: Some(text), file: None };
        let file_of = |file: Option<FileInfo>| Self { kind: 2, content: None, file };
        match body {
            Body::Text(words) | Body::Typed { text: Some(words), .. } => text(words.clone()),
            Body::File { .. } => file_of(file.map(|file| file_info(file, locale))),
            Body::Typed { object_name, content, text: None } => match outside_file(object_name, content) {
                Some(outside) => file_of(Some(outside_file_info(&outside, &locale.settings))),
                None => text(body.brief()),
            },
        }
    }
}

/// A message that was just stored, as its sender sees it.
pub(crate) fn sent<S: Shape>(sent: &SentMessage, locale: &Locale) -> MessageInfo {
    let subject =
        Subject { user: &sent.sender, roles: &sent.sender_roles, role_book: &sent.role_book, locale };
    let shown = Shown::of(&sent.body, sent.file.as_ref(), locale);
    let times = Times::of(sent.placed.sent_at, locale);
    MessageInfo {
        id: sent.placed.id.0,
        user: Filtered::whole(S::User::from(subject.seen_by_itself())).written(),
        user_is_deactivate: false,
        is_me: true,
        r#type: shown.kind,
        content: shown.content,
        file: shown.file,
        datetime: times.whole,
        datetime_format: times.brief,
        time_ago: times.ago,
        read_status: false,
        seq: sent.placed.place.map(|(_, seq)| seq),
        is_counted: true,
    }
}

/// A stored message as one of its users sees it; `user` and `is_deactivated` are about its sender.
pub(crate) fn viewed(
    message: &ViewedMessage,
    (viewer, is_read): (UserId, bool),
    (user, is_deactivated): (Option<Written>, bool),
    locale: &Locale,
) -> MessageInfo {
    let shown = Shown::of(&message.body, message.file.as_ref(), locale);
    let times = Times::of(message.sent_at, locale);
    MessageInfo {
        id: message.id.0,
        user,
        user_is_deactivate: is_deactivated,
        is_me: message.sender == viewer,
        r#type: shown.kind,
        content: shown.content,
        file: shown.file,
        datetime: times.whole,
        datetime_format: times.brief,
        time_ago: times.ago,
        read_status: is_read,
        seq: (message.seq > 0).then_some(message.seq),
        is_counted: message.is_counted,
    }
}

/// Replaces words in what messages say, which may take long.
pub(crate) async fn cleaned(list: &mut [MessageInfo], words: &Arc<BlockWordFilter>) -> StoreResult<()> {
    let said = list.iter_mut().filter_map(|message| message.content.as_mut());
    let texts = said.map(std::mem::take).collect();
    let said = list.iter_mut().filter_map(|message| message.content.as_mut());
    for (place, text) in said.zip(shown(words, texts).await?) {
        *place = text;
    }
    Ok(())
}

/// A time in its three spellings.
pub(crate) struct Times {
    pub(crate) whole: String,
    pub(crate) brief: String,
    pub(crate) ago: String,
}

impl Times {
    pub(crate) fn of(at: Millis, locale: &Locale) -> Self {
        let Locale { times, now, .. } = locale;
        Self { whole: times.date_time(at), brief: times.brief(at, *now), ago: times.ago(at, *now) }
    }
}
