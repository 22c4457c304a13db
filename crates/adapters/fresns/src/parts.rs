//! The schemas of what is answered of which only some keys may have been asked for, and of pages of lists.

use std::borrow::Cow;
use std::marker::PhantomData;

use serde_json::{Value, json};
use sixin_web::openapi::{inline_name, schema_of, schema_ref};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::conversations::conversation_info::ConversationInfo;
use crate::conversations::message_info::MessageInfo;
use crate::site::block_words::BlockWordInfo;
use crate::site::roles::ListedRole;
use crate::users::user_info::UserInfo;

type Schemas = Vec<(String, RefOr<Schema>)>;

/// What may be without some of its keys; [`crate::openapi`] says how it looks.
macro_rules! part {
    ($(#[$about:meta])* $part:ident, $name:literal, $whole:ty) => {
        $(#[$about])*
        pub(crate) struct $part;

        impl PartialSchema for $part {
            fn schema() -> RefOr<Schema> {
                schema_of(json!({}))
            }
        }

        impl ToSchema for $part {
            fn name() -> Cow<'static, str> {
                Cow::Borrowed($name)
            }

            fn schemas(schemas: &mut Schemas) {
                schemas.push((<$whole>::name().into_owned(), <$whole>::schema()));
                <$whole>::schemas(schemas);
            }
        }
    };
}

part!(
    /// A conversation.
    ConversationPart, "FresnsConversationPart", ConversationInfo
);
part!(
    /// A message.
    MessagePart, "FresnsMessagePart", MessageInfo
);
part!(
    /// A user.
    UserPart, "FresnsUserPart", UserInfo
);

/// A page of a list.
pub(crate) struct PageOf<T>(PhantomData<T>);

/// A page of messages.
pub(crate) type MessagePage = PageOf<MessagePart>;
/// A page of roles.
pub(crate) type RolePage = PageOf<ListedRole>;
/// A page of block words.
pub(crate) type BlockWordPage = PageOf<BlockWordInfo>;

impl<T: ToSchema> PartialSchema for PageOf<T> {
    fn schema() -> RefOr<Schema> {
        schema_of(page_of(&json!({"type": "array", "items": schema_ref(&T::name())})))
    }
}

impl<T: ToSchema> ToSchema for PageOf<T> {
    fn name() -> Cow<'static, str> {
        inline_name::<Self>()
    }

    fn schemas(schemas: &mut Schemas) {
        schemas.push((T::name().into_owned(), T::schema()));
        T::schemas(schemas);
    }
}

/// A page with that list.
pub(crate) fn page_of(list: &Value) -> Value {
    let pagination = schema_ref("FresnsPagination");
    json!({
        "type": "object",
        "required": ["pagination", "paginate", "list"],
        "properties": {"pagination": pagination, "paginate": pagination, "list": list},
    })
}

/// A page of conversations, which says where the next part begins.
pub(crate) struct ConversationPage;

impl PartialSchema for ConversationPage {
    fn schema() -> RefOr<Schema> {
        let mut page = page_of(&json!({"type": "array", "items": schema_ref("FresnsConversationPart")}));
        let next = json!({"type": ["string", "null"], "description": "Where the next part begins; null at the end."});
        crate::openapi::insert(&mut page, "/properties/nextCursor", next);
        crate::openapi::insert(&mut page, "/required/-", json!("nextCursor"));
        schema_of(page)
    }
}

impl ToSchema for ConversationPage {
    fn name() -> Cow<'static, str> {
        inline_name::<Self>()
    }

    fn schemas(schemas: &mut Schemas) {
        PageOf::<ConversationPart>::schemas(schemas);
    }
}

/// A user, as one is answered.
pub(crate) struct UserDetail;

impl PartialSchema for UserDetail {
    fn schema() -> RefOr<Schema> {
        schema_of(json!({
            "type": "object", "required": ["detail"], "properties": {"detail": schema_ref("FresnsUserPart")},
        }))
    }
}

impl ToSchema for UserDetail {
    fn name() -> Cow<'static, str> {
        inline_name::<Self>()
    }

    fn schemas(schemas: &mut Schemas) {
        PageOf::<UserPart>::schemas(schemas);
    }
}
