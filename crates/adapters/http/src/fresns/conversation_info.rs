//! The conversation object (facts: fresns 7.1 and 7.2).

use serde::Serialize;
use sixin_application::profiles::ShownUsers;
use sixin_domain::block_words::BlockWordFilter;
use sixin_domain::conversation::View;
use sixin_domain::id::UserId;
use utoipa::ToSchema;

use super::key_filter::{Filtered, KeyFilter};
use super::message_info::Times;
use super::stage::Locale;
use super::user_info::UserInfo;
use super::user_view::Subject;

/// A conversation, as one of its sides sees it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FresnsConversation)]
pub(crate) struct ConversationInfo<'f> {
    /// Id of the conversation.
    #[schema(minimum = 1, maximum = 9_007_199_254_740_991_i64)]
    id: i64,
    /// Whether the other user has left.
    user_is_deactivate: bool,
    /// The other user.
    #[schema(required = true, value_type = Option<UserInfo>)]
    user: Option<Filtered<'f, UserInfo>>,
    /// The newest message; null if none is left.
    #[schema(required = true)]
    latest_message: Option<LatestMessage>,
    /// How many messages the caller sees in it.
    #[schema(minimum = 0)]
    message_count: i64,
    /// How many of them the caller has not read.
    #[schema(minimum = 0)]
    unread_count: i64,
    /// Whether the caller has pinned it.
    is_pin: bool,
}

/// What a list shows of the newest message.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FresnsLatestMessage)]
pub(crate) struct LatestMessage {
    #[schema(minimum = 1, maximum = 9_007_199_254_740_991_i64)]
    id: i64,
    /// At most 255 characters of its text, or what stands for a file: `[image]`, `[video]`, `[audio]`, `[document]`.
    message: String,
    #[schema(example = "2022-11-10 14:20:00")]
    datetime: String,
    #[schema(example = "14:20")]
    datetime_format: String,
}

/// What objects with users in them are made of.
pub(super) struct Cast<'a> {
    pub(super) shown: &'a ShownUsers,
    pub(super) keys: &'a KeyFilter,
    pub(super) words: &'a BlockWordFilter,
    pub(super) locale: &'a Locale,
}

impl<'a> Cast<'a> {
    /// The object of a user, and whether the user has left.
    pub(super) fn user(&self, id: UserId) -> (Option<Filtered<'a, UserInfo>>, bool) {
        let Some(shown) = self.shown.users.get(&id) else { return (None, true) };
        let role_book = &self.shown.role_book;
        let subject = Subject { user: &shown.user, roles: &shown.roles, role_book, locale: self.locale };
        let value = subject.seen_as(shown.relation, shown.may_write);
        (Some(Filtered { value, keys: self.keys }), shown.user.deleted_at.is_some())
    }

    /// The object of a conversation.
    pub(super) fn conversation(&self, view: &View<'_>) -> ConversationInfo<'a> {
        let (user, user_is_deactivate) = self.user(view.peer);
        ConversationInfo {
            id: view.conversation.id.0,
            user_is_deactivate,
            user,
            latest_message: self.latest(view),
            message_count: view.own.message_count,
            unread_count: view.own.unread,
            is_pin: view.own.is_pin,
        }
    }

    fn latest(&self, view: &View<'_>) -> Option<LatestMessage> {
        let latest = view.own.latest.as_ref()?;
        let times = Times::of(latest.time, self.locale);
        Some(LatestMessage {
            id: latest.id?.0,
            message: self.words.shown(&latest.brief).into_owned(),
            datetime: times.whole,
            datetime_format: times.brief,
        })
    }
}
