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

use crate::admission::{answered, body, query, visit};
use crate::api::FresnsApi;
use crate::codes::{EXCLUSIVE, Failure, MALFORMED, MISSING, NOT_ALLOWED};
use crate::conversations::conversation_info::Cast;
use crate::conversations::message_info::{cleaned, viewed};
use crate::key_filter::KeyFilter;
use crate::pagination::{Listed, PAGE_SIZE, Page};
use crate::parameters::{Parameters, whole_number};
use crate::responses::{done, done_without_data};

/// Most entries of a page (docs/wire/fresns.md#pages).
pub(crate) const MOST_OF_A_PAGE: i64 = 30;
/// Most messages that can be marked or deleted at once; ours.
pub(crate) const MOST_MESSAGES: usize = 1000;

/// `GET /api/v2/conversation/list`.
pub(crate) async fn list(request: HttpRequest, api: web::Data<FresnsApi>) -> HttpResponse {
    answered(&request, &api, async {
        let visit = visit(&request, &api).await?;
        let parameters = query(&request);
        let page = Page::of(&parameters, PAGE_SIZE, MOST_OF_A_PAGE)?;
        let start = match parameters.text("cursor")? {
            Some(_) if parameters.text("page")?.is_some() => return Err(Failure::of(EXCLUSIVE, "cursor")),
            Some(cursor) => read_cursor(cursor).ok_or(Failure::of(MALFORMED, "cursor"))?,
            None => ListStart::Offset(page.offset()),
        };
        let keys = KeyFilter::of(&parameters)?;
        // Clients of 2.x say `pinned`.
        let pinned = match parameters.flag("isPin")? {
            None => parameters.flag("pinned")?,
            pinned => pinned,
        };
        let wanted = ListRequest { pinned, start, limit: page.size };
        let viewer = visit.viewer();
        let found = api.read_conversations.list(&viewer, wanted).await?;
        let words = api.block_words.filter().await?;
        let cast = Cast {
            shown: &found.shown,
            files: &found.files,
            keys: &keys,
            words: &words,
            locale: &visit.locale,
        };
        let views = found.conversations.iter().filter_map(|found| found.seen_by(viewer.user.id).ok());
        let list: Vec<_> = views.map(|view| cast.conversation(&view)).collect();
        let next = found.next.map(|(time, id)| write_cursor(time, id));
        Ok(done(Listed::new(page.pagination(found.total), list).with_cursor(next), visit.locale.language))
    })
    .await
}

/// `GET /api/v2/conversation/{conversationId}/detail`.
pub(crate) async fn detail(
    request: HttpRequest,
    which: web::Path<String>,
    api: web::Data<FresnsApi>,
) -> HttpResponse {
    answered(&request, &api, async {
        let visit = visit(&request, &api).await?;
        let keys = KeyFilter::of(&query(&request))?;
        let viewer = visit.viewer();
        let which = meant(&which)?;
        let found = api.read_conversations.detail(&viewer, &which).await?;
        let words = api.block_words.filter().await?;
        let cast = Cast {
            shown: &found.shown,
            files: &found.files,
            keys: &keys,
            words: &words,
            locale: &visit.locale,
        };
        let view = found.conversation.seen_by(viewer.user.id).map_err(ConversationError::from)?;
        Ok(done(cast.conversation(&view), visit.locale.language))
    })
    .await
}

/// `GET /api/v2/conversation/{conversationId}/messages`.
pub(crate) async fn messages(
    request: HttpRequest,
    which: web::Path<String>,
    api: web::Data<FresnsApi>,
) -> HttpResponse {
    answered(&request, &api, async {
        let visit = visit(&request, &api).await?;
        let parameters = query(&request);
        let page = Page::of(&parameters, PAGE_SIZE, MOST_OF_A_PAGE)?;
        let message = |name| Ok::<_, Failure>(parameters.number(name)?.map(MessageId));
        let order = order(&parameters, "orderDirection")?.unwrap_or_default();
        let wanted = MessagesRequest {
            after: message("after")?,
            before: message("before")?,
            order,
            offset: page.offset(),
            limit: page.size,
        };
        let in_page = order_in_page(&parameters, order)?;
        let keys = KeyFilter::of(&parameters)?;
        let viewer = visit.viewer();
        let which = meant(&which)?;
        let mut found = api.read_conversations.messages(&viewer, &which, wanted).await?;
        if in_page != order {
            found.messages.reverse();
        }
        let words = api.block_words.filter().await?;
        let files = HashSet::new();
        let cast =
            Cast { shown: &found.shown, files: &files, keys: &keys, words: &words, locale: &visit.locale };
        let view = found.conversation.seen_by(viewer.user.id).map_err(ConversationError::from)?;
        let mut list: Vec<_> = found
            .messages
            .iter()
            .map(|message| viewed(message, &view, cast.user(message.sender), &visit.locale))
            .collect();
        cleaned(&mut list, &words).await?;
        let pagination = page.pagination(view.own.message_count);
        Ok(done(Listed::new(pagination, list), visit.locale.language))
    })
    .await
}

/// `PUT /api/v2/conversation/mark-as-read`.
pub(crate) async fn mark_as_read(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<FresnsApi>,
) -> HttpResponse {
    answered(&request, &api, async {
        let visit = visit(&request, &api).await?;
        let target = target(&body(&request, payload, &api).await?)?;
        api.change_conversations.mark_read(&visit.viewer(), &target).await?;
        Ok(done_without_data(visit.locale.language))
    })
    .await
}

/// `PUT /api/v2/conversation/pin`: pins, or takes that back.
pub(crate) async fn pin(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<FresnsApi>,
) -> HttpResponse {
    answered(&request, &api, async {
        let visit = visit(&request, &api).await?;
        let parameters = body(&request, payload, &api).await?;
        let id = parameters.number("conversationId")?.ok_or(Failure::of(MISSING, "conversationId"))?;
        let viewer = visit.viewer();
        api.change_conversations.toggle_pin(&viewer, ConversationId(id)).await?;
        Ok(done_without_data(visit.locale.language))
    })
    .await
}

/// `DELETE /api/v2/conversation/delete`.
pub(crate) async fn delete(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<FresnsApi>,
) -> HttpResponse {
    answered(&request, &api, async {
        let visit = visit(&request, &api).await?;
        let target = target(&body(&request, payload, &api).await?)?;
        api.change_conversations.delete(&visit.viewer(), &target).await?;
        Ok(done_without_data(visit.locale.language))
    })
    .await
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

/// What `type`, `conversationId` and `messageIds` name (docs/wire/fresns.md#targets).
fn target(parameters: &Parameters) -> Result<Target, Failure> {
    let conversation = parameters.number("conversationId")?;
    let messages = parameters.text_or_number("messageIds")?;
    let kind = parameters.needed("type")?;
    if conversation.is_some() && messages.is_some() {
        return Err(Failure::of(EXCLUSIVE, "messageIds"));
    }
    match kind {
        "conversation" => {
            let id = conversation.ok_or(Failure::of(MISSING, "conversationId"))?;
            Ok(Target::Conversation(ConversationId(id)))
        }
        "message" => {
            let text = messages.ok_or(Failure::of(MISSING, "messageIds"))?;
            message_ids(&text).map(Target::Messages).ok_or(Failure::of(MALFORMED, "messageIds"))
        }
        _ => Err(Failure::of(NOT_ALLOWED, "type")),
    }
}

/// Numbers separated by commas, each once, not too many.
fn message_ids(text: &str) -> Option<Vec<MessageId>> {
    let ids = text.split(',').map(|part| whole_number(part.trim()).map(MessageId));
    let mut ids: Vec<MessageId> = ids.take(MOST_MESSAGES + 1).collect::<Option<_>>()?;
    if ids.len() > MOST_MESSAGES {
        return None;
    }
    ids.sort_unstable();
    ids.dedup();
    Some(ids)
}

fn order(parameters: &Parameters, name: &'static str) -> Result<Option<Order>, Failure> {
    match parameters.text(name)? {
        None => Ok(None),
        Some("desc") => Ok(Some(Order::Newest)),
        Some("asc") => Ok(Some(Order::Oldest)),
        Some(_) => Err(Failure::of(NOT_ALLOWED, name)),
    }
}

/// The order inside a page, which may be another than that of the pages. Clients of 2.x name which end comes first.
fn order_in_page(parameters: &Parameters, of_pages: Order) -> Result<Order, Failure> {
    const NAME: &str = "pageListDirection";
    match parameters.text(NAME)? {
        Some("latest") => Ok(Order::Newest),
        Some("oldest") => Ok(Order::Oldest),
        _ => Ok(order(parameters, NAME)?.unwrap_or(of_pages)),
    }
}

/// A place in the list: the time of the latest message and the conversation's id. Clients are told nothing about what
/// is in it.
fn write_cursor(time: Millis, id: ConversationId) -> String {
    format!("{:x}-{:x}", time.0, id.0)
}

fn read_cursor(text: &str) -> Option<ListStart> {
    let (time, id) = text.split_once('-')?;
    let number = |text: &str| i64::from_str_radix(text, 16).ok().filter(|number| *number >= 0);
    Some(ListStart::After(Millis(number(time)?), ConversationId(number(id)?)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn code(body: &str) -> i64 {
        match Parameters::of_body(body.as_bytes()).and_then(|parameters| target(&parameters)) {
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
            let (time, id) = (Millis(time), ConversationId(id));
            prop_assert_eq!(read_cursor(&write_cursor(time, id)), Some(ListStart::After(time, id)));
        }

        #[test]
        fn no_text_makes_a_cursor_panic(text in "\\PC{0,40}") {
            let _ = (read_cursor(&text), meant(&text).is_ok(), message_ids(&text));
        }
    }
}
