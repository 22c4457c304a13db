//! Friends: users who follow each other (docs/wire/rongcloud.md#friends).

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use serde_json::json;
use sixin_application::users::ports::{Friend, FriendChange};
use sixin_domain::user::friend::FriendPermission;
use sixin_domain::user::hosted_profile::HostedProfile;
use sixin_domain::user::username::Username;
use sixin_web::answer::reply;
use utoipa::{OpenApi, ToSchema};

use super::friend_requests::{
    AddFriend, CleanFriends, GetFriends, GetPermissions, OfFriends, SetFriendProfile, SetPermission,
};
use super::hosted_profiles::pairs;
use crate::admission::answered;
use crate::api::RongCloudApi;
use crate::codes::Failure;
use crate::fields::object;
use crate::fields::values::{Number, ObjectText, Text, listed_in};
use crate::responses::{Done, SUCCESS, done};
use crate::routes::post;

const ADD: &str = "/friend/add.json";
const DELETE: &str = "/friend/delete.json";
const CLEAN: &str = "/friend/clean.json";
const GET: &str = "/friend/get.json";
const CHECK: &str = "/friend/check.json";
const SET_PROFILE: &str = "/friend/profile/set.json";
const SET_PERMISSION: &str = "/friend/permission/set.json";
const GET_PERMISSION: &str = "/friend/permission/get.json";

/// `result` of a check: the two are friends, or not.
const FRIENDS: i64 = 4;
const STRANGERS: i64 = 1;

/// Registers the endpoints.
pub(crate) fn configure(config: &mut web::ServiceConfig) {
    config
        .service(post(ADD, add_friend))
        .service(post(DELETE, delete_friends))
        .service(post(CLEAN, clean_friends))
        .service(post(GET, get_friends))
        .service(post(CHECK, check_friends))
        .service(post(SET_PROFILE, set_friend_profile))
        .service(post(SET_PERMISSION, set_friend_permission))
        .service(post(GET_PERMISSION, get_friend_permissions));
}

/// What this subject has in the document.
#[derive(OpenApi)]
#[openapi(paths(
    add_friend,
    delete_friends,
    clean_friends,
    get_friends,
    check_friends,
    set_friend_profile,
    set_friend_permission,
    get_friend_permissions
))]
pub(crate) struct Operations;

/// A page of friends.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudFriends)]
struct FriendPage {
    /// 200.
    #[schema(minimum = 200, maximum = 200)]
    code: i64,
    /// Where the list goes on; an empty text at its end.
    page_token: String,
    /// How many friends there are on all pages.
    total_count: usize,
    /// The friends.
    friend_list: Vec<FriendInfo>,
}

/// A friend.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudFriend)]
struct FriendInfo {
    /// Who.
    #[schema(example = "user2")]
    user_id: String,
    /// Its name.
    #[schema(example = "Bob")]
    name: String,
    /// What the user calls it, or an empty text.
    #[schema(example = "Bob from work")]
    remark_name: String,
    /// The text of a JSON object.
    #[schema(example = "{\"ext_team\":\"blue\"}")]
    friend_ext_profile: String,
    /// Since when they are friends, in milliseconds.
    #[schema(minimum = 0, example = 1_640_995_200_000_i64)]
    time: i64,
}

impl From<Friend> for FriendInfo {
    fn from(friend: Friend) -> Self {
        Self {
            user_id: friend.username.to_string(),
            name: friend.nickname,
            remark_name: friend.remark.unwrap_or_default(),
            friend_ext_profile: friend.profile.unwrap_or_else(|| "{}".to_owned()),
            time: friend.since.0,
        }
    }
}

/// Who is a friend.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RongCloudCheckedFriends)]
struct Checked {
    /// 200.
    #[schema(minimum = 200, maximum = 200)]
    code: i64,
    /// The users, in the order in which they were named.
    results: Vec<CheckedFriend>,
}

/// Whether a user is a friend.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudCheckedFriend)]
struct CheckedFriend {
    /// Who.
    #[schema(example = "user2")]
    user_id: String,
    /// 4: the two are friends; 1: they are not.
    #[schema(example = 4)]
    result: i64,
}

/// Whom users take.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudFriendPermissions)]
struct Permissions {
    /// 200.
    #[schema(minimum = 200, maximum = 200)]
    code: i64,
    /// The users, in the order in which they were named.
    permission_settings: Vec<PermissionSetting>,
}

/// Whom a user takes.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudFriendPermission)]
struct PermissionSetting {
    /// Who.
    #[schema(example = "user1")]
    user_id: String,
    /// 1: whoever asks; 2: whoever the user agrees to; 3: nobody.
    #[serde(rename = "type")]
    #[schema(minimum = 1, maximum = 3, example = 2)]
    permission: i64,
}

/// Make two users friends
///
/// Friends follow each other in apps. With `optType` 1 the other follows back at once only if it takes whoever asks; if it wants to
/// agree, it does by following back, in an app or by a call of its own. Who takes nobody is 1003. A user has at most 3000 friends.
#[utoipa::path(post, path = ADD, request_body = AddFriend, responses((status = 200, body = Done)))]
async fn add_friend(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(&request, payload, &api, async |AddFriend { user_id, target_id, opt_type }| {
        let is_direct = opt_type.is_some_and(|Number(kind)| kind == 2);
        api.keep_friends.add(&user_id.0, &target_id.0, is_direct).await?;
        Ok(done())
    })
    .await
}

/// End friendships
///
/// On both sides. Who is no friend is passed over.
#[utoipa::path(post, path = DELETE, request_body = OfFriends, responses((status = 200, body = Done)))]
async fn delete_friends(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(&request, payload, &api, async |OfFriends { user_id, target_ids }| {
        api.keep_friends.delete(&user_id.0, &target_ids.0).await?;
        Ok(done())
    })
    .await
}

/// End all friendships of a user
#[utoipa::path(post, path = CLEAN, request_body = CleanFriends, responses((status = 200, body = Done)))]
async fn clean_friends(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(&request, payload, &api, async |CleanFriends { user_id }| {
        api.keep_friends.clean(&user_id.0).await?;
        Ok(done())
    })
    .await
}

/// List the friends of a user
#[utoipa::path(post, path = GET, request_body = GetFriends, responses((status = 200, body = FriendPage)))]
async fn get_friends(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(&request, payload, &api, async |GetFriends { user_id, page_token, size, order }| {
        let offset = match page_token {
            Some(Text(token)) if !token.is_empty() => token
                .parse::<usize>()
                .map_err(|_| Failure::parameter("pageToken must be the pageToken of an earlier answer"))?,
            _ => 0,
        };
        let order = listed_in(order);
        let limit = usize::try_from(size.0).unwrap_or_default();
        let (friends, total_count) = api.keep_friends.page(&user_id.0, order, offset, limit).await?;
        let next = offset.saturating_add(friends.len());
        let page_token = if next < total_count { next.to_string() } else { String::new() };
        let friend_list = friends.into_iter().map(FriendInfo::from).collect();
        let page = FriendPage { code: SUCCESS, page_token, total_count, friend_list };
        Ok(reply::json(StatusCode::OK, SUCCESS, &page))
    })
    .await
}

/// Read who is a friend
#[utoipa::path(post, path = CHECK, request_body = OfFriends, responses((status = 200, body = Checked)))]
async fn check_friends(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(&request, payload, &api, async |OfFriends { user_id, target_ids }| {
        let found = api.keep_friends.are_friends(&user_id.0, &target_ids.0).await?;
        let result = |(user, are_friends): (&Username, bool)| CheckedFriend {
            user_id: user.to_string(),
            result: if are_friends { FRIENDS } else { STRANGERS },
        };
        let results = target_ids.0.iter().zip(found).map(result).collect();
        Ok(reply::json(StatusCode::OK, SUCCESS, &Checked { code: SUCCESS, results }))
    })
    .await
}

/// Keep something of a friend
///
/// `remarkName` is the user's remark about the friend: `/user/remarks/get.json` tells it too, and `/user/remarks/del.json` removes it.
#[utoipa::path(post, path = SET_PROFILE, request_body = SetFriendProfile, responses((status = 200, body = Done)))]
async fn set_friend_profile(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(&request, payload, &api, async |change| {
        let SetFriendProfile { user_id, target_id, remark_name, friend_ext_profile } = change;
        let profile = friend_ext_profile.map(|ObjectText(text)| kept_pairs(&text)).transpose()?;
        let change = FriendChange { remark: remark_name.map(|remark| remark.0), profile };
        api.keep_friends.describe(&user_id.0, &target_id.0, change).await?;
        Ok(done())
    })
    .await
}

/// Set whom users take as friends
#[utoipa::path(post, path = SET_PERMISSION, request_body = SetPermission, responses((status = 200, body = Done)))]
async fn set_friend_permission(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(&request, payload, &api, async |SetPermission { user_ids, permission_type }| {
        api.keep_friends.permit(&user_ids.0, permission_type.0).await?;
        Ok(done())
    })
    .await
}

/// Read whom users take as friends
///
/// Who has set nothing takes whoever asks.
#[utoipa::path(post, path = GET_PERMISSION, request_body = GetPermissions, responses((status = 200, body = Permissions)))]
async fn get_friend_permissions(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(&request, payload, &api, async |GetPermissions { user_ids }| {
        let found = api.keep_friends.permissions(&user_ids.0).await?;
        let setting = |(user, permission): (&Username, FriendPermission)| PermissionSetting {
            user_id: user.to_string(),
            permission: permission.number(),
        };
        let permission_settings = user_ids.0.iter().zip(found).map(setting).collect();
        Ok(reply::json(StatusCode::OK, SUCCESS, &Permissions { code: SUCCESS, permission_settings }))
    })
    .await
}

/// What is kept of an object of texts: its text without those that are empty, an empty one if there are no others.
fn kept_pairs(given: &str) -> Result<String, Failure> {
    if given.is_empty() {
        return Ok(String::new());
    }
    let name = "friendExtProfile";
    let mut extensions = pairs(name, object(name, given)?)?;
    extensions.retain(|_, text| !text.is_empty());
    let profile = HostedProfile { extensions, ..HostedProfile::default() };
    profile.check().map_err(|rule| Failure::parameter(rule.to_string()))?;
    if profile.extensions.is_empty() { Ok(String::new()) } else { Ok(json!(profile.extensions).to_string()) }
}
