//! Messages of others, for those who settle disputes.

use actix_web::web::{self, Payload};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use sixin_application::administration::messages::Search;
use sixin_domain::time::Millis;
use utoipa::{OpenApi, ToSchema};

use super::answered_with;
use crate::ConsoleApi;
use crate::views::{ConversationInfo, FoundInfo};

/// What this subject has in the document.
#[derive(OpenApi)]
#[openapi(paths(admin_read_conversation, admin_search_messages))]
pub(crate) struct Operations;

/// Which conversation, and why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AdminReadConversation, example = json!({"first": "alice", "second": "bob", "reason": "dispute 4711"}))]
struct ReadBody {
    /// A user, by number or username.
    first: String,
    /// The other user.
    second: String,
    /// Why, in one line of 3 to 500 characters; it is written down.
    reason: String,
    /// Only messages before this position: `next` of the part before.
    before: Option<i64>,
}

/// What two users wrote to each other
///
/// The latest first, 50 at a time, with what was recalled, deleted and edited, and what each side sees of it. Every call is a row of the
/// audit. Scope `messages`.
#[utoipa::path(post, path = "/admin/v1/conversations/read", request_body = ReadBody, responses((status = 200, body = ConversationInfo)))]
pub(crate) async fn admin_read_conversation(
    api: web::Data<ConsoleApi>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    answered_with(&api, &request, payload, async |caller, body: ReadBody| {
        let users = [body.first.as_str(), body.second.as_str()];
        let messages = &api.administration.messages;
        let read = messages.conversation(caller, users, &body.reason, body.before).await?;
        Ok(ConversationInfo::of(&read, api.clock.now()))
    })
    .await
}

/// What is searched for, and why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AdminSearchMessages, example = json!({"user": "alice", "text": "refund", "reason": "dispute 4711"}))]
struct SearchBody {
    /// A user who wrote or got the message, by number or username.
    user: Option<String>,
    /// Another user who wrote or got it.
    other: Option<String>,
    /// A text in it, whatever the case.
    #[serde(default)]
    text: String,
    /// Sent at that time or later, in milliseconds since 1970 UTC.
    since: Option<i64>,
    /// Sent before that time.
    until: Option<i64>,
    /// `next` of a former search that goes on.
    before: Option<i64>,
    /// Why, in one line of 3 to 500 characters; it is written down.
    reason: String,
}

/// Search in messages
///
/// By who wrote or got them, by time and by text; a text, or a user, or both have to be named. One call looks at 20000 messages at most, the
/// latest first, and says how far it came; `next` goes on from there. Every call is a row of the audit. Scope `messages`.
#[utoipa::path(post, path = "/admin/v1/messages/search", request_body = SearchBody, responses((status = 200, body = FoundInfo)))]
pub(crate) async fn admin_search_messages(
    api: web::Data<ConsoleApi>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    answered_with(&api, &request, payload, async |caller, body: SearchBody| {
        let search = Search {
            user: body.user,
            other: body.other,
            text: body.text,
            since: body.since.map(Millis),
            until: body.until.map(Millis),
            before: body.before,
        };
        Ok(FoundInfo::of(&api.administration.messages.search(caller, &search, &body.reason).await?))
    })
    .await
}
