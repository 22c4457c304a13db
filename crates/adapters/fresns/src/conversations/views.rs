//! Reading and changing one's conversations (docs/wire/fresns.md#conversations).

use std::collections::HashSet;

use actix_web::{HttpRequest, HttpResponse, web};
use sixin_application::conversations::change_conversations::Target;
use sixin_application::conversations::ports::{ListStart, Order};
use sixin_application::conversations::read_conversations::{
    ConversationError, ConversationRef, ListRequest, MessagesRequest,
};
use sixin_domain::id::{ConversationId, MessageId};
use sixin_domain::time::Millis;
use sixin_domain::user::username::UserRef;
use sixin_web::answer::reply::with_log_cursor;
use utoipa::OpenApi;

use super::requests::{
    Cursor, ListConversations, ListMessages, PinBody, ShowConversation, TargetBody, TargetKind,
};
use crate::admission::{Visit, answered, body, query, visit};
use crate::api::FresnsApi;
use crate::codes::{EXCLUSIVE, Failure, MALFORMED, MISSING};
use crate::conversations::conversation_info::Cast;
use crate::conversations::message_info::{cleaned, viewed};
use crate::key_filter::KeyFilter;
use crate::pagination::{Listed, Page};
use crate::parameters::whole_number;
use crate::parts::{ConversationPage, ConversationPart, MessagePage};
use crate::responses::{done, done_without_data};
use crate::routes::{DELETE, DETAIL, LIST, MARK_AS_READ, MESSAGES, PIN};
use crate::shape::{Second, Shape};

/// Most messages that can be marked or deleted at once; ours.
pub(crate) const MOST_MESSAGES: usize = 1000;

/// What this subject has in the document.
#[derive(OpenApi)]
#[openapi(paths(
    list_conversations,
    show_conversation,
    list_messages,
    mark_as_read,
    pin_conversation,
    delete_from_view
))]
pub(crate) struct Described;

/// List one's conversations
///
/// The conversations of the caller, the one with the newest message first.
#[utoipa::path(get, path = LIST, security(("user" = [])), request_body = ListConversations, responses((status = 200, body = ConversationPage)))]
pub(crate) async fn list_conversations(request: HttpRequest, api: web::Data<FresnsApi>) -> HttpResponse {
    answered(&request, &api, async {
        let visit = visit(&request, &api).await?;
        let wanted: ListConversations = query(&request)?;
        let page = Page::of(wanted.page, wanted.page_size);
        let start = match wanted.cursor {
            Some(_) if wanted.page.is_some() => return Err(Failure::of(EXCLUSIVE, "cursor")),
            Some(Cursor(time, id)) => ListStart::After(time, id),
            None => ListStart::Offset(page.offset()),
        };
        let keys = KeyFilter::of(wanted.whitelist_keys, wanted.blacklist_keys);
        // Clients of 2.x say `pinned`.
        let pinned = wanted.is_pin.or(wanted.pinned);
        let (list, next, begin) = listed::<Second>(&api, &visit, (page, start, pinned), &keys).await?;
        let next = next.map(|(time, id)| Cursor(time, id).to_string());
        Ok(with_log_cursor(done(list.with_cursor(next), visit.locale.language), &begin))
    })
    .await
}

/// Show one conversation
#[utoipa::path(get, path = DETAIL, security(("user" = [])), params(("conversationId" = String, Path, description = "Digits: the id of the conversation. Anything else: the name of the other user.", min_length = 1, example = "5020")), request_body = ShowConversation, responses((status = 200, body = ConversationPart)))]
pub(crate) async fn show_conversation(
    request: HttpRequest,
    which: web::Path<String>,
    api: web::Data<FresnsApi>,
) -> HttpResponse {
    answered(&request, &api, async {
        let visit = visit(&request, &api).await?;
        let ShowConversation { whitelist_keys, blacklist_keys } = query(&request)?;
        let keys = KeyFilter::of(whitelist_keys, blacklist_keys);
        let conversation = detail::<Second>(&api, &visit, &meant(&which)?, &keys).await?;
        Ok(done(conversation, visit.locale.language))
    })
    .await
}

/// List the messages of a conversation
///
/// Messages as the caller sees them. Listing marks nothing as read.
#[utoipa::path(get, path = MESSAGES, security(("user" = [])), params(("conversationId" = String, Path, description = "Digits: the id of the conversation. Anything else: the name of the other user.", min_length = 1, example = "5020")), request_body = ListMessages, responses((status = 200, body = MessagePage)))]
pub(crate) async fn list_messages(
    request: HttpRequest,
    which: web::Path<String>,
    api: web::Data<FresnsApi>,
) -> HttpResponse {
    answered(&request, &api, async {
        let visit = visit(&request, &api).await?;
        let wanted: ListMessages = query(&request)?;
        let page = Page::of(wanted.page, wanted.page_size);
        let order = wanted.order_direction.map(Order::from).unwrap_or_default();
        let in_page = wanted.page_list_direction.map_or(order, Order::from);
        let keys = KeyFilter::of(wanted.whitelist_keys, wanted.blacklist_keys);
        let which = meant(&which)?;
        let wanted = WantedMessages {
            after: wanted.after.map(|id| MessageId(id.0)),
            before: wanted.before.map(|id| MessageId(id.0)),
            page,
            order,
            in_page,
        };
        Ok(messages::<Second>(&api, &visit, (&which, wanted), &keys).await?)
    })
    .await
}

/// Mark a conversation or messages as read
///
/// With a conversation, all messages there are now; with messages, those that the caller received. Others are passed over.
#[utoipa::path(put, path = MARK_AS_READ, security(("user" = [])), request_body(content = TargetBody, examples(("conversation" = (value = json!({"type": "conversation", "conversationId": 5020}))), ("messages" = (value = json!({"type": "message", "messageIds": "5021,5022"}))))), responses((status = 200)))]
pub(crate) async fn mark_as_read(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<FresnsApi>,
) -> HttpResponse {
    answered(&request, &api, async {
        let visit = visit(&request, &api).await?;
        let target = target(body(&request, payload, &api).await?)?;
        api.change_conversations.mark_read(&visit.viewer(), &target).await?;
        Ok(done_without_data(visit.locale.language))
    })
    .await
}

/// Pin or unpin a conversation
///
/// Each call changes it.
#[utoipa::path(put, path = PIN, security(("user" = [])), request_body = PinBody, responses((status = 200)))]
pub(crate) async fn pin_conversation(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<FresnsApi>,
) -> HttpResponse {
    answered(&request, &api, async {
        let visit = visit(&request, &api).await?;
        let PinBody { conversation_id } = body(&request, payload, &api).await?;
        let which = ConversationRef::Id(ConversationId(conversation_id.0));
        api.change_conversations.toggle_pin(&visit.viewer(), &which).await?;
        Ok(done_without_data(visit.locale.language))
    })
    .await
}

/// Delete a conversation or messages from one's view
///
/// The other side keeps what it has. A conversation comes back with its next message, without the old ones.
#[utoipa::path(delete, path = DELETE, security(("user" = [])), request_body(content = TargetBody, examples(("conversation" = (value = json!({"type": "conversation", "conversationId": 5020}))), ("messages" = (value = json!({"type": "message", "messageIds": "5021,5022"}))))), responses((status = 200)))]
pub(crate) async fn delete_from_view(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<FresnsApi>,
) -> HttpResponse {
    answered(&request, &api, async {
        let visit = visit(&request, &api).await?;
        let target = target(body(&request, payload, &api).await?)?;
        api.change_conversations.delete(&visit.viewer(), &target).await?;
        Ok(done_without_data(visit.locale.language))
    })
    .await
}

/// A page of somebody's conversations, where the next part begins, and where a stream goes on from it.
pub(crate) async fn listed<S: Shape>(
    api: &FresnsApi,
    visit: &Visit,
    (page, start, pinned): (Page, ListStart, Option<bool>),
    keys: &KeyFilter,
) -> Result<PageOfList<S>, ConversationError> {
    let wanted = ListRequest { pinned, start, limit: page.size };
    let viewer = visit.viewer();
    // Read before the list: a stream that begins here misses nothing that is not in it.
    let begin = api.log_head.cursor();
    let found = api.read_conversations.list(&viewer, wanted).await?;
    let words = api.block_words.filter().await?;
    let cast = Cast::<S>::new(&found.shown, &found.files, keys, &words, &visit.locale);
    let views = found.conversations.iter().filter_map(|found| found.seen_by(viewer.user.id).ok());
    let list = views.map(|view| cast.conversation(&view).into()).collect();
    Ok((S::page(page.pagination(found.total), list), found.next, begin))
}

/// A list, where its next part begins, and where a stream goes on from it.
type PageOfList<S> =
    (Listed<Vec<<S as Shape>::Conversation>>, Option<(Millis, ConversationId)>, sixin_domain::log::Cursor);

/// One of somebody's conversations.
pub(crate) async fn detail<S: Shape>(
    api: &FresnsApi,
    visit: &Visit,
    which: &ConversationRef,
    keys: &KeyFilter,
) -> Result<S::Conversation, ConversationError> {
    let viewer = visit.viewer();
    let found = api.read_conversations.detail(&viewer, which).await?;
    let words = api.block_words.filter().await?;
    let cast = Cast::<S>::new(&found.shown, &found.files, keys, &words, &visit.locale);
    let view = found.conversation.seen_by(viewer.user.id)?;
    Ok(cast.conversation(&view).into())
}

/// Which messages are asked for, in whichever words.
pub(crate) struct WantedMessages {
    pub(crate) after: Option<MessageId>,
    pub(crate) before: Option<MessageId>,
    pub(crate) page: Page,
    /// Which are on the first page.
    pub(crate) order: Order,
    /// The order inside a page.
    pub(crate) in_page: Order,
}

/// The answer with messages of a conversation.
pub(crate) async fn messages<S: Shape>(
    api: &FresnsApi,
    visit: &Visit,
    (which, wanted): (&ConversationRef, WantedMessages),
    keys: &KeyFilter,
) -> Result<HttpResponse, ConversationError> {
    let WantedMessages { after, before, page, order, in_page } = wanted;
    let wanted = MessagesRequest { after, before, order, offset: page.offset(), limit: page.size };
    let begin = api.log_head.cursor();
    let mut found = api.read_conversations.messages(&visit.viewer(), which, wanted).await?;
    if in_page != order {
        found.messages.reverse();
    }
    let words = api.block_words.filter().await?;
    let files = HashSet::new();
    let cast = Cast::<S>::new(&found.shown, &files, keys, &words, &visit.locale);
    let view = found.conversation.seen_by(visit.caller.user.id)?;
    let shown = found.messages.iter().map(|message| {
        let seen = (view.user, view.is_read(message));
        viewed(message, seen, cast.user(message.sender), &visit.locale)
    });
    let mut list: Vec<_> = shown.collect();
    cleaned(&mut list, &words).await?;
    let list: Vec<S::Message> = list.into_iter().map(Into::into).collect();
    let answer = done(S::page(page.pagination(view.own.message_count), list), visit.locale.language);
    Ok(with_log_cursor(answer, &begin))
}

/// The conversation a path names: digits are an id, anything else is a username.
fn meant(text: &str) -> Result<ConversationRef, Failure> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        // An id larger than any is one that does not exist.
        let id = whole_number(text).unwrap_or(0);
        return Ok(ConversationRef::Id(ConversationId(id)));
    }
    let peer = UserRef::parse(text).map_err(|_| Failure::from(ConversationError::PeerUnknown))?;
    Ok(ConversationRef::With(peer))
}

fn target(wanted: TargetBody) -> Result<Target, Failure> {
    let TargetBody { conversation_id, message_ids, kind } = wanted;
    if conversation_id.is_some() && message_ids.is_some() {
        return Err(Failure::of(EXCLUSIVE, "messageIds"));
    }
    match kind {
        TargetKind::Conversation => {
            let id = conversation_id.ok_or(Failure::of(MISSING, "conversationId"))?;
            Ok(Target::Conversation(ConversationRef::Id(ConversationId(id.0))))
        }
        TargetKind::Message => {
            let text = message_ids.ok_or(Failure::of(MISSING, "messageIds"))?;
            self::message_ids(&text.0).map(Target::Messages).ok_or(Failure::of(MALFORMED, "messageIds"))
        }
    }
}

/// Numbers separated by commas, each once, not too many.
pub(crate) fn message_ids(text: &str) -> Option<Vec<MessageId>> {
    let ids = text.split(',').map(|part| whole_number(part.trim()).map(MessageId));
    let mut ids: Vec<MessageId> = ids.take(MOST_MESSAGES + 1).collect::<Option<_>>()?;
    if ids.len() > MOST_MESSAGES {
        return None;
    }
    ids.sort_unstable();
    ids.dedup();
    Some(ids)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sixin_web::request::parameters::read;

    use super::*;
    use crate::codes::NOT_ALLOWED;
    use crate::parameters::Parameters;

    fn code(body: &str) -> i64 {
        match Parameters::of_body(body.as_bytes()).and_then(|parameters| target(read(&parameters)?)) {
            Ok(_) => 0,
            Err(failure) => failure.code,
        }
    }

    #[test]
    fn exactly_one_of_conversation_and_messages_is_named_and_it_fits_the_type() {
        for (body, expected) in [
            (r#"{"type":"conversation","conversationId":7}"#, 0),
            (r#"{"type":"conversation","conversationId":"7"}"#, 0),
            (r#"{"type":"message","messageIds":"7, 8"}"#, 0),
            (r#"{"type":"message","messageIds":7}"#, 0),
            (r#"{"type":"message","messageIds":"7","conversationId":7}"#, EXCLUSIVE),
            (r#"{"type":"message","conversationId":7}"#, MISSING),
            (r#"{"type":"conversation","messageIds":"7"}"#, MISSING),
            (r#"{"type":"message","messageIds":""}"#, MISSING),
            (r#"{"conversationId":7}"#, MISSING),
            (r#"{"type":"all","conversationId":7}"#, NOT_ALLOWED),
            (r#"{"type":"conversation","conversationId":-7}"#, MALFORMED),
            (r#"{"type":"conversation","conversationId":1e30}"#, MALFORMED),
            (r#"{"type":"message","messageIds":"7,,8"}"#, MALFORMED),
            (r#"{"type":"message","messageIds":"7,-8"}"#, MALFORMED),
            (r#"{"type":"message","messageIds":[7]}"#, MALFORMED),
        ] {
            assert_eq!(code(body), expected, "{body}");
        }
    }

    #[test]
    fn a_thousand_messages_may_be_named_and_no_more() {
        let ids = |count: i64| (1..=count).map(|id| id.to_string()).collect::<Vec<_>>().join(",");
        assert_eq!(message_ids(&ids(1000)).unwrap().len(), 1000);
        assert_eq!(message_ids(&ids(1001)), None);
        assert_eq!(message_ids(&ids(100_000)), None);
        assert_eq!(message_ids("7,7,7"), Some(vec![MessageId(7)]));
    }

    #[test]
    fn digits_are_an_id_and_anything_else_a_name() {
        assert_eq!(meant("7").unwrap(), ConversationRef::Id(ConversationId(7)));
        assert_eq!(meant("99999999999999999999").unwrap(), ConversationRef::Id(ConversationId(0)));
        assert!(matches!(meant("mira-k").unwrap(), ConversationRef::With(UserRef::Username(_))));
        assert_eq!(meant(" ").unwrap_err().code, 35201);
    }

    proptest! {
        #[test]
        fn a_cursor_comes_back_as_it_was(time in 0..i64::MAX, id in 0..i64::MAX) {
            let cursor = Cursor(Millis(time), ConversationId(id));
            prop_assert_eq!(Cursor::parse(&cursor.to_string()), Some(cursor));
        }

        #[test]
        fn no_text_makes_a_cursor_panic(text in "\\PC{0,40}") {
            let _ = (Cursor::parse(&text), meant(&text).is_ok(), message_ids(&text));
        }
    }
}
