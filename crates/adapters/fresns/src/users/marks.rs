//! Following and blocking users (docs/wire/fresns.md#marks).

use actix_web::{HttpRequest, HttpResponse, web};
use sixin_application::users::ports::Mark;
use sixin_domain::user::username::UserRef;

use crate::admission::{answered, body, visit};
use crate::api::FresnsApi;
use crate::codes::{Failure, MISSING, NOT_ALLOWED, USER_UNKNOWN};
use crate::parameters::Parameters;
use crate::responses::done_without_data;

/// `POST /api/v2/user/mark`: follows or blocks a user, or takes that back.
pub(crate) async fn mark(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<FresnsApi>,
) -> HttpResponse {
    answered(&request, &api, async {
        let visit = visit(&request, &api).await?;
        let parameters = body(&request, payload, &api).await?;
        let mark = wanted(&parameters)?;
        if parameters.needed("markType")? != "user" {
            return Err(Failure::of(NOT_ALLOWED, "markType"));
        }
        let whom = parameters.text_or_number("fsid")?.ok_or(Failure::of(MISSING, "fsid"))?;
        let whom = UserRef::parse(&whom).map_err(|_| Failure::new(USER_UNKNOWN))?;
        api.mark_user.toggle(&visit.viewer(), mark, &whom).await?;
        Ok(done_without_data(visit.locale.language))
    })
    .await
}

/// Users of messages are followed and blocked; there is nothing here to be liked. Clients of later revisions say
/// `interactionType`.
fn wanted(parameters: &Parameters) -> Result<Mark, Failure> {
    const NAME: &str = "interactiveType";
    let text = match parameters.text(NAME)? {
        Some(text) => Some(text),
        None => parameters.text("interactionType")?,
    };
    match text.ok_or(Failure::of(MISSING, NAME))? {
        "follow" => Ok(Mark::Follow),
        "block" => Ok(Mark::Block),
        _ => Err(Failure::of(NOT_ALLOWED, NAME)),
    }
}
