//! A back end reads what a user has of a conversation, and cleans it (docs/wire/rongcloud.md#history).

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use sixin_application::messages::read_history::HistoryRequest;
use sixin_domain::time::Millis;
use sixin_web::answer::reply;
use sixin_web::files::address::origin;

use crate::admission::answered;
use crate::api::RongCloudApi;
use crate::codes::Failure;
use crate::fields::Fields;
use crate::fields::conversations::{must_be_private, required_user};
use crate::fields::users::size_or;
use crate::messages::expansions::read_expansion;
use crate::messages::history_info::{Addresses, History, history};
use crate::responses::{SUCCESS, done};
use crate::times::{moment, required_moment};

/// Messages of a page, if a client does not say otherwise, and at most.
const PAGE: i64 = 10;
const LARGEST_PAGE: i64 = 100;

/// `POST /v3/message/private/query.json`.
pub(crate) async fn query(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(&request, payload, &api, async |fields| {
        let wanted = wanted(&fields)?;
        let found = api.read_history.between(&wanted).await?;
        let settings = api.settings.settings().await?;
        let origin = origin(&request, &settings);
        let addresses = Addresses { settings: &settings, origin: &origin, links: &api.file_links };
        let answer: History = history(&wanted, found, &addresses);
        Ok(reply::json(StatusCode::OK, SUCCESS, &answer))
    })
    .await
}

/// `POST /conversation/message/history/clean.json`.
pub(crate) async fn clean(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(&request, payload, &api, async |fields| {
        must_be_private(&fields)?;
        let (user, with) = (required_user(&fields, "fromUserId")?, required_user(&fields, "targetId")?);
        // Of 0, which clients send that can't leave a number out, follows what follows of none: all is cleaned.
        let until = moment(&fields, "msgTimestamp")?.filter(|until| *until > Millis(0));
        api.read_history.clean(&user, &with, until).await?;
        Ok(done())
    })
    .await
}

fn wanted(fields: &Fields) -> Result<HistoryRequest, Failure> {
    let (from, until) = (required_moment(fields, "startTime")?, required_moment(fields, "endTime")?);
    let limit = size_or(fields, "pageSize", LARGEST_PAGE, PAGE)?;
    fields.text("busChannel")?;
    Ok(HistoryRequest {
        user: required_user(fields, "userId")?,
        with: required_user(fields, "targetId")?,
        from,
        includes_from: fields.flag("includeStart")?.unwrap_or(false),
        until,
        limit,
        read_expansion,
    })
}
