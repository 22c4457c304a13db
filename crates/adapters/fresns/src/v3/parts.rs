//! The schemas of the pages of 3.x, whose users may have only some of their keys.

use std::borrow::Cow;

use serde_json::{Value, json};
use sixin_web::openapi::{inline_name, schema_of, schema_ref};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::v3::message::{Conversation, Message};

/// A page with that list.
pub(super) fn page_of(list: &Value) -> Value {
    json!({
        "type": "object",
        "required": ["pagination", "list"],
        "properties": {"pagination": schema_ref("FresnsPagination"), "list": list},
    })
}

/// A page of what has that name, and what it is made of.
macro_rules! page {
    ($(#[$about:meta])* $part:ident, $item:literal, $whole:ty) => {
        $(#[$about])*
        pub(super) struct $part;

        impl PartialSchema for $part {
            fn schema() -> RefOr<Schema> {
                schema_of(page_of(&json!({"type": "array", "items": schema_ref($item)})))
            }
        }

        impl ToSchema for $part {
            fn name() -> Cow<'static, str> {
                inline_name::<Self>()
            }

            fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
                schemas.push((<$whole>::name().into_owned(), <$whole>::schema()));
                <$whole>::schemas(schemas);
            }
        }
    };
}

page!(
    /// A page of conversations.
    ConversationPage,
    "Fresns3Conversation",
    Conversation
);
page!(
    /// A page of messages.
    MessagePage,
    "Fresns3MessagePart",
    Message
);
