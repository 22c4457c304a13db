//! Settings and roles.

use actix_web::web::{self, Payload};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use sixin_application::administration::AdminError;
use sixin_application::operations::roles::RoleChange;
use sixin_domain::site::permission::PERMISSIONS;

use super::layout::Layout;
use super::visit::{After, done, shown};
use crate::ConsoleApi;
use crate::api::site;
use crate::views::{AgeInfo, RetentionInfo, RoleInfo, SettingInfo};

#[derive(Template)]
#[template(path = "settings.html")]
struct SettingsPage {
    l: Layout,
    settings: Vec<SettingInfo>,
    kept: Vec<AgeInfo>,
    /// Whether it was counted how much would go.
    is_counted: bool,
}

/// `GET /console/settings`
pub(super) async fn settings(api: web::Data<ConsoleApi>, request: HttpRequest) -> HttpResponse {
    shown(&api, &request, "settings", async |visit, asked| {
        let settings = site::settings(&api, &visit.caller).await?.settings;
        let (retention, is_counted) = (&api.administration.retention, asked.is_ticked("count"));
        let due = if is_counted { retention.due(&visit.caller).await? } else { Vec::new() };
        let kept = RetentionInfo::of(retention.ages(&visit.caller)?, &due).kept;
        Ok(SettingsPage { l: visit.layout(), settings, kept, is_counted })
    })
    .await
}

/// `POST /console/settings`
pub(super) async fn change_setting(
    api: web::Data<ConsoleApi>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    done(&api, &request, payload, "settings", async |visit, form| {
        let (site, key) = (&api.administration.site, form.text("key"));
        match form.text("action") {
            "retention" => {
                api.administration.retention.run(&visit.caller).await?;
                return Ok(After::Go("/console/settings?count=1&done=1#retention".to_owned()));
            }
            "reset" => site.reset(&visit.caller, key).await.map(drop)?,
            // Browsers end lines of longer fields with two characters.
            _ => site.set(&visit.caller, key, &form.text("value").replace("\r\n", "\n")).await?,
        }
        Ok(After::Go(format!("/console/settings?done=1#{key}")))
    })
    .await
}

/// What a permission is and means.
struct Known {
    key: &'static str,
    meaning: &'static str,
}

#[derive(Template)]
#[template(path = "roles.html")]
struct RolesPage {
    l: Layout,
    roles: Vec<RoleInfo>,
    known: Vec<Known>,
}

/// `GET /console/roles`
pub(super) async fn roles(api: web::Data<ConsoleApi>, request: HttpRequest) -> HttpResponse {
    shown(&api, &request, "roles", async |visit, _| {
        let roles = site::roles(&api, &visit.caller).await?.roles;
        let known = PERMISSIONS.iter().map(|(key, _, meaning)| Known { key, meaning }).collect();
        Ok(RolesPage { l: visit.layout(), roles, known })
    })
    .await
}

/// `POST /console/roles`
pub(super) async fn change_role(
    api: web::Data<ConsoleApi>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    done(&api, &request, payload, "roles", async |visit, form| {
        let number =
            form.number("role")?.ok_or_else(|| AdminError::invalid("name the number of the role"))?;
        let permission = match (form.some("key"), form.some("value")) {
            (Some(key), Some(value)) => Some(format!("{key}={value}")),
            _ => None,
        };
        let name = form.some("role_name");
        let change = RoleChange {
            name: name.as_deref(),
            permission: permission.as_deref(),
            is_custom: form.is_ticked("custom"),
            is_enabled: match form.text("action") {
                "enable" => Some(true),
                "disable" => Some(false),
                _ => None,
            },
        };
        api.administration.site.set_role(&visit.caller, number, change).await?;
        Ok(After::Go(format!("/console/roles?done=1#role-{number}")))
    })
    .await
}
