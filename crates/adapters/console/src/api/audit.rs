//! What was done.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use sixin_application::administration::AdminError;
use sixin_application::operators::caller::Caller;
use sixin_application::operators::ports::AuditQuery;
use utoipa::{IntoParams, OpenApi};

use super::{answered, limit, query};
use crate::ConsoleApi;
use crate::views::{AuditInfo, AuditPage};

/// What this subject has in the document.
#[derive(OpenApi)]
#[openapi(paths(admin_audit))]
pub(crate) struct Operations;

/// Which rows are asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct AuditAsked {
    /// Only those of this operator, or of `command line`.
    pub(crate) who: Option<String>,
    /// Only this action, or those whose words begin so: `user.ban`, `user.`
    pub(crate) action: Option<String>,
    /// Only those about this user, app key, setting, …
    pub(crate) target: Option<String>,
    /// Only those before this row: `next` of the part before.
    pub(crate) before: Option<i64>,
    /// How many, 1 to 500; 50 if it is not given.
    #[param(minimum = 1, maximum = 500)]
    pub(crate) limit: Option<i64>,
}

/// A part of the audit.
pub(crate) async fn page(
    api: &ConsoleApi,
    caller: &Caller,
    asked: AuditAsked,
) -> Result<AuditPage, AdminError> {
    let limit = limit(asked.limit)?;
    let given = |text: Option<String>| text.filter(|text| !text.is_empty());
    let (who, action) = (given(asked.who), given(asked.action));
    let wanted = AuditQuery { who, action, target: given(asked.target), before: asked.before };
    let rows = api.administration.audit.page(caller, &wanted, limit).await?;
    let is_full = i64::try_from(rows.len()).is_ok_and(|count| count == limit);
    let next = rows.last().filter(|_| is_full).map(|row| row.id);
    Ok(AuditPage { rows: rows.into_iter().map(AuditInfo::of).collect(), next })
}

/// What operators and commands did
///
/// The latest first. Nothing here can be changed or removed. Scope `audit`.
#[utoipa::path(get, path = "/admin/v1/audit", params(AuditAsked), responses((status = 200, body = AuditPage)))]
pub(crate) async fn admin_audit(api: web::Data<ConsoleApi>, request: HttpRequest) -> HttpResponse {
    answered(&api, &request, async |caller| page(&api, caller, query(&request)?).await).await
}
