//! Messages are taken back and changed (docs/wire/rongcloud.md#recall).

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use sixin_application::messages::change_messages::{MessageRef, Recalling, Rewording};
use utoipa::{OpenApi, ToSchema};

use crate::admission::answered;
use crate::api::RongCloudApi;
use crate::fields::values::{AnyNumber, MessageId, PrivateConversation, Switch, UserId};
use crate::responses::{Done, done};
use crate::routes::{MODIFY, RECALL};
use crate::sending::type_name::TypeName;

/// What this subject has in the document.
#[derive(OpenApi)]
#[openapi(paths(recall_message, modify_private_message))]
pub(crate) struct Operations;

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudRecallMessage, example = json!({
    "fromUserId": "user1", "conversationType": 1, "targetId": "user2", "messageUID": "16EA-XU84-007G-FDTH",
}))]
struct RecallMessage {
    #[serde(rename = "conversationType")]
    _kind: PrivateConversation,
    /// Who sent it, or with isAdmin=1 either side.
    from_user_id: UserId,
    /// The other side.
    target_id: UserId,
    #[serde(rename = "messageUID")]
    message_uid: MessageId,
    /// 1: also what the other side sent. Default 0.
    is_admin: Option<Switch>,
    /// When it was sent; not looked at.
    #[serde(rename = "sentTime", default)]
    _sent_time: AnyNumber,
    /// 1: clients show no notice in its place. Default 0.
    is_delete: Option<Switch>,
    /// Of no effect.
    #[serde(rename = "disablePush")]
    _disable_push: Option<Switch>,
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudModifyMessage, example = json!({
    "fromUserId": "user1", "targetId": "user2", "msgUID": "16EA-XU84-007G-FDTH",
    "content": "{\"content\":\"Hello again\"}",
}))]
struct ModifyMessage {
    /// Who sent it.
    from_user_id: UserId,
    /// Who got it.
    target_id: UserId,
    #[serde(rename = "msgUID")]
    msg_uid: MessageId,
    /// Its type; it can't change.
    object_name: Option<TypeName>,
    /// The new content, by the same rules as when it was published.
    #[schema(min_length = 1, max_length = 131_072)]
    content: String,
}

/// Recall a message
///
/// The message is gone for both sides and in both dialects, at any age; unread counts and latest messages follow. It is kept in
/// the store for audit. Recalling again changes nothing, nor does a UID that was never given out; a number that is no message's is
/// 1003. Client SDKs show a notice in its place, but with `isDelete` not; in apps of the other dialect there is none.
#[utoipa::path(post, path = RECALL, request_body = RecallMessage, responses((status = 200, body = Done)))]
pub(crate) async fn recall_message(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(&request, payload, &api, async |wanted: RecallMessage| {
        let RecallMessage { from_user_id, target_id, message_uid, is_admin, is_delete, .. } = wanted;
        let wanted = MessageRef { by: from_user_id.0, with: target_id.0, name: message_uid.0 };
        let is = |switch: Option<Switch>| switch.unwrap_or_default().0;
        let how = Recalling { is_admin: is(is_admin), is_delete: is(is_delete) };
        api.change_messages.recall(&wanted, how).await?;
        Ok(done())
    })
    .await
}

/// Change a message
///
/// A message the user has sent says something else from now on, for both sides and in both dialects. What it said is kept in the
/// store for audit. Its type, place, time and UID stay, and so do unread counts. A UID that was never given out changes nothing, a
/// number that is no message's is 1003; an uploaded file can't be changed.
#[utoipa::path(post, path = MODIFY, request_body = ModifyMessage, responses((status = 200, body = Done)))]
pub(crate) async fn modify_private_message(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(&request, payload, &api, async |wanted: ModifyMessage| {
        let ModifyMessage { from_user_id, target_id, msg_uid, object_name, content } = wanted;
        let wanted = MessageRef { by: from_user_id.0, with: target_id.0, name: msg_uid.0 };
        let rewording = Rewording { object_name: object_name.map(|name| name.0), content, is_a_users: false };
        api.change_messages.rewrite(&wanted, rewording).await?;
        Ok(done())
    })
    .await
}
