//! What clients of 3.x read before anybody signs in (docs/wire/fresns3.md#start).

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use sixin_domain::access::session::Login;
use sixin_web::documented;
use utoipa::{OpenApi, ToSchema};

use crate::admission::{Locale, answered, enter, query};
use crate::api::FresnsApi;
use crate::codes::Failure;
use crate::responses::done;
use crate::site::configs::{Asked, told};
use crate::site::ip_info::{self, IpInfo};
use crate::v3::page::LOGIN_PAGE;
use crate::v3::routes::{CONFIGS, IP_INFO, LANGUAGE_PACK};

/// The setting that holds the texts of pages.
const PACK: &str = "language_pack_contents";
/// The code of a language that the site does not have.
const LANGUAGE_UNKNOWN: i64 = 31401;

/// What menus are called in 3.x, and in the settings.
const RENAMED: &[(&str, &str)] = &[
    ("channel_conversations_name", "menu_conversations"),
    ("channel_me_name", "menu_account"),
    ("channel_me_settings_name", "menu_account_settings"),
    ("channel_me_users_name", "menu_account_users"),
    ("channel_notifications_name", "menu_notifications"),
    ("channel_user_name", "menu_user_name"),
];

/// The platforms of 3.x, from 1 on: others than before from the seventh on.
const PLATFORMS: [&str; 11] = [
    "Other",
    "Desktop Web",
    "Mobile Web",
    "Responsive Web",
    "iOS App",
    "Android App",
    "Mac App",
    "Windows App",
    "Linux App",
    "Vision App",
    "Mini Program",
];

/// What this subject has in the document.
#[derive(OpenApi)]
#[openapi(paths(list_configs_v3, show_language_pack_v3, show_ip_info_v3))]
pub(crate) struct Described;

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Fresns3ListConfigs)]
struct ListConfigs {
    /// Only the settings with these keys.
    #[serde(default)]
    keys: Asked,
}

/// Values by their keys.
struct Configs;

documented!(Configs, json!({"type": "object", "additionalProperties": true}));

/// List the public settings of the site
///
/// All of them, or those with the keys that are asked for, each by its key. `account_login_service` is the address of the sign-in page.
/// Keys of the operator's own are among them; the texts of pages are in `global/language-pack`.
#[utoipa::path(get, path = CONFIGS, request_body = ListConfigs, responses((status = 200, body = Configs)))]
pub(crate) async fn list_configs_v3(request: HttpRequest, api: web::Data<FresnsApi>) -> HttpResponse {
    answered(&request, &api, async {
        let (_, locale) = enter(&request, &api, Login::Nobody).await?;
        let ListConfigs { keys } = query(&request)?;
        let mut all = all(&locale);
        if !keys.0.is_empty() {
            all.retain(|key, _| keys.0.iter().any(|asked| asked == key));
        }
        Ok(done(all, locale.language))
    })
    .await
}

/// Everything that is public, under the keys of 3.x too. What an operator says under one of these counts.
fn all(locale: &Locale) -> Map<String, Value> {
    let published = locale.settings.published(&locale.tag);
    let mut all: Map<String, Value> = published.into_iter().map(|setting| told(setting, locale)).collect();
    all.remove(PACK);
    for (key, old) in RENAMED {
        let value = all.get(*old).cloned().unwrap_or_default();
        all.entry(*key).or_insert(value);
    }
    let origin = &locale.origin;
    let page = format!(
        "{origin}{LOGIN_PAGE}?accessToken={{accessToken}}&callbackKey={{postMessageKey}}&redirectURL={{redirectUrl}}"
    );
    all.entry("account_login_service").or_insert(page.into());
    for none in ["account_center_service", "account_register_service"] {
        all.entry(none).or_insert(Value::Null);
    }
    let platforms = (1..).zip(PLATFORMS).map(|(id, name): (i64, _)| json!({ "id": id, "name": name }));
    all.insert("platforms".to_owned(), platforms.collect());
    all
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Fresns3ShowLanguagePack)]
struct ShowLanguagePack {
    /// Another language than that of the header.
    lang_tag: Option<String>,
}

/// Texts by their keys.
struct LanguagePack;

documented!(LanguagePack, json!({"type": "object", "additionalProperties": {"type": "string"}}));

/// Show the texts of pages
///
/// In the language that is asked for, else that of the caller.
#[utoipa::path(get, path = LANGUAGE_PACK, request_body = ShowLanguagePack, responses((status = 200, body = LanguagePack)))]
pub(crate) async fn show_language_pack_v3(request: HttpRequest, api: web::Data<FresnsApi>) -> HttpResponse {
    answered(&request, &api, async {
        let (_, locale) = enter(&request, &api, Login::Nobody).await?;
        let ShowLanguagePack { lang_tag } = query(&request)?;
        let tag = match &lang_tag {
            Some(asked) => {
                let known = locale.settings.language(asked);
                &known.ok_or(Failure::of(LANGUAGE_UNKNOWN, "langTag"))?.tag
            }
            None => &locale.tag,
        };
        let pack = locale.settings.published(tag).into_iter().find(|setting| setting.key == PACK);
        Ok(done(pack.map(|setting| setting.value), locale.language))
    })
    .await
}

/// Show where the caller comes from
///
/// The address the caller comes from, for its device information. Nobody is asked where that address is.
#[utoipa::path(get, path = IP_INFO, responses((status = 200, body = IpInfo)))]
pub(crate) async fn show_ip_info_v3(request: HttpRequest, api: web::Data<FresnsApi>) -> HttpResponse {
    ip_info::show_ip_info(request, api).await
}
