//! Users are made and shown, looked at, and get tokens for their devices (docs/wire/rongcloud.md#identity).

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use sixin_application::conversations::ports::Order;
use sixin_application::users::ports::ShownAs;
use sixin_domain::text::visible::{is_line, is_name};
use sixin_web::answer::reply;

use crate::admission::answered;
use crate::api::RongCloudApi;
use crate::codes::Failure;
use crate::fields::conversations::required_user;
use crate::fields::users::{offset, size_or, users};
use crate::fields::{Fields, missing};
use crate::responses::{SUCCESS, done};
use crate::routes::post;
use crate::times::{LocalTimes, required_moment};
use crate::users::user_info::{Online, Token, UserInfo, UserListing, UserOnPage};

pub(crate) const GET_TOKEN: &str = "/user/getToken.json";
pub(crate) const REFRESH: &str = "/user/refresh.json";
pub(crate) const INFO: &str = "/user/info.json";
pub(crate) const QUERY: &str = "/user/query.json";
pub(crate) const CHECK_ONLINE: &str = "/user/checkOnline.json";
pub(crate) const EXPIRE: &str = "/user/token/expire.json";

/// Longest name in characters, and longest address of a portrait in bytes.
pub(crate) const NAME_CHARS: usize = 64;
pub(crate) const PORTRAIT_BYTES: usize = 1024;
/// Users whose tokens end in one call.
pub(crate) const MOST_USERS: usize = 20;
/// Users of a page, if a client does not say otherwise, and at most.
const PAGE: i64 = 20;
const LARGEST_PAGE: i64 = 100;

/// Registers the endpoints.
pub(crate) fn configure(config: &mut web::ServiceConfig) {
    config
        .service(post(GET_TOKEN, get_token))
        .service(post(REFRESH, refresh))
        .service(post(INFO, info))
        .service(post(QUERY, query))
        .service(post(CHECK_ONLINE, check_online))
        .service(post(EXPIRE, expire));
}

async fn get_token(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(&request, payload, &api, async |fields| {
        let user = required_user(&fields, "userId")?;
        let shown = shown(&fields)?;
        if shown.nickname.is_none() {
            return Err(missing("name"));
        }
        let token = api.keep_users.token(&user, shown).await?;
        let answer = Token { code: SUCCESS, user_id: user.to_string(), token: token.reveal().to_owned() };
        Ok(reply::json(StatusCode::OK, SUCCESS, &answer))
    })
    .await
}

async fn refresh(request: HttpRequest, payload: web::Payload, api: web::Data<RongCloudApi>) -> HttpResponse {
    answered(&request, payload, &api, async |fields| {
        let user = required_user(&fields, "userId")?;
        api.keep_users.refresh(&user, shown(&fields)?).await?;
        Ok(done())
    })
    .await
}

async fn info(request: HttpRequest, payload: web::Payload, api: web::Data<RongCloudApi>) -> HttpResponse {
    answered(&request, payload, &api, async |fields| {
        let user = api.keep_users.find(&required_user(&fields, "userId")?).await?;
        let times = LocalTimes::of_site(&api).await?;
        Ok(reply::json(StatusCode::OK, SUCCESS, &UserInfo::of(user, &times)))
    })
    .await
}

async fn query(request: HttpRequest, payload: web::Payload, api: web::Data<RongCloudApi>) -> HttpResponse {
    answered(&request, payload, &api, async |fields| {
        let size = size_or(&fields, "pageSize", LARGEST_PAGE, PAGE)?;
        let offset = offset(&fields, "page", size)?;
        let order = if fields.flag("order")?.unwrap_or(false) { Order::Newest } else { Order::Oldest };
        let page = api.keep_users.page(order, offset, size).await?;
        let times = LocalTimes::of_site(&api).await?;
        let users = page.users.into_iter().map(|user| UserOnPage::of(user, &times)).collect();
        Ok(reply::json(StatusCode::OK, SUCCESS, &UserListing { code: SUCCESS, total: page.total, users }))
    })
    .await
}

/// Devices connect to the gateway, which does not exist yet: whoever exists is offline.
async fn check_online(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(&request, payload, &api, async |fields| {
        api.keep_users.find(&required_user(&fields, "userId")?).await?;
        Ok(reply::json(StatusCode::OK, SUCCESS, &Online { code: SUCCESS, status: "0" }))
    })
    .await
}

async fn expire(request: HttpRequest, payload: web::Payload, api: web::Data<RongCloudApi>) -> HttpResponse {
    answered(&request, payload, &api, async |fields| {
        let users = users(&fields, "userId", MOST_USERS)?;
        let before = required_moment(&fields, "time")?;
        api.keep_users.expire_tokens(&users, before).await?;
        Ok(done())
    })
    .await
}

/// What is empty stays as it is: the Go and Python clients always send both.
fn shown(fields: &Fields) -> Result<ShownAs, Failure> {
    let (nickname, portrait) = (fields.text("name")?, fields.text("portraitUri")?);
    if nickname.as_deref().is_some_and(|name| name.chars().count() > NAME_CHARS || !is_name(name)) {
        return Err(Failure::parameter(format!(
            "name must be one line of at most {NAME_CHARS} characters, with something to see in it and none that turn \
             the text around"
        )));
    }
    if portrait.as_ref().is_some_and(|address| address.len() > PORTRAIT_BYTES || !is_line(address)) {
        return Err(Failure::parameter(format!(
            "portraitUri must be one line of at most {PORTRAIT_BYTES} bytes"
        )));
    }
    Ok(ShownAs { nickname, portrait })
}
