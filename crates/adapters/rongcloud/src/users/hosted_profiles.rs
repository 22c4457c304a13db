//! What a back end keeps about its users beside name and picture (docs/wire/rongcloud.md#profiles).

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use serde::de::{Deserialize, Deserializer};
use serde_json::{Map, Value, json};
use sixin_application::users::keep_profiles::{Known, ProfiledUser};
use sixin_domain::user::hosted_profile::HostedProfile;
use sixin_web::answer::reply;
use sixin_web::documented;
use utoipa::{OpenApi, ToSchema};

use super::profiles::{Name, Portrait, shown};
use crate::admission::answered;
use crate::api::RongCloudApi;
use crate::codes::Failure;
use crate::fields::values::{ObjectText, PageNumber, Size, Switch, UserId, Users, listed_in};
use crate::fields::{object, text_or_digits, whole};
use crate::responses::{Done, SUCCESS, done};
use crate::routes::post;

const SET: &str = "/user/profile/set.json";
const CLEAN: &str = "/user/profile/clean.json";
const BATCH: &str = "/user/profile/batch/query.json";
const QUERY: &str = "/user/profile/query.json";

/// Registers the endpoints.
pub(crate) fn configure(config: &mut web::ServiceConfig) {
    config
        .service(post(SET, set_user_profile))
        .service(post(CLEAN, clean_user_profiles))
        .service(post(BATCH, get_user_profiles))
        .service(post(QUERY, query_user_profiles));
}

/// What this subject has in the document.
#[derive(OpenApi)]
#[openapi(paths(set_user_profile, clean_user_profiles, get_user_profiles, query_user_profiles))]
pub(crate) struct Operations;

/// The text of a JSON object, or the object.
struct ProfileText(ObjectText);

documented!(
    ProfileText,
    json!({
        "description": "The text of a JSON object with any of: name (64 characters), portraitUri (1024 bytes), uniqueId (32), email (128), \
                        birthday (32), location (32), all texts; gender (0 to 2), role and level (0 to 100), all numbers.",
        "type": "string",
    })
);

impl<'de> Deserialize<'de> for ProfileText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        ObjectText::deserialize(deserializer).map(Self)
    }
}

#[derive(serde::Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudSetProfile, example = json!({
    "userId": "user1", "userProfile": "{\"name\":\"Ann\",\"gender\":2}", "userExtProfile": "{\"ext_team\":\"blue\"}",
}))]
struct SetProfile {
    /// The user.
    user_id: UserId,
    /// What is known of all users.
    user_profile: Option<ProfileText>,
    /// The text of a JSON object of 20 pairs at most: keys that begin with ext_ and have 32 characters at most, texts of 256.
    user_ext_profile: Option<ObjectText>,
}

type Hundred = Users<100>;

#[derive(serde::Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudOfUsers, example = json!({"userId": ["user1", "user2"]}))]
struct OfUsers {
    /// Who.
    user_id: Hundred,
}

type ProfilesSize = Size<100, 20>;

#[derive(serde::Deserialize, ToSchema)]
#[schema(as = RongCloudQueryProfiles, example = json!({"page": 1, "size": 20, "order": 0}))]
struct QueryProfiles {
    /// Users of a page.
    #[serde(default)]
    size: ProfilesSize,
    /// Which page.
    #[serde(default)]
    page: PageNumber,
    /// 0: the oldest first; 1: the newest. Default 0.
    order: Option<Switch>,
}

/// What is kept of some users.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudProfiles)]
struct Profiles {
    /// 200.
    #[schema(minimum = 200, maximum = 200)]
    code: i64,
    /// How many users there are on all pages, where they come in pages.
    #[serde(skip_serializing_if = "Option::is_none")]
    total_count: Option<i64>,
    /// The users.
    user_list: Vec<ProfileInfo>,
}

/// What is kept of a user.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudProfile)]
struct ProfileInfo {
    /// The user.
    #[schema(example = "user1")]
    user_id: String,
    /// Grows with each change; 0 before the first one.
    #[schema(minimum = 0, example = 1_640_995_200_000_i64)]
    version: i64,
    /// The text of a JSON object.
    #[schema(example = "{\"name\":\"Ann\",\"gender\":2}")]
    user_profile: String,
    /// The text of a JSON object.
    #[schema(example = "{\"ext_team\":\"blue\"}")]
    user_ext_profile: String,
}

impl ProfileInfo {
    fn of(profiled: &ProfiledUser) -> Self {
        let member = |(name, known): (&str, Known)| {
            let value = match known {
                Known::Text(text) => Value::from(text),
                Known::Number(number) => number.into(),
            };
            (name.to_owned(), value)
        };
        let known: Map<String, Value> = profiled.known().into_iter().map(member).collect();
        let ProfiledUser { user, kept } = profiled;
        Self {
            user_id: user.username.to_string(),
            version: kept.changed_at.0,
            user_profile: Value::Object(known).to_string(),
            user_ext_profile: json!(kept.profile.extensions).to_string(),
        }
    }
}

/// Keep something about a user
///
/// What is not given stays as it is; an empty text removes what was there. Name, picture, gender and place show in apps. Members of
/// `userProfile` that are not named here are not kept.
#[utoipa::path(post, path = SET, request_body = SetProfile, responses((status = 200, body = Done)))]
async fn set_user_profile(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(&request, payload, &api, async |SetProfile { user_id, user_profile, user_ext_profile }| {
        let known = match &user_profile {
            Some(ProfileText(ObjectText(text))) => object("userProfile", text)?,
            None => Map::new(),
        };
        let extensions = match &user_ext_profile {
            Some(ObjectText(text)) => pairs("userExtProfile", object("userExtProfile", text)?)?,
            None => BTreeMap::new(),
        };
        let given = |name: &str| known.get(name).filter(|value| !value.is_null() && **value != "");
        let name = given("name").map(Name::deserialize).transpose().map_err(|rule| broken("name", rule))?;
        let portrait = given("portraitUri").map(Portrait::deserialize).transpose();
        let portrait = portrait.map_err(|rule| broken("portraitUri", rule))?;
        let text = |name: &str| match known.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => text_or_digits(value).map(Some).ok_or_else(|| broken(name, "must be a string")),
        };
        let number = |name: &str| match known.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if text.is_empty() => Ok(None),
            Some(Value::String(text)) => text.parse().map(Some).map_err(|_| broken(name, "must be a number")),
            Some(value) => whole(value).map(Some).ok_or_else(|| broken(name, "must be a number")),
        };
        let change = HostedProfile {
            unique_id: text("uniqueId")?,
            email: text("email")?,
            birthday: text("birthday")?,
            gender: number("gender")?,
            location: text("location")?,
            role: number("role")?,
            level: number("level")?,
            extensions,
        };
        api.keep_profiles.set(&user_id.0, shown(name, portrait), change).await?;
        Ok(done())
    })
    .await
}

/// Forget what is kept about users
///
/// Gender and place too; names and pictures stay.
#[utoipa::path(post, path = CLEAN, request_body = OfUsers, responses((status = 200, body = Done)))]
async fn clean_user_profiles(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(&request, payload, &api, async |OfUsers { user_id }| {
        api.keep_profiles.clean(&user_id.0).await?;
        Ok(done())
    })
    .await
}

/// Read what is kept about users
///
/// In the order in which they are named.
#[utoipa::path(post, path = BATCH, request_body = OfUsers, responses((status = 200, body = Profiles)))]
async fn get_user_profiles(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(&request, payload, &api, async |OfUsers { user_id }| {
        let found = api.keep_profiles.of(&user_id.0).await?;
        Ok(listing(found, None))
    })
    .await
}

/// List users with what is kept about them
///
/// By when they were made, without those who left.
#[utoipa::path(post, path = QUERY, request_body = QueryProfiles, responses((status = 200, body = Profiles)))]
async fn query_user_profiles(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(&request, payload, &api, async |QueryProfiles { size: Size(size), page, order }| {
        let order = listed_in(order);
        let (found, total) = api.keep_profiles.page(order, page.offset(size), size).await?;
        Ok(listing(found, Some(total)))
    })
    .await
}

fn listing(found: Vec<ProfiledUser>, total_count: Option<i64>) -> HttpResponse {
    let user_list = found.iter().map(ProfileInfo::of).collect();
    reply::json(StatusCode::OK, SUCCESS, &Profiles { code: SUCCESS, total_count, user_list })
}

/// The pairs of a back end's own.
pub(super) fn pairs(name: &str, given: Map<String, Value>) -> Result<BTreeMap<String, String>, Failure> {
    let pair = |(key, value): (String, Value)| {
        let text = if value.is_null() { Some(String::new()) } else { text_or_digits(&value) };
        text.map(|text| (key, text))
            .ok_or_else(|| Failure::parameter(format!("the values of {name} must be strings")))
    };
    given.into_iter().map(pair).collect()
}

fn broken(member: &str, rule: impl std::fmt::Display) -> Failure {
    Failure::parameter(format!("{member} of userProfile {rule}"))
}
