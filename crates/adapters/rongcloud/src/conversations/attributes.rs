//! What a user has made of a conversation, at a glance (docs/wire/rongcloud.md#attributes).

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use sixin_domain::user::push_preferences::NotificationLevel;
use sixin_web::answer::reply;
use utoipa::{OpenApi, ToSchema};

use super::tags::TagInfo;
use crate::admission::looked_up;
use crate::api::RongCloudApi;
use crate::fields::values::{PrivateConversation, UserId};
use crate::responses::SUCCESS;
use crate::routes::look_up;

const GET: &str = "/conversation/attribute/get.json";

/// Registers the endpoint.
pub(crate) fn configure(config: &mut web::ServiceConfig) {
    config.service(look_up(GET, get_conversation_attributes));
}

/// What this subject has in the document.
#[derive(OpenApi)]
#[openapi(paths(get_conversation_attributes))]
pub(crate) struct Operations;

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudGetAttributes,
    example = json!({"userId": "user1", "targetId": "user2", "conversationType": 1}))]
struct GetAttributes {
    #[serde(rename = "conversationType")]
    _kind: PrivateConversation,
    /// Whose conversation it is.
    user_id: UserId,
    /// The other side.
    target_id: UserId,
}

/// What a user has made of a conversation.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RongCloudAttributes)]
struct Attributes {
    /// 200.
    #[schema(minimum = 200, maximum = 200)]
    code: i64,
    /// What there is.
    data: AttributeData,
}

/// Which conversation, and what was made of it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudAttributeData)]
struct AttributeData {
    /// The other side.
    #[schema(example = "user2")]
    target_id: String,
    /// 1.
    #[schema(minimum = 1, maximum = 1)]
    conversation_type: i64,
    /// There if it is pinned.
    #[serde(skip_serializing_if = "Option::is_none")]
    top: Option<Top>,
    /// There if what notifies was set.
    #[serde(skip_serializing_if = "Option::is_none")]
    mute: Option<Mute>,
    /// Its tags.
    tags: Vec<TagInfo>,
}

/// That it is pinned.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RongCloudTop)]
struct Top {
    /// true.
    top: bool,
}

/// What notifies.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RongCloudMute)]
struct Mute {
    /// -1 everything, 1 mentions, 2 mentions of the user, 4 mentions of all, 5 nothing.
    #[schema(minimum = -1, maximum = 5, example = 5)]
    mute: i64,
}

/// Read what a user has made of a conversation
///
/// Whether it is pinned, what notifies, and its tags. What was never set is left out.
#[utoipa::path(get, path = GET, request_body = GetAttributes, responses((status = 200, body = Attributes)))]
async fn get_conversation_attributes(request: HttpRequest, api: web::Data<RongCloudApi>) -> HttpResponse {
    looked_up(&request, &api, async |GetAttributes { user_id, target_id, .. }| {
        let (user, with) = (user_id.0, target_id.0);
        let level = api.keep_preferences.level(&user, Some(with.clone())).await?;
        let is_pinned = api.keep_preferences.is_pinned(&user, &with).await?;
        let tags = api.keep_tags.of(&user, &with).await?;
        let data = AttributeData {
            target_id: with.to_string(),
            conversation_type: 1,
            top: is_pinned.then_some(Top { top: true }),
            mute: (level != NotificationLevel::default()).then(|| Mute { mute: level.number() }),
            tags: tags.into_iter().map(TagInfo::from).collect(),
        };
        Ok(reply::json(StatusCode::OK, SUCCESS, &Attributes { code: SUCCESS, data }))
    })
    .await
}
