//! Settings and roles.

use actix_web::web::{self, Payload};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use sixin_application::administration::AdminError;
use sixin_application::operations::roles::RoleChange;
use sixin_application::operators::caller::Caller;
use utoipa::{OpenApi, ToSchema};

use super::{DONE, Done, answered, answered_with, number, part};
use crate::ConsoleApi;
use crate::views::{RoleInfo, SettingInfo};

/// What this subject has in the document.
#[derive(OpenApi)]
#[openapi(paths(
    admin_list_settings,
    admin_set_setting,
    admin_reset_setting,
    admin_list_roles,
    admin_set_role
))]
pub(crate) struct Operations;

/// All settings.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminSettings)]
pub(crate) struct SettingsInfo {
    /// The settings there are, and those of the operator's own.
    pub(crate) settings: Vec<SettingInfo>,
}

/// All settings.
pub(crate) async fn settings(api: &ConsoleApi, caller: &Caller) -> Result<SettingsInfo, AdminError> {
    let settings = api.administration.site.settings(caller).await?;
    Ok(SettingsInfo { settings: SettingInfo::all(&settings) })
}

/// List the settings
///
/// What is in force, what is built in and what each means. Scope `site`.
#[utoipa::path(get, path = "/admin/v1/settings", responses((status = 200, body = SettingsInfo)))]
pub(crate) async fn admin_list_settings(api: web::Data<ConsoleApi>, request: HttpRequest) -> HttpResponse {
    answered(&api, &request, async |caller| settings(&api, caller).await).await
}

/// A value.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AdminSettingValue, example = json!({"value": "true"}))]
struct ValueBody {
    /// As text, whatever the type of the setting.
    value: String,
}

/// Change a setting
///
/// Running servers follow within two seconds. Scope `site.change`.
#[utoipa::path(put, path = "/admin/v1/settings/{key}", params(("key" = String, Path, description = "What the setting is called.")), request_body = ValueBody, responses((status = 200, body = Done)))]
pub(crate) async fn admin_set_setting(
    api: web::Data<ConsoleApi>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    answered_with(&api, &request, payload, async |caller, body: ValueBody| {
        api.administration.site.set(caller, &part(&request, "key"), &body.value).await?;
        Ok(DONE)
    })
    .await
}

/// Let the built-in value of a setting hold again
///
/// Scope `site.change`.
#[utoipa::path(delete, path = "/admin/v1/settings/{key}", params(("key" = String, Path, description = "What the setting is called.")), responses((status = 200, body = Done)))]
pub(crate) async fn admin_reset_setting(api: web::Data<ConsoleApi>, request: HttpRequest) -> HttpResponse {
    answered(&api, &request, async |caller| {
        api.administration.site.reset(caller, &part(&request, "key")).await?;
        Ok(DONE)
    })
    .await
}

/// All roles.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminRoles)]
pub(crate) struct RolesInfo {
    /// The roles.
    pub(crate) roles: Vec<RoleInfo>,
}

/// All roles but those that were deleted.
pub(crate) async fn roles(api: &ConsoleApi, caller: &Caller) -> Result<RolesInfo, AdminError> {
    let book = api.administration.site.roles(caller).await?;
    let kept = book.0.iter().filter(|role| !role.is_deleted);
    Ok(RolesInfo { roles: kept.map(RoleInfo::of).collect() })
}

/// List the roles
///
/// Scope `site`.
#[utoipa::path(get, path = "/admin/v1/roles", responses((status = 200, body = RolesInfo)))]
pub(crate) async fn admin_list_roles(api: web::Data<ConsoleApi>, request: HttpRequest) -> HttpResponse {
    answered(&api, &request, async |caller| roles(&api, caller).await).await
}

/// What is to become of a role. What is not given stays as it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AdminRoleChange, example = json!({"permission": "conversation=true"}))]
struct RoleBody {
    /// Its name.
    name: Option<String>,
    /// A permission and its value in JSON: `conversation=true`.
    permission: Option<String>,
    /// Whether a permission is taken that only clients look at.
    #[serde(default)]
    custom: bool,
    /// Whether the role counts.
    enabled: Option<bool>,
}

/// Make or change a role
///
/// Scope `site.change`.
#[utoipa::path(put, path = "/admin/v1/roles/{role}", params(("role" = i64, Path, description = "Its number.")), request_body = RoleBody, responses((status = 200, body = Done)))]
pub(crate) async fn admin_set_role(
    api: web::Data<ConsoleApi>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    answered_with(&api, &request, payload, async |caller, body: RoleBody| {
        let change = RoleChange {
            name: body.name.as_deref(),
            permission: body.permission.as_deref(),
            is_custom: body.custom,
            is_enabled: body.enabled,
        };
        api.administration.site.set_role(caller, number(&request, "role", "role")?, change).await?;
        Ok(DONE)
    })
    .await
}
