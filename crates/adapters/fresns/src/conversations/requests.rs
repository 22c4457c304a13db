//! What is asked for of conversations.

use std::fmt::{self, Display};

use serde::Deserialize;
use serde::de::{Deserializer, Error};
use serde_json::json;
use sixin_application::conversations::ports::Order;
use sixin_domain::id::ConversationId;
use sixin_domain::time::Millis;
use sixin_web::documented;
use utoipa::ToSchema;

use crate::key_filter::{KeysHidden, KeysShown};
use crate::pagination::{PAGE_SIZE, PageNumber, PageSize};
use crate::values::{Id, TextOrNumber};

/// Most entries of a page are 30 (docs/wire/fresns.md#pages).
pub(crate) type ShortPage = PageSize<PAGE_SIZE, 30>;

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FresnsListConversations)]
pub(super) struct ListConversations {
    pub(super) page: Option<PageNumber>,
    pub(super) page_size: Option<ShortPage>,
    /// `nextCursor` of the part before, instead of `page`; costs the same at any depth.
    pub(super) cursor: Option<Cursor>,
    pub(super) whitelist_keys: Option<KeysShown>,
    pub(super) blacklist_keys: Option<KeysHidden>,
    /// Only conversations that are pinned, or only those that are not.
    pub(super) is_pin: Option<bool>,
    /// The same in the name that clients of 2.x use.
    pub(super) pinned: Option<bool>,
}

/// A place in the list: the time of the latest message and the conversation's id. Clients are told nothing about what
/// is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cursor(pub(super) Millis, pub(super) ConversationId);

documented!(Cursor, json!({"type": "string"}));

impl<'de> Deserialize<'de> for Cursor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| D::Error::custom("must be the nextCursor of an answer"))
    }
}

impl Cursor {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (time, id) = text.split_once('-')?;
        let number = |text: &str| i64::from_str_radix(text, 16).ok().filter(|number| *number >= 0);
        Some(Self(Millis(number(time)?), ConversationId(number(id)?)))
    }
}

impl Display for Cursor {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:x}-{:x}", self.0.0, self.1.0)
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FresnsShowConversation)]
pub(super) struct ShowConversation {
    pub(super) whitelist_keys: Option<KeysShown>,
    pub(super) blacklist_keys: Option<KeysHidden>,
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FresnsListMessages)]
pub(super) struct ListMessages {
    pub(super) page: Option<PageNumber>,
    pub(super) page_size: Option<ShortPage>,
    /// `desc`: the newest are on the first page; `asc`: the oldest.
    pub(super) order_direction: Option<Direction>,
    /// Only messages after that one; costs the same at any depth.
    pub(super) after: Option<Id>,
    /// Only messages before that one; costs the same at any depth.
    pub(super) before: Option<Id>,
    /// The order inside a page, if it is to be another. Clients of 2.x name which end comes first.
    pub(super) page_list_direction: Option<PageDirection>,
    pub(super) whitelist_keys: Option<KeysShown>,
    pub(super) blacklist_keys: Option<KeysHidden>,
}

/// The order of a list.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = FresnsDirection)]
pub(crate) enum Direction {
    Asc,
    Desc,
}

/// The order inside a page.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = FresnsPageDirection)]
pub(crate) enum PageDirection {
    Desc,
    Asc,
    Latest,
    Oldest,
}

impl From<PageDirection> for Order {
    fn from(direction: PageDirection) -> Self {
        match direction {
            PageDirection::Desc | PageDirection::Latest => Self::Newest,
            PageDirection::Asc | PageDirection::Oldest => Self::Oldest,
        }
    }
}

impl From<Direction> for Order {
    fn from(direction: Direction) -> Self {
        match direction {
            Direction::Desc => Self::Newest,
            Direction::Asc => Self::Oldest,
        }
    }
}

/// Either a conversation or messages, as `type` says (docs/wire/fresns.md#targets).
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FresnsTargetBody)]
pub(super) struct TargetBody {
    pub(super) conversation_id: Option<Id>,
    /// At most 1000 ids, separated by commas.
    pub(super) message_ids: Option<TextOrNumber>,
    #[serde(rename = "type")]
    pub(super) kind: TargetKind,
}

/// What is meant.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = FresnsTargetKind)]
pub(super) enum TargetKind {
    Conversation,
    Message,
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FresnsPinBody, example = json!({"conversationId": 5020}))]
pub(super) struct PinBody {
    pub(super) conversation_id: Id,
}
