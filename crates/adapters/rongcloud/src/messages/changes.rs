//! Messages are taken back and changed (docs/wire/rongcloud.md#recall).

use actix_web::{HttpRequest, HttpResponse, web};
use sixin_application::messages::change_messages::{MessageRef, Rewording};
use sixin_domain::message::object_name::ObjectName;

use crate::admission::answered;
use crate::api::RongCloudApi;
use crate::codes::{Code, Failure};
use crate::fields::conversations::{message, must_be_private, required_user};
use crate::fields::{Fields, without_nul};
use crate::responses::done;
use crate::sending::content::{self, Content};

/// `POST /message/recall.json`.
pub(crate) async fn recall(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(&request, payload, &api, async |fields| {
        must_be_private(&fields)?;
        let wanted = wanted(&fields, "messageUID")?;
        let is_admin = fields.flag("isAdmin")?.unwrap_or(false);
        // Known parameters are well formed, also those that wait for the device gateway.
        fields.integer("sentTime")?;
        for name in ["isDelete", "disablePush"] {
            fields.flag(name)?;
        }
        api.change_messages.recall(&wanted, is_admin).await?;
        Ok(done())
    })
    .await
}

/// `POST /message/private/modify.json`.
pub(crate) async fn modify(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(&request, payload, &api, async |fields| {
        let wanted = wanted(&fields, "msgUID")?;
        let rewording = Rewording {
            object_name: object_name(&fields)?,
            content: fields.required_text("content")?,
            read: |object_name, content, limits| {
                let Content { content, text } = content::check(object_name, content, limits)?;
                Ok((content, text))
            },
            replace_text: content::replace_text,
        };
        api.change_messages.rewrite(&wanted, rewording).await?;
        Ok(done())
    })
    .await
}

fn wanted(fields: &Fields, uid: &str) -> Result<MessageRef, Failure> {
    Ok(MessageRef {
        by: required_user(fields, "fromUserId")?,
        with: required_user(fields, "targetId")?,
        name: message(fields, uid)?,
    })
}

fn object_name(fields: &Fields) -> Result<Option<ObjectName>, Failure> {
    let Some(name) = fields.text("objectName")? else { return Ok(None) };
    let name = ObjectName::new(without_nul("objectName", &name)?);
    name.map(Some).map_err(|error| Failure::new(Code::TypeUnsupported, format!("objectName {error}")))
}
