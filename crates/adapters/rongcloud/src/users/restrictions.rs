//! Users are banned, muted and deactivated (docs/wire/rongcloud.md#users).

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use sixin_application::users::ports::{NamePage, Restriction};
use sixin_web::answer::reply;
use utoipa::ToSchema;

use crate::admission::answered;
use crate::api::RongCloudApi;
use crate::fields::users::{
    must_be_person, number_or, offset, required_flag, required_number, size_or, users,
};
use crate::responses::{SUCCESS, done};
use crate::routes::post;
use crate::times::LocalTimes;

pub(crate) const BLOCK: &str = "/user/block.json";
pub(crate) const UNBLOCK: &str = "/user/unblock.json";
pub(crate) const BLOCKED: &str = "/user/block/query.json";
pub(crate) const MUTE: &str = "/user/chat/fb/set.json";
pub(crate) const MUTED: &str = "/user/chat/fb/querylist.json";
pub(crate) const DEACTIVATE: &str = "/user/deactivate.json";
pub(crate) const REACTIVATE: &str = "/user/reactivate.json";
/// The same by the names that earlier versions of Java's SDK call.
pub(crate) const ACTIVATE: &str = "/user/activate.json";
pub(crate) const ABANDON: &str = "/user/abandon.json";
pub(crate) const ABANDONED: &str = "/user/abandon/query.json";
pub(crate) const DEACTIVATED: &str = "/user/deactivate/query.json";

/// Longest ban: 30 days.
pub(crate) const LONGEST_BAN_MINUTES: i64 = 43_200;
/// Banned users of a page, if a client does not say otherwise, and at most.
const BANNED_PAGE: i64 = 50;
const LARGEST_BANNED_PAGE: i64 = 1000;
pub(crate) const MOST_BANNED: usize = 20;
pub(crate) const MOST_MUTED: usize = 1000;
pub(crate) const MOST_DEACTIVATED: usize = 100;
/// How long the id of an operation is.
const OPERATION_CHARS: usize = 20;

/// Registers the endpoints.
pub(crate) fn configure(config: &mut web::ServiceConfig) {
    config
        .service(post(BLOCK, block))
        .service(post(UNBLOCK, unblock))
        .service(post(BLOCKED, blocked))
        .service(post(MUTE, mute))
        .service(post(MUTED, muted))
        .service(post(DEACTIVATE, deactivate))
        .service(post(REACTIVATE, reactivate))
        .service(post(ACTIVATE, reactivate))
        .service(post(ABANDON, deactivate))
        .service(post(ABANDONED, deactivated))
        .service(post(DEACTIVATED, deactivated));
}

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

async fn block(request: HttpRequest, payload: web::Payload, api: web::Data<RongCloudApi>) -> HttpResponse {
    answered(&request, payload, &api, async |fields| {
        let users = users(&fields, "userId", MOST_BANNED)?;
        let minutes = required_number(&fields, "minute", 1..=LONGEST_BAN_MINUTES)?;
        api.restrict_users.ban(&users, minutes).await?;
        Ok(done())
    })
    .await
}

async fn unblock(request: HttpRequest, payload: web::Payload, api: web::Data<RongCloudApi>) -> HttpResponse {
    answered(&request, payload, &api, async |fields| {
        let users = users(&fields, "userId", MOST_BANNED)?;
        let lifted = Restriction::BannedUntil(None);
        api.restrict_users.restrict(&users, lifted).await?;
        Ok(done())
    })
    .await
}

async fn blocked(request: HttpRequest, payload: web::Payload, api: web::Data<RongCloudApi>) -> HttpResponse {
    answered(&request, payload, &api, async |fields| {
        // Without a page, or with page 0, the first thousand.
        let page = number_or(&fields, "page", 0..=i64::MAX, 0)?;
        let size = size_or(&fields, "size", LARGEST_BANNED_PAGE, BANNED_PAGE)?;
        let (offset, limit) = match page {
            0 => (0, LARGEST_BANNED_PAGE),
            page => ((page - 1).saturating_mul(size), size),
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

async fn mute(request: HttpRequest, payload: web::Payload, api: web::Data<RongCloudApi>) -> HttpResponse {
    answered(&request, payload, &api, async |fields| {
        must_be_person(&fields)?;
        let users = users(&fields, "userId", MOST_MUTED)?;
        let restriction = Restriction::Muted(required_flag(&fields, "state")?);
        api.restrict_users.restrict(&users, restriction).await?;
        Ok(done())
    })
    .await
}

async fn muted(request: HttpRequest, payload: web::Payload, api: web::Data<RongCloudApi>) -> HttpResponse {
    answered(&request, payload, &api, async |fields| {
        must_be_person(&fields)?;
        let limit = size_or(&fields, "num", 200, 100)?;
        let offset = number_or(&fields, "offset", 0..=i64::MAX, 0)?;
        let page = api.restrict_users.muted(offset, limit).await?;
        let answer = Muted { code: SUCCESS, total: page.total, users: names(&page) };
        Ok(reply::json(StatusCode::OK, SUCCESS, &answer))
    })
    .await
}

async fn deactivate(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    set_deactivated(&request, payload, &api, true).await
}

async fn reactivate(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    set_deactivated(&request, payload, &api, false).await
}

/// The original does this within a quarter of an hour and names the operation in a callback.
async fn set_deactivated(
    request: &HttpRequest,
    payload: web::Payload,
    api: &RongCloudApi,
    is_deactivated: bool,
) -> HttpResponse {
    answered(request, payload, api, async |fields| {
        let users = users(&fields, "userId", MOST_DEACTIVATED)?;
        let restriction = Restriction::Deactivated(is_deactivated);
        api.restrict_users.restrict(&users, restriction).await?;
        let operate_id = api.secrets.alphanumeric(OPERATION_CHARS);
        Ok(reply::json(StatusCode::OK, SUCCESS, &DoneAs { code: SUCCESS, operate_id }))
    })
    .await
}

async fn deactivated(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(&request, payload, &api, async |fields| {
        let size = size_or(&fields, "pageSize", 50, 50)?;
        let offset = offset(&fields, "pageNo", size)?;
        let page = api.restrict_users.deactivated(offset, size).await?;
        Ok(reply::json(StatusCode::OK, SUCCESS, &Deactivated { code: SUCCESS, users: names(&page) }))
    })
    .await
}

fn names(page: &NamePage) -> Vec<String> {
    page.names.iter().map(ToString::to_string).collect()
}
