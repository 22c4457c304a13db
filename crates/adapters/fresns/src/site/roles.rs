//! The roles of the site (docs/wire/fresns.md#bootstrap).

use actix_web::{HttpRequest, HttpResponse, web};
use serde::de::Deserializer;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sixin_domain::access::session::Login;
use sixin_domain::site::role::Role;
use sixin_web::documented;
use utoipa::{OpenApi, ToSchema};

use crate::admission::{answered, enter, query};
use crate::api::FresnsApi;
use crate::pagination::{Listed, LongPage, Page, PageNumber};
use crate::parts::RolePage;
use crate::responses::done;
use crate::routes::ROLES;
use crate::values::{Numbers, not_allowed};

/// Roles that can be asked for by number; the bound is ours.
type Ids = Numbers<200>;

/// A role, as it is listed.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FresnsListedRole)]
pub(crate) struct ListedRole {
    rid: i64,
    #[schema(required = true)]
    nickname_color: Option<String>,
    name: String,
    name_display: bool,
    #[schema(required = true)]
    icon: Option<String>,
    icon_display: bool,
    /// Each permission's key with its value.
    #[schema(value_type = Object)]
    permission: Map<String, Value>,
    status: bool,
}

impl ListedRole {
    fn of(role: &Role) -> Self {
        Self {
            rid: role.id.0,
            nickname_color: role.nickname_color.clone(),
            name: role.name.clone(),
            name_display: role.is_display_name,
            icon: role.icon_file_url.clone(),
            icon_display: role.is_display_icon,
            permission: role.permissions.iter().cloned().collect(),
            status: role.is_enabled,
        }
    }
}

/// What this subject has in the document.
#[derive(OpenApi)]
#[openapi(paths(list_roles))]
pub(crate) struct Described;

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FresnsListRoles)]
struct ListRoles {
    page: Option<PageNumber>,
    page_size: Option<LongPage>,
    /// Only those of administrators (1), of the system (2), of operators (3).
    #[serde(rename = "type")]
    kind: Option<Kind>,
    /// Only the roles with these numbers.
    #[serde(default)]
    ids: Ids,
    /// Only those that are enabled, or only those that are not.
    status: Option<bool>,
}

struct Kind(i64);

documented!(Kind, json!({"type": "integer", "enum": [1, 2, 3]}));

impl<'de> Deserialize<'de> for Kind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match i64::deserialize(deserializer)? {
            kind @ 1..=3 => Ok(Self(kind)),
            _ => Err(not_allowed()),
        }
    }
}

impl ListRoles {
    fn has(&self, role: &Role) -> bool {
        !role.is_deleted
            && (self.ids.0.is_empty() || self.ids.0.contains(&role.id.0))
            && self.kind.as_ref().is_none_or(|kind| kind.0 == role.kind)
            && self.status.is_none_or(|is_enabled| is_enabled == role.is_enabled)
    }
}

/// List the roles of the site
///
/// On a private site only its users are told.
#[utoipa::path(get, path = ROLES, request_body = ListRoles, responses((status = 200, body = RolePage)))]
pub(crate) async fn list_roles(request: HttpRequest, api: web::Data<FresnsApi>) -> HttpResponse {
    answered(&request, &api, async {
        let (_, locale) = enter(&request, &api, Login::UserIfPrivate).await?;
        let wanted: ListRoles = query(&request)?;
        let page = Page::of(wanted.page, wanted.page_size);
        let book = api.roles.book().await?;
        let (pagination, here) = page.cut(book.0.iter().filter(|role| wanted.has(role)).collect());
        let list: Vec<_> = here.into_iter().map(ListedRole::of).collect();
        Ok(done(Listed::new(pagination, list), locale.language))
    })
    .await
}
