//! System messages: what the user whom the site has named for it says (docs/wire/rongcloud.md#system).

use actix_web::{HttpRequest, HttpResponse, web};
use sixin_application::access::authenticate_back_end::BackEnd;
use sixin_application::sending::publish_message::PublishRequest;
use sixin_domain::sending::limits::Limits;
use sixin_web::request::idempotency::{self, Given, Parameter};
use utoipa::OpenApi;

use crate::admission::noted;
use crate::api::RongCloudApi;
use crate::codes::{Code, Failure};
use crate::fields::Fields;
use crate::responses::{self, Published};
use crate::routes::SYSTEM;
use crate::sending::publish::{Once, Publishing, published};
use crate::sending::publish_body::PublishBody;

/// The setting that names the user.
const SYSTEM_USER: &str = "system_user";
/// Recipients of one call (docs/wire/rongcloud.md#system).
const MOST_RECIPIENTS: usize = 100;

/// What this subject has in the document.
#[derive(OpenApi)]
#[openapi(paths(publish_system_message))]
pub(crate) struct Operations;

/// A publish whose sender is that user.
struct SystemBody(PublishBody);

impl Publishing for SystemBody {
    const PATH: &'static str = SYSTEM;

    fn parse(fields: Fields) -> Result<Self, Failure> {
        let body = PublishBody::parse(fields)?;
        if body.to_user_id.len() > MOST_RECIPIENTS {
            return Err(Failure::parameter(format!("toUserId must name at most {MOST_RECIPIENTS} users")));
        }
        Ok(Self(body))
    }

    fn given_number(&self) -> Option<Given> {
        self.0.given_number()
    }

    fn parameters(&self) -> Vec<Parameter<'_>> {
        self.0.parameters()
    }

    fn into_request(self, limits: &Limits, once: Once) -> Result<PublishRequest, Failure> {
        self.0.into_request(limits, once)
    }
}

/// Publish a system message
///
/// A message to 1 to 100 users from the user whom the setting `system_user` names, whatever `fromUserId` says; it stands in the
/// conversations of the recipients with that user, and is a publish in all else. Where the setting is empty, as it is at first, there are no system
/// messages: 1009.
#[utoipa::path(post, path = SYSTEM, request_body = PublishBody, responses((status = 200, body = Published)))]
pub(crate) async fn publish_system_message(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    let answer = sent(&request, payload, &api).await;
    answer.unwrap_or_else(|failure| responses::refused(request.path(), &failure))
}

async fn sent(
    request: &HttpRequest,
    payload: web::Payload,
    api: &RongCloudApi,
) -> Result<HttpResponse, Failure> {
    let admitted = api.authenticate_back_end.admit(&noted(request)?).await?;
    let settings = api.settings.settings().await?;
    let sender = settings.text(SYSTEM_USER);
    if sender.is_empty() {
        return Err(Failure::new(Code::NotActivated, "the setting system_user names nobody"));
    }
    let back_end = BackEnd { nonce: None, ..admitted };
    let mut fields = Fields::of_request(request, payload, api).await?;
    fields.replace("fromUserId", sender.into());
    let sent = published(request, SystemBody::parse(fields)?, api, back_end).await?;
    Ok(idempotency::marked(responses::of_published(&sent.placed)?, sent.replayed))
}
