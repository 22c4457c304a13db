//! App keys.

use actix_web::http::StatusCode;
use actix_web::web::{self, Payload};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use sixin_application::administration::AdminError;
use sixin_application::operations::app_keys::KeySpec;
use sixin_domain::access::app_key::Secret;

use super::form::Form;
use super::guard;
use super::layout::Layout;
use super::visit::{After, Visit, done, shown};
use crate::ConsoleApi;
use crate::api::app_keys::{KeySecret, dialect, list};
use crate::views::AppKeyInfo;

#[derive(Template)]
#[template(path = "app_keys.html")]
struct AppKeysPage {
    l: Layout,
    keys: Vec<AppKeyInfo>,
    /// A secret that is shown this once.
    fresh: Option<KeySecret>,
}

async fn made(api: &ConsoleApi, visit: &Visit, fresh: Option<KeySecret>) -> Result<AppKeysPage, AdminError> {
    let keys = list(api, &visit.caller).await?.app_keys;
    Ok(AppKeysPage { l: visit.layout(), keys, fresh })
}

/// `GET /console/app-keys`
pub(super) async fn page(api: web::Data<ConsoleApi>, request: HttpRequest) -> HttpResponse {
    shown(&api, &request, "app-keys", async |visit, _| made(&api, visit, None).await).await
}

/// `POST /console/app-keys`
pub(super) async fn act(api: web::Data<ConsoleApi>, request: HttpRequest, payload: Payload) -> HttpResponse {
    done(&api, &request, payload, "app-keys", async |visit, form| {
        let (keys, caller, app_id) = (&api.administration.app_keys, &visit.caller, form.text("app_id"));
        let fresh = match form.text("action") {
            "enable" | "disable" => {
                keys.set_enabled(caller, app_id, form.text("action") == "enable").await?;
                return Ok(After::Go("/console/app-keys?done=1".to_owned()));
            }
            "rate" => {
                keys.set_rate(caller, app_id, rate(form)?).await?;
                return Ok(After::Go("/console/app-keys?done=1".to_owned()));
            }
            "import" => {
                let key = (app_id.trim().to_owned(), Secret::new(form.text("secret").trim()));
                keys.import(caller, spec(form)?, key, form.is_ticked("allow_short")).await?;
                return Ok(After::Go("/console/app-keys?done=1".to_owned()));
            }
            "rotate" => {
                let hours = form.number("overlap_hours")?.unwrap_or(24);
                let secret = keys.rotate(caller, app_id, hours).await?;
                KeySecret { app_id: app_id.to_owned(), secret: secret.reveal().to_owned() }
            }
            _ => {
                let made = keys.create(caller, spec(form)?).await?;
                KeySecret { app_id: made.app_id, secret: made.secret.reveal().to_owned() }
            }
        };
        let page = made(&api, visit, Some(fresh)).await?;
        Ok(After::Show(guard::page(StatusCode::OK, &page)))
    })
    .await
}

fn spec(form: &Form) -> Result<KeySpec, AdminError> {
    Ok(KeySpec {
        dialect: dialect(form.text("dialect"))?,
        platform: form.number("platform")?.unwrap_or(0),
        is_strict: form.is_ticked("strict"),
        name: form.some("key_name").unwrap_or_default(),
        sends_per_minute: rate(form)?,
    })
}

/// The rate that a form asks for; `None` for that of the site.
fn rate(form: &Form) -> Result<Option<u32>, AdminError> {
    let too_many =
        |_| AdminError::invalid("the sends a minute must be a number from 0 (no limit) to 1000000");
    form.number("sends_per_minute")?.map(u32::try_from).transpose().map_err(too_many)
}
