//! What users sort their conversations by (docs/wire/rongcloud.md#tags).

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use sixin_domain::conversation::tag::Tag;
use sixin_domain::user::username::Username;
use sixin_web::answer::reply;
use utoipa::{OpenApi, ToSchema};

use super::tag_requests::{DeleteTags, SetTags, TagConversations, TaggedConversations};
use crate::admission::{answered, looked_up};
use crate::api::RongCloudApi;
use crate::fields::of_user::OfUser;
use crate::responses::{Done, SUCCESS, done};
use crate::routes::{look_up, post};

const SET_TAGS: &str = "/user/conversation/tag/set.json";
const DELETE_TAGS: &str = "/user/conversation/tag/del.json";
const GET_TAGS: &str = "/user/conversation/tag/get.json";
const PUT: &str = "/tag/conversation/set.json";
const TAKE: &str = "/tag/conversation/del.json";
const GET_TAGGED: &str = "/tag/conversation/get.json";

/// Registers the endpoints.
pub(crate) fn configure(config: &mut web::ServiceConfig) {
    config
        .service(post(SET_TAGS, set_conversation_tags))
        .service(post(DELETE_TAGS, delete_conversation_tags))
        .service(look_up(GET_TAGS, get_conversation_tags))
        .service(post(PUT, tag_conversations))
        .service(post(TAKE, untag_conversations))
        .service(look_up(GET_TAGGED, get_tagged_conversations));
}

/// What this subject has in the document.
#[derive(OpenApi)]
#[openapi(paths(
    set_conversation_tags,
    delete_conversation_tags,
    get_conversation_tags,
    tag_conversations,
    untag_conversations,
    get_tagged_conversations
))]
pub(crate) struct Operations;

/// A tag.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudTag)]
pub(crate) struct TagInfo {
    /// What it is known by.
    #[schema(example = "t1")]
    tag_id: String,
    /// What it is called.
    #[schema(example = "Work")]
    tag_name: String,
}

impl From<Tag> for TagInfo {
    fn from(tag: Tag) -> Self {
        Self { tag_id: tag.id.as_str().to_owned(), tag_name: tag.name }
    }
}

/// The tags of a user.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RongCloudTags)]
struct Tags {
    /// 200.
    #[schema(minimum = 200, maximum = 200)]
    code: i64,
    /// What there is.
    data: UserTags,
}

/// Whose they are, and which.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudUserTags)]
struct UserTags {
    /// The user.
    #[schema(example = "user1")]
    user_id: String,
    /// The tags, in the order in which they were made.
    tags: Vec<TagInfo>,
}

/// The conversations under a tag.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RongCloudTagged)]
struct Tagged {
    /// 200.
    #[schema(minimum = 200, maximum = 200)]
    code: i64,
    /// What there is.
    data: TaggedUnder,
}

/// Which tag, and what stands under it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudTaggedUnder)]
struct TaggedUnder {
    /// The tag.
    #[schema(example = "t1")]
    tag_id: String,
    /// The conversations, those that were tagged last first.
    conversations: Vec<TaggedConversation>,
}

/// A conversation.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudTaggedConversation)]
struct TaggedConversation {
    /// The other side.
    #[schema(example = "user2")]
    target_id: String,
    /// 1.
    #[schema(minimum = 1, maximum = 1)]
    conversation_type: i64,
}

/// Make tags for a user's conversations
///
/// A user has at most 20. A tag that is there gets its new name. Of two with one id the last counts.
#[utoipa::path(post, path = SET_TAGS, request_body = SetTags, responses((status = 200, body = Done)))]
async fn set_conversation_tags(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(&request, payload, &api, async |SetTags { user_id, tags }| {
        api.keep_tags.set(&user_id.0, tags.0).await?;
        Ok(done())
    })
    .await
}

/// Remove tags of a user
///
/// They are taken off all conversations, which stay. One that is not there is no mistake.
#[utoipa::path(post, path = DELETE_TAGS, request_body = DeleteTags, responses((status = 200, body = Done)))]
async fn delete_conversation_tags(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(&request, payload, &api, async |DeleteTags { user_id, tag_ids }| {
        api.keep_tags.remove(&user_id.0, tag_ids.0).await?;
        Ok(done())
    })
    .await
}

/// List the tags of a user
#[utoipa::path(get, path = GET_TAGS, request_body = OfUser, responses((status = 200, body = Tags)))]
async fn get_conversation_tags(request: HttpRequest, api: web::Data<RongCloudApi>) -> HttpResponse {
    looked_up(&request, &api, async |OfUser { user_id }| {
        let tags = api.keep_tags.all(&user_id.0).await?.into_iter().map(TagInfo::from).collect();
        let data = UserTags { user_id: user_id.0.to_string(), tags };
        Ok(reply::json(StatusCode::OK, SUCCESS, &Tags { code: SUCCESS, data }))
    })
    .await
}

/// Put a tag on conversations
///
/// The tag must be there (1003). Up to 1000 conversations may have it; of more those that were tagged first lose it. A conversation
/// without a message may have one too.
#[utoipa::path(post, path = PUT, request_body = TagConversations, responses((status = 200, body = Done)))]
async fn tag_conversations(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    put(&request, payload, &api, true).await
}

/// Take a tag off conversations
///
/// Conversations that do not have it are passed over.
#[utoipa::path(post, path = TAKE, request_body = TagConversations, responses((status = 200, body = Done)))]
async fn untag_conversations(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    put(&request, payload, &api, false).await
}

async fn put(request: &HttpRequest, payload: web::Payload, api: &RongCloudApi, is_on: bool) -> HttpResponse {
    answered(request, payload, api, async |TagConversations { user_id, tag_id, conversations }| {
        api.keep_tags.put(&user_id.0, tag_id.0, &conversations.0, is_on).await?;
        Ok(done())
    })
    .await
}

/// List the conversations under a tag
#[utoipa::path(get, path = GET_TAGGED, request_body = TaggedConversations, responses((status = 200, body = Tagged)))]
async fn get_tagged_conversations(request: HttpRequest, api: web::Data<RongCloudApi>) -> HttpResponse {
    looked_up(&request, &api, async |TaggedConversations { user_id, tag_id }| {
        let found = api.keep_tags.tagged(&user_id.0, &tag_id.0).await?;
        let conversation =
            |with: Username| TaggedConversation { target_id: with.to_string(), conversation_type: 1 };
        let conversations = found.into_iter().map(conversation).collect();
        let data = TaggedUnder { tag_id: tag_id.0.as_str().to_owned(), conversations };
        Ok(reply::json(StatusCode::OK, SUCCESS, &Tagged { code: SUCCESS, data }))
    })
    .await
}
