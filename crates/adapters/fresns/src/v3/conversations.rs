//! Conversations and messages in 3.x (docs/wire/fresns3.md#conversations). A conversation is named by its other user.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use sixin_application::conversations::change_conversations::Target;
use sixin_application::conversations::ports::{ListStart, Order};
use sixin_application::conversations::read_conversations::{ConversationError, ConversationRef};
use sixin_domain::user::username::UserRef;
use sixin_web::answer::reply::with_log_cursor;
use utoipa::{OpenApi, ToSchema};

use crate::admission::{answered, body, query, visit};
use crate::api::FresnsApi;
use crate::codes::{Failure, MALFORMED, MISSING, USER_UNKNOWN};
use crate::conversations::requests::{Direction, PageDirection, ShortPage};
use crate::conversations::views::{WantedMessages, listed, message_ids, messages};
use crate::pagination::{Listed, Page, PageNumber};
use crate::responses::{done, done_without_data};
use crate::sending::send::sent_by;
use crate::sending::send_body::SendBody;
use crate::v3::Third;
use crate::v3::key_filter::{FilterKeys, FilterType, filter};
use crate::v3::message::Message;
use crate::v3::openapi::about_send_v3;
use crate::v3::parts::{ConversationPage, MessagePage};
use crate::v3::routes::{DELETE, LIST, MESSAGES, PIN, READ_STATUS, SEND};
use crate::values::TextOrNumber;

/// What this subject has in the document.
#[derive(OpenApi)]
#[openapi(paths(
    list_conversations_v3,
    send_message_v3,
    list_messages_v3,
    mark_as_read_v3,
    pin_conversation_v3,
    delete_from_view_v3
))]
pub(crate) struct Described;

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Fresns3ListConversations)]
struct ListConversations {
    page: Option<PageNumber>,
    page_size: Option<ShortPage>,
    /// Only conversations that are pinned, or only those that are not.
    pinned: Option<bool>,
    filter_user_type: Option<FilterType>,
    filter_user_keys: Option<FilterKeys>,
}

/// List one's conversations
///
/// The conversations of the caller, the one with the newest message first.
#[utoipa::path(get, path = LIST, security(("user" = [])), request_body = ListConversations, responses((status = 200, body = ConversationPage)))]
pub(crate) async fn list_conversations_v3(request: HttpRequest, api: web::Data<FresnsApi>) -> HttpResponse {
    answered(&request, &api, async {
        let visit = visit(&request, &api).await?;
        let wanted: ListConversations = query(&request)?;
        let page = Page::of(wanted.page, wanted.page_size);
        let keys = filter(wanted.filter_user_type, wanted.filter_user_keys)?;
        let part = (page, ListStart::Offset(page.offset()), wanted.pinned);
        let (list, _, begin) = listed::<Third>(&api, &visit, part, &keys).await?;
        Ok(with_log_cursor(done(list, visit.locale.language), &begin))
    })
    .await
}

/// Send a message to another user
#[utoipa::path(post, path = SEND, description = about_send_v3(), security(("user" = [])), request_body(content = SendBody, examples(("text" = (value = json!({"uidOrUsername": "user2", "message": "See you at nine"}))), ("file" = (value = json!({"uidOrUsername": "user2", "fid": "kQ3vX8pZ"}))))), responses((status = 200, body = Message)))]
pub(crate) async fn send_message_v3(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<FresnsApi>,
) -> HttpResponse {
    answered(&request, &api, sent_by::<Third>(&request, payload, &api, SEND)).await
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Fresns3ListMessages)]
struct ListMessages {
    page: Option<PageNumber>,
    page_size: Option<ShortPage>,
    /// `desc`: the newest are on the first page; `asc`: the oldest.
    order_direction: Option<Direction>,
    /// Which end of a page comes first.
    page_list_direction: Option<PageDirection>,
    filter_user_type: Option<FilterType>,
    filter_user_keys: Option<FilterKeys>,
}

/// List the messages of a conversation
///
/// Messages as the caller sees them. Listing marks nothing as read. A conversation that has not begun has none.
#[utoipa::path(get, path = MESSAGES, security(("user" = [])), params(("uidOrUsername" = String, Path, description = "Number or name of the other user.", min_length = 1, example = "user2")), request_body = ListMessages, responses((status = 200, body = MessagePage)))]
pub(crate) async fn list_messages_v3(
    request: HttpRequest,
    with: web::Path<String>,
    api: web::Data<FresnsApi>,
) -> HttpResponse {
    answered(&request, &api, async {
        let visit = visit(&request, &api).await?;
        let wanted: ListMessages = query(&request)?;
        let page = Page::of(wanted.page, wanted.page_size);
        let order = wanted.order_direction.map(Order::from).unwrap_or_default();
        let in_page = wanted.page_list_direction.map_or(order, Order::from);
        let keys = filter(wanted.filter_user_type, wanted.filter_user_keys)?;
        let which = named(&with)?;
        let wanted = WantedMessages { after: None, before: None, page, order, in_page };
        match messages::<Third>(&api, &visit, (&which, wanted), &keys).await {
            Err(ConversationError::NoSuchConversation(_)) => {
                let nothing: [Message; 0] = [];
                let list = Listed::in_one_name(page.pagination(0), nothing);
                Ok(done(list, visit.locale.language))
            }
            answer => Ok(answer?),
        }
    })
    .await
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Fresns3ReadBody, example = json!({"cmids": "5021,5022"}))]
struct ReadBody {
    /// At most 1000 ids, separated by commas; without any, the whole conversation.
    cmids: Option<TextOrNumber>,
}

/// Mark a conversation or messages as read
///
/// With `cmids` those that the caller received, else all messages there are now. Others are passed over.
#[utoipa::path(patch, path = READ_STATUS, security(("user" = [])), params(("uidOrUsername" = String, Path, description = "Number or name of the other user.", min_length = 1, example = "user2")), request_body = ReadBody, responses((status = 200)))]
pub(crate) async fn mark_as_read_v3(
    request: HttpRequest,
    payload: web::Payload,
    with: web::Path<String>,
    api: web::Data<FresnsApi>,
) -> HttpResponse {
    answered(&request, &api, async {
        let visit = visit(&request, &api).await?;
        let ReadBody { cmids } = body(&request, payload, &api).await?;
        let target = match cmids {
            Some(cmids) => of_messages(&cmids)?,
            None => Target::Conversation(named(&with)?),
        };
        api.change_conversations.mark_read(&visit.viewer(), &target).await?;
        Ok(done_without_data(visit.locale.language))
    })
    .await
}

/// Pin or unpin a conversation
///
/// Each call changes it. PUT does the same.
#[utoipa::path(patch, path = PIN, security(("user" = [])), params(("uidOrUsername" = String, Path, description = "Number or name of the other user.", min_length = 1, example = "user2")), responses((status = 200)))]
pub(crate) async fn pin_conversation_v3(
    request: HttpRequest,
    with: web::Path<String>,
    api: web::Data<FresnsApi>,
) -> HttpResponse {
    answered(&request, &api, async {
        let visit = visit(&request, &api).await?;
        let which = named(&with)?;
        api.change_conversations.toggle_pin(&visit.viewer(), &which).await?;
        Ok(done_without_data(visit.locale.language))
    })
    .await
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Fresns3DeleteBody)]
struct DeleteBody {
    #[serde(rename = "type")]
    kind: DeletedKind,
    /// At most 1000 ids, separated by commas, with type `messages`.
    cmids: Option<TextOrNumber>,
}

/// What is deleted.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = Fresns3DeletedKind)]
enum DeletedKind {
    Conversation,
    Messages,
}

/// Delete a conversation or messages from one's view
///
/// The other side keeps what it has. A conversation comes back with its next message, without the old ones.
#[utoipa::path(delete, path = DELETE, security(("user" = [])), params(("uidOrUsername" = String, Path, description = "Number or name of the other user.", min_length = 1, example = "user2")), request_body(content = DeleteBody, examples(("conversation" = (value = json!({"type": "conversation"}))), ("messages" = (value = json!({"type": "messages", "cmids": "5021,5022"}))))), responses((status = 200)))]
pub(crate) async fn delete_from_view_v3(
    request: HttpRequest,
    payload: web::Payload,
    with: web::Path<String>,
    api: web::Data<FresnsApi>,
) -> HttpResponse {
    answered(&request, &api, async {
        let visit = visit(&request, &api).await?;
        let DeleteBody { kind, cmids } = body(&request, payload, &api).await?;
        let target = match kind {
            DeletedKind::Conversation => Target::Conversation(named(&with)?),
            DeletedKind::Messages => of_messages(&cmids.ok_or(Failure::of(MISSING, "cmids"))?)?,
        };
        api.change_conversations.delete(&visit.viewer(), &target).await?;
        Ok(done_without_data(visit.locale.language))
    })
    .await
}

/// The other user, whom a path names.
pub(super) fn peer(text: &str) -> Result<UserRef, Failure> {
    UserRef::parse(text).map_err(|_| Failure::new(USER_UNKNOWN))
}

/// The conversation with that user.
fn named(with: &str) -> Result<ConversationRef, Failure> {
    Ok(ConversationRef::With(peer(with)?))
}

fn of_messages(cmids: &TextOrNumber) -> Result<Target, Failure> {
    message_ids(&cmids.0).map(Target::Messages).ok_or(Failure::of(MALFORMED, "cmids"))
}
