//! The public settings of the site (docs/wire/fresns.md#bootstrap).

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Map, Value};
use sixin_domain::access::session::Login;
use sixin_domain::site::settings::Published;

use crate::admission::{Locale, answered, enter, query};
use crate::api::FresnsApi;
use crate::codes::{Failure, MALFORMED};
use crate::pagination::{Listed, Page};
use crate::parameters::Parameters;
use crate::responses::done;

/// How long a page is if the client does not say (docs/wire/fresns.md#pages).
pub(crate) const PAGE_SIZE: i64 = 50;
/// Most settings of a page (docs/wire/fresns.md#pages).
pub(crate) const MOST_OF_A_PAGE: i64 = 100;
/// Most keys and most tags that can be asked for; ours.
const MOST_NAMES: usize = 200;

/// Settings that are addresses of pictures, of which one is built in.
const AVATARS: [&str; 2] = ["default_avatar", "deactivate_avatar"];

/// Which settings are asked for: those with one of the keys and those with one of the tags, or all.
struct Wanted<'p> {
    keys: Vec<&'p str>,
    tags: Vec<&'p str>,
    is_all: bool,
}

impl<'p> Wanted<'p> {
    fn of(parameters: &'p Parameters) -> Result<Self, Failure> {
        let names = |name| {
            let list = parameters.list(name)?;
            if list.len() > MOST_NAMES { Err(Failure::of(MALFORMED, name)) } else { Ok(list) }
        };
        let (keys, tags) = (names("keys")?, names("tags")?);
        // Clients of 2.x ask for everything by naming nothing.
        let is_all = parameters.flag("isAll")?.unwrap_or(keys.is_empty() && tags.is_empty());
        Ok(Self { keys, tags, is_all })
    }

    fn has(&self, setting: &Published<'_>) -> bool {
        self.is_all || self.keys.contains(&setting.key.as_ref()) || self.tags.contains(&setting.tag)
    }
}

/// Who asks for all without naming a page gets all at once: clients of 2.x look at no other page.
fn page(parameters: &Parameters, wanted: &Wanted<'_>, count: usize) -> Result<Page, Failure> {
    let names_page =
        parameters.text_or_number("page")?.is_some() || parameters.text_or_number("pageSize")?.is_some();
    if wanted.is_all && !names_page {
        return Ok(Page::whole(count));
    }
    Page::of(parameters, PAGE_SIZE, MOST_OF_A_PAGE)
}

fn told(setting: Published<'_>, locale: &Locale) -> (String, Value) {
    let value = if setting.value.is_null() && AVATARS.contains(&setting.key.as_ref()) {
        locale.avatar(&setting.key).into()
    } else {
        setting.value
    };
    (setting.key.into_owned(), value)
}

/// `GET /api/v2/global/configs`. Only public settings are looked at, whatever is asked for.
pub(crate) async fn configs(request: HttpRequest, api: web::Data<FresnsApi>) -> HttpResponse {
    answered(&request, &api, async {
        let (_, locale) = enter(&request, &api, Login::Nobody).await?;
        let parameters = query(&request);
        let wanted = Wanted::of(&parameters)?;
        let all = locale.settings.published(&locale.tag);
        let all: Vec<_> = all.into_iter().filter(|setting| wanted.has(setting)).collect();
        let page = page(&parameters, &wanted, all.len())?;
        let (pagination, here) = page.cut(all);
        let list: Map<String, Value> = here.into_iter().map(|setting| told(setting, &locale)).collect();
        Ok(done(Listed::new(pagination, list), locale.language))
    })
    .await
}
