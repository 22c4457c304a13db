//! Users are made and shown, looked at, and get tokens for their devices (docs/wire/rongcloud.md#identity).

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::de::{Deserialize, Deserializer, Error};
use serde_json::json;
use sixin_application::users::ports::ShownAs;
use sixin_domain::text::visible::{is_line, is_name};
use sixin_web::answer::reply;
use sixin_web::documented;
use utoipa::{OpenApi, ToSchema};

use crate::admission::answered;
use crate::api::RongCloudApi;
use crate::fields::missing;
use crate::fields::of_user::OfUser;
use crate::fields::values::{Moment, PageNumber, Size, Switch, Text, UserId, Users, listed_in};
use crate::responses::{Done, SUCCESS, done};
use crate::routes::post;
use crate::times::LocalTimes;
use crate::users::user_info::{Online, Token, UserInfo, UserListing, UserOnPage};

const GET_TOKEN: &str = "/user/getToken.json";
const REFRESH: &str = "/user/refresh.json";
const INFO: &str = "/user/info.json";
const QUERY: &str = "/user/query.json";
const CHECK_ONLINE: &str = "/user/checkOnline.json";
const EXPIRE: &str = "/user/token/expire.json";

/// Longest name in characters, and longest address of a portrait in bytes.
const NAME_CHARS: usize = 64;
const PORTRAIT_BYTES: usize = 1024;

/// Registers the endpoints.
pub(crate) fn configure(config: &mut web::ServiceConfig) {
    config
        .service(post(GET_TOKEN, get_token))
        .service(post(REFRESH, refresh_user))
        .service(post(INFO, get_user))
        .service(post(QUERY, query_users))
        .service(post(CHECK_ONLINE, check_online))
        .service(post(EXPIRE, expire_tokens));
}

/// What this subject has in the document.
#[derive(OpenApi)]
#[openapi(paths(get_token, refresh_user, get_user, query_users, check_online, expire_tokens))]
pub(crate) struct Operations;

/// A name: one line with something to see in it. Empty stays as it is, since the Go and Python clients always send it.
pub(super) struct Name(String);

documented!(Name, json!({"type": "string", "maxLength": NAME_CHARS}));

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Text::<NAME_CHARS>(name) = Text::deserialize(deserializer)?;
        if name.chars().count() > NAME_CHARS || !is_name(&name) {
            return Err(D::Error::custom(format_args!(
                "must be one line of at most {NAME_CHARS} characters, with something to see in it and none that turn the \
                 text around"
            )));
        }
        Ok(Self(name))
    }
}

/// The address of a picture.
pub(super) struct Portrait(String);

documented!(Portrait, json!({"type": "string", "maxLength": PORTRAIT_BYTES}));

impl<'de> Deserialize<'de> for Portrait {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Text::<PORTRAIT_BYTES>(address) = Text::deserialize(deserializer)?;
        if address.len() > PORTRAIT_BYTES || !is_line(&address) {
            return Err(D::Error::custom(format_args!("must be one line of at most {PORTRAIT_BYTES} bytes")));
        }
        Ok(Self(address))
    }
}

#[derive(serde::Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudGetToken, example = json!({"userId": "user1", "name": "Ann", "portraitUri": "http://example.com/ann.png"}))]
struct GetToken {
    /// The user's id, at most 64 bytes. A plain number is its uid too.
    user_id: UserId,
    /// The name: one line of at most 64 characters.
    #[schema(required = true)]
    name: Option<Name>,
    /// The address of its picture, at most 1024 bytes. Empty: stays as it is.
    portrait_uri: Option<Portrait>,
}

#[derive(serde::Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudRefreshUser, example = json!({"userId": "user1", "name": "Ann"}))]
struct RefreshUser {
    /// The user.
    user_id: UserId,
    /// The name: one line of at most 64 characters. Empty: stays as it is.
    name: Option<Name>,
    /// The address of its picture, at most 1024 bytes. Empty: stays as it is.
    portrait_uri: Option<Portrait>,
}

type UsersSize = Size<100, 20>;

#[derive(serde::Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudQueryUsers, example = json!({"page": 1, "pageSize": 20, "order": 0}))]
struct QueryUsers {
    /// Users of a page.
    #[serde(default)]
    page_size: UsersSize,
    /// Which page.
    #[serde(default)]
    page: PageNumber,
    /// 0: the oldest first; 1: the newest. Default 0.
    order: Option<Switch>,
}

type Expiring = Users<20>;

#[derive(serde::Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudExpireTokens, example = json!({"userId": ["user1"], "time": 1_640_995_200_000_i64}))]
struct ExpireTokens {
    /// Whose tokens.
    user_id: Expiring,
    /// Milliseconds since 1970, or seconds.
    time: Moment,
}

/// Make a user, or get a token for one
///
/// A user that does not exist is made, and is a user of apps too: `userId` is its username there. One that exists is shown
/// with that name and picture from now on. The token is for the coming gateway of devices; only its hash is stored. Earlier
/// tokens work on; of more than 100 of a user the oldest end.
#[utoipa::path(post, path = GET_TOKEN, request_body = GetToken, responses((status = 200, body = Token)))]
async fn get_token(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(&request, payload, &api, async |GetToken { user_id: UserId(user), name, portrait_uri }| {
        let name = name.ok_or_else(|| missing("name"))?;
        let token = api.keep_users.token(&user, shown(Some(name), portrait_uri)).await?;
        let answer = Token { code: SUCCESS, user_id: user.to_string(), token: token.reveal().to_owned() };
        Ok(reply::json(StatusCode::OK, SUCCESS, &answer))
    })
    .await
}

/// Change how a user is shown
///
/// In both dialects, from now on.
#[utoipa::path(post, path = REFRESH, request_body = RefreshUser, responses((status = 200, body = Done)))]
async fn refresh_user(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(&request, payload, &api, async |RefreshUser { user_id: UserId(user), name, portrait_uri }| {
        api.keep_users.refresh(&user, shown(name, portrait_uri)).await?;
        Ok(done())
    })
    .await
}

/// Look at a user
///
/// Times are in the site's zone (`default_timezone`).
#[utoipa::path(post, path = INFO, request_body = OfUser, responses((status = 200, body = UserInfo)))]
async fn get_user(request: HttpRequest, payload: web::Payload, api: web::Data<RongCloudApi>) -> HttpResponse {
    answered(&request, payload, &api, async |OfUser { user_id }| {
        let user = api.keep_users.find(&user_id.0).await?;
        let times = LocalTimes::of_site(&api).await?;
        Ok(reply::json(StatusCode::OK, SUCCESS, &UserInfo::of(&user, &times)))
    })
    .await
}

/// List the users
///
/// By when they were made, without those who left.
#[utoipa::path(post, path = QUERY, request_body = QueryUsers, responses((status = 200, body = UserListing)))]
async fn query_users(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(&request, payload, &api, async |QueryUsers { page_size: Size(size), page, order }| {
        let order = listed_in(order);
        let page = api.keep_users.page(order, page.offset(size), size).await?;
        let times = LocalTimes::of_site(&api).await?;
        let users = page.users.into_iter().map(|user| UserOnPage::of(user, &times)).collect();
        Ok(reply::json(StatusCode::OK, SUCCESS, &UserListing { code: SUCCESS, total: page.total, users }))
    })
    .await
}

/// Ask whether a user is online
///
/// `1` for a user who is connected to a live stream, or was a few seconds ago.
#[utoipa::path(post, path = CHECK_ONLINE, request_body = OfUser, responses((status = 200, body = Online)))]
async fn check_online(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(&request, payload, &api, async |OfUser { user_id }| {
        let user = api.keep_users.find(&user_id.0).await?;
        let is_online = api.presence.online(&[user.id]).await?.contains(&user.id);
        let status = if is_online { "1" } else { "0" };
        Ok(reply::json(StatusCode::OK, SUCCESS, &Online { code: SUCCESS, status }))
    })
    .await
}

/// End tokens of users
///
/// Tokens that were made before `time` work no more. Those made later, also if `time` is in the future, do.
#[utoipa::path(post, path = EXPIRE, request_body = ExpireTokens, responses((status = 200, body = Done)))]
async fn expire_tokens(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(&request, payload, &api, async |ExpireTokens { user_id, time }| {
        api.keep_users.expire_tokens(&user_id.0, time.0).await?;
        Ok(done())
    })
    .await
}

/// How a user is shown from now on.
pub(super) fn shown(name: Option<Name>, portrait: Option<Portrait>) -> ShownAs {
    ShownAs { nickname: name.map(|name| name.0), portrait: portrait.map(|portrait| portrait.0) }
}
