//! Users are banned, muted and deactivated (docs/wire/rongcloud.md#users).

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use sixin_application::users::ports::{NamePage, Restriction};
use sixin_web::answer::reply;
use utoipa::{OpenApi, ToSchema};

use super::restriction_requests::{
    BlockUsers, DeactivateUsers, LARGEST_BANNED_PAGE, MuteUsers, QueryBlockedUsers, QueryDeactivatedUsers,
    QueryMutedUsers, UnblockUsers,
};
use crate::admission::answered;
use crate::api::RongCloudApi;
use crate::responses::{Done, SUCCESS, done};
use crate::routes::post;
use crate::times::LocalTimes;

const BLOCK: &str = "/user/block.json";
const UNBLOCK: &str = "/user/unblock.json";
const BLOCKED: &str = "/user/block/query.json";
const MUTE: &str = "/user/chat/fb/set.json";
const MUTED: &str = "/user/chat/fb/querylist.json";
const DEACTIVATE: &str = "/user/deactivate.json";
const REACTIVATE: &str = "/user/reactivate.json";
/// The same by the names that earlier versions of Java's SDK call.
const ACTIVATE: &str = "/user/activate.json";
const ABANDON: &str = "/user/abandon.json";
const ABANDONED: &str = "/user/abandon/query.json";
const DELETE: &str = "/user/delusers.json";
const DEACTIVATED: &str = "/user/deactivate/query.json";

/// How long the id of an operation is.
const OPERATION_CHARS: usize = 20;

/// Registers the endpoints.
pub(crate) fn configure(config: &mut web::ServiceConfig) {
    config
        .service(post(BLOCK, block_users))
        .service(post(UNBLOCK, unblock_users))
        .service(post(BLOCKED, query_blocked_users))
        .service(post(MUTE, mute_users))
        .service(post(MUTED, query_muted_users))
        .service(post(DEACTIVATE, deactivate_users))
        .service(post(REACTIVATE, reactivate_users))
        .service(post(ACTIVATE, activate_users))
        .service(post(ABANDON, abandon_users))
        .service(post(ABANDONED, query_abandoned_users))
        .service(post(DELETE, delete_users))
        .service(post(DEACTIVATED, query_deactivated_users));
}

/// What this subject has in the document.
#[derive(OpenApi)]
#[openapi(paths(
    block_users,
    unblock_users,
    query_blocked_users,
    mute_users,
    query_muted_users,
    deactivate_users,
    reactivate_users,
    activate_users,
    abandon_users,
    delete_users,
    query_deactivated_users,
    query_abandoned_users,
))]
pub(crate) struct Operations;

/// Who is banned.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RongCloudBlocked)]
pub(crate) struct Blocked {
    /// 200.
    #[schema(minimum = 200, maximum = 200)]
    code: i64,
    /// The users, the one whose ban ends last first.
    users: Vec<BlockedUser>,
}

/// A banned user.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudBlockedUser)]
pub(crate) struct BlockedUser {
    /// Its id.
    user_id: String,
    /// When the ban ends, in the site's time zone.
    #[schema(example = "2026-11-25 01:28:20")]
    block_end_time: String,
}

/// Some users, and how many there are.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RongCloudMuted)]
pub(crate) struct Muted {
    /// 200.
    #[schema(minimum = 200, maximum = 200)]
    code: i64,
    /// How many there are.
    #[schema(minimum = 0)]
    total: i64,
    /// Their ids, the newest first.
    users: Vec<String>,
}

/// Some users.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RongCloudDeactivated)]
pub(crate) struct Deactivated {
    /// 200.
    #[schema(minimum = 200, maximum = 200)]
    code: i64,
    /// Their ids, the newest first.
    users: Vec<String>,
}

/// An operation that is done.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudOperation)]
pub(crate) struct DoneAs {
    /// 200.
    #[schema(minimum = 200, maximum = 200)]
    code: i64,
    /// A name for it. It is done already, so there is nothing to wait for.
    #[schema(min_length = 1)]
    operate_id: String,
}

/// Ban users for a time
///
/// A banned user can't send messages until the ban is over.
/// It binds the user in apps (35301), not a back end that publishes for it; messages to it arrive.
/// Banned again, the new end counts.
#[utoipa::path(post, path = BLOCK, request_body = BlockUsers, responses((status = 200, body = Done)))]
async fn block_users(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(&request, payload, &api, async |BlockUsers { user_id, minute }| {
        api.restrict_users.ban(&user_id.0, minute.0).await?;
        Ok(done())
    })
    .await
}

/// Lift bans
///
/// For users who are not banned it changes nothing.
#[utoipa::path(post, path = UNBLOCK, request_body = UnblockUsers, responses((status = 200, body = Done)))]
async fn unblock_users(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(&request, payload, &api, async |UnblockUsers { user_id }| {
        let lifted = Restriction::BannedUntil(None);
        api.restrict_users.restrict(&user_id.0, lifted).await?;
        Ok(done())
    })
    .await
}

/// List who is banned
///
/// The one whose ban ends last first. The body may be empty.
#[utoipa::path(post, path = BLOCKED, request_body = QueryBlockedUsers, responses((status = 200, body = Blocked)))]
async fn query_blocked_users(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(&request, payload, &api, async |QueryBlockedUsers { page, size }| {
        // Without a page, or with page 0, the first thousand.
        let (offset, limit) = match page.0 {
            None | Some(0) => (0, LARGEST_BANNED_PAGE),
            Some(page) => ((page - 1).saturating_mul(size.0), size.0),
        };
        let banned = api.restrict_users.banned(offset, limit).await?;
        let times = LocalTimes::of_site(&api).await?;
        let user = |user: sixin_application::users::ports::BannedUser| BlockedUser {
            user_id: user.username.to_string(),
            block_end_time: times.to_the_second(user.until),
        };
        let users = banned.into_iter().map(user).collect();
        Ok(reply::json(StatusCode::OK, SUCCESS, &Blocked { code: SUCCESS, users }))
    })
    .await
}

/// Mute or unmute users
///
/// A muted user can't send messages.
/// It binds the user in apps (35301), not a back end that publishes for it; messages to it arrive.
#[utoipa::path(post, path = MUTE, request_body = MuteUsers, responses((status = 200, body = Done)))]
async fn mute_users(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(&request, payload, &api, async |MuteUsers { user_id, state, .. }| {
        api.restrict_users.restrict(&user_id.0, Restriction::Muted(state.0)).await?;
        Ok(done())
    })
    .await
}

/// List who is muted
///
/// The newest first.
#[utoipa::path(post, path = MUTED, request_body = QueryMutedUsers, responses((status = 200, body = Muted)))]
async fn query_muted_users(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(&request, payload, &api, async |QueryMutedUsers { num, offset, .. }| {
        let page = api.restrict_users.muted(offset.0.unwrap_or(0), num.0).await?;
        let answer = Muted { code: SUCCESS, total: page.total, users: names(&page) };
        Ok(reply::json(StatusCode::OK, SUCCESS, &answer))
    })
    .await
}

/// Deactivate users
///
/// A deactivated user is as if disabled, in both dialects: it can't sign in, and nobody can write to it or for
/// it (35202, 1004). What it has is kept. It is done when this is answered.
#[utoipa::path(post, path = DEACTIVATE, request_body = DeactivateUsers, responses((status = 200, body = DoneAs)))]
async fn deactivate_users(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    set_deactivated(&request, payload, &api, true).await
}

/// Delete users
///
/// It can't be undone, and nobody gets their ids again; deactivating can. They can't sign in, send or be written to any more; their
/// messages stay. It is done when this is answered.
#[utoipa::path(post, path = DELETE, request_body = DeactivateUsers, responses((status = 200, body = Done)))]
async fn delete_users(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(&request, payload, &api, async |DeactivateUsers { user_id }| {
        api.restrict_users.delete(&user_id.0).await?;
        Ok(done())
    })
    .await
}

/// Reactivate users
///
/// Users whom the operator has disabled stay so. It is done when this is answered.
#[utoipa::path(post, path = REACTIVATE, request_body = DeactivateUsers, responses((status = 200, body = DoneAs)))]
async fn reactivate_users(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    set_deactivated(&request, payload, &api, false).await
}

/// Reactivate users
///
/// Users whom the operator has disabled stay so. It is done when this is answered.
#[utoipa::path(post, path = ACTIVATE, request_body = DeactivateUsers, responses((status = 200, body = DoneAs)))]
async fn activate_users(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    set_deactivated(&request, payload, &api, false).await
}

/// Deactivate users
///
/// A deactivated user is as if disabled, in both dialects: it can't sign in, and nobody can write to it or for
/// it (35202, 1004). What it has is kept. It is done when this is answered.
#[utoipa::path(post, path = ABANDON, request_body = DeactivateUsers, responses((status = 200, body = DoneAs)))]
async fn abandon_users(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    set_deactivated(&request, payload, &api, true).await
}

/// The original does this within a quarter of an hour and names the operation in a callback.
async fn set_deactivated(
    request: &HttpRequest,
    payload: web::Payload,
    api: &RongCloudApi,
    is_deactivated: bool,
) -> HttpResponse {
    answered(request, payload, api, async |DeactivateUsers { user_id }| {
        api.restrict_users.restrict(&user_id.0, Restriction::Deactivated(is_deactivated)).await?;
        let operate_id = api.secrets.alphanumeric(OPERATION_CHARS);
        Ok(reply::json(StatusCode::OK, SUCCESS, &DoneAs { code: SUCCESS, operate_id }))
    })
    .await
}

/// List who is deactivated
///
/// The newest first.
#[utoipa::path(post, path = DEACTIVATED, request_body = QueryDeactivatedUsers, responses((status = 200, body = Deactivated)))]
async fn query_deactivated_users(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    deactivated(&request, payload, &api).await
}

/// List who is deactivated
///
/// The newest first.
#[utoipa::path(post, path = ABANDONED, request_body = QueryDeactivatedUsers, responses((status = 200, body = Deactivated)))]
async fn query_abandoned_users(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    deactivated(&request, payload, &api).await
}

async fn deactivated(request: &HttpRequest, payload: web::Payload, api: &RongCloudApi) -> HttpResponse {
    answered(request, payload, api, async |QueryDeactivatedUsers { page_no, page_size }| {
        let page = api.restrict_users.deactivated(page_no.offset(page_size.0), page_size.0).await?;
        Ok(reply::json(StatusCode::OK, SUCCESS, &Deactivated { code: SUCCESS, users: names(&page) }))
    })
    .await
}

fn names(page: &NamePage) -> Vec<String> {
    page.names.iter().map(ToString::to_string).collect()
}
