//! How devices are to be woken, what users call each other, and what they have pinned
//! (docs/wire/rongcloud.md#push-preferences).

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::de::{Deserialize, Deserializer, Error};
use serde_json::json;
use sixin_domain::text::visible::is_name;
use sixin_domain::user::push_preferences::{NotificationLevel, PushPeriod};
use sixin_domain::user::username::Username;
use sixin_web::answer::reply;
use sixin_web::documented;
use utoipa::{OpenApi, ToSchema};

use crate::admission::answered;
use crate::api::RongCloudApi;
use crate::codes::Failure;
use crate::fields::of_user::OfUser;
use crate::fields::source::names_itself;
use crate::fields::values::{
    AnyNumber, PageNumber, PrivateConversation, Size, Switch, Text, UserId, WholeNumber, listed,
};
use crate::fields::{TextOrDigits, missing};
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

/// Remarks of one call, and characters of one; the latter is ours.
const MOST_REMARKS: usize = 100;
const REMARK_CHARS: usize = 256;

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

#[derive(serde::Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudSetPushPeriod,
    example = json!({"userId": "user1", "startTime": "22:00:00", "period": 480, "level": 1}))]
struct SetPushPeriod {
    /// The user.
    user_id: UserId,
    /// When it begins each day: HH:mm:ss.
    #[schema(pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]$")]
    start_time: String,
    /// How many minutes it takes.
    #[schema(value_type = i64, minimum = 1, maximum = 1439)]
    period: WholeNumber,
    /// 1: private conversations and mentions still notify; 5: nothing does. Default 1.
    #[serde(default)]
    #[schema(value_type = SilentLevel)]
    level: AnyNumber,
}

/// How silent.
struct SilentLevel;

documented!(SilentLevel, json!({"type": "integer", "enum": [1, 5]}));

#[derive(serde::Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudSetRemarks,
    example = json!({"userId": "user1", "remarks": [{"id": "user2", "remark": "Bob from work"}]}))]
struct SetRemarks {
    /// Who calls them so.
    user_id: UserId,
    /// 1 to 100 remarks. In a form: the text of the array.
    #[schema(value_type = Vec<NewRemark>, min_items = 1, max_items = 100)]
    remarks: NewRemarks,
}

/// What a user calls another.
#[derive(serde::Deserialize, ToSchema)]
#[schema(as = RongCloudNewRemark)]
struct NewRemark {
    /// Who it is about.
    #[serde(alias = "Id")]
    #[schema(value_type = String, min_length = 1, max_length = 64)]
    id: TextOrDigits,
    /// What the user calls it.
    #[serde(alias = "Remark")]
    #[schema(value_type = String, min_length = 1, max_length = 256)]
    remark: TextOrDigits,
}

/// 1 to 100 remarks, the text of a JSON array or an array.
struct NewRemarks(Vec<(Username, String)>);

impl<'de> Deserialize<'de> for NewRemarks {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let given: Option<Vec<NewRemark>> = listed(deserializer)?;
        let form = "must be a JSON array of objects with id and remark, both strings";
        let given = given.ok_or_else(|| D::Error::custom(form))?;
        if !(1..=MOST_REMARKS).contains(&given.len()) {
            return Err(D::Error::custom(format_args!("must hold 1 to {MOST_REMARKS} remarks")));
        }
        let checked = |NewRemark { id: TextOrDigits(id), remark: TextOrDigits(remark) }| {
            if remark.contains('\0') {
                return Err(names_itself("remark must not contain a NUL character"));
            }
            if remark.chars().count() > REMARK_CHARS || !is_name(&remark) {
                return Err(names_itself(&format!(
                    "remark must be one line of 1 to {REMARK_CHARS} characters, with something to see in it"
                )));
            }
            let user = Username::new(&id).map_err(|error| names_itself(&format!("id {error}")))?;
            Ok((user, remark))
        };
        given.into_iter().map(checked).collect::<Result<_, _>>().map(Self)
    }
}

type RemarksSize = Size<100, 50>;

#[derive(serde::Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudGetRemarks, example = json!({"userId": "user1", "page": 1, "size": 50}))]
struct GetRemarks {
    /// The user.
    user_id: UserId,
    /// Remarks of a page.
    #[serde(default)]
    size: RemarksSize,
    /// Which page.
    #[serde(default)]
    page: PageNumber,
}

#[derive(serde::Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudDeleteRemark, example = json!({"userId": "user1", "targetId": "user2"}))]
struct DeleteRemark {
    /// The user.
    user_id: UserId,
    /// Who it is about.
    target_id: UserId,
}

/// What notifies.
#[derive(Default)]
struct OptionalLevel(Option<NotificationLevel>);

documented!(OptionalLevel, json!({"type": "integer", "enum": [-1, 0, 1, 2, 4, 5]}));

impl<'de> Deserialize<'de> for OptionalLevel {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let unknown = || D::Error::custom("must be -1, 0, 1, 2, 4 or 5");
        let number = AnyNumber::deserialize(deserializer)?.0;
        number.map(|number| NotificationLevel::new(number).ok_or_else(unknown)).transpose().map(Self)
    }
}

// `requestId` is the user whose setting it is, not the id of a request (docs/wire/rongcloud.md#request-id).
#[derive(serde::Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudSetNotificationLevel,
    example = json!({"conversationType": 1, "requestId": "user1", "targetId": "user2", "unpushLevel": 5}))]
struct SetNotificationLevel {
    #[serde(rename = "conversationType")]
    _kind: PrivateConversation,
    /// Of no effect.
    #[serde(rename = "busChannel")]
    _bus_channel: Option<Channel>,
    /// Whose setting it is: a user id, though the name says otherwise.
    request_id: UserId,
    /// The other side.
    target_id: UserId,
    /// 1: nothing, as 5; 0: unset.
    is_muted: Option<Switch>,
    /// -1 everything, 0 unset, 1 mentions, 2 mentions of the user, 4 mentions of all, 5 nothing. One of the two must be
    /// given; this one counts if both are.
    #[serde(default)]
    unpush_level: OptionalLevel,
}

type Channel = Text<20>;

#[derive(serde::Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudGetNotificationLevel,
    example = json!({"conversationType": 1, "requestId": "user1", "targetId": "user2"}))]
struct GetNotificationLevel {
    #[serde(rename = "conversationType")]
    _kind: PrivateConversation,
    /// Of no effect.
    #[serde(rename = "busChannel")]
    _bus_channel: Option<Channel>,
    /// Whose setting it is: a user id, though the name says otherwise.
    request_id: UserId,
    /// The other side.
    target_id: UserId,
}

#[derive(serde::Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudSetTypeNotificationLevel,
    example = json!({"conversationType": 1, "requestId": "user1", "unpushLevel": 5}))]
struct SetTypeNotificationLevel {
    #[serde(rename = "conversationType")]
    _kind: PrivateConversation,
    /// Whose setting it is: a user id, though the name says otherwise.
    request_id: UserId,
    /// 1: nothing, as 5; 0: unset.
    is_muted: Option<Switch>,
    /// -1 everything, 0 unset, 1 mentions, 2 mentions of the user, 4 mentions of all, 5 nothing. One of the two must be
    /// given; this one counts if both are.
    #[serde(default)]
    unpush_level: OptionalLevel,
}

#[derive(serde::Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudGetTypeNotificationLevel, example = json!({"conversationType": 1, "requestId": "user1"}))]
struct GetTypeNotificationLevel {
    #[serde(rename = "conversationType")]
    _kind: PrivateConversation,
    /// Whose setting it is: a user id, though the name says otherwise.
    request_id: UserId,
}

#[derive(serde::Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudSetConversationTop,
    example = json!({"userId": "user1", "conversationType": 1, "targetId": "user2", "setTop": true}))]
struct SetConversationTop {
    #[serde(rename = "conversationType")]
    _kind: PrivateConversation,
    /// In whose list.
    user_id: UserId,
    /// The other side.
    target_id: UserId,
    /// true: pinned, false: not.
    set_top: bool,
}

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
