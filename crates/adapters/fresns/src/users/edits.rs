//! Users change themselves (docs/wire/fresns.md#profile).

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use serde::de::Deserializer;
use serde_json::json;
use sixin_domain::user::ConversationLimit;
use sixin_domain::user::profile_edit::ProfileEdit;
use sixin_web::documented;
use utoipa::{OpenApi, ToSchema};

use crate::admission::{answered, body, visit};
use crate::api::FresnsApi;
use crate::responses::done_without_data;
use crate::routes::EDIT;
use crate::values::{Emptiable, not_allowed};

/// What this subject has in the document.
#[derive(OpenApi)]
#[openapi(paths(edit_user))]
pub(crate) struct Described;

/// At least one of these.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FresnsEditUserBody, example = json!({"conversationLimit": 4}))]
struct EditUserBody {
    /// A back end knows its users by their names, so they do not change under it.
    #[serde(rename = "username")]
    #[schema(ignore)]
    _username: Option<NotAllowed>,
    /// Who may write to the caller: 1 everybody, 2 whom it follows, 3 these and verified users, 4 nobody.
    conversation_limit: Option<Limit>,
    /// As long as the settings `nickname_min` and `nickname_max` say.
    nickname: Option<String>,
    /// At most 5000 characters; empty removes it.
    #[serde(default)]
    bio: Emptiable,
    gender: Option<Gender>,
    /// At most 128 characters; empty removes it.
    #[serde(default)]
    location: Emptiable,
    /// UTC offset in hours, such as +8 or -3.5.
    timezone: Option<String>,
}

/// What nobody may give.
pub(crate) struct NotAllowed;

impl<'de> Deserialize<'de> for NotAllowed {
    fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        Err(not_allowed())
    }
}

pub(crate) struct Limit(pub(crate) ConversationLimit);

documented!(Limit, json!({"type": "integer", "enum": [1, 2, 3, 4]}));

impl<'de> Deserialize<'de> for Limit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match i64::deserialize(deserializer)? {
            number @ 1..=4 => Ok(Self(ConversationLimit::from_number(number))),
            _ => Err(not_allowed()),
        }
    }
}

/// Which there are, a rule of the domain says.
#[derive(Deserialize)]
struct Gender(i64);

documented!(Gender, json!({"type": "integer", "enum": [0, 1, 2]}));

/// Change what others see of the caller, and who may write to it
///
/// Words that the site replaces or refuses in what users say of themselves are replaced or refused. Names of users (`username`) do
/// not change.
#[utoipa::path(put, path = EDIT, security(("user" = [])), request_body = EditUserBody, responses((status = 200)))]
pub(crate) async fn edit_user(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<FresnsApi>,
) -> HttpResponse {
    answered(&request, &api, async {
        let visit = visit(&request, &api).await?;
        let edit = edit_of(body(&request, payload, &api).await?);
        api.edit_user.edit(&visit.viewer(), edit).await?;
        Ok(done_without_data(visit.locale.language))
    })
    .await
}

fn edit_of(body: EditUserBody) -> ProfileEdit {
    ProfileEdit {
        nickname: body.nickname,
        bio: body.bio.0,
        gender: body.gender.map(|gender| gender.0),
        location: body.location.0,
        timezone: body.timezone,
        conversation_limit: body.conversation_limit.map(|limit| limit.0),
    }
}
