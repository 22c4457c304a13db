//! What was done.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::layout::Layout;
use super::visit::shown;
use crate::ConsoleApi;
use crate::api::audit::{self, AuditAsked};
use crate::views::AuditPage;

#[derive(Template)]
#[template(path = "audit.html")]
struct AuditRows {
    l: Layout,
    page: AuditPage,
    who: String,
    action: String,
    target: String,
}

/// `GET /console/audit`
pub(super) async fn page(api: web::Data<ConsoleApi>, request: HttpRequest) -> HttpResponse {
    shown(&api, &request, "audit", async |visit, asked| {
        let field = |name| asked.some(name).unwrap_or_default();
        let (who, action, target) = (field("who"), field("action"), field("target"));
        let wanted = AuditAsked {
            who: Some(who.clone()),
            action: Some(action.clone()),
            target: Some(target.clone()),
            before: asked.number("before")?,
            limit: None,
        };
        let page = audit::page(&api, &visit.caller, wanted).await?;
        Ok(AuditRows { l: visit.layout(), page, who, action, target })
    })
    .await
}
