//! The public settings of the site (docs/wire/fresns.md#bootstrap).

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use sixin_domain::access::session::Login;
use sixin_domain::site::settings::Published;
use sixin_web::documented;
use utoipa::{OpenApi, ToSchema};

use crate::admission::{Locale, answered, enter, query};
use crate::api::FresnsApi;
use crate::pagination::{Listed, Page, PageNumber, PageSize};
use crate::parts::page_of;
use crate::responses::done;
use crate::routes::CONFIGS;
use crate::values::Names;

/// How many settings a page has (docs/wire/fresns.md#pages).
type SettingsOfAPage = PageSize<50, 100>;
/// Keys and groups that can be asked for; the bound is ours.
pub(crate) type Asked = Names<200>;

/// Settings that are addresses of pictures, of which one is built in.
const AVATARS: [&str; 2] = ["default_avatar", "deactivate_avatar"];

/// What this subject has in the document.
#[derive(OpenApi)]
#[openapi(paths(list_configs))]
pub(crate) struct Described;

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FresnsListConfigs)]
struct ListConfigs {
    /// The settings with these keys.
    #[serde(default)]
    keys: Asked,
    /// Of each of these groups all settings.
    #[serde(default)]
    tags: Asked,
    /// Whether all settings are asked for; without a page they come at once.
    is_all: Option<bool>,
    page: Option<PageNumber>,
    page_size: Option<SettingsOfAPage>,
}

impl ListConfigs {
    /// Clients of 2.x ask for everything by naming nothing.
    fn is_all(&self) -> bool {
        self.is_all.unwrap_or(self.keys.0.is_empty() && self.tags.0.is_empty())
    }

    fn has(&self, setting: &Published<'_>) -> bool {
        let is_in = |names: &Asked, name: &str| names.0.iter().any(|asked| asked == name);
        self.is_all() || is_in(&self.keys, &setting.key) || is_in(&self.tags, setting.tag)
    }

    /// Who asks for all without naming a page gets all at once: clients of 2.x look at no other page.
    fn page(&self, count: usize) -> Page {
        if self.is_all() && self.page.is_none() && self.page_size.is_none() {
            return Page::whole(count);
        }
        Page::of(self.page, self.page_size)
    }
}

/// A page of settings.
struct ConfigPage;

documented!(ConfigPage, page_of(&json!({"type": "object", "additionalProperties": true})));

pub(crate) fn told(setting: Published<'_>, locale: &Locale) -> (String, Value) {
    let value = if setting.value.is_null() && AVATARS.contains(&setting.key.as_ref()) {
        locale.avatar(&setting.key).into()
    } else {
        setting.value
    };
    (setting.key.into_owned(), value)
}

/// List the public settings of the site
///
/// The settings with one of the keys or in one of the groups, by their keys, or all if none is named; each value is a boolean, a
/// number, a text, an array or an object, or null. Settings that are not public are left out. Texts of pages
/// (`language_pack_contents`, names of menus) are in the caller's language; keys of the operator's own are among them.
#[utoipa::path(get, path = CONFIGS, request_body = ListConfigs, responses((status = 200, body = ConfigPage)))]
pub(crate) async fn list_configs(request: HttpRequest, api: web::Data<FresnsApi>) -> HttpResponse {
    answered(&request, &api, async {
        let (_, locale) = enter(&request, &api, Login::Nobody).await?;
        let wanted: ListConfigs = query(&request)?;
        let all = locale.settings.published(&locale.tag);
        let all: Vec<_> = all.into_iter().filter(|setting| wanted.has(setting)).collect();
        let (pagination, here) = wanted.page(all.len()).cut(all);
        let list: Map<String, Value> = here.into_iter().map(|setting| told(setting, &locale)).collect();
        Ok(done(Listed::new(pagination, list), locale.language))
    })
    .await
}
