//! Users change themselves in 3.x (docs/wire/fresns3.md#users).

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use serde::de::Deserializer;
use serde_json::json;
use sixin_domain::user::profile_edit::ProfileEdit;
use sixin_web::documented;
use utoipa::{OpenApi, ToSchema};

use crate::admission::{answered, body, visit};
use crate::api::FresnsApi;
use crate::codes::Failure;
use crate::responses::done_without_data;
use crate::users::edits::{Limit, NotAllowed};
use crate::v3::routes::{PROFILE, SETTING};
use crate::values::{Emptiable, not_allowed};

/// What this subject has in the document.
#[derive(OpenApi)]
#[openapi(paths(edit_profile_v3, edit_setting_v3))]
pub(crate) struct Described;

/// At least one of these.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Fresns3EditProfileBody, example = json!({"nickname": "Mira"}))]
struct EditProfileBody {
    /// A back end knows its users by their names, so they do not change under it.
    #[serde(rename = "username")]
    #[schema(ignore)]
    _username: Option<NotAllowed>,
    /// As long as the settings `nickname_min` and `nickname_max` say.
    nickname: Option<String>,
    /// At most 5000 characters; empty removes it.
    #[serde(default)]
    bio: Emptiable,
    gender: Option<Gender>,
    /// At most 128 characters; empty removes it.
    #[serde(default)]
    location: Emptiable,
    /// Who may write to the caller: 1 everybody, 2 whom it follows, 3 these and verified users, 4 nobody.
    conversation_limit: Option<Limit>,
    /// The same in the name that clients since 3.2 use.
    conversation_policy: Option<Limit>,
}

/// 1 unknown, 2 male, 3 female. There is no fourth here.
struct Gender(i64);

documented!(Gender, json!({"type": "integer", "enum": [1, 2, 3]}));

impl<'de> Deserialize<'de> for Gender {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match i64::deserialize(deserializer)? {
            number @ 1..=3 => Ok(Self(number)),
            _ => Err(not_allowed()),
        }
    }
}

/// Change what others see of the caller
///
/// Words that the site replaces or refuses in what users say of themselves are replaced or refused. Names of users (`username`) do not
/// change.
#[utoipa::path(patch, path = PROFILE, security(("user" = [])), request_body = EditProfileBody, responses((status = 200)))]
pub(crate) async fn edit_profile_v3(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<FresnsApi>,
) -> HttpResponse {
    answered(
        &request,
        &api,
        edited(&request, payload, &api, |body: EditProfileBody| ProfileEdit {
            nickname: body.nickname,
            bio: body.bio.0,
            // They count from 1 (docs/wire/fresns3.md#user).
            gender: body.gender.map(|gender| gender.0 - 1),
            location: body.location.0,
            timezone: None,
            conversation_limit: body.conversation_policy.or(body.conversation_limit).map(|limit| limit.0),
        }),
    )
    .await
}

/// At least one of these.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Fresns3EditSettingBody, example = json!({"conversationPolicy": 4}))]
struct EditSettingBody {
    /// Who may write to the caller: 1 everybody, 2 whom it follows, 3 these and verified users, 4 nobody.
    conversation_policy: Option<Limit>,
    /// The same in the name that clients of 3.1 use.
    conversation_limit: Option<Limit>,
    /// UTC offset in hours, such as +8 or -3.5.
    timezone: Option<String>,
}

/// Change who may write to the caller
///
/// And in which time zone it reads. `user/settings` is the same.
#[utoipa::path(patch, path = SETTING, security(("user" = [])), request_body = EditSettingBody, responses((status = 200)))]
pub(crate) async fn edit_setting_v3(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<FresnsApi>,
) -> HttpResponse {
    answered(
        &request,
        &api,
        edited(&request, payload, &api, |body: EditSettingBody| ProfileEdit {
            timezone: body.timezone,
            conversation_limit: body.conversation_policy.or(body.conversation_limit).map(|limit| limit.0),
            ..ProfileEdit::default()
        }),
    )
    .await
}

async fn edited<B: serde::de::DeserializeOwned>(
    request: &HttpRequest,
    payload: web::Payload,
    api: &FresnsApi,
    of: fn(B) -> ProfileEdit,
) -> Result<HttpResponse, Failure> {
    let visit = visit(request, api).await?;
    let edit = of(body(request, payload, api).await?);
    api.edit_user.edit(&visit.viewer(), edit).await?;
    Ok(done_without_data(visit.locale.language))
}
