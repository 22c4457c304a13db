//! Users change themselves (docs/wire/fresns.md#profile).

use actix_web::{HttpRequest, HttpResponse, web};
use sixin_domain::user::ConversationLimit;
use sixin_domain::user::profile_edit::ProfileEdit;

use crate::admission::{answered, body, visit};
use crate::api::FresnsApi;
use crate::codes::{Failure, NOT_ALLOWED};
use crate::parameters::Parameters;
use crate::responses::done_without_data;

/// `PUT /api/v2/user/edit`.
pub(crate) async fn edit(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<FresnsApi>,
) -> HttpResponse {
    answered(&request, &api, async {
        let visit = visit(&request, &api).await?;
        let edit = wanted(&body(&request, payload, &api).await?)?;
        api.edit_user.edit(&visit.viewer(), edit).await?;
        Ok(done_without_data(visit.locale.language))
    })
    .await
}

fn wanted(parameters: &Parameters) -> Result<ProfileEdit, Failure> {
    // A back end knows its users by their names, so they do not change under it.
    if parameters.text("username")?.is_some() {
        return Err(Failure::of(NOT_ALLOWED, "username"));
    }
    let owned = |text: Option<&str>| text.map(str::to_owned);
    let limit = match parameters.number("conversationLimit")? {
        Some(number @ 1..=4) => Some(ConversationLimit::from_number(number)),
        Some(_) => return Err(Failure::of(NOT_ALLOWED, "conversationLimit")),
        None => None,
    };
    Ok(ProfileEdit {
        nickname: owned(parameters.text("nickname")?),
        bio: owned(parameters.text_or_empty("bio")?),
        gender: parameters.number("gender")?,
        location: owned(parameters.text_or_empty("location")?),
        timezone: owned(parameters.text("timezone")?),
        conversation_limit: limit,
    })
}
