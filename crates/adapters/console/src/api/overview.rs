//! How the server does.

use actix_web::{HttpRequest, HttpResponse, web};
use sixin_domain::operator::permission::Permission;
use utoipa::OpenApi;

use super::answered;
use crate::ConsoleApi;
use crate::views::OverviewInfo;

/// What this subject has in the document.
#[derive(OpenApi)]
#[openapi(paths(admin_overview))]
pub(crate) struct Operations;

/// How the server does
///
/// Of the process that answers: rates, queue, commit time and connections of the last ten minutes, memory and disks. Scope `overview`.
#[utoipa::path(get, path = "/admin/v1/overview", responses((status = 200, body = OverviewInfo)))]
pub(crate) async fn admin_overview(api: web::Data<ConsoleApi>, request: HttpRequest) -> HttpResponse {
    answered(&api, &request, async |caller| {
        caller.need(Permission::SeeOverview)?;
        Ok(OverviewInfo::of(api.administration.vitals.signs().await))
    })
    .await
}
