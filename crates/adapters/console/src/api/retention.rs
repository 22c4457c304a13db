//! What is too old.

use actix_web::{HttpRequest, HttpResponse, web};
use utoipa::OpenApi;

use super::answered;
use crate::ConsoleApi;
use crate::views::{RanInfo, RetentionInfo};

/// What this subject has in the document.
#[derive(OpenApi)]
#[openapi(paths(admin_show_retention, admin_run_retention))]
pub(crate) struct Operations;

/// How long things are kept, and what would go now
///
/// The days are set in the configuration file. Counts end at 200,000 of each; `counted` says whether there may be more. Scope `site`.
#[utoipa::path(get, path = "/admin/v1/retention", responses((status = 200, body = RetentionInfo)))]
pub(crate) async fn admin_show_retention(api: web::Data<ConsoleApi>, request: HttpRequest) -> HttpResponse {
    answered(&api, &request, async |caller| {
        let retention = &api.administration.retention;
        let ages = retention.ages(caller)?;
        Ok(RetentionInfo::of(ages, &retention.due(caller).await?))
    })
    .await
}

/// Remove what is too old now
///
/// Servers do so all the time, in small steps; this is for whoever does not want to wait. It works for five seconds at most, and says
/// whether there is more, which servers go on with. Uploads that only contents of messages name are left to servers and to
/// `sixin retention run`. Every call is a row of the audit. Scope `retention`.
#[utoipa::path(post, path = "/admin/v1/retention", responses((status = 200, body = RanInfo)))]
pub(crate) async fn admin_run_retention(api: web::Data<ConsoleApi>, request: HttpRequest) -> HttpResponse {
    answered(&api, &request, async |caller| Ok(RanInfo::of(&api.administration.retention.run(caller).await?)))
        .await
}
