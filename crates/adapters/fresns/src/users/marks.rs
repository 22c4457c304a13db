//! Following and blocking users (docs/wire/fresns.md#marks).

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use sixin_application::users::ports::Mark;
use sixin_domain::user::username::UserRef;
use utoipa::{OpenApi, ToSchema};

use crate::admission::{Visit, answered, body, visit};
use crate::api::FresnsApi;
use crate::codes::{Failure, MISSING, USER_UNKNOWN};
use crate::responses::done_without_data;
use crate::routes::MARK;
use crate::values::TextOrNumber;

/// What this subject has in the document.
#[derive(OpenApi)]
#[openapi(paths(mark_user))]
pub(crate) struct Described;

/// One of `interactiveType` and `interactionType` is needed.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FresnsMarkUserBody,
    example = json!({"interactiveType": "follow", "markType": "user", "fsid": "user2"}))]
struct MarkUserBody {
    interactive_type: Option<MarkKind>,
    /// The same in the name that clients of 2.x use.
    interaction_type: Option<MarkKind>,
    #[serde(rename = "markType")]
    _mark_type: Marked,
    /// The number or the name of the user.
    fsid: TextOrNumber,
}

/// Users of messages are followed and blocked; there is nothing here to be liked.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = FresnsMarkKind)]
pub(crate) enum MarkKind {
    Follow,
    Block,
}

impl From<MarkKind> for Mark {
    fn from(kind: MarkKind) -> Self {
        match kind {
            MarkKind::Follow => Self::Follow,
            MarkKind::Block => Self::Block,
        }
    }
}

/// What is marked.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = FresnsMarked)]
pub(crate) enum Marked {
    User,
}

/// Follow or block a user
///
/// Follows or blocks the user; if the caller does so already, takes it back. Who is blocked can't write to the caller any more, from
/// the next message on. A site whose setting `block_user_setting` is off lets nobody block.
#[utoipa::path(post, path = MARK, security(("user" = [])), request_body = MarkUserBody, responses((status = 200)))]
pub(crate) async fn mark_user(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<FresnsApi>,
) -> HttpResponse {
    answered(&request, &api, async {
        let visit = visit(&request, &api).await?;
        let body: MarkUserBody = body(&request, payload, &api).await?;
        let kind = body.interactive_type.or(body.interaction_type);
        let mark = kind.ok_or(Failure::of(MISSING, "interactiveType"))?.into();
        toggle(&api, &visit, mark, &body.fsid).await?;
        Ok(done_without_data(visit.locale.language))
    })
    .await
}

/// Marks whom `fsid` names, or takes that back.
pub(crate) async fn toggle(
    api: &FresnsApi,
    visit: &Visit,
    mark: Mark,
    fsid: &TextOrNumber,
) -> Result<(), Failure> {
    let whom = UserRef::parse(&fsid.0).map_err(|_| Failure::new(USER_UNKNOWN))?;
    Ok(api.mark_user.toggle(&visit.viewer(), mark, &whom).await?)
}
