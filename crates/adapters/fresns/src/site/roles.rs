//! The roles of the site (docs/wire/fresns.md#bootstrap).

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use serde_json::{Map, Value};
use sixin_domain::access::session::Login;
use sixin_domain::site::role::Role;
use utoipa::ToSchema;

use crate::admission::{answered, enter, query};
use crate::api::FresnsApi;
use crate::codes::{Failure, NOT_ALLOWED};
use crate::pagination::{Listed, PAGE_SIZE, Page};
use crate::parameters::Parameters;
use crate::responses::done;

/// Most roles of a page; ours.
pub(crate) const MOST_OF_A_PAGE: i64 = 100;
/// Most roles that can be asked for by number; ours.
const MOST_IDS: usize = 200;

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

/// Which roles are asked for.
struct Wanted {
    ids: Vec<i64>,
    kind: Option<i64>,
    is_enabled: Option<bool>,
}

impl Wanted {
    fn of(parameters: &Parameters) -> Result<Self, Failure> {
        let kind = parameters.number("type")?;
        if kind.is_some_and(|kind| !(1..=3).contains(&kind)) {
            return Err(Failure::of(NOT_ALLOWED, "type"));
        }
        Ok(Self { ids: parameters.numbers("ids", MOST_IDS)?, kind, is_enabled: parameters.flag("status")? })
    }

    fn has(&self, role: &Role) -> bool {
        !role.is_deleted
            && (self.ids.is_empty() || self.ids.contains(&role.id.0))
            && self.kind.is_none_or(|kind| kind == role.kind)
            && self.is_enabled.is_none_or(|is_enabled| is_enabled == role.is_enabled)
    }
}

/// `GET /api/v2/global/roles`.
pub(crate) async fn roles(request: HttpRequest, api: web::Data<FresnsApi>) -> HttpResponse {
    answered(&request, &api, async {
        let (_, locale) = enter(&request, &api, Login::UserIfPrivate).await?;
        let parameters = query(&request);
        let page = Page::of(&parameters, PAGE_SIZE, MOST_OF_A_PAGE)?;
        let wanted = Wanted::of(&parameters)?;
        let book = api.roles.book().await?;
        let (pagination, here) = page.cut(book.0.iter().filter(|role| wanted.has(role)).collect());
        let list: Vec<_> = here.into_iter().map(ListedRole::of).collect();
        Ok(done(Listed::new(pagination, list), locale.language))
    })
    .await
}
