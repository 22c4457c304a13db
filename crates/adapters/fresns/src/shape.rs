//! In which objects a generation of clients is answered. What stands in them is the same, and made once.

use serde::Serialize;

use crate::conversations::conversation_info::ConversationInfo;
use crate::conversations::message_info::MessageInfo;
use crate::pagination::{Listed, Pagination};
use crate::users::user_info::UserInfo;

/// The objects of a generation.
pub(crate) trait Shape {
    /// A user.
    type User: Serialize + From<UserInfo>;
    /// A message.
    type Message: Serialize + From<MessageInfo>;
    /// A conversation.
    type Conversation: Serialize + From<ConversationInfo>;

    /// A page of a list.
    fn page<L>(pagination: Pagination, list: L) -> Listed<L>;
}

/// Those of the documentation and of 2.x.
pub(crate) struct Second;

impl Shape for Second {
    type User = UserInfo;
    type Message = MessageInfo;
    type Conversation = ConversationInfo;

    fn page<L>(pagination: Pagination, list: L) -> Listed<L> {
        Listed::new(pagination, list)
    }
}
