//! How devices are to be woken, what users call each other, and what they have pinned
//! (docs/wire/rongcloud.md#push-preferences).

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use sixin_domain::text::visible::is_name;
use sixin_domain::user::push_preferences::{NotificationLevel, PushPeriod};
use sixin_domain::user::username::Username;
use sixin_web::answer::reply;

use crate::admission::answered;
use crate::api::RongCloudApi;
use crate::codes::Failure;
use crate::fields::conversations::{must_be_private, required_user, user};
use crate::fields::users::{offset, required_flag, required_number, size_or};
use crate::fields::{Fields, TextOrDigits, missing, without_nul};
use crate::responses::{SUCCESS, done};
use crate::routes::post;
use crate::users::preference_info::{Level, Period, PeriodData, Remark, RemarkListing};

pub(crate) const SET_PERIOD: &str = "/user/blockPushPeriod/set.json";
pub(crate) const GET_PERIOD: &str = "/user/blockPushPeriod/get.json";
pub(crate) const DELETE_PERIOD: &str = "/user/blockPushPeriod/delete.json";
pub(crate) const SET_REMARKS: &str = "/user/remarks/set.json";
pub(crate) const GET_REMARKS: &str = "/user/remarks/get.json";
pub(crate) const DELETE_REMARK: &str = "/user/remarks/del.json";
pub(crate) const SET_LEVEL: &str = "/conversation/notification/set.json";
pub(crate) const GET_LEVEL: &str = "/conversation/notification/get.json";
pub(crate) const SET_TYPE_LEVEL: &str = "/conversation/type/notification/set.json";
pub(crate) const GET_TYPE_LEVEL: &str = "/conversation/type/notification/get.json";
pub(crate) const PIN: &str = "/conversation/top/set.json";

/// Remarks of one call, and characters of one; the latter is ours.
const MOST_REMARKS: usize = 100;
pub(crate) const REMARK_CHARS: usize = 256;

/// Registers the endpoints.
pub(crate) fn configure(config: &mut web::ServiceConfig) {
    config
        .service(post(SET_PERIOD, set_period))
        .service(post(GET_PERIOD, get_period))
        .service(post(DELETE_PERIOD, delete_period))
        .service(post(SET_REMARKS, set_remarks))
        .service(post(GET_REMARKS, get_remarks))
        .service(post(DELETE_REMARK, delete_remark))
        .service(post(SET_LEVEL, set_level))
        .service(post(GET_LEVEL, get_level))
        .service(post(SET_TYPE_LEVEL, set_type_level))
        .service(post(GET_TYPE_LEVEL, get_type_level))
        .service(post(PIN, pin));
}

async fn set_period(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(&request, payload, &api, async |fields| {
        let user = required_user(&fields, "userId")?;
        let start = fields.required_text("startTime")?;
        let minutes = required_number(&fields, "period", i64::MIN..=i64::MAX)?;
        let period = PushPeriod::new(&start, minutes, fields.integer("level")?);
        let period = period.map_err(|error| Failure::parameter(error.to_string()))?;
        api.keep_preferences.set_push_period(&user, Some(period)).await?;
        Ok(done())
    })
    .await
}

async fn get_period(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(&request, payload, &api, async |fields| {
        let user = required_user(&fields, "userId")?;
        let period = api.keep_preferences.push_period(&user).await?;
        let answer = Period { code: SUCCESS, data: PeriodData::of(period) };
        Ok(reply::json(StatusCode::OK, SUCCESS, &answer))
    })
    .await
}

async fn delete_period(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(&request, payload, &api, async |fields| {
        let user = required_user(&fields, "userId")?;
        api.keep_preferences.set_push_period(&user, None).await?;
        Ok(done())
    })
    .await
}

async fn set_remarks(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(&request, payload, &api, async |fields| {
        let user = required_user(&fields, "userId")?;
        let remarks = remarks(&fields)?;
        api.keep_preferences.set_remarks(&user, remarks).await?;
        Ok(done())
    })
    .await
}

async fn get_remarks(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(&request, payload, &api, async |fields| {
        let user = required_user(&fields, "userId")?;
        let size = size_or(&fields, "size", 100, 50)?;
        let offset = offset(&fields, "page", size)?;
        let page = api.keep_preferences.remarks(&user, offset, size).await?;
        let remark = |(id, remark): (Username, String)| Remark { id: id.to_string(), remark };
        let users = page.remarks.into_iter().map(remark).collect();
        let answer = RemarkListing { code: SUCCESS, total: page.total, users };
        Ok(reply::json(StatusCode::OK, SUCCESS, &answer))
    })
    .await
}

async fn delete_remark(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(&request, payload, &api, async |fields| {
        let (user, about) = (required_user(&fields, "userId")?, required_user(&fields, "targetId")?);
        api.keep_preferences.remove_remark(&user, &about).await?;
        Ok(done())
    })
    .await
}

async fn set_level(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(&request, payload, &api, async |fields| {
        let (user, with) = conversation(&fields)?;
        api.keep_preferences.set_level(&user, Some(with), level(&fields)?).await?;
        Ok(done())
    })
    .await
}

async fn get_level(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(&request, payload, &api, async |fields| {
        let (user, with) = conversation(&fields)?;
        let level = api.keep_preferences.level(&user, Some(with)).await?;
        Ok(reply::json(StatusCode::OK, SUCCESS, &Level::of(level)))
    })
    .await
}

async fn set_type_level(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(&request, payload, &api, async |fields| {
        must_be_private(&fields)?;
        let user = required_user(&fields, "requestId")?;
        api.keep_preferences.set_level(&user, None, level(&fields)?).await?;
        Ok(done())
    })
    .await
}

async fn get_type_level(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(&request, payload, &api, async |fields| {
        must_be_private(&fields)?;
        let user = required_user(&fields, "requestId")?;
        let level = api.keep_preferences.level(&user, None).await?;
        Ok(reply::json(StatusCode::OK, SUCCESS, &Level::of(level)))
    })
    .await
}

async fn pin(request: HttpRequest, payload: web::Payload, api: web::Data<RongCloudApi>) -> HttpResponse {
    answered(&request, payload, &api, async |fields| {
        must_be_private(&fields)?;
        let (user, with) = (required_user(&fields, "userId")?, required_user(&fields, "targetId")?);
        let is_pinned = required_flag(&fields, "setTop")?;
        api.keep_preferences.pin(&user, &with, is_pinned).await?;
        Ok(done())
    })
    .await
}

/// `requestId` is the user whose setting it is, not the id of a request (docs/wire/rongcloud.md#request-id).
fn conversation(fields: &Fields) -> Result<(Username, Username), Failure> {
    must_be_private(fields)?;
    fields.text("busChannel")?;
    Ok((required_user(fields, "requestId")?, required_user(fields, "targetId")?))
}

/// The newer parameter counts if both are given, unless it is a 0 that its client could not leave out.
fn level(fields: &Fields) -> Result<NotificationLevel, Failure> {
    let is_muted = fields.flag("isMuted")?;
    match fields.integer("unpushLevel")? {
        Some(number) => NotificationLevel::new(number)
            .map(|level| NotificationLevel::of_both(is_muted.unwrap_or(false), level))
            .ok_or_else(|| Failure::parameter("unpushLevel must be -1, 0, 1, 2, 4 or 5")),
        None => is_muted.map(NotificationLevel::of_switch).ok_or_else(|| missing("unpushLevel (or isMuted)")),
    }
}

#[derive(Deserialize)]
struct NewRemark {
    #[serde(alias = "Id")]
    id: TextOrDigits,
    #[serde(alias = "Remark")]
    remark: TextOrDigits,
}

/// 1 to 100 remarks, the text of a JSON array or an array.
fn remarks(fields: &Fields) -> Result<Vec<(Username, String)>, Failure> {
    let form = "remarks must be a JSON array of objects with id and remark, both strings";
    let given: Vec<NewRemark> = fields
        .json_of("remarks")?
        .ok_or_else(|| missing("remarks"))?
        .ok_or_else(|| Failure::parameter(form))?;
    if !(1..=MOST_REMARKS).contains(&given.len()) {
        return Err(Failure::parameter(format!("remarks must hold 1 to {MOST_REMARKS} remarks")));
    }
    let checked = |NewRemark { id: TextOrDigits(id), remark: TextOrDigits(remark) }| {
        without_nul("remark", &remark)?;
        if remark.chars().count() > REMARK_CHARS || !is_name(&remark) {
            return Err(Failure::parameter(format!(
                "remark must be one line of 1 to {REMARK_CHARS} characters, with something to see in it"
            )));
        }
        Ok((user("id", &id)?, remark))
    };
    given.into_iter().map(checked).collect()
}
