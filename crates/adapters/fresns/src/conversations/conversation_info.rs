//! The conversation object (docs/wire/fresns.md#conversation-object).

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::marker::PhantomData;

use serde::Serialize;
use sixin_application::users::profiles::{ShownUser, ShownUsers};
use sixin_domain::conversation::View;
use sixin_domain::id::{MessageId, UserId};
use sixin_domain::site::block_words::BlockWordFilter;
use utoipa::ToSchema;

use crate::admission::Locale;
use crate::conversations::message_info::Times;
use crate::key_filter::{Filtered, KeyFilter, Written};
use crate::shape::Shape;
use crate::users::user_info::UserInfo;
use crate::users::user_view::Subject;

/// A conversation, as one of its sides sees it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FresnsConversation)]
pub(crate) struct ConversationInfo {
    /// Id of the conversation.
    #[schema(minimum = 1, maximum = 9_007_199_254_740_991_i64)]
    pub(crate) id: i64,
    /// Whether the other user has left.
    pub(crate) user_is_deactivate: bool,
    /// The other user.
    #[schema(required = true, value_type = Option<UserInfo>)]
    pub(crate) user: Option<Written>,
    /// The newest message; without id and text if none is left.
    pub(crate) latest_message: LatestMessage,
    /// How many messages the caller sees in it.
    #[schema(minimum = 0)]
    pub(crate) message_count: i64,
    /// How many of them the caller has not read.
    #[schema(minimum = 0)]
    pub(crate) unread_count: i64,
    /// Whether the caller has pinned it.
    pub(crate) is_pin: bool,
    /// The same in the name that clients of 2.x read.
    pub(crate) pinned: bool,
}

/// What a list shows of the newest message.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FresnsLatestMessage)]
pub(crate) struct LatestMessage {
    #[schema(required = true, minimum = 1, maximum = 9_007_199_254_740_991_i64)]
    pub(crate) id: Option<i64>,
    /// 1 text, 2 file.
    #[schema(minimum = 1, maximum = 2)]
    pub(crate) r#type: i64,
    /// At most 255 characters of its text, or what stands for a file: `[image]`, `[video]`, `[audio]`, `[document]`.
    pub(crate) message: String,
    #[schema(required = true, example = "2022-11-10 14:20:00")]
    pub(crate) datetime: Option<String>,
    #[schema(required = true, example = "14:20")]
    pub(crate) datetime_format: Option<String>,
    /// How long ago it was sent.
    #[schema(required = true, example = "3 min ago")]
    pub(crate) time_ago: Option<String>,
}

/// What objects with users in them are made of.
pub(crate) struct Cast<'a, S> {
    shown: &'a ShownUsers,
    files: &'a HashSet<MessageId>,
    keys: &'a KeyFilter,
    words: &'a BlockWordFilter,
    locale: &'a Locale,
    /// The objects of users so far: many messages have the same sender.
    users: RefCell<HashMap<UserId, Option<Written>>>,
    shape: PhantomData<S>,
}

impl<'a, S: Shape> Cast<'a, S> {
    pub(crate) fn new(
        shown: &'a ShownUsers,
        files: &'a HashSet<MessageId>,
        keys: &'a KeyFilter,
        words: &'a BlockWordFilter,
        locale: &'a Locale,
    ) -> Self {
        Self { shown, files, keys, words, locale, users: RefCell::default(), shape: PhantomData }
    }

    /// The object of a user, and whether the user has left.
    pub(crate) fn user(&self, id: UserId) -> (Option<Written>, bool) {
        let Some(shown) = self.shown.users.get(&id) else { return (None, true) };
        let mut users = self.users.borrow_mut();
        let object = users.entry(id).or_insert_with(|| self.written(shown));
        (object.clone(), shown.user.deleted_at.is_some())
    }

    fn written(&self, shown: &ShownUser) -> Option<Written> {
        let role_book = &self.shown.role_book;
        let subject = Subject { user: &shown.user, roles: &shown.roles, role_book, locale: self.locale };
        let value = S::User::from(subject.seen_as(shown.relation, shown.may_write));
        Filtered { value, keys: self.keys }.written()
    }

    /// The object of a conversation.
    pub(crate) fn conversation(&self, view: &View<'_>) -> ConversationInfo {
        let (user, user_is_deactivate) = self.user(view.peer);
        ConversationInfo {
            id: view.conversation.id.0,
            user_is_deactivate,
            user,
            latest_message: self.latest(view),
            message_count: view.own.message_count,
            unread_count: view.own.unread,
            is_pin: view.own.is_pin,
            pinned: view.own.is_pin,
        }
    }

    /// Never null: pages in PHP read its keys without a look.
    fn latest(&self, view: &View<'_>) -> LatestMessage {
        let latest = view.own.latest.as_ref();
        let id = latest.and_then(|latest| latest.id);
        let times = latest.map(|latest| Times::of(latest.time, self.locale));
        let (datetime, datetime_format, time_ago) = match times {
            Some(Times { whole, brief, ago }) => (Some(whole), Some(brief), Some(ago)),
            None => (None, None, None),
        };
        LatestMessage {
            id: id.map(|id| id.0),
            r#type: if id.is_some_and(|id| self.files.contains(&id)) { 2 } else { 1 },
            message: latest.map(|latest| self.words.shown(&latest.brief).into_owned()).unwrap_or_default(),
            datetime,
            datetime_format,
            time_ago,
        }
    }
}
