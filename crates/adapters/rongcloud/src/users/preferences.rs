//! How devices are to be woken, what users call each other, and what they have pinned
//! (docs/wire/rongcloud.md#push-preferences).

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use sixin_domain::user::push_preferences::{NotificationLevel, PushPeriod};
use sixin_domain::user::username::Username;
use sixin_web::answer::reply;
use utoipa::OpenApi;

use super::preference_requests::{
    DeleteRemark, GetNotificationLevel, GetRemarks, GetTypeNotificationLevel, OptionalLevel,
    SetConversationTop, SetNotificationLevel, SetPushPeriod, SetRemarks, SetTypeNotificationLevel,
};
use crate::admission::answered;
use crate::api::RongCloudApi;
use crate::codes::Failure;
use crate::fields::missing;
use crate::fields::of_user::OfUser;
use crate::fields::values::{Size, Switch};
use crate::responses::{Done, SUCCESS, done};
use crate::routes::post;
use crate::users::preference_info::{Level, Period, PeriodData, Remark, RemarkListing};

const SET_PERIOD: &str = "/user/blockPushPeriod/set.json";
const GET_PERIOD: &str = "/user/blockPushPeriod/get.json";
const DELETE_PERIOD: &str = "/user/blockPushPeriod/delete.json";
const SET_REMARKS: &str = "/user/remarks/set.json";
const GET_REMARKS: &str = "/user/remarks/get.json";
const DELETE_REMARK: &str = "/user/remarks/del.json";
const SET_LEVEL: &str = "/conversation/notification/set.json";
const GET_LEVEL: &str = "/conversation/notification/get.json";
const SET_TYPE_LEVEL: &str = "/conversation/type/notification/set.json";
const GET_TYPE_LEVEL: &str = "/conversation/type/notification/get.json";
const PIN: &str = "/conversation/top/set.json";

/// Registers the endpoints.
pub(crate) fn configure(config: &mut web::ServiceConfig) {
    config
        .service(post(SET_PERIOD, set_push_period))
        .service(post(GET_PERIOD, get_push_period))
        .service(post(DELETE_PERIOD, delete_push_period))
        .service(post(SET_REMARKS, set_remarks))
        .service(post(GET_REMARKS, get_remarks))
        .service(post(DELETE_REMARK, delete_remark))
        .service(post(SET_LEVEL, set_notification_level))
        .service(post(GET_LEVEL, get_notification_level))
        .service(post(SET_TYPE_LEVEL, set_type_notification_level))
        .service(post(GET_TYPE_LEVEL, get_type_notification_level))
        .service(post(PIN, set_conversation_top));
}

/// What this subject has in the document.
#[derive(OpenApi)]
#[openapi(paths(
    set_push_period,
    get_push_period,
    delete_push_period,
    set_remarks,
    get_remarks,
    delete_remark,
    set_notification_level,
    get_notification_level,
    set_type_notification_level,
    get_type_notification_level,
    set_conversation_top
))]
pub(crate) struct Operations;

const LATER: &str = "It is kept for the coming gateway of devices; until then nothing is pushed.";

/// Set when a user's devices stay silent
#[utoipa::path(post, path = SET_PERIOD, description = LATER, request_body = SetPushPeriod, responses((status = 200, body = Done)))]
async fn set_push_period(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(&request, payload, &api, async |SetPushPeriod { user_id, start_time, period, level }| {
        let period = PushPeriod::new(&start_time, period.0, level.0);
        let period = period.map_err(|error| Failure::parameter(error.to_string()))?;
        api.keep_preferences.set_push_period(&user_id.0, Some(period)).await?;
        Ok(done())
    })
    .await
}

/// Read when a user's devices stay silent
#[utoipa::path(post, path = GET_PERIOD, description = LATER, request_body = OfUser, responses((status = 200, body = Period)))]
async fn get_push_period(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(&request, payload, &api, async |OfUser { user_id }| {
        let period = api.keep_preferences.push_period(&user_id.0).await?;
        let answer = Period { code: SUCCESS, data: PeriodData::of(period) };
        Ok(reply::json(StatusCode::OK, SUCCESS, &answer))
    })
    .await
}

/// Have a user's devices stay silent no more
#[utoipa::path(post, path = DELETE_PERIOD, description = LATER, request_body = OfUser, responses((status = 200, body = Done)))]
async fn delete_push_period(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(&request, payload, &api, async |OfUser { user_id }| {
        api.keep_preferences.set_push_period(&user_id.0, None).await?;
        Ok(done())
    })
    .await
}

/// Set what a user calls others
///
/// It is kept for the coming gateway of devices. A user has at most 3000 remarks. Of two about the same user the last counts.
#[utoipa::path(post, path = SET_REMARKS, request_body = SetRemarks, responses((status = 200, body = Done)))]
async fn set_remarks(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(&request, payload, &api, async |SetRemarks { user_id, remarks }| {
        api.keep_preferences.set_remarks(&user_id.0, remarks.0).await?;
        Ok(done())
    })
    .await
}

/// List what a user calls others
///
/// By the ids of those they are about.
#[utoipa::path(post, path = GET_REMARKS, request_body = GetRemarks, responses((status = 200, body = RemarkListing)))]
async fn get_remarks(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(&request, payload, &api, async |GetRemarks { user_id, size: Size(size), page }| {
        let page = api.keep_preferences.remarks(&user_id.0, page.offset(size), size).await?;
        let remark = |(id, remark): (Username, String)| Remark { id: id.to_string(), remark };
        let users = page.remarks.into_iter().map(remark).collect();
        let answer = RemarkListing { code: SUCCESS, total: page.total, users };
        Ok(reply::json(StatusCode::OK, SUCCESS, &answer))
    })
    .await
}

/// Remove what a user calls another
///
/// If there is no remark it changes nothing.
#[utoipa::path(post, path = DELETE_REMARK, request_body = DeleteRemark, responses((status = 200, body = Done)))]
async fn delete_remark(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(&request, payload, &api, async |DeleteRemark { user_id, target_id }| {
        api.keep_preferences.remove_remark(&user_id.0, &target_id.0).await?;
        Ok(done())
    })
    .await
}

/// Set what notifies of a conversation
#[utoipa::path(post, path = SET_LEVEL, description = LATER, request_body = SetNotificationLevel, responses((status = 200, body = Done)))]
async fn set_notification_level(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(&request, payload, &api, async |wanted: SetNotificationLevel| {
        let level = level(wanted.is_muted, wanted.unpush_level)?;
        api.keep_preferences.set_level(&wanted.request_id.0, Some(wanted.target_id.0), level).await?;
        Ok(done())
    })
    .await
}

/// Read what notifies of a conversation
#[utoipa::path(post, path = GET_LEVEL, description = LATER, request_body = GetNotificationLevel, responses((status = 200, body = Level)))]
async fn get_notification_level(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(&request, payload, &api, async |GetNotificationLevel { request_id, target_id, .. }| {
        let level = api.keep_preferences.level(&request_id.0, Some(target_id.0)).await?;
        Ok(reply::json(StatusCode::OK, SUCCESS, &Level::of(level)))
    })
    .await
}

/// Set what notifies of all conversations
#[utoipa::path(post, path = SET_TYPE_LEVEL, description = LATER, request_body = SetTypeNotificationLevel, responses((status = 200, body = Done)))]
async fn set_type_notification_level(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(&request, payload, &api, async |wanted: SetTypeNotificationLevel| {
        let level = level(wanted.is_muted, wanted.unpush_level)?;
        api.keep_preferences.set_level(&wanted.request_id.0, None, level).await?;
        Ok(done())
    })
    .await
}

/// Read what notifies of all conversations
#[utoipa::path(post, path = GET_TYPE_LEVEL, description = LATER, request_body = GetTypeNotificationLevel, responses((status = 200, body = Level)))]
async fn get_type_notification_level(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(&request, payload, &api, async |GetTypeNotificationLevel { request_id, .. }| {
        let level = api.keep_preferences.level(&request_id.0, None).await?;
        Ok(reply::json(StatusCode::OK, SUCCESS, &Level::of(level)))
    })
    .await
}

/// Pin a conversation in a user's list
///
/// Apps show it first (`isPin`). One that has no message yet is pinned when its first one comes.
#[utoipa::path(post, path = PIN, request_body = SetConversationTop, responses((status = 200, body = Done)))]
async fn set_conversation_top(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(&request, payload, &api, async |SetConversationTop { user_id, target_id, set_top, .. }| {
        api.keep_preferences.pin(&user_id.0, &target_id.0, set_top).await?;
        Ok(done())
    })
    .await
}

/// The newer parameter counts if both are given, unless it is a 0 that its client could not leave out.
fn level(is_muted: Option<Switch>, level: OptionalLevel) -> Result<NotificationLevel, Failure> {
    let is_muted = is_muted.map(|is_muted| is_muted.0);
    match level.0 {
        Some(level) => Ok(NotificationLevel::of_both(is_muted.unwrap_or(false), level)),
        None => is_muted.map(NotificationLevel::of_switch).ok_or_else(|| missing("unpushLevel (or isMuted)")),
    }
}
