//! Blacklists and whitelists (docs/wire/rongcloud.md#user-lists). The documentation spells the former in two ways.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use serde::de::{Deserialize, Deserializer, Error};
use serde_json::json;
use sixin_application::users::ports::{ListKind, ListPlace};
use sixin_domain::time::Millis;
use sixin_web::answer::reply;
use sixin_web::documented;
use utoipa::{OpenApi, ToSchema};

use crate::admission::answered;
use crate::api::RongCloudApi;
use crate::fields::values::{Size, Text, UserId, Users};
use crate::responses::{Done, SUCCESS, done};
use crate::routes::post;

const ADD_BLACKLIST: &str = "/user/blacklist/add.json";
const REMOVE_BLACKLIST: &str = "/user/blacklist/remove.json";
const QUERY_BLACKLIST: &str = "/user/blacklist/query.json";
const ADD_BLOCKLIST: &str = "/user/blocklist/add.json";
const REMOVE_BLOCKLIST: &str = "/user/blocklist/remove.json";
const QUERY_BLOCKLIST: &str = "/user/blocklist/query.json";
const ADD_WHITELIST: &str = "/user/whitelist/add.json";
const REMOVE_WHITELIST: &str = "/user/whitelist/remove.json";
const QUERY_WHITELIST: &str = "/user/whitelist/query.json";

/// Registers the endpoints.
pub(crate) fn configure(config: &mut web::ServiceConfig) {
    config
        .service(post(ADD_BLACKLIST, add_to_blacklist))
        .service(post(REMOVE_BLACKLIST, remove_from_blacklist))
        .service(post(QUERY_BLACKLIST, query_blacklist))
        .service(post(ADD_BLOCKLIST, add_to_blocklist))
        .service(post(REMOVE_BLOCKLIST, remove_from_blocklist))
        .service(post(QUERY_BLOCKLIST, query_blocklist))
        .service(post(ADD_WHITELIST, add_to_whitelist))
        .service(post(REMOVE_WHITELIST, remove_from_whitelist))
        .service(post(QUERY_WHITELIST, query_whitelist));
}

/// What this subject has in the document.
#[derive(OpenApi)]
#[openapi(paths(
    add_to_blacklist,
    remove_from_blacklist,
    query_blacklist,
    add_to_blocklist,
    remove_from_blocklist,
    query_blocklist,
    add_to_whitelist,
    remove_from_whitelist,
    query_whitelist
))]
pub(crate) struct Operations;

const BLACKLIST: &str = "Who is on it can't write to `userId` from an app any more (36608), and a publish with `verifyBlacklist=1` \
skips the two. Blocks that users make in apps are the same blocks. Doing it again changes nothing; one unknown user refuses the \
whole call, and the user itself is passed over. A list holds at most 3000 users.";
const WHITELIST: &str = "Where setting `user_whitelist` is on, only those on it write to `userId` from an app (others: 36608). Back ends \
publish all the same. Doing it again changes nothing; one unknown user refuses the whole call, and the user itself is passed over. \
A list holds at most 3000 users.";

type Listed = Users<20>;

#[derive(serde::Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudChangeBlacklist, example = json!({"userId": "user1", "blackUserId": ["user2"]}))]
struct ChangeBlacklist {
    /// Whose list it is.
    user_id: UserId,
    /// Who is meant.
    black_user_id: Listed,
}

#[derive(serde::Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudChangeWhitelist, example = json!({"userId": "user1", "whiteUserId": ["user2"]}))]
struct ChangeWhitelist {
    /// Whose list it is.
    user_id: UserId,
    /// Who is meant.
    white_user_id: Listed,
}

type ListSize = Size<1000, 1000>;

#[derive(serde::Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudQueryUserList, example = json!({"userId": "user1"}))]
struct QueryUserList {
    /// Whose list it is.
    user_id: UserId,
    /// `next` of the answer before.
    page_token: Option<PageToken>,
    /// How many at most.
    #[serde(default)]
    size: ListSize,
}

/// Where a list goes on.
struct PageToken(ListPlace);

documented!(PageToken, json!({"type": "string", "maxLength": 64}));

impl<'de> Deserialize<'de> for PageToken {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Text::<64>(token) = Text::deserialize(deserializer)?;
        let number = |text| i64::from_str_radix(text, 16).ok();
        let place = token
            .split_once('-')
            .and_then(|(since, id)| Some(ListPlace { since: Millis(number(since)?), number: number(id)? }));
        place.map(Self).ok_or_else(|| D::Error::custom("must be the next of an earlier answer"))
    }
}

/// A list, or a part of it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RongCloudUserList)]
pub(crate) struct UserList {
    /// 200.
    #[schema(minimum = 200, maximum = 200)]
    code: i64,
    /// Ids of those who are on it, the newest first.
    users: Vec<String>,
    /// Where the list goes on: the next `pageToken`. Absent at its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// Put users on a list
#[utoipa::path(post, path = ADD_BLACKLIST, description = BLACKLIST, request_body = ChangeBlacklist, responses((status = 200, body = Done)))]
async fn add_to_blacklist(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(&request, payload, &api, async |ChangeBlacklist { user_id, black_user_id }| {
        api.keep_user_lists.set(ListKind::Black, &user_id.0, &black_user_id.0, true).await?;
        Ok(done())
    })
    .await
}

/// Take users off a list
#[utoipa::path(post, path = REMOVE_BLACKLIST, description = BLACKLIST, request_body = ChangeBlacklist, responses((status = 200, body = Done)))]
async fn remove_from_blacklist(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(&request, payload, &api, async |ChangeBlacklist { user_id, black_user_id }| {
        api.keep_user_lists.set(ListKind::Black, &user_id.0, &black_user_id.0, false).await?;
        Ok(done())
    })
    .await
}

/// List who is on a list
///
/// The newest first.
#[utoipa::path(post, path = QUERY_BLACKLIST, request_body = QueryUserList, responses((status = 200, body = UserList)))]
async fn query_blacklist(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    part(&request, payload, &api, ListKind::Black).await
}

/// Put users on a list
#[utoipa::path(post, path = ADD_BLOCKLIST, description = BLACKLIST, request_body = ChangeBlacklist, responses((status = 200, body = Done)))]
async fn add_to_blocklist(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(&request, payload, &api, async |ChangeBlacklist { user_id, black_user_id }| {
        api.keep_user_lists.set(ListKind::Black, &user_id.0, &black_user_id.0, true).await?;
        Ok(done())
    })
    .await
}

/// Take users off a list
#[utoipa::path(post, path = REMOVE_BLOCKLIST, description = BLACKLIST, request_body = ChangeBlacklist, responses((status = 200, body = Done)))]
async fn remove_from_blocklist(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(&request, payload, &api, async |ChangeBlacklist { user_id, black_user_id }| {
        api.keep_user_lists.set(ListKind::Black, &user_id.0, &black_user_id.0, false).await?;
        Ok(done())
    })
    .await
}

/// List who is on a list
///
/// The newest first.
#[utoipa::path(post, path = QUERY_BLOCKLIST, request_body = QueryUserList, responses((status = 200, body = UserList)))]
async fn query_blocklist(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    part(&request, payload, &api, ListKind::Black).await
}

/// Put users on a list
#[utoipa::path(post, path = ADD_WHITELIST, description = WHITELIST, request_body = ChangeWhitelist, responses((status = 200, body = Done)))]
async fn add_to_whitelist(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(&request, payload, &api, async |ChangeWhitelist { user_id, white_user_id }| {
        api.keep_user_lists.set(ListKind::White, &user_id.0, &white_user_id.0, true).await?;
        Ok(done())
    })
    .await
}

/// Take users off a list
#[utoipa::path(post, path = REMOVE_WHITELIST, description = WHITELIST, request_body = ChangeWhitelist, responses((status = 200, body = Done)))]
async fn remove_from_whitelist(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(&request, payload, &api, async |ChangeWhitelist { user_id, white_user_id }| {
        api.keep_user_lists.set(ListKind::White, &user_id.0, &white_user_id.0, false).await?;
        Ok(done())
    })
    .await
}

/// List who is on a list
///
/// The newest first.
#[utoipa::path(post, path = QUERY_WHITELIST, request_body = QueryUserList, responses((status = 200, body = UserList)))]
async fn query_whitelist(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    part(&request, payload, &api, ListKind::White).await
}

async fn part(
    request: &HttpRequest,
    payload: web::Payload,
    api: &RongCloudApi,
    kind: ListKind,
) -> HttpResponse {
    answered(request, payload, api, async |QueryUserList { user_id, page_token, size }| {
        let after = page_token.map(|token| token.0);
        let part = api.keep_user_lists.part(kind, &user_id.0, after, size.0).await?;
        let users = part.users.iter().map(ToString::to_string).collect();
        let next = part.next.map(|place| format!("{:x}-{:x}", place.since.0, place.number));
        Ok(reply::json(StatusCode::OK, SUCCESS, &UserList { code: SUCCESS, users, next }))
    })
    .await
}
